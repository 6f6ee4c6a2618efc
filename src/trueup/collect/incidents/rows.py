"""Rows of incidents, whoever keeps them."""

from __future__ import annotations

from dataclasses import dataclass

from trueup.collect.fields import Fields
from trueup.collect.gathering import Rows
from trueup.collect.incidents.named import Named, archived
from trueup.collect.incidents.services import Services

OWNERS = {"incident": "incident_id", "incident_link": "incident_id"}
_RULE = "explicit"
_HASH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident as its source tells it; instants in epoch microseconds UTC.

    Parameters
    ----------
    service
        By the name it has there.
    environment
        None where only the service says.
    """

    incident_id: str
    service: str | None = None
    team_id: str | None = None
    severity: str | None = None
    opened_at: int | None = None
    acknowledged_at: int | None = None
    resolved_at: int | None = None
    environment: str | None = None


class IncidentRows:
    """Writes incidents, and what their words name, into `rows`."""

    def __init__(self, services: Services, rows: Rows) -> None:
        self._services = services
        self._rows = rows

    def add(self, one: Incident, body: Fields) -> None:
        """Add an incident; what its words named is read below ``named`` of `body`."""
        service_id = self._services.service_id(one.service)
        self._rows.add(
            "incident",
            incident_id=one.incident_id,
            service_id=service_id,
            team_id=one.team_id,
            severity=one.severity,
            opened_at=one.opened_at,
            acknowledged_at=self._after(one, "acknowledged_at", body),
            resolved_at=self._after(one, "resolved_at", body),
            environment=one.environment or self._services.environment(one.service),
        )
        targets = {(found.kind, self._target(found, service_id, body)) for found in archived(body)}
        for kind, target_id in sorted((k, t) for k, t in targets if t is not None):
            self._rows.add(
                "incident_link",
                incident_id=one.incident_id,
                target_kind=kind,
                target_id=target_id,
                rule=_RULE,
                grade="declared",
                probability=1.0,
            )

    def _after(self, one: Incident, name: str, body: Fields) -> int | None:
        at: int | None = getattr(one, name)
        if at is not None and one.opened_at is not None and at < one.opened_at:
            body.faults.append(f"{name} lies before it was opened")
            return None
        return at

    def _target(self, found: Named, service_id: str | None, body: Fields) -> str | None:
        if found.kind == "deployment":
            return found.name
        if found.kind == "commit" and len(found.name) < _HASH:
            body.faults.append("a commit is named by a part of its hash")
            return None
        own = self._services.repository(service_id) or ""
        host, path = found.host or own.partition("/")[0], found.path or own.partition("/")[2]
        if not host or not path:
            body.faults.append(f"a {found.kind} is named without its repository")
            return None
        if found.kind == "commit":
            return f"{host}/{path}:{found.name}"
        if found.name.isdecimal():
            return f"{host}/{path}#{int(found.name)}"
        body.faults.append("a change is named by what is no number")
        return None
