from __future__ import annotations

import pytest

from tests.measure.asking import answers, measured, value
from tests.measure.building import DAY, at
from tests.measure.drawing import Drawing
from trueup.model.evidence import Abstention, Measurement, Window

FOUR_WEEKS = Window(start_at=at("2026-06-01"), end_at=at("2026-06-29"))
WAIT, LEVEL = "stage_wait_seconds", "stage_level_items"
ARRIVALS, DEPARTURES = "stage_arrivals_per_week", "stage_departures_per_week"


def passage(world: Drawing, name: str, stage: str, entered: str, left: str | None) -> None:
    if name not in {row["change_id"] for row in world.rows["change"]}:
        world.person("ann")
        world.add(
            "change", change_id=name, state="open", opened_at=at("2026-06-01"),
            author_account_id="ann", actor_kind="human",
        )  # fmt: skip
    attempt = sum(
        row["item_id"] == name and row["stage"] == stage for row in world.rows["stage_interval"]
    )
    world.add(
        "stage_interval", item_kind="change", item_id=name, stage=stage, attempt=attempt + 1,
        entered_at=at(entered), left_at=at(left) if left else None,
    )  # fmt: skip


@pytest.fixture
def june() -> Drawing:
    """Two stages of four changes, 1 to 29 June (28 days).

    change   pickup            review
    a        1st to 3rd        3rd to 10th
    b        8th to 12th       12th to 19th
    c        15th to 21st      21st to 28th
    d        27 May to 5th     (given up)
    """
    world = Drawing(until="2026-06-29")
    passage(world, "a", "pickup", "2026-06-01", "2026-06-03")
    passage(world, "b", "pickup", "2026-06-08", "2026-06-12")
    passage(world, "c", "pickup", "2026-06-15", "2026-06-21")
    passage(world, "d", "pickup", "2026-05-27", "2026-06-05")
    for name, entered, left in (("a", 3, 10), ("b", 12, 19), ("c", 21, 28)):
        passage(world, name, "review", f"2026-06-{entered:02}", f"2026-06-{left:02}")
    world.change("git", "2026-06-02")
    passage(world, "git", "develop", "2026-06-01", "2026-06-02")
    return world


def test_every_boundary_has_waits_of_its_own(june: Drawing) -> None:
    """Pickup: those that left waited 2, 4, 6 and 9 days, mean 5.25; review 7 each."""
    found = answers(WAIT, june, window=FOUR_WEEKS)
    assert {dict(group)["stage"] for group in found} == {"pickup", "review"}
    departed = {
        stage: value(WAIT, june, ("stage", stage), ("wait", "departed"), window=FOUR_WEEKS)
        for stage in ("pickup", "review")
    }
    assert departed == {"pickup": pytest.approx(5.25 * 86_400), "review": pytest.approx(7 * 86_400)}


def test_level_arrivals_and_departures_are_of_the_same_items_in_the_same_window(
    june: Drawing,
) -> None:
    """Pickup: 2 + 4 + 6 + 4 of d = 16 item-days in 28; 3 came, 4 left. Review: 21 in 28; 3 and 3.

    L = lambda W exactly in review: 21 / 28 = 3 / 28 x 7.
    """
    asked = {"window": FOUR_WEEKS}
    for stage, level, came, went in (
        ("pickup", 16 / 28, 3 / 4, 4 / 4),
        ("review", 3 / 4, 3 / 4, 3 / 4),
    ):
        assert value(LEVEL, june, ("stage", stage), **asked) == pytest.approx(level)
        assert value(ARRIVALS, june, ("stage", stage), **asked) == pytest.approx(came)
        assert value(DEPARTURES, june, ("stage", stage), **asked) == pytest.approx(went)
    wait = value(WAIT, june, ("stage", "review"), ("wait", "edge-corrected"), **asked)
    rate = value(ARRIVALS, june, ("stage", "review"), **asked) / (7 * 86_400)
    assert value(LEVEL, june, ("stage", "review"), **asked) == pytest.approx(rate * wait)


def test_a_stage_passed_twice_counts_twice(june: Drawing) -> None:
    """Seven quiet days are begun anew after an incident: two passages of soak."""
    passage(june, "a", "soak", "2026-06-10", "2026-06-13")
    passage(june, "a", "soak", "2026-06-13", "2026-06-20")
    found = measured(ARRIVALS, june, ("stage", "soak"), window=FOUR_WEEKS)
    assert (found.n, found.value) == pytest.approx((2, 2 / 4))


def test_the_task_stage_is_read_only_as_far_as_it_can_be_seen(june: Drawing) -> None:
    """Tasks are seen once their change is opened: after waits of 9 and 10 days the last week and
    more of June is not yet seen, so the window of the stage ends 10 days early.
    """
    passage(june, "a", "task", "2026-06-01", "2026-06-10")
    passage(june, "b", "task", "2026-06-02", "2026-06-12")
    found = measured(LEVEL, june, ("stage", "task"), window=FOUR_WEEKS)
    assert found.window.end_at == pytest.approx(FOUR_WEEKS.end_at - 9.9 * DAY, abs=DAY / 1000)


def test_a_growing_queue_is_said_to_be_at_least() -> None:
    """Forty changes wait for deployment, ten a week; three got through."""
    world = Drawing(until="2026-06-29")
    for number in range(40):
        day = 1 + number * 28 // 40
        left = f"2026-06-{day + 1:02}" if number < 3 else None
        passage(world, f"c{number}", "deploy", f"2026-06-{day:02}", left)
    found = answers(WAIT, world, window=FOUR_WEEKS)
    departed = found[(("stage", "deploy"), ("wait", "departed"))]
    assert isinstance(departed, Measurement)
    assert departed.qualifier == "at least"
    assert isinstance(found[(("stage", "deploy"), ("wait", "edge-corrected"))], Abstention)


def test_months_have_the_law_too(june: Drawing) -> None:
    found = answers(LEVEL, june, every="month", window=FOUR_WEEKS)
    assert value(
        LEVEL, june, ("stage", "review"), ("month", "2026-06"), every="month", window=FOUR_WEEKS
    ) == pytest.approx(3 / 4)
    assert {dict(group)["month"] for group in found} == {"2026-06"}
