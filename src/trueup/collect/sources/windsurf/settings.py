"""What a connection to Windsurf may say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from trueup.collect.ai.reports.days import SINCE, day_of
from trueup.collect.incidents.since import first_day
from trueup.config import Connection

OPTIONS: Mapping[str, str] = SINCE
CLOUD = "https://server.codeium.com/api/v1"
TEAM = "team"
_LOOKED_BACK = timedelta(days=365)


def first_of(connection: Connection, now: int) -> date:
    """Return the first day to ask for.

    Raises
    ------
    ConfigError
        Option since is no date.
    """
    since = first_day(connection)
    return date.fromisoformat(since) if since else day_of(now) - _LOOKED_BACK
