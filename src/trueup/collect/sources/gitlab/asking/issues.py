"""Issues with their notes, labels and changes of state; incidents with their timeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trueup.collect.recorded import Fetched, Record, Sweep, Visit
from trueup.collect.sources.gitlab.asking.graph import Graph, nodes_of
from trueup.collect.sources.gitlab.asking.walking import (
    Payload,
    Walk,
    all_of,
    lists_of,
    updated,
)
from trueup.collect.sources.gitlab.door.keeping import events, issue, notes

_PARTS = ("notes", "resource_label_events", "resource_state_events")
_TIMELINE = "nodes { occurredAt timelineEventTags { nodes { name } } }"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issues:
    """Reads the issues of one project.

    Parameters
    ----------
    project
        What addresses of the project begin with.
    """

    visit: Visit
    graph: Graph
    project: str

    def read(self) -> Iterator[Fetched]:
        """Yield everything updated since the last visit, oldest first."""
        path = f"{self.project}/issues"
        params = {"scope": "all", "state": "all"}
        yield from updated(
            self.visit, Walk(stream="issues", path=path, params=params), self._records
        )
        if self.visit.is_reconciling:
            found = list(all_of(self.visit.web, path, {**params, "order_by": "created_at"}))
            there = {str(raw["iid"]): raw for raw in found if isinstance(raw.get("iid"), int)}
            yield Sweep(kind="issue", keys=frozenset(there))

    def _records(self, items: list[Payload]) -> list[Record]:
        web, lead = self.visit.web, f"{self.project}/issues"
        paths = [f"{lead}/{raw['iid']}/{part}" for raw in items for part in _PARTS]
        parts = lists_of(web, paths)
        timelines = self._timelines([raw for raw in items if _is_incident(raw)])
        records = []
        for raw in items:
            number = str(raw["iid"])
            found = {part: parts.get(f"{lead}/{number}/{part}", []) for part in _PARTS}
            body = issue(raw)
            body["notes"] = notes(found["notes"])
            body["label_events"] = events(found["resource_label_events"])
            body["states"] = events(found["resource_state_events"])
            body["timeline"] = timelines.get(number, [])
            records.append(Record(kind="issue", key=number, body=body, fetched_at=self.visit.now))
        return records

    def _timelines(self, incidents: list[Payload]) -> dict[str, list[dict[str, Any]]]:
        """Return when what is said to have happened in each incident; only GraphQL knows."""
        found: dict[str, list[dict[str, Any]]] = {}
        for raw in incidents:
            if not isinstance(raw.get("id"), int):
                continue
            gid = f"gid://gitlab/Issue/{raw['id']}"
            asked = f'incidentManagementTimelineEvents(incidentId: "{gid}") {{ {_TIMELINE} }}'
            answer = self.graph.project_part(asked).get("incidentManagementTimelineEvents")
            found[str(raw["iid"])] = [
                {"occurredAt": node.get("occurredAt"), "tags": _tags(node)}
                for node in nodes_of(answer)
                if isinstance(node, Mapping)
            ]
        return found


def _is_incident(raw: Payload) -> bool:
    return str(raw.get("issue_type") or raw.get("type")).lower() == "incident"


def _tags(node: Mapping[str, Any]) -> list[Any]:
    tags = nodes_of(node.get("timelineEventTags"))
    return [tag.get("name") for tag in tags if isinstance(tag, Mapping)]
