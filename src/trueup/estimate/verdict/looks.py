"""Looking every week for a year without being fooled by the luckiest week.

A verdict that is read anew each week has as many chances to be wrong. Each look therefore gets a
critical value such that the whole registered year errs no more than one look would: the interval
at look k is the estimate plus and minus that value times its error (a repeated confidence
interval), so it holds whatever was decided at earlier looks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import NormalDist

import numpy as np

from trueup.estimate.numerics.spending import critical_values
from trueup.estimate.panel import NEVER, Grain, Ints, Panel

PERIODS_A_YEAR: dict[Grain, int] = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}
_MONTHS: dict[Grain, int] = {"month": 1, "quarter": 3, "year": 12}
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One reading of data that accumulate, and those of the same year before it.

    Parameters
    ----------
    number, of
        Which of how many planned looks.
    shares
        Part of the time from the first adoption to the last planned look that was gone at each
        look so far, ascending, this one last.
    information
        Unit-periods after adoption seen at each look so far.
    is_over
        The registered looks are used up; this one is beyond them.
    """

    number: int = 1
    of: int = 1
    shares: tuple[float, ...] = (1.0,)
    information: tuple[float, ...] = (1.0,)
    is_over: bool = False

    def critical(self, alpha: float) -> float:
        """Return how many standard errors to go either way, for a two-sided `alpha` a year."""
        if self.of == 1:
            return _NORMAL.inv_cdf(1 - alpha / 2)
        return critical_values(self.shares, self.information, alpha)[-1]

    def level(self, alpha: float) -> float:
        """Return the level of the interval at this look, so that ``1 - alpha`` holds all year."""
        return 2 * _NORMAL.cdf(self.critical(alpha)) - 1

    def says(self, alpha: float) -> str:
        """Say which look this is and what it costs."""
        if self.of == 1:
            return "The only planned look at these data."
        shown = f"{100 * self.level(alpha):.4g}"
        beyond = " The registered looks are used up: register anew." if self.is_over else ""
        return (
            f"Look {self.number} of {self.of}: the interval of this look is a {shown} % one, "
            f"so that {100 * (1 - alpha):.4g} % holds over all of them.{beyond}"
        )


ONLY_LOOK = Look()
"""Data that are read once."""


def this_look(
    panel: Panel, *, registered_on: date | None, looks: int, outcome: str | None = None
) -> Look:
    """Say which look at accumulating data this panel is.

    The first look is at what had been seen when the plan was registered; one follows for each
    period that ended since, or for each `looks`-th part of a year where periods are shorter.

    Parameters
    ----------
    registered_on
        None: the data are read once.
    looks
        Planned for one year from then on.
    outcome
        Column whose rows after adoption count as information; None counts all.
    """
    yearly = PERIODS_A_YEAR.get(panel.grain)
    if registered_on is None or yearly is None or looks <= 1:
        return ONLY_LOOK
    step = max(1, round(yearly / looks))
    of = max(1, yearly // step)
    since = _periods_since(panel, registered_on)
    number = 1 + since // step
    return _look(panel, outcome, (number, of, step))


def _look(panel: Panel, outcome: str | None, count: tuple[int, int, int]) -> Look:
    number, of, step = count
    seen = _seen_by(panel, outcome)
    adopters = panel.adopted_in[panel.adopted_in != NEVER]
    if of == 1 or not adopters.size or seen[-1] == 0:
        return Look(number=min(number, of), of=of, shares=(1.0,), is_over=number > of)
    first = int(adopters.min())
    within = min(number, of)
    ends = np.arange(within - 1, -1, -1) * step
    last = panel.n_periods - 1 - max(0, number - of) * step
    places = last - ends
    informed = [int(p) for p in places if p >= first and seen[p] > 0] or [last]
    whole = last + (of - within) * step - first + 1
    return Look(
        number=within,
        of=of,
        shares=tuple((p - first + 1) / whole for p in informed),
        information=tuple(float(seen[p]) for p in informed),
        is_over=number > of,
    )


def _seen_by(panel: Panel, outcome: str | None) -> Ints:
    """Count rows after adoption seen by the end of each period, ``(n_periods,)``."""
    rows = panel.treated
    if outcome is not None:
        rows = rows & ~np.isnan(panel.column(outcome))
    return np.cumsum(np.bincount(panel.period[rows], minlength=panel.n_periods))


def _periods_since(panel: Panel, registered_on: date) -> int:
    """Count periods that ended after the plan was registered."""
    end = datetime.fromtimestamp(panel.window.end_at / 1_000_000, tz=UTC).date()
    if end <= registered_on:
        return 0
    if panel.grain in _MONTHS:
        ordinals = [12 * day.year + day.month - 1 for day in (end, registered_on)]
        return ordinals[0] // _MONTHS[panel.grain] - ordinals[1] // _MONTHS[panel.grain]
    return math.ceil((end - registered_on).days / (7 if panel.grain == "week" else 1))
