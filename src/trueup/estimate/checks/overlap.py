"""Whether adopters and the others were alike before adoption, and stayed to be seen after it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from trueup.estimate.checking import Attempt, Case, outcomes
from trueup.estimate.numerics.seen import mean_of_seen
from trueup.estimate.panel import NEVER, Bools, Floats, Panel
from trueup.estimate.question import Question
from trueup.model.effect import Check
from trueup.units import RATIO, say, significant

ATTEMPT = Attempt(
    name="overlap",
    question="Were adopters and the others alike before adoption, and seen until the end?",
    reference="Imbens, Rubin (2015), Causal Inference, ch. 14",
)

ALIKE = 0.25
"""Standardised difference beyond which regression leans on its form (Imbens & Rubin 2015, 14.3)."""
OUTSIDE = 0.1
"""Share of adopters out of the others' range, beyond chance, that is too much."""
GAP = 0.1
"""Difference of attrition between the arms that is too much."""
FEWEST_FOR_TREND = 3


def check(case: Case) -> Check:
    """Compare level, trend and covariates before adoption, and attrition after it, by arm."""
    arm = two_arms(case.panel)
    if arm is None:
        return ATTEMPT.ended("cannot tell", "There are no two arms of two units each.")
    features = before_adoption(case.panel, case.question)
    if not features:
        return ATTEMPT.ended("cannot tell", "No period precedes every adoption.")
    found = {name: standardised(values, arm) for name, values in features.items()}
    known = {name: one for name, one in found.items() if one is not None}
    if not known:
        return ATTEMPT.ended("cannot tell", "Too few units are seen before adoption.")
    outside = outside_range(features["level"], arm)
    outcome = case.question.outcome
    gone = (_gone(case.panel, outcome, arm), _gone(case.panel, outcome, ~arm))
    figures = (
        *((f"difference_{name}_sd", one.size) for name, one in known.items()),
        ("share_adopters_outside", outside),
        ("gone_adopters", gone[0]),
        ("gone_others", gone[1]),
    )
    name, worst = max(known.items(), key=lambda pair: abs(pair[1].size))
    says = (
        f"Before adoption the arms differ most in {name}, by {significant(abs(worst.size))} "
        f"standard deviations; {say(outside, RATIO)} of adopters lie outside the others' range; "
        f"{say(gone[0], RATIO)} of adopters and {say(gone[1], RATIO)} of the others "
        "are gone by the end"
    )
    return ATTEMPT.ended(_verdict(known, outside, gone, arm), says + ".", figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference of means in pooled standard deviations, and its standard error."""

    size: float
    error: float

    @property
    def shown(self) -> float:
        """The least it is at 95 % confidence, regardless of sign; nought or below when unshown."""
        return abs(self.size) - 1.96 * self.error


def two_arms(panel: Panel) -> Bools | None:
    """Return which units are adopters; the earlier half where all adopt; None without two arms."""
    arm = panel.ever_treated
    if (~arm).sum() < 2:
        starts = panel.adopted_in
        arm = (starts != NEVER) & (starts < np.median(starts[starts != NEVER]))
    return arm if min(int(arm.sum()), int((~arm).sum())) >= 2 else None


def before_adoption(panel: Panel, question: Question) -> Mapping[str, Floats]:
    """Return level and trend of the outcome, and covariates, before anyone adopts; by unit.

    Empty when no period precedes the first adoption.
    """
    starts = panel.adopted_in[panel.ever_treated]
    end = int(starts.min()) - question.anticipation if starts.size else panel.n_periods
    if end < 1:
        return {}
    wide = outcomes(panel, question)[:, :end]
    found = {"level": mean_of_seen(wide)}
    if end >= FEWEST_FOR_TREND:
        found["trend"] = _slope(wide)
    found |= {name: mean_of_seen(panel.wide(name)[:, :end]) for name in question.covariates}
    return found


def standardised(values: Floats, arm: Bools) -> Difference | None:
    """Return the difference of the arms' means over their pooled standard deviation."""
    one, two = (values[chosen & np.isfinite(values)] for chosen in (arm, ~arm))
    if min(one.size, two.size) < 2:
        return None
    spread = math.sqrt((float(one.var(ddof=1)) + float(two.var(ddof=1))) / 2)
    gap = float(one.mean() - two.mean())
    if spread <= 1e-12 * max(1.0, abs(gap)):
        return Difference(size=0.0, error=0.0) if abs(gap) < 1e-12 else None
    size = gap / spread
    error = math.sqrt(1 / one.size + 1 / two.size + size**2 / (2 * (one.size + two.size)))
    return Difference(size=size, error=error)


def outside_range(values: Floats, arm: Bools) -> float:
    """Return the share of adopters below the least or above the greatest of the others."""
    one, two = (values[chosen & np.isfinite(values)] for chosen in (arm, ~arm))
    if not one.size or not two.size:
        return 1.0
    return float(((one < two.min()) | (one > two.max())).mean())


def _verdict(
    known: Mapping[str, Difference], outside: float, gone: tuple[float, float], arm: Bools
) -> Literal["holds", "fails", "weak"]:
    """Weigh what is shown beyond chance: trends that differ and units that leave break a design."""
    n_one, n_two = int(arm.sum()), int((~arm).sum())
    trend = known.get("trend")
    if trend is not None and trend.shown > ALIKE:
        return "fails"
    gap = abs(gone[0] - gone[1])
    error = math.sqrt(gone[0] * (1 - gone[0]) / n_one + gone[1] * (1 - gone[1]) / n_two)
    if gap - 1.96 * error > GAP:
        return "fails"
    by_chance = 2 / (n_two + 1)
    allowed = by_chance + 1.96 * math.sqrt(by_chance * (1 - by_chance) / n_one)
    apart = any(one.shown > ALIKE for one in known.values())
    left = gap > GAP and gap > 1.96 * error
    return "weak" if apart or left or outside > allowed + OUTSIDE else "holds"


def _gone(panel: Panel, outcome: str, arm: Bools) -> float:
    """Return the share of an arm's units that are not seen in the last tenth of the periods."""
    tail = max(1, panel.n_periods // 10)
    seen = np.isfinite(panel.wide(outcome)[arm, -tail:])
    return float(1 - np.any(seen, axis=1).mean())


def _slope(part: Floats) -> Floats:
    """Return the least-squares slope per period of each unit; NaN with fewer than three seen."""
    seen = np.isfinite(part)
    time = np.where(seen, np.arange(part.shape[1])[None, :], 0.0)
    count = np.maximum(seen.sum(axis=1), 1)
    away = np.where(seen, np.arange(part.shape[1]) - (time.sum(axis=1) / count)[:, None], 0.0)
    spread = (away**2).sum(axis=1)
    slope = (away * np.where(seen, part, 0.0)).sum(axis=1) / np.maximum(spread, 1e-300)
    return np.where(seen.sum(axis=1) >= FEWEST_FOR_TREND, slope, np.nan)
