"""Which changes each deployment brought that the successful one before it had not.

The first deployment known of a service and environment brings everything there ever was, so it
brings nothing: what landed until then was deployed nobody knows when, and is counted as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from trueup.store.links.delivery.graph import Graph, Ints
from trueup.store.links.records import Records, landed_as

BY_TIME = 0.8
"""Probability that a change was in a deployment that came after it landed, where the deployment
names no commit we know; our own guess: deployments that lag behind their branch are common."""
BY_FOLDER_UNKNOWN = 0.5
"""Probability that a change was in a deployment of one of several services of its repository,
where no file it touched is known; our own guess."""

_CHAIN = """
SELECT deployment_id, service_id, environment, finished_at, coalesce(started_at, finished_at)
       AS started_at, split_part(commit_id, ':', -1) AS sha,
       concat_ws('|', service_id, environment) AS chain
FROM deployment
WHERE repository_id = $repository AND outcome = 'success' AND finished_at IS NOT NULL
ORDER BY chain, finished_at, deployment_id
"""

_STANDS_FOR = """
-- a hash that never landed is that of a change's branch: the landing it stands for
SELECT p.sha, min(c.landed_commit_id) AS landed_commit_id, min(c.change_id) AS change_id,
       min(c.landed_at) AS landed_at, bool_or(p.is_tip) AS is_tip
FROM (
    SELECT change_id, sha, false AS is_tip FROM proposed
    UNION SELECT change_id, head_sha, true FROM forge WHERE head_sha IS NOT NULL
) AS p JOIN change AS c USING (change_id)
WHERE c.state = 'merged' AND c.landed_at IS NOT NULL
GROUP BY p.sha
"""

_BROUGHT = """
WITH whole AS (  -- services that are the whole repository, or of no known folder
    SELECT DISTINCT chain.deployment_id, chain.service_id IN (
        SELECT service_id FROM service WHERE repository_id = $repository AND path_prefix <> ''
        EXCEPT
        SELECT service_id FROM service WHERE repository_id = $repository AND path_prefix = ''
    ) AS is_part, chain.service_id
    FROM chain
), known AS (SELECT DISTINCT change_id FROM change_commit JOIN raw_commit_file USING (commit_id))
SELECT brought.deployment_id, brought.change_id, brought.is_first,
       CASE WHEN brought.is_guessed OR (is_part AND touched.change_id IS NULL) THEN 'guessed'
            ELSE 'derived' END AS grade,
       (CASE WHEN brought.is_guessed THEN $by_time ELSE 1.0 END
        * CASE WHEN is_part AND touched.change_id IS NULL THEN $by_folder ELSE 1.0 END)::REAL
           AS probability
FROM brought
JOIN whole USING (deployment_id)
LEFT JOIN touched
    ON touched.change_id = brought.change_id AND touched.service_id = whole.service_id
LEFT JOIN known ON known.change_id = brought.change_id
WHERE NOT is_part OR touched.change_id IS NOT NULL OR known.change_id IS NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """What deployments brought, and how far that is known.

    Parameters
    ----------
    rows
        Of `deployment_change`.
    landed, mapped, before_first
        Landed changes; those a production deployment brought; those that landed before the first
        one known of every service they belong to.
    deployments, unknown_commits, production
        Successful deployments; those that name a commit no one knows, or none; those to
        production.
    """

    rows: pa.Table
    landed: int
    mapped: int
    before_first: int
    deployments: int
    unknown_commits: int
    production: int


def ship(records: Records, graph: Graph, repository_id: str) -> Shipped:
    """Map the landed changes of one repository to the deployments that brought them.

    Needs the tables ``deployment``, ``service``, ``change``, ``change_commit``, ``proposed``,
    ``forge`` and ``touched``; leaves ``chain``, ``brought_all`` and
    ``deployment_change``.
    """
    named = {"repository": repository_id, "by_time": BY_TIME, "by_folder": BY_FOLDER_UNKNOWN}
    records.make("chain", _CHAIN, named)
    chain = records.sql("SELECT * FROM chain")
    landed = records.sql(
        "SELECT change_id, landed_at, split_part(landed_commit_id, ':', -1) AS sha FROM change "
        "WHERE state = 'merged' AND landed_at IS NOT NULL ORDER BY landed_at, change_id"
    )
    if not chain.num_rows:
        records.make("brought_all", "SELECT *, false AS is_first FROM none", none=_NONE)
        records.make("deployment_change", "SELECT * FROM none", none=_NONE)
        return Shipped(
            rows=landed_as("deployment_change", _NONE),
            landed=landed.num_rows,
            mapped=0,
            before_first=0,
            deployments=0,
            unknown_commits=0,
            production=0,
        )
    records.make("stands_for", _STANDS_FOR)
    walk = _Walk(graph, landed, records.sql("SELECT * FROM stands_for"))
    brought = walk.along(chain)
    records.make("brought_all", _BROUGHT, named, brought=brought)
    records.make(
        "deployment_change", "SELECT * EXCLUDE (is_first) FROM brought_all WHERE NOT is_first"
    )
    return _counted(records, walk, landed.num_rows)


_NONE = pa.table(
    {
        "deployment_id": pa.array([], pa.string()),
        "change_id": pa.array([], pa.string()),
        "grade": pa.array([], pa.string()),
        "probability": pa.array([], pa.float64()),
    }
)

