"""What is left of an effect when trends may have parted as they did before: the exact test.

Rambachan & Roth (2023), "A More Credible Approach to Parallel Trends", section 2.4.1: after
adoption the difference in trends moves, between one period and the next, by at most ``mbar``
times the largest such move before. The interval inverts the conditional least-favourable test
of Andrews, Roth & Pakes (2023) in each of the polyhedra the restriction consists of.

In first differences the test's linear program has a solution in closed form. With ``x`` the
estimate of the target, ``a`` the signed move before adoption that is the largest in this
polyhedron, ``c`` the weights of the moves after it, ``s_up`` and ``s_down`` the standard errors
of the moments ``move - mbar a`` and ``-move - mbar a``, its dual has the vertices::

    (x - theta - C mbar a) / S_up       C = sum |c|, S_up = sum c+ s_up + c- s_down
    (theta - x - C mbar a) / S_down     S_down likewise, the signs swapped
    -2 mbar a / (s_up[t] + s_down[t])   one for each period after adoption

so that the statistic, its truncation and its least-favourable critical value all live in the
plane of ``(x, a)``, and no program is solved.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FIRST_STAGE = 0.1
"""Share of the test's size spent on its least-favourable first stage (their section 3.3)."""
GRID = 401
ZOOMS = 4
TINY = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """An event study as first differences.

    Parameters
    ----------
    target, weights
        Estimate of the target and the weight of each move after the reference in it,
        ``(n_after,)``.
    before
        The moves up to the reference, ``(n_before,)``.
    after_errors
        Standard errors of the moves after the reference, ``(n_after,)``.
    target_variance, target_before, before_covariance, after_before
        Variance of `target`, its covariance with `before` ``(n_before,)``, the covariance of
        `before`, and that of the moves after with those before ``(n_after, n_before)``.
    """

    target: float
    weights: Floats
    before: Floats
    after_errors: Floats
    target_variance: float
    target_before: Floats
    before_covariance: Floats
    after_before: Floats


def moves(effects: Floats, covariance: Floats, reference: int, weights: Floats) -> Moves:
    """Turn effects by horizon into moves from one to the next.

    Parameters
    ----------
    effects, covariance, weights
        By consecutive horizon, ``(n,)``, ``(n, n)``, ``(n,)``; nought at the reference.
    reference
        Index of the reference among them; at least one before it, one after.
    """
    step = np.eye(effects.size)[1:] - np.eye(effects.size)[:-1]
    target = np.where(np.arange(effects.size) > reference, weights, 0.0)
    before, after = step[:reference], step[reference:]
    return Moves(
        target=float(target @ effects),
        weights=np.cumsum(target[reference + 1 :][::-1])[::-1],
        before=before @ effects,
        after_errors=np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", after, covariance, after), 0)),
        target_variance=float(target @ covariance @ target),
        target_before=before @ covariance @ target,
        before_covariance=before @ covariance @ before.T,
        after_before=after @ covariance @ before.T,
    )


def relative_interval(of: Moves, mbar: float, level: float) -> tuple[float, float]:
    """Return the interval of the target when later moves are at most `mbar` times earlier ones.

    The hull of all values no polyhedron rejects; ends to a hundred-thousandth of its width.
    """
    from scipy.stats import norm

    error = float(np.sqrt(of.target_variance))
    spread = np.sqrt(np.max(np.diag(of.before_covariance)))
    reach = float(
        mbar * np.abs(of.weights).sum() * (np.abs(of.before).max() + 5 * spread) + 5 * error
    )
    if mbar == 0 or reach == 0:
        half = float(norm.ppf(0.5 + level / 2)) * error
        return of.target - half, of.target + half
    shapes = _polyhedra(of, mbar, level)
    return _edge(shapes, of.target, -reach, level), _edge(shapes, of.target, reach, level)


def rejects(of: Moves, mbar: float, level: float, values: Floats) -> NDArray[np.bool_]:
    """Return whether every polyhedron rejects each value of the target, ``(n_values,)``.

    `mbar` is positive.
    """
    return _rejected(_polyhedra(of, mbar, level), values - of.target, level)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Polyhedra:
    """Vertices as functions of ``(x - theta, a)``, one polyhedron a row."""

    vertices: Floats  # (n, 4, 2)
    moments: Floats  # a, (n,)
    covariance: Floats  # of (x, a), (n, 2, 2)
    critical: Floats  # least favourable, (n,)


def _polyhedra(of: Moves, mbar: float, level: float) -> _Polyhedra:
    signs = np.repeat([1.0, -1.0], of.before.size)
    moments = signs * np.tile(of.before, 2)
    variance = np.tile(np.diag(of.before_covariance), 2)
    crossed = signs * np.tile(of.target_before, 2)
    with_after = signs[:, None] * np.tile(of.after_before.T, (2, 1))
    own = of.after_errors**2 + mbar**2 * variance[:, None]
    up = np.sqrt(np.maximum(own - 2 * mbar * with_after, TINY))
    down = np.sqrt(np.maximum(own + 2 * mbar * with_after, TINY))
    plus, minus = np.maximum(of.weights, 0), np.maximum(-of.weights, 0)
    size_up, size_down = up @ plus + down @ minus, down @ plus + up @ minus
    bias = mbar * np.abs(of.weights).sum()
    widths = up + down
    vertices = np.zeros((moments.size, 4, 2))
    vertices[:, 0] = np.column_stack([1 / size_up, -bias / size_up])
    vertices[:, 1] = np.column_stack([-1 / size_down, -bias / size_down])
    vertices[:, 2, 1] = -2 * mbar / widths.min(axis=1)
    vertices[:, 3, 1] = -2 * mbar / widths.max(axis=1)
    covariance = np.empty((moments.size, 2, 2))
    covariance[:, 0, 0] = of.target_variance
    covariance[:, 0, 1] = covariance[:, 1, 0] = crossed
    covariance[:, 1, 1] = variance
    critical = np.array(
        [
            _least_favourable(corner, spread, FIRST_STAGE * (1 - level))
            for corner, spread in zip(vertices, covariance, strict=True)
        ]
    )
    return _Polyhedra(vertices=vertices, moments=moments, covariance=covariance, critical=critical)


