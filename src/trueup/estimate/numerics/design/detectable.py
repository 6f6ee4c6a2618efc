"""How precise a design can be, before its effect is read: from noise without treatment alone.

An estimator that is linear in the outcomes is a table of weights by adoption class and period
which sum to nought for every unit. Its variance then needs only the semivariogram of the noise,
half the mean squared difference between periods ``k`` apart: unit effects drop out of it exactly,
and no correction for short series is needed (Arellano 2003, ch. 5, on why one would be).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEVER = -1
MANY_DEGREES = 2000.0
"""Of freedom: beyond these Student's t is the normal for our purposes."""
PERSISTENCE = (*np.linspace(0.0, 0.95, 20), 0.98, 0.995)
BELIEVED = 6.0
FEWEST_GAPS = 3
"""With fewer distances than this between periods, noise is taken as independent over time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Stationary noise: independent from period to period, and fading by `persistence`.

    Parameters
    ----------
    passing, lasting
        Variance of the two parts, in squares of the outcome's unit.
    persistence
        Correlation of the lasting part between neighbouring periods.
    """

    passing: float
    lasting: float
    persistence: float

    def gaps(self, n_periods: int) -> Floats:
        """Return the semivariogram between all periods, ``(n_periods, n_periods)``."""
        apart = np.abs(np.subtract.outer(np.arange(n_periods), np.arange(n_periods)))
        rises = self.passing * (apart > 0) + self.lasting * (1 - self.persistence**apart)
        return np.asarray(rises)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """Who adopts when, in classes.

    Parameters
    ----------
    starts
        First treated period of each class, `NEVER` for none, ``(n_classes,)``.
    sizes
        Units in each, ``(n_classes,)``; need not be whole.
    n_periods
        Periods.
    horizon, anticipation, never_only
        As in `trueup.estimate.question.Question`.
    """

    starts: Ints
    sizes: Floats
    n_periods: int
    horizon: int | None = None
    anticipation: int = 0
    never_only: bool = False


