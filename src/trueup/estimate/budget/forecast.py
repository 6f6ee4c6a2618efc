"""When a budget runs out: printed as a forecast only where earlier forecasts held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from trueup.estimate.budget.paths import FEWEST_DAYS, fit, futures
from trueup.estimate.budget.scenarios import Scenario, scenarios
from trueup.estimate.budget.spend import Budget, DailySpend, Floats
from trueup.estimate.budget.trial import FEWEST_ORIGINS, LEAST, MOST, Trial, on_trial
from trueup.estimate.estimator import SEED
from trueup.model.evidence import Abstention, Interval
from trueup.units import significant

METRIC = "budget_exhaustion"
RISK = 0.10
"""Chance of running out that a cap must hold."""
METHOD = "simulated futures of an unobserved-components model of log spend"


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetForecast:
    """When the budget runs out, with the uncertainty of the model and of the days to come.

    Parameters
    ----------
    exhausted_probability
        Chance that the budget is used up before its span ends.
    exhausted_on
        Days by which it is used up with a chance of 10, 50 and 90 %; None: not within its span.
    month_end, span_end
        Spend by the end of this month and of the budget's span, both since the budget began:
        the middle and the 90 % interval.
    cap_per_day
        Largest cap on each day to come that keeps the chance of running out under 10 %; None
        where none is needed.
    trial
        How earlier forecasts did.
    unknown_days
        Days of the budget's span so far whose spend is not known: what was spent is at least that.
    """

    exhausted_probability: float
    exhausted_on: tuple[date | None, date | None, date | None]
    month_end: tuple[float, Interval]
    span_end: tuple[float, Interval]
    cap_per_day: float | None
    spent: float
    budget: Budget
    currency: str
    cost_basis: str
    trial: Trial
    unknown_days: int
    n_days: int
    source: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenarios:
    """Continuations without chances, and why no forecast is printed."""

    why: str
    rows: tuple[Scenario, ...]
    trial: Trial | None
    spent: float
    budget: Budget
    currency: str
    cost_basis: str
    unknown_days: int
    n_days: int
    source: str
    says: str


def forecast_budget(
    spend: DailySpend, budget: Budget, *, seed: int = SEED
) -> BudgetForecast | Scenarios | Abstention:
    """Say when a budget runs out, or what would happen if where no forecast has proved itself.

    A forecast needs eight weeks of spend and a back-test: from every week since then, with what
    was known then, the nominal 90 % intervals must have held in 85 to 95 % of cases.

    Parameters
    ----------
    spend
        Up to now, from the budget's first day or before.

    Raises
    ------
    EstimateError
        A library of the extra ``estimate`` is not installed.
    """
    refused = _refuse(spend, budget)
    if refused is not None:
        return refused
    if spend.since(budget.start) >= budget.amount:
        return _scenarios(spend, budget, None, "it is used up already")
    spending = int((np.nan_to_num(spend.amounts) > 0).sum())
    if spend.n_days < FEWEST_DAYS or spending < FEWEST_DAYS // 2:
        return _scenarios(spend, budget, None, _why_too_short(spend, spending))
    trial = on_trial(spend.amounts, seed=seed)
    if not trial.is_proved:
        return _scenarios(spend, budget, trial, _why_unproved(trial))
    ahead = (budget.end - spend.end).days
    paths = futures(fit(spend.amounts), spend.amounts, ahead, seed=seed)
    return _forecast(spend, budget, paths, trial)


def _refuse(spend: DailySpend, budget: Budget) -> Abstention | None:
    reason = remedy = ""
    if not bool((np.nan_to_num(spend.amounts) > 0).any()):
        reason, remedy = "No spend is known.", "Connect a bill, or prices for the models in use."
    elif spend.end <= budget.start or spend.end >= budget.end:
        reason = "The newest day of spend does not lie within the budget's span."
        remedy = "Collect the newest spend, or set year_begins under [money] in trueup.toml."
    elif spend.start > budget.start:
        days = (spend.start - budget.start).days
        reason = f"Nothing is known of the first {days} days of the budget's span."
        remedy = "Collect spend from the first day of the budget, or begin the budget later."
    if not reason:
        return None
    return Abstention(
        metric=METRIC, reason=reason, remedy=remedy, n=spend.n_days, n_of="days of spend"
    )


def _why_too_short(spend: DailySpend, spending: int) -> str:
    if spend.n_days < FEWEST_DAYS:
        return f"{spend.n_days} days of spend are known, and a forecast needs {FEWEST_DAYS}"
    return f"only {spending} days have any spend, and a forecast needs {FEWEST_DAYS // 2}"


def _why_unproved(trial: Trial) -> str:
    if trial.n_origins < FEWEST_ORIGINS:
        return (
            f"a back-test needs {FEWEST_ORIGINS} weeks to forecast from, and has {trial.n_origins}"
        )
    return (
        f"of its back-tested 90 % intervals {100 * trial.coverage:.0f} % held, outside "
        f"{100 * LEAST:.0f} to {100 * MOST:.0f} %"
    )


def _scenarios(spend: DailySpend, budget: Budget, trial: Trial | None, why: str) -> Scenarios:
    rows = scenarios(spend, budget)
    said = "; ".join(f"{row.name}: {_when(row.exhausted_on, budget)}" for row in rows)
    return Scenarios(
        why=why,
        rows=rows,
        trial=trial,
        spent=spend.since(budget.start),
        budget=budget,
        currency=spend.currency,
        cost_basis=spend.cost_basis,
        unknown_days=_unknown(spend, budget),
        n_days=spend.n_days,
        source=spend.source,
        says=f"No forecast of the budget: {why}. If {said}.",
    )


def _when(day: date | None, budget: Budget) -> str:
    last = budget.end - timedelta(days=1)
    return f"not used up by {last}" if day is None else f"used up on {day}"


def _unknown(spend: DailySpend, budget: Budget) -> int:
    place = max((budget.start - spend.start).days, 0)
    return int((~np.isfinite(spend.amounts[place:])).sum())


def _forecast(spend: DailySpend, budget: Budget, paths: Floats, trial: Trial) -> BudgetForecast:
    spent = spend.since(budget.start)
    left = budget.amount - spent
    sums = np.cumsum(paths, axis=1)
    chance = float((sums[:, -1] >= left).mean())
    days = _exhausted(spend, left, sums)
    month = _until_month_end(spend, budget)
    first, middle, last = (_when(day, budget) for day in days)
    return BudgetForecast(
        exhausted_probability=chance,
        exhausted_on=days,
        month_end=_between(spent + (sums[:, month - 1] if month else 0 * sums[:, 0])),
        span_end=_between(spent + sums[:, -1]),
        cap_per_day=_cap(paths, left),
        spent=spent,
        budget=budget,
        currency=spend.currency,
        cost_basis=spend.cost_basis,
        trial=trial,
        unknown_days=_unknown(spend, budget),
        n_days=spend.n_days,
        source=spend.source,
        says=(
            f"The budget runs out before {budget.end} with a chance of {_percent(chance)}: "
            f"{middle} as likely as not; with one chance in ten {first}, with nine {last}. Of "
            f"back-tested 90 % intervals {_percent(trial.coverage)} held."
        ),
    )


def _percent(share: float) -> str:
    return f"{significant(100 * share)} %"


def _exhausted(
    spend: DailySpend, left: float, sums: Floats
) -> tuple[date | None, date | None, date | None]:
    """Return the days by which a tenth, half and nine tenths of the futures have run out."""
    over = np.sort(np.where((sums >= left).any(axis=1), (sums >= left).argmax(axis=1), -1))
    many = over.size
    ran_out = over[over >= 0]

    def day(chance: float) -> date | None:
        place = int(np.ceil(chance * many)) - 1
        if place >= ran_out.size:
            return None
        return spend.end + timedelta(days=int(ran_out[place]))

    return day(0.1), day(0.5), day(0.9)


def _until_month_end(spend: DailySpend, budget: Budget) -> int:
    """Return how many days are left of the month of the newest day, within the budget's span."""
    newest = spend.end - timedelta(days=1)
    following = (newest.replace(day=1) + timedelta(days=32)).replace(day=1)
    return max((min(following, budget.end) - spend.end).days, 0)


def _between(sums: Floats) -> tuple[float, Interval]:
    low, middle, high = np.quantile(sums, [0.05, 0.5, 0.95]).tolist()
    return middle, Interval(low=low, high=high, level=0.90, method=METHOD)


def _cap(paths: Floats, left: float) -> float | None:
    """Return the largest cap on a day that keeps the chance under 10 %; None where none is needed.

    Found by halving: the chance falls as the cap does.
    """

    def chance(cap: float) -> float:
        return float((np.minimum(paths, cap).sum(axis=1) >= left).mean())

    high = float(paths.max(initial=0.0))
    if chance(high) < RISK:
        return None
    low = 0.0
    for _ in range(50):
        middle = (low + high) / 2
        if chance(middle) < RISK:
            low = middle
        else:
            high = middle
    return low
