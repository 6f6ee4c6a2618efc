"""Jumps at an unknown dose: every candidate scanned at once, and how large a scan comes by chance.

The model is ``y = nuisance + slope * dose + jump * 1(dose > place) + error``. Rows stand in
descending order of dose, so that the rows above a candidate are the first rows, and what every
candidate needs is a running sum. Nuisance columns are held as an orthonormal basis; effects of
units, which lie within clusters, are taken out by means and never need a column.

References
----------
Hansen, B. E. (1996), "Inference when a nuisance parameter is not identified under the null
hypothesis", Econometrica 64(2). Hansen, B. E. (1999), "Threshold effects in non-dynamic panels",
Journal of Econometrics 93(2). Hansen, B. E. (2000), "Sample splitting and threshold estimation",
Econometrica 68(3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.errors import EstimateError

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_ROWS_AT_ONCE = 32_768
_CELLS_AT_ONCE = 4_000_000
_RANK = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Rows in descending order of dose, nuisance and a straight line in dose taken out.

    Parameters
    ----------
    order
        Which given row stands at each place, shape ``(n,)``.
    dose
        Shape ``(n,)``, descending.
    cluster
        Codes ``0..n_clusters-1``, shape ``(n,)``.
    absorbed
        Codes of the units whose effects are taken out by means; None if none are.
    basis
        Orthonormal columns of everything else taken out, the dose among them, ``(n, p)``.
    residual
        The outcome less all of it, ``(n,)``.
    """

    order: Codes
    dose: Floats
    cluster: Codes
    absorbed: Codes | None
    basis: Floats
    residual: Floats

    @property
    def n_clusters(self) -> int:
        """Clusters seen."""
        return int(self.cluster.max()) + 1

    @property
    def freedom(self) -> int:
        """Rows less everything taken out."""
        absorbed = 0 if self.absorbed is None else int(np.unique(self.absorbed).size)
        return int(self.dose.size - self.basis.shape[1] - absorbed)

    def clean(self, columns: Floats) -> Floats:
        """Return columns in this order of rows less nuisance and line, shape ``(n, k)``."""
        return _project_out(less_means(columns, self.absorbed), self.basis)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scan:
    """What each candidate place of a jump gives, in descending order of dose.

    Parameters
    ----------
    place
        Candidate doses: a row is above when its dose is larger, ``(g,)``.
    above
        Rows above each, ``(g,)``.
    score
        Sum of residuals above, ``I'My``.
    spread
        Sum of squares of the cleaned indicator, ``I'MI``.
    variance
        Of `score` under the straight line, robust to clusters.
    """

    place: Floats
    above: Codes
    score: Floats
    spread: Floats
    variance: Floats

    @property
    def statistic(self) -> Floats:
        """Squared score over its variance, ``(g,)``."""
        found: Floats = self.score**2 / self.variance
        return found

    @property
    def jump(self) -> Floats:
        """Size of the jump fitted at each place, ``(g,)``."""
        found: Floats = self.score / self.spread
        return found

    @property
    def gain(self) -> Floats:
        """By how much a jump there lowers the sum of squares, ``(g,)``."""
        found: Floats = self.score**2 / self.spread
        return found

    @property
    def best(self) -> int:
        """Which candidate has the least sum of squares."""
        return int(np.argmax(self.gain))


def clean_rows(
    outcome: Floats,
    dose: Floats,
    cluster: Codes,
    *,
    nuisance: Floats,
    absorbed: Codes | None = None,
    line: bool = True,
) -> Rows:
    """Return rows by descending dose, with nuisance, units and a line in dose taken out.

    Parameters
    ----------
    outcome, dose
        Shape ``(n,)``, finite.
    cluster
        Codes, shape ``(n,)``.
    nuisance
        Columns taken out besides the constant and the dose, ``(n, k)``; collinear ones are
        let go.
    absorbed
        Codes of units whose effects are taken out, ``(n,)``; each lies in one cluster. None
        takes out the constant only.
    line
        Whether a straight line in dose is taken out too.

    Raises
    ------
    EstimateError
        A unit lies in two clusters.
    """
    order = np.argsort(-dose, kind="stable")
    codes = np.unique(cluster[order], return_inverse=True)[1].astype(np.int64)
    units = None
    if absorbed is not None:
        units = np.unique(absorbed[order], return_inverse=True)[1].astype(np.int64)
        first = np.zeros(int(units.max()) + 1, dtype=np.int64)
        first[units] = codes
        if not np.array_equal(first[units], codes):
            raise EstimateError("A unit lies in two clusters.", hint="Give each unit one cluster.")
    columns = nuisance[order]
    if line:
        columns = np.column_stack([dose[order], columns])
    if units is None:
        columns = np.column_stack([np.ones(dose.size), columns])
    basis = orthonormal(less_means(columns, units))
    left = less_means(outcome[order][:, None], units)
    return Rows(
        order=order,
        dose=dose[order],
        cluster=codes,
        absorbed=units,
        basis=basis,
        residual=_project_out(left, basis)[:, 0],
    )


def orthonormal(columns: Floats) -> Floats:
    """Return an orthonormal basis of what the columns span, ``(n, rank)``.

    Scaled columns are turned by the eigenvectors of their Gram matrix, twice: once leaves an
    error that grows with the square of their condition.
    """
    length = np.sqrt(np.einsum("ij,ij->j", columns, columns))
    kept = length > _RANK * max(float(length.max(initial=0.0)), 1e-300)
    basis = columns[:, kept] / length[kept]
    for _ in range(2):
        values, vectors = np.linalg.eigh(basis.T @ basis)
        real = values > _RANK * max(float(values.max(initial=0.0)), 1e-300)
        basis = basis @ (vectors[:, real] / np.sqrt(values[real]))
    return basis


