"""Changes and issues: all once, oldest first; then those updated since; and what is gone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from trueup.collect.fields import instant
from trueup.collect.recorded import Fetched, Note, Page, Record, Sweep, Visit
from trueup.collect.sources.github import queries
from trueup.collect.sources.github.asking.graph import Graph, next_cursor, nodes_of
from trueup.collect.unnamed import Unnamed
from trueup.errors import SourceIncomplete, SourceUnavailable

_OVERLAP = timedelta(minutes=10)
_SIZE = 25
_FORM = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Changes or issues.

    Parameters
    ----------
    stream, record
        What it is called in pages and in records.
    connection
        Its name at a repository.
    fragment
        All that is asked of one.
    path
        Of one by number, by REST; empty where none ever moves to another repository.
    keep
        Turns one, complete, into what is kept of it.
    """

    stream: str
    record: str
    connection: str
    fragment: str
    path: str = ""
    keep: Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """What a repository says of a kind before it is read: how many, and the last update."""

    count: int | None
    updated_at: str | None


def items(visit: Visit, graph: Graph, kind: Kind, newest: Newest) -> Iterator[Fetched]:
    """Yield pages of what is new; with a reconciliation also what was missed and what is gone."""
    if newest.count == 0 and not visit.is_reconciling:
        return
    reader = _Reader(visit=visit, graph=graph, kind=kind)
    state = _state(visit.checkpoint(kind.stream))
    if "since" not in state or "after" in state:
        visit.progress.stage(kind.stream, newest.count)
        begun = state.get("since") or min(newest.updated_at or "", reader.settled())
        yield from reader.from_the_first(state.get("after"), begun)
        state = {"since": begun}
    if newest.updated_at and newest.updated_at != state["since"]:
        yield from reader.updated_since(state["since"])
    if visit.is_reconciling:
        yield from reader.reconcile()
    yield from reader.unnamed.notes()


