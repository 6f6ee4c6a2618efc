"""Stages of changes, on one hand-drawn timeline.

Instants are microseconds; every change lands through commit ``c<n>``::

    1  first commit 10, landed 30, released 70          develop 20, release 40
    2  first commit unknown (squash), landed 40         release open
    3  first commit 50, landed 45                       develop backwards; release open
    4  first commit 10, landed 60 on a clock in 2099    both left out
    5  first commit 20, landed 80, released 75          develop 60; release backwards
    6  an older commit of it is dated 1970; landed 90   develop left out; release open
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest

from tests.store.landing import TARGET, rows
from trueup.model.tables import COVERAGE, STAGE_INTERVAL
from trueup.store.identity import Vault
from trueup.store.stages import NEEDS, stage_rows
from trueup.store.warehouse import Warehouse


def change(number: int, first: int | None, landed: int, released: int | None) -> dict[str, Any]:
    return {
        "change_id": f"r#{number}",
        "repository_id": TARGET,
        "landed_commit_id": f"c{number}",
        "landed_at": landed,
        "first_commit_at": first,
        "first_release_id": None if released is None else "v1",
        "released_at": released,
    }


CHANGES = [
    change(1, 10, 30, 70),
    change(2, None, 40, None),
    change(3, 50, 45, None),
    change(4, 10, 60, None),
    change(5, 20, 80, 75),
    change(6, 0, 90, None),
]
CLOCKS = {
    "c1": "ok",
    "c2": "ok",
    "c3": "ok",
    "c4": "in_future",
    "c5": "ok",
    "c6": "ok",
    "o": "too_old",
}
MEMBERS = [*((f"r#{n}", f"c{n}") for n in range(1, 7)), ("r#6", "o"), ("r#1", "m")]


def tables() -> dict[str, pa.Table]:
    made = {
        "change": rows("change", *CHANGES),
        "change_commit": rows(
            "change_commit", *({"change_id": c, "commit_id": k} for c, k in MEMBERS)
        ),
        "commit": rows("commit", *({"commit_id": k, "clock": v} for k, v in CLOCKS.items())),
        "commit_diff": rows(
            "commit_diff",
            {"commit_id": "c1", "lines_added": 5, "lines_deleted": 2},
            {"commit_id": "m", "lines_added": 1, "lines_deleted": None},
            {"commit_id": "c2", "lines_added": 0, "lines_deleted": 0},
        ),
    }
    return {name: table.select(list(NEEDS[name])) for name, table in made.items()}


def intervals(stage: str) -> list[Mapping[str, Any]]:
    derived = stage_rows(tables()).intervals.to_pylist()
    return [row for row in derived if row["stage"] == stage]


def test_develop_lasts_from_a_known_first_commit_to_landing() -> None:
    seen = [(row["item_id"], row["entered_at"], row["left_at"]) for row in intervals("develop")]
    assert seen == [("r#1", 10, 30), ("r#5", 20, 80)]


def test_a_change_not_yet_released_waits_without_an_end() -> None:
    seen = [(row["item_id"], row["entered_at"], row["left_at"]) for row in intervals("release")]
    assert seen == [("r#1", 30, 70), ("r#2", 40, None), ("r#3", 45, None), ("r#6", 90, None)]


def test_an_outcome_is_known_when_the_stage_was_left() -> None:
    seen = [row["outcome"] for row in intervals("develop")]
    assert seen == ["landed", "landed"]
    seen = [row["outcome"] for row in intervals("release")]
    assert seen == ["released", None, None, None]


def test_when_work_began_within_a_stage_is_unknown() -> None:
    derived = stage_rows(tables()).intervals
    assert derived["started_at"].null_count == derived.num_rows
    assert set(derived["attempt"].to_pylist()) == {1}


def test_the_size_of_a_change_is_the_lines_of_its_commits_null_where_unknown() -> None:
    seen = {row["item_id"]: row["size"] for row in intervals("release")}
    assert seen == {"r#1": 8, "r#2": 0, "r#3": None, "r#6": None}


def test_what_is_left_out_is_counted_with_its_reason() -> None:
    seen = {
        row["subject"]: (row["expected"], row["seen"], row["skipped"], row["reason"])
        for row in stage_rows(tables()).coverage.to_pylist()
    }
    why = "rest on a clock that is wrong"
    assert seen == {
        "develop times": (5, 2, 3, f"2 {why}, 1 end before they begin"),
        "release times": (6, 4, 2, f"1 {why}, 1 end before they begin"),
    }


def test_an_end_that_happened_but_has_no_instant_is_not_taken_for_waiting() -> None:
    made = tables()
    released = change(1, 10, 30, None) | {"first_release_id": "v1"}
    made["change"] = rows("change", released).select(list(NEEDS["change"]))
    derived = stage_rows(made)
    assert derived.intervals["stage"].to_pylist() == ["develop"]
    assert derived.coverage["skipped"].to_pylist() == [0, 1]
    assert derived.coverage["reason"][1].as_py() == "1 ended at an instant that is not known"


def test_no_changes_make_no_stages() -> None:
    empty = {name: table.slice(0, 0) for name, table in tables().items()}
    derived = stage_rows(empty)
    assert derived.intervals.schema == STAGE_INTERVAL.schema
    assert (derived.intervals.num_rows, derived.coverage.num_rows) == (0, 0)
    assert derived.coverage.schema == COVERAGE.schema


@pytest.mark.parametrize("second", ["changes again", "commits only"])
def test_stages_follow_the_changes_through_later_collections(
    second: str, warehouse: Warehouse, vault: Vault
) -> None:
    commit = {"commit_id": "c1", "clock": "ok"}
    with warehouse.collection("git", TARGET, now=1, vault=vault) as landing:
        landing.land("commit", rows("commit", commit))
        landing.land("coverage", rows("coverage", {"subject": "commits"}))
        landing.land("change", rows("change", change(1, 10, 30, None)))
        landing.cursor("1")
    with warehouse.collection("git", TARGET, now=2, vault=vault) as landing:
        landing.land("commit", rows("commit", {"commit_id": "c2", "clock": "too_old"}))
        if second == "changes again":
            both = (change(1, 10, 30, 70), change(2, 10, 40, 70))
            landing.land("change", rows("change", *both))
        landing.cursor("2")
    seen = warehouse.tables().arrow("stage_interval").to_pylist()
    ends = {(row["item_id"], row["stage"]): row["left_at"] for row in seen}
    released = 70 if second == "changes again" else None
    assert ends == {("r#1", "develop"): 30, ("r#1", "release"): released}
    subjects = warehouse.tables().arrow("coverage")["subject"].to_pylist()
    assert sorted(subjects) == ["commits", "develop times", "release times"]


def test_a_reset_drops_the_stages_too(warehouse: Warehouse, vault: Vault) -> None:
    with warehouse.collection("git", TARGET, now=1, vault=vault) as landing:
        landing.land("change", rows("change", change(1, 10, 30, None)))
        landing.cursor("1")
    with warehouse.collection("git", TARGET, now=2, vault=vault) as landing:
        landing.land("change", rows("change", change(2, 10, 30, None)))
        landing.reset("history was rewritten")
        landing.cursor("2")
    assert not warehouse.tables().has("stage_interval")
    assert not warehouse.tables().has("coverage")
