"""How far two raters agree beyond what they would by chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_NORMAL_975 = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Kappa:
    """Cohen's kappa, 1 where raters agree always and 0 where no more than by chance.

    Parameters
    ----------
    low, high
        95 % interval, of large samples.
    n
        How many were rated by both.
    """

    value: float
    low: float
    high: float
    n: int


def kappa(counts: NDArray[np.int64], disagreement: Floats | None = None) -> Kappa | None:
    """Return how far two raters agree; None where both call everything the same, or nothing.

    Parameters
    ----------
    counts
        By the label of the one (rows) and of the other (columns), shape (labels, labels).
    disagreement
        How grave it is to take one label for the other, 0 on the diagonal; None: all alike.
        `squared` has it for labels in an order.

    References
    ----------
    Cohen (1968), Weighted kappa; its interval as Fleiss, Cohen and Everitt (1969), Large sample
    standard errors of kappa and weighted kappa.
    """
    n = int(counts.sum())
    if n == 0:
        return None
    together = counts / n
    apart = 1 - np.eye(len(counts)) if disagreement is None else disagreement / disagreement.max()
    near = 1 - apart
    one, other = together.sum(1), together.sum(0)
    by_chance = float(one @ near @ other)
    if math.isclose(by_chance, 1.0):
        return None
    value = (float((together * near).sum()) - by_chance) / (1 - by_chance)
    usual = (near @ other)[:, None] + (one @ near)[None, :]
    spread = float((together * (near - usual * (1 - value)) ** 2).sum())
    spread -= (value - by_chance * (1 - value)) ** 2
    half = _NORMAL_975 * math.sqrt(max(spread, 0.0) / n) / (1 - by_chance)
    return Kappa(value=value, low=max(value - half, -1.0), high=min(value + half, 1.0), n=n)


def squared(labels: int) -> Floats:
    """Return disagreement of labels in an order: the square of how far they are apart."""
    places = np.arange(labels, dtype=float)
    return np.asarray((places[:, None] - places[None, :]) ** 2)
