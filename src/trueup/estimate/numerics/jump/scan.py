"""A jump at every candidate dose at once, and how large the largest comes by chance.

References
----------
Hansen, B. E. (1996), "Inference when a nuisance parameter is not identified under the null
hypothesis", Econometrica 64(2). Hansen, B. E. (1999), "Threshold effects in non-dynamic panels",
Journal of Econometrics 93(2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.estimate.numerics.jump.ranked import RANK, Ranked, running

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_ROWS_AT_ONCE = 32_768
_CELLS_AT_ONCE = 16_000_000
_ALONE = 1e-6
"""Share of a column that must be left without a cluster for a fit without it."""

_LITTLE = 0.1
"""Leverage of a cluster up to which a dozen terms of a series stand for an inverse."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scan:
    """What each candidate place of a jump gives, in descending order of dose.

    Parameters
    ----------
    place
        Candidate doses: a row is above when its dose is larger, ``(g,)``.
    above
        Rows above each, ``(g,)``.
    total
        Sum of residuals above, ``I'My``.
    spread
        Sum of squares of the cleaned indicator, ``I'MI``.
    variance
        Of `total` under the straight line, robust to clusters.
    """

    place: Floats
    above: Codes
    total: Floats
    spread: Floats
    variance: Floats

    @property
    def statistic(self) -> Floats:
        """Squared score over its variance, ``(g,)``."""
        found: Floats = self.total**2 / self.variance
        return found

    @property
    def jump(self) -> Floats:
        """Size of the jump fitted at each place, ``(g,)``."""
        found: Floats = self.total / self.spread
        return found

    @property
    def gain(self) -> Floats:
        """By how much a jump there lowers the sum of squares, ``(g,)``."""
        found: Floats = self.total**2 / self.spread
        return found

    @property
    def best(self) -> int:
        """Which candidate has the least sum of squares."""
        return int(np.argmax(self.gain))


def candidates(rows: Ranked, *, trim: float = 0.15, side: float = 0.10) -> Codes:
    """Return how many rows lie above each admissible place of a jump, ascending, ``(g,)``.

    Every observed dose is one, when `trim` of the rows and `side` of the clusters lie on either
    side, counted among rows in use; where effects of units are taken out, `side` of the units
    must themselves be seen on both sides, for only they tell anything.
    """
    n, cluster = rows.in_use, rows.cluster[: rows.in_use]
    above = np.flatnonzero(np.diff(rows.dose[:n], append=-np.inf) < 0)[:-1] + 1
    above = above[(above >= trim * n) & (above <= (1 - trim) * n)]
    upper = _seen_before(cluster, above)
    lower = _seen_before(cluster[::-1], n - above)
    fit = np.minimum(upper, lower) >= side * np.unique(cluster).size
    if rows.absorbed is not None:
        units = int(rows.absorbed.max()) + 1
        crossing = (
            _seen_before(rows.absorbed, above)
            + _seen_before(rows.absorbed[::-1], rows.dose.size - above)
        ) - units
        fit &= crossing >= max(2, side * units)
    found: Codes = above[fit].astype(np.int64)
    return found


def _seen_before(codes: Codes, ends: Codes) -> Codes:
    """Count the distinct codes among the first rows, for each number of rows."""
    first = np.zeros(codes.size, dtype=np.int64)
    first[np.unique(codes, return_index=True)[1]] = 1
    seen: Codes = np.cumsum(first)[ends - 1]
    return seen


def scan(rows: Ranked, above: Codes) -> Scan:
    """Return score, spread and variance of a jump at every candidate, in O(n p) altogether.

    Parameters
    ----------
    rows
        From `rank_rows`.
    above
        From `candidates`.

    Notes
    -----
    With ``a_c(g)`` the residuals of cluster c above g, ``w(g) = Q'I_g`` and ``b_c = Q_c'e_c``,
    the score of a cluster is ``a_c - b_c'w``; means of units drop out of it because residuals
    sum to nought within each unit. Its squares summed over clusters are running sums.
    """
    e, ends = rows.residual, above - 1
    inner = running(e, rows.cluster)
    squares = np.cumsum((2 * inner - e) * e)[ends]
    spread = above.astype(float)
    if rows.absorbed is not None:
        ones = np.ones(e.size)
        size = np.bincount(rows.absorbed)[rows.absorbed]
        spread = spread - np.cumsum((2 * running(ones, rows.absorbed) - 1) / size)[ends]
    taken, cross, double = _basis_terms(rows, ends)
    variance = squares - 2 * cross + double
    total = np.cumsum(e)[ends]
    spread = spread - taken
    real = (spread > RANK * e.size) & (variance > RANK * max(float(e @ e), 1e-300))
    return Scan(
        place=rows.dose[above[real]],
        above=above[real],
        total=total[real],
        spread=spread[real],
        variance=variance[real],
    )


def _summed(rows: Ranked, residual: Floats) -> Floats:
    """Return basis times residual summed within each cluster, ``(n_clusters, p)``."""
    columns = [np.bincount(rows.cluster, column * residual) for column in rows.basis.T]
    return np.column_stack(columns)


