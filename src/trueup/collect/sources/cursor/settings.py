"""What a connection to Cursor may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from trueup.collect.ai.reports.days import SINCE, day_of
from trueup.collect.incidents.since import first_day
from trueup.config import Connection
from trueup.errors import ConfigError

OPTIONS: Mapping[str, str] = {
    **SINCE,
    "host": "of the repositories Cursor names without one: github.com",
}
CLOUD = "https://api.cursor.com"
TEAM = "team"
_LOOKED_BACK = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a connection says.

    Parameters
    ----------
    since
        First day asked for; None where the connection names none.
    host
        Empty where repositories without a host stay unknown.
    """

    since: date | None = None
    host: str = ""

    def first(self, now: int) -> date:
        """Return the first day to ask for: Cursor keeps a rolling window, and not a year of it."""
        return self.since or day_of(now) - _LOOKED_BACK


def read_options(connection: Connection) -> Options:
    """Return the options of a connection.

    Raises
    ------
    ConfigError
        One of them is not what it should be.
    """
    host = connection.options.get("host", "")
    if not isinstance(host, str) or "/" in host:
        raise ConfigError(
            "Option host of a cursor connection is no host.", hint='Write host = "github.com".'
        )
    since = first_day(connection)
    return Options(since=date.fromisoformat(since) if since else None, host=host.lower())
