"""Calendar months and ISO weeks of a time zone, as instants.

Buckets are cut by a table of UTC boundaries worked out here, because engines that cast an
instant to a named zone were found to give three different wrong answers.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import pyarrow as pa

from trueup.model.evidence import Window

Every = Literal["month", "quarter", "week"]
DAY = 86_400_000_000
"""Microseconds in a day of 86,400 seconds."""
WEEK = 7 * DAY


@dataclass(frozen=True, slots=True)
class Bucket:
    """One calendar span, e.g. ``2026-03`` or ``2026-W11``, half open."""

    label: str
    window: Window


def instant(year: int, month: int, day: int, zone: ZoneInfo) -> int:
    """Return local midnight as epoch microseconds; a midnight that a clock change skips is the
    instant of that change.
    """  # noqa: D205
    local = dt.datetime(year, month, day, tzinfo=zone)
    return round(local.timestamp()) * 1_000_000


@lru_cache(maxsize=512)
def buckets(window: Window, every: Every, timezone: str) -> tuple[Bucket, ...]:
    """Return the calendar spans that meet `window`, whole, in order."""
    zone = ZoneInfo(timezone)
    if window.end_at <= window.start_at:
        return ()
    day = dt.datetime.fromtimestamp(window.start_at // 1_000_000, zone).date()
    first = _start_of(day, every)
    found: list[Bucket] = []
    while True:
        after = _next(first, every)
        start = instant(first.year, first.month, first.day, zone)
        if start >= window.end_at:
            return tuple(found)
        end = instant(after.year, after.month, after.day, zone)
        found.append(Bucket(_label(first, every), Window(start_at=start, end_at=end)))
        first = after


@lru_cache(maxsize=32)
def calendar_table(window: Window, timezone: str) -> pa.Table:
    """Return the days that meet `window`, whole, and in which week, month and quarter each lies.

    Columns: ``day`` (0, 1, ...), ``day_starts_at``, ``day_ends_at``, ``week_starts_at``,
    ``month_starts_at`` (epoch microseconds) and the labels ``week``, ``month``, ``quarter``. Days
    begin at local midnight, so that they have 23 or 25 hours where clocks are changed.
    """
    zone = ZoneInfo(timezone)
    days = _days(window, zone)
    bounds = [instant(day.year, day.month, day.day, zone) for day in days]
    months = [day.replace(day=1) for day in days[:-1]]
    weeks = [day - dt.timedelta(days=day.weekday()) for day in days[:-1]]
    starts = {day: instant(day.year, day.month, day.day, zone) for day in {*weeks, *months}}
    columns = {
        "day": pa.array(range(len(months)), pa.int64()),
        "day_starts_at": pa.array(bounds[:-1], pa.int64()),
        "day_ends_at": pa.array(bounds[1:], pa.int64()),
        "week_starts_at": pa.array([starts[week] for week in weeks], pa.int64()),
        "month_starts_at": pa.array([starts[month] for month in months], pa.int64()),
        "week": pa.array([_label(week, "week") for week in weeks], pa.string()),
        "month": pa.array([_label(month, "month") for month in months], pa.string()),
        "quarter": pa.array([_label(month, "quarter") for month in months], pa.string()),
    }
    return pa.table(columns)


def _days(window: Window, zone: ZoneInfo) -> list[dt.date]:
    """Return the days that meet `window`, and the one after; none of an empty window."""
    if window.end_at <= window.start_at:
        return [dt.date(1970, 1, 1)]
    day = dt.datetime.fromtimestamp(window.start_at // 1_000_000, zone).date()
    last = dt.datetime.fromtimestamp((window.end_at - 1) // 1_000_000, zone).date()
    return [day + dt.timedelta(days=number) for number in range((last - day).days + 2)]


@lru_cache(maxsize=32)
def boundary_table(window: Window, timezone: str) -> pa.Table:
    """Return the calendar of `window` as rows that each lie in one month and one ISO week.

    Columns: ``starts_at``, ``ends_at`` (epoch microseconds), and the labels ``month``,
    ``quarter`` and ``week``.
    """
    months = buckets(window, "month", timezone)
    weeks = buckets(window, "week", timezone)
    starts = sorted({bucket.window.start_at for bucket in (*months, *weeks)})
    last = max((bucket.window.end_at for bucket in (*months, *weeks)), default=0)
    month_starts = [bucket.window.start_at for bucket in months]
    week_starts = [bucket.window.start_at for bucket in weeks]
    named = [_label_at(months, month_starts, at) for at in starts]
    return pa.table(
        {
            "starts_at": pa.array(starts, pa.int64()),
            "ends_at": pa.array([*starts[1:], last] if starts else [], pa.int64()),
            "month": pa.array(named, pa.string()),
            "quarter": pa.array([_quarter(month) for month in named], pa.string()),
            "week": pa.array([_label_at(weeks, week_starts, at) for at in starts], pa.string()),
        }
    )


def clip(window: Window, to: Window) -> Window:
    """Return the part of `window` that lies in `to`."""
    start = min(max(window.start_at, to.start_at), to.end_at)
    return Window(start_at=start, end_at=max(start, min(window.end_at, to.end_at)))


def _label_at(spans: tuple[Bucket, ...], starts: list[int], at: int) -> str:
    return spans[max(bisect_right(starts, at) - 1, 0)].label


def _quarter(month: str) -> str:
    return f"{month[:4]}-Q{(int(month[5:7]) + 2) // 3}"


def _start_of(day: dt.date, every: Every) -> dt.date:
    if every == "week":
        return day - dt.timedelta(days=day.weekday())
    if every == "quarter":
        return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
    return day.replace(day=1)


def _next(first: dt.date, every: Every) -> dt.date:
    if every == "week":
        return first + dt.timedelta(days=7)
    months = first.year * 12 + first.month - 1 + (3 if every == "quarter" else 1)
    return dt.date(months // 12, months % 12 + 1, 1)


def _label(first: dt.date, every: Every) -> str:
    if every == "week":
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02d}"
    if every == "quarter":
        return f"{first.year}-Q{(first.month + 2) // 3}"
    return f"{first.year}-{first.month:02d}"
