"""What a connection to Copilot may say, and whom its targets name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from trueup.collect.ai.reports.days import SINCE, day_of
from trueup.collect.incidents.since import first_day
from trueup.config import Connection
from trueup.errors import ConfigError

OPTIONS: Mapping[str, str] = {
    **SINCE,
    "level": "users: reports by person, the default; totals: those of all together, nobody named",
}
CLOUD = "https://api.github.com"
BEGUN = date(2025, 10, 10)
"""The first day there are reports of: *Copilot usage metrics*."""
_KEPT = timedelta(days=364)
"""GitHub gives reports of the last year."""
_ENTERPRISE = "enterprises/"
_LEVELS = ("users", "totals")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a connection says.

    Parameters
    ----------
    since
        First day asked for; None for all there is.
    level
        ``users`` or ``totals``.
    """

    since: date | None = None
    level: str = "users"

    def first(self, now: int) -> date:
        """Return the first day there can be a report of, and that is wanted."""
        return max(self.since or BEGUN, BEGUN, day_of(now) - _KEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """An organisation or an enterprise.

    Parameters
    ----------
    path
        Of what is asked about Copilot.
    bills
        Of what is asked about money.
    report
        What the reports of all together are called.
    """

    name: str
    path: str
    bills: str
    report: str


def scope_of(target: str) -> Scope:
    """Return whom a target names: ``acme`` an organisation, ``enterprises/acme`` an enterprise.

    >>> scope_of("enterprises/acme").bills
    'enterprises/acme/settings/billing'
    """
    if target.startswith(_ENTERPRISE):
        return Scope(
            name=target, path=target, bills=f"{target}/settings/billing", report="enterprise"
        )
    return Scope(
        name=target,
        path=f"orgs/{target}",
        bills=f"organizations/{target}/settings/billing",
        report="organization",
    )


def host_of(connection: Connection) -> str:
    """Return the host of the server as its users know it.

    >>> host_of(Connection(source="copilot", url="https://api.acme.ghe.com"))
    'acme.ghe.com'
    """
    return urlsplit(connection.url or CLOUD).netloc.lower().removeprefix("api.")


def read_options(connection: Connection) -> Options:
    """Return the options of a connection.

    Raises
    ------
    ConfigError
        One of them is not what it should be, or no target is named.
    """
    level = connection.options.get("level", "users")
    if level not in _LEVELS:
        raise ConfigError(
            f"Option level of a copilot connection is {level!r}.",
            hint='Write level = "users", or level = "totals" to name nobody.',
        )
    if not connection.targets:
        raise ConfigError(
            "A connection to copilot names no organisation.",
            hint='Write targets = ["acme"], ["enterprises/acme"], or a folder of saved reports.',
        )
    since = first_day(connection)
    return Options(since=date.fromisoformat(since) if since else None, level=level)
