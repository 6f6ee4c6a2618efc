"""Ways of changes added up by unit and week, in hours of work of a calendar drawn by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.measure.building import at
from trueup.measure.units.steps import Steps
from trueup.measure.windows import buckets
from trueup.model.evidence import Window
from trueup.simulate.flow.recorded import Recorded, recorded
from trueup.simulate.flow.working_time import WorkingTime

WEEKS = buckets(Window(start_at=at("2026-06-01"), end_at=at("2026-06-29")), "week", "UTC")
KINDS = {
    "changes": ("unit", "change_id", "begun_at", "ready_at", "reviewed_at", "landed_at",
                "is_given_up", "lines", "deployed_at"),
    "reworks": ("unit", "change_id", "asked_at", "answered_at"),
    "checks": ("unit", "change_id", "queued_at", "started_at", "finished_at", "is_failed"),
    "deployments": ("unit", "started_at", "finished_at", "changes"),
    "incidents": ("unit", "opened_at", "acknowledged_at", "resolved_at", "probability"),
    "people": ("unit", "week", "authors", "reviewers"),
    "items": ("unit", "filed_at", "begun_at"),
}  # fmt: skip


def table(kind: str, rows: list[dict[str, Any]]) -> pa.Table:
    text = ("unit", "change_id")
    kinds = {
        name: pa.string() if name in text else pa.bool_() if name.startswith("is") else
        pa.float64() if name == "probability" else pa.int64()
        for name in KINDS[kind]
    }  # fmt: skip
    whole = [
        {
            name: at(value) if name.endswith("_at") and value else value
            for name, value in row.items()
        }
        for row in rows
    ]
    return pa.Table.from_pylist(whole, pa.schema(list(kinds.items())))


def told(**rows: list[dict[str, Any]]) -> Recorded:
    people = [{"unit": "t", "week": week, "authors": 3, "reviewers": 2} for week in range(4)]
    tables = {kind: table(kind, rows.get(kind, [])) for kind in KINDS if kind != "people"}
    steps = Steps(
        unit_kind="team",
        weeks=WEEKS,
        people=table("people", rows.get("people", people)),
        author_count=9,
        reviewer_count=9,
        **tables,
    )
    return recorded(steps, WorkingTime())


def change(name: str, ready: str, reviewed: str = "", landed: str = "", **more: Any) -> Any:
    row = {"unit": "t", "change_id": name, "ready_at": ready, "is_given_up": False}
    return row | {"reviewed_at": reviewed or None, "landed_at": landed or None} | more


def week_of(found: Recorded, name: str) -> list[float]:
    values: list[float] = found.sums[name][0].tolist()
    return values


def test_nights_and_weekends_are_no_hours_of_work() -> None:
    # Friday 16:00 to Monday 10:00: one hour and one; Monday 10:00 to Tuesday 11:00: 7 and 2
    calendar = WorkingTime()
    start = np.array([at("2026-06-05T16:00"), at("2026-06-01T10:00"), at("2026-06-06")], float)
    end = np.array([at("2026-06-08T10:00"), at("2026-06-02T11:00"), at("2026-06-07")], float)

    assert calendar.between(start, end) == pytest.approx([2, 9, 0])
    assert calendar.hours_per_week == 40


def test_a_day_on_which_clocks_change_has_its_hours_of_work() -> None:
    # in Berlin clocks go forward on Sunday 29 March 2026: Friday noon to Monday noon is 5 and 3
    calendar = WorkingTime(timezone="Europe/Berlin")
    start, end = (np.array([at(f"2026-03-{day}")], float) for day in ("27T11:00", "30T10:00"))

    assert calendar.between(start, end) == pytest.approx([8])


def test_a_stay_in_review_counts_in_the_weeks_in_which_it_was() -> None:
    # Friday 5 June 15:00 to Tuesday 9 June 12:00: 2 hours, then 8 and 3
    found = told(changes=[change("a", "2026-06-05T15:00", "2026-06-09T12:00", "2026-06-09T13:00")])

    assert week_of(found, "review_hours") == pytest.approx([2, 11, 0, 0])
    assert week_of(found, "ready") == [1, 0, 0, 0]
    assert week_of(found, "reviewed") == week_of(found, "landed") == [0, 1, 0, 0]


def test_what_still_waits_is_inside_until_the_end() -> None:
    # since Friday 26 June 15:00; the last week ends on Sunday
    found = told(changes=[change("a", "2026-06-26T15:00")])

    assert week_of(found, "review_hours") == pytest.approx([0, 0, 0, 2])
    assert week_of(found, "landed") == [0, 0, 0, 0]


def test_what_landed_without_review_went_past_it() -> None:
    found = told(changes=[change("a", "2026-06-02T10:00", landed="2026-06-02T12:00")])

    assert week_of(found, "unreviewed") == [1, 0, 0, 0]
    assert week_of(found, "review_hours") == [0, 0, 0, 0]


def test_what_is_in_review_when_weeks_end_is_what_came_and_has_not_left() -> None:
    # a: Friday to Tuesday; b: put up and read in the first week; c: since the third, for ever;
    # d: never read
    found = told(
        changes=[
            change("a", "2026-06-05T15:00", "2026-06-09T12:00", "2026-06-09T13:00"),
            change("b", "2026-06-02T15:00", "2026-06-03T12:00", "2026-06-03T13:00"),
            change("c", "2026-06-17T15:00"),
            change("d", "2026-06-02T10:00", landed="2026-06-12T12:00"),
        ]
    )

    assert week_of(found, "for_review") == [2, 0, 1, 0]
    assert week_of(found, "in_review") == [1, 0, 1, 1]
    assert week_of(found, "reviewed") == [1, 1, 0, 0]


def test_what_was_overtaken_on_its_way_to_production_is_not_said_to_wait_for_it() -> None:
    # a is in production; b landed before it and never got there; c landed after it and waits
    landings = {"a": "2026-06-04", "b": "2026-06-02", "c": "2026-06-10"}
    changes = [change(name, "2026-06-01T10:00", landed=day) for name, day in landings.items()]
    changes[0] |= {"deployed_at": "2026-06-16"}
    found = told(changes=changes)

    assert week_of(found, "to_deploy") == [1, 1, 0, 0]
    assert week_of(found, "undeployed") == [1, 2, 1, 1]
    assert week_of(found, "deployed") == [0, 0, 1, 0]


def test_where_no_deployment_is_recorded_nothing_waits_for_one() -> None:
    found = told(changes=[change("a", "2026-06-02T10:00", landed="2026-06-02T12:00")])

    assert found.total("to_deploy") == found.total("undeployed") == 0


def test_tasks_wait_from_filed_to_begun() -> None:
    found = told(
        changes=[change("a", "2026-06-02T10:00")],
        items=[
            {"unit": "t", "filed_at": "2026-06-02", "begun_at": "2026-06-16"},
            {"unit": "t", "filed_at": "2026-06-09"},
        ],
    )

    assert week_of(found, "filed") == [1, 1, 0, 0]
    assert week_of(found, "begun") == [0, 0, 1, 0]
    assert week_of(found, "unbegun") == [1, 2, 1, 1]


def test_checks_stand_in_line_from_queued_to_started() -> None:
    run = {"unit": "t", "change_id": "a", "is_failed": False, "finished_at": "2026-06-12T12:00"}
    found = told(
        changes=[change("a", "2026-06-02T10:00", lines=30)],
        checks=[run | {"queued_at": "2026-06-05T10:00", "started_at": "2026-06-09T10:00"}],
    )

    assert week_of(found, "queued") == week_of(found, "in_line") == [1, 0, 0, 0]
    assert week_of(found, "started") == [0, 1, 0, 0]
    assert (found.total("lines"), found.total("sized")) == (30, 1)


def test_what_was_given_up_is_left_out_and_said_to_be() -> None:
    gone = change("a", "2026-06-02T10:00", is_given_up=True)
    kept = change("b", "2026-06-02T10:00", "2026-06-02T12:00", "2026-06-02T13:00")
    found = told(changes=[gone, kept])

    assert found.total("ready") == 1
    assert found.notes == ("Given up, or waiting since before: 1 of 2 changes, left out.",)


def test_only_checks_that_fail_after_review_send_a_change_back() -> None:
    passed = change("a", "2026-06-02T10:00", "2026-06-03T10:00", "2026-06-03T15:00")
    check = {"unit": "t", "change_id": "a", "is_failed": True}
    before = {"started_at": "2026-06-02T11:00", "finished_at": "2026-06-02T11:30"}
    after = {"started_at": "2026-06-03T11:00", "finished_at": "2026-06-03T12:00"}
    found = told(changes=[passed], checks=[check | before, check | after])

    assert (found.total("late_checks"), found.total("failed")) == (1, 1)
    assert found.total("check_hours") == pytest.approx(1.5)


def test_a_holiday_is_nobodys_way_of_working() -> None:
    people = [
        {"unit": "t", "week": week, "authors": number, "reviewers": number}
        for week, number in enumerate((6, 6, 1, 6))
    ]
    found = told(changes=[change("a", "2026-06-16T10:00")], people=people)

    assert found.shape == (1, 3)
    assert found.total("ready") == 0
    assert "With less than half the usual people: 1 of 4 weeks, left out." in found.notes


def test_lanes_are_as_many_as_were_seen_at_a_time() -> None:
    row = {"unit": "t", "changes": 1}
    spans = [("10:00", "11:00"), ("10:30", "11:30"), ("11:00", "12:00")]
    runs = [
        row | {"started_at": f"2026-06-02T{start}", "finished_at": f"2026-06-02T{end}"}
        for start, end in spans
    ]
    found = told(changes=[change("a", "2026-06-02T10:00")], deployments=runs)

    assert found.deploy_lanes.tolist() == [2]
    assert found.check_lanes.tolist() == [0]


def test_an_incident_counts_by_its_odds_from_when_someone_took_it() -> None:
    row = {"unit": "t", "probability": 0.5, "opened_at": "2026-06-02T09:00"}
    row |= {"acknowledged_at": "2026-06-02T10:00", "resolved_at": "2026-06-02T14:00"}
    found = told(changes=[change("a", "2026-06-02T10:00")], incidents=[row])

    assert (found.total("incidents"), found.total("incident_hours")) == (0.5, 2.0)


def test_sums_and_people_keep_their_unit() -> None:
    rows = [change("a", "2026-06-02T10:00") | {"unit": unit} for unit in ("t", "u", "u")]
    found = told(changes=rows)

    assert found.sums["ready"].sum(axis=1).tolist() == [1, 2]
    assert found.sums["authors"].sum(axis=1).tolist() == [12, 0]


def test_hours_of_reworking_and_mending_count_in_the_weeks_in_which_they_were() -> None:
    """Friday 15:00 to Monday 12:00 is 2 and 3 hours; an incident that is half its own, half that.

    In the week in which it began all of it is counted once more, for its length.
    """
    span = ("2026-06-05T15:00", "2026-06-08T12:00")
    rework = {"unit": "t", "change_id": "a", "asked_at": span[0], "answered_at": span[1]}
    incident = {"unit": "t", "opened_at": "2026-06-05T09:00", "acknowledged_at": span[0],
                "resolved_at": span[1], "probability": 0.5}  # fmt: skip
    found = told(
        changes=[change("a", "2026-06-02T10:00", "2026-06-09T10:00", "2026-06-09T13:00")],
        reworks=[rework],
        incidents=[incident],
    )
    assert week_of(found, "recode_within") == pytest.approx([2, 3, 0, 0])
    assert week_of(found, "recode_hours") == pytest.approx([5, 0, 0, 0])
    assert week_of(found, "incident_within") == pytest.approx([1, 1.5, 0, 0])
    assert week_of(found, "incident_hours") == pytest.approx([2.5, 0, 0, 0])


def test_whole_stays_in_review_are_added_up_by_size() -> None:
    """Stays of 2 and 6 hours are a half and one and a half of their mean; the usual is 50 lines.

    What was never reviewed, and what has no size, has no place in it.
    """
    found = told(
        changes=[
            change("a", "2026-06-02T09:00", "2026-06-02T11:00", "2026-06-02T12:00", lines=10),
            change("b", "2026-06-02T10:00", "2026-06-02T16:00", "2026-06-02T16:30", lines=90),
            change("c", "2026-06-02T10:00", "2026-06-02T16:00", "2026-06-02T16:30"),
            change("d", "2026-06-02T10:00", landed="2026-06-02T12:00", lines=50),
        ]
    ).reviews
    assert found is not None
    seen = np.flatnonzero(found.counts[0])
    assert found.counts[0][seen].tolist() == [1, 1]
    assert found.stays[0][seen] == pytest.approx([0.5, 1.5])
    assert np.log2(found.sizes[seen]) == pytest.approx(np.log2([10 / 50, 90 / 50]), abs=1 / 6)
