"""The Kaplan-Meier product limit, weighted, left-truncated where needed, on plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
_TIE = 1e-9
"""Products of fractions miss round shares by rounding; a quantile must not depend on it."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A survival curve: a step function that falls at each of `times`.

    Parameters
    ----------
    times
        Shape (m,), ascending, distinct; every exit, event or censored.
    survival
        Shape (m,); share still waiting just after each of `times`.
    at_risk, events
        Shape (m,); weight under observation just before, and ending at, each of `times`.
    """

    times: Floats
    survival: Floats
    at_risk: Floats
    events: Floats

    def at(self, time: float) -> float | None:
        """Return the share that reaches `time`; None beyond the last observation.

        An event at exactly `time` has reached it.
        """
        if self.times.size == 0 or time > self.times[-1]:
            return None
        before = int(np.searchsorted(self.times, time, side="left"))
        return 1.0 if before == 0 else float(self.survival[before - 1])

    def quantile(self, share: float) -> float | None:
        """Return the smallest time by which `share` have ended; None if that is not reached."""
        reached = np.flatnonzero(self.survival <= 1 - share + _TIE)
        return float(self.times[reached[0]]) if reached.size else None


_MOST_BINS = 2_000


def kaplan_meier(
    exits: Floats,
    ended: Booleans,
    *,
    weights: Floats | None = None,
    entries: Floats | None = None,
) -> Curve:
    """Estimate the survival curve of durations of which some are cut off.

    Parameters
    ----------
    exits
        Shape (n,); duration at which each item ended or was last seen.
    ended
        Shape (n,); False where the item was last seen still waiting. Items that end at the same
        duration as others are cut off are counted first.
    weights
        Shape (n,); how many items each row stands for.
    entries
        Shape (n,); duration at which each item came under observation (left truncation).

    References
    ----------
    Kaplan and Meier (1958), JASA 53; Klein and Moeschberger (2003), sections 4.2 and 4.6.
    """
    weights = np.ones(exits.shape) if weights is None else weights.astype(float)
    times, place = np.unique(exits, return_inverse=True)
    leaving = _sums(place, weights, times.size)
    events = _sums(place, weights * ended, times.size)
    if entries is None:
        at_risk = np.asarray(leaving[::-1].cumsum()[::-1], dtype=float)
    else:
        late = np.searchsorted(times, entries, side="right")
        entered = _sums(late, weights, times.size + 1)[:-1].cumsum()
        at_risk = entered - np.concatenate([[0.0], leaving.cumsum()[:-1]])
    return Curve(times, product_limit(at_risk, events), at_risk, events)


def _sums(place: NDArray[np.int64], weights: Floats, size: int) -> Floats:
    return np.asarray(np.bincount(place, weights=weights, minlength=size), dtype=float)


def product_limit(at_risk: Floats, events: Floats) -> Floats:
    """Return the running product of 1 - events / at_risk along the last axis.

    Times with nobody at risk leave the product as it is.
    """
    hazard = np.divide(events, at_risk, out=np.zeros_like(at_risk), where=at_risk > _TIE)
    np.subtract(1, np.clip(hazard, 0, 1, out=hazard), out=hazard)
    return np.asarray(np.cumprod(hazard, axis=-1, out=hazard))


def quantile_draws(
    exits: Floats, ended: Booleans, weights: Floats, shares: tuple[float, ...]
) -> Floats:
    """Return the quantiles of many reweighted samples, shape (draws, shares); NaN = not reached.

    Parameters
    ----------
    exits, ended
        Shape (n,), as for `kaplan_meier`.
    weights
        Shape (draws, n); how often each item is in each sample.
    """
    order = np.lexsort((~ended, exits))
    if np.any(np.diff(order) != 1):
        exits, ended, weights = exits[order], ended[order], weights[:, order]
    falling = -_still_waiting(weights, ended)
    reached = [-(1 - share) - _TIE for share in shares]
    first = np.array([np.searchsorted(row, reached) for row in falling]).reshape(-1, len(shares))
    return np.asarray(np.append(exits, np.nan)[first], dtype=float)


def binned_quantile_draws(
    exits: Floats,
    ended: Booleans,
    clusters: NDArray[np.int64],
    draws: Floats,
    shares: tuple[float, ...],
    *,
    bins: int,
) -> Floats:
    """Return what `quantile_draws` does, to the nearest of so many bins of equal numbers.

    Parameters
    ----------
    exits, ended, clusters
        Shape (n,), in ascending order of exits; the cluster of each item, a number from 0.
    draws
        Shape (draws, clusters); how often each cluster is in each sample.
    """
    bins, count = min(bins, _MOST_BINS), exits.size
    place = np.arange(count) * bins // count
    cell = clusters * bins + place
    shape = (draws.shape[1], bins)
    leaving = draws @ _sums(cell, np.ones(count), shape[0] * bins).reshape(shape)
    gone = leaving.cumsum(axis=1)
    if ended.all():
        falling = gone / gone[:, -1:] - 1
    else:
        events = draws @ _sums(cell, ended.astype(float), shape[0] * bins).reshape(shape)
        falling = -product_limit(gone[:, -1:] - gone + leaving, events)
    reached = [-(1 - share) - _TIE for share in shares]
    first = np.array([np.searchsorted(row, reached) for row in falling]).reshape(-1, len(shares))
    last = np.searchsorted(place, np.arange(bins), side="right") - 1
    return np.asarray(np.append(exits[last], np.nan)[first], dtype=float)


def _still_waiting(weights: Floats, ended: Booleans) -> Floats:
    """Return the survival of each sample just after each exit, shape (draws, n)."""
    gone = weights.cumsum(axis=1)
    if ended.all():
        return np.asarray(1 - gone / gone[:, -1:], dtype=float)
    return product_limit(gone[:, -1:] - gone + weights, weights * ended)
