"""How the cost of a session is shared among its commits, each taking what led up to it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import pyarrow as pa

from trueup.store.links.records import Records, landed_as

_WEIGHED = """
-- what a session used up before its first commit, before its second, ..., after its last
WITH cost AS (
    SELECT session_id, bool_and(list_cost IS NOT NULL) AND sum(list_cost) > 0 AS is_priced
    FROM raw_ai_request WHERE is_of_session GROUP BY session_id
), place AS (
    SELECT *, row_number() OVER (PARTITION BY session_id ORDER BY made_at, commit_id) - 1 AS place,
           count(*) OVER (PARTITION BY session_id) AS commits
    FROM tied
), gone AS (
    SELECT session_id, made_at, max(place) + 1 AS stretch FROM place GROUP BY session_id, made_at
), used AS (
    SELECT r.session_id, r.requested_at,
           CASE WHEN cost.is_priced THEN r.list_cost::DOUBLE ELSE $tokens END AS weight
    FROM raw_ai_request AS r JOIN cost USING (session_id)
    WHERE r.is_of_session AND r.session_id IN (SELECT session_id FROM tied)
), stretches AS (
    SELECT u.session_id, coalesce(g.stretch, 0) AS stretch, sum(u.weight) AS weight
    FROM used AS u ASOF LEFT JOIN gone AS g
        ON g.session_id = u.session_id AND u.requested_at > g.made_at
    GROUP BY u.session_id, coalesce(g.stretch, 0)
)
SELECT p.session_id, p.place, p.commits, p.probability, p.commit_id, p.change_id, p.rule,
       (SELECT list({'stretch': s.stretch, 'weight': s.weight} ORDER BY s.stretch)
        FROM stretches AS s WHERE s.session_id = p.session_id) AS stretches
FROM place AS p ORDER BY p.session_id, p.place
"""
_MICRO = 1_000_000


def share(probabilities: Sequence[float], weights: Mapping[int, float]) -> list[float]:
    """Return the share of a session's cost that is each commit's.

    A stretch of the session goes to the commit after it with that commit's probability, what is
    left to the one after that, and so on; the stretch after the last commit goes back from there,
    for a commit is still looked at and sent. What no commit takes is nobody's, so the shares add
    up to 1 at most.

    Parameters
    ----------
    probabilities
        That the session went into each commit, the earliest first.
    weights
        Cost by stretch: 0 before the first commit, 1 between it and the second, ...; where there
        is none, the stretch before each commit weighs alike.
    """
    count = len(probabilities)
    known = {stretch: weight for stretch, weight in weights.items() if weight > 0}
    spread = known or dict.fromkeys(range(count), 1.0)
    total = math.fsum(spread.values())
    shares = [0.0] * count
    for stretch, weight in spread.items():
        left = weight / total
        for place in range(stretch, count) if stretch < count else reversed(range(count)):
            shares[place] += left * probabilities[place]
            left *= 1 - probabilities[place]
    return [math.floor(part * _MICRO + 1e-6) / _MICRO for part in shares]


def shared_commits(records: Records, tokens: str) -> pa.Table:
    """Return rows of `ai_session_commit`; needs the table ``tied``.

    Parameters
    ----------
    tokens
        All tokens of a request, in SQL: what is shared where not every request has a price.
    """
    weighed = records.sql(_WEIGHED.replace("$tokens", f"({tokens})")).to_pylist()
    rows = [row for _, own in groupby(weighed, key=_session) for row in _rows(list(own))]
    schema = landed_as("ai_session_commit", pa.table({})).schema
    return pa.Table.from_pylist(rows, schema=schema)


def _session(row: Mapping[str, object]) -> object:
    return row["session_id"]


def _rows(commits: Sequence[dict[str, object]]) -> Iterator[dict[str, object]]:
    probabilities = [float(str(row["probability"])) for row in commits]
    given = commits[0]["stretches"]
    stretches = given if isinstance(given, list) else []
    weights = {part["stretch"]: part["weight"] for part in stretches}
    for row, ratio in zip(commits, share(probabilities, weights), strict=True):
        yield {
            "session_id": row["session_id"],
            "commit_id": row["commit_id"],
            "change_id": row["change_id"],
            "repository_id": str(row["commit_id"]).rpartition(":")[0],
            "rule": row["rule"],
            "grade": "declared" if row["rule"] == "named" else "guessed",
            "probability": row["probability"],
            "cost_ratio": ratio,
        }
