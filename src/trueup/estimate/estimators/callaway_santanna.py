"""Callaway and Sant'Anna: each cohort of adopters against units that have not adopted yet.

The primary recipe. Its numbers equal those of the libraries for the same design; its intervals
hold for a handful of units too, and say whether they speak of these units or of units like these.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from trueup.estimate.estimator import SEED, Fit, Path
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
from trueup.estimate.inference.rule import rule_for
from trueup.estimate.numerics.adjusted_group_time import Adjusted, adjusted_group_time
from trueup.estimate.numerics.group_time import (
    Average,
    Cells,
    Design,
    Influence,
    by_horizon,
    group_time,
    influence,
    level_influence,
    overall,
)
from trueup.estimate.numerics.group_time_error import (
    borrowed,
    path_covariance,
    spread_of_such,
    spread_of_these,
)
from trueup.estimate.numerics.reassigned import reassigned
from trueup.estimate.panel import NEVER, Floats, Panel
from trueup.estimate.question import Question
from trueup.model.evidence import Abstention


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """The cells of a sample, with or without covariates, and how they are averaged."""

    sample: Sample
    design: Design
    cells: Cells
    adjusted: Adjusted | None

    def influence(self, average: Average) -> Influence:
        """Return each unit's influence on an average of the effects."""
        if self.adjusted is not None:
            return self.adjusted.influence(self.sample.adopted.size, average)
        return influence(self.sample.values, self.sample.adopted, self.cells, average, self.design)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """The overall answer on the scale its interval is made on, and each unit's influence on it.

    Parameters
    ----------
    without
        Mean outcome of the treated had they not adopted, with its influences; None on scales
        that need none.
    """

    raw: float
    parts: Influence
    without: tuple[float, Influence] | None


