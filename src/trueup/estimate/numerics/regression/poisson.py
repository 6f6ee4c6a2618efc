"""Poisson pseudo-maximum likelihood with unit and period effects: proportions of a mean.

The mean is ``exp(unit + period + covariates + regressors)``. Nothing but that mean need be right:
counts may be spread more than Poisson, and need not be whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.estimate.numerics.regression.within import Nuisance, Rows
from trueup.estimate.panel import Bools, Floats

STEPS = 60
TOLERANCE = 1e-12
SMALLEST_MEAN = 1e-8
"""Fitted means below this share of the average mean a row whose mean runs to nought."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Poisson:
    """A fitted mean.

    Parameters
    ----------
    coefficients
        Of the regressors, ``(n_regressors,)``.
    mean
        Fitted, ``(n_rows,)``, in the outcome's unit.
    """

    coefficients: Floats
    mean: Floats


def fit_poisson(
    outcome: Floats, regressors: Floats, rows: Rows, offset: Floats | None = None
) -> Poisson | None:
    """Fit the mean of an outcome that is never negative.

    Parameters
    ----------
    outcome
        ``(n_rows,)``; every unit and every period must have something above nought (`informative`).
    regressors
        ``(n_rows, n_regressors)``, maybe none.
    offset
        Added to the logarithm of the mean with coefficient one, ``(n_rows,)``.

    Returns
    -------
    Poisson or None
        None where there is no maximum: a regressor that predicts nought for certain, or one that
        is collinear with the rest.

    References
    ----------
    Gourieroux, Monfort, Trognon (1984), Econometrica 52; Correia, Guimaraes, Zylkin (2020),
    "Fast Poisson estimation with high-dimensional fixed effects", Stata Journal 20, section 3.
    """
    start = np.zeros(outcome.size) if offset is None else offset
    mean = (outcome + outcome.mean()) / 2
    logarithm = np.log(mean)
    before = np.inf
    for _ in range(STEPS):
        nuisance = Nuisance(rows, mean)
        working = logarithm - start + (outcome - mean) / mean
        columns = np.column_stack(
            [np.empty((outcome.size, 0)), *map(nuisance.residual, regressors.T)]
        )
        left = nuisance.residual(working)
        weighted = mean[:, None] * columns
        solved = np.linalg.lstsq(weighted.T @ columns, weighted.T @ left, rcond=None)[0]
        logarithm = np.clip(start + working - (left - columns @ solved), -50.0, 50.0)
        mean = np.exp(logarithm)
        deviance = 2 * float(np.sum(_entropy(outcome, mean) - (outcome - mean)))
        if abs(deviance - before) <= TOLERANCE * (abs(deviance) + 0.1):
            return None if _vanishes(mean, outcome) else Poisson(coefficients=solved, mean=mean)
        before = deviance
    return None


def informative(outcome: Floats, rows: Rows) -> Bools:
    """Say which rows have a mean above nought: those of units and periods with anything in them.

    A unit that is nought throughout has a mean of nought whatever the other coefficients are, so
    it says nothing of proportions.
    """
    kept = np.ones(outcome.size, dtype=np.bool_)
    while True:
        before = int(kept.sum())
        for codes in (rows.unit, rows.period):
            if codes is not None:
                kept &= np.bincount(codes, outcome * kept)[codes] > 0
        if int(kept.sum()) == before:
            return kept


def _entropy(outcome: Floats, mean: Floats) -> Floats:
    some = outcome > 0
    found = np.zeros(outcome.size)
    found[some] = outcome[some] * np.log(outcome[some] / mean[some])
    return found


def _vanishes(mean: Floats, outcome: Floats) -> bool:
    return bool(mean.min() < SMALLEST_MEAN * outcome.mean())
