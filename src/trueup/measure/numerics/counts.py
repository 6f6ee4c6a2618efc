"""Intervals for counts and shares of independent items, in closed form."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def wilson(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a share of `n` independent items.

    References
    ----------
    Wilson (1927), JASA 22; Brown, Cai and DasGupta (2001), Statistical Science 16(2).
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if successes == 0 else centre - half
    return low, 1.0 if successes == n else centre + half


def dispersion(counts: Floats) -> float:
    """Return the variance of counts over their mean, at least 1 (Poisson)."""
    if counts.size < 2 or counts.mean() == 0:
        return 1.0
    return max(1.0, float(counts.var(ddof=1) / counts.mean()))


def poisson(count: float, spread: float = 1.0, level: float = 0.95) -> tuple[float, float]:
    """Return the interval of the mean of a count whose variance is `spread` times its mean.

    Byar's approximation to the exact Poisson interval, applied to count / spread.

    References
    ----------
    Breslow and Day (1987), Statistical Methods in Cancer Research II, equation 2.14.
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    events = count / spread
    low = 0.0
    if events > 0:
        low = events * max(0.0, 1 - 1 / (9 * events) - z / (3 * math.sqrt(events))) ** 3
    more = events + 1
    high = more * (1 - 1 / (9 * more) + z / (3 * math.sqrt(more))) ** 3
    return low * spread, high * spread


def quantile_ranks(n: int, share: float, level: float = 0.95) -> tuple[int, int] | None:
    """Return which two order statistics (0-based) enclose a quantile; None if `n` is too small.

    Distribution-free: the number of items below the quantile is binomial.

    References
    ----------
    Conover (1999), Practical Nonparametric Statistics, section 3.2.
    """
    tail = (1 - level) / 2
    ranks = np.arange(n + 1)
    logs = np.array([_log_choose(n, int(r)) for r in ranks])
    logs = logs + ranks * math.log(share) + (n - ranks) * math.log(1 - share)
    below = np.exp(logs).cumsum()
    low = int(np.searchsorted(below, tail, side="right")) - 1
    high = int(np.searchsorted(below, 1 - tail, side="left"))
    return (low, high) if low >= 0 and high < n else None


def _log_choose(n: int, r: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(r + 1) - math.lgamma(n - r + 1)
