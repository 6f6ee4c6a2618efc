"""Alertmanager as a source: which server is read, and how alerts become incidents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

from trueup.collect.answers import mapping, part
from trueup.collect.environments import environment_of
from trueup.collect.fields import Fields
from trueup.collect.gathering import Rows
from trueup.collect.incidents.reading import incident_rows
from trueup.collect.incidents.rows import OWNERS, Incident
from trueup.collect.recorded import (
    BASIC_WITH_USER,
    Fetched,
    Normalised,
    Reading,
    Record,
    Server,
    Visit,
    Web,
)
from trueup.collect.sources.alertmanager.asking import Reader
from trueup.collect.sources.alertmanager.settings import OPTIONS, read_options
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable

_CLOSE_ENOUGH = 15 * 60 * 1_000_000
"""Visits further apart leave the end of an alert between them open."""


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """Alerts of one server."""

    name: ClassVar[str] = "alertmanager"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = Server(
        signing=BASIC_WITH_USER, at_once=2, needs_targets=False
    )
    options: ClassVar[Mapping[str, str]] = OPTIONS
    owners: ClassVar[Mapping[str, str]] = {**OWNERS, "team": "team_id"}

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return the server: host and path of its address."""
        address = urlsplit(connection.url)
        name = f"{address.netloc}{address.path.rstrip('/')}".lower()
        if any(target not in {"*", name} for target in connection.targets):
            raise ConfigError(
                "A connection to alertmanager has no targets: it reads the server.",
                hint="Leave targets out, and write option filter for the alerts that count.",
            )
        if not part(mapping(web.get("api/v2/status")), "versionInfo"):
            raise SourceUnavailable(
                f"{name} does not answer as an Alertmanager does.",
                hint="Name the address whose page shows the alerts, without /api.",
            )
        return [(name, name)]

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what is active now, and what has ended since the last visit."""
        return Reader(visit=visit, options=read_options(visit.connection)).fetch()

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn alerts into rows of incidents."""
        lead = f"alertmanager:{reading.target_id}"

        def tell(_: str, body: Fields, rows: Rows) -> Incident:
            return _incident(lead, body, rows)

        return incident_rows(records, reading, lead, tell)


SOURCE = Alertmanager()


def _incident(lead: str, body: Fields, rows: Rows) -> Incident:
    incident_id, team = f"{lead}:{body.key('key')}", body.text("team")
    team_id = f"{lead}/team/{team}" if team else None
    if team_id is not None:
        rows.add("team", team_id=team_id, name=team, evidence="tracker")
    return Incident(
        incident_id=incident_id,
        service=body.text("service"),
        team_id=team_id,
        severity=body.text("severity"),
        opened_at=body.at("starts_at"),
        resolved_at=_resolved_at(body),
        environment=environment_of(body.text("environment")),
    )


def _resolved_at(body: Fields) -> int | None:
    """Return when an alert was over: at the end it was given, if that passed, else when missed."""
    ended = body.part("ended")
    if not ended:
        return None
    seen, absent = ended.at("seen_at"), ended.at("absent_at")
    if seen is not None and absent is not None and absent - seen > _CLOSE_ENOUGH:
        body.faults.append("its end lies between two collections more than 15 minutes apart")
    said = ended.at("ends_at")
    return min((at for at in (said, absent) if at is not None), default=None)
