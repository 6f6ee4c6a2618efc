"""Little's law on worlds whose waits are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from trueup.errors import MeasureError
from trueup.measure.numerics.residual_life import residual_life
from trueup.measure.summarising.littles_law import (
    LittlesLaw,
    consistency,
    implied_throughput,
    littles_law,
)
from trueup.measure.summarising.queue import keeps_the_law

Floats = NDArray[np.float64]
DAY = 86_400.0
REPLICATIONS = 60


def queue(
    seed: int, load: float, end: float, servers: int = 5, *, start: float = 0.0
) -> tuple[Floats, Floats]:
    """First come, first served, `servers` of mean service one day, from empty; in days."""
    generator = np.random.default_rng(seed)
    arrivals = generator.poisson(load * servers * end)
    entered = np.sort(generator.random(arrivals) * end)
    service = generator.exponential(1.0, arrivals)
    free, left = np.zeros(servers), np.empty(arrivals)
    for item in range(arrivals):
        first = int(free.argmin())
        free[first] = left[item] = max(entered[item], free[first]) + service[item]
    return entered - start, left - start


def biases(load: float, length: float, warm: float, named: str) -> float:
    """Mean bias of one wait against the true mean wait of what arrived, as a share."""
    found = []
    for seed in range(REPLICATIONS):
        entered, left = queue(seed, load, warm + length + 40)
        inside = (entered >= warm) & (entered < warm + length)
        truth = (left - entered)[inside].mean()
        seen = np.where(left < warm + length, left, np.inf)
        law = littles_law(entered * DAY, seen * DAY, warm * DAY, (warm + length) * DAY)
        found.append(getattr(law, named) / DAY / truth - 1)
    return float(np.mean(found))


def by_hand() -> LittlesLaw:
    """Window of days 10 to 20; items 8-12, 11-14, 13-18, 19-(open)::

    L = (2 + 3 + 5 + 1) / 10; R_s = 2; arrivals 3 (11, 13, 19); departures 3.
    """
    entered = np.array([8.0, 11.0, 13.0, 19.0]) * DAY
    left = np.array([12.0, 14.0, 18.0, np.inf]) * DAY
    return littles_law(entered, left, 10 * DAY, 20 * DAY)


def test_level_rates_and_edges_by_hand() -> None:
    law = by_hand()
    assert law.level == pytest.approx(1.1)
    assert (law.arrivals, law.departures) == (3, 3)
    assert law.edge_before == 2 * DAY
    assert (law.open_at_start, law.open_at_end) == (1, 1)
    assert law.arrival_rate * DAY == pytest.approx(0.3)


def test_four_waits_by_hand() -> None:
    """Departed: 4, 3, 5. Completed arrivals: 3, 5."""
    law = by_hand()
    assert law.wait_departed == 4 * DAY
    assert law.wait_completed_arrivals == 4 * DAY
    assert law.wait_edge is not None
    assert law.wait_edge > (3 + 5 + 1) / 3 * DAY


@pytest.mark.parametrize("seed", range(5))
def test_the_edge_identity_holds_to_1e_9_on_a_complete_log(seed: int) -> None:
    """Sum of waits of what arrived = L T - R_s + R_e."""
    entered, left = queue(seed, 0.9, 60)
    start, end = 20.0, 45.0
    law = littles_law(entered, left, start, end, until=1e9)
    arrived = (entered >= start) & (entered < end)
    total = float((left - entered)[arrived].sum())
    assert law.edge_after is not None
    identity = law.level * (end - start) - law.edge_before + law.edge_after
    assert identity == pytest.approx(total, rel=1e-9)
    assert law.wait_edge == pytest.approx(total / law.arrivals, rel=1e-9)


def test_the_edge_corrected_wait_is_nearly_unbiased_in_a_busy_queue() -> None:
    """Published: +0.6 % over a window of five waits; 60 replications have an error of 1 %."""
    assert abs(biases(0.9, 12.6, 100, "wait_edge")) < 0.03


def test_completed_arrivals_are_too_short_in_a_short_window() -> None:
    """Published: -7.2 %."""
    assert -0.12 < biases(0.9, 12.6, 100, "wait_completed_arrivals") < -0.03


def test_in_an_overloaded_queue_the_dashboard_wait_is_too_short_and_the_corrected_half_so() -> None:
    """Published: -14.5 % and -7.4 %."""
    departed, corrected = (biases(1.15, 100, 0, name) for name in ("wait_departed", "wait_edge"))
    assert -0.19 < departed < -0.08
    assert departed < corrected < -0.03


def test_a_queue_in_which_more_comes_than_leaves_is_growing() -> None:
    entered, left = queue(1, 1.3, 200)
    seen = np.where(left < 200, left, np.inf)
    assert littles_law(entered * DAY, seen * DAY, 0, 200 * DAY).is_growing


def test_a_stable_queue_is_rarely_called_growing() -> None:
    called = 0
    for seed in range(40):
        entered, left = queue(seed, 0.7, 150)
        seen = np.where(left < 150, left, np.inf)
        called += littles_law(entered * DAY, seen * DAY, 30 * DAY, 150 * DAY).is_growing
    assert called <= 4


def test_the_mean_wait_of_m_m_1_is_one_over_mu_minus_lambda() -> None:
    """Load 0.5, service one day: W = 1 / (1 - 0.5) = 2 days."""
    entered, left = queue(3, 0.5, 20_000, servers=1)
    law = littles_law(entered, left, 100.0, 19_000.0, until=1e9)
    assert law.wait_edge == pytest.approx(2.0, rel=0.1)
    assert law.level == pytest.approx(1.0, rel=0.1)


def test_its_own_level_rate_and_wait_keep_the_law() -> None:
    entered, left = queue(2, 0.9, 100)
    seen = np.where(left < 80, left, np.inf)
    law = littles_law(entered, seen, 40.0, 80.0)
    assert law.wait_edge is not None
    assert law.check(law.level, law.arrival_rate, law.wait_edge).holds


def test_a_wait_of_other_items_does_not() -> None:
    entered, left = queue(2, 0.9, 400)
    law = littles_law(entered, np.where(left < 380, left, np.inf), 40.0, 380.0)
    assert law.wait_edge is not None
    assert not law.check(law.level, law.arrival_rate, 3 * law.wait_edge).holds


def test_a_wait_that_breaks_the_law_is_refused_by_the_metric() -> None:
    entered, left = queue(2, 0.9, 400)
    law = littles_law(entered, np.where(left < 380, left, np.inf), 40.0, 380.0)
    assert law.wait_edge is not None
    assert keeps_the_law(law, law.wait_edge)
    assert not keeps_the_law(law, 3 * law.wait_edge)


def test_the_gap_is_the_logarithm_of_level_over_rate_times_wait() -> None:
    found = consistency(6.0, 2.0, 1.0, tolerance=1.0)
    assert found.gap == pytest.approx(math.log(3))
    assert not found.holds


def test_nothing_left_means_no_wait_and_no_guess() -> None:
    law = littles_law(np.array([1.0, 2.0]), np.array([np.inf, np.inf]), 0.0, 5.0)
    assert (law.wait_departed, law.wait_edge, law.wait_survival) == (None, None, None)
    assert law.level == pytest.approx((4 + 3) / 5)


def test_an_item_that_leaves_before_it_enters_is_refused() -> None:
    with pytest.raises(MeasureError, match="leaves before it enters"):
        littles_law(np.array([2.0]), np.array([1.0]), 0.0, 5.0)


def test_a_window_without_length_is_refused() -> None:
    with pytest.raises(MeasureError, match="no length"):
        littles_law(np.array([1.0]), np.array([2.0]), 5.0, 5.0)


@pytest.mark.parametrize(("level", "expected"), [(1.67, 0.288), (1.17, 0.202)])
def test_the_essay_s_calculation_is_a_special_case(level: float, expected: float) -> None:
    assert round(implied_throughput(5.8, level).ratio, 3) == expected


def test_the_essay_s_inputs_fail_the_check_that_comes_with_it() -> None:
    found = implied_throughput(5.8, 1.67, counted_ratio=0.883)
    assert found.level_needed is not None
    assert round(found.level_needed, 2) == 5.12
    assert found.label == "inputs mutually inconsistent"


def test_the_remaining_wait_of_an_exponential_does_not_depend_on_age() -> None:
    waits = np.random.default_rng(1).exponential(4.0, 20_000)
    life = residual_life(np.zeros(waits.size), waits, np.ones(waits.size, dtype=bool))
    assert life is not None
    np.testing.assert_allclose(life.after(np.array([0.0, 3.0, 10.0])), 4.0, rtol=0.06)


def test_without_censoring_the_mean_of_the_curve_is_the_sample_mean() -> None:
    waits = np.random.default_rng(2).gamma(2.0, 3.0, 500)
    life = residual_life(np.zeros(500), waits, np.ones(500, dtype=bool))
    assert life is not None
    assert life.mean() == pytest.approx(waits.mean())


def test_what_remains_at_an_age_is_the_mean_of_the_longer_waits_less_that_age() -> None:
    waits = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    life = residual_life(np.zeros(5), waits, np.ones(5, dtype=bool))
    assert life is not None
    assert life.after(np.array([3.0]))[0] == pytest.approx((1 + 5 + 13) / 3)
