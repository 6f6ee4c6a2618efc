"""When a budget runs out: cases worked out by hand, and what is refused."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from trueup.errors import EstimateError
from trueup.estimate.budget.forecast import BudgetForecast, Scenarios, forecast_budget
from trueup.estimate.budget.paths import fit, futures, logs_of
from trueup.estimate.budget.scenarios import growth_of, scenarios
from trueup.estimate.budget.spend import Budget, DailySpend
from trueup.estimate.budget.trial import Trial, on_trial
from trueup.model.evidence import Abstention

Floats = NDArray[np.float64]
YEAR = Budget(amount=365.0, start=date(2026, 1, 1), end=date(2027, 1, 1))


def spend(amounts: Floats, start: date = YEAR.start) -> DailySpend:
    return DailySpend(
        start=start, amounts=amounts, currency="USD", cost_basis="list", source="made up"
    )


def series(seed: int, days: int, *, level: float = 1.0, growth: float = 0.0) -> Floats:
    """Return spend that wanders, with quiet weekends; weekdays are 7 / 5 of the mean."""
    rng = np.random.default_rng(seed)
    place = np.arange(days)
    logs = np.cumsum(growth + 0.005 * rng.standard_normal(days))
    logs += 0.2 * rng.standard_normal(days) - 0.02
    week = np.where(place % 7 >= 5, 0.28, 1.288)
    found: Floats = level * week * np.exp(logs)
    return found


@pytest.fixture(scope="module")
def thrice() -> list[BudgetForecast]:
    """Forecasts after a quarter at three times the plan."""
    found = [forecast_budget(spend(series(seed, 91, level=3.0)), YEAR) for seed in range(3)]
    return [one for one in found if isinstance(one, BudgetForecast)]


def test_four_months_for_twelve_is_seen_after_three(thrice: list[BudgetForecast]) -> None:
    """A year's 365 at three times the plan: used up on day 122, the second of May."""
    assert thrice
    for found in thrice:
        assert found.exhausted_probability > 0.99
        first, middle, last = found.exhausted_on
        assert first is not None
        assert middle is not None
        assert last is not None
        assert first <= middle <= last
        assert abs((middle - date(2026, 5, 2)).days) <= 10
        assert found.cap_per_day is not None
        assert found.cap_per_day < 3.0


def test_a_cap_that_holds_leaves_the_budget_whole(thrice: list[BudgetForecast]) -> None:
    """274 days of a cap that binds every day: it is at most what is left over 274."""
    for found in thrice:
        assert found.cap_per_day is not None
        least = (YEAR.amount - found.spent) / 274
        assert least * (1 - 1e-9) <= found.cap_per_day <= 4 * least


def test_under_eight_weeks_there_are_scenarios() -> None:
    found = forecast_budget(spend(series(1, 55)), YEAR)
    assert isinstance(found, Scenarios)
    assert "55 days" in found.why
    assert [row.name for row in found.rows] == ["run-rate", "growth continues", "growth stops"]


def test_a_forecast_whose_past_did_not_hold_is_not_printed() -> None:
    """Spend that jumps a hundredfold every third week has no calm day to learn from."""
    rng = np.random.default_rng(3)
    wild = np.exp(rng.standard_t(1.2, 140) * 2.0)
    found = forecast_budget(spend(np.minimum(wild, 1e6) / 1e5), YEAR)
    assert isinstance(found, Scenarios)
    assert "back-tested" in found.why
    assert found.trial is not None
    assert not found.trial.is_proved


@pytest.mark.parametrize(("coverage", "proved"), [(0.84, False), (0.9, True), (0.96, False)])
def test_only_a_coverage_between_85_and_95_percent_proves_a_forecast(
    coverage: float, proved: bool
) -> None:
    assert Trial(coverage=coverage, n=100, n_origins=10).is_proved is proved


def test_three_weeks_to_forecast_from_prove_nothing() -> None:
    assert not Trial(coverage=0.9, n=33, n_origins=3).is_proved


