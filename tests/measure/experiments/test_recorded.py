"""What consenting people did, day by day: drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.measure.building import at
from tests.measure.drawing import Drawing
from trueup.measure.experiments.recorded import (
    begun,
    counted,
    known_tasks,
    persons_of,
    tasks_named,
)

STARTS = np.array([at(f"2026-03-{day:02}T00:00") for day in (9, 10, 12)])
ENDS = np.array([at(f"2026-03-{day:02}T00:00") for day in (10, 11, 13)])
DAYS = (STARTS, ENDS)
"""Monday, Tuesday and Thursday."""


def drawn() -> Drawing:
    """Ann lands two changes on Monday and one on Wednesday; Bob one on Thursday; Zed is nobody's.

    Ann begins T-1 on Monday at 9 and finishes it on Tuesday at 9; Bob begins T-2 on Tuesday and
    T-3 on Thursday, finishes the former an hour later and never the latter.
    """
    world = Drawing("2026-04-01")
    for name, when, who in (
        ("a", "2026-03-09T10:00", "ann"),
        ("b", "2026-03-09T23:59", "ann"),
        ("c", "2026-03-11T10:00", "ann"),
        ("d", "2026-03-12T00:00", "bob"),
        ("e", "2026-03-12T10:00", "zed"),
    ):
        world.change(name, when, who, first=when)
    world.session("bob", "2026-03-10T08:00")
    for item, who, start, done in (
        ("T-1", "ann", "2026-03-09T09:00", "2026-03-10T09:00"),
        ("T-2", "bob", "2026-03-10T09:00", "2026-03-10T10:00"),
        ("T-3", "bob", "2026-03-12T09:00", None),
    ):
        world.add(
            "work_item",
            work_item_id=f"jira:{item}",
            keys=[item],
            item_type="task",
            created_at=at("2026-03-01T00:00"),
            done_at=at(done) if done else None,
            resolution="done" if done else None,
            assignee_person_id=who,
        )
        moves = [("queue", "active", start), *([("active", "done", done)] if done else [])]
        for before, after, when in moves:
            world.add(
                "work_item_transition",
                work_item_id=f"jira:{item}",
                happened_at=at(when),
                from_stage=before,
                to_stage=after,
                person_id=who,
            )
    return world


@pytest.mark.parametrize(
    ("name", "ann", "bob"),
    [
        ("changes_landed", [2, 0, 0], [0, 0, 1]),
        ("changes_begun", [2, 0, 0], [0, 0, 1]),
        ("tasks_begun", [1, 0, 0], [0, 1, 1]),
        ("tasks_finished", [0, 1, 0], [0, 1, 0]),
        ("ai_uses", [0, 0, 0], [0, 2, 0]),
    ],
)
def test_events_are_counted_by_person_and_day(name: str, ann: list[int], bob: list[int]) -> None:
    """Wednesday is no day of the experiment; a session has its row and that of its request."""
    found = counted(drawn().ready(), ("ann", "bob"), (name,), DAYS)
    assert found[name].tolist() == [ann, bob]


def test_things_begun_have_their_time_and_those_unfinished_have_none() -> None:
    found = begun(drawn().ready(), ("ann", "bob"), "task", int(STARTS[0]), int(ENDS[-1]))
    assert found.ids == ("jira:T-1", "jira:T-2", "jira:T-3")
    assert found.person.tolist() == [0, 1, 1]
    assert found.seconds[:2].tolist() == [86_400.0, 3_600.0]
    assert np.isnan(found.seconds[2])


def test_tasks_are_found_by_their_key_or_their_id() -> None:
    tables = drawn().ready()
    found = known_tasks(tables, ("T-1", "jira:T-2", "T-9"))
    assert found == {"T-1": "jira:T-1", "jira:T-2": "jira:T-2"}
    assert tasks_named(tables, ("ann",), tuple(found.values())).person.tolist() == [0, -1]


def test_an_account_is_its_persons_as_links_have_it_now() -> None:
    world = Drawing("2026-04-01")
    world.add("account", account_id="p_1", person_id="p_0", actor_kind="human")
    assert persons_of(world.ready(), ("p_1", "p_9")) == ("p_0", "p_9")
