"""What a connection to Opsgenie may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trueup.collect.incidents.services import OPTIONS as SERVICES
from trueup.collect.incidents.since import SINCE, first_day
from trueup.config import Connection
from trueup.errors import ConfigError

OPTIONS: Mapping[str, str] = {
    **SERVICES,
    **SINCE,
    "alerts": "query of the alerts that count as incidents; unset: none does",
    "service_tag": "what tags of alerts begin with that name the service; default: service:",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a connection says.

    Parameters
    ----------
    since
        ISO date; empty for all there is.
    alerts
        In the server's own language of queries; None where alerts are not read.
    service_tag
        Beginning of the tag whose rest is the service of an alert.
    """

    since: str = ""
    alerts: str | None = None
    service_tag: str = "service:"


def read_options(connection: Connection) -> Options:
    """Return the options of a connection.

    Raises
    ------
    ConfigError
        One of them is not what it should be, or nothing is to be read.
    """
    for name, example in (("alerts", "priority: P1"), ("service_tag", "service:")):
        if not isinstance(connection.options.get(name, ""), str):
            raise ConfigError(
                f"Option {name} of an opsgenie connection is no text.",
                hint=f'Write {name} = "{example}".',
            )
    if not connection.targets and "alerts" not in connection.options:
        raise ConfigError(
            "A connection to opsgenie names neither services nor alerts.",
            hint='Write targets = ["*"], or option alerts = "priority: P1".',
        )
    return Options(
        since=first_day(connection),
        alerts=connection.options.get("alerts"),
        service_tag=connection.options.get("service_tag") or "service:",
    )
