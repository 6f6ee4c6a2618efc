"""The five answers, and the five conditions for the strongest of them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tests.estimate.cliff.worlds import jump, line, once, panel_of, sample_of, team_weeks
from trueup.errors import EstimateError
from trueup.estimate.assessment import Threshold
from trueup.estimate.cliff.drawing import curve
from trueup.estimate.cliff.threshold import find_thresholds
from trueup.estimate.panel import Panel
from trueup.model.evidence import Abstention


def asked(panel: Panel, **options: Any) -> Threshold:
    (found,) = find_thresholds(panel, ("y",), "q", **{"draws": 99, "seed": 1, **options})
    assert isinstance(found, Threshold)
    return found


def gates(found: Threshold) -> dict[str, str]:
    return {gate.name: gate.answer for gate in found.gates}


@pytest.fixture(scope="module")
def cliff() -> Panel:
    return team_weeks(jump(0.8), teams=120)


@pytest.fixture(scope="module")
def called(cliff: Panel) -> Threshold:
    return asked(cliff, placebo_outcomes=("z",))


def test_a_cliff_is_supported_where_all_five_conditions_hold(called: Threshold) -> None:
    assert called.answer == "cliff supported"
    assert gates(called) == dict.fromkeys(
        ("existence", "shape", "place", "within_unit", "placebo"), "holds"
    )
    assert called.location == pytest.approx(0.6, abs=0.02)
    assert called.jump is not None
    assert called.jump.interval.low <= 0.8 <= called.jump.interval.high
    assert called.rivals[0] == ("jump", 0.0, 1.0)
    assert called.existence_p == 1 / 100


def test_it_is_found_within_units_too(cliff: Panel) -> None:
    assert asked(cliff, within="unit").answer == "cliff supported"


def test_the_same_seed_gives_the_same_answer(cliff: Panel, called: Threshold) -> None:
    again = asked(cliff, placebo_outcomes=("z",))
    assert again.existence_p == called.existence_p
    assert again.gates == called.gates
    assert again.rivals == called.rivals


def test_a_line_well_seen_is_a_slope_only() -> None:
    found = asked(team_weeks(line, teams=120))
    assert found.answer == "slope only"
    assert found.location is None
    assert found.jump is None
    assert found.pieces == ()


def test_nothing_well_seen_is_no_evidence() -> None:
    assert asked(team_weeks(lambda q: 0 * q, teams=120)).answer == "no evidence"


def test_few_teams_cannot_tell_a_cliff_from_a_ramp_and_name_the_jump_they_could() -> None:
    found = asked(once(line, 60))
    assert found.answer == "cannot tell"
    assert found.detectable_jump is not None
    assert found.detectable_jump > 1
    assert "80 % chance" in found.says
    assert "clusters like these 60" in found.says


@pytest.mark.parametrize(
    "shape",
    [
        lambda q: 3 * q**2,
        lambda q: 5 * np.maximum(q - 0.6, 0),
        lambda q: 1.5 / (1 + np.exp(-(q - 0.6) / 0.1)),
    ],
    ids=["curve", "bend", "S-curve"],
)
def test_a_shape_that_is_not_a_jump_is_never_called_a_cliff(shape: Any) -> None:
    found = asked(team_weeks(shape, teams=120))
    assert found.answer == "non-linear, shape unknown"
    assert gates(found)["shape"] != "holds"


def test_hansens_set_is_not_shown_where_a_bend_fits_as_well() -> None:
    found = asked(team_weeks(lambda q: 6 * np.maximum(q - 0.6, 0), teams=120))
    assert found.pieces == ()
    assert gates(found)["place"] == "cannot tell"


def test_units_seen_once_support_no_cliff_however_clear() -> None:
    found = asked(once(jump(1), 1000))
    assert found.answer == "non-linear, shape unknown"
    assert gates(found) == {
        "existence": "holds",
        "shape": "holds",
        "place": "holds",
        "within_unit": "cannot tell",
        "placebo": "holds",
    }


def test_a_jump_only_between_units_is_not_a_cliff() -> None:
    """High-dose teams are better teams; within a team the dose does nothing."""
    rng = np.random.default_rng(5)
    team = np.repeat(np.arange(150), 12)
    own = rng.beta(2, 2, 150)
    q = np.clip(own[team] + 0.08 * rng.normal(size=team.size), 0, 1)
    y = 1.5 * (own > 0.6)[team] + 0.7 * rng.normal(size=team.size)
    found = asked(panel_of(team, np.tile(np.arange(12), 150), y=y, q=q))
    assert gates(found)["within_unit"] == "fails"
    assert found.answer == "non-linear, shape unknown"


def test_a_placebo_outcome_that_jumps_too_forbids_the_word(cliff: Panel) -> None:
    found = asked(cliff, placebo_outcomes=("z", "moved"))
    assert gates(found)["placebo"] == "fails"
    assert found.answer == "non-linear, shape unknown"
    assert "moved" in found.says


def test_outcomes_asked_about_together_share_one_chance_of_error(cliff: Panel) -> None:
    """Holm: the smallest of three p is multiplied by three."""
    alone = asked(cliff)
    together = find_thresholds(cliff, ("y", "z", "moved"), "q", draws=99, seed=1)
    assert [type(each) for each in together] == [Threshold] * 3
    first = together[0]
    assert isinstance(first, Threshold)
    assert first.existence_p == alone.existence_p == 1 / 100
    assert first.adjusted_p == pytest.approx(3 / 100)
    assert alone.adjusted_p == alone.existence_p


def test_an_outcome_that_cannot_be_searched_abstains_beside_the_others(cliff: Panel) -> None:
    cliff.columns["flat"] = np.ones(cliff.n_rows)  # type: ignore[index]
    flat, y = find_thresholds(cliff, ("flat", "y"), "q", draws=99, seed=1)
    assert isinstance(flat, Abstention)
    assert flat.reason == "flat never changes."
    assert isinstance(y, Threshold)


def test_too_few_draws_and_unknown_columns_are_errors(cliff: Panel) -> None:
    with pytest.raises(EstimateError, match="10 draws cannot show"):
        find_thresholds(cliff, ("y",), "q", draws=10, seed=1)
    with pytest.raises(EstimateError, match="no column 'tokens'"):
        find_thresholds(cliff, ("y",), "tokens", seed=1)


def test_the_curve_is_the_mean_of_each_bin_where_there_is_no_nuisance() -> None:
    made = sample_of(once(jump(1), 400))
    drawn = curve(made)
    order = np.argsort(made.q)
    assert [n for *_, n in drawn] == [20] * 20
    for (dose, mean, low, high, _), rows in zip(drawn, np.split(order, 20), strict=True):
        assert dose == pytest.approx(made.q[rows].mean())
        assert mean == pytest.approx(made.y[rows].mean())
        assert low < mean < high


def test_no_bin_of_the_curve_rests_on_fewer_than_eight_units() -> None:
    made = sample_of(team_weeks(line, teams=20, weeks=10))
    drawn = curve(made)
    edges = np.cumsum([0, *(n for *_, n in drawn)])
    order = np.argsort(made.q, kind="stable")
    units = [np.unique(made.unit[order[a:b]]).size for a, b in pairwise(edges)]
    assert 2 <= len(drawn) < 20
    assert min(units) >= 8
