"""Evidence made up for one branch of the verdict's rule at a time."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Literal

from trueup.estimate.assessment import Assessed, Power
from trueup.estimate.estimator import Fit
from trueup.estimate.question import Question
from trueup.model.effect import Check, Estimate
from trueup.model.evidence import Abstention, Interval, Window
from trueup.units import RELATIVE

NORMAL = NormalDist()
ABSTAINED = Abstention(metric="changes", reason="Two teams adopted.", remedy="Four must.")


def holds(name: str, answer: Literal["holds", "fails", "weak", "cannot tell"] = "holds") -> Check:
    """One check and its answer."""
    return Check(name=name, question="Does it?", answer=answer, says=f"{name} {answer}.")


def interval(value: float, error: float, level: float) -> Interval:
    """A normal interval of a logarithm, said as a proportion."""
    reach = NORMAL.inv_cdf((1 + level) / 2) * error
    ends = math.expm1(value - reach), math.expm1(value + reach)
    return Interval(low=ends[0], high=ends[1], level=level, method="made up")


def honest(value: float, error: float) -> Check:
    """An honest interval, as a proportion."""
    found = interval(value, error, 0.95)
    return Check(
        name="honest",
        question="How far?",
        answer="holds",
        says="So far.",
        figures=(("honest_low", found.low), ("honest_high", found.high)),
    )


def fitted(outcome: str, value: float, error: float, level: float = 0.95) -> Fit:
    """A fit of a logarithm with normal error."""
    estimate = Estimate(
        outcome=outcome,
        estimand="effect on adopters",
        design="made up",
        estimator="callaway_santanna",
        value=math.expm1(value),
        unit=RELATIVE,
        standard_error=error,
        interval=interval(value, error, level),
        p_value=2 * NORMAL.cdf(-abs(value) / error),
        speaks_of="these units",
        n_rows=1000,
        n_units=50,
        n_treated=25,
        n_clusters=50,
        assumptions=(),
        window=Window(start_at=0, end_at=1),
        source="made up",
    )
    return Fit(estimate=estimate, raw=value, raw_error=error)


def assessed(
    value: float,
    error: float,
    *,
    outcome: str = "changes",
    better: Literal["higher", "lower"] = "higher",
    smallest: float = 0.05,
    checks: tuple[Check, ...] | None = None,
    level: float = 0.95,
) -> Assessed:
    """An outcome whose design is sound unless other `checks` are given."""
    fit = fitted(outcome, value, error, level)
    sound = (holds("pre_trend"), holds("clusters"), honest(value, error))
    return Assessed(
        question=Question(outcome=outcome, scale="log", better=better, smallest=smallest),
        primary=fit,
        second=fit,
        naive=fit,
        power=Power(
            smallest_detectable=0.2,
            more_units=40,
            more_periods=None,
            says="40 more teams would find an effect of 5 %.",
        ),
        checks=sound if checks is None else checks,
    )
