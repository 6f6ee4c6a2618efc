"""Each unit's two quarters of least use, and its two of most: a published contrast.

Use rose over calendar time almost everywhere, so that quarters of least use are early quarters:
whatever else grew comes out as a difference.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
FEWEST_QUARTERS = 4
"""With fewer, a quarter would be of both kinds."""


def comparable(use: Floats, outcome: Floats) -> Bools:
    """Say which units were seen in four quarters and used more in some, ``(units,)``.

    Parameters
    ----------
    use, outcome
        Means of units in quarters, ``(units, quarters)``; NaN where nothing was seen.
    """
    both = np.isfinite(use) & np.isfinite(outcome)
    seen = np.where(both, use, np.nan)
    enough = both.sum(axis=1) >= FEWEST_QUARTERS
    differs = np.zeros(enough.size, dtype=np.bool_)
    if enough.any():
        differs[enough] = np.nanmax(seen[enough], axis=1) > np.nanmin(seen[enough], axis=1)
    return differs


def low_and_high(use: Floats, outcome: Floats) -> tuple[Ints, Ints]:
    """Return the places of each unit's two quarters of least and of most use, ``(units, 2)``.

    Of quarters of equal use the earlier ones count as those of least. Every unit must have four
    quarters in which both are known.
    """
    both = np.isfinite(use) & np.isfinite(outcome)
    order = np.argsort(np.where(both, use, np.inf), axis=1, kind="stable")
    last = both.sum(axis=1)[:, None]
    return order[:, :2], np.take_along_axis(order, last - [[2, 1]], axis=1)
