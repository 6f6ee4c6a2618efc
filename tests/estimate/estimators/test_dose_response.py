"""Dose against outcome within unit: a line and fifths, and what they cannot tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
import statsmodels.api as sm

from tests.estimate.panels import Floats, drawn_panel, made_panel
from trueup.estimate.estimator import Fit
from trueup.estimate.estimators.dose_response import DESIGN, ESTIMATOR, DoseResponse, fifths
from trueup.estimate.panel import Panel
from trueup.estimate.question import Question
from trueup.model.evidence import Abstention

LEVEL = Question(outcome="y")
COUNT = Question(outcome="y", scale="count")


def fit(panel: Panel, question: Question = LEVEL) -> Fit:
    """Fit, and insist on an answer."""
    found = ESTIMATOR.fit(panel, question)
    assert isinstance(found, Fit)
    return found


def table_of(panel: Panel) -> pd.DataFrame:
    """Return a panel as pyfixest wants it."""
    inside, _ = fifths(panel.column("dose"))
    steps = {f"step{place}": inside[:, place] for place in range(inside.shape[1])}
    columns = {name: panel.column(name) for name in ("y", "x", "dose")}
    return pd.DataFrame({"unit": panel.unit, "period": panel.period, **columns, **steps})


def by_dose(found: Fit) -> list[float]:
    """Return the answers by fifth of the dose."""
    return [e.value for e in found.beside if e.group[0][1].startswith("fifth")]


def test_the_line_and_the_fifths_are_those_of_pyfixest() -> None:
    panel = drawn_panel(1, units=60, treated=30, gaps=0.1, effect=1.0)
    found, table = fit(panel), table_of(panel)
    line = pf.feols("y ~ dose | unit + period", table, fixef_rm="none")
    steps = " + ".join(f"step{place}" for place in range(5))
    parts = pf.feols(f"y ~ {steps} | unit + period", table, fixef_rm="none")
    assert line.coef()["dose"] == pytest.approx(found.raw, abs=1e-6)
    assert parts.coef().to_numpy() == pytest.approx(by_dose(found), abs=1e-6)


def test_a_proportion_per_dose_is_that_of_a_model_with_a_dummy_for_everything() -> None:
    drawn = drawn_panel(2, units=16, periods=8, treated=8, counted=True, effect=0.5)
    some = np.flatnonzero(drawn.wide("y").sum(axis=1) > 0)
    wide = {name: drawn.wide(name)[some] for name in ("y", "x", "dose")}
    panel = made_panel(wide, drawn.adopted_in[some].tolist())
    codes = pd.DataFrame({"u": panel.unit, "t": panel.period}).astype("category")
    dummies = pd.get_dummies(codes, dtype=float).drop(columns="t_0")
    design = np.column_stack([panel.column("dose"), dummies])
    line = sm.GLM(panel.column("y"), design, family=sm.families.Poisson()).fit(tol=1e-12)
    found = fit(panel, COUNT)
    assert line.params[0] == pytest.approx(found.raw, abs=1e-6)
    assert found.estimate.value == pytest.approx(np.expm1(found.raw))


def test_covariates_are_held_fixed() -> None:
    panel = drawn_panel(3, units=60, treated=30, effect=1.0)
    held = Question(outcome="y", covariates=("x",))
    line = pf.feols("y ~ dose + x | unit + period", table_of(panel), fixef_rm="none")
    assert line.coef()["dose"] == pytest.approx(fit(panel, held).raw, abs=1e-6)


def test_a_line_through_a_step_shows_in_the_fifths() -> None:
    """The outcome is 1 more at any use, however much: every fifth says 1, a line cannot."""
    rng = np.random.default_rng(4)
    dose = np.where(rng.random((50, 20)) < 0.5, rng.uniform(0.1, 1, (50, 20)), 0.0)
    outcome: Floats = (dose > 0) * 1.0 + 0.01 * rng.normal(size=dose.shape)
    found = fit(made_panel({"y": outcome, "dose": dose}, [-1] * 50))
    assert by_dose(found) == pytest.approx([1.0] * 5, abs=0.02)


def test_the_design_says_that_the_dose_is_chosen() -> None:
    found = fit(drawn_panel(5, units=60, treated=30))
    assert {e.design for e in (found.estimate, *found.beside)} == {DESIGN}
    assert "chosen, not assigned" in DESIGN


def test_busy_weeks_that_draw_more_use_look_like_gain() -> None:
    """Nothing is caused: a busy week raises both. The line is positive, as the design warns."""
    rng = np.random.default_rng(6)
    busy = rng.normal(size=(50, 20))
    dose = np.clip(0.5 + 0.2 * busy + 0.1 * rng.normal(size=busy.shape), 0, None)
    found = fit(made_panel({"y": busy + rng.normal(size=busy.shape), "dose": dose}, [-1] * 50))
    assert found.estimate.interval.low > 0


def test_without_rows_of_no_use_fifths_are_against_the_lowest() -> None:
    rng = np.random.default_rng(7)
    dose = rng.uniform(0.2, 1.0, (50, 12))
    outcome = dose + 0.1 * rng.normal(size=dose.shape)
    found = fit(made_panel({"y": outcome, "dose": dose}, [-1] * 50))
    assert len(by_dose(found)) == 4
    fifth = [e.estimand for e in found.beside if e.group[0][1].startswith("fifth")]
    assert all("against the lowest fifth" in estimand for estimand in fifth)


def test_fifths_hold_equal_counts_and_leave_nought_out() -> None:
    dose = np.array([0.0, *range(1, 11), np.nan])
    inside, edges = fifths(dose)
    assert np.nansum(inside, axis=0).tolist() == [2] * 5
    assert inside[0].tolist() == [0] * 5
    assert np.isnan(inside[-1]).all()
    assert (edges[0], edges[-1]) == (1, 10)


def test_one_dose_only_makes_one_step() -> None:
    inside, _ = fifths(np.array([0.0, 2.0, 2.0]))
    assert inside[:, 0].tolist() == [0, 1, 1]


def test_few_clusters_have_their_doses_dealt_out_anew() -> None:
    found = fit(drawn_panel(8, units=9, treated=5))
    assert "permutation" in found.estimate.interval.method


@pytest.mark.parametrize("seen", ["missing", "constant"])
def test_no_dose_or_no_change_of_it_is_an_abstention(seen: str) -> None:
    panel = drawn_panel(9, units=20)
    recipe = DoseResponse(dose="tokens") if seen == "missing" else ESTIMATOR
    same = made_panel({"y": panel.wide("y"), "dose": np.ones((20, 12))}, [-1] * 20)
    found = recipe.fit(panel if seen == "missing" else same, LEVEL)
    assert isinstance(found, Abstention)
    assert ("'tokens'" if seen == "missing" else "Nothing changes") in found.reason


def test_a_dose_measured_so_finely_that_one_more_is_beyond_saying_is_an_abstention() -> None:
    """Doses of a billionth: one more is a billion times all that was used."""
    rng = np.random.default_rng(10)
    dose = 1e-9 * rng.uniform(0.5, 1, (20, 8))
    outcome = np.exp(1e9 * dose)
    panel = made_panel({"y": outcome, "dose": dose}, [-1] * 20)
    found = ESTIMATOR.fit(panel, Question(outcome="y", scale="log"))
    assert isinstance(found, Abstention)
    assert "larger units" in found.remedy


def test_a_panel_in_which_nothing_was_seen_is_an_abstention() -> None:
    outcome = np.full((20, 8), 1.0)
    dose = np.full((20, 8), np.nan)
    found = ESTIMATOR.fit(made_panel({"y": outcome, "dose": dose}, [-1] * 20), LEVEL)
    assert isinstance(found, Abstention)