def test_scenarios_by_hand() -> None:
    """One a day for 28 days, then two a day for 28: 84 of 365 are spent on February 25.

    Run-rate 1.5: 281 left last 188 days, the last of them September 1. At two a day 141 days:
    July 16.
    """
    amounts = np.repeat([1.0, 2.0], 28)
    rate, _, stops = scenarios(spend(amounts), YEAR)
    assert rate.exhausted_on == date(2026, 9, 1)
    assert stops.exhausted_on == date(2026, 7, 16)
    assert rate.spent_by_end == pytest.approx(84 + 1.5 * 309)
    assert stops.spent_by_end == pytest.approx(84 + 2 * 309)


def test_growth_is_that_of_weekly_sums() -> None:
    """One per cent a day, compounded, from a spend that has no noise."""
    assert growth_of(np.exp(0.01 * np.arange(70))) == pytest.approx(0.01)


def test_growth_that_continues_ends_sooner_than_growth_that_stops() -> None:
    rate, grows, stops = scenarios(spend(0.5 * np.exp(0.01 * np.arange(56))), YEAR)
    assert grows.exhausted_on is not None
    assert rate.exhausted_on is None
    assert stops.exhausted_on is None or stops.exhausted_on > grows.exhausted_on


def test_a_budget_that_is_used_up_says_on_which_day() -> None:
    """Ten a day: 365 are reached on the 37th day, February 6."""
    found = forecast_budget(spend(np.full(60, 10.0)), YEAR)
    assert isinstance(found, Scenarios)
    assert {row.exhausted_on for row in found.rows} == {date(2026, 2, 6)}


def test_days_without_spend_come_up_in_the_future_as_often_as_in_the_past() -> None:
    """Nothing on two days of seven: five days of spend in each week to come, and no logarithm."""
    amounts = series(2, 140)
    amounts[5::7] = amounts[6::7] = 0.0
    assert np.isnan(logs_of(amounts)[5])
    ahead = futures(fit(amounts), amounts, 28, seed=1)
    assert ahead.shape[1] == 28
    assert (ahead[:, [5, 6]] > 0).mean() < 0.05
    assert (ahead[:, [0, 1, 2, 3, 4]] > 0).all()


def test_the_middle_of_the_futures_goes_on_where_the_series_ended() -> None:
    amounts = series(4, 140)
    ahead = futures(fit(amounts), amounts, 28, seed=1)
    middle = float(np.median(ahead.sum(axis=1)))
    assert middle == pytest.approx(amounts[-28:].sum(), rel=0.15)


def test_intervals_held_on_trial_about_as_often_as_they_promise() -> None:
    found = [on_trial(series(seed, 140), seed=seed).coverage for seed in range(4)]
    assert 0.8 <= float(np.mean(found)) <= 0.97


def test_days_that_are_not_known_are_counted() -> None:
    amounts = series(1, 50)
    amounts[3] = np.nan
    found = forecast_budget(spend(amounts), YEAR)
    assert isinstance(found, Scenarios)
    assert found.unknown_days == 1
    assert found.spent == pytest.approx(np.nansum(amounts))


@pytest.mark.parametrize(
    ("amounts", "start", "reason"),
    [
        (np.zeros(70), YEAR.start, "No spend"),
        (np.ones(70), date(2026, 2, 1), "first 31 days"),
        (np.ones(70), date(2027, 1, 1), "does not lie within"),
    ],
)
def test_what_no_budget_can_be_held_against_is_refused(
    amounts: Floats, start: date, reason: str
) -> None:
    found = forecast_budget(spend(amounts, start), YEAR)
    assert isinstance(found, Abstention)
    assert reason in found.reason


def test_negative_spend_is_refused() -> None:
    with pytest.raises(EstimateError, match="negative"):
        spend(np.array([1.0, -1.0]))


def test_the_same_spend_gets_the_same_answer() -> None:
    one, other = (forecast_budget(spend(series(1, 91)), YEAR, seed=3) for _ in range(2))
    assert one == other
