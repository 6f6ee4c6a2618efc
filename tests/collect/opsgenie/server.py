"""A scripted Opsgenie: one function, a question in, an answer out.

It answers in the documented forms: https://docs.opsgenie.com/docs/incident-api (List Incidents),
/alert-api (List Alerts, with its bound of 20,000), /service-api, /team-api, /account-api,
/pagination.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trueup.collect.fields import instant
from trueup.testing.scripted import Answer, Question

Payload = dict[str, Any]
SHOP, PAY, TEAM, OTHER = "s-shop", "s-pay", "t-basket", "t-card"


def incident(native_id: str, created_at: str, **more: Any) -> Payload:
    """Return an incident, open unless `more` says otherwise."""
    return {
        "id": native_id,
        "description": "Nobody can pay.",
        "impactedServices": [SHOP],
        "tinyId": "3",
        "message": "Checkout is down",
        "status": "open",
        "tags": [],
        "createdAt": created_at,
        "updatedAt": more.get("impactEndDate") or created_at,
        "priority": "P2",
        "ownerTeam": "",
        "responders": [{"type": "team", "id": TEAM}, {"type": "user", "id": "u-1"}],
        "extraProperties": {},
        "links": {"web": "https://acme.app.opsgenie.com/incident/detail/x", "api": "https://x"},
        "impactStartDate": created_at,
        "actions": [],
    } | more


def alert(native_id: str, created_at: str, **more: Any) -> Payload:
    """Return an alert as lists hold it, open unless `more` says otherwise."""
    return {
        "id": native_id,
        "tinyId": "1791",
        "alias": "event_573",
        "message": "Checkout is slow",
        "status": "open",
        "acknowledged": False,
        "isSeen": True,
        "tags": ["service:checkout", "OverwriteQuietHours"],
        "snoozed": False,
        "count": 1,
        "lastOccurredAt": created_at,
        "createdAt": created_at,
        "updatedAt": created_at,
        "source": "prometheus",
        "owner": "ada@acme.example",
        "priority": "P1",
        "responders": [],
        "integration": {"id": "i-1", "name": "Prometheus", "type": "Prometheus"},
        "ownerTeamId": TEAM,
    } | more


@dataclass
class OpsgenieServer:
    """Incidents and alerts by id."""

    incidents: dict[str, Payload] = field(default_factory=dict)
    alerts: dict[str, Payload] = field(default_factory=dict)
    page: int = 100
    may_list_teams: bool = True

    def put(self, *some: Payload) -> None:
        """Put incidents and alerts there, in place of what there was of them."""
        for one in some:
            kind = self.incidents if "impactedServices" in one else self.alerts
            kind[one["id"]] = one

    def answer(self, question: Question) -> Answer:
        """Answer a question."""
        services = [{"id": SHOP, "name": "Checkout", "teamId": TEAM}, {"id": PAY, "name": "Pay"}]
        teams = [{"id": TEAM, "name": "Basket"}, {"id": OTHER, "name": "Card"}]
        match question.path.strip("/").split("/"):
            case ["v2", "account"]:
                return Answer(body={"data": {"name": "Acme", "userCount": 7}})
            case ["v1", "services"]:
                return self._paged(services, question.params)
            case ["v2", "teams"] if self.may_list_teams:
                return Answer(body={"data": teams, "took": 0.1})
            case ["v2", "teams"]:
                return Answer(status=403, body={"message": "You are not authorized", "code": 40301})
            case ["v1", "incidents", *native_id]:
                return self._kind(self.incidents, native_id, question.params)
            case ["v2", "alerts", *native_id]:
                return self._kind(self.alerts, native_id, question.params)
        raise AssertionError(question.path)

    def _kind(
        self, kind: Mapping[str, Payload], native_id: list[str], params: Mapping[str, str]
    ) -> Answer:
        if native_id:
            one = kind.get(native_id[0])
            return Answer(body={"data": one}) if one else Answer(status=404, body={"message": "x"})
        assert (params["sort"], params["order"]) == ("createdAt", "desc"), params
        found = [one for one in kind.values() if params.get("query", "") in ("", one["priority"])]
        return self._paged(sorted(found, key=_created, reverse=True), params)

    def _paged(self, found: list[Payload], params: Mapping[str, str]) -> Answer:
        limit, offset = int(params["limit"]), int(params["offset"])
        if limit > 100 or limit + offset > 20_000:
            return Answer(status=422, body={"message": "Sum of offset and limit is over 20000"})
        end = offset + min(limit, self.page)
        more = {"next": f"https://api.opsgenie.com/x?offset={end}"} if end < len(found) else {}
        body = {"data": found[offset:end], "paging": {"first": "x", "last": "x"} | more}
        return Answer(body=body | {"took": 0.1, "requestId": "9ae63dd7"})


def _created(one: Payload) -> int:
    return instant(one["createdAt"])
