"""A scripted PagerDuty: one function, a question in, an answer out.

It answers in the documented forms (https://developer.pagerduty.com/api-reference/ , OpenAPI
description in github.com/PagerDuty/api-schema), and refuses what the documentation rules out:
ranges over six months, and offset plus limit over ten thousand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trueup.collect.fields import instant
from trueup.testing.scripted import Answer, Question

Payload = dict[str, Any]
SITE = "https://acme.pagerduty.com"
_SIX_MONTHS = 184 * 86_400 * 1_000_000
_MOST = 10_000


def reference(kind: str, native_id: str, name: str) -> Payload:
    """Return a reference, as everything else is named by."""
    return {
        "id": native_id,
        "type": f"{kind}_reference",
        "summary": name,
        "self": f"https://api.pagerduty.com/{kind}s/{native_id}",
        "html_url": f"{SITE}/{kind}s/{native_id}",
    }


def service(native_id: str = "PSHOP", name: str = "Checkout", **more: Any) -> Payload:
    """Return a service."""
    return {
        "id": native_id,
        "type": "service",
        "summary": name,
        "html_url": f"{SITE}/service-directory/{native_id}",
        "name": name,
        "created_at": "2026-01-01T00:00:00+01:00",
        "status": "active",
        "escalation_policy": reference("escalation_policy", "PT20YPA", "Whoever is there"),
        "alert_creation": "create_alerts_and_incidents",
    } | more


def incident(native_id: str, created_at: str, **more: Any) -> Payload:
    """Return an incident, still triggered unless `more` says otherwise."""
    return {
        "id": native_id,
        "type": "incident",
        "summary": f"[#7] {native_id}",
        "html_url": f"{SITE}/incidents/{native_id}",
        "incident_number": 7,
        "title": "The server is on fire.",
        "created_at": created_at,
        "updated_at": more.get("resolved_at") or created_at,
        "status": "resolved" if more.get("resolved_at") else "triggered",
        "incident_key": "baf7cf21b1da41b4b0221008339ff357",
        "service": reference("service", "PSHOP", "Checkout"),
        "assignments": [],
        "last_status_change_at": more.get("resolved_at") or created_at,
        "resolved_at": None,
        "alert_counts": {"all": 0, "triggered": 0, "resolved": 0},
        "teams": [reference("team", "PTEAM", "Basket")],
        "acknowledgements": [],
        "last_status_change_by": reference("user", "PXPGF42", "Earline Greenholt"),
        "priority": None,
        "resolve_reason": None,
        "urgency": "high",
    } | more


def entry(kind: str, created_at: str, **more: Any) -> Payload:
    """Return a log entry."""
    return {
        "id": f"R{kind}",
        "type": f"{kind}_log_entry",
        "summary": f"{kind} by Earline Greenholt",
        "created_at": created_at,
        "agent": reference("user", "PXPGF42", "Earline Greenholt"),
        "channel": {"type": "website"},
        "teams": [],
    } | more


@dataclass
class PagerDutyServer:
    """Incidents by id, with their log entries."""

    services: list[Payload] = field(default_factory=lambda: [service()])
    incidents: dict[str, Payload] = field(default_factory=dict)
    logs: dict[str, list[Payload]] = field(default_factory=dict)
    page: int = 100

    def put(self, one: Payload, *log: Payload) -> None:
        """Put an incident there, in place of what there was of it."""
        self.incidents[one["id"]] = one
        self.logs[one["id"]] = list(log)

    def answer(self, question: Question) -> Answer:
        """Answer a question."""
        pieces = question.path.strip("/").split("/")
        match pieces:
            case ["services"]:
                return self._paged("services", self.services, question.params)
            case ["services", native_id]:
                found = [one for one in self.services if one["id"] == native_id]
                return Answer(body={"service": found[0]}) if found else _missing()
            case ["incidents"]:
                return self._incidents(question.params)
            case ["incidents", native_id]:
                one = self.incidents.get(native_id)
                return Answer(body={"incident": one}) if one else _missing()
            case ["incidents", native_id, "log_entries"]:
                assert question.params["is_overview"] == "true"
                return self._paged("log_entries", self.logs[native_id], question.params)
        raise AssertionError(question.path)

    def _incidents(self, params: Mapping[str, str]) -> Answer:
        since, until = instant(params["since"]), instant(params["until"])
        assert params["sort_by"] == "created_at:asc", params
        if until - since > _SIX_MONTHS:
            return _refused("since and until cannot be more than 6 months apart")
        found = [
            one
            for one in self.incidents.values()
            if isinstance(one["service"], dict)
            and one["service"]["id"] == params["service_ids[]"]
            and since <= instant(one["created_at"]) < until
        ]
        found.sort(key=lambda one: instant(one["created_at"]))
        return self._paged("incidents", found, params)

    def _paged(self, name: str, found: list[Payload], params: Mapping[str, str]) -> Answer:
        limit, offset = int(params["limit"]), int(params["offset"])
        assert limit <= 100, limit
        if offset + limit > _MOST:
            return _refused("Offset must be less than 10000")
        end = offset + min(limit, self.page)
        return Answer(
            body={
                name: found[offset:end],
                "limit": limit,
                "offset": offset,
                "more": end < len(found),
            }
        )


def _missing() -> Answer:
    return Answer(status=404, body={"error": {"message": "Not Found", "code": 2100}})


def _refused(why: str) -> Answer:
    return Answer(status=400, body={"error": {"message": why, "code": 2001}})
