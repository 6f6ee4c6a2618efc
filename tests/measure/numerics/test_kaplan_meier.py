from __future__ import annotations

import warnings

import numpy as np
import pytest

from trueup.measure.numerics.kaplan_meier import kaplan_meier, quantile_draws

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines import KaplanMeierFitter


@pytest.mark.parametrize("seed", range(5))
def test_the_curve_equals_lifelines(seed: int) -> None:
    generator = np.random.default_rng(seed)
    waits = generator.integers(1, 30, 200).astype(float)
    ended = generator.random(200) < 0.6
    weights = generator.integers(1, 5, 200)
    ours = kaplan_meier(waits, ended, weights=weights.astype(float))
    theirs = KaplanMeierFitter().fit(waits, ended, weights=weights)
    expected = theirs.survival_function_at_times(ours.times).to_numpy()
    np.testing.assert_allclose(ours.survival, expected, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_left_truncated_curve_equals_lifelines(seed: int) -> None:
    generator = np.random.default_rng(seed)
    entries = generator.integers(0, 10, 300).astype(float)
    waits = entries + generator.integers(1, 30, 300).astype(float)
    ended = generator.random(300) < 0.7
    ours = kaplan_meier(waits, ended, entries=entries)
    theirs = KaplanMeierFitter().fit(waits, ended, entry=entries)
    expected = theirs.survival_function_at_times(ours.times).to_numpy()
    np.testing.assert_allclose(ours.survival, expected, atol=1e-12)


def test_without_censoring_a_quantile_is_the_smallest_value_that_reaches_the_share() -> None:
    waits = np.arange(1.0, 11.0)
    curve = kaplan_meier(waits, np.ones(10, dtype=bool))
    assert [curve.quantile(share) for share in (0.1, 0.5, 0.85, 1.0)] == [1, 5, 9, 10]


def test_a_share_never_reached_has_no_quantile() -> None:
    curve = kaplan_meier(np.array([1.0, 2.0, 3.0]), np.array([True, False, False]))
    assert curve.quantile(0.5) is None


def test_an_end_at_exactly_a_time_has_reached_it() -> None:
    curve = kaplan_meier(np.array([1.0, 2.0]), np.array([True, True]))
    assert [curve.at(time) for time in (0.5, 1.0, 1.5, 2.0, 2.5)] == [1.0, 1.0, 0.5, 0.5, None]


def test_reweighted_quantiles_equal_those_of_repeated_items() -> None:
    generator = np.random.default_rng(7)
    waits = generator.integers(1, 50, 40).astype(float)
    ended = generator.random(40) < 0.8
    weights = generator.integers(0, 4, (20, 40)).astype(float)
    drawn = quantile_draws(waits, ended, weights, (0.25, 0.5))
    for row, counts in zip(drawn, weights.astype(int), strict=True):
        curve = kaplan_meier(np.repeat(waits, counts), np.repeat(ended, counts))
        assert list(row) == [curve.quantile(0.25), curve.quantile(0.5)]
