"""Errors that allow any dependence within a cluster: the sandwich, and the jackknife."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from trueup.estimate.estimator import need
from trueup.estimate.numerics.regression.within import Partialled
from trueup.estimate.panel import Floats


def crv1_error(fit: Partialled) -> float:
    """Return the cluster-robust standard error of the regressor's coefficient.

    With the correction ``G/(G-1) (N-1)/(N-K)``; unit effects lie within clusters and are not
    counted in ``K``. Right for many clusters, too small for few, and far too small for few
    treated ones: see `trueup.estimate.inference.rule`.

    References
    ----------
    Liang, Zeger (1986), Biometrika 73; Cameron, Miller (2015), Journal of Human Resources 50.
    """
    clusters, rows = fit.nuisance.rows.n_clusters, fit.n_rows
    correction = clusters / (clusters - 1) * (rows - 1) / (rows - fit.n_parameters)
    return math.sqrt(correction * float(np.sum(fit.scores**2))) / fit.mass


def crv3_error(coefficient: float, left_out: Floats) -> float:
    """Return the cluster jackknife error: how far the coefficient moves as clusters are left out.

    Parameters
    ----------
    left_out
        The coefficient without each cluster in turn, ``(n_clusters,)``.

    References
    ----------
    Bell, McCaffrey (2002), Survey Methodology 28; MacKinnon, Nielsen, Webb (2023), Journal of
    Applied Econometrics 38, equation 9 (their CV3: squares around the full-sample estimate).
    """
    many = left_out.size
    return math.sqrt((many - 1) / many * float(np.sum((left_out - coefficient) ** 2)))


def student_interval(
    coefficient: float, error: float, clusters: int, level: float
) -> tuple[float, float]:
    """Return the interval of Student's t with one degree of freedom fewer than clusters."""
    reach = float(need("scipy.stats").t.ppf((1 + level) / 2, clusters - 1)) * error
    return coefficient - reach, coefficient + reach


def student_p(coefficient: float, error: float, clusters: int) -> float:
    """Return the two-sided p of nought by Student's t."""
    return float(2 * need("scipy.stats").t.sf(abs(coefficient) / error, clusters - 1))


def classical_error(design: Floats, residual: Floats) -> float:
    """Return the error of the first column's coefficient if all rows vary alike.

    Parameters
    ----------
    design
        Regressors, the one asked about first, ``(n_rows, n_columns)``, of full rank.
    residual
        ``(n_rows,)``.
    """
    rows, columns = design.shape
    inverse = np.linalg.inv(design.T @ design)
    return math.sqrt(float(inverse[0, 0] * (residual @ residual)) / (rows - columns))


def hc3_error(design: Floats, residual: Floats) -> float:
    """Return the error of the first column's coefficient that allows rows to vary unlike.

    As in the textbook: squared residuals over ``(1 - h)**2`` and no factor besides.

    References
    ----------
    MacKinnon, White (1985), Journal of Econometrics 29; Long, Ervin (2000), American
    Statistician 54.
    """
    inverse = np.linalg.inv(design.T @ design)
    influence = design @ inverse[0]
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    return math.sqrt(float(np.sum((influence * residual / (1 - leverage)) ** 2)))


def normal_interval(coefficient: float, error: float, level: float) -> tuple[float, float]:
    """Return the interval of the normal law, as most published trials print it."""
    reach = NormalDist().inv_cdf((1 + level) / 2) * error
    return coefficient - reach, coefficient + reach