def _least_favourable(vertices: Floats, covariance: Floats, size: float) -> float:
    """Return the value the largest vertex exceeds with probability `size` when all means are 0.

    In the plane: ``a`` is integrated over by quadrature, ``x`` given ``a`` in closed form. A move
    without error is nought then, and nothing is learnt of ``x`` from it.
    """
    from scipy.optimize import brentq
    from scipy.special import ndtr

    spread = np.sqrt(covariance[1, 1])
    slope = covariance[0, 1] / covariance[1, 1] if spread else 0.0
    rest = np.sqrt(max(covariance[0, 0] - slope * covariance[0, 1], TINY))
    nodes, masses = _quadrature()

    def exceeded(bound: float) -> float:
        lowest = max(bound / vertices[2, 1] / spread, -9.0) if spread else -9.0
        z = lowest + (9.0 - lowest) * (nodes + 1) / 2
        a = z * spread
        high = (bound - vertices[0, 1] * a) / vertices[0, 0]
        low = (bound - vertices[1, 1] * a) / vertices[1, 0]
        inside = ndtr((high - slope * a) / rest) - ndtr((low - slope * a) / rest)
        density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        weight = masses * (9.0 - lowest) / 2 * density
        return 1 - float(np.sum(weight * np.maximum(inside, 0))) - size

    top = 10 * float(np.sqrt(np.einsum("vi,ij,vj->v", vertices, covariance, vertices).max()))
    if not top:
        return 0.0
    return float(brentq(exceeded, 0.0, top, xtol=1e-10 * top))


@cache
def _quadrature() -> tuple[Floats, Floats]:
    nodes, masses = np.polynomial.legendre.leggauss(120)
    return nodes, masses


def _rejected(shapes: _Polyhedra, shifts: Floats, level: float) -> NDArray[np.bool_]:
    """Return whether every polyhedron rejects ``theta = x + shift``, ``(n_shifts,)``."""
    n_shapes, n_shifts = shapes.moments.size, shifts.size
    seen = np.empty((n_shapes, n_shifts, 2))
    seen[..., 0], seen[..., 1] = -shifts, shapes.moments[:, None]
    values = np.einsum("svi,sti->stv", shapes.vertices, seen)
    best = values.argmax(axis=2)
    statistic = values.max(axis=2)
    among = np.einsum("svi,sij,swj->svw", shapes.vertices, shapes.covariance, shapes.vertices)
    row = np.arange(n_shapes)[:, None]
    variance = among[row, best, best]
    is_certain = variance == 0  # such a vertex is broken or kept, whatever the sample
    variance = np.where(is_certain, 1.0, variance)
    slope = among[row, best] / variance[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = (values - slope * statistic[..., None]) / (1 - slope)
    low = np.where(slope < 1 - TINY, crossing, -np.inf).max(axis=2)
    high = np.where(slope > 1 + TINY, crossing, np.inf).min(axis=2)
    high = np.minimum(high, shapes.critical[:, None])
    second = (1 - level) * (1 - FIRST_STAGE) / (1 - FIRST_STAGE * (1 - level))
    error = np.sqrt(variance)
    beyond = _tail(statistic / error, low / error, high / error)
    is_beyond = (statistic > shapes.critical[:, None]) | is_certain | (beyond < second)
    rejected = (statistic > 0) & is_beyond
    every: NDArray[np.bool_] = rejected.all(axis=0)
    return every


def _tail(z: Floats, low: Floats, high: Floats) -> Floats:
    """Return the chance that a standard normal within ``[low, high]`` exceeds `z`."""
    from scipy.special import log_ndtr

    at = log_ndtr(-z)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        top = np.exp(np.minimum(log_ndtr(-high) - at, 0.0))
        bottom = np.exp(np.maximum(log_ndtr(-np.minimum(low, z)) - at, 0.0))
        chance: Floats = np.where(high > z, (1 - top) / (bottom - top), 0.0)
    return chance


def _edge(shapes: _Polyhedra, centre: float, reach: float, level: float) -> float:
    """Return the outermost value towards ``centre + reach`` that is not rejected."""
    grid = np.linspace(0.0, reach, GRID)
    while True:
        kept = np.flatnonzero(~_rejected(shapes, grid, level))
        if kept.size and kept[-1] == GRID - 1:
            grid = grid * 2
            continue
        break
    if not kept.size:
        return centre
    inside, outside = grid[kept[-1]], grid[kept[-1] + 1]
    for _ in range(ZOOMS):
        grid = np.linspace(inside, outside, 41)
        last = int(np.flatnonzero(~_rejected(shapes, grid[:-1], level))[-1])
        inside, outside = grid[last], grid[last + 1]
    return float(centre + inside)
