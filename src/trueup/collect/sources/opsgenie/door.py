"""What is kept of incidents and alerts: no message, no description, nobody's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trueup.collect.answers import objects, said
from trueup.collect.incidents.named import named

_INSTANTS = ("createdAt", "updatedAt", "impactStartDate", "impactEndDate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Lets incidents and alerts in.

    Parameters
    ----------
    services, teams
        Names by id.
    chosen
        Ids of the services the connection names.
    is_all
        Whether it names all, so that incidents of no service count too.
    service_tag
        As in `Options`.
    """

    services: Mapping[str, str]
    teams: Mapping[str, str]
    chosen: frozenset[str] = frozenset()
    is_all: bool = False
    service_tag: str = "service:"

    def counts(self, one: Mapping[str, Any]) -> bool:
        """Say whether an incident is of a service the connection names."""
        return self.is_all or not self.chosen.isdisjoint(_impacted(one))

    def incident(self, one: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is kept of an incident."""
        impacted = _impacted(one)
        first = next((found for found in impacted if found in self.chosen), None)
        service = first or next(iter(impacted), None)
        words = [one.get(name) for name in ("message", "description", "tags", "extraProperties")]
        return {
            **_common(one),
            "service": self.services.get(service, service) if service else None,
            "impacted": len(impacted),
            "team": self._team(one, one.get("ownerTeam")),
            "named": named(words),
        }

    def alert(self, one: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is kept of an alert."""
        tags = one.get("tags")
        texts = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
        lead = self.service_tag.lower()
        services = [tag[len(lead) :] for tag in texts if tag.lower().startswith(lead)]
        return {
            **_common(one),
            "service": services[0].strip() if services else None,
            "team": self._team(one, one.get("ownerTeamId")),
            "report": _report(one.get("report")),
            "named": named(one.get("message"), one.get("description"), one.get("details"), texts),
        }

    def _team(self, one: Mapping[str, Any], owner: object) -> dict[str, Any] | None:
        """Return the team that owns it, else the only one that was called."""
        called = [
            said(who, "id") for who in objects(one.get("responders")) if who.get("type") == "team"
        ]
        native = owner if isinstance(owner, str) and owner else ""
        if not native and len(set(called)) == 1:
            native = called[0]
        return {"id": native, "name": self.teams.get(native)} if native else None


def _common(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one.get(name) for name in ("id", "status", "priority", *_INSTANTS)}


def _impacted(one: Mapping[str, Any]) -> list[str]:
    value = one.get("impactedServices")
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _report(value: object) -> object:
    """Return after how many seconds an alert was acknowledged and closed."""
    if not isinstance(value, Mapping):
        return value
    return {name: _seconds(value.get(name)) for name in ("ackTime", "closeTime")}


def _seconds(value: object) -> object:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value / 1000 if is_number else value  # type: ignore[operator]
