"""Intervals by resampling clusters or blocks, with a correction for few of them."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_NORMAL = NormalDist()


@lru_cache(maxsize=2)
def cluster_draws(clusters: int, draws: int, seed: int) -> Floats:
    """Return how often each cluster is drawn, shape (draws, clusters), rows summing to clusters.

    The last two are kept: parts of one whole are resampled in the same way.
    """
    if clusters == 0:
        return np.zeros((draws, 0))
    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(clusters, np.full(clusters, 1 / clusters), draws).astype(float)
    drawn.flags.writeable = False
    return drawn


def block_draws(periods: int, length: int, draws: int, seed: int) -> Floats:
    """Return how often each period is drawn by the circular block bootstrap.

    Shape (draws, periods), rows summing to periods; blocks of `length` consecutive periods keep
    the dependence between neighbours.

    References
    ----------
    Politis and Romano (1992), A circular block-resampling procedure for stationary data.
    """
    generator = np.random.default_rng(seed)
    blocks = math.ceil(periods / length)
    starts = generator.integers(0, periods, size=(draws, blocks))
    chosen = (starts[:, :, None] + np.arange(length)) % periods
    chosen = chosen.reshape(draws, -1)[:, :periods]
    rows = np.repeat(np.arange(draws), periods)
    flat = np.bincount(rows * periods + chosen.ravel(), minlength=draws * periods)
    return flat.reshape(draws, periods).astype(float)


def block_length(periods: int) -> int:
    """Return the block length for a series of `periods`: its cube root, rounded up."""
    return max(1, math.ceil(math.cbrt(periods) - 1e-9))


def percentile_interval(
    values: Floats, clusters: int, level: float = 0.95
) -> tuple[float, float] | None:
    """Return the expanded percentile interval of bootstrap `values`, None if it cannot be had.

    The percentiles are moved outwards so that the interval is about as wide as a t interval
    with `clusters` - 1 degrees of freedom: plain percentiles are too narrow for few clusters.

    References
    ----------
    Hesterberg (2015), What Teachers Should Know About the Bootstrap, The American Statistician
    69(4), section 4.5.
    """
    held = values[np.isfinite(values)]
    if clusters < 2 or held.size < 0.9 * values.size or held.size == 0:
        return None
    spread = math.sqrt(clusters / (clusters - 1)) * t_quantile((1 + level) / 2, clusters - 1)
    tail = 1 - _NORMAL.cdf(spread)
    low, high = np.quantile(held, [tail, 1 - tail])
    return float(low), float(high)


def t_quantile(probability: float, degrees: int) -> float:
    """Return the quantile of Student's t; closed form for 1 and 2 degrees, else bisection.

    The distribution function is the finite sum of Abramowitz and Stegun 26.7.3 and 26.7.4.
    """
    if degrees > 200:
        z = _NORMAL.inv_cdf(probability)
        return z + (z**3 + z) / (4 * degrees)
    low, high = 0.0, 1e4
    for _ in range(80):
        middle = (low + high) / 2
        if _t_cdf(middle, degrees) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _t_cdf(t: float, degrees: int) -> float:
    angle = math.atan(t / math.sqrt(degrees))
    cosine, sine = math.cos(angle), math.sin(angle)
    term, total = (cosine if degrees % 2 else 1.0), 0.0
    for step in range(2 + degrees % 2, degrees + 1, 2):
        total += term
        term *= cosine * cosine * (step - 1) / step
    two_sided = 2 / math.pi * (angle + sine * total) if degrees % 2 else sine * total
    return 0.5 + two_sided / 2
