"""Means of two sides within kinds, weighed by how much each kind can tell, and drawn anew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trueup.measure.numerics.resampling import cluster_draws

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]
_CELLS_AT_ONCE = 4_000_000


def has_both(kind: Codes, side: Bools) -> Bools:
    """Return which rows are of a kind that has rows of both sides."""
    codes = np.unique(kind, return_inverse=True)[1]
    on_one = np.bincount(codes, side)
    both: Bools = ((on_one > 0) & (on_one < np.bincount(codes)))[codes]
    return both


def side_means(
    kind: Codes, side: Bools, cluster: Codes, amounts: Floats, *, draws: int, seed: int
) -> Floats:
    """Return the mean of each amount on either side, kinds counting by n1 n0 / (n1 + n0).

    Parameters
    ----------
    kind, side, cluster
        Of each row, ``(n,)``; kinds without rows of both sides may not be among them.
    amounts
        ``(m, n)``.
    draws
        How often clusters are drawn anew.

    Returns
    -------
    numpy.ndarray
        ``(2, m, 1 + draws)``: of the side that is true and of the other; as it is, and drawn. NaN
        where a draw leaves no kind with both.

    References
    ----------
    Mantel and Haenszel (1959), Statistical aspects of the analysis of data from retrospective
    studies of disease, JNCI 22(4).
    """
    order = np.argsort(kind, kind="stable")
    kind, side, amounts = kind[order], side[order], amounts[:, order]
    who = np.unique(cluster[order], return_inverse=True)[1]
    times = cluster_draws(int(who.max()) + 1, draws, seed)
    times = np.concatenate([np.ones((1, times.shape[1])), times])
    batch = max(1, _CELLS_AT_ONCE // kind.size)
    parts = [
        _means(times[start : start + batch], kind, side, who, amounts)
        for start in range(0, times.shape[0], batch)
    ]
    return np.concatenate(parts, axis=2)


def _means(times: Floats, kind: Codes, side: Bools, who: Codes, amounts: Floats) -> Floats:
    sums = []
    for rows in (np.flatnonzero(side), np.flatnonzero(~side)):
        first = np.unique(kind[rows], return_index=True)[1]
        drawn = times[:, who[rows]]
        each = [drawn, *(drawn * amount[rows] for amount in amounts)]
        sums.append([np.add.reduceat(one, first, axis=1) for one in each])
    counts = [one[0] for one in sums]
    with np.errstate(invalid="ignore", divide="ignore"):
        both = (counts[0] > 0) & (counts[1] > 0)
        weight = np.where(both, counts[0] * counts[1] / (counts[0] + counts[1]), 0.0)
        total = weight.sum(axis=1)
        found = [
            [np.where(both, weight * top / count, 0.0).sum(axis=1) / total for top in tops]
            for (count, *tops) in sums
        ]
    return np.array(found)
