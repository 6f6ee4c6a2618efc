"""Means of arrays in which NaN stands for what was not seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def mean_of_seen(values: Floats) -> Floats:
    """Return means over the last axis of what was seen; NaN where nothing was."""
    seen = np.isfinite(values)
    count = seen.sum(axis=-1)
    total = np.where(seen, values, 0.0).sum(axis=-1)
    mean: Floats = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean


def mean_by_unit(values: Floats, unit: Ints, n_units: int) -> Floats:
    """Return each unit's mean over its rows in which something was seen, ``(n_units,)``.

    NaN where nothing was.
    """
    seen = np.isfinite(values)
    count = np.bincount(unit[seen], minlength=n_units)
    total = np.bincount(unit[seen], values[seen], n_units)
    mean: Floats = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean
