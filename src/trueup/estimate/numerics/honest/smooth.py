"""What is left of an effect when a trend may bend a little: the shortest interval of fixed length.

Rambachan & Roth (2023), section 2.4.3 and 4.1: the difference in trends goes on after adoption,
its slope changing by at most ``bend`` from one period to the next. Among estimators that are
linear in the event study and free of bias under a straight trend, the one whose interval at the
worst bend is shortest (Armstrong & Kolesár 2018).

In second differences the bias is ``bend`` times the sum of the absolute loadings ``g``. Those on
bends after the reference are fixed by the target, so the problem is a lasso in the loadings on
bends before it: variance plus a penalty on ``sum |g|``, its penalty chosen by one-dimensional
search.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SWEEPS = 20_000
CLOSE = 1e-11


def smooth_interval(
    effects: Floats,
    covariance: Floats,
    reference: int,
    weights: Floats,
    *,
    bend: float,
    level: float,
) -> tuple[float, float]:
    """Return the interval of the target when a trend's slope changes by at most `bend` a period.

    Parameters
    ----------
    effects, covariance, weights
        By consecutive horizon, ``(n,)``, ``(n, n)``, ``(n,)``; nought at the reference.
    reference
        Index of the reference; at least one horizon before it, one after.
    bend
        Largest change of slope from one period to the next, in the unit of `effects`.
    """
    start, turns = _affine(reference, weights)
    fixed = _fixed_bias(reference, weights)
    variance = turns @ covariance @ turns.T
    linear = turns @ covariance @ start

    def interval(loadings: Floats) -> tuple[float, float]:
        estimator = start + loadings @ turns
        error = float(np.sqrt(estimator @ covariance @ estimator))
        bias = bend * (fixed + float(np.abs(loadings).sum()))
        half = error * folded_normal(bias / error, level)
        centre = float(estimator @ effects)
        return centre - half, centre + half

    def width(loadings: Floats) -> float:
        low, high = interval(loadings)
        return high - low

    return interval(_best(variance, linear, width, bias_matters=bend > 0))


def folded_normal(mean: float, level: float) -> float:
    """Return the value that ``|N(mean, 1)|`` stays under with probability `level`."""
    from scipy.optimize import brentq
    from scipy.special import ndtr, ndtri

    mean = abs(mean)
    top = mean + float(ndtri(0.5 + level / 2)) + 1

    def short(value: float) -> float:
        return float(ndtr(value - mean) - ndtr(-value - mean)) - level

    return float(brentq(short, 0.0, top, xtol=1e-12))


def _affine(reference: int, weights: Floats) -> tuple[Floats, Floats]:
    """Return the unbiased estimators: one with no loading, and what each loading adds to it.

    With ``v_k`` the weight of the effect ``k`` periods before the reference, the loading on the
    bend ``i`` periods before it is ``g_i = sum over k > i of (k - i) v_k``, and ``g_0`` must be
    the target's own loading on a slope. Solved backwards: ``v_k = g_(k-1) - 2 g_k + g_(k+1)``.
    """
    size = weights.size
    start = np.where(np.arange(size) > reference, weights, 0.0)
    slope = float(np.arange(1, size - reference) @ weights[reference + 1 :])
    loadings = np.zeros((reference, reference + 2))
    loadings[:, :reference] = np.eye(reference)
    added = loadings[:, :-2] - 2 * loadings[:, 1:-1] + loadings[:, 2:]
    before = np.zeros((reference, size))
    before[:, :reference] = added[:, ::-1]
    return start + slope * before[0], before[1:]


def _fixed_bias(reference: int, weights: Floats) -> float:
    after = weights[reference + 1 :]
    ahead = np.arange(1, after.size + 1)
    loads = [float(np.maximum(ahead - j, 0) @ after) for j in range(after.size)]
    return float(np.abs(loads).sum())


def _best(variance: Floats, linear: Floats, width: object, *, bias_matters: bool) -> Floats:
    from scipy.optimize import minimize_scalar

    assert callable(width)
    free = np.linalg.lstsq(variance, -linear, rcond=None)[0] if linear.size else linear
    if not linear.size or not bias_matters:
        return np.asarray(free)
    most = 2 * float(np.abs(linear).max())
    if most == 0:
        return np.zeros_like(linear)

    def cost(power: float) -> float:
        return float(width(_lasso(variance, linear, most * 10**power)))

    found = minimize_scalar(cost, bounds=(-8.0, 0.0), method="bounded", options={"xatol": 1e-7})
    best = _lasso(variance, linear, most * 10**found.x)
    rivals = [best, np.zeros_like(linear), np.asarray(free)]
    return min(rivals, key=width)


def _lasso(variance: Floats, linear: Floats, penalty: float) -> Floats:
    """Minimise ``g' variance g + 2 linear' g + penalty sum |g|`` by coordinates."""
    loadings = np.zeros_like(linear)
    scale = float(np.sqrt(np.diag(variance)).max())
    for _ in range(SWEEPS):
        moved = 0.0
        for index in range(linear.size):
            pull = linear[index] + variance[index] @ loadings
            pull -= variance[index, index] * loadings[index]
            size = max(abs(pull) - penalty / 2, 0.0) / variance[index, index]
            new = -np.sign(pull) * size
            moved = max(moved, abs(new - loadings[index]) * scale)
            loadings[index] = new
        if moved < CLOSE * max(scale * float(np.abs(loadings).max()), 1e-300):
            break
    return loadings
