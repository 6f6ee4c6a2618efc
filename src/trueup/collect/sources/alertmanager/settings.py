"""What a connection to Alertmanager may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trueup.collect.incidents.services import OPTIONS as SERVICES
from trueup.collect.incidents.services import names_of
from trueup.config import Connection
from trueup.errors import ConfigError, try_one_of

OPTIONS: Mapping[str, str] = {
    **SERVICES,
    "filter": "matchers of the alerts that count as incidents; default: severity critical or page",
    "labels": "table: which label holds the service, environment, team and severity",
}
_FILTER = ('severity=~"critical|page"',)
LABELS = ("service", "environment", "team", "severity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a connection says.

    Parameters
    ----------
    matchers
        All of them must match, as in the server's own configuration.
    labels
        What is read -> name of the label that holds it.
    """

    matchers: tuple[str, ...] = _FILTER
    labels: Mapping[str, str] = field(default_factory=lambda: {name: name for name in LABELS})


def read_options(connection: Connection) -> Options:
    """Return the options of a connection.

    Raises
    ------
    ConfigError
        One of them is not what it should be.
    """
    said = connection.options.get("filter", _FILTER)
    matchers = (said,) if isinstance(said, str) else said
    if not isinstance(matchers, list | tuple) or not all(isinstance(m, str) for m in matchers):
        raise ConfigError(
            "Option filter of an alertmanager connection is no list of matchers.",
            hint="Write filter = ['severity=\"critical\"'].",
        )
    labels = names_of(connection, "labels")
    for name in labels:
        if name not in LABELS:
            raise ConfigError(
                f"Option labels of an alertmanager connection names {name!r}, which is not read.",
                hint=try_one_of(LABELS, name),
            )
    return Options(matchers=tuple(matchers), labels={n: labels.get(n, n) for n in LABELS})