def _basis_terms(rows: Ranked, ends: Codes) -> tuple[Floats, Floats, Floats]:
    """Return ``w'w``, ``w'sum_c a_c b_c`` and ``w'B w`` at each end, in blocks of rows."""
    b = _summed(rows, rows.residual)
    inner = b.T @ b
    out = np.empty((3, ends.size))
    so_far = np.zeros((2, b.shape[1]))
    for start in range(0, rows.dose.size, _ROWS_AT_ONCE):
        block = slice(start, min(start + _ROWS_AT_ONCE, rows.dose.size))
        weights = np.cumsum(rows.basis[block], axis=0) + so_far[0]
        mixed = np.cumsum(rows.residual[block, None] * b[rows.cluster[block]], axis=0) + so_far[1]
        so_far[0], so_far[1] = weights[-1], mixed[-1]
        low, high = np.searchsorted(ends, [block.start, block.stop])
        w, x = weights[ends[low:high] - start], mixed[ends[low:high] - start]
        out[0, low:high] = np.einsum("ij,ij->i", w, w)
        out[1, low:high] = np.einsum("ij,ij->i", w, x)
        out[2, low:high] = np.einsum("ij,ij->i", w @ inner, w)
    return out[0], out[1], out[2]


def sup_draws(rows: Ranked, found: Scan, *, draws: int, rng: np.random.Generator) -> Floats:
    """Return the largest statistic of each draw under the straight line, shape ``(draws,)``.

    Residuals of a whole cluster keep or change their sign together. Fitting the line makes
    residuals smaller than errors, in small samples by enough to matter: those drawn from are the
    ones each cluster has from the line fitted without it. The variance stays that of the scan.

    References
    ----------
    MacKinnon, Nielsen, Webb (2023), "Fast and reliable jackknife and bootstrap methods for
    cluster-robust inference", Journal of Applied Econometrics 38(5): the restricted bootstrap
    with jackknife-transformed residuals (WCR-S).
    """
    own = left_out_residual(rows)
    b, ends = _summed(rows, own), found.above - 1
    at_once = max(1, min(64, _CELLS_AT_ONCE // rows.dose.size))
    sups = []
    for start in range(0, draws, at_once):
        sign = rng.choice([-1.0, 1.0], size=(min(at_once, draws - start), rows.n_clusters))
        scores = drawn_scores(rows, own, sign, b)[:, ends]
        sups.append(np.max(scores**2 / found.variance, axis=1))
    return np.concatenate(sups)


def drawn_scores(rows: Ranked, residual: Floats, sign: Floats, summed: Floats) -> Floats:
    """Return ``I_g'M(residual * sign)`` above every row, for each draw, ``(draws, n)``.

    Parameters
    ----------
    residual
        With mean nought in each unit where effects of units are taken out, ``(n,)``.
    sign
        Of each cluster in each draw, ``(draws, n_clusters)``.
    summed
        Basis times `residual` summed within each cluster, ``(n_clusters, p)``.
    """
    e = sign[:, rows.cluster]
    e *= residual
    e -= (sign @ summed) @ rows.basis.T
    np.cumsum(e, axis=1, out=e)
    return e


def left_out_residual(rows: Ranked) -> Floats:
    """Return the residual each cluster has from the fit without it, shape ``(n,)``.

    By Woodbury's identity ``(I - Q_c Q_c')^-1 e_c = e_c + Q_c (I - Q_c'Q_c)^-1 Q_c'e_c``. Where a
    cluster alone determines a column there is no fit without it, and it adds nothing.
    """
    if rows.n_clusters == rows.dose.size:
        share = np.einsum("ij,ij->i", rows.basis, rows.basis)
        alone: Floats = rows.residual / np.where(share < 1 - _ALONE, 1 - share, 1.0)
        return alone
    b = _summed(rows, rows.residual)
    share = np.bincount(rows.cluster, np.einsum("ij,ij->i", rows.basis, rows.basis))
    turned = _by_series(rows, b) if share.max() < _LITTLE else _by_cluster(rows, b)
    left: Floats = rows.residual + np.einsum("ij,ij->i", rows.basis, turned[rows.cluster])
    return left


def _by_series(rows: Ranked, b: Floats) -> Floats:
    """Return ``(I - Q_c'Q_c)^-1 b_c`` as ``b + Hb + HHb + ...``, for clusters of little weight."""
    term, total = b, b
    while np.abs(term).max() > 1e-11 * np.abs(b).max():
        term = _summed(rows, np.einsum("ij,ij->i", rows.basis, term[rows.cluster]))
        total = total + term
    return total


def _by_cluster(rows: Ranked, b: Floats) -> Floats:
    order = np.argsort(rows.cluster, kind="stable")
    starts = np.append(0, np.cumsum(np.bincount(rows.cluster)))
    turned = np.empty_like(b)
    for c in range(rows.n_clusters):
        own = rows.basis[order[starts[c] : starts[c + 1]]]
        turned[c] = _solved_without(own.T @ own, b[c])
    return turned


def _solved_without(own: Floats, scores: Floats) -> Floats:
    """Return ``(I - own)^-1 scores``, nothing in directions the cluster determines alone."""
    values, vectors = np.linalg.eigh(np.eye(own.shape[0]) - own)
    inverse = np.where(values > _ALONE, 1 / np.maximum(values, _ALONE), 0.0)
    return np.asarray(vectors @ (inverse * (vectors.T @ scores)), dtype=float)
