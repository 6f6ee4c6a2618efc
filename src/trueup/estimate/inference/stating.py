"""From a coefficient on the scale of a regression to an estimate on the scale of a reader."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trueup.estimate.estimator import Fit
from trueup.estimate.inference.bounds import Bounds, Refusal
from trueup.estimate.inference.regression import Link, by_jackknife, regress
from trueup.estimate.inference.sample import Sample, keep_informative
from trueup.estimate.panel import Floats, Panel
from trueup.estimate.question import Question
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Group, Interval
from trueup.units import RELATIVE, Unit

LARGEST = 50.0
"""Logarithm of the largest proportion that is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """The words that go with a number.

    Parameters
    ----------
    outcome, estimand, design, estimator, assumptions, group
        As in `trueup.model.effect.Estimate`.
    unit
        Of a difference; a proportion is always `RELATIVE`.
    """

    outcome: str
    estimand: str
    design: str
    estimator: str
    assumptions: tuple[str, ...]
    unit: Unit
    group: Group = ()


def on_scale(panel: Panel, question: Question) -> tuple[Floats, Link, bool] | Refusal:
    """Return the outcome as it is regressed, the link, and whether the answer is a proportion."""
    values = panel.column(question.outcome)
    if question.scale == "level":
        return values, "difference", False
    seen = values[np.isfinite(values)]
    if question.scale == "count":
        return _counted(seen) or (values, "proportion", True)
    if bool((seen <= 0).any()):
        return Refusal(
            reason="The outcome is nought or negative in places, and has no logarithm there.",
            remedy="Ask on the scale 'count', which needs none.",
        )
    return np.log(values), "difference", True


def _counted(seen: Floats) -> Refusal | None:
    if bool((seen < 0).any()):
        return Refusal(
            reason="The outcome is negative in places, and a proportion of its mean has no sense.",
            remedy="Ask on the scale 'level'.",
        )
    if not bool((seen > 0).any()):
        return Refusal(
            reason="The outcome is nought throughout.",
            remedy="Check that the column holds what it should, or bring a longer window.",
        )
    return None


def fit_and_state(
    sample: Sample, link: Link, saying: Saying, panel: Panel, question: Question, seed: int
) -> Fit | Refusal:
    """Regress, and say the answer; beside a wild bootstrap stands the jackknife's interval."""
    if link == "proportion":
        sample = keep_informative(sample)
    found = regress(sample, link, question.level, seed)
    if isinstance(found, Refusal):
        return found
    relative = question.scale != "level"
    if relative and found.coefficient > LARGEST:
        return Refusal(
            reason="The proportion is too large to be said: one more is more than was ever seen.",
            remedy="Count what changes in larger units.",
        )
    beside: tuple[Estimate, ...] = ()
    if found.recipe == "wild" and found.error is not None:
        other = replace(saying, group=(*saying.group, ("interval", "CRV3")))
        beside = (state(by_jackknife(found), other, panel, sample, relative=relative),)
    return Fit(
        estimate=state(found, saying, panel, sample, relative=relative),
        raw=found.coefficient,
        raw_error=found.error,
        beside=beside,
    )


def state(
    found: Bounds, saying: Saying, panel: Panel, sample: Sample, *, relative: bool
) -> Estimate:
    """Say a coefficient in a reader's unit; `relative` if it is a logarithm."""

    def said(value: float) -> float:
        with np.errstate(over="ignore"):
            return float(np.expm1(value)) if relative else value

    return Estimate(
        outcome=saying.outcome,
        estimand=saying.estimand,
        design=saying.design,
        estimator=saying.estimator,
        value=said(found.coefficient),
        unit=RELATIVE if relative else saying.unit,
        standard_error=found.error,
        interval=Interval(
            low=said(found.low), high=said(found.high), level=found.level, method=found.method
        ),
        p_value=found.p_value,
        least_p=found.least_p,
        speaks_of=found.speaks_of,
        n_rows=sample.outcome.size,
        n_units=sample.n_units,
        n_treated=sample.n_switching,
        n_clusters=found.n_clusters,
        assumptions=saying.assumptions,
        window=panel.window,
        source=panel.source,
        group=saying.group,
        seed=found.seed,
    )


def abstain(refusal: Refusal, panel: Panel, question: Question) -> Abstention:
    """Say why there is no estimate."""
    return Abstention(
        metric=question.outcome,
        reason=refusal.reason,
        remedy=refusal.remedy,
        n=panel.n_rows,
        n_of="unit-periods",
        window=panel.window,
    )


def adoption(panel: Panel) -> Floats:
    """Return whether each unit has adopted in each period, ``(n_units, n_periods)``, 0 or 1."""
    start = panel.adopted_in[:, None]
    adopted: Floats = ((start >= 0) & (np.arange(panel.n_periods) >= start)).astype(float)
    return adopted


def within_reach(panel: Panel, question: Question) -> Floats:
    """Return one for rows the question is about, NaN for the rest, ``(n_rows,)``.

    Left out are periods in which adoption may have been anticipated, and those beyond the horizon.
    """
    start = panel.adopted_in[panel.unit]
    since = panel.period - start
    adopts = start >= 0
    out = adopts & (since < 0) & (since >= -question.anticipation)
    if question.horizon is not None:
        out |= adopts & (since > question.horizon)
    return np.where(out, np.nan, 1.0)
