"""Synthetic difference-in-differences: few adopters against a weighted likeness of themselves."""

from __future__ import annotations

import math
import warnings

import numpy as np

from trueup.estimate.estimator import SEED, Fit
from trueup.estimate.inference.adopters import (
    NO_ANTICIPATION,
    NO_INTERFERENCE,
    Judged,
    Recipe,
    Sample,
    assumed,
    put,
    sample_of,
)
from trueup.estimate.inference.dates import of_share
from trueup.estimate.inference.permutation import arrangements
from trueup.estimate.numerics.group_time import Design
from trueup.estimate.numerics.synthetic import synthetic
from trueup.estimate.panel import NEVER, Bools, Floats, Ints, Panel
from trueup.estimate.question import Question
from trueup.model.evidence import Abstention

DRAWS = 499
"""Placebos drawn where there are more."""
MOST_ADOPTERS = 20
"""With more adopters, cohort against cohort is as good and needs no placebos."""


class Synthetic:
    """Arkhangelsky and others, with weights by diff-diff and a placebo interval."""

    name = "synthetic"
    answers = (
        "What adoption changed, on average over the units that adopted and the periods since, "
        "against never-adopting units weighted to have moved alike before."
    )
    assumes = (
        "Without adoption, adopters would have gone on moving as the units weighted to match them.",
        NO_ANTICIPATION,
        NO_INTERFERENCE,
        "Adopters are moved by chance as much as the units that never adopt.",
    )
    references = (
        "Arkhangelsky, Athey, Hirshberg, Imbens, Wager (2021), American Economic Review 111(12)",
        "Abadie, Diamond, Hainmueller (2010), JASA 105(490), for placebos in space",
    )

    def fit(self, panel: Panel, question: Question, *, seed: int = SEED) -> Fit | Abstention:
        """Answer the question, or say why not and what would change that.

        Raises
        ------
        EstimateError
            The question names a column the panel has not, or a library it needs is missing.
        """
        sample = sample_of(panel, question)
        if isinstance(sample, Abstention):
            return sample
        complete: Bools = np.all(np.isfinite(sample.values), axis=1)
        refusal = _refusal(sample, complete)
        if refusal:
            return sample.refuse(*refusal)
        judged = _judged(sample, complete, seed)
        if isinstance(judged, Abstention):
            return judged
        incomplete = int((~complete).sum())
        without = f" ({incomplete} units with gaps left out)" if incomplete else ""
        recipe = Recipe(
            name=self.name,
            design=f"staggered adoption, weighted units that never adopt as controls{without}",
            assumptions=assumed(self.assumes, question),
        )
        return Fit(
            estimate=put(sample, recipe, judged, seed), raw=judged.value, raw_error=judged.error
        )


def _refusal(sample: Sample, complete: Bools) -> tuple[str, str] | None:
    adopts = sample.adopted != NEVER
    n_treated, n_controls = int((adopts & complete).sum()), int((~adopts & complete).sum())
    first = sample.adopted[adopts & complete]
    if sample.question.covariates:
        return (
            "Synthetic controls are matched on the outcome's own past, not on covariates.",
            "Ask without covariates, or use callaway_santanna.",
        )
    if sample.n_clusters < sample.adopted.size:
        return (
            "Units share clusters, and a placebo is dealt to single units.",
            "Make the cluster the unit of the panel, or use callaway_santanna.",
        )
    if not n_treated or n_treated > MOST_ADOPTERS:
        return (
            f"{n_treated} units adopt without gaps; this recipe is for 1 to {MOST_ADOPTERS}.",
            "Use callaway_santanna.",
        )
    if (first - sample.question.anticipation).max() < 2:
        return (
            "No adopter is seen in two periods before adoption, so nothing can be matched.",
            "Add periods from before adoption.",
        )
    if n_controls < n_treated + 2:
        return (
            f"{n_controls} units never adopt; placebos for {n_treated} need {n_treated + 2}.",
            "Add units that never adopt, or use callaway_santanna with units that adopt later.",
        )
    return None


def _judged(sample: Sample, complete: Bools, seed: int) -> Judged | Abstention:
    question = sample.question
    design = Design(anticipation=question.anticipation, horizon=question.horizon)
    values, adopted = sample.values[complete], sample.adopted[complete]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of weights not converged to the last digit
        effect = synthetic(values, adopted, design)
        chance = _placebos(values, adopted, design, seed)
    ranked = np.sort(np.abs(chance))[::-1]
    least = int((1 - question.level) * (ranked.size + 1) * (1 + 1e-9))
    if least < 1:
        return sample.refuse(
            f"Only {ranked.size} placebos can be made of {int((adopted == NEVER).sum())} units "
            f"that never adopt: no effect could reach a p below {1 / (ranked.size + 1):.2g}.",
            f"Add units that never adopt, until {round(1 / (1 - question.level)) - 1} placebos "
            "can be made.",
        )
    reach = float(ranked[least - 1])
    level = 1.0
    if question.scale == "count":
        level = _level(values, adopted, design)
        if level <= 0 or effect >= level:
            return sample.no_proportion()
    to_scale = of_share if question.scale == "count" else float
    return Judged(
        value=to_scale(effect / level),
        low=to_scale((effect - reach) / level),
        high=to_scale((effect + reach) / level),
        error=None,
        method=f"{ranked.size} placebos among units that never adopt, inverted",
        speaks_of="these units",
        p_value=float((1 + (ranked >= abs(effect) * (1 - 1e-9)).sum()) / (1 + ranked.size)),
        least_p=1 / (1 + ranked.size),
    )


def _placebos(values: Floats, adopted: Ints, design: Design, seed: int) -> Floats:
    """Return the effects found when never-adopting units are given the adopters' dates."""
    never = adopted == NEVER
    dates = np.full(int(never.sum()), NEVER)
    dates[: int((~never).sum())] = adopted[~never]
    tried, _ = arrangements(dates, seed=seed, draws=DRAWS)
    return np.array([synthetic(values[never], one, design) for one in tried])


def _level(values: Floats, adopted: Ints, design: Design) -> float:
    """Return the mean outcome of the treated, averaged as `synthetic` averages effects."""
    total, many = 0.0, 0
    for cohort in np.unique(adopted[adopted != NEVER]):
        last = None if design.horizon is None else int(cohort) + design.horizon + 1
        if int(cohort) - design.anticipation < 2:
            continue
        block = values[adopted == cohort, int(cohort) : last]
        total, many = total + float(block.sum()), many + block.size
    return total / many if many else math.nan


ESTIMATOR = Synthetic()
