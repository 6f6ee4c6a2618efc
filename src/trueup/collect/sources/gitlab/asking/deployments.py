"""Deployments; what an environment had before tells their kinds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from trueup.collect.forge.deployed import Deployed
from trueup.collect.recorded import Fetched, Page, Record, Sweep, Visit
from trueup.collect.sources.gitlab.asking.graph import Graph
from trueup.collect.sources.gitlab.asking.walking import Payload, Walk, all_of, updated
from trueup.collect.sources.gitlab.door.keeping import deployment as keep

STREAM = "deployments"


class Deployments:
    """Reads the deployments of one project.

    Parameters
    ----------
    project
        What addresses of the project begin with.
    since
        ISO date before which none is read; empty for all.
    """

    def __init__(self, visit: Visit, graph: Graph, project: str, since: str) -> None:
        self._visit = visit
        self._graph = graph
        self._project = project
        self._since = since
        state = json.loads(visit.checkpoint(STREAM) or "{}")
        self._deployed = Deployed(state.get("had", {}))
        self._tiers: dict[str, Any] | None = None

    def read(self) -> Iterator[Fetched]:
        """Yield everything updated since the last visit, oldest first."""
        path = f"{self._project}/deployments"
        walk = Walk(stream=STREAM, path=path, key="id", chunk=100)
        for found in updated(self._visit, walk, self._records):
            if isinstance(found, Page):
                state = {**json.loads(found.checkpoint), "had": self._deployed.state()}
                yield replace(found, checkpoint=json.dumps(state))
            else:
                yield found
        if self._visit.is_reconciling and not self._since:
            there = all_of(self._visit.web, path, {"order_by": "id"})
            keys = frozenset(str(raw["id"]) for raw in there if isinstance(raw.get("id"), int))
            yield Sweep(kind="deployment", keys=keys)

    def _records(self, items: list[Payload]) -> list[Record]:
        wanted = [raw for raw in items if str(raw.get("created_at") or "") >= self._since]
        finished = self._finished(wanted)
        tiers = self._environments() if wanted else {}
        records = []
        for raw in wanted:
            environment = raw.get("environment")
            name = environment.get("name") if isinstance(environment, Mapping) else None
            kind = self._deployed.kind(str(name), raw["id"], str(raw.get("sha")))
            if raw.get("status") == "success":
                self._deployed.succeeded(str(name), raw["id"], str(raw.get("sha")))
            body = keep(raw, tiers.get(str(name)), kind, finished.get(str(raw.get("iid"))))
            key = str(raw["id"])
            records.append(
                Record(kind="deployment", key=key, body=body, fetched_at=self._visit.now)
            )
        return records

    def _finished(self, items: list[Payload]) -> dict[str, Any]:
        """Return when deployments were finished that no job did, and REST says only of jobs."""
        numbers = [
            str(raw["iid"])
            for raw in items
            if not isinstance(raw.get("deployable"), Mapping) and isinstance(raw.get("iid"), int)
        ]
        parts = self._graph.each("deployment", "iid", numbers, "finishedAt")
        return {number: part.get("finishedAt") for number, part in parts}

    def _environments(self) -> dict[str, Any]:
        """Return the tier of each environment: production, staging, testing, ..."""
        if self._tiers is None:
            found = all_of(self._visit.web, f"{self._project}/environments")
            self._tiers = {str(raw.get("name")): raw.get("tier") for raw in found}
        return self._tiers
