"""Does a condition before adoption change what adoption did? With the test that it does not.

Not finding a difference is no proof of none: "no difference of interest" is said only where the
whole interval lies inside the band of equivalence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.assessment import Moderation
from trueup.estimate.estimator import SEED
from trueup.estimate.moderators.contrast import (
    EQUIVALENCE_LEVEL,
    Bounded,
    Contrast,
    bound,
    contrasts,
)
from trueup.estimate.moderators.frozen import Moderator, as_moderator, freeze, usable
from trueup.estimate.numerics.multiplicity import benjamini_hochberg, holm
from trueup.estimate.panel import Panel
from trueup.estimate.question import Question
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Group, Interval
from trueup.units import RELATIVE, say, significant

Family = Literal["bh", "holm"]
CHANCE = {"bh": 0.10, "holm": 0.05}
"""Share of false discoveries allowed in a family explored; chance of any in one claimed."""

MOST_BANDS = 8
_NORMAL = 2.927
"""1.645 + 1.282: errors a band must span for equivalence to be shown with 80 % chance."""

ASSUMPTIONS = (
    "Without adoption, units alike in the moderator would have gone the same way.",
    "The moderator stands for itself: what goes with it, and was not measured, is in its number.",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    moderator: str
    contrast: Contrast
    bounded: Bounded


def moderate(
    panel: Panel,
    question: Question,
    moderators: Sequence[str | Moderator],
    *,
    equivalence: float,
    seed: int = SEED,
    family: Family = "bh",
) -> tuple[Moderation | Abstention, ...]:
    """Say of each moderator whether the effect differs with it, is alike, or cannot be told.

    Parameters
    ----------
    panel
        Units over periods.
    question
        Whose effect; its horizon, anticipation, controls, scale and level hold here too.
    moderators
        Columns, or `Moderator` where one is a band, counts people or was made from outcomes.
    equivalence
        Largest difference that counts as none: a proportion for ``log`` and ``count``, in the
        outcome's unit for ``level``; for one standard deviation more, or between bands.
    seed
        Kept with the answer; nothing is drawn.
    family
        ``bh`` explores (a tenth of the discoveries may be false), ``holm`` claims.

    Returns
    -------
    tuple
        One answer a score, one a band (a single one where there are two), in order.

    Raises
    ------
    EstimateError
        The panel has no such column, or the band of equivalence is not positive.

    Notes
    -----
    The value is what it was before anyone adopted. The effect's slope in it is taken among
    treated units at equal time since adoption, less its slope among units not yet treated at the
    same time: a course of its own over time is no moderation. An interaction as large as the
    effect itself needs about four times as many units to be seen.
    """
    if equivalence <= 0:
        raise EstimateError(
            "A band of equivalence has no width.", hint="Give the largest difference that is none."
        )
    found = [one for each in moderators for one in _each(panel, question, as_moderator(each))]
    told = [one for one in found if isinstance(one, _Found)]
    adjust = holm if family == "holm" else benjamini_hochberg
    adjusted = iter(adjust([one.bounded.p for one in told]).tolist() if told else [])
    return tuple(
        _moderation(panel, question, one, equivalence, next(adjusted), family, seed)
        if isinstance(one, _Found)
        else one
        for one in found
    )


def _each(panel: Panel, question: Question, moderator: Moderator) -> list[_Found | Abstention]:
    frozen = freeze(panel, question, moderator)
    if isinstance(frozen, str):
        return [_abstain(panel, moderator, frozen)]
    if len(frozen.bands) > MOST_BANDS:
        reason = f"It has {len(frozen.bands)} bands; more than {MOST_BANDS} are a score."
        return [_abstain(panel, moderator, reason)]
    answers: list[_Found | Abstention] = []
    for contrast in contrasts(frozen, usable(panel, frozen), panel.adopted_in > 0):
        if isinstance(contrast, str):
            answers.append(_abstain(panel, moderator, contrast))
            continue
        bounded = bound(panel, question, frozen, contrast)
        answers.append(
            _abstain(panel, moderator, bounded)
            if isinstance(bounded, str)
            else _Found(moderator=moderator.column, contrast=contrast, bounded=bounded)
        )
    return answers


def _abstain(panel: Panel, moderator: Moderator, reason: str) -> Abstention:
    return Abstention(
        metric=moderator.column,
        reason=reason,
        remedy="Bring more units that adopt, earlier periods, or units that do not adopt.",
        n=panel.n_units,
        n_of="units",
        window=panel.window,
    )


def _moderation(
    panel: Panel,
    question: Question,
    found: _Found,
    equivalence: float,
    adjusted: float,
    family: Family,
    seed: int,
) -> Moderation:
    estimate = _estimate(panel, question, found, seed)
    band = float(np.log1p(equivalence)) if question.scale == "log" else equivalence
    low, high = found.bounded.interval(EQUIVALENCE_LEVEL)
    alike = -band < low and high < band
    apart = estimate.interval.low > 0 or estimate.interval.high < 0
    up = found.bounded.slope > 0
    answer: Literal["helps", "harms", "no difference of interest", "cannot tell"] = "cannot tell"
    if alike:
        answer = "no difference of interest"
    elif apart and adjusted <= CHANCE[family]:
        answer = "helps" if up == (question.better != "lower") else "harms"
    return Moderation(
        moderator=found.moderator,
        interaction=estimate,
        answer=answer,
        adjusted_p=adjusted,
        says=_say(found, estimate, answer, apart=apart, band=equivalence, needed=band),
    )


def _estimate(panel: Panel, question: Question, found: _Found, seed: int) -> Estimate:
    bounded, contrast = found.bounded, found.contrast
    low, high = bounded.interval(question.level)

    def said(value: float) -> float:
        return float(np.expm1(value)) if question.scale == "log" else value

    group: Group = (("moderator", found.moderator),)
    if contrast.band is not None:
        group = (("band", f"{contrast.band:g}"), *group)
    horizon = "" if question.horizon is None else f", over {question.horizon + 1} periods"
    return Estimate(
        outcome=question.outcome,
        estimand=f"change of the effect of adoption on {question.outcome} with {found.moderator}: "
        f"{contrast.says}{horizon}",
        design="staggered adoption, slopes among the treated less slopes among those not yet",
        estimator="moderators",
        value=said(bounded.slope),
        unit=question.outcome_unit if question.scale == "level" else RELATIVE,
        standard_error=bounded.error,
        interval=Interval(
            low=said(low),
            high=said(high),
            level=question.level,
            method=f"cluster jackknife (CV3), Student's t on {bounded.freedom}",
        ),
        p_value=bounded.p,
        speaks_of="units like these",
        n_rows=bounded.n_rows,
        n_units=bounded.n_units,
        n_treated=bounded.n_treated,
        n_clusters=bounded.n_clusters,
        assumptions=ASSUMPTIONS,
        window=panel.window,
        source=panel.source,
        group=group,
        seed=seed,
    )


def _say(
    found: _Found, estimate: Estimate, answer: str, *, apart: bool, band: float, needed: float
) -> str:
    size = f"{estimate.say()} ({estimate.say_interval()})"
    within = f"between -{say(band, estimate.unit).lstrip('+')} and {say(band, estimate.unit)}"
    told = f"With {found.contrast.says} of {found.moderator}"
    if found.contrast.band is not None:
        told = f"Where {found.moderator} is {found.contrast.says}"
    with_more = f"{told}, the effect differs by {size}"
    if answer == "no difference of interest":
        return f"{with_more}: too little to matter ({within})."
    if answer in {"helps", "harms"}:
        word = "better" if answer == "helps" else "worse"
        return f"{with_more}, for the {word}."
    times = max((found.bounded.error * _NORMAL / needed) ** 2, 1.0)
    why = "not beyond what several looks bring by chance" if apart else "it may be nothing"
    return (
        f"{with_more}: {why}, or more than matters ({within}), so that it protects, or does not, "
        f"cannot be told. About {significant(times)} times as many clusters would show a "
        "difference of none."
    )
