"""Work items on a board, June 2026; records end on the 11th.

::

    item  1   2   3   4   5   6   7   8   9  10  11
    A     active->|queue->|act|qa |done                3 days active, 2 waiting, 1 in QA
    B     active----------------->|done                6 days active
    C     active----------------------------------->   open, 10 days old

A left progress on the 3rd and came back on the 5th.
"""

from __future__ import annotations

import pytest

from tests.measure.asking import abstention, answers, measured, value
from tests.measure.forge import DAY, Forge

HALF, MEAN = ("quantile", "0.5"), ("quantile", "mean")


def board(until: str = "2026-06-10") -> Forge:
    """An empty board whose records end at the start of the day after `until`'s."""
    return Forge(until=until)


@pytest.fixture
def three() -> Forge:
    world = board("2026-06-11")
    world.item("A", ("active", 1), ("queue", 3), ("active", 5), ("qa", 6), ("done", 7))
    world.item("B", ("active", 1), ("done", 7))
    world.item("C", ("active", 1))
    return world


@pytest.mark.parametrize(
    ("metric", "days"),
    [
        ("work_item_flow_seconds", 6),
        ("work_item_active_seconds", 6),
        ("work_item_qa_seconds", 1),
        ("work_item_age_seconds", 10),
    ],
)
def test_half_of_the_items_take_no_longer(three: Forge, metric: str, days: int) -> None:
    assert value(metric, three, HALF) == pytest.approx(days * DAY, abs=1)


def test_time_in_progress_keeps_what_is_still_open(three: Forge) -> None:
    """3, 6 and 10 and counting: mean 3 + 3 x 2/3 + 4 x 1/3 = 6.33 days, at least."""
    found = measured("work_item_active_seconds", three, MEAN)
    assert found.value == pytest.approx((3 + 2 + 4 / 3) * DAY, abs=1)
    assert (found.qualifier, found.n) == ("at least", 3)


def test_work_item_waiting_seconds_is_time_in_queues_once_begun(three: Forge) -> None:
    """2, 0, and 0 and counting: 0 leaves 2/3 (C is cut off there), 2 leaves none."""
    assert value("work_item_waiting_seconds", three, HALF) == 2 * DAY


def test_the_wait_before_the_first_start_is_no_waiting_time() -> None:
    world = board()
    world.item("A", ("queue", 1), ("active", 4), ("done", 5))
    assert value("work_item_waiting_seconds", world, HALF) == 0


def test_flow_efficiency_ratio_sums_over_finished_items(three: Forge) -> None:
    """(3 + 1) + 6 worked of 6 + 6 days."""
    found = measured("flow_efficiency_ratio", three)
    assert found.value == pytest.approx(10 / 12)
    assert (found.n, found.qualifier) == (2, "at most")


def test_work_restarts_per_item_counts_re_entries(three: Forge) -> None:
    assert value("work_restarts_per_item", three) == pytest.approx(1 / 3)


def test_a_move_between_two_statuses_of_one_stage_is_no_restart() -> None:
    world = board()
    world.item("A", ("active", 1), ("active", 2), ("active", 3), ("done", 4))
    assert value("work_restarts_per_item", world) == 0


def test_an_item_whose_tracker_names_no_first_stage_began_where_it_first_left_from() -> None:
    world = board()
    world.item("A", ("active", 1), ("done", 4))
    world.rows["work_item_transition"] = [
        row for row in world.rows["work_item_transition"] if row["from_stage"]
    ]
    assert value("work_item_active_seconds", world, HALF) == 3 * DAY


def test_an_item_that_went_straight_to_done_lowers_the_coverage(three: Forge) -> None:
    three.item("D", ("queue", 1), ("done", 2))
    assert measured("work_item_flow_seconds", three, HALF).coverage == 3 / 4


def test_epics_and_incidents_are_left_out(three: Forge) -> None:
    three.item("E", ("active", 1), ("done", 2), item_type="epic")
    three.item("F", ("active", 1), ("done", 2), item_type="incident")
    assert measured("work_item_flow_seconds", three, HALF).n == 3


def test_an_item_given_up_is_censored_when_it_was() -> None:
    """6 days, and given up after 10: half are done after 6 days, 85 % never."""
    world = board()
    world.item("A", ("active", 1), ("done", 7))
    world.item("B", ("active", 1), ("done", 11), resolution="abandoned")
    assert value("work_item_flow_seconds", world, HALF) == 6 * DAY
    assert "still wait" in abstention("work_item_flow_seconds", world, ("quantile", "0.85")).reason


def test_stalled_work_items_ratio_is_time_beyond_a_week_without_an_act() -> None:
    """In progress for 10 days, touched on the 3rd: 8 days untouched, 1 of them stalled."""
    world = board("2026-06-11")
    world.item("C", ("active", 1))
    world.touched("C", 3)
    world.touched("C", 7, "robot", kind="bot")
    found = measured("stalled_work_items_ratio", world)
    assert (found.value, found.n) == pytest.approx((1 / 10, 1))


def test_an_act_on_a_linked_change_keeps_an_item_alive() -> None:
    world = board("2026-06-11")
    world.item("C", ("active", 1))
    world.touched("C", 3)
    world.proposed("c", 7)
    world.linked("C", "c")
    assert value("stalled_work_items_ratio", world) == 0


def test_reopened_work_items_ratio_watches_thirty_days() -> None:
    """Two were done 30 days before the 10th of July; one came back after 5 days."""
    world = board("2026-07-10")
    world.item("A", ("active", 1), ("done", 4), ("active", 9), ("done", 10))
    world.item("B", ("active", 1), ("done", 4))
    world.item("young", ("active", 1), ("done", 30), ("active", 31))
    found = measured("reopened_work_items_ratio", world)
    assert (found.value, found.n) == (1 / 2, 2)


def test_old_work_items_ratio_compares_with_finished_ones() -> None:
    """Finished ones take 1 to 20 days: 85 % of the way from 1 to 20 is 17.15 days."""
    world = board("2026-06-30")
    for days in range(1, 21):
        world.item(f"done{days}", ("active", 1), ("done", 1 + days))
    world.item("ten", ("active", 20))
    world.item("eighteen", ("active", 12))
    found = measured("old_work_items_ratio", world)
    assert (found.value, found.n) == (1 / 2, 2)


def test_too_few_finished_items_are_no_yardstick(three: Forge) -> None:
    found = abstention("old_work_items_ratio", three)
    assert found.reason.endswith("have too few finished ones to be compared with.")
    assert found.remedy == "Wait until 20 work items are finished."


def test_without_a_tracker_each_names_it() -> None:
    world = Forge()
    world.change("c", "2026-06-03")
    for metric in ("work_item_flow_seconds", "flow_efficiency_ratio", "old_work_items_ratio"):
        found = abstention(metric, world)
        assert found.reason == "No work items are recorded."
        assert found.remedy.startswith("Connect the tracker")


def test_a_team_of_the_item_comes_before_that_of_its_assignee() -> None:
    world = board()
    for number in range(5):
        world.item(f"A{number}", ("active", 1), ("done", 3), assignee_person_id=f"p{number}")
        world.item(
            f"B{number}", ("active", 1), ("done", 5),
            assignee_person_id=f"p{number}", team_id="blue",
        )  # fmt: skip
        world.member(f"p{number}", "red")
    found = answers("flow_efficiency_ratio", world, by=("team",))
    assert set(found) == {(("team", "blue"),), (("team", "red"),)}
