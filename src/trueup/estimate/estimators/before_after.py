"""Adopters after against before: what a dashboard shows, printed so that it can be distrusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.estimate.estimator import SEED, Fit
from trueup.estimate.inference.bounds import Bounds, Refusal
from trueup.estimate.inference.regression import Link, by_sandwich
from trueup.estimate.inference.sample import Sample, draw_sample, keep_informative
from trueup.estimate.inference.stating import (
    LARGEST,
    Saying,
    abstain,
    adoption,
    on_scale,
    state,
    within_reach,
)
from trueup.estimate.numerics.regression.within import Rows
from trueup.estimate.panel import Floats, Panel
from trueup.estimate.question import Question
from trueup.model.evidence import Abstention

NOBODY = Refusal(
    reason="No unit is seen both before and after adoption.",
    remedy="Bring units that adopt within the window, and periods from before.",
)


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """Each adopter after adoption against itself before it, and nothing else.

    An association: what grew over the calendar, and that those adopt who were about to change
    anyway, stays in. Covariates of the question are not used.
    """

    name: str = "before_after"
    answers: str = (
        "How the outcome of adopters differs after adoption from what it was before: what a "
        "dashboard of adopters shows, an association."
    )
    assumes: tuple[str, ...] = ("Nothing else changed at the time of adoption.",)
    references: tuple[str, ...] = (
        "Cook, Campbell (1979), Quasi-Experimentation, ch. 3: one group, before and after.",
    )

    def fit(self, panel: Panel, question: Question, *, seed: int = SEED) -> Fit | Abstention:
        """Compare adopters with themselves; errors by clusters, so at least two must adopt.

        Raises
        ------
        EstimateError
            The question names a column the panel has not.
        """
        del seed  # nothing is resampled
        scaled = on_scale(panel, question)
        if isinstance(scaled, Refusal):
            return abstain(scaled, panel, question)
        values, link, relative = scaled
        sample = _adopters(panel, values * within_reach(panel, question), link)
        found = NOBODY if sample is None else _compared(sample, link, question.level)
        if sample is None or isinstance(found, Refusal):
            return abstain(found if isinstance(found, Refusal) else NOBODY, panel, question)
        saying = Saying(
            outcome=question.outcome,
            estimand="adopters after against before adoption, calendar time left in",
            design="association, before and after: calendar growth and who adopts are not removed",
            estimator=self.name,
            assumptions=self.assumes,
            unit=question.outcome_unit,
        )
        return Fit(
            estimate=state(found, saying, panel, sample, relative=relative),
            raw=found.coefficient,
            raw_error=found.error,
        )


def _adopters(panel: Panel, values: Floats, link: Link) -> Sample | None:
    """Keep the units seen on both sides of adoption, without effects of periods."""
    sample = draw_sample(panel, values, adoption(panel))
    own = np.flatnonzero(sample.moving) if sample.outcome.size else np.zeros(0, np.int64)
    if not own.size:
        return None
    kept = sample.rows.take(own)
    rows = Rows(unit=kept.unit, period=None, cluster=kept.cluster, covariates=kept.covariates)
    adopters = Sample(
        outcome=sample.outcome[own],
        regressor=sample.regressor[own],
        rows=rows,
        paths=None,
        place=sample.place[own],
    )
    return keep_informative(adopters) if link == "proportion" else adopters


def _compared(sample: Sample, link: Link, level: float) -> Bounds | Refusal:
    if not sample.outcome.size or np.ptp(sample.outcome) <= 1e-12 * np.abs(sample.outcome).max():
        return Refusal(
            reason="The outcome of the adopters never changes.",
            remedy="Check that the column holds what it should, or bring a longer window.",
        )
    if sample.rows.n_clusters < 2:
        return Refusal(
            reason="Only one cluster adopts, and what it would do again cannot be told from one.",
            remedy="Bring more units that adopt.",
        )
    found = by_sandwich(sample, link, level)
    if isinstance(found, Bounds) and link == "proportion" and found.coefficient > LARGEST:
        return Refusal(
            reason="Nothing was seen before adoption, so no proportion of it can be said.",
            remedy="Bring longer periods, or count what changes in larger units.",
        )
    return found


ESTIMATOR = BeforeAfter()
