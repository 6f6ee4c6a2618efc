"""Where a jump may be: the set of places the data do not rule out.

References
----------
Hansen, B. E. (2000), "Sample splitting and threshold estimation", Econometrica 68(3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trueup.estimate.numerics.jump.ranked import Ranked, indicator
from trueup.estimate.numerics.jump.scan import Scan

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

CRITICAL = {0.90: 5.94, 0.95: 7.35, 0.99: 10.59}
"""``-2 log(1 - sqrt(level))``, Hansen (2000), table 1."""


def likelihood_ratio(rows: Ranked, found: Scan) -> Floats:
    """Return Hansen's likelihood ratio of each place against the best, nought there, ``(g,)``."""
    left = float(rows.residual @ rows.residual) - float(found.gain.max())
    ratio: Floats = (found.gain.max() - found.gain) * max(rows.freedom - 1, 1) / left
    return ratio


def places_kept(rows: Ranked, found: Scan, critical: float) -> tuple[Codes, float]:
    """Return which candidates belong to the confidence set of the place, and its eta squared.

    The set is ``{g: ratio(g) <= critical * eta2}``, eta squared being the variance of sums of
    errors over a stretch of dose near the best place, a row, over the variance everywhere. Rows
    of one cluster that stand in one stretch count as they move together. The stretch is as long
    as the set it makes, so both are found in turn, and the widest is kept.

    References
    ----------
    Hansen (2000), theorem 1 and equation 16: with a jump only, the weights ``(delta'z)^2`` are
    constant and drop out. Sums over stretches, in place of single squared errors, are ours.
    """
    ratio, best = likelihood_ratio(rows, found), found.best
    eta, stretch = 0.0, 0.0
    kept = np.array([best])
    for _ in range(4):
        eta = max(eta, _local_variance(rows, found, best, stretch))
        kept = np.flatnonzero(ratio <= critical * eta)
        ends = found.place[kept]
        stretch = float(max(ends.max() - found.place[best], found.place[best] - ends.min()))
    return kept.astype(np.int64), eta


def _local_variance(rows: Ranked, found: Scan, k: int, stretch: float) -> float:
    """Return the variance of sums of errors over stretches of dose, near candidate `k`.

    Per row and over the variance everywhere; weighted by Epanechnikov's kernel in dose.
    """
    residual = rows.residual - found.jump[k] * indicator(rows, int(found.above[k]))
    everywhere = float(residual @ residual) / max(rows.freedom - 1, 1)
    left = residual[: rows.in_use]
    dose, place = rows.dose[: rows.in_use], found.place[k]
    quartiles = np.quantile(dose, [0.25, 0.75])
    scale = float(quartiles[1] - quartiles[0]) / 1.349 or float(dose.std())
    width = 2.34 * min(scale, float(dose.std())) * dose.size ** (-0.2)
    weight = np.maximum(1 - ((dose - place) / width) ** 2, 0.0)
    near = np.flatnonzero(weight > 0)
    cell = dose[near] if stretch == 0 else np.floor((dose[near] - place) / stretch)
    cell = np.unique(cell, return_inverse=True)[1]
    cell = np.unique(cell * rows.n_clusters + rows.cluster[near], return_inverse=True)[1]
    sums = np.bincount(cell, (weight * left)[near])
    return float(sums @ sums) / float(weight @ weight) / everywhere
