"""Finished things per developer-week. 1 June 2026 is a Monday; weeks begin on the 1st and 8th.

::

    who   first week                        second week
    ann   opens and lands c1                opens and lands c2
    bob   opens and lands c3
    done  task t1 (3 points, led to c1)     task t2 (5 points), epic e

Three developer-weeks, two team-weeks of the one team.
"""

from __future__ import annotations

import pytest

from tests.measure.asking import abstention, measured, value
from tests.measure.building import World, at
from tests.measure.forge import Forge, june
from trueup.model.evidence import Window

TWO_WEEKS = Window(start_at=june(1), end_at=june(15))


@pytest.fixture
def world() -> Forge:
    made = Forge()
    made.proposed("c1", 2, landed=3)
    made.proposed("c2", 9, landed=10)
    made.proposed("c3", 2, landed=4, author="bob")
    made.item("t1", ("active", 1), ("done", 4), points=3)
    made.item("t2", ("active", 8), ("done", 11), points=5)
    made.item("e", ("active", 1), ("done", 12), item_type="epic")
    made.linked("t1", "c1")
    for person in ("ann", "bob"):
        made.member(person, "red")
    return made


@pytest.mark.parametrize(
    ("metric", "expected", "n"),
    [
        ("changes_landed_per_developer_week", 3 / 3, 3),
        ("work_items_done_per_developer_week", 2 / 3, 3),
        ("epics_done_per_developer_week", 1 / 3, 3),
        ("linked_work_items_done_per_team_week", 1 / 2, 2),
        ("linked_work_items_ratio", 1 / 2, 2),
        ("points_done_per_week", 8 / 2, 2),
    ],
)
def test_a_rate_worked_out_from_the_drawing(
    world: Forge, metric: str, expected: float, n: int
) -> None:
    found = measured(metric, world, window=TWO_WEEKS)
    assert (found.value, found.n) == pytest.approx((expected, n))


def test_an_agents_change_counts_and_makes_no_developer_week(world: Forge) -> None:
    world.proposed("c4", 2, landed=3, author="devin", kind="ai_agent")
    world.proposed("c5", 2, landed=3, author="dependabot", kind="bot")
    found = measured("changes_landed_per_developer_week", world)
    assert (found.value, found.n) == pytest.approx((4 / 3, 3))


def test_a_direct_push_is_not_a_landed_change_here(world: Forge) -> None:
    world.change("pushed", june(3), "ann", landing="direct")
    assert value("changes_landed_per_developer_week", world) == 1


def test_a_week_belongs_to_the_month_in_which_it_begins(world: Forge) -> None:
    """What is done on 1 and 2 July is of the week that begins on 29 June."""
    world.proposed("c6", 31.5, landed=32.5, author="ann")
    found = measured(
        "changes_landed_per_developer_week", world, ("month", "2026-06"), every="month"
    )
    assert (found.value, found.n) == (4 / 4, 4)


def test_what_was_given_up_is_not_finished(world: Forge) -> None:
    world.item("t3", ("active", 2), ("done", 5), resolution="abandoned")
    assert value("work_items_done_per_developer_week", world) == pytest.approx(2 / 3)


def test_an_unlikely_link_does_not_count(world: Forge) -> None:
    world.linked("t2", "c2", probability=0.3)
    assert value("linked_work_items_ratio", world) == 1 / 2


def test_items_without_an_estimate_lower_the_coverage(world: Forge) -> None:
    world.item("t3", ("active", 2), ("done", 5))
    found = measured("points_done_per_week", world, window=TWO_WEEKS)
    assert (found.value, found.coverage) == pytest.approx((4, 2 / 3))


def test_a_tracker_without_estimates_abstains() -> None:
    world = Forge()
    world.item("t", ("active", 1), ("done", 4))
    assert abstention("points_done_per_week", world).remedy == "Estimate work items in the tracker."


def reworked() -> World:
    """Four changes released on 1 May; four takes three back. History ends on 30 June."""
    world = Forge()
    for name, lines in (("one", 10), ("two", 10), ("three", 40), ("four", 40)):
        world.change(name, "2026-04-20", released="2026-05-01", release="v1")
        world.add(
            "commit_diff", commit_id=name, lines_added=lines - 5, lines_deleted=5, file_count=1
        )
    world.revert("three", "four")
    return world


def test_rework_free_changes_ratio_leaves_out_what_is_taken_back_and_what_takes_back() -> None:
    assert value("rework_free_changes_ratio", reworked()) == 2 / 4


def test_rework_free_lines_ratio_weighs_changes_by_size() -> None:
    assert value("rework_free_lines_ratio", reworked()) == 20 / 100


def test_a_change_not_yet_watched_for_thirty_days_is_not_judged() -> None:
    world = reworked()
    world.change("young", "2026-06-05", released="2026-06-10", release="v2")
    assert measured("rework_free_changes_ratio", world).n == 4


def test_rework_free_flow_is_what_stays_per_week_in_changes_and_in_lines() -> None:
    """rework_free_changes_per_week: one and two stay, in two weeks; 10 lines each.

    rework_free_lines_per_week weighs them. What came on 10 June cannot be judged by the 30th.
    """
    world = reworked()
    may = Window(start_at=at("2026-04-27"), end_at=at("2026-05-11"))
    assert value("rework_free_changes_per_week", world, window=may) == 2 / 2
    assert value("rework_free_lines_per_week", world, window=may) == 20 / 2
    world.change("young", "2026-06-05", released="2026-06-10", release="v2")
    found = measured("rework_free_changes_per_week", world)
    assert (found.n, found.coverage) == pytest.approx((2, 2 / 3))