def less_means(columns: Floats, codes: Codes | None) -> Floats:
    """Return columns less the mean of each group, as given if there is no grouping."""
    if codes is None:
        return columns
    count = np.bincount(codes).astype(float)
    means = np.column_stack([np.bincount(codes, column) / count for column in columns.T])
    left: Floats = columns - means[codes]
    return left


def _project_out(columns: Floats, basis: Floats) -> Floats:
    left: Floats = columns - basis @ (basis.T @ columns)
    return left


def running(values: Floats, codes: Codes) -> Floats:
    """Return the running sum of values within each group, in the given order, ``(n,)``."""
    order = np.argsort(codes, kind="stable")
    total = np.cumsum(values[order])
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    before = np.concatenate([[0.0], total])[starts]
    sizes = np.diff(np.append(starts, codes.size))
    out = np.empty_like(total)
    out[order] = total - np.repeat(before, sizes)
    return out


def candidates(rows: Rows, *, trim: float = 0.15, side: float = 0.10) -> Codes:
    """Return how many rows lie above each admissible place of a jump, ascending, ``(g,)``.

    Every observed dose is one, when `trim` of the rows and `side` of the clusters lie on either
    side; where effects of units are taken out, `side` of the units must themselves be seen on
    both sides, for only they tell anything.
    """
    n = rows.dose.size
    above = np.flatnonzero(np.diff(rows.dose, append=-np.inf) < 0)[:-1] + 1
    above = above[(above >= trim * n) & (above <= (1 - trim) * n)]
    upper = _seen_before(rows.cluster, above)
    lower = _seen_before(rows.cluster[::-1], n - above)
    fit = np.minimum(upper, lower) >= side * rows.n_clusters
    if rows.absorbed is not None:
        units = int(rows.absorbed.max()) + 1
        crossing = (
            _seen_before(rows.absorbed, above) + _seen_before(rows.absorbed[::-1], n - above)
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


def scan(rows: Rows, above: Codes) -> Scan:
    """Return score, spread and variance of a jump at every candidate, in O(n p) altogether.

    Parameters
    ----------
    rows
        From `clean_rows`.
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
    score = np.cumsum(e)[ends]
    spread = spread - taken
    real = (spread > _RANK * e.size) & (variance > _RANK * max(float(e @ e), 1e-300))
    return Scan(
        place=rows.dose[above[real]],
        above=above[real],
        score=score[real],
        spread=spread[real],
        variance=variance[real],
    )


def cluster_scores(rows: Rows) -> Floats:
    """Return basis times residual summed within each cluster, ``(n_clusters, p)``."""
    columns = [
        np.bincount(rows.cluster, column * rows.residual, rows.n_clusters)
        for column in rows.basis.T
    ]
    return np.column_stack(columns)


def _basis_terms(rows: Rows, ends: Codes) -> tuple[Floats, Floats, Floats]:
    """Return ``w'w``, ``w'sum_c a_c b_c`` and ``w'B w`` at each end, in blocks of rows."""
    b = cluster_scores(rows)
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


def sup_draws(rows: Rows, found: Scan, *, draws: int, rng: np.random.Generator) -> Floats:
    """Return the largest statistic of each draw under the straight line, shape ``(draws,)``.

    Residuals of a whole cluster keep or change their sign together. The variance of a score
    whose clusters change sign is the same, so only scores are summed anew.
    """
    b, ends = cluster_scores(rows), found.above - 1
    at_once = max(1, min(64, _CELLS_AT_ONCE // rows.dose.size))
    sups = []
    for start in range(0, draws, at_once):
        sign = rng.choice([-1.0, 1.0], size=(rows.n_clusters, min(at_once, draws - start)))
        sups.append(np.max(_drawn_scores(rows, b, sign, ends) ** 2 / found.variance, axis=1))
    return np.concatenate(sups)


def _drawn_scores(rows: Rows, b: Floats, sign: Floats, ends: Codes) -> Floats:
    """Return the score at each end of each column of signs, shape ``(draws, g)``."""
    e = sign.T[:, rows.cluster]
    e *= rows.residual
    e -= (sign.T @ b) @ rows.basis.T
    np.cumsum(e, axis=1, out=e)
    scores: Floats = e[:, ends]
    return scores


def indicator(rows: Rows, above: int) -> Floats:
    """Return the cleaned indicator of the first rows, shape ``(n,)``."""
    step = (np.arange(rows.dose.size) < above).astype(float)
    return rows.clean(step[:, None])[:, 0]


def jump_error(rows: Rows, above: int) -> tuple[float, float]:
    """Return the jump fitted with the first rows above, and its cluster-robust error (CRV1)."""
    step = indicator(rows, above)
    spread = float(step @ step)
    jump = float(step @ rows.residual) / spread
    left = rows.residual - jump * step
    scores = np.bincount(rows.cluster, step * left)
    clusters = rows.n_clusters
    small = clusters / (clusters - 1) * (rows.dose.size - 1) / max(rows.freedom - 1, 1)
    return jump, float(np.sqrt(small * (scores @ scores)) / spread)
