"""How far the answer rests on marks being right: unmarked is unknown, never "does not use it".

Two readings. If marks are wrong at random and the effect is the same for all, a share ``u`` of
wrong marks in both arms together leaves ``1 - u`` of the effect (Lewbel 2007): the truth is
further from nought than what was measured, and the sign cannot turn. If nothing is assumed, the
wrongly marked may be the very units that moved most: the mean of the rest lies between the means
trimmed at either end (Horowitz & Manski 1995), and the ends of the interval move by as much.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trueup.estimate.checking import Attempt, Case, outcomes
from trueup.estimate.numerics.seen import mean_of_seen
from trueup.estimate.panel import NEVER, Floats, Panel
from trueup.estimate.question import Question
from trueup.model.effect import Check
from trueup.units import RATIO, say

ATTEMPT = Attempt(
    name="misclassification",
    question="Would the answer stand if some units are marked wrongly?",
    reference="Horowitz, Manski (1995), Econometrica 63(2); Lewbel (2007), Econometrica 75(2)",
)

FEWEST = 2


def check(case: Case) -> Check:
    """Widen the interval by marks that may be wrong, and find how many would turn its sign."""
    changes = unit_changes(case.panel, case.question)
    if changes is None:
        return ATTEMPT.ended("cannot tell", "No unit is seen both before and after adoption.")
    controls, adopters = case.unmarked
    total = min(controls + adopters, 1.0)
    low, high = _ends(case)
    random = _grown(low, high, 1 - total)
    worst = _worst(changes, low, high, controls, adopters)
    turns = _turns(changes, case, low, high)
    figures = (
        ("share_controls", controls),
        ("share_adopters", adopters),
        ("random_low", case.scale.told(random[0])),
        ("random_high", case.scale.told(random[1])),
        ("worst_low", case.scale.told(worst[0])),
        ("worst_high", case.scale.told(worst[1])),
        ("worst_low_raw", worst[0]),
        ("worst_high_raw", worst[1]),
        ("share_that_turns_the_sign", turns),
    )
    says = _says(case, random, worst, turns)
    if total == 0:
        return ATTEMPT.ended("cannot tell", says, figures)
    if case.sign == 0:
        return ATTEMPT.ended("weak", says, figures)
    kept = worst[0] > 0 if case.sign > 0 else worst[1] < 0
    return ATTEMPT.ended("holds" if kept else "weak", says, figures)


def _says(case: Case, random: tuple[float, float], worst: tuple[float, float], turns: float) -> str:
    stands = ""
    if case.sign:
        stands = "; no share of wrong marks would take the sign away"
    if case.sign and turns < 1:
        stands = (
            f"; {say(turns, RATIO)} wrong in each arm, at their worst, would take the sign away"
        )
    if not any(case.unmarked):
        return f"How many marks may be wrong was not stated{stands}."
    controls, adopters = (say(share, RATIO) for share in case.unmarked)
    low, high, lowest, highest = (
        say(case.scale.told(end), case.fit.estimate.unit) for end in (*random, *worst)
    )
    return (
        f"If up to {controls} of units without marks are users and {adopters} "
        f"of adopters are not, the effect lies between {low} and {high} with wrong marks at "
        f"random, and between {lowest} and {highest} at their worst{stands}."
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Changes:
    """What each unit did from before to after, on the scale effects are made on.

    Parameters
    ----------
    adopters
        Change of each adopter less the mean change of the controls over the same windows.
    controls
        Change of each unit that never adopts, over the adopters' windows on average.
    """

    adopters: Floats
    controls: Floats


def unit_changes(panel: Panel, question: Question) -> Changes | None:
    """Return each unit's change; None without two adopters seen before and after."""
    wide = _values(panel, question)
    starts = np.unique(panel.adopted_in[panel.ever_treated])
    never = panel.adopted_in == NEVER
    adopters: list[Floats] = []
    controls = np.zeros(int(never.sum()))
    weight = np.zeros(controls.size)
    for start in starts.tolist():
        before = slice(0, max(start - question.anticipation, 0))
        last = None if question.horizon is None else start + question.horizon + 1
        change = mean_of_seen(wide[:, start:last]) - mean_of_seen(wide[:, before])
        own = change[(panel.adopted_in == start) & np.isfinite(change)]
        others = change[never]
        seen = np.isfinite(others)
        if not own.size:
            continue
        adopters.append(own - (others[seen].mean() if seen.any() else 0.0))
        controls[seen] += others[seen] * own.size
        weight[seen] += own.size
    found = np.concatenate(adopters) if adopters else np.zeros(0)
    if found.size < FEWEST:
        return None
    return Changes(adopters=found, controls=controls[weight > 0] / weight[weight > 0])


def trimmed_shift(values: Floats, share: float, *, upward: bool) -> float:
    """Return how far the mean moves when the `share` of values at the other end is left out.

    >>> trimmed_shift(np.array([1.0, 2.0, 3.0, 4.0]), 0.25, upward=True)
    0.5
    """
    if not values.size or share <= 0:
        return 0.0
    ordered = np.sort(values) if upward else np.sort(values)[::-1]
    keep = np.clip(np.arange(1, values.size + 1) - share * values.size, 0.0, 1.0)
    if keep.sum() <= 0:
        return float(ordered[-1] - values.mean())
    return float(keep @ ordered / keep.sum() - values.mean())


def _values(panel: Panel, question: Question) -> Floats:
    wide = outcomes(panel, question)
    return np.asarray(wide / np.nanmean(wide)) if question.scale == "count" else wide


def _ends(case: Case) -> tuple[float, float]:
    interval = case.fit.estimate.interval
    return case.scale.raw(interval.low), case.scale.raw(interval.high)


def _grown(low: float, high: float, left: float) -> tuple[float, float]:
    """Return the union of the interval divided by every share from 1 to `left`."""
    if left <= 0:
        return (-math.inf if low < 0 else low, math.inf if high > 0 else high)
    return min(low, low / left), max(high, high / left)


def _worst(
    changes: Changes, low: float, high: float, controls: float, adopters: float
) -> tuple[float, float]:
    down = trimmed_shift(changes.adopters, adopters, upward=False)
    down -= trimmed_shift(changes.controls, controls, upward=True)
    rise = trimmed_shift(changes.adopters, adopters, upward=True)
    rise -= trimmed_shift(changes.controls, controls, upward=False)
    return low + down, high + rise


def _turns(changes: Changes, case: Case, low: float, high: float) -> float:
    """Return the share of wrong marks in each arm at which the sign would be lost; 1 if none."""
    if case.sign == 0:
        return 0.0

    def stands(share: float) -> bool:
        ends = _worst(changes, low, high, share, share)
        return ends[0] > 0 if case.sign > 0 else ends[1] < 0

    if stands(1.0):
        return 1.0
    least, most = 0.0, 1.0
    while most - least > 0.001:
        middle = (least + most) / 2
        least, most = (middle, most) if stands(middle) else (least, middle)
    return least
