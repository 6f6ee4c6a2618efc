"""Pipelines: named by REST, told of by GraphQL, several in one question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trueup.collect.recorded import Fetched, Record, Visit
from trueup.collect.sources.gitlab.asking.graph import Graph, nodes_of, number_of
from trueup.collect.sources.gitlab.asking.walking import Payload, Walk, lists_of, updated
from trueup.collect.sources.gitlab.door.keeping import attempts_of, run

_PARTS = (
    "startedAt finishedAt upstream { id } "
    "testReportSummary { total { count failed skipped error } } "
    "retried: jobs(retried: true, first: 1) { nodes { id } }"
)
_STREAMS = {"pipelines": {}, "child pipelines": {"source": "parent_pipeline"}}
"""The list leaves out what another pipeline of the project started, unless it is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Reads the pipelines of one project.

    Parameters
    ----------
    project
        What addresses of the project begin with.
    since
        ISO date before which none is read; empty for all.
    """

    visit: Visit
    graph: Graph
    project: str
    default_branch: str
    since: str

    def read(self) -> Iterator[Fetched]:
        """Yield everything updated since the last visit, oldest first."""
        created = {"created_after": f"{self.since}T00:00:00Z"} if self.since else {}
        for stream, params in _STREAMS.items():
            walk = Walk(
                stream=stream,
                path=f"{self.project}/pipelines",
                params={**created, **params},
                key="id",
                chunk=40,
            )
            yield from updated(self.visit, walk, self._records)

    def _records(self, items: list[Payload]) -> list[Record]:
        numbers = [str(raw["iid"]) for raw in items if isinstance(raw.get("iid"), int)]
        parts = dict(self.graph.each("pipeline", "iid", numbers, _PARTS))
        retried = [
            raw["id"]
            for raw in items
            if nodes_of(parts.get(str(raw.get("iid")), {}).get("retried"))
        ]
        lead = f"{self.project}/pipelines"
        addresses = {number: f"{lead}/{number}/jobs" for number in retried}
        jobs = self._jobs(list(addresses.values()))
        records = []
        for raw in items:
            told = parts.get(str(raw.get("iid")), {})
            attempts = attempts_of(jobs.get(addresses.get(raw["id"], ""), ()))
            body = run(raw, _flat(told), attempts, self.default_branch)
            key = str(raw["id"])
            records.append(Record(kind="run", key=key, body=body, fetched_at=self.visit.now))
        return records

    def _jobs(self, addresses: list[str]) -> dict[str, list[Payload]]:
        return lists_of(self.visit.web, addresses, {"include_retried": "true"})


def _flat(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is told of a pipeline, the one it was started by as its number."""
    upstream = told.get("upstream")
    report = told.get("testReportSummary")
    return {
        "startedAt": told.get("startedAt"),
        "finishedAt": told.get("finishedAt"),
        "upstream": number_of(upstream.get("id")) if isinstance(upstream, Mapping) else None,
        "testReportSummary": report.get("total") if isinstance(report, Mapping) else None,
    }
