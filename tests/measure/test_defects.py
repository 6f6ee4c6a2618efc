from __future__ import annotations

from typing import Any

import pytest

from tests.measure.asking import abstention, answers, measured, value
from tests.measure.building import at
from tests.measure.drawing import Drawing
from trueup.model.evidence import Measurement

HOUR = 3600.0
DAY = 24 * HOUR
HOURLY = 3_600_000_000


def run(
    world: Drawing, name: str, change: str | None, hour: int, outcome: str, commit: str
) -> None:
    instant = at("2026-06-01") + hour * HOURLY
    world.add(
        "pipeline_run",
        run_id=name,
        pipeline="ci",
        change_id=change,
        commit_id=commit,
        started_at=instant,
        finished_at=instant,
        outcome=outcome,
        is_default_branch=change is None,
    )


def bug(world: Drawing, name: str, created: str, done: str | None, **more: Any) -> None:
    world.add(
        "work_item",
        work_item_id=name,
        item_type="bug",
        created_at=at(created),
        done_at=at(done) if done else None,
        resolution="done" if done else None,
        **more,
    )


@pytest.fixture
def june() -> Drawing:
    """What was caught where, June 2026.

    work item    bug w, found 1 June, done 3 June                          2 days
    review       change p: changes asked 1 June 00:00, approved 06:00      6 hours
    CI           change p: failed at 01:00 and 02:00, passed at 04:00      3 hours, once
                 change p, another commit: failed and passed: flaky        none
                 default branch: failed at 10:00, never passed             counting
    production   incident I, 1 June to 5 June                              4 days
                 bug twin, found in production, stands for I               none of its own
                 bug lone, found in production, 2 June, abandoned 4 June   given up
    nobody says  bug dark                                                  -
    """
    world = Drawing(until="2026-06-30")
    bug(world, "w", "2026-06-01", "2026-06-03", found_in="work_item")
    world.person("ann")
    world.person("rev")
    world.add(
        "change", change_id="p", state="merged", opened_at=at("2026-06-01"),
        ready_at=at("2026-06-01"), landed_at=at("2026-06-20"), closed_at=at("2026-06-20"),
        author_account_id="ann", actor_kind="human",
    )  # fmt: skip
    for name, hour, verdict in (("v1", 0, "changes_requested"), ("v2", 6, "approved")):
        world.add(
            "review", review_id=name, change_id="p", reviewer_account_id="rev", actor_kind="human",
            submitted_at=at("2026-06-01") + hour * HOURLY, verdict=verdict,
        )  # fmt: skip
    run(world, "r1", "p", 1, "failure", "k1")
    run(world, "r2", "p", 2, "failure", "k2")
    run(world, "r3", "p", 4, "success", "k3")
    run(world, "r4", "p", 5, "failure", "k4")
    run(world, "r5", "p", 6, "success", "k4")
    run(world, "r6", None, 10, "failure", "k5")
    world.incident("I", "2026-06-01", "work_item", "twin")
    world.rows["incident"][-1]["resolved_at"] = at("2026-06-05")
    bug(world, "twin", "2026-06-01", "2026-06-05", found_in="production")
    bug(world, "lone", "2026-06-02", "2026-06-04", found_in="production")
    world.rows["work_item"][-1]["resolution"] = "abandoned"
    bug(world, "dark", "2026-06-03", None)
    return world


def test_each_defect_is_caught_once_in_one_stage(june: Drawing) -> None:
    """Seven: w; p's review; two in CI; I and lone in production; dark."""
    found = answers("defects_caught_ratio", june)
    assert {dict(group)["stage"]: finding.value for group, finding in found.items()} == {  # type: ignore[union-attr]
        "work item": pytest.approx(1 / 7),
        "review": pytest.approx(1 / 7),
        "CI": pytest.approx(2 / 7),
        "production": pytest.approx(2 / 7),
        "nobody says": pytest.approx(1 / 7),
    }


def test_what_escapes_is_over_what_is_known(june: Drawing) -> None:
    """I and lone of the six whose stage is known."""
    found = measured("defects_escaped_ratio", june)
    assert (found.value, found.coverage) == pytest.approx((2 / 6, 6 / 7))


def test_a_defect_lasts_by_the_clock_of_the_stage_that_caught_it(june: Drawing) -> None:
    medians = {
        stage: value("defect_recovery_seconds", june, ("stage", stage), ("quantile", "0.5"))
        for stage in ("work item", "review", "CI", "production")
    }
    assert medians == {
        "work item": 2 * DAY,
        "review": 6 * HOUR,
        "CI": 3 * HOUR,
        "production": 4 * DAY,
    }


def test_a_later_stage_costs_so_many_times_as_long() -> None:
    """Ten in CI of 1, 2, ... 10 hours: mean 5.5; ten in production of ten times that: ratio 10."""
    world = Drawing(until="2026-06-30")
    for number in range(1, 11):
        run(world, f"f{number}", f"c{number}", 0, "failure", f"k{number}")
        run(world, f"s{number}", f"c{number}", number, "success", f"m{number}")
        world.add(
            "incident",
            incident_id=f"i{number}",
            opened_at=at("2026-06-01"),
            resolved_at=at("2026-06-01") + number * 10 * HOURLY,
        )
    found = measured(
        "later_defect_recovery_ratio", world, ("stage", "production"), ("against", "CI")
    )
    assert found.value == pytest.approx(10.0)
    assert found.interval is not None
    assert 5.0 < found.interval.low < 10.0 < found.interval.high < 20.0


def test_stages_that_caught_fewer_than_five_are_not_compared(june: Drawing) -> None:
    found = answers("later_defect_recovery_ratio", june)
    assert not any(isinstance(finding, Measurement) for finding in found.values())
    assert (
        "fewer than 5"
        in abstention(
            "later_defect_recovery_ratio", june, ("stage", "production"), ("against", "CI")
        ).reason
    )


def test_a_check_tried_again_on_the_same_commit_is_no_defect() -> None:
    world = Drawing(until="2026-06-30")
    run(world, "a", "c", 1, "failure", "k")
    run(world, "b", "c", 2, "success", "k")
    found = answers("defects_caught_ratio", world)
    assert not any(isinstance(finding, Measurement) for finding in found.values())
