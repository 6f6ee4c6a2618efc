"""How many items are inside over time, from when each came and went."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def mean_inside(entered: Floats, left: Floats, place: Ints, edges: Floats, places: int) -> Floats:
    """Return the time average of items inside, by place and period.

    Parameters
    ----------
    entered, left
        When each item came, and went (inf: has not), ``(n_items,)``; `left` is never earlier.
    place
        Where it is, codes from nought, ``(n_items,)``.
    edges
        Where the periods begin and the last one ends, ascending, ``(n_periods + 1,)``, in the
        unit of time of `entered`.
    places
        How many places there are.

    Returns
    -------
    NDArray
        ``(places, n_periods)``.
    """
    since = _spent(entered, place, edges, places) - _spent(left, place, edges, places)
    mean: Floats = np.diff(since, axis=1) / np.diff(edges)
    return mean


def _spent(instants: Floats, place: Ints, edges: Floats, places: int) -> Floats:
    """Return the time since all instants that lie before each edge, ``(places, n_edges)``."""
    period = np.searchsorted(edges, instants, side="left")
    kept = period < edges.size
    cell = place[kept] * edges.size + period[kept]
    shape, size = (places, edges.size), places * edges.size
    since = instants[kept] - edges[0]
    many = np.bincount(cell, minlength=size).reshape(shape).cumsum(axis=1)
    sums = np.bincount(cell, since, size).reshape(shape).cumsum(axis=1)
    spent: Floats = many * (edges - edges[0]) - sums
    return spent