_MAPPED = """
SELECT count(DISTINCT change_id) FROM deployment_change JOIN chain USING (deployment_id)
WHERE environment = 'production'
"""

_BEFORE_FIRST = """
SELECT count(DISTINCT change_id) FROM brought_all JOIN chain USING (deployment_id)
WHERE environment = 'production' AND is_first AND change_id NOT IN (
    SELECT change_id FROM deployment_change JOIN chain USING (deployment_id)
    WHERE environment = 'production'
)
"""


def _counted(records: Records, walk: _Walk, landed: int) -> Shipped:
    rows = records.sql("SELECT * FROM deployment_change ORDER BY deployment_id, change_id")
    return Shipped(
        rows=landed_as("deployment_change", rows),
        landed=landed,
        mapped=records.count(_MAPPED),
        before_first=records.count(_BEFORE_FIRST),
        deployments=records.count("SELECT count(*) FROM chain"),
        unknown_commits=walk.unknown,
        production=records.count("SELECT count(*) FROM chain WHERE environment = 'production'"),
    )


class _Stand(NamedTuple):
    """How far a deployment reached: the place of its commit, else an instant of landing."""

    place: int | None
    until_at: int
    is_known: bool


class _Walk:
    """Goes along the chains of deployments, noting what each brought."""

    def __init__(self, graph: Graph, landed: pa.Table, stands_for: pa.Table) -> None:
        self._graph = graph
        self._changes = landed["change_id"].combine_chunks()
        self._landed_at: Ints = landed["landed_at"].to_numpy()
        shas = landed["sha"].to_pylist()
        self._row_of = {name: at for at, name in enumerate(self._changes.to_pylist())}
        self._landing_of = dict(zip(shas, self._landed_at.tolist(), strict=True))
        self._place: Ints = np.array([graph.place.get(sha, -1) for sha in shas], dtype=np.int64)
        self._order = np.argsort(self._place, kind="stable")
        self._ordered = self._place[self._order]
        self._stands_for = {row["sha"]: row for row in stands_for.to_pylist()}
        self.unknown = 0

    def along(self, chain: pa.Table) -> pa.Table:
        """Return what was brought.

        Columns: ``deployment_id``, ``change_id``, ``is_guessed``, and ``is_first`` where nothing
        is known of what was there before.
        """
        found: list[tuple[str, Ints, bool, bool]] = []
        last: dict[str, _Stand] = {}
        for row in chain.to_pylist():
            before = last.get(row["chain"])
            stand = self._stand(row)
            self.unknown += not stand.is_known
            rows, is_guessed = self._brought(stand, before)
            rows = np.union1d(rows, self._whole_branch(row))
            found.append((row["deployment_id"], rows, is_guessed, before is None))
            last[row["chain"]] = stand
        return self._table(found)

    def _brought(self, stand: _Stand, before: _Stand | None) -> tuple[Ints, bool]:
        """Return rows of the changes brought, and whether that is guessed."""
        if stand.place is not None and (before is None or before.place is not None):
            old = before.place if before else None
            return self._landing_at(self._graph.only_in(stand.place, old)), False
        since = before.until_at if before else -(1 << 62)
        rows = np.flatnonzero((self._landed_at > since) & (self._landed_at <= stand.until_at))
        return rows, not (stand.is_known and (before is None or before.is_known))

    def _stand(self, row: Mapping[str, Any]) -> _Stand:
        sha, started_at = row["sha"], row["started_at"]
        place = self._graph.place.get(sha)
        branch = self._stands_for.get(sha)
        if place is None or self._graph.landed[place] < 0:
            is_landed = branch is not None and branch["landed_at"] <= row["finished_at"]
            sha = branch["landed_commit_id"].rpartition(":")[2] if branch and is_landed else sha
            place = self._graph.place.get(sha)
        known_at = self._landing_of.get(sha)
        is_known = place is not None or known_at is not None
        return _Stand(place, started_at if known_at is None else known_at, is_known)

    def _whole_branch(self, row: Mapping[str, Any]) -> Ints:
        """Return the row of the change whose branch, merged since, a deployment names by its tip.

        The commit of the merge is not in such a deployment, but all of the change is.
        """
        branch = self._stands_for.get(row["sha"])
        if branch is None or not branch["is_tip"] or branch["landed_at"] > row["finished_at"]:
            return np.empty(0, dtype=np.int64)
        return np.array([self._row_of[branch["change_id"]]], dtype=np.int64)

    def _landing_at(self, places: Ints) -> Ints:
        ordered = self._ordered
        if not places.size or not ordered.size:
            return np.empty(0, dtype=np.int64)
        first = np.searchsorted(ordered, places, side="left")
        last = np.searchsorted(ordered, places, side="right")
        counts = last - first
        starts = np.repeat(first - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
        rows: Ints = self._order[starts + np.arange(counts.sum())]
        return rows

    def _table(self, found: list[tuple[str, Ints, bool, bool]]) -> pa.Table:
        counts = [rows.size for _, rows, _, _ in found]
        turn = pa.array(np.repeat(np.arange(len(found)), counts))
        names, brought, guessed, first = zip(*found, strict=True)
        return pa.table(
            {
                "deployment_id": pa.array(names, pa.string()).take(turn),
                "change_id": self._changes.take(pa.array(np.concatenate(brought))),
                "is_guessed": pa.array(guessed, pa.bool_()).take(turn),
                "is_first": pa.array(first, pa.bool_()).take(turn),
            }
        )
