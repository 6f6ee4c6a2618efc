"""How stays in review grow with size: worlds of a known exponent, and when nothing is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trueup.simulate.flow import calibrating
from trueup.simulate.flow.made_up import made_up_records, made_up_stays
from trueup.simulate.flow.network import Pushed
from trueup.simulate.flow.sizing import Sized, exponent, review_exponents
from trueup.simulate.flow.team import SCALINGS, Team, drawn_scaling


def stays(power: float, seed: int, *, units: int = 20, wait: float = 3.0) -> Sized:
    random = np.random.default_rng([seed, round(10 * power)])
    return made_up_stays(power, random, units=units, wait=wait)


@pytest.mark.parametrize("power", [0.3, 0.6, 1.0])
def test_the_exponent_that_was_put_in_comes_back(power: float) -> None:
    held, middles = 0, []
    for seed in range(8):
        found = review_exponents(stays(power, seed, wait=1.0), np.random.default_rng(seed))
        assert found is not None
        low, high = np.quantile(found, [0.025, 0.975])
        held += low - 0.025 <= power <= high + 0.025  # the grid is of twentieths
        middles.append(float(np.median(found)))
    assert np.mean(middles) == pytest.approx(power, abs=0.08)
    assert held >= 6  # of eight at 95 %, fewer in one of two hundred times


def test_without_waits_it_is_the_slope_on_logarithms() -> None:
    """Stays of 1, 2 and 4 hours at sizes 1, 4 and 16 are the square root."""
    sizes, hours = np.array([1.0, 4.0, 16.0]), np.array([1.0, 2.0, 4.0])
    assert exponent(sizes, 10 * hours, np.full(3, 10.0)) == pytest.approx(0.5)


def test_a_wait_is_no_size() -> None:
    """3 + 1, 3 + 4 and 3 + 16 hours: on logarithms it would look like 0.56, and it is 1."""
    sizes = np.array([1.0, 4.0, 16.0])
    hours = 3 + sizes
    assert exponent(sizes, 10 * hours, np.full(3, 10.0)) == pytest.approx(1.0)


def test_where_few_or_flat_stays_tell_nothing_judgement_stands() -> None:
    random = np.random.default_rng(1)
    assert review_exponents(None, random) is None
    assert review_exponents(stays(1.0, 1, units=9), random) is None
    flat = stays(0.0, 1, wait=8.0)
    assert review_exponents(flat, random) is None
    low, high = SCALINGS["review_size"]
    assert low <= drawn_scaling(random).review_size <= high


def test_what_was_fitted_is_what_is_drawn_and_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrating, "_PLAYED_SERVICES", 1_000)
    random = np.random.default_rng(1)
    records = made_up_records(Team(), Pushed(), units=12, weeks=10, random=random, warm_up_weeks=2)
    assert records.reviews is None
    found = calibrating.calibrate(replace(records, reviews=stays(0.4, 2, wait=1.0)), k=5, draws=2)
    assert isinstance(found, calibrating.Calibrated)
    assert any("fitted to stays in review" in one for one in found.assumptions)
    sizes = found.thinned(1).review_sizes
    assert sizes is not None
    drawn = [drawn_scaling(random, sizes).review_size for _ in range(50)]
    assert max(drawn) < 0.7
    assert set(drawn) <= set(sizes.tolist())
