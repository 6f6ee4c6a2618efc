"""What was left out when the use of AI tools was united, as rows of `coverage`."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from trueup.store.links.ai.requests import TOKENS
from trueup.store.links.counted import counted_row
from trueup.store.links.records import ORGANISATION, Records
from trueup.store.prices.book import remedy

_NAMED = 3
"""Models named where their price is not known."""

_PRICED = """
SELECT coalesce(sum(tokens), 0)::BIGINT AS tokens,
       coalesce(sum(tokens) FILTER (list_cost IS NOT NULL), 0)::BIGINT AS priced
FROM use_ai_request WHERE is_counted
"""
_UNPRICED = """
SELECT coalesce(model, 'a model that is not named') AS model, sum(tokens)::BIGINT AS tokens
FROM use_ai_request WHERE is_counted AND list_cost IS NULL AND tokens > 0
GROUP BY 1 ORDER BY 2 DESC, 1
"""
_ROWS = """
SELECT (SELECT count(*) FROM raw_ai_request) AS landed,
       count(*) FILTER (is_counted) AS counted, count(*) AS requests
FROM use_ai_request
"""


def use_coverage(records: Records) -> list[Mapping[str, object]]:
    """Count the tokens without a price, and the rows that tell of use another row tells of.

    Needs the views of every target and the table ``use_ai_request``.
    """
    (rows,) = records.sql(_ROWS).to_pylist()
    if not rows["landed"]:
        return []
    repeated = rows["landed"] - rows["requests"]
    reasons = (
        (repeated, "are other sightings of a request that counts"),
        (rows["requests"] - rows["counted"], "tell of use that a more trusted source tells of"),
    )
    said = ", ".join(f"{count} {why}" for count, why in reasons if count)
    return [
        counted_row(
            ORGANISATION,
            "rows on requests to models that count",
            (rows["landed"], rows["counted"]),
            said,
            "Nothing is lost: what the sources say of the same use is in the table ai_gap.",
        ),
        *_unpriced(records),
    ]


def _unpriced(records: Records) -> list[Mapping[str, object]]:
    (sums,) = records.sql(_PRICED).to_pylist()
    models = records.sql(_UNPRICED).to_pylist()
    named = ", ".join(row["model"] for row in models[:_NAMED])
    more = f" and {len(models) - _NAMED} more" if len(models) > _NAMED else ""
    return [
        counted_row(
            ORGANISATION,
            "tokens of AI tools with a list price",
            (sums["tokens"], sums["priced"]),
            f"unpriced, never free: {named}{more}",
            remedy(),
        )
    ]


_TIED = """
WITH used AS (
    SELECT session_id, sum($tokens)::BIGINT AS tokens FROM raw_ai_request
    WHERE is_of_session GROUP BY session_id
), ratio AS (
    SELECT session_id, least(sum(cost_ratio::DOUBLE), 1.0) AS ratio FROM rows GROUP BY session_id
)
SELECT count(*) AS sessions, count(ratio.session_id) AS tied,
       count(*) FILTER (s.repository_id IS NULL) AS nowhere,
       count(*) FILTER (s.repository_id IS NOT NULL
                        AND s.repository_id NOT IN (SELECT repository_id FROM raw_commit))
           AS elsewhere,
       coalesce(sum(tokens), 0)::BIGINT AS tokens,
       coalesce(round(sum(tokens * ratio)), 0)::BIGINT AS tied_tokens
FROM raw_ai_session AS s LEFT JOIN used USING (session_id) LEFT JOIN ratio USING (session_id)
"""
_TOLD = """
SELECT count(*) AS named, count(t.session_id) AS found FROM (
    SELECT DISTINCT session_id, digits FROM told
) AS n LEFT JOIN (
    SELECT DISTINCT n.session_id, n.digits FROM told AS n JOIN named AS m
        ON m.session_id = n.session_id AND split_part(m.commit_id, ':', -1) <> ''
    JOIN known_sha AS k ON k.commit_id = m.commit_id AND starts_with(k.sha, lower(n.digits))
) AS t USING (session_id, digits)
"""


def tied_coverage(united: Records, rows: pa.Table) -> list[Mapping[str, object]]:
    """Count the sessions tied to a commit, the tokens that are a commit's, and named commits.

    Parameters
    ----------
    united
        After `trueup.store.links.ai.commits.tie_commits`.
    rows
        Of `ai_session_commit`.
    """
    (sums,) = united.sql(_TIED.replace("$tokens", TOKENS), rows=rows).to_pylist()
    (told,) = united.sql(_TOLD).to_pylist()
    alone = sums["sessions"] - sums["tied"] - sums["nowhere"] - sums["elsewhere"]
    reasons = (
        (sums["nowhere"], "are of no known repository"),
        (sums["elsewhere"], "are of repositories that are not connected"),
        (alone, "left no landed commit that can be told"),
    )
    found = [
        counted_row(
            ORGANISATION,
            "sessions of AI tools tied to a landed commit",
            (sums["sessions"], sums["tied"]),
            ", ".join(f"{count} {why}" for count, why in reasons if count),
            "Connect the repositories; let the tool make commits or leave marks on them.",
        ),
        counted_row(
            ORGANISATION,
            "tokens of sessions that went into landed commits",
            (sums["tokens"], sums["tied_tokens"]),
            "the rest went into nothing that has landed, or cannot be told what into",
            "Connect the repositories; let the tool make commits or leave marks on them.",
        ),
    ]
    if told["named"]:
        found.append(
            counted_row(
                ORGANISATION,
                "commits that AI tools say they made, among those landed",
                (told["named"], told["found"]),
                f"{told['named'] - told['found']} were amended, rebased, squashed out of sight, "
                "given up or have not landed",
                "Connect the forge, which knows what was squashed.",
            )
        )
    return found
