"""How far a number may be off: one ladder of methods per kind of number, each named.

Authors are resampled, not items: what one person does is not independent evidence. Where there
are too few authors, weeks are; where there are too few of both, items are, for flags and
waiting times only, and the method says so. A number that is a complete count with nothing left
to resample has no interval, and says why.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.measure.numerics.counts import dispersion, poisson, quantile_ranks, wilson
from trueup.measure.numerics.kaplan_meier import (
    binned_quantile_draws,
    kaplan_meier,
    quantile_draws,
)
from trueup.measure.numerics.places import places_of
from trueup.measure.numerics.resampling import (
    block_draws,
    block_length,
    cluster_draws,
    percentile_interval,
)
from trueup.model.evidence import Interval

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
DRAWS = 999
QUANTILE_DRAWS = 499
FEWEST_CLUSTERS = 10
WEEKS_FOR_BLOCKS = 26
_CELLS_AT_ONCE = 4_000_000
MANY = 20_000
"""Above so many items, quantiles of reweighted samples are sought among bins of equal numbers."""
_CELLS_OF_MANY = 10_000_000
_FEWEST_BINS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """An interval, or why there is none; and how many clusters stand behind it."""

    interval: Interval | None
    because: str = ""
    clusters: int | None = None


def ratio_spread(
    top: Floats,
    bottom: Floats,
    clusters: Codes,
    weeks: Codes,
    *,
    items: int,
    of_flags: bool,
    seed: int,
    clusters_of: str = "authors",
) -> Spread:
    """Return the interval of sum(top) / sum(bottom).

    Parameters
    ----------
    top, bottom
        Shape (n,); sums of the numerator and the denominator per row.
    clusters, weeks
        Shape (n,); whose row it is, and in which week (consecutive numbers; negative: none).
    items
        How many items the rows stand for.
    of_flags
        Each item is 0 or 1, so that items themselves can be resampled as a last resort.
    """
    authors = places_of(clusters[bottom > 0])[0].size
    settled = np.isclose(top.sum(), 0) or (of_flags and np.isclose(top.sum(), bottom.sum()))
    if not settled and authors >= FEWEST_CLUSTERS:
        found = _by_cluster(top, bottom, clusters, seed)
        if found is not None:
            method = f"cluster bootstrap over {clusters_of}, expanded percentile"
            return Spread(interval=_interval(found, method), clusters=authors)
    spans = np.unique(weeks[(weeks >= 0) & (bottom > 0)]).size
    if not settled and spans >= FEWEST_CLUSTERS:
        found = _by_week(top, bottom, weeks, seed)
        if found is not None:
            method = f"block bootstrap over weeks ({authors} {clusters_of} are too few to resample)"
            return Spread(interval=_interval(found, method), clusters=spans)
    if of_flags and items > 0:
        low, high = wilson(float(top.sum()), items)
        method = "Wilson score, items taken as independent"
        return Spread(interval=Interval(low=low, high=high, method=method), clusters=authors)
    return Spread(
        interval=None,
        because=f"complete count; fewer than 10 {clusters_of} and 10 weeks to resample",
        clusters=authors,
    )


def rate_spread(weekly: Floats, count: float, per_week: float, spread: float, seed: int) -> Spread:
    """Return the interval of a weekly rate.

    Parameters
    ----------
    weekly
        Shape (m,); counts of the complete weeks in the window, in order.
    count, per_week
        How many items there are, and how many that makes per week.
    spread
        Dispersion of the whole series, used where the window is too short to have its own.
    """
    weeks = int(weekly.size)
    if weeks >= WEEKS_FOR_BLOCKS and weekly.sum() > 0:
        draws = block_draws(weeks, block_length(weeks), DRAWS, seed)
        means = draws @ weekly / weeks * (per_week / weekly.mean())
        found = percentile_interval(means, weeks // block_length(weeks))
        if found is not None:
            return Spread(interval=_interval(found, "block bootstrap over weeks"), clusters=weeks)
    spread = dispersion(weekly) if weeks >= FEWEST_CLUSTERS else spread
    low, high = poisson(count, spread)
    scale = per_week / count if count else (1 / weeks if weeks else 0.0)
    method = f"Poisson over weeks, dispersion {spread:.1f}"
    if scale == 0.0:
        return Spread(interval=None, because="complete count of less than a week", clusters=weeks)
    return Spread(interval=_interval((low * scale, high * scale), method), clusters=weeks)


def quantile_spreads(
    values: Floats,
    ended: NDArray[np.bool_],
    clusters: Codes,
    shares: tuple[float, ...],
    *,
    clusters_of: str,
    seed: int,
) -> list[Spread]:
    """Return the interval of each quantile of durations, some of them censored."""
    kinds, places = places_of(clusters)
    count = int(kinds.size)
    if count >= FEWEST_CLUSTERS:
        drawn = _quantiles_of_draws(values, ended, places, shares, seed)
        method = f"cluster bootstrap over {clusters_of}, expanded percentile"
        spreads = [percentile_interval(drawn[:, place], count) for place in range(len(shares))]
        return [
            Spread(interval=_interval(found, method), clusters=count)
            if found is not None
            else Spread(interval=None, because="too many items still wait", clusters=count)
            for found in spreads
        ]
    return [_order_statistics(values, ended, share, count) for share in shares]


def weekly_mean_spread(values: Floats, weeks: Codes, seed: int) -> Spread:
    """Return the interval of a mean from blocks of weeks.

    Parameters
    ----------
    values, weeks
        Shape (n,); each item's value, and the number of its week.
    """
    count = int(np.unique(weeks).size)
    found = None
    if count >= FEWEST_CLUSTERS:
        found = _by_week(values, np.ones(values.size), weeks, seed)
    if found is None:
        because = "complete count of fewer than 10 weeks"
        return Spread(interval=None, because=because, clusters=count)
    return Spread(interval=_interval(found, "block bootstrap over weeks"), clusters=count)


def level_spread(weekly: Floats, seed: int) -> Spread:
    """Return the interval of a time average from its weekly averages."""
    weeks = int(weekly.size)
    if weeks < FEWEST_CLUSTERS:
        because = "complete count of a window under 10 weeks"
        return Spread(interval=None, because=because, clusters=weeks)
    length = block_length(weeks)
    means = block_draws(weeks, length, DRAWS, seed) @ weekly / weeks
    found = percentile_interval(means, max(2, weeks // length))
    if found is None:
        return Spread(interval=None, because="complete count", clusters=weeks)
    return Spread(interval=_interval(found, "block bootstrap over weeks"), clusters=weeks)


def _interval(found: tuple[float, float], method: str) -> Interval:
    return Interval(low=found[0], high=found[1], method=method)


def _by_cluster(
    top: Floats, bottom: Floats, clusters: Codes, seed: int
) -> tuple[float, float] | None:
    kinds, places = places_of(clusters)
    tops = np.bincount(places, weights=top)
    bottoms = np.bincount(places, weights=bottom)
    draws = cluster_draws(kinds.size, DRAWS, seed)
    return percentile_interval(_divide(draws @ tops, draws @ bottoms), kinds.size)


def _by_week(top: Floats, bottom: Floats, weeks: Codes, seed: int) -> tuple[float, float] | None:
    held = weeks >= 0
    places = weeks[held] - weeks[held].min()
    tops = np.bincount(places, weights=top[held])
    bottoms = np.bincount(places, weights=bottom[held], minlength=tops.size)
    length = block_length(tops.size)
    draws = block_draws(tops.size, length, DRAWS, seed)
    values = _divide(draws @ tops, draws @ bottoms)
    return percentile_interval(values, max(2, tops.size // length))


def _divide(top: Floats, bottom: Floats) -> Floats:
    nowhere = np.full(top.shape, np.nan)
    return np.asarray(np.divide(top, bottom, out=nowhere, where=bottom > 0), dtype=float)


def _quantiles_of_draws(
    values: Floats,
    ended: NDArray[np.bool_],
    places: Codes,
    shares: tuple[float, ...],
    seed: int,
) -> Floats:
    order = np.lexsort((~ended, values))
    values, ended, places = values[order], ended[order], places[order]
    draws = cluster_draws(int(places.max()) + 1, QUANTILE_DRAWS, seed)
    bins = _CELLS_OF_MANY // draws.shape[1]
    if values.size > MANY and bins >= _FEWEST_BINS:
        return binned_quantile_draws(values, ended, places, draws, shares, bins=bins)
    step = max(1, _CELLS_AT_ONCE // values.size)
    parts = [
        quantile_draws(values, ended, draws[start : start + step][:, places], shares)
        for start in range(0, QUANTILE_DRAWS, step)
    ]
    return np.concatenate(parts)


def _order_statistics(
    values: Floats, ended: NDArray[np.bool_], share: float, clusters: int
) -> Spread:
    ranks = quantile_ranks(values.size, share)
    waiting = values[~ended]
    ordered = np.sort(values)
    if ranks is None:
        return Spread(interval=None, because="too few items for an interval", clusters=clusters)
    low, high = float(ordered[ranks[0]]), float(ordered[ranks[1]])
    if waiting.size and waiting.min() <= high:
        because = "items still waiting, and fewer than 10 clusters to resample"
        return Spread(interval=None, because=because, clusters=clusters)
    method = "order statistics, items taken as independent"
    return Spread(interval=_interval((low, high), method), clusters=clusters)


def quantiles(
    values: Floats, ended: NDArray[np.bool_], shares: tuple[float, ...]
) -> list[float | None]:
    """Return exact quantiles of durations, some of them censored; None where not reached."""
    curve = kaplan_meier(values, ended)
    return [curve.quantile(share) for share in shares]
