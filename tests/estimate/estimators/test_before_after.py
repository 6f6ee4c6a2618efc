"""Before and after: right where nothing else changes, and fooled by whatever else does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from linearmodels.panel import PanelOLS

from tests.estimate.panels import Floats, drawn_panel, made_panel
from trueup.errors import EstimateError
from trueup.estimate.catalogue import find_estimator
from trueup.estimate.estimator import Fit
from trueup.estimate.estimators.before_after import ESTIMATOR
from trueup.estimate.panel import NEVER, Panel
from trueup.estimate.question import Question, Scale
from trueup.model.evidence import Abstention

LEVEL = Question(outcome="y", unit="changes a week")


def fit(panel: Panel, question: Question = LEVEL) -> Fit:
    """Fit, and insist on an answer."""
    found = ESTIMATOR.fit(panel, question)
    assert isinstance(found, Fit)
    return found


def test_it_is_found_by_name_and_says_that_it_is_an_association() -> None:
    assert find_estimator("before_after") is ESTIMATOR
    said = fit(drawn_panel(1)).estimate
    assert "association" in said.design
    assert "calendar growth and who adopts are not removed" in said.design
    assert said.assumptions == ("Nothing else changed at the time of adoption.",)


@pytest.mark.parametrize("scale", ["level", "log", "count"])
def test_it_is_the_mean_after_over_before_by_hand(scale: Scale) -> None:
    """Adopters make 4 and 4, then 6 and 6: 2 more, half as many again. Others do not matter."""
    adopter, other = [4.0, 4.0, 6.0, 6.0], [9.0, 1.0, 50.0, 2.0]
    noise = np.zeros((5, 4))
    noise[0], noise[1] = [0.1, -0.1, 0.1, -0.1], [-0.1, 0.1, -0.1, 0.1]
    panel = made_panel({"y": np.array([adopter] * 3 + [other] * 2) + noise}, [2] * 3 + [NEVER] * 2)
    said = fit(panel, Question(outcome="y", scale=scale)).estimate
    assert said.value == pytest.approx(2.0 if scale == "level" else 0.5, abs=1e-3)
    assert (said.n_rows, said.n_units, said.n_treated, said.n_clusters) == (12, 3, 3, 3)


def test_it_is_what_linearmodels_gives_with_effects_of_units_alone() -> None:
    panel = drawn_panel(2, gaps=0.2, effect=0.5)
    own = panel.ever_treated[panel.unit]
    table = {"unit": panel.unit, "period": panel.period, "y": panel.column("y")}
    rows = pd.DataFrame({**table, "d": panel.treated * 1})[own].set_index(["unit", "period"])
    theirs = PanelOLS(rows["y"], rows[["d"]], entity_effects=True).fit(
        cov_type="clustered", cluster_entity=True
    )
    ours = fit(panel).estimate
    assert theirs.params["d"] == pytest.approx(ours.value, abs=1e-9)
    assert ours.standard_error == pytest.approx(theirs.std_errors["d"], rel=0.1)


def test_it_takes_the_calendar_for_an_effect() -> None:
    """Ten periods before and ten after lie 10 x 5 = 50 apart, and nothing was caused."""
    rng = np.random.default_rng(1)
    outcome: Floats = 100 + 5.0 * np.arange(20) + rng.normal(size=(30, 20))
    said = fit(made_panel({"y": outcome}, [10] * 12 + [NEVER] * 18)).estimate
    assert said.value == pytest.approx(50, abs=1)
    assert said.interval.low > 40


def test_a_horizon_and_anticipation_leave_rows_out() -> None:
    """Adopters in period 10 of 20: a horizon of 2 keeps 3 of 10 treated periods each."""
    outcome = np.random.default_rng(3).normal(size=(6, 20))
    panel = made_panel({"y": outcome}, [10] * 4 + [NEVER] * 2)
    full, short = fit(panel), fit(panel, Question(outcome="y", horizon=2, anticipation=1))
    assert full.estimate.n_rows - short.estimate.n_rows == 4 * (7 + 1)


@pytest.mark.parametrize(
    ("outcome", "adopted", "scale", "reason"),
    [
        (np.ones((3, 4)), [NEVER] * 3, "level", "No unit"),
        (np.ones((3, 4)), [2, 2, NEVER], "level", "never changes"),
        (np.eye(3, 4), [2, NEVER, NEVER], "level", "one cluster"),
        (np.zeros((3, 4)), [2, 2, 2], "count", "nought throughout"),
        (-np.ones((3, 4)), [2, 2, 2], "log", "no logarithm"),
        (np.array([[0, 0, 1, 2.0]] * 3), [2, 2, 2], "count", "."),
    ],
)
def test_what_cannot_be_compared_is_an_abstention(
    outcome: Floats, adopted: list[int], scale: Scale, reason: str
) -> None:
    panel = made_panel({"y": outcome}, adopted)
    found = ESTIMATOR.fit(panel, Question(outcome="y", scale=scale))
    assert isinstance(found, Abstention)
    assert reason in found.reason
    assert found.remedy


def test_a_column_the_panel_has_not_is_an_error() -> None:
    with pytest.raises(EstimateError, match="no column 'z'"):
        ESTIMATOR.fit(drawn_panel(7), Question(outcome="z"))
