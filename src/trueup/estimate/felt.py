"""What people feel they gain, beside what was measured: both as a change in time, less is faster.

The two meet as totals only: nobody's answer is laid beside anybody's work.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from trueup.estimate.assessment import Assessed, Assessment
from trueup.estimate.estimator import Fit
from trueup.estimate.experiments.answering.answer import ExperimentAnswer
from trueup.measure.surveys.results import SurveyResult
from trueup.model.cohort import OfPersons
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Interval, Measurement
from trueup.units import PERCENTAGE_POINTS, RELATIVE

TASK_TIMES = (
    "work_item_active_mean_seconds",
    "work_item_flow_mean_seconds",
    "lead_time_mean_seconds",
    "lead_time_median_seconds",
)
"""Outcomes that are the time a piece of work takes, the nearest to a task first."""
DRAWN_TIMES = ("task_time", "change_time")
"""Outcomes of experiments that are such a time: as usual against without AI, by lots."""
GAP = "felt_less_measured_percentage_points"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeltBeside:
    """Felt and measured change in time, and how far they lie apart.

    Parameters
    ----------
    felt, measured
        As proportions of the time without AI tools: -0.2 is a fifth less.
    is_drawn
        Whether lots decided who used AI tools on which task: nothing comes nearer to what was
        asked.
    gap
        Felt less measured.
    answer
        ``felt faster``: people feel less time than was measured, and the interval of the gap
        excludes nought; ``felt slower``: more; else ``no gap seen``.
    """

    felt: OfPersons
    measured: Estimate
    is_drawn: bool
    gap: OfPersons
    answer: Literal["felt faster", "felt slower", "no gap seen"]


def felt_beside(
    survey: SurveyResult,
    assessment: Assessment | None,
    experiments: Sequence[ExperimentAnswer] = (),
) -> FeltBeside | Abstention | None:
    """Lay the felt change in time beside the measured one.

    Parameters
    ----------
    experiments
        What experiments of the same workspace said; one that timed tasks is taken first.

    Returns
    -------
    FeltBeside or Abstention or None
        An abstention where nothing of the same kind was measured; None where nobody was asked.
    """
    asked = survey.felt
    if asked is None:
        return None
    if isinstance(asked.mean, Abstention):
        return asked.mean
    drawn = _drawn(experiments)
    measured = drawn or _measured(assessment)
    if isinstance(measured, Abstention):
        return measured
    gap = gap_between(asked.mean.measured, measured)
    found = OfPersons(measured=gap, cohort=asked.mean.cohort)
    return FeltBeside(
        felt=asked.mean,
        measured=measured,
        is_drawn=drawn is not None,
        gap=found,
        answer=_answer(gap),
    )


def _drawn(experiments: Sequence[ExperimentAnswer]) -> Estimate | None:
    timed = (
        one.itt
        for name in DRAWN_TIMES
        for one in experiments
        if one.plan.outcome == name and one.itt.unit == RELATIVE
    )
    return next(timed, None)


def _measured(assessment: Assessment | None) -> Estimate | Abstention:
    if assessment is None:
        return _cannot(
            "No estimate was made of the same workspace",
            "Register a plan with trueup estimate --register, once there are roll-outs to compare",
        )
    every = (assessment.primary, *assessment.guardrails, *assessment.exploratory)
    times = [each for name in TASK_TIMES for each in every if each.question.outcome == name]
    if not times:
        return _cannot(
            "None of the outcomes that were weighed is a time that work takes",
            "Name lead_time_mean_seconds in the plan",
        )
    fits = [each.primary for each in times]
    found = (fit.estimate for fit in fits if isinstance(fit, Fit))
    comparable = next((one for one in found if one.unit == RELATIVE), None)
    return comparable or _why(times[0])


def _why(time: Assessed) -> Abstention:
    fit = time.primary
    if isinstance(fit, Abstention):
        return _cannot(fit.reason.rstrip("."), fit.remedy.rstrip("."))
    return _cannot(
        "The time that was weighed is no proportion of the time before",
        "Ask about it on the scale log",
    )


def gap_between(felt: Measurement, measured: Estimate) -> Measurement:
    """Return felt less measured.

    The interval is made of the two (Zou and Donner 2008, MOVER): it needs neither to be
    symmetric, and takes them as independent, for answers are not in the panel.
    """
    assert felt.interval is not None
    difference = felt.value - measured.value
    low = math.hypot(felt.value - felt.interval.low, measured.interval.high - measured.value)
    high = math.hypot(felt.interval.high - felt.value, measured.value - measured.interval.low)
    level = min(felt.interval.level, measured.interval.level)
    return Measurement(
        metric=GAP,
        version=1,
        value=difference,
        unit=PERCENTAGE_POINTS,
        interval=Interval(
            low=difference - low,
            high=difference + high,
            level=level,
            method="MOVER (Zou and Donner 2008)",
        ),
        n=felt.n,
        n_of=felt.n_of,
        window=felt.window,
        source=f"{felt.source}, {measured.source}",
    )


def _answer(gap: Measurement) -> Literal["felt faster", "felt slower", "no gap seen"]:
    assert gap.interval is not None
    if gap.interval.high < 0:
        return "felt faster"
    return "felt slower" if gap.interval.low > 0 else "no gap seen"


def _cannot(reason: str, remedy: str) -> Abstention:
    return Abstention(metric=GAP, reason=reason, remedy=remedy)
