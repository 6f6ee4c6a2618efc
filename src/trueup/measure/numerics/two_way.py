"""One slope within units and periods, and how far it may be off."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
_ROUNDS = 500
_CLOSE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """A slope and its standard error, which is None where it cannot be had."""

    value: float
    error: float | None
    units: int


def two_way_slope(y: Floats, x: Floats, unit: Codes, period: Codes) -> Slope | None:
    """Return the slope of `y` on `x` with a constant for each unit and each period.

    The error is that of the jackknife that leaves out one unit at a time, so that what a unit's
    periods share does not count as independent. None where `x` does not vary within both.

    Parameters
    ----------
    y, x
        Shape (n,); one row for each unit and period observed.
    unit, period
        Shape (n,); numbers from 0.

    References
    ----------
    MacKinnon, Nielsen and Webb (2023), Cluster-robust inference, Journal of Econometrics 232 (CV3).
    """
    value = _slope(y, x, unit, period)
    if value is None:
        return None
    kinds = np.unique(unit)
    left = [_slope(*(each[unit != one] for each in (y, x, unit, period))) for one in kinds]
    known = np.array([each for each in left if each is not None])
    error = None
    if known.size == kinds.size and kinds.size > 1:
        share = (kinds.size - 1) / kinds.size
        error = math.sqrt(share * float(((known - value) ** 2).sum()))
    return Slope(value=value, error=error, units=int(kinds.size))


def _slope(y: Floats, x: Floats, unit: Codes, period: Codes) -> float | None:
    own, other = within(x, unit, period), within(y, unit, period)
    varies = float(own @ own)
    if varies <= 1e-12 * max(1.0, float(x @ x)):
        return None
    return float(own @ other) / varies


def within(values: Floats, unit: Codes, period: Codes) -> Floats:
    """Return values less the means of their unit and of their period, however unbalanced."""
    left = values - values.mean() if values.size else values
    sizes = [np.maximum(np.bincount(codes), 1) for codes in (unit, period)]
    for _ in range(_ROUNDS):
        before = left
        for codes, size in zip((unit, period), sizes, strict=True):
            left = left - (np.bincount(codes, weights=left) / size)[codes]
        if np.abs(left - before).max(initial=0.0) < _CLOSE:
            break
    return left
