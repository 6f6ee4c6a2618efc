"""Days a report is asked for, in UTC: new ones, and the last few again, for numbers come late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from trueup.collect.incidents.since import first_day
from trueup.config import Connection

DAY = 86_400 * 1_000_000
SINCE: Mapping[str, str] = {"since": "date (ISO): days before it are not asked for"}
SINCE_LATELY: Mapping[str, str] = {
    "since": "date (ISO) of the first day that is read; unset: 90 days before the first visit"
}
AGAIN = 3
"""Days asked again at every visit: vendors add what came late."""
_LATELY = timedelta(days=90)


def day_of(moment: int) -> date:
    """Return the day of an instant in epoch microseconds, in UTC."""
    return datetime.fromtimestamp(moment // 1_000_000, UTC).date()


def days(first: date, last: date) -> list[date]:
    """Return every day from `first` to `last`, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def windows(first: date, last: date, longest: int) -> list[tuple[date, date]]:
    """Return spans of at most `longest` days that cover `first` to `last`, oldest first."""
    every = days(first, last)
    pieces = (every[start : start + longest] for start in range(0, len(every), longest))
    return [(piece[0], piece[-1]) for piece in pieces]


def first_asked(connection: Connection, now: int, looked_back: timedelta) -> date:
    """Return the first day to ask for: what the option ``since`` names, else so long ago.

    Raises
    ------
    ConfigError
        Option ``since`` is no date.
    """
    since = first_day(connection)
    return date.fromisoformat(since) if since else day_of(now) - looked_back


def days_to_ask(
    connection: Connection, asked: str | None, now: int, *, again: int = AGAIN
) -> list[date]:
    """Return the days to ask for, oldest first, today's included.

    Parameters
    ----------
    asked
        The last day asked for at an earlier visit, ISO; None or empty at the first.
    now
        Epoch microseconds UTC; days are those of UTC.

    Raises
    ------
    ConfigError
        Option ``since`` is no date.
    """
    today = day_of(now)
    first = first_asked(connection, now, _LATELY)
    if asked:
        first = max(first, date.fromisoformat(asked) - timedelta(days=again - 1))
    return days(first, today)


def spans(every: list[date], most: int) -> Iterator[tuple[date, date]]:
    """Yield spans of at most so many days: the first day, and the day after the last."""
    if every:
        for first, last in windows(every[0], every[-1], most):
            yield first, last + timedelta(days=1)


def midnight(day: date) -> str:
    """Return the instant a day begins with, in UTC.

    >>> midnight(date(2026, 3, 2))
    '2026-03-02T00:00:00Z'
    """
    return f"{day.isoformat()}T00:00:00Z"


def seconds(day: date) -> int:
    """Return the instant a day begins with, in seconds since 1970 UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
