"""Rows in order of dose, with nuisance taken out, so that a jump is a running sum.

The model is ``y = nuisance + slope * dose + jump * 1(dose > place) + error``, with a level of its
own for any dose above nought where that is asked for. Rows stand in descending order of dose:
those above a candidate place are the first rows. Nuisance columns are
held as an orthonormal basis; effects of units, which lie within clusters, are taken out by means
and never need a column.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.errors import EstimateError

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

RANK = 1e-9
"""Share of a column that must be left for it to count as one."""

_WELL_APART = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranked:
    """Rows in descending order of dose, nuisance and a straight line in dose taken out.

    Parameters
    ----------
    order
        Which given row stands at each place, shape ``(n,)``.
    dose
        Shape ``(n,)``, descending.
    cluster
        Codes ``0..n_clusters-1``, shape ``(n,)``.
    in_use
        How many of the first rows places are sought among: those with a dose above nought where
        any dose has a level of its own, otherwise all.
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
    in_use: int
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


def rank_rows(
    outcome: Floats,
    dose: Floats,
    cluster: Codes,
    *,
    nuisance: Floats,
    absorbed: Codes | None = None,
    line: bool = True,
    apart: bool = False,
) -> Ranked:
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
    apart
        Whether any dose above nought has a level of its own, so that what use does however
        little it is (a jump at the least dose) is no jump among doses.

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
    if apart:
        columns = np.column_stack([(dose[order] > 0).astype(float), columns])
    if units is None:
        columns = np.column_stack([np.ones(dose.size), columns])
    basis = orthonormal(less_means(columns, units))
    left = less_means(outcome[order][:, None], units)
    return Ranked(
        order=order,
        dose=dose[order],
        cluster=codes,
        in_use=int((dose > 0).sum()) if apart else dose.size,
        absorbed=units,
        basis=basis,
        residual=_project_out(left, basis)[:, 0],
    )


def orthonormal(columns: Floats) -> Floats:
    """Return an orthonormal basis of what the columns span, ``(n, rank)``.

    Scaled columns are turned by the eigenvectors of their Gram matrix; twice where they are far
    from orthogonal, for the error of one turn grows with the square of their condition.
    """
    length = np.sqrt(np.einsum("ij,ij->j", columns, columns))
    kept = length > RANK * max(float(length.max(initial=0.0)), 1e-300)
    basis: Floats = columns[:, kept] / length[kept]
    for _ in range(2):
        values, vectors = np.linalg.eigh(basis.T @ basis)
        real = values > RANK * max(float(values.max(initial=0.0)), 1e-300)
        basis = np.dot(basis, vectors[:, real] / np.sqrt(values[real]))
        if values.size and values[0] > _WELL_APART * values[-1]:
            break
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


def indicator(rows: Ranked, above: int) -> Floats:
    """Return the cleaned indicator of the first rows, shape ``(n,)``."""
    step = (np.arange(rows.dose.size) < above).astype(float)
    return rows.clean(step[:, None])[:, 0]


def fit_column(rows: Ranked, column: Floats) -> tuple[float, float]:
    """Return the coefficient of a cleaned column and its cluster-robust error (CRV1).

    Raises
    ------
    EstimateError
        Nothing of the column is left.
    """
    spread = float(column @ column)
    if spread <= RANK:
        raise EstimateError("Nothing is left of a column.", hint="Leave it out.")
    slope = float(column @ rows.residual) / spread
    scores = np.bincount(rows.cluster, column * (rows.residual - slope * column))
    clusters = rows.n_clusters
    small = clusters / (clusters - 1) * (rows.dose.size - 1) / max(rows.freedom - 1, 1)
    return slope, float(np.sqrt(small * (scores @ scores)) / spread)
