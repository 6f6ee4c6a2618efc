"""Days as reports are asked for: in UTC, from the first wanted to the last that can be whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

DAY = 86_400 * 1_000_000
SINCE: Mapping[str, str] = {"since": "date (ISO): days before it are not asked for"}


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
