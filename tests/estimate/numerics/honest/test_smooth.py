"""Smooth trends and blocks of periods."""

from __future__ import annotations

import numpy as np
import pytest
from diff_diff.honest_did import _compute_optimal_flci
from scipy.stats import norm

from tests.estimate.numerics.honest.published import Floats, medicaid, minimum_wage
from tests.estimate.numerics.honest.test_relative import drawn, even
from trueup.estimate.numerics.honest.blocks import block_length, in_blocks
from trueup.estimate.numerics.honest.smooth import folded_normal, smooth_interval


# Printed in the README of the R package HonestDiD 0.2.8 (FLCI, first year after, 95 %).
@pytest.mark.parametrize(
    ("bend", "low", "high"),
    [
        (0, 0.0259, 0.0607), (0.01, 0.0132, 0.0787), (0.02, 0.00286, 0.0907),
        (0.03, -0.00714, 0.101), (0.05, -0.0271, 0.121),
    ],
)  # fmt: skip
def test_the_medicaid_example_is_reproduced(bend: float, low: float, high: float) -> None:
    effects, covariance, reference = medicaid()
    weights = np.eye(8)[6]
    found = smooth_interval(effects, covariance, reference, weights, bend=bend, level=0.95)
    assert found == pytest.approx((low, high), abs=0.0003)


@pytest.mark.parametrize("bend", [0.0, 0.005])
def test_it_agrees_with_another_implementation(bend: float) -> None:
    effects, covariance, reference = minimum_wage()
    kept = np.arange(8) != reference
    other = _compute_optimal_flci(
        effects[:3], effects[4:], covariance[np.ix_(kept, kept)], np.full(4, 0.25), 3, 4, bend
    )
    found = smooth_interval(effects, covariance, reference, even(3, 4), bend=bend, level=0.95)
    assert found == pytest.approx(other, abs=1e-5)


def test_a_straight_trend_is_taken_out_whole() -> None:
    """Trend of 1 a period, effect 3 on top: with no bend allowed the centre is 3."""
    _, covariance = drawn(1, 4, 3)
    effects: Floats = np.array([-4, -3, -2, -1, 0, 4, 5, 6.0])
    low, high = smooth_interval(effects, covariance, 4, even(4, 3), bend=0.0, level=0.9)
    assert (low + high) / 2 == pytest.approx(3.0)


def test_one_lead_alone_gives_the_only_unbiased_estimator() -> None:
    """With one lead b and one lag a, a + b is free of a trend, and bends by at most `bend`."""
    covariance = np.diag(np.array([1.0, 0.0, 1.0]))
    low, high = smooth_interval(
        np.array([2.0, 0.0, 5.0]), covariance, 1, np.array([0, 0, 1.0]), bend=1.0, level=0.95
    )
    half = np.sqrt(2) * folded_normal(1 / np.sqrt(2), 0.95)
    assert (low, high) == pytest.approx((7 - half, 7 + half))


def test_the_folded_normal_is_the_normal_at_nought_and_far_out() -> None:
    assert folded_normal(0.0, 0.95) == pytest.approx(norm.ppf(0.975))
    assert folded_normal(50.0, 0.95) == pytest.approx(50 + norm.ppf(0.95))


def test_few_periods_stay_as_they_are() -> None:
    effects, covariance = drawn(2, 4, 3)
    blocks = in_blocks(effects, covariance, 4, even(4, 3), block_length(5))
    assert blocks.length == 1
    assert blocks.effects == pytest.approx(effects)
    assert blocks.covariance == pytest.approx(covariance)
    assert blocks.weights == pytest.approx(even(4, 3))


def test_blocks_are_averages_from_the_block_that_ends_at_the_reference() -> None:
    """Nine periods up to the reference make four blocks of two; the first period is left over.

    Effects 0..8 then 10, 20, 30: reference block (7, 8) -> 7.5; before it 5.5, 3.5, 1.5; after it
    (10, 20) -> 15 and (30), with weights 2/3 and 1/3.
    """
    effects = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 20, 30.0])
    blocks = in_blocks(effects, np.eye(12), 8, even(8, 3), block_length(9))
    assert blocks.effects == pytest.approx([-6, -4, -2, 0, 7.5, 22.5])
    assert blocks.reference == 3
    assert blocks.weights == pytest.approx([0, 0, 0, 0, 2 / 3, 1 / 3])
    assert blocks.midpoints == pytest.approx([-6, -4, -2, 0, 2, 3.5])
    assert np.diag(blocks.covariance) == pytest.approx([1, 1, 1, 0, 1, 1.5])
