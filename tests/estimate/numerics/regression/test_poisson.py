"""Poisson pseudo-likelihood, against pyfixest and a generalised linear model with dummies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from tests.estimate.panels import drawn_panel, made_panel, sample_of
from trueup.estimate.inference.sample import bare, keep_informative
from trueup.estimate.numerics.regression.poisson import fit_poisson, informative


@pytest.mark.parametrize("gaps", [0.0, 0.3])
def test_coefficients_and_means_are_those_of_a_model_with_a_dummy_for_everything(
    gaps: float,
) -> None:
    sample = keep_informative(sample_of(drawn_panel(1, counted=True, gaps=gaps, effect=0.4), "x"))
    rows = sample.rows
    dummies = pd.get_dummies(
        pd.DataFrame({"u": rows.unit, "t": rows.period}).astype("category"), dtype=float
    ).drop(columns="t_0")
    design = np.column_stack([sample.regressor, rows.covariates, dummies])
    theirs = sm.GLM(sample.outcome, design, family=sm.families.Poisson()).fit(tol=1e-13)
    columns = np.column_stack([sample.regressor, rows.covariates])
    ours = fit_poisson(sample.outcome, columns, bare(rows))
    assert ours is not None
    assert theirs.params[:2] == pytest.approx(ours.coefficients, abs=1e-8)
    assert theirs.fittedvalues == pytest.approx(ours.mean, rel=1e-7)


def test_units_that_are_nought_throughout_say_nothing() -> None:
    outcome = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 2.0], [0.0, 0.0, 3.0]])
    sample = sample_of(made_panel({"y": outcome}, [-1, 1, -1]))
    kept = informative(sample.outcome, sample.rows)
    assert kept.tolist() == [False] * 3 + [True, False, True] * 2


def test_a_regressor_after_which_there_is_never_any_has_no_maximum() -> None:
    outcome = np.array([[3.0, 2.0, 0.0, 0.0], [1.0, 2.0, 2.0, 3.0], [2.0, 2.0, 1.0, 3.0]])
    sample = sample_of(made_panel({"y": outcome}, [2, -1, -1]))
    columns = sample.regressor[:, None]
    assert fit_poisson(sample.outcome, columns, sample.rows) is None
