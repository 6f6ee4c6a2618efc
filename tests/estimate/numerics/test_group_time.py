"""Group-time effects by hand, and against the library."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from diff_diff import CallawaySantAnna

from tests.estimate.wide_panels import Floats, Ints, frame_of, staggered
from trueup.estimate.numerics.group_time import (
    NEVER,
    Design,
    by_horizon,
    group_time,
    influence,
    level_influence,
    overall,
)


def library(values: Floats, adopted: Ints, design: Design) -> Any:
    recipe = CallawaySantAnna(
        control_group="never_treated" if design.never_only else "not_yet_treated",
        anticipation=design.anticipation,
        base_period="universal",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that fit(aggregate=) goes away in version 4
        frame = frame_of(values, adopted)
        return recipe.fit(frame, "outcome", "unit", "period", "start", aggregate="event_study")


def test_an_effect_is_the_change_of_adopters_less_that_of_units_not_yet_adopting() -> None:
    """Cohort 1 against cohort 2 and never in period 1: (7 - 1) - ((3 - 2) + (6 - 3)) / 2 = 4.

    In period 2 only the last unit has not adopted: (9 - 1) - (5 - 3) = 6; cohort 2's base is
    period 1: (8 - 3) - (5 - 6) = 6. The average over treated unit-periods is (4 + 6 + 6) / 3.
    """
    values = np.array([[1.0, 7, 9], [2, 3, 8], [3, 6, 5]])
    cells = group_time(values, np.array([1, 2, NEVER]), Design())
    assert cells.effects[0, 1:].tolist() == [4, 6]
    assert cells.effects[1, 2] == 6
    assert overall(cells, None).of(cells.effects)[0] == pytest.approx(16 / 3)
    assert overall(cells, 0).of(cells.effects)[0] == 5


def test_with_only_never_adopting_controls_the_later_cohort_serves_nobody() -> None:
    """Period 1: (7 - 1) - (6 - 3) = 3."""
    values = np.array([[1.0, 7, 9], [2, 3, 8], [3, 6, 5]])
    cells = group_time(values, np.array([1, 2, NEVER]), Design(never_only=True))
    assert cells.effects[0, 1] == 3


def test_the_base_is_the_last_period_seen_before_adoption() -> None:
    """Nobody is seen in period 1; adoption in 2 is compared with period 0: (9 - 1) - (5 - 3)."""
    values = np.array([[1.0, np.nan, 9], [3, np.nan, 5]])
    cells = group_time(values, np.array([2, NEVER]), Design())
    assert cells.bases.tolist() == [0]
    assert cells.effects[0, 2] == 6


@pytest.mark.parametrize("never_only", [False, True])
@pytest.mark.parametrize("anticipation", [0, 1])
def test_effects_and_errors_equal_the_library_s(*, never_only: bool, anticipation: int) -> None:
    values, adopted = staggered(1)
    design = Design(never_only=never_only, anticipation=anticipation)
    cells = group_time(values, adopted, design)
    horizons, average = by_horizon(cells, None)
    effects = average.of(cells.effects)
    errors = np.sqrt((influence(values, adopted, cells, average, design).whole ** 2).sum(axis=0))
    found = library(values, adopted, design).event_study_effects
    for horizon, effect, error in zip(horizons, effects, errors, strict=True):
        assert effect == pytest.approx(found[horizon]["effect"], abs=1e-10)
        assert error == pytest.approx(found[horizon]["se"], abs=1e-10)


def test_the_overall_effect_and_its_error_equal_the_library_s() -> None:
    values, adopted = staggered(2)
    cells = group_time(values, adopted, Design())
    average = overall(cells, None)
    whole = influence(values, adopted, cells, average, Design()).whole
    found = library(values, adopted, Design())
    assert average.of(cells.effects)[0] == pytest.approx(found.overall_att, abs=1e-10)
    assert np.sqrt((whole**2).sum()) == pytest.approx(found.overall_se, abs=1e-10)


def test_a_panel_with_gaps_gives_the_library_s_effects() -> None:
    values, adopted = staggered(3)
    values[np.random.default_rng(0).random(values.shape) < 0.1] = np.nan
    cells = group_time(values, adopted, Design())
    found = library(values, adopted, Design())
    assert overall(cells, None).of(cells.effects)[0] == pytest.approx(found.overall_att, abs=1e-10)
    for row, cohort in enumerate(cells.cohorts):
        for period in np.flatnonzero(np.isfinite(cells.effects[row])):
            theirs = found.group_time_effects[cohort + 1, period + 1]
            assert cells.effects[row, period] == pytest.approx(theirs["effect"], abs=1e-10)


def test_influences_are_the_effect_of_dropping_a_unit() -> None:
    """The jackknife: n times the change on dropping a unit tends to its influence.

    With 400 units the two agree to a few per cent, composition and gaps included.
    """
    values, adopted = staggered(4, n=400)
    values[np.random.default_rng(0).random(values.shape) < 0.1] = np.nan
    cells = group_time(values, adopted, Design())
    average = overall(cells, None)
    here = average.of(cells.effects)[0]
    whole = influence(values, adopted, cells, average, Design()).whole[:, 0]
    for unit in range(0, 400, 40):
        kept = np.arange(400) != unit
        without = group_time(values[kept], adopted[kept], Design())
        moved = here - overall(without, None).of(without.effects)[0]
        assert moved == pytest.approx(whole[unit], rel=0.05, abs=2e-5)


def test_influences_on_the_treated_mean_are_those_of_a_mean() -> None:
    """One cohort, no gaps: the error is the standard deviation of unit means over root n."""
    values, adopted = staggered(5, dates=(6,))
    cells = group_time(values, adopted, Design())
    parts = level_influence(values, adopted, cells, overall(cells, None))
    means = values[adopted == 6, 6:].mean(axis=1)
    assert np.sqrt((parts.whole**2).sum()) == pytest.approx(means.std() / np.sqrt(means.size))
