"""Closed-form partialling out, against dense least squares and against linearmodels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from linearmodels.panel import PanelOLS

from tests.estimate.panels import drawn_panel, sample_of
from trueup.estimate.inference.sample import Sample
from trueup.estimate.numerics.regression.within import Nuisance, Rows, partial_out
from trueup.estimate.panel import Floats


def dense(sample: Sample, weights: Floats | None = None) -> Floats:
    """Return the coefficient of the regressor by least squares with a column for everything."""
    rows = sample.rows
    assert rows.unit is not None
    assert rows.period is not None
    columns = np.column_stack(
        [
            sample.regressor,
            rows.covariates,
            rows.unit[:, None] == np.unique(rows.unit),
            rows.period[:, None] == np.unique(rows.period),
        ]
    )
    root = np.ones(sample.outcome.size) if weights is None else np.sqrt(weights)
    solved = np.linalg.lstsq(columns * root[:, None], sample.outcome * root, rcond=None)[0]
    return np.asarray(solved[: 1 + rows.covariates.shape[1]])


@pytest.mark.parametrize("gaps", [0.0, 0.3])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_coefficient_is_that_of_a_column_for_every_unit_and_period(
    gaps: float, weighted: bool
) -> None:
    sample = sample_of(drawn_panel(1, gaps=gaps, effect=0.5), "x")
    weights = np.random.default_rng(2).uniform(0.2, 3, sample.outcome.size) if weighted else None
    fit = partial_out(sample.outcome, sample.regressor, sample.rows, weights)
    assert fit is not None
    assert dense(sample, weights)[0] == pytest.approx(fit.coefficient, abs=1e-10)


def test_the_coefficient_is_that_of_linearmodels() -> None:
    sample = sample_of(drawn_panel(3, gaps=0.2, effect=0.5), "x")
    table = pd.DataFrame(
        {
            "unit": sample.rows.unit,
            "period": sample.rows.period,
            "y": sample.outcome,
            "d": sample.regressor,
            "x": sample.rows.covariates[:, 0],
        }
    ).set_index(["unit", "period"])
    theirs = PanelOLS(
        table["y"], table[["d", "x"]], entity_effects=True, time_effects=True, singletons=True
    ).fit()
    ours = partial_out(sample.outcome, sample.regressor, sample.rows)
    assert ours is not None
    assert theirs.params["d"] == pytest.approx(ours.coefficient, abs=1e-6)


def test_without_units_a_constant_and_covariates_are_taken_out() -> None:
    rng = np.random.default_rng(4)
    design = np.column_stack([rng.integers(0, 2, 50), np.ones(50), rng.normal(size=50)])
    outcome = rng.normal(size=50)
    rows = Rows(unit=None, period=None, cluster=np.arange(50), covariates=design[:, 1:])
    fit = partial_out(outcome, design[:, 0], rows)
    assert fit is not None
    solved = np.linalg.lstsq(design, outcome, rcond=None)[0]
    assert solved[0] == pytest.approx(fit.coefficient, abs=1e-12)


def test_a_regressor_that_is_the_same_in_all_units_has_no_coefficient() -> None:
    panel = drawn_panel(5)
    sample = sample_of(panel)
    assert sample.rows.period is not None
    late = np.where(sample.rows.period >= 6, 1.0, 0.0)
    assert partial_out(sample.outcome, late, sample.rows) is None


def test_what_is_left_is_orthogonal_to_the_nuisance_cluster_sums_included() -> None:
    sample = sample_of(drawn_panel(6, gaps=0.2, per_cluster=3), "x")
    nuisance = Nuisance(sample.rows)
    left = nuisance.residual(sample.outcome)
    assert np.abs(nuisance.sums_by_cluster(left).sum(axis=0)).max() < 1e-9
    assert sample.rows.unit is not None
    assert np.abs(np.bincount(sample.rows.unit, left)).max() < 1e-9
