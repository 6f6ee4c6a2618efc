"""Two-way fixed effects: equal to outside libraries, and wrong where it is known to be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from linearmodels.panel import PanelOLS

from tests.estimate.panels import Floats, drawn_panel, made_panel
from trueup.errors import EstimateError
from trueup.estimate.catalogue import find_estimator
from trueup.estimate.estimator import Fit
from trueup.estimate.estimators.two_way import ESTIMATOR
from trueup.estimate.panel import Panel
from trueup.estimate.question import Question, Scale
from trueup.model.evidence import Abstention
from trueup.units import RELATIVE

LEVEL = Question(outcome="y", unit="changes a week")


def fit(panel: Panel, question: Question = LEVEL) -> Fit:
    """Fit, and insist on an answer."""
    found = ESTIMATOR.fit(panel, question)
    assert isinstance(found, Fit)
    return found


def test_it_is_found_by_name() -> None:
    assert find_estimator("two_way") is ESTIMATOR


@pytest.mark.parametrize("gaps", [0.0, 0.3])
def test_it_is_what_linearmodels_gives(gaps: float) -> None:
    panel = drawn_panel(1, gaps=gaps, effect=0.5)
    table = pd.DataFrame(
        {"unit": panel.unit, "period": panel.period, "y": panel.column("y"), "d": panel.treated * 1}
    ).set_index(["unit", "period"])
    theirs = PanelOLS(table["y"], table[["d"]], entity_effects=True, time_effects=True).fit()
    assert theirs.params["d"] == pytest.approx(fit(panel).estimate.value, abs=1e-6)


def test_an_effect_that_grows_is_shrunk_when_dates_are_staggered() -> None:
    """Effects of 1, 2, 3, ... since adoption in periods 2 and 6 of 10, without any noise.

    The average over treated rows is (sum 1..8 + sum 1..4) / 12 = 46 / 12 = 3.83; later adopters
    are compared with earlier ones whose effect still grows, and the answer falls short of it.
    """
    adopted = [2] * 6 + [6] * 6
    since = np.arange(10) - np.array(adopted)[:, None]
    outcome = np.where(since >= 0, since + 1.0, 0.0)
    noise = np.random.default_rng(1).normal(0, 1e-3, outcome.shape)
    found = fit(made_panel({"y": outcome + noise}, adopted))
    assert found.estimate.value < 0.5 * 46 / 12


def growing(seed: int) -> Panel:
    """Return a world in which nothing happens but that everything grows by 5 a week."""
    rng = np.random.default_rng(seed)
    outcome: Floats = 100 + 5.0 * np.arange(20) + rng.normal(size=(30, 20))
    return made_panel({"y": outcome}, [10] * 12 + [-1] * 18)


def test_what_grows_for_all_is_not_taken_for_an_effect() -> None:
    found = fit(growing(1))
    assert found.estimate.interval.low < 0 < found.estimate.interval.high


def test_logarithms_and_counts_are_said_as_proportions() -> None:
    """Everything is multiplied by 1.25 at adoption: + 25 % on either scale."""
    rng = np.random.default_rng(2)
    base = np.exp(rng.normal(size=(24, 1)) + 0.02 * rng.normal(size=(24, 16)))
    base[:8, 8:] *= 1.25
    panel = made_panel({"y": base}, [8] * 8 + [-1] * 16)
    scales: tuple[Scale, ...] = ("log", "count")
    for scale in scales:
        said = fit(panel, Question(outcome="y", scale=scale)).estimate
        assert said.value == pytest.approx(0.25, abs=0.02)
        assert said.unit == RELATIVE
        assert said.interval.low < 0.25 < said.interval.high
    assert fit(panel, Question(outcome="y", scale="log")).raw == pytest.approx(
        np.log(1.25), abs=0.02
    )


def test_a_wild_interval_has_the_jackknifes_beside_it() -> None:
    found = fit(drawn_panel(3, units=24, treated=8))
    assert "wild" in found.estimate.interval.method
    assert ["CRV3" in e.interval.method for e in found.beside].count(True) == 1
    assert found.raw_error is not None


def test_what_was_used_is_counted() -> None:
    panel = drawn_panel(4, units=20, treated=7, gaps=0.1)
    said = fit(panel).estimate
    assert (said.n_rows, said.n_units, said.n_clusters) == (panel.n_rows, 20, 20)
    assert said.n_treated == 7
    assert said.estimator == "two_way"


def test_a_horizon_and_anticipation_leave_rows_out() -> None:
    """Adopters in period 10 of 20: a horizon of 2 keeps 3 of 10 treated periods each."""
    panel = growing(5)
    full, short = fit(panel), fit(panel, Question(outcome="y", horizon=2, anticipation=1))
    assert full.estimate.n_rows - short.estimate.n_rows == 12 * (7 + 1)


def test_a_permuted_interval_speaks_of_these_units() -> None:
    said = fit(drawn_panel(6, units=9, treated=4)).estimate
    assert said.speaks_of == "these units"
    assert said.standard_error is None
    assert said.least_p is not None
    assert said.p_value is not None
    assert said.least_p <= said.p_value


@pytest.mark.parametrize(
    ("scale", "outcome", "reason"),
    [
        ("log", np.zeros((12, 6)), "no logarithm"),
        ("count", -np.ones((12, 6)), "negative"),
        ("count", np.zeros((12, 6)), "nought throughout"),
        ("level", np.ones((12, 6)), "never changes"),
    ],
)
def test_an_outcome_that_cannot_be_asked_so_is_an_abstention(
    scale: Scale, outcome: Floats, reason: str
) -> None:
    panel = made_panel({"y": outcome}, [3] * 5 + [-1] * 7)
    found = ESTIMATOR.fit(panel, Question(outcome="y", scale=scale))
    assert isinstance(found, Abstention)
    assert reason in found.reason
    assert found.remedy


def test_a_column_the_panel_has_not_is_an_error() -> None:
    with pytest.raises(EstimateError, match="no column 'z'"):
        ESTIMATOR.fit(drawn_panel(7), Question(outcome="z"))
