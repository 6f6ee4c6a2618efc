"""Which service of trueup.toml an incident is of, where its code is, and where it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trueup.collect.environments import environment_of
from trueup.config import Connection, ServiceSettings
from trueup.errors import ConfigError

OPTIONS: Mapping[str, str] = {
    "services": "table of names of services there to names of [[services]]",
    "environments": "table of names of services there to the environment they run in",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Knows services by the names a source gives them.

    Parameters
    ----------
    known
        Of trueup.toml, by name in lower case.
    aliases, environments
        As the options say, by name in lower case.
    """

    known: Mapping[str, ServiceSettings]
    aliases: Mapping[str, str] = field(default_factory=dict)
    environments: Mapping[str, str] = field(default_factory=dict)

    def service_id(self, name: str | None) -> str | None:
        """Return the id of a service; one that is not in trueup.toml keeps its name.

        So the outage of a service that nobody here deploys stays apart from those of ours.
        """
        if name is None:
            return None
        said = self.aliases.get(name.strip().lower(), name.strip())
        known = self.known.get(said.lower())
        return known.name if known else said

    def environment(self, name: str | None) -> str | None:
        """Return the environment a service runs in; None where nobody says."""
        return environment_of(self.environments.get((name or "").strip().lower()))

    def repository(self, service_id: str | None) -> str | None:
        """Return ``host/owner/name`` of the code of a service."""
        known = self.known.get((service_id or "").lower())
        return known.repository.lower() if known else None


def read_services(connection: Connection, settings: tuple[ServiceSettings, ...]) -> Services:
    """Return the services of trueup.toml as a connection names them.

    Raises
    ------
    ConfigError
        An option is no table of texts.
    """
    return Services(
        known={service.name.lower(): service for service in settings},
        aliases=names_of(connection, "services"),
        environments=names_of(connection, "environments"),
    )


def names_of(connection: Connection, option: str) -> dict[str, str]:
    """Return an option that is a table of texts, its keys in lower case.

    Raises
    ------
    ConfigError
        It is none.
    """
    given = connection.options.get(option, {})
    if not isinstance(given, Mapping) or not all(isinstance(v, str) for v in given.values()):
        raise ConfigError(
            f"Option {option} of a {connection.source} connection is no table of texts.",
            hint=f'Write {option} = {{ "their name" = "yours" }}.',
        )
    return {name.strip().lower(): value for name, value in given.items()}
