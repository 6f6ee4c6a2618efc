"""Reads --since and --until as days of the workspace's time zone."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from trueup.errors import ConfigError

if TYPE_CHECKING:
    from trueup.model.evidence import Window


def read_window(since: str | None, until: str | None, timezone: str) -> Window | None:
    """Return the span from the start of day `since` to the start of day `until`.

    A missing `since` is the beginning of time, a missing `until` is now; None if both miss.

    Raises
    ------
    ConfigError
        A day is not written as YYYY-MM-DD, or the span is empty.
    """
    from trueup.model.evidence import Window

    if since is None and until is None:
        return None
    start = _midnight("--since", since, timezone) if since else 0
    end = _midnight("--until", until, timezone) if until else round(time.time() * 1_000_000)
    if end <= start:
        raise ConfigError(
            f"Nothing lies between --since {since} and --until {until or 'now'}.",
            hint="Give an earlier --since or a later --until.",
        )
    return Window(start_at=start, end_at=end)


def read_day(option: str, written: str) -> dt.date:
    """Return a day.

    Raises
    ------
    ConfigError
        It is not written as YYYY-MM-DD.
    """
    try:
        return dt.date.fromisoformat(written)
    except ValueError as error:
        raise ConfigError(
            f"{option} {written!r} is not a day.", hint="Write it as YYYY-MM-DD."
        ) from error


def _midnight(option: str, written: str, timezone: str) -> int:
    day = read_day(option, written)
    midnight = dt.datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone))
    return round(midnight.timestamp() * 1_000_000)
