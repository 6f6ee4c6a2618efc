"""Cluster-robust and heteroskedastic errors, against pyfixest and statsmodels."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
import statsmodels.api as sm

from tests.estimate.panels import drawn_panel, sample_of
from trueup.estimate.inference.bounds import Bounds
from trueup.estimate.inference.cluster_robust import (
    classical_error,
    crv1_error,
    crv3_error,
    hc3_error,
    student_interval,
)
from trueup.estimate.inference.regression import by_sandwich, jackknife_error, regress
from trueup.estimate.inference.sample import Sample, keep_informative
from trueup.estimate.numerics.regression.within import partial_out

COUNTED_LIKE_OURS = pf.ssc(k_adj=True, k_fixef="nonnested", G_adj=True, G_df="min")


def table_of(sample: Sample) -> pd.DataFrame:
    """Return a sample as pyfixest wants it."""
    rows = sample.rows
    return pd.DataFrame(
        {
            "y": sample.outcome,
            "d": sample.regressor,
            "unit": rows.unit,
            "period": rows.period,
            "cluster": rows.cluster,
        }
    )


@pytest.mark.parametrize(("gaps", "per_cluster"), [(0.0, 1), (0.3, 3)])
def test_crv1_is_that_of_pyfixest(gaps: float, per_cluster: int) -> None:
    sample = sample_of(drawn_panel(1, units=60, gaps=gaps, per_cluster=per_cluster))
    fit = partial_out(sample.outcome, sample.regressor, sample.rows)
    assert fit is not None
    theirs = pf.feols(
        "y ~ d | unit + period",
        table_of(sample),
        vcov={"CRV1": "cluster"},
        fixef_rm="none",
        ssc=COUNTED_LIKE_OURS,
    )
    assert theirs.coef()["d"] == pytest.approx(fit.coefficient, abs=1e-8)
    assert theirs.se()["d"] == pytest.approx(crv1_error(fit), rel=1e-6)


def test_a_proportions_error_is_that_of_pyfixest() -> None:
    panel = drawn_panel(2, units=60, treated=25, counted=True, effect=0.2)
    sample = keep_informative(sample_of(panel))
    found = by_sandwich(sample, "proportion", 0.95)
    theirs = pf.fepois(
        "y ~ d | unit + period",
        table_of(sample),
        vcov={"CRV1": "cluster"},
        fixef_rm="none",
        iwls_tol=1e-12,
        ssc=COUNTED_LIKE_OURS,
    )
    assert isinstance(found, Bounds)
    assert theirs.coef()["d"] == pytest.approx(found.coefficient, abs=1e-7)
    assert theirs.se()["d"] == pytest.approx(found.error, rel=1e-6)


def test_the_jackknife_leaves_out_one_cluster_after_another() -> None:
    """Twelve fits by pyfixest, each without one cluster; eleven twelfths of their squares."""
    sample = sample_of(drawn_panel(3, units=24, treated=8, per_cluster=2))
    table = table_of(sample)
    whole, *parts = (
        float(pf.feols("y ~ d | unit + period", some, fixef_rm="none").coef()["d"])
        for some in (table, *(table[table.cluster != one] for one in range(12)))
    )
    expected = np.sqrt(11 / 12 * np.sum((np.array(parts) - whole) ** 2))
    assert expected == pytest.approx(jackknife_error(sample, "difference", whole), rel=1e-6)
    assert expected == pytest.approx(crv3_error(whole, np.array(parts)))


def trial_design() -> tuple[np.ndarray, np.ndarray]:
    """Return a design with the treatment first, and an outcome that varies unlike by row."""
    rng = np.random.default_rng(4)
    treatment = np.repeat([0.0, 1.0], [20, 12])
    design = np.column_stack([treatment, np.ones(32), rng.normal(size=32)])
    return design, rng.normal(0, 1 + 2 * treatment)


def test_errors_of_rows_are_those_of_statsmodels() -> None:
    design, outcome = trial_design()
    theirs = sm.OLS(outcome, design)
    residual = theirs.fit().resid
    assert theirs.fit().bse[0] == pytest.approx(classical_error(design, residual))
    assert theirs.fit(cov_type="HC3").bse[0] == pytest.approx(hc3_error(design, residual))


def test_the_hc3_of_pyfixest_is_another_and_is_not_used() -> None:
    """Its default adds a small-sample factor to a formula that has its own."""
    design, outcome = trial_design()
    table = pd.DataFrame({"y": outcome, "d": design[:, 0], "x": design[:, 2]})
    theirs = pf.feols("y ~ d + x", table, vcov="HC3").se()["d"]
    residual = sm.OLS(outcome, design).fit().resid
    assert theirs / hc3_error(design, residual) == pytest.approx(np.sqrt(32 / 29), rel=0.02)


def test_pyfixest_leaves_singletons_out_by_default_and_ours_stay() -> None:
    """A unit seen once says something of no coefficient but counts as a row that was used."""
    panel = drawn_panel(5, units=60, treated=20, gaps=0.3)
    lone = np.flatnonzero((panel.unit != 59) | (panel.period == panel.period[panel.unit == 59][0]))
    sample = sample_of(panel).take(lone)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of what it drops
        theirs = pf.feols("y ~ d | unit + period", table_of(sample))
    found = regress(sample, "difference", 0.95, 1)
    assert isinstance(found, Bounds)
    assert sample.outcome.size - 1 == theirs._N
    assert sample.n_units == 60
    assert found.n_clusters == 60


def test_the_interval_is_students_with_a_degree_fewer_than_clusters() -> None:
    """For 11 clusters the 97.5 % quantile of t with 10 degrees of freedom is 2.228."""
    low, high = student_interval(1.0, 0.5, 11, 0.95)
    assert (low, high) == pytest.approx((1 - 1.1141, 1 + 1.1141), abs=1e-4)
