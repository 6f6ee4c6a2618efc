"""Felt gain beside measured gain: one direction, one unit, and an interval for the gap."""

from __future__ import annotations

import csv
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from benchmarks.replications import metr_fit, metr_trial
from tests.measure.test_surveys import Asked
from tests.reference import reference
from tests.report import weighed
from trueup.estimate.assessment import Assessment
from trueup.estimate.estimator import Fit
from trueup.estimate.experiments.answering.answer import ExperimentAnswer
from trueup.estimate.felt import DRAWN_TIMES, TASK_TIMES, FeltBeside, felt_beside, gap_between
from trueup.measure.experiments.outcomes import OUTCOMES as DAY_OUTCOMES
from trueup.measure.surveys.results import SurveyResult
from trueup.measure.units.outcome import OUTCOMES
from trueup.model.evidence import Abstention, Interval, Measurement, Window
from trueup.units import RELATIVE

SAVED = (0, 10, 10, 15, 20, 20, 20, 25, 30, 30, 40)


def felt(value: float, low: float, high: float) -> Measurement:
    return Measurement(
        metric="survey_felt_time_relative",
        version=1,
        value=value,
        unit=RELATIVE,
        interval=Interval(low=low, high=high, method="t"),
        n=20,
        n_of="answers",
        window=Window(start_at=0, end_at=0),
        source="survey",
    )


def survey() -> SurveyResult:
    """Eleven people, who save 20 % on average."""
    world = Asked()
    world.answers("till", *SAVED)
    return world.result()


def timed(value: float, low: float, high: float) -> Assessment:
    """Return an assessment whose lead time changed so."""
    made = weighed.assessment()
    found = weighed.estimate(weighed.LEAD, value, low, high)
    others = [one for one in made.guardrails if one.question.outcome != weighed.LEAD]
    (time,) = (
        one
        for one in (made.primary, *made.guardrails, *made.exploratory)
        if one.question.outcome == weighed.LEAD
    )
    assert isinstance(time.primary, Fit)
    fit = replace(time.primary, estimate=found)
    return replace(made, guardrails=(*others, replace(time, primary=fit)), exploratory=())


def test_the_gap_by_hand() -> None:
    """-0.20 less +0.19 is -0.39; root(.06^2 + .20^2) = .2088 and root(.06^2 + .17^2) = .1803."""
    measured = weighed.estimate(weighed.LEAD, 0.19, 0.02, 0.39)
    found = gap_between(felt(-0.20, -0.26, -0.14), measured)
    assert found.value == pytest.approx(-0.39)
    assert found.interval is not None
    assert found.interval.low == pytest.approx(-0.39 - 0.20881, abs=1e-4)
    assert found.interval.high == pytest.approx(-0.39 + 0.18028, abs=1e-4)


def test_the_interval_of_the_gap_holds_the_truth_about_as_often_as_it_says() -> None:
    """4,000 worlds in which people feel -0.1 and +0.1 is true, both with noise of 0.05."""
    chance = np.random.default_rng(3)
    held = 0
    for one, other in chance.normal((-0.1, 0.1), 0.05, size=(4000, 2)):
        half = 1.96 * 0.05
        measured = weighed.estimate(weighed.LEAD, other, other - half, other + half)
        found = gap_between(felt(one, one - half, one + half), measured).interval
        assert found is not None
        held += found.low <= -0.2 <= found.high
    assert 0.94 <= held / 4000 <= 0.96


@pytest.mark.parametrize(
    ("value", "low", "high", "answer"),
    [
        (0.19, 0.10, 0.30, "felt faster"),
        (-0.50, -0.60, -0.40, "felt slower"),
        (-0.15, -0.30, 0.10, "no gap seen"),
    ],
)
def test_a_gap_is_said_only_where_nought_is_excluded(
    value: float, low: float, high: float, answer: str
) -> None:
    found = felt_beside(survey(), timed(value, low, high))
    assert isinstance(found, FeltBeside)
    assert found.felt.measured.value == pytest.approx(-0.20)
    assert found.answer == answer


def trial(outcome: str, value: float) -> ExperimentAnswer:
    """Return what is read of an experiment: its outcome and its answer."""
    itt = weighed.estimate(outcome, value, value - 0.1, value + 0.1, "experiment")
    return cast("ExperimentAnswer", SimpleNamespace(plan=SimpleNamespace(outcome=outcome), itt=itt))


def test_a_trial_that_timed_tasks_comes_before_lead_time() -> None:
    """Lots on tasks are what METR did; a count of changes is no time, whoever drew lots."""
    made = timed(0.0, -0.3, 0.3)
    found = felt_beside(survey(), made, [trial("changes_landed", 0.5), trial("task_time", 0.19)])
    assert isinstance(found, FeltBeside)
    assert (found.is_drawn, found.measured.value) == (True, 0.19)
    found = felt_beside(survey(), made, [trial("changes_landed", 0.5)])
    assert isinstance(found, FeltBeside)
    assert (found.is_drawn, found.measured.value) == (False, 0.0)


def test_the_times_of_experiments_are_ones_there_are() -> None:
    assert set(DRAWN_TIMES) <= set(DAY_OUTCOMES)
    assert {DAY_OUTCOMES[name].of for name in DRAWN_TIMES} == {"items"}
    assert set(TASK_TIMES) <= set(OUTCOMES)


def test_without_an_estimate_nothing_is_compared() -> None:
    found = felt_beside(survey(), None)
    assert isinstance(found, Abstention)
    assert "No estimate" in found.reason


def test_what_is_no_time_is_not_compared() -> None:
    """An effect on changes per week is not the inverse of one on hours per change."""
    made = timed(0.19, 0.1, 0.3)
    found = felt_beside(survey(), replace(made, guardrails=made.guardrails[:-1]))
    assert isinstance(found, Abstention)
    assert "is a time" in found.reason


def test_where_time_cannot_be_told_the_reason_is_kept() -> None:
    made = timed(0.19, 0.1, 0.3)
    silent = replace(made.guardrails[-1], primary=weighed.NO_CONTROLS)
    found = felt_beside(survey(), replace(made, guardrails=(silent,)))
    assert isinstance(found, Abstention)
    assert found.reason == weighed.NO_CONTROLS.reason.rstrip(".")


def test_a_survey_that_did_not_ask_is_not_compared() -> None:
    world = Asked()
    for _ in range(12):
        world.ticks("till", {"unaided_1": 3, "unaided_2": 4, "unaided_3": 2})
    assert felt_beside(world.result(), timed(0.19, 0.1, 0.3)) is None


@pytest.mark.reference
def test_the_published_gap_comes_out_of_the_published_rows() -> None:
    """METR: forecast -24 % (sum over sum), measured +19 %; afterwards felt -20 % (not in the rows).

    So felt less measured is -39 points, and nought is far outside.
    """
    folder = reference(unread="the published gap between felt and measured gain")
    with (folder / "metr_2025_rct" / "data_complete.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    without = sum(float(row["predicted_time_no_ai"]) for row in rows)
    allowed = sum(float(row["predicted_time_ai_allowed"]) for row in rows)
    assert round(allowed / without - 1, 2) == -0.24
    measured = metr_fit(metr_trial(folder)).estimate
    found = gap_between(felt(-0.20, -0.20, -0.20), measured)
    assert round(found.value, 2) == -0.39
    assert found.interval is not None
    assert found.interval.high < 0
