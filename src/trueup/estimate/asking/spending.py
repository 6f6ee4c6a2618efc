"""What AI tools cost, when a budget runs out, and whether tokens are used up for their own sake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from trueup.config import MoneySettings, Settings
from trueup.errors import EstimateError
from trueup.measure.metric import Tables
from trueup.measure.records.authorship import Prepared
from trueup.measure.spending.spend import Spend, spend
from trueup.measure.spending.totals import Daily, daily
from trueup.measure.windows import Every
from trueup.model.evidence import Abstention, Window

if TYPE_CHECKING:
    from trueup.estimate.budget.forecast import BudgetForecast, Scenarios
    from trueup.estimate.goodhart.finding import Goodhart

_BUDGET = "budget_exhaustion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What is known of money.

    Parameters
    ----------
    spend
        Costs, tokens, and what came of them.
    budget
        When it runs out; None where the settings name no budget.
    inflated
        Whether tokens are used up for their own sake; None where it was not asked.
    """

    spend: Spend
    budget: BudgetForecast | Scenarios | Abstention | None = None
    inflated: Goodhart | Abstention | None = None


def ask_spending(
    tables: Tables,
    settings: Settings,
    *,
    by: Sequence[str] = (),
    every: Every | None = None,
    window: Window | None = None,
) -> Spending:
    """Say what AI tools cost and what came of it, and forecast the budget where there is one.

    Parameters
    ----------
    by, every, window
        As in `trueup.measure.spending.spend.spend`.
    """
    tables = Prepared.of(tables)
    found = spend(tables, settings, by=by, every=every, window=window)
    return Spending(spend=found, budget=ask_budget(tables, settings))


def spending_of(tables: Tables, settings: Settings, spent: Spend | None) -> Spending | None:
    """Return all that a report says of money; None where no use of AI tools is recorded."""
    if spent is None:
        return None
    tables = Prepared.of(tables)
    return Spending(
        spend=spent, budget=ask_budget(tables, settings), inflated=ask_inflated(tables, settings)
    )


def ask_budget(
    tables: Tables, settings: Settings
) -> BudgetForecast | Scenarios | Abstention | None:
    """Forecast when the budget of the settings runs out at list price; None without a budget."""
    if not settings.money.budget_per_year:
        return None
    spent = daily(tables, settings.money, settings.workspace.timezone)
    if spent is None:
        return Abstention(
            metric=_BUDGET,
            reason="No whole day of use is recorded.",
            remedy="Collect the records of AI tools for some weeks.",
        )
    try:
        return _forecast(spent, settings.money)
    except EstimateError as error:
        return Abstention(metric=_BUDGET, reason=error.fact, remedy=error.hint)


def ask_inflated(tables: Tables, settings: Settings) -> Goodhart | Abstention:
    """Say whether tokens are used up for their own sake."""
    from trueup.estimate.goodhart.collected import goodhart
    from trueup.estimate.goodhart.judging import METRIC

    try:
        return goodhart(tables, timezone=settings.workspace.timezone, k=settings.privacy.session_k)
    except EstimateError as error:
        return Abstention(metric=METRIC, reason=error.fact, remedy=error.hint)


def _forecast(spent: Daily, money: MoneySettings) -> BudgetForecast | Scenarios | Abstention:
    from trueup.estimate.budget.forecast import forecast_budget
    from trueup.estimate.budget.spend import Budget, DailySpend

    known = DailySpend(
        start=spent.start,
        amounts=spent.amounts,
        currency=spent.currency,
        cost_basis=spent.basis,
        source="AI tools",
    )
    start = budget_year(known.end, money.year_begins)
    year = Budget(amount=money.budget_per_year, start=start, end=_next(start))
    return forecast_budget(known, year)


def budget_year(day: date, begins: str) -> date:
    """Return the first day of the budget's year in which `day` lies.

    >>> budget_year(date(2026, 3, 31), "04-01"), budget_year(date(2026, 4, 1), "04-01")
    (datetime.date(2025, 4, 1), datetime.date(2026, 4, 1))
    """
    month, number = (int(part) for part in begins.split("-"))
    first = date(day.year, month, number)
    return first if first <= day else date(day.year - 1, month, number)


def _next(start: date) -> date:
    return start.replace(year=start.year + 1)
