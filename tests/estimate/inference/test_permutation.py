"""Permutation tests and their inversion: by counting, and by brute force over a grid."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.estimate.wide_panels import Floats, Ints
from trueup.estimate.inference.permutation import arrangements, invert


def difference(values: Floats, tried: Ints) -> Floats:
    """Mean of those dealt 1 less the mean of the others."""
    ones = (tried == 1).astype(float)
    n = ones.sum(axis=1)
    found: Floats = (ones @ values) / n - ((1 - ones) @ values) / (tried.shape[1] - n)
    return found


def test_all_arrangements_are_each_there_once_the_one_at_hand_first() -> None:
    """5! / (2! 2! 1!) = 30."""
    labels = np.array([3, -1, 7, 3, -1])
    tried, whole = arrangements(labels, seed=1)
    assert whole
    assert tried[0].tolist() == labels.tolist()
    assert len({tuple(one) for one in tried}) == tried.shape[0] == 30
    assert all(sorted(one) == sorted(labels) for one in tried)


def test_too_many_arrangements_are_drawn_by_seed() -> None:
    labels = np.repeat([1, -1], 20)
    tried, whole = arrangements(labels, seed=1, draws=99)
    assert not whole
    assert tried.shape == (100, 40)
    assert np.array_equal(tried, arrangements(labels, seed=1, draws=99)[0])


def test_three_of_six_cannot_give_a_p_below_a_tenth() -> None:
    """20 ways, and the mirror image of any is as large: 2 / 20."""
    labels = np.array([1, 1, 1, 0, 0, 0])
    values = np.array([9.0, 8, 7, 1, 2, 3])
    tried, _ = arrangements(labels, seed=1)
    found = invert(difference(values, tried), difference(labels.astype(float), tried), 0.95)
    assert found.p_value == found.least_p == pytest.approx(0.1)
    assert (found.low, found.high) == (-math.inf, math.inf)


@pytest.mark.parametrize("seed", range(6))
def test_the_ends_are_where_a_search_over_a_grid_finds_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.array([1] * 3 + [0] * (5 + seed)))
    values = rng.normal(size=labels.size) + labels
    tried, _ = arrangements(labels, seed=1)
    shown, taken = difference(values, tried), difference(labels.astype(float), tried)
    found = invert(shown, taken, 0.9)

    def p_of(effect: float) -> float:
        size = np.abs(difference(values - effect * labels, tried))
        return float(np.mean(size >= size[0] * (1 - 1e-9)))

    assert found.p_value == p_of(0.0)
    for end, out in ((found.low, -1e-6), (found.high, 1e-6)):
        assert p_of(end - out) > 0.1
        assert p_of(end + out) <= 0.1
    grid = np.linspace(found.low - 3, found.high + 3, 401)
    outside = (grid < found.low) | (grid > found.high)
    assert max(p_of(float(effect)) for effect in grid[outside]) <= 0.1


def test_an_arrangement_moved_more_than_the_one_at_hand_leaves_no_bound() -> None:
    """|.5 - 2b| is at least |1 - b| below -.5 and above .5, |.1| only from .9 to 1.1.

    With the one at hand, which is always as large as itself, two of three hold out to infinity.
    """
    found = invert(np.array([1.0, 0.5, 0.1]), np.array([1.0, 2.0, 0.0]), 0.5)
    assert found.least_p == pytest.approx(2 / 3)
    assert (found.low, found.high) == (-math.inf, math.inf)


def test_under_exchangeable_errors_the_truth_is_refused_at_the_level_and_no_oftener() -> None:
    """3 of 10: 120 ways, so the test at .05 refuses 6 of 120. 600 draws: .05 +- 3 x .009."""
    rng = np.random.default_rng(0)
    labels = np.array([1] * 3 + [0] * 7)
    tried, _ = arrangements(labels, seed=1)
    taken = difference(labels.astype(float), tried)
    held = 0
    for _ in range(600):
        values = rng.standard_t(2, size=10) + 2.0 * labels
        found = invert(difference(values, tried), taken, 0.95)
        held += found.low <= 2 <= found.high
    assert 0.923 <= held / 600 <= 0.977
