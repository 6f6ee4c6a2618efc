"""Proportions of a mean: the same in any unit of measure, refused where a few rows are the mean."""

from __future__ import annotations

import numpy as np
import pytest

from tests.estimate.panels import Floats, drawn_panel, made_panel, sample_of
from trueup.estimate.estimator import Fit
from trueup.estimate.estimators.counts import ESTIMATOR, unforeseen
from trueup.estimate.inference.sample import keep_informative
from trueup.estimate.numerics.regression.within import partial_out
from trueup.estimate.panel import Panel
from trueup.estimate.question import Question
from trueup.model.evidence import Abstention

COUNT = Question(outcome="y", scale="count")
UNITS_OF_MEASURE = (0.01, 1.0, 60.0, 1000.0)


def fit(panel: Panel) -> Fit:
    """Fit, and insist on an answer."""
    found = ESTIMATOR.fit(panel, COUNT)
    assert isinstance(found, Fit)
    return found


def measured_in(panel: Panel, size: float) -> Panel:
    """Return the panel with its outcome in another unit of measure."""
    return made_panel({"y": np.nan_to_num(panel.wide("y")) * size}, panel.adopted_in.tolist())


def commits() -> Panel:
    """Return a panel in which adoption begets activity where there was none: a third is nought."""
    return drawn_panel(1, units=24, treated=9, counted=True, effect=0.8)


def logged(panel: Panel) -> float:
    """Return the coefficient of ``ln(1 + y)``, which this product never reports."""
    sample = sample_of(panel)
    found = partial_out(np.log1p(sample.outcome), sample.regressor, sample.rows)
    assert found is not None
    return found.coefficient


def test_the_answer_is_the_same_in_every_unit_of_measure() -> None:
    said = [fit(measured_in(commits(), size)).estimate for size in (0.01, 1000.0)]
    for one in said[1:]:
        assert one.value == pytest.approx(said[0].value, rel=1e-6)
        assert one.interval.low == pytest.approx(said[0].interval.low, abs=1e-5)
        assert one.interval.high == pytest.approx(said[0].interval.high, abs=1e-5)


def test_a_logarithm_of_one_plus_the_outcome_is_another_number_in_every_unit() -> None:
    """The trap that is avoided: the 'percentage' grows without bound as the unit shrinks."""
    said = [logged(measured_in(commits(), size)) for size in UNITS_OF_MEASURE]
    assert said == sorted(said)
    assert said[-1] > 1.5 * said[1] > 3 * said[0]


def test_whether_there_is_any_stands_apart() -> None:
    """Noughts become ones in every other cell of adopters, the rest stays: half a share more."""
    rng = np.random.default_rng(2)
    outcome = 1 + rng.poisson(3, size=(24, 16)).astype(np.float64)
    outcome[:, ::2] = 0
    adopted = [8] * 8 + [-1] * 16
    outcome[:8, 8::2] = 1
    found = fit(made_panel({"y": outcome}, adopted))
    (margin,) = (e for e in found.beside if e.group == (("margin", "any at all"),))
    assert margin.value == pytest.approx(0.5)


def test_the_factor_at_adoption_is_the_answer() -> None:
    """Means of 4 and 1 are both multiplied by 1.5, without noise but a little: + 50 %."""
    rng = np.random.default_rng(3)
    outcome = np.where(np.arange(24) % 2, 4.0, 1.0)[:, None] * rng.uniform(0.95, 1.05, (24, 16))
    outcome[:8, 8:] *= 1.5
    said = fit(made_panel({"y": outcome}, [8] * 8 + [-1] * 16)).estimate
    assert said.value == pytest.approx(0.5, abs=0.02)
    assert said.interval.low < 0.5 < said.interval.high


def heavy(spread: float) -> Floats:
    """Return log-normal lines a week of sixty teams."""
    return np.exp(spread * np.random.default_rng(4).normal(size=(60, 20)))


def test_a_few_months_of_millions_leave_the_mean_unknown() -> None:
    found = ESTIMATOR.fit(made_panel({"y": heavy(3.0)}, [10] * 30 + [-1] * 30), COUNT)
    assert isinstance(found, Abstention)
    assert "no mean that can be known" in found.reason
    assert "ranks" in found.remedy


def test_large_teams_are_foreseen_and_are_no_heavy_tail() -> None:
    """One team writes a thousand times the rest, every week: uneven, but no surprise."""
    outcome = heavy(0.3)
    outcome[0] *= 1000
    sample = sample_of(made_panel({"y": outcome}, [10] * 30 + [-1] * 30))
    assert unforeseen(sample.outcome, sample.rows) < 0.05


def test_the_unforeseen_share_is_the_excess_of_the_top_hundredth() -> None:
    """100 cells of 1, one of which is 101: units and periods of ten cells each foresee
    ``110 * 110 / 200 = 60.5`` of it, and 40.5 of 200 in all is beyond."""
    outcome = np.ones((10, 10))
    outcome[3, 3] = 101
    sample = sample_of(made_panel({"y": outcome}, [5] * 5 + [-1] * 5))
    assert unforeseen(sample.outcome, sample.rows) == pytest.approx(40.5 / 200)


def test_teams_that_never_do_any_are_left_out_and_counted() -> None:
    panel = commits()
    outcome = np.nan_to_num(panel.wide("y"))
    outcome[20] = 0
    found = fit(made_panel({"y": outcome}, panel.adopted_in.tolist()))
    assert found.estimate.n_units == 23
    sample = sample_of(made_panel({"y": outcome}, panel.adopted_in.tolist()))
    assert keep_informative(sample).paths is not None


def test_another_scale_is_refused() -> None:
    found = ESTIMATOR.fit(commits(), Question(outcome="y", scale="level"))
    assert isinstance(found, Abstention)
    assert "'count'" in found.remedy


def test_no_activity_at_all_after_adoption_is_no_proportion() -> None:
    outcome = 1 + np.random.default_rng(5).poisson(3, size=(24, 16)).astype(np.float64)
    outcome[:8, 8:] = 0
    found = ESTIMATOR.fit(made_panel({"y": outcome}, [8] * 8 + [-1] * 16), COUNT)
    assert isinstance(found, Abstention)
