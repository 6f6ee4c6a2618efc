"""Merge requests with their commits, notes and changes of state; and which of them are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trueup.collect.recorded import Fetched, Record, Sweep, Visit
from trueup.collect.sources.gitlab.asking.graph import Graph, nodes_of
from trueup.collect.sources.gitlab.asking.walking import (
    Payload,
    Walk,
    all_of,
    lists_of,
    updated,
)
from trueup.collect.sources.gitlab.door.keeping import Door, events, notes

_STATS = "iid commitCount diffStatsSummary { additions deletions fileCount }"
_PARTS = ("notes", "commits", "resource_state_events")


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Reads the merge requests of one project.

    Parameters
    ----------
    project
        What addresses of the project begin with.
    """

    visit: Visit
    graph: Graph
    project: str
    door: Door

    def read(self) -> Iterator[Fetched]:
        """Yield everything updated since the last visit, oldest first."""
        path = f"{self.project}/merge_requests"
        params = {"scope": "all", "state": "all"}
        yield from updated(
            self.visit, Walk(stream="changes", path=path, params=params), self._records
        )
        if self.visit.is_reconciling:
            found = all_of(self.visit.web, path, {**params, "order_by": "created_at"})
            keys = frozenset(str(raw["iid"]) for raw in found if isinstance(raw.get("iid"), int))
            yield Sweep(kind="change", keys=keys)

    def _records(self, items: list[Payload]) -> list[Record]:
        web, lead = self.visit.web, f"{self.project}/merge_requests"
        paths = [f"{lead}/{raw['iid']}/{part}" for raw in items for part in _PARTS]
        parts = lists_of(web, paths)
        sizes = self._sizes([str(raw["iid"]) for raw in items])
        records = []
        for raw in items:
            number = str(raw["iid"])
            found = {part: parts.get(f"{lead}/{number}/{part}", []) for part in _PARTS}
            body = self.door.change(raw, reversed(found["commits"]))
            body["notes"] = notes(found["notes"])
            body["states"] = events(found["resource_state_events"])
            body["size"] = sizes.get(number)
            record = Record(kind="change", key=number, body=body, fetched_at=self.visit.now)
            records.append(record)
        return records

    def _sizes(self, numbers: list[str]) -> dict[str, Payload]:
        """Return what only GraphQL counts: commits, files and lines."""
        named = ", ".join(f'"{number}"' for number in numbers)
        asked = f"mergeRequests(iids: [{named}], first: {len(numbers)}) {{ nodes {{ {_STATS} }} }}"
        found = self.graph.project_part(asked)
        sized = [node for node in nodes_of(found.get("mergeRequests")) if isinstance(node, dict)]
        return {str(node.get("iid")): node for node in sized}
