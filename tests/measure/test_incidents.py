from __future__ import annotations

import pytest

from tests.measure.asking import abstention, measured, value
from tests.measure.building import at
from tests.measure.drawing import Drawing
from trueup.model.evidence import Window

JUNE = Window(start_at=at("2026-06-01"), end_at=at("2026-06-29"))


@pytest.fixture
def june() -> Drawing:
    """Ten changes by two people in June, one more by a bot; three incidents, five bugs, an epic.

    One incident opened in May, one of staging; one bug was reported in May.
    """
    world = Drawing(until="2026-06-30")
    for number in range(10):
        world.change(f"c{number}", f"2026-06-{number + 1:02}", "ann" if number < 6 else "bob")
    world.change("bot", "2026-06-05", "dependabot", kind="bot")
    for name, day in (("I", "06-03"), ("J", "06-10"), ("K", "06-20"), ("old", "05-20")):
        world.add("incident", incident_id=name, opened_at=at(f"2026-{day}"), service_id="s")
    world.add("incident", incident_id="s", opened_at=at("2026-06-04"), environment="staging")
    for number, day in enumerate(("06-02", "06-02", "06-09", "06-11", "06-12", "05-30")):
        world.add(
            "work_item", work_item_id=f"b{number}", item_type="bug", created_at=at(f"2026-{day}")
        )
    world.add("work_item", work_item_id="e", item_type="epic", created_at=at("2026-06-02"))
    return world


def test_incidents_of_the_window_are_counted_by_week(june: Drawing) -> None:
    """I, J, K in four weeks."""
    assert value("incidents_per_week", june, window=JUNE) == pytest.approx(3 / 4)


def test_incidents_are_divided_by_changes_that_landed_in_the_same_window(june: Drawing) -> None:
    """3 / 10: the bot's change is left out. FAROS row incidents_per_pr."""
    found = measured("incidents_per_change", june, window=JUNE)
    assert (found.value, found.n) == pytest.approx((0.3, 10))


def test_bugs_are_divided_by_changes_and_by_developers(june: Drawing) -> None:
    """5 bugs in June: 5 / 10 per change; ann and bob active in June: 5 / 2 per developer-month."""
    assert value("bugs_per_change", june, window=JUNE) == pytest.approx(0.5)
    assert value("bugs_per_developer_month", june, window=JUNE) == pytest.approx(2.5)


def test_windows_side_by_side_add_up_to_the_window_of_both(june: Drawing) -> None:
    """Rates are additive: counts of May and of June are the counts of both."""
    may = Window(start_at=at("2026-05-01"), end_at=at("2026-06-01"))
    both = Window(start_at=may.start_at, end_at=JUNE.end_at)
    for name in ("incidents_per_week", "changes_landed_per_week"):
        counts = [
            value(name, june, window=window) * window.days / 7
            for window in (may, JUNE, both)
            if name != "changes_landed_per_week" or window is not may
        ]
        assert counts[-1] == pytest.approx(sum(counts[:-1]))


def test_without_incidents_or_a_tracker_nothing_is_nought() -> None:
    world = Drawing()
    world.change("a", "2026-06-01")
    assert "No incidents" in abstention("incidents_per_change", world).reason
    assert "No work items" in abstention("bugs_per_change", world).reason
