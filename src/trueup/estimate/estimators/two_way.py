"""Two-way fixed effects: what a dashboard that knows the calendar says; shown to be distrusted."""

from __future__ import annotations

from dataclasses import dataclass

from trueup.estimate.estimator import SEED, Fit
from trueup.estimate.inference.bounds import Refusal
from trueup.estimate.inference.sample import draw_sample
from trueup.estimate.inference.stating import (
    Saying,
    abstain,
    adoption,
    fit_and_state,
    on_scale,
    within_reach,
)
from trueup.estimate.panel import Panel
from trueup.estimate.question import Question
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
        """Regress, with effects of unit and of period taken out.

        Raises
        ------
        EstimateError
            The question names a column the panel has not.
        """
        scaled = on_scale(panel, question)
        if isinstance(scaled, Refusal):
            return abstain(scaled, panel, question)
        values, link, _ = scaled
        sample = draw_sample(panel, values * within_reach(panel, question), adoption(panel))
        saying = Saying(
            outcome=question.outcome,
            estimand="after against before adoption, unit and period effects taken out",
            design="two-way fixed effects",
            estimator=self.name,
            assumptions=self.assumes,
            unit=question.outcome_unit,
        )
        found = fit_and_state(sample, link, saying, panel, question, seed)
        return abstain(found, panel, question) if isinstance(found, Refusal) else found


ESTIMATOR = TwoWay()
