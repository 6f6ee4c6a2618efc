"""What one developer holds at once. 1 June 2026 is a Monday."""

from __future__ import annotations

import pytest

from tests.measure.asking import abstention, measured, value
from tests.measure.building import at
from tests.measure.forge import Forge, june

MONDAY, TUESDAY = 1.5, 2.5


def test_change_contexts_per_developer_day() -> None:
    """Ann touches two changes on Monday and one on Tuesday, Bob one on Monday: 4 / 3."""
    world = Forge()
    world.proposed("a", MONDAY)
    world.proposed("b", MONDAY)
    world.comment("a", MONDAY, "ann")
    world.comment("a", MONDAY, "bob")
    world.commits_of("b", TUESDAY)
    found = measured("change_contexts_per_developer_day", world)
    assert (found.value, found.n, found.n_of) == (4 / 3, 3, "developer-days")


def test_what_machines_and_deleted_accounts_touch_is_nobodys_context() -> None:
    world = Forge()
    world.proposed("a", MONDAY)
    world.comment("a", TUESDAY, "coderabbit", kind="ai_agent")
    world.comment("a", TUESDAY, "dependabot", kind="bot")
    world.comment("a", TUESDAY, None, kind="deleted")
    world.comment("a", TUESDAY, "ghost", kind="deleted")
    found = measured("change_contexts_per_developer_day", world)
    assert (found.value, found.n) == (1, 1)


@pytest.mark.parametrize(
    ("zone", "expected", "days"),
    [("UTC", 2.0, 1), ("Australia/Perth", 1.0, 2), ("America/Los_Angeles", 2.0, 1)],
)
def test_a_day_begins_at_midnight_of_the_workspace(zone: str, expected: float, days: int) -> None:
    """Two changes touched at 23:30 in Perth on Monday and 00:30 on Tuesday: two days there.

    In UTC that is 15:30 and 16:30 on Monday, in Los Angeles 8:30 and 9:30.
    """
    world = Forge()
    world.person("ann")
    for name, when in (("a", "2026-06-01T23:30+08:00"), ("b", "2026-06-02T00:30+08:00")):
        world.proposed(name, 1, author="devin", kind="ai_agent")
        world.add(
            "change_event", change_id=name, kind="commented", happened_at=at(when),
            account_id="ann", actor_kind="human",
        )  # fmt: skip
    found = measured("change_contexts_per_developer_day", world, timezone=zone)
    assert (found.value, found.n) == (expected, days)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2026-03-29", "2026-03-29T00:10+01:00", "2026-03-29T23:50+02:00"),  # 23 hours long
        ("2026-10-25", "2026-10-25T00:10+02:00", "2026-10-25T23:50+01:00"),  # 25 hours long
    ],
)
def test_a_day_on_which_clocks_are_changed_is_one_day(day: str, first: str, last: str) -> None:
    del day
    world = Forge(until="2026-12-01")
    for number, when in enumerate((first, last)):
        world.commit(f"c{number}", when, change=f"p{number}")
    found = measured("change_contexts_per_developer_day", world, timezone="Europe/Berlin")
    assert (found.value, found.n) == (2.0, 1)


def test_work_item_contexts_per_developer_day() -> None:
    """Ann touches two work items on Monday, and on Tuesday commits without touching any."""
    world = Forge()
    world.works("ann", "2026-06-02")
    world.item("w", ("active", MONDAY))
    for item in ("w", "w", "v"):
        world.touched(item, MONDAY)
    world.touched("w", MONDAY, "robot", kind="bot")
    found = measured("work_item_contexts_per_developer_day", world)
    assert (found.value, found.n) == (1.0, 2)


def test_who_writes_no_code_is_not_taken_for_a_developer() -> None:
    world = Forge()
    world.works("ann", "2026-06-01")
    world.item("w", ("active", MONDAY))
    world.touched("w", MONDAY, "ann")
    world.touched("w", MONDAY, "planner")
    found = measured("work_item_contexts_per_developer_day", world)
    assert (found.value, found.coverage) == (1.0, 1 / 2)


@pytest.fixture
def edits() -> Forge:
    """Ann edits a.py twice and b.py once in June; in July she commits to a branch."""
    world = Forge(until="2026-08-01")
    for commit, day, path in (("x", 3, "a.py"), ("y", 10, "a.py"), ("z", 20, "b.py")):
        world.commit(commit, june(day))
        world.add("commit_file", commit_id=commit, path=path, file_kind="code")
    world.add("commit_file", commit_id="z", path="uv.lock", file_kind="generated")
    world.works("ann", "2026-07-05")
    return world


def test_files_touched_per_developer_month_counts_each_file_once(edits: Forge) -> None:
    found = measured("files_touched_per_developer_month", edits)
    assert (found.value, found.n) == (2 / 2, 2)


def test_file_edits_per_developer_month_counts_each_edit(edits: Forge) -> None:
    assert value("file_edits_per_developer_month", edits) == 3 / 2


def test_a_forge_without_clones_does_not_know_the_files() -> None:
    world = Forge()
    world.proposed("a", 1)
    found = abstention("files_touched_per_developer_month", world)
    assert found.reason == "No files of commits are recorded."


def test_repositories_touched_per_developer_month() -> None:
    """Two repositories in June, one in July: 3 / 2 developer-months."""
    world = Forge(until="2026-08-01", repositories=("r", "s"))
    world.works("ann", "2026-06-05", "2026-07-05")
    world.works("ann", "2026-06-06", repository="s")
    found = measured("repositories_touched_per_developer_month", world)
    assert (found.value, found.n, found.qualifier) == (3 / 2, 2, "at least")
