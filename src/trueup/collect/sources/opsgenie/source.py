"""Opsgenie as a source: what is read of an account, and how it becomes rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import ClassVar
from urllib.parse import urlsplit

from trueup.collect.answers import mapping, part, said
from trueup.collect.fields import Fields, clean, instant
from trueup.collect.gathering import Rows
from trueup.collect.incidents.reading import incident_rows
from trueup.collect.incidents.rows import OWNERS, Incident
from trueup.collect.recorded import (
    GENIE_KEY,
    Fetched,
    Normalised,
    Note,
    Reading,
    Record,
    Server,
    Visit,
    Web,
)
from trueup.collect.sources.opsgenie.asking import Reader, names
from trueup.collect.sources.opsgenie.door import Door
from trueup.collect.sources.opsgenie.settings import OPTIONS, read_options
from trueup.config import Connection
from trueup.errors import SourceUnavailable

_CLOUD = "https://api.opsgenie.com"
_OVER = frozenset(("resolved", "closed"))


@dataclass(frozen=True, slots=True)
class Opsgenie:
    """Incidents and alerts of one account."""

    name: ClassVar[str] = "opsgenie"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = Server(
        address=_CLOUD,
        signing=GENIE_KEY,
        at_once=2,
        rights="Read and configuration access, of an API key",
        needs_targets=False,
    )
    options: ClassVar[Mapping[str, str]] = OPTIONS
    owners: ClassVar[Mapping[str, str]] = {**OWNERS, "team": "team_id"}

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return the account, once every service the connection names was found there."""
        read_options(connection)
        if connection.targets:
            services = names(web, "v1/services")
            for pattern in connection.targets:
                if pattern != "*" and not _chosen(services, (pattern,)):
                    raise SourceUnavailable(
                        f"Opsgenie shows no service {pattern!r}.",
                        hint="Check its name, and that the key may see it.",
                    )
        account = clean(said(part(mapping(web.get("v2/account")), "data"), "name")) or "account"
        host = urlsplit(connection.url or _CLOUD).netloc.lower()
        return [(account, f"{host}/{account.lower()}")]

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what is new of the account."""
        options, named = read_options(visit.connection), visit.connection.targets
        oldest = instant(f"{options.since}T00:00:00Z") if options.since else 0
        try:
            teams = names(visit.web, "v2/teams")
        except SourceUnavailable:
            teams = {}
            yield _nameless()
        services = names(visit.web, "v1/services") if named else {}
        door = Door(
            services=services,
            teams=teams,
            chosen=_chosen(services, named),
            is_all="*" in named,
            service_tag=options.service_tag,
        )
        if named:
            yield from Reader(
                visit=visit,
                kind="incident",
                path="v1/incidents",
                query="",
                counts=door.counts,
                kept=door.incident,
                oldest=oldest,
            ).fetch()
        if options.alerts is not None:
            yield from Reader(
                visit=visit,
                kind="alert",
                path="v2/alerts",
                query=options.alerts,
                counts=lambda _: True,
                kept=door.alert,
                oldest=oldest,
            ).fetch()

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn incidents and alerts into rows of incidents."""
        lead = f"opsgenie:{reading.target_id.rpartition('/')[0]}"

        def tell(kind: str, body: Fields, rows: Rows) -> Incident:
            return _incident(lead, body, rows) if kind == "incident" else _alert(lead, body, rows)

        return incident_rows(records, reading, lead, tell)


SOURCE = Opsgenie()


def _chosen(services: Mapping[str, str], patterns: tuple[str, ...]) -> frozenset[str]:
    lower = [pattern.lower() for pattern in patterns]
    return frozenset(
        native
        for native, name in services.items()
        if native.lower() in lower or any(fnmatchcase(name.lower(), one) for one in lower)
    )


def _nameless() -> Note:
    return Note(
        subject="names of teams of opsgenie",
        expected=None,
        seen=0,
        skipped=0,
        reason="the key may not list teams",
        remedy="Give it configuration access.",
    )


def _incident(lead: str, body: Fields, rows: Rows) -> Incident:
    """Read an incident: it lasts from the beginning of its impact to the end of it."""
    incident_id = f"{lead}:{body.key('id')}"
    if (body.number("impacted") or 0) > 1:
        body.faults.append("it impacts several services: one of them stands for all")
    ended = body.at("impactEndDate")
    return Incident(
        incident_id=incident_id,
        service=body.text("service"),
        team_id=_team(lead, body, rows),
        severity=body.text("priority"),
        opened_at=body.at("impactStartDate") or body.at("createdAt"),
        resolved_at=_end(body, ended),
    )


def _alert(lead: str, body: Fields, rows: Rows) -> Incident:
    """Read an alert: it says after how long it was acknowledged and closed."""
    incident_id, created = f"{lead}:{body.key('id')}", body.at("createdAt")
    report = body.part("report")
    return Incident(
        incident_id=incident_id,
        service=body.text("service"),
        team_id=_team(lead, body, rows),
        severity=body.text("priority"),
        opened_at=created,
        acknowledged_at=_after(created, report.decimal("ackTime")),
        resolved_at=_end(body, _after(created, report.decimal("closeTime"))),
    )


def _end(body: Fields, said_end: int | None) -> int | None:
    if body.text("status") not in _OVER:
        return None
    if said_end is None:
        body.faults.append("it is over, and only its last update says when")
    return said_end if said_end is not None else body.at("updatedAt")


def _after(created: int | None, seconds: float | None) -> int | None:
    if created is None or not seconds:
        return None
    return created + round(seconds * 1_000_000)


def _team(lead: str, body: Fields, rows: Rows) -> str | None:
    team = body.part("team")
    native = team.text("id")
    if native is None:
        return None
    team_id = f"{lead}/team/{native}"
    rows.add("team", team_id=team_id, name=team.text("name"), evidence="tracker")
    return team_id