@dataclass(slots=True, kw_only=True)
class _Reader:
    visit: Visit
    graph: Graph
    kind: Kind
    size: int = _SIZE
    unnamed: Unnamed = field(init=False)

    def __post_init__(self) -> None:
        self.unnamed = Unnamed(self.kind.stream)

    def from_the_first(self, after: str | None, begun: str) -> Iterator[Page]:
        while True:
            query = queries.from_the_first(self.kind.connection, self.size, self.kind.fragment)
            try:
                found = self._listed(query, after)
            except SourceIncomplete:
                if self.size == 1:
                    raise
                self.size = max(1, self.size // 2)
                continue
            after = next_cursor(found)
            state = {"since": begun} if after is None else {"since": begun, "after": after}
            yield self._page(nodes_of(found), state)
            if after is None:
                return

    def updated_since(self, since: str) -> Iterator[Page]:
        """Name what was updated, newest first, until `since`; then read it, oldest first.

        Read in the order of updates and page by page, an item that moves to the end would make
        another one slip between two pages; in this order it can only be named twice.
        """
        edge = _earlier(since)
        query = queries.listing(self.kind.connection, newest_first=True)
        found: dict[str, str] = {}
        settled = self.settled()
        for node in self._named(query):
            updated_at = _said_at(node.get("updatedAt")) or settled
            if edge and updated_at < edge:
                break
            found.setdefault(str(node["id"]), updated_at)
        self.visit.progress.stage(self.kind.stream, len(found))
        oldest_first = sorted(found, key=lambda node_id: found[node_id])
        yield from self._by_id(
            oldest_first, lambda last: {"since": max(since, min(found[last], settled))}
        )

    def reconcile(self) -> Iterator[Fetched]:
        """Name all there are: read those never kept, and say which of those kept are gone."""
        query = queries.listing(self.kind.connection, newest_first=False)
        total: object = None
        ids: dict[str, str] = {}
        for found in self._listings(query):
            total = found.get("totalCount", total)
            ids |= {str(n["number"]): str(n["id"]) for n in _sound(nodes_of(found))}
        known = self.visit.known(self.kind.record)
        missing = [ids[number] for number in ids if number not in known]
        state = _state(self.visit.checkpoint(self.kind.stream))
        yield from self._by_id(missing, lambda _: state)
        if isinstance(total, int) and len(ids) < total:
            yield Note(
                subject=f"gone {self.kind.stream}",
                expected=total,
                seen=len(ids),
                skipped=total - len(ids),
                reason="GitHub names fewer than it counts, so nothing is taken to be gone.",
                remedy="Give the token access to all of the repository.",
            )
            return
        moved = self._moved(known - ids.keys())
        yield Sweep(kind=self.kind.record, keys=frozenset(ids) | moved)
        if moved:
            yield Sweep(kind=self.kind.record, keys=frozenset(ids), reason="moved")

    def _moved(self, numbers: AbstractSet[str]) -> frozenset[str]:
        """Return those that were transferred: asked for here, they answer from elsewhere."""
        if not self.kind.path or not numbers:
            return frozenset()
        paths = {f"{self.kind.path}/{number}": number for number in sorted(numbers)}
        found = set()
        for path, reply in self.visit.web.many(paths):
            raw = reply.json() if reply is not None else None
            address = raw.get("repository_url") if isinstance(raw, dict) else None
            own = f"/repos/{self.visit.target}".lower()
            if isinstance(address, str) and not address.lower().endswith(own):
                found.add(paths[path])
        return frozenset(found)

    def settled(self) -> str:
        """Return when the last second began in which nothing more can be updated unseen."""
        now = datetime.fromtimestamp(self.visit.now / 1_000_000, UTC)
        return (now - _OVERLAP).strftime(_FORM)

    def _by_id(self, ids: Sequence[str], state: Callable[[str], dict[str, str]]) -> Iterator[Page]:
        at = 0
        while at < len(ids):
            chunk = list(ids[at : at + self.size])
            try:
                answer = self.graph.ask(queries.by_id(self.kind.fragment), ids=chunk)
            except SourceIncomplete:
                if self.size == 1:
                    raise
                self.size = max(1, self.size // 2)
                continue
            at += len(chunk)
            yield self._page(nodes_of(answer), state(chunk[-1]))

    def _page(self, nodes: list[Any], state: dict[str, str]) -> Page:
        records = []
        for node in self.unnamed.left_out(nodes, _is_named):
            self._complete(node)
            body = self.kind.keep(node)
            records.append(
                Record(
                    kind=self.kind.record,
                    key=str(node["number"]),
                    body=body,
                    fetched_at=self.visit.now,
                )
            )
        return Page(stream=self.kind.stream, records=tuple(records), checkpoint=json.dumps(state))

    def _complete(self, node: dict[str, Any]) -> None:
        further = queries.further_items(self.kind.connection)
        self.graph.complete(node.get("id"), node.get("timelineItems"), further)
        self.graph.complete(node.get("id"), node.get("reviews"), queries.FURTHER_REVIEWS)
        for review in nodes_of(node.get("reviews")):
            if isinstance(review, dict):
                self.graph.complete(
                    review.get("id"), review.get("comments"), queries.FURTHER_COMMENTS
                )

    def _named(self, query: str) -> Iterator[dict[str, Any]]:
        for found in self._listings(query):
            yield from _sound(nodes_of(found))

    def _listings(self, query: str) -> Iterator[dict[str, Any]]:
        after: str | None = None
        while True:
            found = self._listed(query, after)
            yield found
            after = next_cursor(found)
            if after is None:
                return

    def _listed(self, query: str, after: str | None) -> dict[str, Any]:
        owner, _, name = self.visit.target.partition("/")
        repository = self.graph.ask(query, owner=owner, name=name, after=after).get("repository")
        found = repository.get("items") if isinstance(repository, dict) else None
        if not isinstance(found, dict):
            raise SourceUnavailable(
                f"GitHub shows no {self.kind.stream} of {self.visit.target}.",
                hint="Check that the token may read them.",
            )
        return found


def _sound(nodes: list[Any]) -> Iterator[dict[str, Any]]:
    return (node for node in nodes if _is_named(node))


def _is_named(node: object) -> bool:
    return bool(isinstance(node, dict) and node.get("id") and node.get("number"))


def _said_at(value: object) -> str | None:
    """Return an instant in the form all are compared in, None where it is none."""
    try:
        moment = instant(str(value))
    except ValueError:
        return None
    return datetime.fromtimestamp(moment // 1_000_000, UTC).strftime(_FORM)


def _earlier(since: str) -> str:
    if not since:
        return ""
    moment = datetime.fromisoformat(since) - _OVERLAP
    return moment.strftime(_FORM)


def _state(checkpoint: str | None) -> dict[str, str]:
    return dict(json.loads(checkpoint)) if checkpoint else {}