def fit_noise(values: Floats, groups: Ints | None = None) -> Noise | None:
    """Return the noise of untreated outcomes; None when there is too little to see any.

    Parameters
    ----------
    values
        ``(n_units, n_periods)``, NaN where unseen or treated.
    groups
        Cluster of each unit, ``(n_units,)``: then the noise that two units of one cluster share.
    """
    gaps, masses, squares = [], [], []
    for gap in range(1, max(FEWEST_GAPS, values.shape[1] // 2) + 1):
        if gap >= values.shape[1]:
            break
        change = values[:, gap:] - values[:, :-gap]
        seen = np.isfinite(change)
        many = seen.sum(axis=0)
        change = change[:, many > 1]
        if not change.shape[1]:
            continue
        change = change - np.nanmean(change, axis=0)
        total, mass = _squared(change) if groups is None else _crossed(change, groups)
        if mass > 0:
            gaps.append(gap)
            masses.append(mass)
            squares.append(total / mass / 2)
    if not gaps:
        return None
    return _fitted(np.array(gaps), np.array(masses), np.array(squares))


def callaway_santanna_weights(of: Layout) -> Floats:
    """Return the weights of the average effect over treated unit-periods, ``(n_classes, T)``.

    Callaway & Sant'Anna (2021), no covariates, a fixed base period: the last before adoption.
    """
    weights = np.zeros((of.starts.size, of.n_periods))
    total = 0.0
    for row, start in enumerate(of.starts.tolist()):
        base = start - 1 - of.anticipation
        if start == NEVER or base < 0:
            continue
        periods = _after(of, start)
        later = of.starts[:, None] > np.maximum(periods, base) + of.anticipation
        serves = (of.starts == NEVER)[:, None] | (later & (not of.never_only))
        serves[row] = False
        masses = np.where(serves, of.sizes[:, None], 0.0)
        known = masses.sum(axis=0) > 0
        periods, masses = periods[known], masses[:, known]
        share = masses / masses.sum(axis=0) * of.sizes[row]
        weights[row, periods] += of.sizes[row]
        weights[row, base] -= of.sizes[row] * periods.size
        weights[:, periods] -= share
        weights[:, base] += share.sum(axis=1)
        total += float(of.sizes[row]) * periods.size
    return weights / total if total else weights


def imputation_weights(of: Layout) -> Floats:
    """Return the weights when untreated outcomes are imputed from unit and period effects.

    Borusyak, Jaravel & Spiess (2024), the average over treated unit-periods whose period has
    untreated units; ``(n_classes, T)``.
    """
    n_classes, n_periods = of.starts.size, of.n_periods
    period = np.arange(n_periods)[None, :]
    first = np.where(of.starts == NEVER, n_periods, of.starts)[:, None]
    untreated: NDArray[np.bool_] = np.less(period, first - of.anticipation)
    untreated &= of.sizes[:, None] > 0
    chosen: NDArray[np.bool_] = np.greater_equal(period, first)
    chosen &= untreated.any(axis=0) & untreated.any(axis=1, keepdims=True)
    if of.horizon is not None:
        chosen &= period <= first + of.horizon
    goal = np.where(chosen, of.sizes[:, None], 0.0)
    if not goal.any():
        return np.zeros((n_classes, n_periods))
    goal /= goal.sum()
    mass = np.where(untreated, of.sizes[:, None], 0.0)
    normal = np.zeros((n_classes + n_periods,) * 2)
    normal[:n_classes, :n_classes] = np.diag(mass.sum(axis=1))
    normal[n_classes:, n_classes:] = np.diag(mass.sum(axis=0))
    normal[:n_classes, n_classes:] = mass
    normal[n_classes:, :n_classes] = mass.T
    asked = np.concatenate([goal.sum(axis=1), goal.sum(axis=0)])
    solved = np.linalg.lstsq(normal, asked, rcond=None)[0]
    return np.asarray(goal - mass * (solved[:n_classes, None] + solved[None, n_classes:]))


def variance_of(
    weights: Floats,
    sizes: Floats,
    noise: Noise,
    shared: Noise | None = None,
    members: Floats | None = None,
) -> float:
    """Return the variance of an estimate with these weights.

    Parameters
    ----------
    weights
        By class and period, summing to nought for every class, ``(n_classes, n_periods)``.
    sizes
        Units in each class.
    noise
        Of each unit.
    shared, members
        What units of one cluster share, and the units of each class in each cluster,
        ``(n_clusters, n_classes)``.
    """
    each = weights / np.where(sizes > 0, sizes, 1.0)[:, None]
    gaps = noise.gaps(weights.shape[1])
    own = -float(sizes @ ((each @ gaps) * each).sum(axis=1))
    if shared is None or members is None:
        return max(own, 0.0)
    gaps = shared.gaps(weights.shape[1])
    together = members @ each
    pairs = -float(((together @ gaps) * together).sum())
    alone = -float(members.sum(axis=0) @ ((each @ gaps) * each).sum(axis=1))
    return max(own + pairs - alone, 0.0)


def detectable(error: float, degrees: float, *, level: float = 0.95, power: float = 0.8) -> float:
    """Return the effect a two-sided t test finds with chance `power`, in the unit of `error`."""
    return error * _multiple(degrees, level, power)


@cache
def _multiple(degrees: float, level: float, power: float) -> float:
    from scipy.optimize import brentq
    from scipy.stats import nct, norm, t

    if degrees > MANY_DEGREES:
        return float(norm.ppf(0.5 + level / 2) + norm.ppf(power))
    bound = float(t.ppf(0.5 + level / 2, degrees))

    def missed(shift: float) -> float:
        return float(nct.cdf(bound, degrees, shift)) - (1 - power)

    return float(brentq(missed, 0.0, 3 * bound + 20, xtol=1e-6))


def fewest(enough: Callable[[int], bool], most: int) -> int | None:
    """Return the smallest number up to `most` that is enough, `enough` being monotone."""
    if enough(0):
        return 0
    high = 1
    while not enough(high):
        if high >= most:
            return None
        high = min(high * 2, most)
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _after(of: Layout, start: int) -> Ints:
    last = of.n_periods - 1 if of.horizon is None else min(start + of.horizon, of.n_periods - 1)
    return np.arange(start, last + 1)


def _squared(change: Floats) -> tuple[float, float]:
    seen = np.isfinite(change)
    return float(np.nansum(change**2)), float((seen.sum(axis=0) - 1).sum())


def _crossed(change: Floats, groups: Ints) -> tuple[float, float]:
    """Sum products of two different units of one cluster, and count them."""
    seen = np.isfinite(change)
    filled = np.where(seen, change, 0.0)
    _, place = np.unique(groups, return_inverse=True)
    sums = np.zeros((place.max() + 1, change.shape[1]))
    counts = np.zeros_like(sums)
    np.add.at(sums, place, filled)
    np.add.at(counts, place, seen)
    products = float((sums**2).sum() - (filled**2).sum())
    return products, float((counts * (counts - 1)).sum())


def _fitted(gaps: Ints, masses: Floats, squares: Floats) -> Noise:
    """Fit passing and lasting noise to a semivariogram by weighted least squares.

    A value ``k`` periods apart is worth its pairs over ``k``, which overlap, and its variance is
    about twice its square over that. Lasting noise is believed only when it explains `BELIEVED`
    more than passing noise does: a chance wobble far out would be projected over any horizon.
    """
    from scipy.optimize import nnls

    level = float(np.average(squares, weights=masses / gaps))
    best = Noise(passing=max(level, 0.0), lasting=0.0, persistence=0.0)
    if gaps.size < FEWEST_GAPS or level <= 0:
        return best
    root = np.sqrt(masses / gaps / 2) / level
    least = float(((squares - level) * root) @ ((squares - level) * root)) - BELIEVED
    for persistence in PERSISTENCE:
        shape = np.column_stack([np.ones(gaps.size), 1 - persistence**gaps])
        parts, loss = nnls(shape * root[:, None], squares * root)
        if loss**2 < least:
            best = Noise(
                passing=float(parts[0]), lasting=float(parts[1]), persistence=float(persistence)
            )
            least = loss**2
    return best
