from __future__ import annotations

import numpy as np
import pytest

from tests.estimate.cliff.worlds import panel_of
from trueup.errors import EstimateError
from trueup.estimate.assessment import Threshold
from trueup.estimate.panel import Panel
from trueup.estimate.practices.cliff import cliffs_of_practice

TEAMS, QUARTERS = 120, 8


def organisation(size: float, *, wide: float = 0.0, slope: float = 0.0) -> Panel:
    """Return teams whose output jumps in the quarter after points pass six."""
    rng = np.random.default_rng(3)
    team, quarter = np.repeat(np.arange(TEAMS), QUARTERS), np.tile(np.arange(QUARTERS), TEAMS)
    points = np.clip(rng.uniform(0, 10, TEAMS)[team] + rng.normal(0, 1.5, team.size), 0, 10)
    before = np.where(quarter > 0, np.roll(points, 1), 0)
    y = size * (before > 6) + slope * before + rng.normal(size=team.size)
    low, high = np.clip(points - wide, 0, 10), np.clip(points + wide, 0, 10)
    return panel_of(team, quarter, output=y, practice_points_low=low, practice_points_high=high)


def asked(panel: Panel) -> Threshold:
    (found,) = cliffs_of_practice(panel, ("output",), draws=199)
    assert isinstance(found, Threshold)
    return found


def test_a_cliff_in_the_points_of_the_quarter_before_is_found_at_its_place() -> None:
    found = asked(organisation(1.5))
    assert found.answer == "cliff supported"
    assert found.location == pytest.approx(6, abs=0.3)
    assert found.n_rows == TEAMS * (QUARTERS - 1)


def test_a_slope_is_not_announced_as_a_cliff() -> None:
    found = asked(organisation(0, slope=0.3))
    assert found.answer in ("slope only", "cannot tell")
    assert found.jump is None


def test_no_outcome_may_be_part_of_the_points() -> None:
    panel = organisation(0)
    for name in ("practice_points_low", "ai_sessions"):
        with pytest.raises(EstimateError, match="points of practice are made from"):
            cliffs_of_practice(panel, (name,))


def test_where_the_unseen_decides_the_answer_is_that_nobody_can_tell() -> None:
    panel = organisation(1.5)
    rng = np.random.default_rng(4)
    blurred = {
        **panel.columns,
        "practice_points_low": rng.uniform(0, 1, panel.n_rows),
        "practice_points_high": 2 * panel.columns["practice_points_low"],
    }
    panel = Panel(
        **{name: getattr(panel, name) for name in Panel.__dataclass_fields__ if name != "columns"},
        columns=blurred,
    )
    found = asked(panel)
    assert found.answer == "cannot tell"
    assert found.location is None
