"""Deployments, each with every status event; what an environment had before tells their kinds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from trueup.collect.recorded import Fetched, Page, Record, Sweep, Visit
from trueup.collect.sources.github import queries
from trueup.collect.sources.github.asking.graph import Graph, nodes_of
from trueup.collect.sources.github.asking.instants import is_readable
from trueup.collect.sources.github.door.keeping import deployment as keep
from trueup.collect.unnamed import Unnamed

STREAM = "deployments"
_CHUNK = 100
_REMEMBERED = 100
_ENVIRONMENTS = 200
_SHORT = 12
_LONGEST = timedelta(days=35)
_OVER = ("SUCCESS", "FAILURE", "ERROR", "INACTIVE")


def deployments(visit: Visit, graph: Graph, rest: str, since: str) -> Iterator[Fetched]:
    """Yield deployments created since the last visit, and those that were not over by then."""
    return _Deployments(visit, graph, rest, since).read()


class _Deployments:
    def __init__(self, visit: Visit, graph: Graph, rest: str, since: str) -> None:
        self._visit = visit
        self._graph = graph
        self._since = since
        self._path = f"{rest}/repos/{visit.target}/deployments"
        self._now = datetime.fromtimestamp(visit.now / 1_000_000, UTC)
        state = json.loads(visit.checkpoint(STREAM) or "{}")
        self._last: int = state.get("last", 0)
        self._open: dict[str, str] = state.get("open", {})
        self._had: dict[str, list[str]] = state.get("had", {})
        self._unnamed = Unnamed(STREAM)

    def read(self) -> Iterator[Fetched]:
        is_whole = self._visit.is_reconciling
        found = self._listed(everything=is_whole)
        known = self._visit.known("deployment") if is_whole else frozenset()
        new = [
            raw
            for raw in found
            if raw["id"] > self._last or (is_whole and str(raw["id"]) not in known)
        ]
        again = self._still_open({raw["id"] for raw in new})
        waiting = sorted([*again, *new], key=lambda raw: int(raw["id"]))
        self._visit.progress.stage(STREAM, len(waiting))
        for at in range(0, len(waiting), _CHUNK):
            yield self._page(waiting[at : at + _CHUNK])
        if is_whole and not self._since:
            yield Sweep(kind="deployment", keys=frozenset(str(raw["id"]) for raw in found))
        yield from self._unnamed.notes()

    def _listed(self, *, everything: bool) -> list[dict[str, Any]]:
        """Return what is listed, newest first, as far as it is new."""
        found: list[dict[str, Any]] = []
        first = self._visit.web.get(self._path, params={"per_page": "100"}, fresh=everything)
        if first.status == 304:
            return found
        reply = first
        while True:
            listed = reply.json()
            page = self._unnamed.left_out(listed if isinstance(listed, list) else (), _is_sound)
            wanted = [raw for raw in page if self._created(raw) >= self._since]
            found += wanted
            at_known = not everything and any(raw["id"] <= self._last for raw in page)
            if at_known or len(wanted) < len(page) or reply.next_url is None:
                return found
            reply = self._visit.web.get(reply.next_url)

    def _created(self, raw: dict[str, Any]) -> str:
        """Return when one was made; where that cannot be read, now: it is looked at again."""
        said = raw.get("created_at")
        return said if is_readable(said) else self._now.isoformat()

    def _still_open(self, new: set[int]) -> list[dict[str, Any]]:
        """Ask again for each deployment that was not over."""
        young = (
            key
            for key, at in self._open.items()
            if datetime.fromisoformat(at) > self._now - _LONGEST and int(key) not in new
        )
        paths = [f"{self._path}/{key}" for key in young]
        self._open = {}
        answers = self._visit.web.many(paths) if paths else ()
        replies = [reply.json() for _, reply in answers if reply is not None]
        return self._unnamed.left_out(replies, _is_sound)

    def _page(self, found: list[dict[str, Any]]) -> Page:
        statuses = self._statuses([raw["node_id"] for raw in found])
        records = []
        for raw in found:
            body = keep(raw, statuses.get(raw["node_id"]))
            body["kind"] = self._kind(raw, body["statuses"])
            key = str(raw["id"])
            records.append(
                Record(kind="deployment", key=key, body=body, fetched_at=self._visit.now)
            )
            states = {str(status["state"]) for status in body["statuses"]}
            if states.isdisjoint(_OVER):
                self._open[key] = self._created(raw)
            self._last = max(self._last, raw["id"])
        state = {"last": self._last, "open": self._open, "had": self._had}
        return Page(stream=STREAM, records=tuple(records), checkpoint=json.dumps(state))

    def _statuses(self, ids: list[str]) -> dict[str, list[Any]]:
        answer = self._graph.ask(queries.STATUSES, ids=ids)
        found = {}
        for node in nodes_of(answer):
            if not isinstance(node, dict) or not isinstance(node.get("statuses"), dict):
                continue
            self._graph.complete(node["id"], node["statuses"], queries.FURTHER_STATUSES)
            found[str(node["id"])] = node["statuses"]["nodes"]
        return found

    def _kind(self, raw: Mapping[str, Any], statuses: list[dict[str, Any]]) -> str:
        """Say what a deployment is by what its environment had before, and remember it.

        The commit that is there is deployed again, or one that was there before comes back.
        """
        environment, sha = str(raw.get("environment")), str(raw.get("sha"))[:_SHORT]
        had = self._had.pop(environment, [])
        kind = "deploy"
        if had and had[-1] == sha:
            kind = "redeploy"
        elif sha in had or "rollback" in str(raw.get("task")).lower():
            kind = "rollback"
        if any(status["state"] == "SUCCESS" for status in statuses):
            had = [*(one for one in had if one != sha), sha][-_REMEMBERED:]
        if not raw.get("transient_environment"):
            self._had[environment] = had
            while len(self._had) > _ENVIRONMENTS:
                del self._had[next(iter(self._had))]
        return kind


def _is_sound(raw: object) -> bool:
    return (
        isinstance(raw, dict)
        and type(raw.get("id")) is int
        and raw["id"] > 0
        and isinstance(raw.get("node_id"), str)
    )
