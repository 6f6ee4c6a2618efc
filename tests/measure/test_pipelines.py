from __future__ import annotations

import pytest

from tests.measure.asking import abstention, measured, value
from tests.measure.building import at
from tests.measure.drawing import Drawing


@pytest.fixture
def ci() -> Drawing:
    """Four commits, one pipeline; runs in the order they began.

        commit   runs                          first    last     flaky
        k1       success                       passed   passed
        k2       failure, then success         failed   passed   yes
        k3       failure, timed_out            failed   failed
        k4       cancelled, success            passed   passed
    k1 has a run begun by another (failure): left out. Minutes: 10, 10, 20, 10, 30, 40.
    """
    world = Drawing(until="2026-06-30")
    rows = (
        ("k1", "success", 10, 1, None),
        ("k1", "failure", 99, 1, "parent"),
        ("k2", "failure", 10, 1, None),
        ("k2", "success", 20, 2, None),
        ("k3", "failure", 10, 1, None),
        ("k3", "timed_out", 30, 2, None),
        ("k4", "cancelled", 99, 1, None),
        ("k4", "success", 40, 2, None),
    )
    for number, (commit, outcome, minutes, attempt, parent) in enumerate(rows):
        started = at("2026-06-01") + number * 3_600_000_000
        world.add(
            "pipeline_run",
            run_id=f"run{number}",
            parent_run_id=parent,
            pipeline="ci",
            commit_id=commit,
            attempt=attempt,
            started_at=started,
            finished_at=started + minutes * 60_000_000,
            outcome=outcome,
        )
    return world


def test_first_attempts_last_attempts_and_both_said_are_three_shares(ci: Drawing) -> None:
    """First: k1, k4 of four; last: k1, k2, k4; flaky: k2."""
    assert value("checks_passed_first_ratio", ci) == 2 / 4
    assert value("checks_passed_ratio", ci) == 3 / 4
    assert value("flaky_checks_ratio", ci) == 1 / 4


def test_a_run_lasts_from_start_to_end_and_a_cancelled_one_tells_nothing(ci: Drawing) -> None:
    """10, 10, 10, 20, 30, 40 minutes: median 10, p75 30, mean 20."""
    assert value("pipeline_run_seconds", ci, ("quantile", "0.5")) == 600
    assert value("pipeline_run_seconds", ci, ("quantile", "0.75")) == 1800
    assert value("pipeline_run_seconds", ci, ("quantile", "mean")) == pytest.approx(1200)


def test_failed_tests_are_over_tests_of_the_runs_that_report_any(ci: Drawing) -> None:
    """100 run, 3 failed; 300 run, 1 failed: 4 / 400, known of 2 runs in 8."""
    assert "No results of tests" in abstention("failed_tests_ratio", ci).reason
    for name, run, failed in (("x", 100, 3), ("y", 300, 1)):
        ci.add(
            "pipeline_run",
            run_id=name,
            pipeline="ci",
            outcome="failure",
            started_at=at("2026-06-02"),
            finished_at=at("2026-06-02"),
            tests_run=run,
            tests_failed=failed,
        )
    found = measured("failed_tests_ratio", ci)
    assert (found.value, found.coverage) == pytest.approx((0.01, 2 / 8))
