"""Where a jump is: the set of places, its pieces and its scale."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.estimate.cliff.worlds import PLACE, jump, once, panel_of, sample_of, team_weeks
from trueup.estimate.cliff.existence import Existence, search
from trueup.estimate.cliff.location import Location, as_estimate, locate
from trueup.estimate.cliff.sample import Sample
from trueup.estimate.numerics.jump.places import CRITICAL, likelihood_ratio
from trueup.estimate.panel import Panel


def located(sample: Sample) -> tuple[Existence, Location]:
    found = search(sample, draws=19, rng=np.random.default_rng(0))
    assert isinstance(found, Existence)
    return found, locate(found)


def holds(location: Location) -> bool:
    return any(low <= PLACE <= high for low, high in location.pieces)


def test_the_critical_values_are_those_of_hansens_formula() -> None:
    """``-2 log(1 - sqrt(level))``, Hansen (2000), equation 13."""
    for level, value in CRITICAL.items():
        assert value == pytest.approx(-2 * math.log(1 - math.sqrt(level)), abs=0.005)


def test_the_likelihood_ratio_is_that_of_dense_regressions() -> None:
    made = sample_of(once(jump(1), 120))
    found, _ = located(made)
    order = found.rows.order
    dense = np.column_stack([np.ones(120), made.q])[order]

    def left(step: np.typing.NDArray[np.bool_]) -> float:
        columns = np.column_stack([dense, step])
        residual = made.y[order] - columns @ np.linalg.lstsq(columns, made.y[order], rcond=None)[0]
        return float(residual @ residual)

    sums = np.array([left(made.q[order] > place) for place in found.found.place])
    expected = (sums - sums.min()) / (sums.min() / (120 - 3))
    assert likelihood_ratio(found.rows, found.found) == pytest.approx(expected, abs=1e-8)


def test_the_set_holds_the_true_place_about_as_often_as_it_says() -> None:
    held = [holds(located(sample_of(once(jump(0.8), 600, seed)))[1]) for seed in range(60)]
    assert np.mean(held) >= 0.88


def test_a_coarse_dose_gives_a_piece_up_to_the_next_dose_seen() -> None:
    """Doses in tenths: a jump after 0.6 may lie anywhere from 0.6 to 0.7."""
    panel = once(lambda q: 0 * q, 2000)
    q = np.round(panel.columns["q"], 1)
    y = 3.0 * (q > 0.65) + np.random.default_rng(1).normal(size=q.size)
    coarse = panel_of(panel.unit, panel.period, q=q, y=y)
    _, location = located(sample_of(coarse))
    assert location.pieces == ((0.6, 0.7),)
    assert location.place == 0.6


def test_two_jumps_give_a_set_in_two_pieces() -> None:
    """Doses and errors mirrored about the middle: both places fit the same."""
    half = np.linspace(0, 0.499, 200)
    error = np.random.default_rng(0).normal(size=200)
    y = np.where(half > 0.3, 0.0, -3.0) + error
    zeros = np.zeros(400, dtype=int)
    made = panel_of(np.arange(400), zeros, q=np.append(half, 1 - half), y=np.append(y, -y))
    _, location = located(sample_of(made))
    low, high = location.hull
    assert len(location.pieces) > 1
    assert low == pytest.approx(0.3, abs=0.1)
    assert high == pytest.approx(0.7, abs=0.1)
    assert not any(a <= 0.5 <= b for a, b in location.pieces)


def doubled(panel: Panel) -> Panel:
    """Return each team's row ten times over ten weeks: no new knowledge."""
    team = np.repeat(panel.unit, 10)
    week = np.tile(np.arange(10), panel.n_units)
    columns = {name: np.repeat(panel.columns[name], 10) for name in ("y", "q")}
    return panel_of(team, week, **columns)


def test_rows_that_repeat_within_a_team_do_not_narrow_the_set() -> None:
    panel = once(jump(0.8), 400)
    _, once_each = located(sample_of(panel))
    _, ten_times = located(sample_of(doubled(panel)))
    assert ten_times.eta2 == pytest.approx(10 * once_each.eta2, rel=0.5)
    assert ten_times.width >= 0.9 * once_each.width


def test_noise_near_the_jump_widens_the_set() -> None:
    made = sample_of(once(lambda q: 0 * q, 1500))
    step = 0.8 * (made.q > PLACE)
    rng = np.random.default_rng(2)
    even = rng.normal(size=made.q.size)
    near = even * np.where(np.abs(made.q - PLACE) < 0.15, 1.6, 0.6)
    _, calm = located(replace(made, y=step + even))
    _, loud = located(replace(made, y=step + near))
    assert calm.eta2 == pytest.approx(1, abs=0.35)
    assert loud.eta2 > 1.5


def test_units_compared_with_themselves_keep_the_scale_near_one() -> None:
    """Means taken out of units make sums over long stretches vanish; the set must not shrink."""
    _, location = located(sample_of(team_weeks(jump(0.8)), "unit"))
    assert location.eta2 > 0.8
    assert holds(location)


def test_the_jump_is_bounded_over_every_place_not_ruled_out() -> None:
    found, location = located(sample_of(once(jump(0.5), 1000, seed=4)))
    single = location.jump - 1.96 * location.error, location.jump + 1.96 * location.error
    assert location.low < single[0] - 0.05
    assert location.high >= single[1] - 1e-9
    estimate = as_estimate(location, sample_of(once(jump(0.5), 1000, seed=4)), 0)
    assert estimate.interval.low <= 0.5 <= estimate.interval.high
    assert estimate.n_rows == found.rows.dose.size == 1000
