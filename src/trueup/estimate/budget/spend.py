"""What was spent day by day, and the budget it is set against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from trueup.errors import EstimateError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DailySpend:
    """Amounts of one basis in one currency, day by day without gaps.

    Parameters
    ----------
    start
        First day; days are those of the workspace's time zone.
    amounts
        Of each day, ``(n_days,)``; 0 is nothing spent, NaN is not known.
    currency, cost_basis
        E.g. ``"USD"`` and ``"list"``; amounts of different bases are never added.
    source
        Where they come from.
    """

    start: date
    amounts: Floats
    currency: str
    cost_basis: str
    source: str

    def __post_init__(self) -> None:
        known = self.amounts[np.isfinite(self.amounts)]
        if self.amounts.ndim != 1 or bool((known < 0).any()) or bool(np.isinf(self.amounts).any()):
            raise EstimateError(
                "Daily spend is negative or infinite somewhere.",
                hint="Take credits out, and leave days that are not known empty.",
            )

    @property
    def n_days(self) -> int:
        """Days, known or not."""
        return int(self.amounts.size)

    @property
    def end(self) -> date:
        """The day after the last: the first that is forecast."""
        return self.start + timedelta(days=self.n_days)

    def since(self, day: date) -> float:
        """Return what is known to have been spent from `day` on."""
        place = max((day - self.start).days, 0)
        return float(np.nansum(self.amounts[place:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What may be spent over which span.

    Parameters
    ----------
    amount
        In the currency of the spend.
    start, end
        First day, and the day after the last.
    """

    amount: float
    start: date
    end: date

    def __post_init__(self) -> None:
        if not self.amount > 0 or self.end <= self.start:
            raise EstimateError(
                "The budget has no amount or no span.",
                hint="Set budget_per_year under [money] in trueup.toml to more than 0.",
            )
