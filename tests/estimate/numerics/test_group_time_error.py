"""Errors for a handful of units: where there is a textbook answer, it is that."""

from __future__ import annotations

import itertools

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
    each cohort: treated unit-periods are 6 and 2 a unit, shares 6 / 80 and 2 / 80, so the average
    is 2.5, a unit deviates from it by 15 / 80 either way, and what is left of its variance is
    1 - 12 / 80 + .0625 = .9125 and 1 - 4 / 80 + .0625 = 1.0125:
    root(10 x (15 / 80)^2 x (1 / .9125 + 1 / 1.0125)) = .8559.
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
    assert such.error == pytest.approx(0.8559, abs=1e-3)


def alone(effects: np.ndarray, share: np.ndarray) -> Influence:
    """Return influences of adopters alone at their dates, beside two controls without noise."""
    own = np.zeros((share.size + 2, 1))
    own[:-2, 0] = share * (effects - share @ effects)
    shares, served = np.zeros_like(own), np.zeros_like(own)
    shares[:-2, 0], served[-2:, 0] = share, 0.5
    nothing = np.zeros_like(own)
    return Influence(
        treated=nothing, controls=nothing, composition=own, share=shares, served=served
    )


def test_an_adopter_that_is_half_of_the_average_has_its_deviation_mended_most() -> None:
    """Effects 1, 0, 0 with shares 1/2, 1/4, 1/4: the average is 1/2.

    Deviations times shares are 1/4, -1/8, -1/8. The sum of squared shares is 3/8, so what is left
    of a variance is 1 - 1 + 3/8 = 3/8, and twice 1 - 1/2 + 3/8 = 7/8:
    error = root(1/16 / (3/8) + 2 x 1/64 / (7/8)) = .44987.
    The form of squares has weights 2/3, 1/14, 1/14 and cross products 3/8, 7/8, 7/8, and between
    them -3/8, -3/8, -1/8; its freedom is (3/8)^2 / (4/9 x 9/64 + 2 x 1/196 x 49/64
    + 4 x 1/21 x 9/64 + 2 x 1/196 x 1/64) = 1.4459, where three equal adopters would have 2.
    """
    parts = alone(np.array([1.0, 0.0, 0.0]), np.array([0.5, 0.25, 0.25]))
    adopted = np.array([3, 4, 5, NEVER, NEVER])
    for spread in (
        spread_of_these(parts, adopted, np.arange(5)),
        spread_of_such(parts, np.arange(5)),
    ):
        assert spread is not None
        assert spread.error == pytest.approx(0.44987, abs=1e-5)
        assert spread.freedom == pytest.approx(1.4459, abs=1e-4)


def test_squared_errors_are_right_on_average_whatever_the_shares() -> None:
    """Independent effects of variance one: the average's own variance is the sum of s^2."""
    share = np.array([0.6, 0.2, 0.15, 0.05])
    adopted = np.array([3, 4, 5, 6, NEVER, NEVER])
    squares = []
    for signs in itertools.product((-1.0, 1.0), repeat=4):
        spread = spread_of_these(alone(np.array(signs), share), adopted, np.arange(6))
        squares.append(0.0 if spread is None else spread.error**2)
    assert np.mean(squares) == pytest.approx(share @ share)


def test_the_freedom_is_that_of_the_form_of_squares_written_out() -> None:
    share = np.array([14, 11, 8, 8, 5]) / 46
    less = np.eye(5) - np.ones((5, 1)) * share
    form = less.T @ np.diag(share**2 / np.diag(less @ less.T)) @ less
    spread = spread_of_such(alone(np.arange(5.0), share), np.arange(7))
    assert spread is not None
    assert spread.freedom == pytest.approx(np.trace(form) ** 2 / np.trace(form @ form))


def test_four_adopters_each_alone_at_its_date_are_covered_as_promised() -> None:
    """Shares of 14, 11, 8 and 5 periods of 38, and hardly any noise in the controls."""
    share = np.array([14, 11, 8, 5]) / 38
    rng, held = np.random.default_rng(0), 0
    for effects in rng.normal(size=(4000, 4)):
        spread = spread_of_such(alone(effects, share), np.arange(6))
        assert spread is not None
        held += abs(share @ effects) < stats.t.ppf(0.975, spread.freedom) * spread.error
    assert 0.95 <= held / 4000 <= 0.975


def test_controls_in_clusters_of_unequal_size_are_mended_by_their_size() -> None:
    """Four controls of size 2, 1, 1 change by -1 or 1 each cluster: mean square is 6 / 16."""
    adopted, cluster = np.array([1, 1] + [NEVER] * 4), np.array([0, 1, 2, 2, 3, 4])
    squares = []
    for signs in itertools.product((-1.0, 1.0), repeat=3):
        values = np.zeros((6, 2))
        values[2:, 1] = np.array(signs)[[0, 0, 1, 2]]
        spread = spread_of_such(parts_of(values, adopted), cluster)
        squares.append(0.0 if spread is None else spread.error**2)
    assert np.mean(squares) == pytest.approx(6 / 16)


def test_shares_are_of_what_was_seen_and_add_up_to_one() -> None:
    """Three adopters from period 2 of 5, one unseen in its last: 3, 3 and 2 of 8."""
    values = np.random.default_rng(0).normal(size=(8, 5))
    values[2, 4] = np.nan
    parts = parts_of(values, np.array([2] * 3 + [NEVER] * 5))
    assert parts.share[:, 0] == pytest.approx(np.array([3, 3, 2, 0, 0, 0, 0, 0]) / 8)
    assert parts.served[:, 0] == pytest.approx(np.array([0, 0, 0, 0.2, 0.2, 0.2, 0.2, 0.2]))


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
