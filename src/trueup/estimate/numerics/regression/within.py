"""Least squares after nuisance effects are taken out, in closed form: units, periods, covariates.

Unit effects are swept out by subtracting means; period effects and covariates are few columns,
solved for exactly, so no row is dropped and nothing iterates. Units lie within clusters, so what
is swept out of one cluster never touches another: that is what lets a whole bootstrap run on
sums by cluster.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.estimate.panel import Floats, Ints

RANK_TOLERANCE = 1e-10
"""Share of a regressor's variation that must be left once nuisance is out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Which unit, period and cluster each row belongs to, and its covariates.

    Parameters
    ----------
    unit, period, cluster
        Codes from nought without gaps, ``(n_rows,)``. `unit` None sweeps nothing out; `period`
        None has no period effects. A unit lies in one cluster.
    covariates
        ``(n_rows, n_covariates)``; must hold a constant where `unit` is None.
    """

    unit: Ints | None
    period: Ints | None
    cluster: Ints
    covariates: Floats

    @property
    def n_clusters(self) -> int:
        """Clusters, ``max + 1``."""
        return int(self.cluster.max()) + 1

    @property
    def n_periods(self) -> int:
        """Period effects, nought where there are none."""
        return 0 if self.period is None else int(self.period.max()) + 1

    def take(self, chosen: Ints) -> Rows:
        """Return some rows, by place; codes are made anew, empty ones vanish."""
        return Rows(
            unit=None if self.unit is None else recode(self.unit[chosen]),
            period=None if self.period is None else recode(self.period[chosen]),
            cluster=recode(self.cluster[chosen]),
            covariates=self.covariates[chosen],
        )


def recode(codes: Ints) -> Ints:
    """Return codes from nought without gaps, in the same order."""
    found: Ints = np.unique(codes, return_inverse=True)[1].ravel()
    return found


class Nuisance:
    """What is taken out of an outcome and its regressors, made ready once for many columns.

    Parameters
    ----------
    rows
        Units, periods, covariates.
    weights
        Of each row, ``(n_rows,)``; None means one.
    """

    __slots__ = ("_covariates", "_inverse", "_masses", "rows", "weights")
    _covariates: Floats
    _inverse: Floats
    _masses: Floats
    weights: Floats

    def __init__(self, rows: Rows, weights: Floats | None = None) -> None:
        self.rows = rows
        self.weights = np.ones(rows.cluster.size) if weights is None else weights
        if rows.unit is not None:
            self._masses = np.bincount(rows.unit, self.weights).astype(np.float64)
        self._covariates = np.column_stack(
            [np.empty((rows.cluster.size, 0)), *(self.swept(c) for c in rows.covariates.T)]
        )
        inverse = np.linalg.pinv(self._gram(), rcond=1e-11, hermitian=True)
        self._inverse = np.asarray(inverse, dtype=np.float64)

    def swept(self, column: Floats) -> Floats:
        """Take unit means out of a column, ``(n_rows,)``."""
        unit = self.rows.unit
        if unit is None:
            return column
        means = np.bincount(unit, self.weights * column) / self._masses
        left: Floats = column - means[unit]
        return left

    def _gram(self) -> Floats:
        """Return weighted products of the swept nuisance columns, ``(n_columns, n_columns)``."""
        rows, weights = self.rows, self.weights
        spans, many = rows.n_periods, rows.covariates.shape[1]
        gram: Floats = np.zeros((spans + many, spans + many))
        weighted = weights[:, None] * self._covariates
        gram[spans:, spans:] = self._covariates.T @ weighted
        if rows.period is None:
            return gram
        gram[range(spans), range(spans)] = np.bincount(rows.period, weights, spans)
        for place in range(many):
            shared = np.bincount(rows.period, weighted[:, place], spans)
            gram[:spans, spans + place] = gram[spans + place, :spans] = shared
        if rows.unit is not None:
            cells = rows.unit * spans + rows.period
            spread = np.bincount(cells, weights, self._masses.size * spans)
            spread = spread.reshape(self._masses.size, spans)
            gram[:spans, :spans] -= spread.T @ (spread / self._masses[:, None])
        return gram

    @property
    def inverse(self) -> Floats:
        """Generalised inverse of the weighted products, ``(n_columns, n_columns)``."""
        return self._inverse

    def sums_by_cluster(self, weighted: Floats) -> Floats:
        """Return products of nuisance columns with a column, by cluster.

        Parameters
        ----------
        weighted
            Already swept and weighted, so that it sums to nought over each unit; ``(n_rows,)``.

        Returns
        -------
        Floats
            ``(n_clusters, n_columns)``.
        """
        rows, spans = self.rows, self.rows.n_periods
        parts = []
        if rows.period is not None:
            cells = np.bincount(
                rows.cluster * spans + rows.period, weighted, rows.n_clusters * spans
            )
            parts.append(cells.reshape(rows.n_clusters, spans))
        parts += [
            np.bincount(rows.cluster, weighted * column, rows.n_clusters)[:, None]
            for column in self._covariates.T
        ]
        found: Floats = np.column_stack([np.empty((rows.n_clusters, 0)), *parts])
        return found

    def residual(self, column: Floats) -> Floats:
        """Return what the nuisance leaves of a column, ``(n_rows,)``."""
        rows, spans = self.rows, self.rows.n_periods
        left = self.swept(column)
        weighted = self.weights * left
        products = np.empty(spans + rows.covariates.shape[1])
        if rows.period is not None:
            products[:spans] = np.bincount(rows.period, weighted, spans)
        products[spans:] = self._covariates.T @ weighted
        solved = self._inverse @ products
        if rows.period is not None:
            of_period: Floats = solved[:spans][rows.period]
            left = left - self.swept(of_period)
        found: Floats = left - self._covariates @ solved[spans:]
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Partialled:
    """An outcome and one regressor with everything else taken out of both.

    Parameters
    ----------
    outcome, regressor
        What is left of them, ``(n_rows,)``.
    nuisance
        What was taken out.
    n_parameters
        Coefficients a cluster-robust error counts: the regressor, the covariates and the period
        effects; unit effects lie within clusters and do not count.
    """

    outcome: Floats
    regressor: Floats
    nuisance: Nuisance
    n_parameters: int

    @property
    def n_rows(self) -> int:
        """Rows used."""
        return int(self.outcome.size)

    @property
    def mass(self) -> float:
        """Weighted square of the regressor: the bread."""
        return float(self.nuisance.weights @ self.regressor**2)

    @property
    def coefficient(self) -> float:
        """The least-squares coefficient of the regressor."""
        weighted = self.nuisance.weights * self.regressor
        return float(weighted @ self.outcome) / self.mass

    @property
    def scores(self) -> Floats:
        """Regressor times residual summed by cluster, ``(n_clusters,)``."""
        rest = self.outcome - self.coefficient * self.regressor
        rows = self.nuisance.rows
        products = self.nuisance.weights * self.regressor * rest
        found: Floats = np.bincount(rows.cluster, products, rows.n_clusters).astype(np.float64)
        return found


def partial_out(
    outcome: Floats, regressor: Floats, rows: Rows, weights: Floats | None = None
) -> Partialled | None:
    """Take units, periods and covariates out of an outcome and a regressor.

    Returns None where the regressor is collinear with them, so that it has no coefficient.

    References
    ----------
    Frisch, Waugh (1933), Econometrica 1; Lovell (1963), JASA 58.
    """
    nuisance = Nuisance(rows, weights)
    left = nuisance.residual(regressor)
    centred = regressor - np.average(regressor, weights=nuisance.weights)
    if nuisance.weights @ left**2 <= RANK_TOLERANCE * (nuisance.weights @ centred**2):
        return None
    periods = max(rows.n_periods - (1 if rows.unit is None else 0), 0)
    return Partialled(
        outcome=nuisance.residual(outcome),
        regressor=left,
        nuisance=nuisance,
        n_parameters=1 + rows.covariates.shape[1] + periods,
    )
