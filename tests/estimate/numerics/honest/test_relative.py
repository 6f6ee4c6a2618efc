"""The exact relative-magnitudes interval, against its authors' figures and against brute force."""

from __future__ import annotations

import itertools
import time
import warnings

import numpy as np
import pytest
from diff_diff import HonestDiD
from numpy.typing import NDArray
from scipy.stats import norm

from tests.estimate.numerics.honest.oracle import Brute, brute_interval
from tests.estimate.numerics.honest.published import medicaid, minimum_wage, minimum_wage_results
from trueup.estimate.numerics.honest.relative import (
    Moves,
    _polyhedra,
    moves,
    rejects,
    relative_interval,
)

Floats = NDArray[np.float64]


def even(reference: int, n_after: int) -> Floats:
    return np.concatenate([np.zeros(reference + 1), np.full(n_after, 1 / n_after)])


def drawn(seed: int, n_before: int, n_after: int) -> tuple[Floats, Floats]:
    """An event study with correlated errors, its reference nought."""
    rng = np.random.default_rng(seed)
    size = n_before + n_after + 1
    spread = rng.normal(size=(size, 3 * size))
    to_base = np.eye(size)
    to_base[:, n_before] -= 1
    covariance = to_base @ (spread @ spread.T / (3 * size) + np.eye(size)) @ to_base.T
    effects = rng.multivariate_normal(np.zeros(size), covariance, method="eigh")
    return effects - effects[n_before], covariance


# Printed in the README of the R package HonestDiD 0.2.8 (C-LF, first year after, 95 %). It lists
# accepted points of a grid 0.00037 apart, with a simulated critical value.
@pytest.mark.parametrize(
    ("mbar", "low", "high"),
    [(0.5, 0.0241, 0.0673), (1, 0.0171, 0.0720), (1.5, 0.00859, 0.0796), (2, -0.00107, 0.0883)],
)
def test_the_medicaid_example_is_reproduced(mbar: float, low: float, high: float) -> None:
    effects, covariance, reference = medicaid()
    weights = np.where(np.arange(8) == 6, 1.0, 0.0)
    found = relative_interval(moves(effects, covariance, reference, weights), mbar, 0.95)
    assert found == pytest.approx((low, high), abs=0.0005)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("mbar", [0.5, 2.0])
def test_the_closed_form_is_the_test_it_stands_for(seed: int, mbar: float) -> None:
    effects, covariance = drawn(seed, 3, 3)
    low, high = relative_interval(moves(effects, covariance, 3, even(3, 3)), mbar, 0.95)
    width = high - low
    grid = np.linspace(low - 0.2 * width, high + 0.2 * width, 561)
    brute = brute_interval(effects, covariance, 3, mbar, grid)
    assert brute == pytest.approx((low, high), abs=0.01 * width)


@pytest.mark.parametrize("shared", [0.8, -0.15])
def test_the_statistic_is_the_largest_of_all_vertices(shared: float) -> None:
    """Every move shares an error with every other; each polyhedron, at three values."""
    of_moves = (1 - shared) * np.eye(6) + shared
    to_effects = np.vstack([np.zeros(6), np.tril(np.ones((6, 6)))])
    to_effects -= to_effects[3]
    covariance = to_effects @ of_moves @ to_effects.T
    effects = to_effects @ np.array([0.5, -1.0, 1.5, 3.0, 2.0, 3.0])
    of = moves(effects, covariance, 3, even(3, 3))
    ours = _polyhedra(of, 1.0, 0.95)
    for place in range(6):
        sign = 1.0 if place < 3 else -1.0
        brute = Brute(effects, covariance, 3, mbar=1.0, which=place % 3, sign=sign)
        assert ours.critical[place] == pytest.approx(brute.critical, rel=0.03)
        for theta in (-4.0, 0.0, 9.0):
            seen = np.array([of.target - theta, ours.moments[place]])
            expected = (brute.corners @ (brute.seen - brute.slope * theta)).max()
            assert (ours.vertices[place] @ seen).max() == pytest.approx(expected)


def test_minimum_wage_keeps_every_earlier_move() -> None:
    """Brute force over all six polyhedra; one library leaves the earliest move out: 0.048."""
    effects, covariance, reference = minimum_wage()
    of = moves(effects, covariance, reference, even(3, 4))
    low, high = relative_interval(of, 1.0, 0.95)
    brute = brute_interval(effects, covariance, 3, 1.0, np.linspace(-0.24, 0.09, 331))
    assert (low, high) == pytest.approx(brute, abs=0.0025)
    assert high > 0.053


