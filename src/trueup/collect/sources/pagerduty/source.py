"""PagerDuty as a source: which services are read, and how incidents become rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, ClassVar
from urllib.parse import urlsplit

from trueup.collect.answers import mapping, objects, part, said
from trueup.collect.fields import Fields, clean
from trueup.collect.gathering import Rows
from trueup.collect.incidents.reading import incident_rows
from trueup.collect.incidents.rows import OWNERS, Incident
from trueup.collect.incidents.services import OPTIONS
from trueup.collect.incidents.since import SINCE, first_day
from trueup.collect.recorded import (
    TEXTS,
    TOKEN,
    Fetched,
    Normalised,
    Reading,
    Record,
    Server,
    Visit,
    Web,
)
from trueup.collect.sources.pagerduty.asking import PAGE, Reader, oldest_of
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable

_CLOUD = "https://api.pagerduty.com"
_MERGED = "merge_resolve_reason"
_ACKNOWLEDGED = frozenset(("acknowledge_log_entry", "acknowledgement_log_entry"))


@dataclass(frozen=True, slots=True)
class PagerDuty:
    """Incidents of services."""

    name: ClassVar[str] = "pagerduty"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = Server(
        address=_CLOUD,
        signing=TOKEN,
        headers={"accept": "application/vnd.pagerduty+json;version=2"},
        at_once=4,
        rights="a read-only key of the REST API; with scopes, incidents.read and services.read",
        texts=TEXTS - {"summary"},  # of references it is the name; of incidents it is dropped too
    )
    options: ClassVar[Mapping[str, str]] = {**OPTIONS, **SINCE}
    owners: ClassVar[Mapping[str, str]] = {**OWNERS, "team": "team_id"}

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return every service the connection names: by id, name, or pattern of names."""
        if not connection.targets:
            raise ConfigError(
                "A connection to pagerduty names no service.", hint='Write targets = ["*"].'
            )
        found = list(_services(web))
        chosen: dict[str, str] = {}
        for pattern in connection.targets:
            hits = [one for one in found if _is_named(one, pattern)]
            if not hits:
                raise SourceUnavailable(
                    f"PagerDuty shows no service {pattern!r}.",
                    hint="Check its name, and that the token may see it.",
                )
            chosen |= {f"{_host(one)}/{one['id']}": _name(one) for one in hits}
        return [(name, target_id) for target_id, name in chosen.items()]

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what is new of a service."""
        service_id = visit.target_id.rpartition("/")[2]
        answer = mapping(visit.web.get(f"services/{service_id}"))
        oldest = oldest_of(part(answer, "service"), first_day(visit.connection))
        yield from Reader(visit=visit, service_id=service_id, oldest=oldest).fetch()

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn incidents into rows."""
        lead = f"pagerduty:{reading.target_id.rpartition('/')[0]}"

        def tell(_: str, body: Fields, rows: Rows) -> Incident | None:
            return _incident(lead, body, rows)

        return incident_rows(records, reading, lead, tell)


SOURCE = PagerDuty()


def _services(web: Web) -> Iterator[Mapping[str, Any]]:
    offset = 0
    while True:
        params = {"limit": str(PAGE), "offset": str(offset)}
        answer = mapping(web.get("services", params=params))
        found = objects(answer.get("services"))
        yield from (one for one in found if said(one, "id").isalnum())
        if answer.get("more") is not True or not found:
            return
        offset += len(found)


def _is_named(one: Mapping[str, Any], pattern: str) -> bool:
    return pattern == one["id"] or fnmatchcase(_name(one).lower(), pattern.lower())


def _name(one: Mapping[str, Any]) -> str:
    return clean(said(one, "name") or said(one, "summary") or str(one["id"]))


def _host(one: Mapping[str, Any]) -> str:
    """Return the host of the account: ids are its own, and its interface is that of everyone."""
    try:
        return urlsplit(clean(said(one, "html_url"))).netloc.lower() or urlsplit(_CLOUD).netloc
    except ValueError:
        return urlsplit(_CLOUD).netloc


def _incident(lead: str, body: Fields, rows: Rows) -> Incident | None:
    incident_id = f"{lead}:{body.key('id')}"
    if body.part("resolve_reason").text("type") == _MERGED:
        return None
    entries = [(one.text("type"), one.at("at")) for one in body.parts("log")]
    acknowledged = [at for kind, at in entries if kind in _ACKNOWLEDGED and at is not None]
    return Incident(
        incident_id=incident_id,
        service=body.part("service").text("name"),
        team_id=_team(lead, body, rows),
        severity=body.part("priority").text("name") or body.text("urgency"),
        opened_at=body.at("created_at"),
        acknowledged_at=min(acknowledged, default=None),
        resolved_at=_resolved_at(body, entries),
    )


def _resolved_at(body: Fields, entries: list[tuple[str | None, int | None]]) -> int | None:
    status, said = body.text("status"), body.at("resolved_at")
    if status not in {None, "resolved"}:
        return None
    if said is not None or status is None:
        return said
    logged = [at for kind, at in entries if kind == "resolve_log_entry" and at is not None]
    found = max(logged, default=None) or body.at("last_status_change_at")
    if found is None:
        body.faults.append("it is resolved, and nothing says when")
    return found


def _team(lead: str, body: Fields, rows: Rows) -> str | None:
    """Add the teams an incident passed through; return the one that had it, if it was only one."""
    found = []
    for team in body.parts("teams"):
        native = team.text("id")
        if native:
            found.append(f"{lead}/team/{native}")
            rows.add("team", team_id=found[-1], name=team.text("name"), evidence="tracker")
    return found[0] if len(found) == 1 else None
