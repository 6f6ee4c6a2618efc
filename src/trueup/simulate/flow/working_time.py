"""Hours of work between two instants, by a calendar that is declared and not guessed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from trueup.simulate.flow.network import Floats

Instants = NDArray[np.float64]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingTime:
    """When people work.

    Parameters
    ----------
    weekdays
        Of `WEEKDAYS`.
    begins, ends
        Hours of the day.
    timezone
        Whose days they are.
    """

    weekdays: tuple[str, ...] = WEEKDAYS[:5]
    begins: int = 9
    ends: int = 17
    timezone: str = "UTC"

    @property
    def hours_per_week(self) -> float:
        """How long people work in a week."""
        return float(len(self.weekdays) * (self.ends - self.begins))

    def between(self, start: Instants, end: Instants) -> Floats:
        """Return hours of work between instants, epoch microseconds; NaN where one is NaN."""
        both = np.concatenate([np.ravel(start), np.ravel(end)])
        known = both[~np.isnan(both)]
        if not known.size:
            return np.full(np.broadcast(start, end).shape, np.nan)
        at, hours = _worked(self, float(known.min()), float(known.max()))
        return np.asarray(np.interp(end, at, hours) - np.interp(start, at, hours), dtype=float)

    def says(self) -> str:
        """Say the calendar in words."""
        days = ", ".join(day.capitalize() for day in WEEKDAYS if day in self.weekdays)
        return f"{days} from {self.begins}:00 to {self.ends}:00 ({self.timezone})"


@lru_cache(maxsize=32)
def _worked(calendar: WorkingTime, first: float, last: float) -> tuple[Floats, Floats]:
    """Return instants at which work begins and ends, and the hours worked until each."""
    zone = ZoneInfo(calendar.timezone)
    day = dt.datetime.fromtimestamp(first / 1e6, zone).date() - dt.timedelta(days=1)
    until = dt.datetime.fromtimestamp(last / 1e6, zone).date() + dt.timedelta(days=1)
    at, hours, total = [_instant(day, 0, zone)], [0.0], 0.0
    while day <= until:
        if WEEKDAYS[day.weekday()] in calendar.weekdays:
            begins, ends = (_instant(day, hour, zone) for hour in (calendar.begins, calendar.ends))
            at += [begins, ends]
            hours += [total, total + (ends - begins) / _HOUR]
            total = hours[-1]
        day += dt.timedelta(days=1)
    return np.array(at), np.array(hours)


def _instant(day: dt.date, hour: int, zone: ZoneInfo) -> float:
    midnight = dt.datetime(day.year, day.month, day.day, tzinfo=zone)
    return (midnight + dt.timedelta(hours=hour)).timestamp() * 1e6
