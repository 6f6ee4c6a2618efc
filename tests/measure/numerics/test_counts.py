from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from trueup.measure.numerics.counts import dispersion, poisson, quantile_ranks, wilson


@pytest.mark.parametrize(("successes", "n"), [(0, 20), (1, 7), (30, 100), (99, 100), (5, 5)])
def test_wilson_equals_scipy(successes: int, n: int) -> None:
    expected = stats.binomtest(successes, n).proportion_ci(method="wilson")
    assert wilson(successes, n) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("count", [1, 3, 10, 100])
def test_a_poisson_interval_is_close_to_the_exact_one(count: int) -> None:
    """Byar's approximation is within 1 % of Garwood's interval from 10 events, 10 % from one."""
    exact = (stats.chi2.ppf(0.025, 2 * count) / 2, stats.chi2.ppf(0.975, 2 * count + 2) / 2)
    low, high = poisson(count)
    assert high == pytest.approx(exact[1], rel=0.01)
    assert low == pytest.approx(exact[0], abs=0.03 + 0.002 * count)


def test_no_event_still_has_an_upper_end() -> None:
    low, high = poisson(0)
    assert low == 0
    assert high == pytest.approx(3.69, rel=0.02)


def test_dispersion_widens_a_poisson_interval() -> None:
    plain, wide = poisson(100), poisson(100, 4.0)
    assert (wide[1] - wide[0]) == pytest.approx(2 * (plain[1] - plain[0]), rel=0.04)


def test_dispersion_is_variance_over_mean_and_never_under_one() -> None:
    assert dispersion(np.array([0.0, 10.0])) == 10.0
    assert dispersion(np.array([5.0, 5.0, 5.0])) == 1.0


@pytest.mark.parametrize(("n", "share"), [(10, 0.5), (30, 0.5), (100, 0.85), (40, 0.1)])
def test_order_statistics_enclose_a_quantile_at_least_95_times_in_100(n: int, share: float) -> None:
    ranks = quantile_ranks(n, share)
    assert ranks is not None
    low, high = ranks
    covered = stats.binom.cdf(high, n, share) - stats.binom.cdf(low, n, share)
    assert covered >= 0.95
    narrower = stats.binom.cdf(high - 1, n, share) - stats.binom.cdf(low + 1, n, share)
    assert narrower < 0.95


def test_too_few_items_enclose_nothing() -> None:
    assert quantile_ranks(5, 0.5) is None
    assert quantile_ranks(6, 0.5) == (0, 5)
