"""Intervals by permuting who adopted when: exact for few clusters, whatever the errors' law.

If the dates could as well have fallen to other clusters, the effect as estimated is one draw from
its distribution over all arrangements of the same dates. A confidence interval holds every effect
that, taken out of the outcome, leaves the rest unremarkable among those arrangements
(Fisher 1935; inverted as in Rosenbaum 2002, Observational Studies, 2.6; with few clusters,
MacKinnon and Webb 2020, Journal of Econometrics 218(2)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.estimate.inference.rule import count_arrangements

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DRAWS = 1_999
"""Arrangements drawn where there are too many to go through."""
ALIKE = 1e-9
"""Two statistics closer than this share are a tie, and count against the effect."""


def arrangements(labels: Ints, *, seed: int, draws: int = DRAWS) -> tuple[Ints, bool]:
    """Return arrangements of `labels` over their places, the one at hand first.

    Parameters
    ----------
    labels
        What each place (cluster) has, ``(n_places,)``.
    seed
        Of the draw.
    draws
        Drawn at random if there are more than this many in all.

    Returns
    -------
    tuple
        ``(n_arrangements, n_places)``, each once if all of them, and whether it is all of them.
    """
    if count_arrangements(labels.tolist()) > draws:
        rng = np.random.default_rng(seed)
        order = rng.random((draws, labels.size)).argsort(axis=1)
        return np.concatenate([labels[None], labels[order]]), False
    found = _all(labels)
    first = int(np.flatnonzero((found == labels).all(axis=1))[0])
    found[[0, first]] = found[[first, 0]]
    return found, True


def _all(labels: Ints) -> Ints:
    """Return every distinct arrangement of `labels`."""
    found = np.zeros((1, 0), dtype=np.int64)
    kinds, counts = np.unique(labels, return_counts=True)
    for _ in range(labels.size):
        used = (found[:, :, None] == kinds).sum(axis=1)
        row, kind = np.nonzero(used < counts)
        found = np.concatenate([found[row], kinds[kind][:, None]], axis=1)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Inverted:
    """What an inverted permutation test says.

    Parameters
    ----------
    low, high
        Ends of the confidence interval; infinite where no effect, however large, is refused.
    p_value
        Of no effect, two-sided.
    least_p
        Smallest p an effect, however large, could have reached: a p below it cannot be had.
    """

    low: float
    high: float
    p_value: float
    least_p: float


def invert(shown: Floats, taken: Floats, level: float) -> Inverted:
    """Invert a permutation test of an effect whose removal is linear.

    Taking an effect of size b out of the outcome changes the statistic of arrangement k from
    ``shown[k]`` to ``shown[k] - b * taken[k]``. b is in the interval if the share of arrangements
    with a statistic at least as large in size as the one at hand exceeds ``1 - level``. Each
    arrangement is at least as large on an interval of b that ends where two straight lines cross,
    so that the share is known exactly for every b.

    Parameters
    ----------
    shown
        Statistic of each arrangement, the one at hand first, ``(n_arrangements,)``.
    taken
        The same of the indicator (or share of the outcome) of being treated at hand.
    level
        Of the interval.
    """
    starts, ends = _reach(shown, taken)
    n = shown.size
    least = (1 - level) * n * (1 + ALIKE)
    starts, ends = np.sort(starts), np.sort(ends)

    def share(at: Floats) -> Floats:
        begun = np.searchsorted(starts, at, side="right")
        over = np.searchsorted(ends, at, side="left")
        return np.asarray(begun - over, dtype=float)

    lows, highs = starts[share(starts) > least], ends[share(ends) > least]
    size, zero = np.abs(shown), abs(float(shown[0]))
    power, own = np.abs(taken), abs(float(taken[0]))
    return Inverted(
        low=float(lows.min()) if lows.size else -np.inf,
        high=float(highs.max()) if highs.size else np.inf,
        p_value=float(np.mean(size >= zero * (1 - ALIKE))),
        least_p=float(np.mean(power >= own * (1 - ALIKE))),
    )


def _reach(shown: Floats, taken: Floats) -> tuple[Floats, Floats]:
    """Return where each arrangement is at least as large as the one at hand, as closed intervals.

    ``|shown[k] - b taken[k]| >= |shown[0] - b taken[0]|`` where a product of two straight lines in
    b is not negative.
    """
    a, b = shown, taken
    slopes = np.stack([b - b[0], b + b[0]])
    heights = np.stack([a - a[0], a + a[0]])
    flat = np.abs(slopes) <= ALIKE * abs(b[0])
    with np.errstate(invalid="ignore", divide="ignore"):
        roots = np.where(flat, np.nan, heights / slopes)
    low, high = np.nanmin(roots, axis=0), np.nanmax(roots, axis=0)
    one = flat.any(axis=0)
    bent = ~one & (np.abs(b) > abs(b[0]))
    starts, ends = low.copy(), high.copy()
    level = np.where(flat[0], heights[0], heights[1])
    slope = np.where(flat[0], slopes[1], slopes[0])
    rising = -slope * level > 0
    always = one & (np.abs(level) <= ALIKE * (np.abs(a) + abs(a[0])))
    starts[one & ~rising] = -np.inf
    ends[one & rising] = np.inf
    starts[always], ends[always] = -np.inf, np.inf
    starts[bent], ends[bent] = -np.inf, low[bent]
    return np.concatenate([starts, high[bent]]), np.concatenate([ends, np.full(bent.sum(), np.inf)])
