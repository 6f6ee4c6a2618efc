"""Days a report is asked for: what is new, and the last few again, for numbers come late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from trueup.collect.ai.reports.days import day_of, days, windows
from trueup.config import Connection
from trueup.errors import ConfigError

SINCE: Mapping[str, str] = {
    "since": "date (ISO) of the first day that is read; unset: 90 days before the first visit"
}
AGAIN = 3
"""Days asked again at every visit: vendors add what came late."""
_FIRST = 90


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
    first = _since(connection) or today - timedelta(days=_FIRST)
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


def _since(connection: Connection) -> date | None:
    said = connection.options.get("since", "")
    try:
        return date.fromisoformat(said) if said else None
    except (TypeError, ValueError) as error:
        raise ConfigError(
            f"Option since of a {connection.source} connection is {said!r}, which is no date.",
            hint='Write a date: since = "2026-01-31".',
        ) from error