def test_an_approximation_that_is_too_narrow_is_not_ours() -> None:
    """diff-diff's own relative magnitudes leave out values that brute force does not reject."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library announces its next version
        other = HonestDiD(method="relative_magnitude", M=1.0).fit(minimum_wage_results())
    effects, covariance, reference = minimum_wage()
    low, high = relative_interval(moves(effects, covariance, reference, even(3, 4)), 1.0, 0.95)
    assert low < other.ci_lb - 0.02
    assert high > other.ci_ub + 0.02


def test_with_parallel_trends_it_is_the_plain_interval() -> None:
    effects, covariance = drawn(5, 4, 2)
    weights = even(4, 2)
    plain = norm.ppf(0.975) * float(np.sqrt(weights @ covariance @ weights))
    centre = float(weights @ effects)
    of = moves(effects, covariance, 4, weights)
    assert relative_interval(of, 0.0, 0.95) == pytest.approx((centre - plain, centre + plain))
    assert relative_interval(of, 1e-6, 0.95) == pytest.approx(
        (centre - plain, centre + plain), abs=0.01 * plain
    )


def noiseless_leads(before: float, error: float) -> Moves:
    """Three moves before adoption known without error, the last of them the largest."""
    return Moves(
        target=1.0,
        weights=np.array([1.0, 0.5]),
        before=before * np.array([0.2, -0.5, 1.0]),
        after_errors=np.array([error, error]),
        target_variance=error**2,
        target_before=np.zeros(3),
        before_covariance=np.zeros((3, 3)),
        after_before=np.zeros((2, 3)),
    )


@pytest.mark.parametrize("mbar", [0.5, 2.0])
def test_leads_that_are_flat_without_error_leave_the_plain_interval(mbar: float) -> None:
    """No move before means none allowed after: 1.96 errors.

    Both stages: P(Z > z given 0 < Z < 2.807) = 0.0452 where P(|Z| > z) = 0.05.
    """
    found = relative_interval(noiseless_leads(0.0, 0.2), mbar, 0.95)
    assert found == pytest.approx((1 - 1.96 * 0.2, 1 + 1.96 * 0.2), abs=1e-4)


def test_leads_known_without_error_are_a_bound_known_without_error() -> None:
    """The largest move is 5, weights add up to 1.5: a bias of at most 7.5 times mbar, on one side.

    Beyond it stand P(Z > z given Z < 2.807) = 0.0452: 1.668 errors of 0.2.
    """
    found = relative_interval(noiseless_leads(5.0, 0.2), 2.0, 0.95)
    half = 2.0 * 7.5 + 1.668 * 0.2
    assert found == pytest.approx((1 - half, 1 + half), abs=0.002)


@pytest.mark.parametrize(("before", "half"), [(0.0, 0.0), (5.0, 7.5)])
def test_without_any_error_what_is_allowed_is_what_is_left(before: float, half: float) -> None:
    found = relative_interval(noiseless_leads(before, 0.0), 1.0, 0.95)
    assert found == pytest.approx((1 - half, 1 + half), abs=1e-3)


def test_it_grows_with_what_is_allowed_and_with_the_level() -> None:
    effects, covariance = drawn(6, 4, 3)
    of = moves(effects, covariance, 4, even(4, 3))
    ends = [relative_interval(of, mbar, 0.95) for mbar in (0.0, 0.25, 0.5, 1.0, 2.0)]
    assert all(a[0] >= b[0] and a[1] <= b[1] for a, b in itertools.pairwise(ends))
    wider = relative_interval(of, 1.0, 0.99)
    assert wider[0] < ends[3][0]
    assert wider[1] > ends[3][1]


def test_it_does_not_depend_on_the_unit() -> None:
    effects, covariance = drawn(7, 4, 3)
    small = relative_interval(moves(effects, covariance, 4, even(4, 3)), 0.5, 0.95)
    large = relative_interval(moves(1e4 * effects, 1e8 * covariance, 4, even(4, 3)), 0.5, 0.95)
    assert large == pytest.approx((1e4 * small[0], 1e4 * small[1]), rel=1e-4)


def test_it_covers_the_truth_where_trends_part_as_much_as_allowed() -> None:
    """Trend moves 1 before and 0.5 after, so Mbar = 0.5 is just true; the effect is nought."""
    drift = np.array([0.0, 1.0, 1.0, 1.0, 1.5, 2.0]) - 1.0
    to_base = np.eye(6)
    to_base[:, 3] -= 1
    covariance = 0.04 * to_base @ to_base.T
    rng = np.random.default_rng(8)
    kept = 0
    for _ in range(100):
        effects = drift + to_base @ rng.normal(0, 0.2, 6)
        of = moves(effects, covariance, 3, even(3, 2))
        kept += not rejects(of, 0.5, 0.95, np.zeros(1))[0]
    assert kept >= 90


def test_a_year_of_weeks_on_each_side_takes_seconds() -> None:
    effects, covariance = drawn(9, 52, 52)
    started = time.process_time()
    relative_interval(moves(effects, covariance, 52, even(52, 52)), 0.5, 0.95)
    assert time.process_time() - started < 5
