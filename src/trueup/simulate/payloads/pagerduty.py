"""The story as PagerDuty tells it: services, incidents, log entries.

https://developer.pagerduty.com/api-reference/ (Incidents, Log Entries, Services)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trueup.simulate.payloads.instants import text
from trueup.simulate.payloads.story import FOUNDER, Incident, Organisation, Repository

Payload = dict[str, Any]
SITE = "https://acme.pagerduty.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What PagerDuty says; log entries by the id of their incident."""

    services: tuple[Payload, ...]
    incidents: tuple[Payload, ...]
    entries: dict[str, list[Payload]]


def documents(organisation: Organisation) -> Documents:
    """Return everything PagerDuty says."""
    told = organisation.repositories.values()
    pairs = [(one, incident) for one in told for incident in one.incidents]
    return Documents(
        services=tuple(_service(one) for one in told),
        incidents=tuple(_incident(one, incident) for one, incident in pairs),
        entries={_native(incident): _entries(incident) for _, incident in pairs},
    )


def _service(one: Repository) -> Payload:
    native = _service_id(one)
    return {
        "id": native,
        "type": "service",
        "summary": one.name,
        "html_url": f"{SITE}/service-directory/{native}",
        "name": one.name,
        "created_at": text(one.history[0].committed_at),
        "status": "active",
        "alert_creation": "create_alerts_and_incidents",
    }


def _incident(one: Repository, incident: Incident) -> Payload:
    native, opened = _native(incident), text(incident.opened_at)
    is_over = incident.resolved_at is not None
    changed = text(incident.resolved_at) or text(incident.acknowledged_at)
    title, word = "Too many errors", "PR" if one.forge == "github" else "MR"
    if incident.change is not None:
        title += f" since {word} {incident.change}"
    return {
        "id": native,
        "type": "incident",
        "summary": f"[#{incident.number}] {title}",
        "html_url": f"{SITE}/incidents/{native}",
        "incident_number": incident.number,
        "title": title,
        "created_at": opened,
        "updated_at": changed,
        "status": "resolved" if is_over else "acknowledged",
        "incident_key": None,
        "service": _reference("service", _service_id(one), one.name),
        "assignments": [],
        "last_status_change_at": changed,
        "resolved_at": text(incident.resolved_at),
        "alert_counts": {"all": 0, "triggered": 0, "resolved": 0},
        "teams": [],
        "acknowledgements": [],
        "last_status_change_by": _reference("user", "PUSER1", FOUNDER.name),
        "priority": None,
        "resolve_reason": None,
        "urgency": "high",
    }


def _entries(incident: Incident) -> list[Payload]:
    said = [
        ("trigger", incident.opened_at),
        ("acknowledge", incident.acknowledged_at),
        ("resolve", incident.resolved_at),
    ]
    return [
        {
            "id": f"R{incident.number}{kind[0].upper()}",
            "type": f"{kind}_log_entry",
            "summary": f"{kind} by {FOUNDER.name}",
            "created_at": text(at),
            "agent": _reference("user", "PUSER1", FOUNDER.name),
            "channel": {"type": "website"},
            "teams": [],
        }
        for kind, at in said
        if at is not None
    ]


def _native(incident: Incident) -> str:
    return f"Q{incident.number}"


def _service_id(one: Repository) -> str:
    return f"P{one.team + 1:05d}"


def _reference(kind: str, native: str, name: str) -> Payload:
    return {
        "id": native,
        "type": f"{kind}_reference",
        "summary": name,
        "self": f"https://api.pagerduty.com/{kind}s/{native}",
        "html_url": f"{SITE}/{kind}s/{native}",
    }
