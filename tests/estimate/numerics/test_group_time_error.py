"""Errors for a handful of units: where there is a textbook answer, it is that."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.estimate.wide_panels import staggered
from trueup.estimate.numerics.group_time import (
    NEVER,
    Design,
    Influence,
    by_horizon,
    group_time,
    influence,
    overall,
)
from trueup.estimate.numerics.group_time_error import (
    borrowed,
    path_covariance,
    spread_of_such,
    spread_of_these,
)


def parts_of(values: np.ndarray, adopted: np.ndarray) -> Influence:
    cells = group_time(values, adopted, Design())
    return influence(values, adopted, cells, overall(cells, None), Design())


def test_with_two_periods_and_one_date_it_is_welch_s_test_of_the_changes() -> None:
    values = np.random.default_rng(0).normal(size=(11, 2))
    adopted = np.array([1] * 4 + [NEVER] * 7)
    change = values[:, 1] - values[:, 0]
    welch = stats.ttest_ind(change[:4], change[4:], equal_var=False)
    for spread in (
        spread_of_these(parts_of(values, adopted), adopted, np.arange(11)),
        spread_of_such(parts_of(values, adopted), np.arange(11)),
    ):
        assert spread is not None
        effect = change[:4].mean() - change[4:].mean()
        assert effect / spread.error == pytest.approx(welch.statistic)
        assert spread.freedom == pytest.approx(welch.df)


def test_clusters_of_equal_units_count_as_one_unit_each() -> None:
    values, adopted = staggered(1, n=24)
    once = spread_of_these(parts_of(values, adopted), adopted, np.arange(24))
    twice = spread_of_these(
        parts_of(np.repeat(values, 3, axis=0), np.repeat(adopted, 3)),
        np.repeat(adopted, 3),
        np.repeat(np.arange(24), 3),
    )
    assert once is not None
    assert twice is not None
    assert twice.error == pytest.approx(once.error)
    assert twice.freedom == pytest.approx(once.freedom)


def test_adopters_alone_at_their_date_still_carry_their_own_noise() -> None:
    """Each adopter's influence on itself is nought at its own date; noise is there all the same."""
    rng = np.random.default_rng(0)
    adopted = np.array([3, 4, 5, 6, 7, 8] + [NEVER] * 30)
    values = rng.normal(size=(36, 10)) * 0.01
    values[:6] += rng.normal(size=(6, 10))
    parts = parts_of(values, adopted)
    spread = spread_of_these(parts, adopted, np.arange(36))
    assert spread is not None
    assert np.sqrt((parts.treated**2).sum()) == pytest.approx(0)
    assert spread.error > 10 * np.sqrt((parts.controls**2).sum())


def test_cohorts_that_differ_widen_the_interval_for_units_like_these_only() -> None:
    """Ten units each, effects 0 and 10, hardly any noise.

    The error about these units is that of noise; about such units it is that of the share of
    each cohort: treated unit-periods are 6 and 2 a unit, so the average is 2.5 and its error
    root((6 x 2.5)^2 + (2 x 7.5)^2) / 8 / root(10) x root(20 / 19) = .8603.
    """
    values = np.random.default_rng(0).normal(size=(40, 8)) * 1e-6
    adopted = np.array([2] * 10 + [6] * 10 + [NEVER] * 20)
    values[10:20, 6:] += 10
    parts = parts_of(values, adopted)
    these = spread_of_these(parts, adopted, np.arange(40))
    such = spread_of_such(parts, np.arange(40))
    assert these is not None
    assert such is not None
    assert these.error < 1e-5
    assert such.error == pytest.approx(0.8603, abs=1e-3)


def test_one_treated_cluster_shows_no_spread() -> None:
    values, _ = staggered(1, n=12)
    adopted = np.array([5] + [NEVER] * 11)
    assert spread_of_these(parts_of(values, adopted), adopted, np.arange(12)) is None
    assert spread_of_such(parts_of(values, adopted), np.arange(12)) is None


def test_a_horizon_with_one_adopter_borrows_the_spread_of_its_controls() -> None:
    """One adopter: the variance at a horizon is that of one more control, 1 + 1 / 30 of theirs."""
    values = np.random.default_rng(0).normal(size=(31, 6))
    adopted = np.array([3] + [NEVER] * 30)
    cells = group_time(values, adopted, Design())
    horizons, average = by_horizon(cells, None)
    parts = influence(values, adopted, cells, average, Design())
    lone = borrowed(values, adopted, np.arange(31), cells, average, Design())
    covariance = path_covariance(parts, np.arange(31), lone)
    change = values[1:] - values[1:, [2]]
    expected = np.cov(change[:, cells.cohorts[0] + horizons].T) * (1 + 1 / 30)
    assert covariance == pytest.approx(expected)
