"""Stages: every change as an item passing through "develop" and "release".

An interval is made only from instants whose clock can be trusted; what is left out is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from trueup.model.tables import COVERAGE, STAGE_INTERVAL

NEEDS: Mapping[str, tuple[str, ...]] = {
    "change": (
        "change_id",
        "repository_id",
        "landed_commit_id",
        "landed_at",
        "first_commit_at",
        "first_release_id",
        "released_at",
    ),
    "change_commit": ("change_id", "commit_id"),
    "commit": ("commit_id", "clock"),
    "commit_diff": ("commit_id", "lines_added", "lines_deleted"),
}
"""Columns the stages of changes are made from, by table."""


@dataclass(frozen=True, slots=True)
class Stages:
    """Rows of `stage_interval`, and rows of `coverage` saying how many were left out and why."""

    intervals: pa.Table
    coverage: pa.Table


def stage_rows(tables: Mapping[str, pa.Table]) -> Stages:
    """Derive the stages of changes.

    *develop* lasts from the first commit to landing, where the first commit is known;
    *release* from landing to the first release, open-ended while unreleased.
    When the item was first worked on within a stage is unknown: `started_at` is null.

    Parameters
    ----------
    tables
        The tables and columns of `NEEDS`, of one target.
    """
    changes = _as_text(tables["change"])
    mistimed = _mistimed_commits(tables["commit"])
    landing_mistimed = pc.is_in(changes["landed_commit_id"], value_set=mistimed)
    touched = _changes_of(tables["change_commit"], mistimed)
    any_mistimed = pc.or_(landing_mistimed, pc.is_in(changes["change_id"], value_set=touched))
    changes = changes.append_column("size", _sizes(changes, tables))
    unlanded = pc.and_(pc.is_valid(changes["landed_commit_id"]), pc.is_null(changes["landed_at"]))
    unreleased = pc.and_(
        pc.is_valid(changes["first_release_id"]), pc.is_null(changes["released_at"])
    )
    develop = _Stage("develop", "landed", "first_commit_at", "landed_at")
    release = _Stage("release", "released", "landed_at", "released_at")
    derived = (
        _derive(changes, develop, any_mistimed, unlanded),
        _derive(changes, release, landing_mistimed, unreleased),
    )
    return Stages(
        pa.concat_tables([stages.intervals for stages in derived]).unify_dictionaries(),
        pa.concat_tables([stages.coverage for stages in derived]),
    )


@dataclass(frozen=True, slots=True)
class _Stage:
    name: str
    outcome: str
    enters: str
    leaves: str


_REASONS = (
    "rest on a clock that is wrong",
    "ended at an instant that is not known",
    "end before they begin",
)


def _derive(
    changes: pa.Table, stage: _Stage, mistimed: pa.ChunkedArray, undated: pa.ChunkedArray
) -> Stages:
    entered = pc.is_valid(changes[stage.enters])
    lasts = pc.subtract(changes[stage.leaves], changes[stage.enters])
    backwards = pc.fill_null(pc.less(lasts, 0), fill_value=False)
    sound, left_out = entered, []
    for wrong in (mistimed, undated, backwards):
        left_out.append(pc.and_(sound, wrong))
        sound = pc.and_not(sound, wrong)
    flags = dict(zip(("entered", *_REASONS), (entered, *left_out), strict=True))
    return Stages(_intervals(changes.filter(sound), stage), _coverage(changes, stage, flags))


def _intervals(changes: pa.Table, stage: _Stage) -> pa.Table:
    count = changes.num_rows
    left = changes[stage.leaves]
    outcome = pc.if_else(pc.is_valid(left), pa.scalar(stage.outcome), pa.scalar(None, pa.string()))
    columns = {
        "item_kind": pa.repeat("change", count),
        "item_id": changes["change_id"],
        "repository_id": changes["repository_id"],
        "stage": pa.repeat(stage.name, count),
        "attempt": pa.repeat(1, count),
        "entered_at": changes[stage.enters],
        "started_at": pa.nulls(count, pa.int64()),
        "left_at": left,
        "outcome": outcome,
        "size": changes["size"],
        "team_id": pa.nulls(count, pa.string()),
        "service_id": pa.nulls(count, pa.string()),
    }
    return pa.table(columns).cast(STAGE_INTERVAL.schema)


def _coverage(changes: pa.Table, stage: _Stage, flags: Mapping[str, pa.ChunkedArray]) -> pa.Table:
    counted = pa.table({"repository_id": changes["repository_id"], **flags})
    sums = counted.group_by("repository_id").aggregate([(name, "sum") for name in flags])
    rows = [_coverage_row(row, stage) for row in sums.to_pylist()]
    return pa.Table.from_pylist(rows, schema=COVERAGE.schema)


def _coverage_row(row: Mapping[str, int], stage: _Stage) -> dict[str, object]:
    reasons = [(row[f"{why}_sum"], why) for why in _REASONS if row[f"{why}_sum"]]
    skipped = sum(count for count, _ in reasons)
    return {
        "repository_id": row["repository_id"],
        "subject": f"{stage.name} times",
        "expected": row["entered_sum"],
        "seen": row["entered_sum"] - skipped,
        "skipped": skipped,
        "reason": ", ".join(f"{count} {why}" for count, why in reasons),
        "remedy": "Connect the forge, which dates each step itself." if reasons else "",
    }


def _mistimed_commits(commits: pa.Table) -> pa.Array:
    plain = _as_text(commits)
    wrong = pc.not_equal(plain["clock"], "ok")
    return plain.filter(wrong)["commit_id"].combine_chunks()


def _changes_of(change_commits: pa.Table, commit_ids: pa.Array) -> pa.Array:
    if not len(commit_ids):
        return pa.array([], pa.string())
    plain = _as_text(change_commits)
    return plain.filter(pc.is_in(plain["commit_id"], value_set=commit_ids))[
        "change_id"
    ].combine_chunks()


def _sizes(changes: pa.Table, tables: Mapping[str, pa.Table]) -> pa.ChunkedArray:
    """Lines added and deleted by the commits of each change; null where no diff is known."""
    diffs, members = _as_text(tables["commit_diff"]), _as_text(tables["change_commit"])
    lines = pc.add(pc.fill_null(diffs["lines_added"], 0), pc.fill_null(diffs["lines_deleted"], 0))
    place = pc.index_in(members["commit_id"], value_set=diffs["commit_id"].combine_chunks())
    moved = pa.table({"change_id": members["change_id"], "lines": pc.take(lines, place)})
    total = moved.group_by("change_id").aggregate([("lines", "sum")])
    found = pc.index_in(changes["change_id"], value_set=total["change_id"].combine_chunks())
    return pc.cast(pc.take(total["lines_sum"], found), pa.int32())


def _as_text(table: pa.Table) -> pa.Table:
    """Return `table` with its dictionaries as plain text, which every computation takes."""
    plain = [
        pa.field(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
        for field in table.schema
    ]
    return table.cast(pa.schema(plain))
