"""Two-way fixed effects: what a naive dashboard would say, shown so that it can be distrusted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trueup.estimate.estimator import SEED, Fit
from trueup.estimate.inference.bounds import Refusal
from trueup.estimate.inference.regression import Link, by_sandwich
from trueup.estimate.inference.sample import Sample, draw_sample, keep_informative
from trueup.estimate.inference.stating import (
    Saying,
    abstain,
    adoption,
    fit_and_state,
    on_scale,
    state,
    unit_of,
    within_reach,
)
from trueup.estimate.numerics.regression.within import Rows
from trueup.estimate.panel import Panel
from trueup.estimate.question import Question
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention


@dataclass(frozen=True, slots=True)
class TwoWay:
    """Outcome on adoption with effects of unit and of period.

    The right answer with one adoption date, or the same effect in every unit and period. With
    staggered dates and effects that grow, units that adopted earlier serve as controls for later
    ones, and the answer is too small. Covariates of the question are not used.
    """

    name: str = "two_way"
    answers: str = (
        "How the outcome differs after adoption, once the level of each unit and the shock of "
        "each period are taken out: what a dashboard that knows both would say."
    )
    assumes: tuple[str, ...] = (
        "Without adoption, all units would have moved in parallel.",
        "The effect is the same in every unit and every period since adoption.",
    )
    references: tuple[str, ...] = (
        "Goodman-Bacon (2021), Journal of Econometrics 225: what it compares.",
        "de Chaisemartin, D'Haultfoeuille (2020), American Economic Review 110: negative weights.",
    )

    def fit(self, panel: Panel, question: Question, *, seed: int = SEED) -> Fit | Abstention:
        """Regress, without and with the calendar: the naive number of before and after is beside.

        Raises
        ------
        EstimateError
            The question names a column the panel has not.
        """
        scaled = on_scale(panel, question)
        if isinstance(scaled, Refusal):
            return abstain(scaled, panel, question)
        values, link, relative = scaled
        sample = draw_sample(panel, values * within_reach(panel, question), adoption(panel))
        saying = Saying(
            outcome=question.outcome,
            estimand="after against before adoption, unit and period effects taken out",
            design="two-way fixed effects",
            estimator=self.name,
            assumptions=self.assumes,
            unit=unit_of(question),
        )
        found = fit_and_state(sample, link, saying, panel, question, seed)
        if isinstance(found, Refusal):
            return abstain(found, panel, question)
        naive = _before_and_after(sample, link, saying, panel, question.level, relative)
        return replace(found, beside=(*found.beside, *naive))


def _before_and_after(
    sample: Sample, link: Link, saying: Saying, panel: Panel, level: float, relative: bool
) -> tuple[Estimate, ...]:
    """Compare adopters with themselves, calendar time left in."""
    rows = sample.rows
    own = np.flatnonzero(sample.moving)
    kept = rows.take(own)
    adopters = Sample(
        outcome=sample.outcome[own],
        regressor=sample.regressor[own],
        rows=Rows(unit=kept.unit, period=None, cluster=kept.cluster, covariates=kept.covariates),
        paths=None,
        place=sample.place[own],
    )
    if link == "proportion":
        adopters = keep_informative(adopters)
    found = by_sandwich(adopters, link, level)
    if isinstance(found, Refusal):
        return ()
    words = replace(
        saying,
        estimand="adopters after against before, calendar time left in",
        design="before and after",
        assumptions=("Nothing else changed at the time of adoption.",),
        group=(("comparison", "before and after"),),
    )
    return (state(found, words, panel, adopters, relative=relative),)


ESTIMATOR = TwoWay()
