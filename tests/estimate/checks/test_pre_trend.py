from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2, ncx2

from tests.estimate.checks.worlds import (
    Floats,
    case_of,
    figure,
    noise,
    panel_of,
    staggered,
    treated,
)
from trueup.estimate.checking import Case
from trueup.estimate.checks.pre_trend import check
from trueup.estimate.estimator import Path
from trueup.estimate.panel import Bools
from trueup.estimate.question import Question

LARGE = staggered(160, 20)


def drift(size: float) -> Floats:
    return np.asarray(np.where(LARGE[:, None] >= 0, size, 0.0) * np.arange(20)[None, :])


def of_many() -> tuple[Case, Path]:
    """1600 units, half of which adopt in the sixth of eight weeks: errors are as good as known."""
    starts = np.where(np.arange(1600) < 800, 5, -1)
    case = case_of(panel_of(noise(4, 1600, 8, sd=0.4), starts))
    assert case.fit.path is not None
    return case, case.fit.path


def before(path: Path) -> tuple[Bools, Floats, float]:
    """Which horizons are leads, their covariance, and Wald's statistic of all of them."""
    leads = path.horizons < path.reference
    effects, covariance = path.effects[leads], path.covariance[np.ix_(leads, leads)]
    return leads, covariance, float(effects @ np.linalg.solve(covariance, effects))


def test_a_drift_of_the_adopters_is_found() -> None:
    found = check(case_of(panel_of(noise(1, 160, 20, sd=0.4) + drift(0.08), LARGE)))
    assert found.answer == "fails"
    assert figure(found, "p_value") < 0.001


def test_parallel_trends_hold_where_a_drift_would_have_been_seen() -> None:
    found = check(case_of(panel_of(noise(1, 160, 20, sd=0.4) + treated(LARGE, 20), LARGE)))
    assert found.answer == "holds"
    assert figure(found, "power") > 0.8


def test_a_pass_that_could_not_have_failed_is_weak() -> None:
    starts = staggered(24, 20)
    asked = Question(outcome="y", unit="changes", smallest=0.02)
    found = check(case_of(panel_of(noise(1, 24, 20, sd=0.4), starts), asked))
    assert found.answer == "weak"
    assert figure(found, "power") < 0.3
    assert "would have been found" in found.says


def test_one_period_before_adoption_cannot_tell() -> None:
    starts = np.where(np.arange(40) < 20, 1, -1)
    assert check(case_of(panel_of(noise(2, 40, 6), starts))).answer == "cannot tell"


def test_a_trace_far_below_what_matters_does_not_break_a_large_panel() -> None:
    """Certain and tiny: a drift of 0.002 a week where only 0.2 matters."""
    asked = Question(outcome="y", unit="changes", smallest=0.2)
    found = check(case_of(panel_of(noise(3, 160, 20, sd=0.005) + drift(0.002), LARGE), asked))
    assert figure(found, "p_value") < 0.001
    assert found.answer == "holds"


def test_the_joint_test_is_the_wald_test_when_clusters_are_many() -> None:
    """By hand on the path: three blocks against the last, chi-square with three degrees."""
    case, path = of_many()
    leads, covariance, wald = before(path)
    found = check(case)
    assert figure(found, "differences") == leads.sum() == 4
    assert figure(found, "p_value") == pytest.approx(chi2.sf(wald, 4), rel=0.03)
    slope = figure(found, "bias_that_matters") / float(
        path.weights @ (path.horizons + 1) / path.weights.sum()
    )
    shift = slope * (path.horizons[leads] + 1)
    away = float(shift @ np.linalg.solve(covariance, shift))
    assert figure(found, "power") == pytest.approx(ncx2.sf(chi2.isf(0.025, 4), 4, away), abs=0.01)


def test_few_clusters_are_asked_fewer_differences() -> None:
    found = check(case_of(panel_of(noise(5, 14, 40), staggered(14, 40, 0.6))))
    assert figure(found, "differences") < figure(found, "degrees_of_freedom")


@pytest.mark.parametrize(("p_value", "stops"), [(0.04, False), (0.015, True)])
def test_two_gates_share_one_chance_in_twenty_of_stopping_a_sound_design(
    p_value: float, stops: bool
) -> None:
    """Each alone stops at p below 2.5 %: leads are scaled to the chi-square of the p asked."""
    case, path = of_many()
    leads, _, wald = before(path)
    grown = np.where(leads, path.effects * np.sqrt(chi2.isf(p_value, 4) / wald), path.effects)
    fit = replace(case.fit, path=replace(path, effects=grown))
    question = replace(case.question, smallest=1e-6)
    found = check(replace(case, fit=fit, question=question))
    assert (found.answer == "fails") == stops