class CallawaySantAnna:
    """Group-time effects, averaged over adopters; see `trueup.estimate.numerics.group_time`."""

    name = "callaway_santanna"
    answers = (
        "What adoption changed, on average over the units that adopted and the periods since, "
        "against units that had not adopted."
    )
    assumes = (
        "Without adoption, adopters and their controls would have changed alike.",
        NO_ANTICIPATION,
        NO_INTERFERENCE,
    )
    references = (
        "Callaway, Sant'Anna (2021), Journal of Econometrics 225(2), eq. 2.9-2.10 and 3.5",
        "Sant'Anna, Zhao (2020), Journal of Econometrics 219(1), for covariates",
        "Bell, McCaffrey (2002), Survey Methodology 28, for few adopters",
        "MacKinnon, Webb (2020), Journal of Econometrics 218(2), for fewer still",
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
        found = _found(sample)
        if isinstance(found, Abstention):
            return found
        answer = _answer(found)
        if isinstance(answer, Abstention):
            return answer
        judged = _judged(found, answer, seed)
        if isinstance(judged, Abstention):
            return judged
        estimates = [
            put(
                sample,
                _recipe(question, permuted=one.least_p is not None),
                one,
                seed if one.least_p is not None else None,
            )
            for one in judged
        ]
        return Fit(
            estimate=estimates[0],
            raw=judged[0].value,
            raw_error=judged[0].error,
            path=_path(found, answer),
            beside=tuple(estimates[1:]),
        )


def _recipe(question: Question, *, permuted: bool) -> Recipe:
    kind = {"not_yet": "units that have not adopted yet", "never": "units that never adopt"}
    like = f", alike in {', '.join(question.covariates)}" if question.covariates else ""
    return Recipe(
        name=CallawaySantAnna.name,
        design=f"staggered adoption, {kind[question.controls]}{like} as controls",
        assumptions=(
            *assumed(CallawaySantAnna.assumes, question),
            *((CHANCE,) if permuted else ()),
        ),
    )


def _found(sample: Sample) -> Found | Abstention:
    question = sample.question
    design = Design(
        never_only=question.controls == "never",
        anticipation=question.anticipation,
        horizon=question.horizon,
    )
    cells = group_time(sample.values, sample.adopted, design)
    if not cells.after(question.horizon).any():
        return _without_controls(sample)
    if not question.covariates:
        return Found(sample=sample, design=design, cells=cells, adjusted=None)
    columns = np.stack([sample.panel.wide(name)[sample.unit] for name in question.covariates])
    adjusted = adjusted_group_time(sample.values, columns, sample.adopted, cells, design)
    if adjusted is None:
        return sample.refuse(
            f"The comparison by {', '.join(question.covariates)} could not be made in any period: "
            "adopters and controls have no values in common, or too few units.",
            "Drop a covariate, or add units that are like the adopters.",
        )
    return Found(sample=sample, design=design, cells=adjusted.cells, adjusted=adjusted)


def _without_controls(sample: Sample) -> Abstention:
    if sample.question.controls == "never" and (sample.adopted != NEVER).all():
        return sample.refuse(
            "Every unit adopts: none is left that never does.",
            "Ask with units that have not adopted yet as controls, or add units without adoption.",
        )
    return sample.refuse(
        "No adopter is seen both before and after adoption beside a unit that has not adopted.",
        "Add units that adopt later or never, or periods before the last unit adopts.",
    )


def _answer(found: Found) -> Answer | Abstention:
    average = overall(found.cells, found.design.horizon)
    effect = float(average.of(found.cells.effects)[0])
    parts = found.influence(average)
    if found.sample.question.scale != "count":
        return Answer(raw=effect, parts=parts, without=None)
    sample, one = found.sample, np.ones(1)
    levels = level_influence(sample.values, sample.adopted, found.cells, average)
    level = float(average.of(found.cells.levels)[0])
    without = level - effect
    if level <= 0 or without <= 0:
        return sample.no_proportion()
    ratio = parts.combined(one / without, levels, one * (1 / level - 1 / without))
    return Answer(
        raw=math.log(level / without),
        parts=ratio,
        without=(without, parts.combined(-one, levels, one)),
    )


def _judged(found: Found, answer: Answer, seed: int) -> list[Judged] | Abstention:
    """Judge the answer for whom the question asks about, and beside it for the others.

    Where regressions take the wild bootstrap (`rule_for`), Student's t on mended influences is
    kept. Permuting dates holds its coverage there too while adopters are as noisy as the rest, but
    with 4 noisier adopters of 24 it covers about .8 where t covers .95
    (``benchmarks/coverage.py --noisier 2``). With three adopters or ten clusters there is too
    little to estimate a spread from, and permutation it is. So it is with three that never adopt,
    though later adopters serve until they adopt: of 20 units, 17 at four dates, t covers .93 to
    .95 and permutation .92 to .98; with one that never adopts .65 to .90 and .78 to .99 (never
    adopters twice as noisy as, like, and half as noisy as the rest; 1,000 and 200 draws).
    """
    sample = found.sample
    these = spread_of_these(answer.parts, sample.adopted, sample.cluster)
    such = spread_of_such(answer.parts, sample.cluster)
    judged: dict[str, Judged] = {}
    if such is not None:
        judged["such"] = by_student(
            answer.raw, such.error, such.freedom, sample, "units like these"
        )
    if these is not None:
        judged["these"] = by_student(answer.raw, these.error, these.freedom, sample, "these units")
    if rule_for(sample.n_clusters, sample.n_treated_clusters) == "permutation":
        dealt = _dealt(found, answer.raw, seed)
        if isinstance(dealt, Abstention):
            return dealt
        if dealt is not None:
            judged["these"] = dealt
    asked = "these" if sample.question.speaks_of == "these units" else "such"
    if asked not in judged:
        return too_few(sample, 1.0)
    return [judged[asked], *(one for name, one in judged.items() if name != asked)]


def _dealt(found: Found, raw: float, seed: int) -> Judged | Abstention | None:
    if found.adjusted is not None:
        return found.sample.refuse(
            f"{found.sample.n_treated_clusters} of {found.sample.n_clusters} clusters adopt: too "
            "few to make them comparable in covariates.",
            "Ask without covariates, or add clusters until more than ten are seen, four adopting.",
        )
    return judged_by_dates(raw, partial(reassigned, design=found.design), found.sample, seed)


def _path(found: Found, answer: Answer) -> Path:
    """Return the effect by horizon; on the count scale as a share of the overall mean without."""
    sample = found.sample
    horizons, average = by_horizon(found.cells, found.design.horizon)
    effects = average.of(found.cells.effects)
    parts = found.influence(average)
    lone = borrowed(
        sample.values, sample.adopted, sample.cluster, found.cells, average, found.design
    )
    if answer.without is not None:
        mean, of_mean = answer.without
        ones = np.ones(effects.size)
        parts = parts.combined(ones / mean, of_mean, -effects / mean**2)
        effects, lone = effects / mean, lone / mean
    covariance = path_covariance(parts, sample.cluster, lone)
    reference = -1 - found.design.anticipation
    kept = horizons != reference
    place = int(np.searchsorted(horizons[kept], reference))

    def with_reference(values: Floats) -> Floats:
        return np.insert(values[kept], place, 0.0)

    total = np.where(horizons >= 0, average.total, 0.0)
    return Path(
        horizons=np.insert(horizons[kept], place, reference),
        reference=reference,
        effects=with_reference(effects),
        covariance=np.insert(
            np.insert(covariance[np.ix_(kept, kept)], place, 0.0, axis=0), place, 0.0, axis=1
        ),
        weights=with_reference(total / total.sum()),
        n_units=with_reference(average.total).astype(np.int64),
    )


ESTIMATOR = CallawaySantAnna()
