"""How stays in review grow with the size of a change: an exponent, fitted within units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.simulate.flow.network import Floats

FEWEST_UNITS, FEWEST_STAYS = 10, 200
DRAWS = 60
WIDEST = 0.7
"""An interval as wide as this says no more than judgement does."""
_EXPONENTS = np.arange(0.05, 1.61, 0.05)
_BINS_PER_DOUBLING, _DOUBLINGS = 3, 6
_ROUNDS = 15


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sized:
    """Stays in review by size, added up.

    Parameters
    ----------
    sizes
        Of each bin, as a multiple of the unit's usual change, ``(bins,)``.
    stays, counts
        Hours of work in review as multiples of the unit's mean, added up, and how many there are,
        each ``(units, bins)``.
    """

    sizes: Floats
    stays: Floats
    counts: Floats


def sized(unit: Floats, lines: Floats, hours: Floats, units: int) -> Sized:
    """Add up stays by size; what has no unit, size or end is left out.

    Parameters
    ----------
    unit, lines, hours
        Of each change: place of its unit, lines added, hours of work in review; NaN: unknown.
    """
    edges = np.arange(-_DOUBLINGS, _DOUBLINGS + 1e-9, 1 / _BINS_PER_DOUBLING)
    shape = units, edges.size - 1
    stays, counts = np.zeros(shape), np.zeros(shape)
    known = ~np.isnan(unit) & (lines > 0) & (hours > 0)
    for place in np.unique(unit[known]).astype(int):
        mine = known & (unit == place)
        relative = np.log2(lines[mine] / np.median(lines[mine]))
        at = np.clip(np.searchsorted(edges, relative, side="right") - 1, 0, shape[1] - 1)
        np.add.at(counts[place], at, 1.0)
        np.add.at(stays[place], at, hours[mine] / hours[mine].mean())
    return Sized(sizes=2 ** ((edges[1:] + edges[:-1]) / 2), stays=stays, counts=counts)


def review_exponents(seen: Sized | None, random: np.random.Generator) -> Floats | None:
    """Return exponents of touch time of review in size, one for each drawing of units.

    None where there are too few units or stays, or where they tell no more than judgement does.

    Notes
    -----
    A stay is a wait that does not depend on the change's own size, and a touch time that is a power
    of it: ``E[stay] = a + b size ** exponent`` with a and b not negative, by quasi-likelihood whose
    spread grows with the mean, so that long stays count no more than short ones. Wedderburn (1974),
    Biometrika 61.
    """
    if seen is None or seen.counts.sum() < FEWEST_STAYS:
        return None
    units = np.flatnonzero(seen.counts.sum(axis=1))
    if units.size < FEWEST_UNITS:
        return None
    found = np.empty(DRAWS)
    for place in range(DRAWS):
        drawn = random.choice(units, units.size)
        found[place] = exponent(seen.sizes, seen.stays[drawn].sum(0), seen.counts[drawn].sum(0))
    low, high = np.quantile(found, [0.025, 0.975])
    return None if high - low >= WIDEST else found


def exponent(sizes: Floats, stays: Floats, counts: Floats) -> float:
    """Return the exponent under which stays are likeliest, to a twentieth."""
    some = counts > 0
    many, means = counts[some], stays[some] / counts[some]
    grown = sizes[some] ** _EXPONENTS[:, None]
    fitted = np.broadcast_to(np.average(means, weights=many), grown.shape)
    for _ in range(_ROUNDS):
        fitted = _line(grown, means, many / fitted**2)
    likely = -(many * (means / fitted + np.log(fitted))).sum(axis=1)
    return float(_EXPONENTS[int(np.argmax(likely))])


def _line(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Fit ``a + b x`` by weighted least squares, row by row; neither a nor b is below nought."""
    whole = weights.sum(axis=1, keepdims=True)
    centre = (weights * x).sum(axis=1, keepdims=True) / whole
    level = (weights * y).sum(axis=1, keepdims=True) / whole
    spread = (weights * (x - centre) ** 2).sum(axis=1, keepdims=True)
    slope = (weights * (x - centre) * (y - level)).sum(axis=1, keepdims=True)
    slope = np.maximum(slope / np.maximum(spread, 1e-12), 0.0)
    through = (weights * x * y).sum(axis=1, keepdims=True) / (weights * x * x).sum(
        axis=1, keepdims=True
    )
    start = level - slope * centre
    fitted = np.where(start >= 0, start + slope * x, through * x)
    return np.asarray(np.maximum(fitted, 1e-9), dtype=float)
