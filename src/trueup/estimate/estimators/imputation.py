"""Imputation: what adopters would have shown, from everything seen without adoption.

The second opinion: tighter than cohort against cohort, and it leans harder on units and periods
adding up. By diff-diff, with its intervals mended for few units.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from trueup.estimate.estimator import SEED, Fit, need
from trueup.estimate.inference.adopters import (
    NO_ANTICIPATION,
    NO_INTERFERENCE,
    Judged,
    Recipe,
    Sample,
    assumed,
    by_student,
    put,
    sample_of,
)
from trueup.estimate.inference.dates import CHANCE, judged_by_dates, too_few
from trueup.estimate.inference.permutation import DRAWS
from trueup.estimate.inference.rule import rule_for
from trueup.estimate.numerics.group_time import Design
from trueup.estimate.numerics.imputed import imputed
from trueup.estimate.panel import NEVER, Bools, Floats, Panel
from trueup.estimate.question import Question
from trueup.model.evidence import Abstention

WORK = 1e10
"""Multiplications spent on arrangements, of which fewer are drawn on large panels."""
FEWEST_DRAWS = 399


@dataclass(frozen=True, slots=True, kw_only=True)
class Imputed:
    """Mean effect and its standard error, in the units of what was fitted."""

    effect: float
    error: float


class Imputation:
    """Borusyak, Jaravel and Spiess, by diff-diff."""

    name = "imputation"
    answers = (
        "What adoption changed, on average over the units that adopted and the periods since, "
        "against what units and periods without adoption add up to."
    )
    assumes = (
        "Without adoption, an outcome is its unit's level plus its period's, and chance.",
        NO_ANTICIPATION,
        NO_INTERFERENCE,
    )
    references = (
        "Borusyak, Jaravel, Spiess (2024), Review of Economic Studies 91(6), th. 3, suppl. A.9",
        "MacKinnon, Webb (2020), Journal of Econometrics 218(2), for few clusters",
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
        if question.covariates:
            return sample.refuse(
                "Imputation compares every unit with its own past, in which covariates from "
                "before adoption drop out.",
                "Use callaway_santanna, which makes units comparable in them.",
            )
        used = _used(sample)
        if isinstance(used, Abstention):
            return used
        judged = _judged(sample, used, seed)
        if isinstance(judged, Abstention):
            return judged
        permuted = judged.least_p is not None
        recipe = Recipe(
            name=self.name,
            design="staggered adoption, everything seen without adoption as controls",
            assumptions=(*assumed(self.assumes, question), *((CHANCE,) if permuted else ())),
        )
        estimate = put(sample, recipe, judged, seed if permuted else None)
        return Fit(estimate=estimate, raw=judged.value, raw_error=judged.error)


def _used(sample: Sample) -> Bools | Abstention:
    """Return the unit-periods the fit may see: no anticipated ones, none past the horizon.

    Treated periods past the horizon, and those no untreated unit shares, teach the fit nothing.
    """
    start = sample.adopted[:, None]
    since = np.arange(sample.values.shape[1]) - start
    adopts, seen = start != NEVER, np.isfinite(sample.values)
    anticipated = adopts & (since < 0) & (since >= -sample.question.anticipation)
    last = sample.question.horizon
    late = adopts & (since > last) if last is not None else np.zeros_like(seen)
    free = seen & ~anticipated & ~sample.treated
    alone = sample.treated & ~free.any(axis=0)
    used: Bools = seen & ~anticipated & ~late & ~alone & free.any(axis=1)[:, None]
    if not (used & sample.treated).any():
        return sample.refuse(
            "No adopter is seen after adoption beside a unit that has not adopted.",
            "Add units that adopt later or never, or periods before the last unit adopts.",
        )
    return used


def _judged(sample: Sample, used: Bools, seed: int) -> Judged | Abstention:
    """Judge by the library's error and Student's t, or by permuting dates.

    The library leaves out units, not clusters, so that with few clusters of several units its
    error is too small (14 of 1 to 10 units: it covers .82, permutation .94, 300 draws).
    """
    level = float(sample.values[used & sample.treated].mean())
    found = _by_library(sample, used, sample.values)
    share, count = found.effect / level if level else math.inf, sample.question.scale == "count"
    if count and not share < 1:
        return sample.no_proportion()
    raw = -math.log1p(-share) if count else found.effect
    rule = rule_for(sample.n_clusters, sample.n_treated_clusters)
    if rule == "permutation" or (rule == "wild" and sample.n_clusters < sample.adopted.size):
        question = sample.question
        design = Design(anticipation=question.anticipation, horizon=question.horizon)
        units, periods = sample.values.shape
        draws = int(np.clip(WORK / (units * periods**2), FEWEST_DRAWS, DRAWS))
        dealt = judged_by_dates(raw, partial(imputed, design=design), sample, seed, draws)
        if dealt is not None:
            return dealt
    error = found.error
    if count:  # the influence on a ratio is that of the outcome with the share taken out
        removed = np.where(sample.treated, sample.values * (1 - share), sample.values)
        error = _by_library(sample, used, removed).error / (level * (1 - share))
    if not error > 0 or sample.n_treated_clusters < 2:
        return too_few(sample, 1.0)
    freedom = sample.n_treated_clusters - 1
    return by_student(raw, error, freedom, sample, "these units")


def _by_library(sample: Sample, used: Bools, values: Floats) -> Imputed:
    """Fit by diff-diff, leave-one-out.

    Effects are centred within cohort and period since adoption; where most adopters are alone at
    their date there is nothing to centre on, and all adopters at the same horizon stand in.
    """
    pandas, library = need("pandas"), need("diff_diff")
    unit, period = np.nonzero(used)
    frame = pandas.DataFrame(
        {
            "unit": unit,
            "period": period + 1,
            "start": np.where(sample.adopted == NEVER, 0, sample.adopted + 1)[unit],
            "value": values[unit, period],
            "cluster": sample.cluster[unit],
        }
    )
    recipe: Any = library.ImputationDiD(
        cluster="cluster",
        leave_one_out=True,
        aux_partition="horizon" if _mostly_alone(sample) else "cohort_horizon",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of lone units, which the partition is chosen for
        result = recipe.fit(frame, "value", "unit", "period", "start")
    return Imputed(effect=float(result.overall_att), error=float(result.overall_se))


def _mostly_alone(sample: Sample) -> bool:
    """Say whether most adopting clusters are the only one at their date."""
    pairs = np.unique(np.stack([sample.adopted, sample.cluster]), axis=1)
    _, many = np.unique(pairs[0][pairs[0] != NEVER], return_counts=True)
    return bool((many == 1).sum() * 2 > many.sum())


ESTIMATOR = Imputation()
