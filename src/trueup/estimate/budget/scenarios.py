"""What would happen if: three plain continuations, where no forecast has proved itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from trueup.estimate.budget.spend import Budget, DailySpend, Floats

RECENT = 28
GROWING = 56
_FASTEST = math.log(2) / 7
"""Growth of more than a doubling a week is not continued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One continuation.

    Parameters
    ----------
    name
        ``run-rate``: every day to come costs the mean of all days of this budget so far;
        ``growth stops``: the mean of the last four weeks; ``growth continues``: that mean, growing
        on as over the last eight weeks.
    exhausted_on
        First day on which the budget is used up; None: not within its span.
    spent_by_end
        In all, by the end of the budget's span.
    """

    name: Literal["run-rate", "growth continues", "growth stops"]
    exhausted_on: date | None
    spent_by_end: float


def scenarios(spend: DailySpend, budget: Budget) -> tuple[Scenario, ...]:
    """Return the three continuations from the day after the last known one."""
    ahead = max((budget.end - spend.end).days, 0)
    known = spend.amounts[np.isfinite(spend.amounts)]
    place = max((budget.start - spend.start).days, 0)
    own = spend.amounts[place:]
    own = own[np.isfinite(own)] if np.isfinite(own).any() else known
    recent = float(known[-RECENT:].mean())
    growth = growth_of(spend.amounts)
    middle = (min(known.size, RECENT) + 1) / 2
    days = np.arange(ahead)
    return (
        _continued("run-rate", spend, budget, np.full(ahead, float(own.mean()))),
        _continued("growth continues", spend, budget, recent * np.exp(growth * (days + middle))),
        _continued("growth stops", spend, budget, np.full(ahead, recent)),
    )


def growth_of(amounts: Floats) -> float:
    """Return log points a day by which weekly sums grew over the last eight weeks; 0 if unknown."""
    weeks = amounts[-GROWING:]
    weeks = weeks[weeks.size % 7 :].reshape(-1, 7)
    sums = np.nansum(weeks, axis=1)
    place = np.flatnonzero(sums > 0)
    if place.size < 2:
        return 0.0
    slope = float(np.polyfit(7.0 * place, np.log(sums[place]), 1)[0])
    return max(min(slope, _FASTEST), -_FASTEST)


def used_up(spend: DailySpend, budget: Budget, ahead: Floats) -> date | None:
    """Return the first day on which a continuation has used the budget up; None if it never does.

    A budget that is used up already is used up on the day that did it.
    """
    place = max((budget.start - spend.start).days, 0)
    past = np.cumsum(np.nan_to_num(spend.amounts[place:]))
    over = np.flatnonzero(past >= budget.amount)
    if over.size:
        return spend.start + timedelta(days=place + int(over[0]))
    total = (float(past[-1]) if past.size else 0.0) + np.cumsum(ahead)
    over = np.flatnonzero(total >= budget.amount)
    return spend.end + timedelta(days=int(over[0])) if over.size else None


def _continued(
    name: Literal["run-rate", "growth continues", "growth stops"],
    spend: DailySpend,
    budget: Budget,
    ahead: Floats,
) -> Scenario:
    return Scenario(
        name=name,
        exhausted_on=used_up(spend, budget, ahead),
        spent_by_end=spend.since(budget.start) + float(ahead.sum()),
    )
