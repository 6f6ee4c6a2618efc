"""The comparisons a two-way fixed-effects estimate is an average of, and their weights.

Goodman-Bacon (2021), "Difference-in-differences with variation in treatment timing", Journal of
Econometrics 225(2), theorem 1: on a balanced panel the estimate is a weighted average of all
two-by-two comparisons of two cohorts over a window in which one of them adopts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEVER = -1
Controls = Literal["never", "not yet", "already"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One cohort's change against another's.

    Parameters
    ----------
    treated, control
        First treated period of the two; `NEVER` for units that never adopt.
    controls
        What the control cohort is in the window: never, not yet, or already treated.
    effect, weight
        Its difference in differences, and its share of the two-way estimate.
    """

    treated: int
    control: int
    controls: Controls
    effect: float
    weight: float


def comparisons(values: Floats, starts: Ints) -> tuple[Comparison, ...]:
    """Take the two-way estimate apart.

    Parameters
    ----------
    values
        Outcome, ``(n_units, n_periods)``, nothing missing.
    starts
        First treated period, `NEVER` for none, ``(n_units,)``; 0 is treated throughout.
    """
    n_periods = values.shape[1]
    classes = np.unique(starts)
    sizes = {int(c): float((starts == c).mean()) for c in classes}
    sums = {
        int(c): np.concatenate([[0.0], np.cumsum(values[starts == c].mean(axis=0))])
        for c in classes
    }
    found = []
    for early in classes[classes != NEVER].tolist():
        for late in [*classes[classes > early].tolist(), NEVER]:
            if late in sizes:
                found += _pair(early, late, sizes, sums, n_periods)
    total = sum(one.weight for one in found)
    return tuple(
        Comparison(
            treated=one.treated, control=one.control, controls=one.controls,
            effect=one.effect, weight=one.weight / total,
        )
        for one in found
        if one.weight > 0
    )  # fmt: skip


def _pair(
    early: int, late: int, sizes: dict[int, float], sums: dict[int, Floats], n_periods: int
) -> list[Comparison]:
    both = sizes[early] + sizes[late]
    mixed = sizes[early] / both * sizes[late] / both * both**2
    end = n_periods if late == NEVER else late
    share, later = 1 - early / n_periods, 1 - end / n_periods
    first = Comparison(
        treated=early,
        control=late,
        controls="never" if late == NEVER else "not yet",
        effect=_change(sums[early], 0, early, end) - _change(sums[late], 0, early, end),
        weight=mixed * (share - later) * (1 - share),
    )
    if late == NEVER:
        return [first]
    second = Comparison(
        treated=late,
        control=early,
        controls="already",
        effect=_change(sums[late], early, late, n_periods)
        - _change(sums[early], early, late, n_periods),
        weight=mixed * later * (share - later),
    )
    return [first, second]


def _change(sums: Floats, start: int, middle: int, end: int) -> float:
    """Return the mean over ``[middle, end)`` less that over ``[start, middle)``."""
    if middle <= start or end <= middle:
        return 0.0
    after = (sums[end] - sums[middle]) / (end - middle)
    return float(after - (sums[middle] - sums[start]) / (middle - start))
