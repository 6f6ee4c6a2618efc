"""Seconds since 1970 in the words of several vendors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import overload

_BERLIN_SUMMER = timezone(timedelta(hours=2))


@overload
def text(at: int) -> str: ...
@overload
def text(at: int | None) -> str | None: ...
def text(at: int | None) -> str | None:
    """Return an instant as most write it: UTC, to the second; None for none."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@overload
def in_milliseconds(at: int) -> str: ...
@overload
def in_milliseconds(at: int | None) -> str | None: ...
def in_milliseconds(at: int | None) -> str | None:
    """Return an instant as GitLab writes it: UTC, with milliseconds."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def with_offset(at: int) -> str:
    """Return an instant as Jira writes it: the clock of the site's own zone, and its offset."""
    local = datetime.fromtimestamp(at, _BERLIN_SUMMER)
    return local.strftime("%Y-%m-%dT%H:%M:%S.000%z")
