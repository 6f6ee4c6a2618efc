"""Counts that may be nought: by what proportion their mean differs, and apart, whether any."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from trueup.estimate.estimator import SEED, Fit
from trueup.estimate.inference.bounds import Refusal
from trueup.estimate.inference.sample import bare, draw_sample
from trueup.estimate.inference.stating import (
    Saying,
    abstain,
    adoption,
    fit_and_state,
    on_scale,
    within_reach,
)
from trueup.estimate.numerics.regression.poisson import fit_poisson, informative
from trueup.estimate.numerics.regression.within import Rows
from trueup.estimate.panel import Floats, Panel
from trueup.estimate.question import Question
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention
from trueup.units import RATIO

TOP = 0.01
HEAVY = 0.25
"""Where unforeseen excess of the top hundredth of rows is more than this share of all there is,
the interval of a mean no longer covers (docs/benchmarks.md, heavy tails)."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Poisson pseudo-likelihood on adoption, with effects of unit and of period.

    The answer is the same whatever unit the outcome is counted in; a logarithm of one plus the
    outcome is not, and is never used.
    """

    name: str = "counts"
    answers: str = (
        "By what proportion the mean of a count differs after adoption, noughts included; "
        "and apart, how much more often there is any."
    )
    assumes: tuple[str, ...] = (
        "Without adoption, the means of all units would have moved in the same proportions.",
        "The proportion is the same in every unit and every period since adoption.",
    )
    references: tuple[str, ...] = (
        "Santos Silva, Tenreyro (2006), Review of Economics and Statistics 88: PPML.",
        "Chen, Roth (2024), Quarterly Journal of Economics 139: logarithms with noughts.",
        "Wooldridge (2023), Econometrics Journal 26: parallel trends in proportions.",
    )

    def fit(self, panel: Panel, question: Question, *, seed: int = SEED) -> Fit | Abstention:
        """Fit the mean; abstain where a few rows are the mean.

        Raises
        ------
        EstimateError
            The question names a column the panel has not.
        """
        scaled = on_scale(panel, replace(question, scale="count"))
        if isinstance(scaled, Refusal):
            return abstain(scaled, panel, question)
        if question.scale != "count":
            refusal = Refusal(
                reason="This recipe answers in proportions of a mean, and was asked for "
                f"a {'difference' if question.scale == 'level' else 'mean of logarithms'}.",
                remedy="Ask on the scale 'count', or use another estimator.",
            )
            return abstain(refusal, panel, question)
        values = scaled[0] * within_reach(panel, question)
        sample = draw_sample(panel, values, adoption(panel))
        excess = unforeseen(sample.outcome, sample.rows)
        if excess > HEAVY:
            return abstain(_too_heavy(excess, values), panel, question)
        saying = Saying(
            outcome=question.outcome,
            estimand="proportional difference of the mean after against before adoption, "
            "unit and period effects taken out",
            design="two-way fixed effects in proportions (PPML)",
            estimator=self.name,
            assumptions=self.assumes,
            unit=RATIO,
        )
        found = fit_and_state(sample, "proportion", saying, panel, question, seed)
        if isinstance(found, Refusal):
            return abstain(found, panel, question)
        return replace(found, beside=(*found.beside, *_any(panel, question, values, seed)))


def unforeseen(outcome: Floats, rows: Rows) -> float:
    """Return the share of the whole outcome that its most surprising hundredth of rows brings.

    What a row brings is what it has above the mean that its unit and its period foresee; large
    units are foreseen and do not count, single months of a million lines are not and do.
    Nought where nothing was foreseen, as nothing was seen.
    """
    kept = np.flatnonzero(informative(outcome, rows))
    if not kept.size or np.unique(rows.cluster).size < 2:
        return 0.0
    own = rows.take(kept)
    fitted = fit_poisson(outcome[kept], np.empty((kept.size, 0)), bare(own))
    if fitted is None:
        return 0.0
    excess = np.sort(np.maximum(outcome[kept] - fitted.mean, 0.0))
    top = math.ceil(TOP * kept.size)
    return float(excess[-top:].sum() / outcome.sum())


def _too_heavy(excess: float, values: Floats) -> Refusal:
    rows = int(np.isfinite(values).sum())
    return Refusal(
        reason=f"One in a hundred of the {rows:,} unit-periods brings {excess:.0%} of all there is "
        "beyond what its unit and period foresee: so heavy a tail has no mean that can be known.",
        remedy="Ask about ranks, a median, whether there is any, or a limit declared in advance.",
    )


def _any(panel: Panel, question: Question, values: Floats, seed: int) -> tuple[Estimate, ...]:
    """Say how much more often there is any at all: a difference of shares."""
    level = replace(question, scale="level")
    some = np.where(np.isfinite(values), (values > 0).astype(float), np.nan)
    saying = Saying(
        outcome=question.outcome,
        estimand="difference in the share of unit-periods with any, after against before",
        design="two-way fixed effects",
        estimator="counts",
        assumptions=("Without adoption, the shares of all units would have moved in parallel.",),
        unit=RATIO,
        group=(("margin", "any at all"),),
    )
    found = fit_and_state(
        draw_sample(panel, some, adoption(panel)), "difference", saying, panel, level, seed
    )
    return () if isinstance(found, Refusal) else (found.estimate,)


ESTIMATOR = Counts()
