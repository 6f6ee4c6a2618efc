"""Issues of one project: all once, oldest first; then those updated since; and what is gone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Protocol

from trueup.collect.fields import instant
from trueup.collect.recorded import Fetched, Note, Page, Record, Sweep, Visit
from trueup.collect.sources.jira.answers import mapping, objects, part
from trueup.collect.sources.jira.asking.development import linked_changes
from trueup.collect.sources.jira.asking.site import Site
from trueup.collect.sources.jira.door.keeping import Door
from trueup.collect.sources.jira.vocabulary import Vocabulary
from trueup.errors import SourceUnavailable

STREAM = "issues"
KIND = "issue"
_OVERLAP_MICROSECONDS = 15 * 60 * 1_000_000
"""Jira's search may lag behind its issues: what was updated so long ago is asked for again."""
_KEY = re.compile(r"[A-Z][A-Z0-9_]*-[1-9]\d*")


class Dialect(Protocol):
    """How one kind of Jira is asked."""

    at_once: int
    """Most issues read in one request."""

    def named(self, jql: str, *, newest_first: bool) -> Iterator[Mapping[str, Any]]:
        """Yield issues by id as a search finds them; newest first with their last update."""
        ...

    def count(self, jql: str) -> int | None:
        """Return how many issues a search finds."""
        ...

    def read(self, ids: Sequence[str], fields: list[str]) -> list[dict[str, Any]]:
        """Return issues with their whole history below ``histories``."""
        ...

    def ids_of(self, keys: Sequence[str]) -> dict[str, str]:
        """Return ids by key."""
        ...


@dataclass(slots=True, kw_only=True)
class Reader:
    """Reads the issues of one project."""

    visit: Visit
    site: Site
    dialect: Dialect
    vocabulary: Vocabulary
    door: Door
    unread: set[str] = field(default_factory=set)
    closed_panels: int = 0
    _epics: dict[str, str] = field(default_factory=dict)

    def fetch(self) -> Iterator[Fetched]:
        """Yield pages of what is new, and what is gone where anything is, or all is reconciled."""
        state = _state(self.visit.checkpoint(STREAM))
        if "since" not in state or "after" in state:
            yield from self._from_the_first(state)
        else:
            yield from self._updated_since(state["since"])
        count = self.dialect.count(self._jql())
        if self.visit.is_reconciling or count != len(self.visit.known(KIND)):
            yield from self._reconcile()
        yield from self._missed()

    def _missed(self) -> Iterator[Note]:
        if self.unread:
            yield Note(
                subject="issues that Jira named",
                expected=None,
                seen=0,
                skipped=len(self.unread),
                reason="Jira named them and did not give them when asked",
                remedy="Collect again; if it stays so, open one of them with the same token.",
            )
        if self.closed_panels:
            yield Note(
                subject="development panels of issues",
                expected=None,
                seen=0,
                skipped=self.closed_panels,
                reason="the token may not see them",
                remedy="Give its user the permission to view development tools.",
            )

    def _from_the_first(self, state: Mapping[str, Any]) -> Iterator[Page]:
        begun, after = state.get("since", self._settled()), int(state.get("after", 0))
        ids = sorted(
            number
            for issue in self.dialect.named(self._jql(), newest_first=False)
            if (number := _number(issue)) > after
        )
        self.visit.progress.stage(STREAM, len(ids))
        yield from self._read(ids, lambda last: {"since": begun, "after": last})
        yield self._page([], {"since": begun})

    def _updated_since(self, since: int) -> Iterator[Page]:
        """Name what was updated, then read it, oldest first.

        The bound is in milliseconds since 1970: a date in words would be read in the time zone of
        whoever the token belongs to, and to the minute.
        """
        bound = (since - _OVERLAP_MICROSECONDS) // 1000
        found: dict[int, int] = {}
        for issue in self.dialect.named(f"{self._jql()} AND updated >= {bound}", newest_first=True):
            if number := _number(issue):
                found.setdefault(number, _updated(issue))
        self.visit.progress.stage(STREAM, len(found))
        settled = self._settled()
        oldest_first = sorted(found, key=lambda number: (found[number], number))
        yield from self._read(
            oldest_first, lambda last: {"since": max(since, min(found[last], settled))}
        )
        if settled > since:
            yield self._page([], {"since": settled})

    def _reconcile(self) -> Iterator[Fetched]:
        """Name all there are: read those never kept, and say which of those kept are gone."""
        there = {
            str(number)
            for issue in self.dialect.named(self._jql(), newest_first=False)
            if (number := _number(issue))
        }
        known = self.visit.known(KIND)
        state = _state(self.visit.checkpoint(STREAM))
        yield from self._read(sorted(int(one) for one in there - known), lambda _: state)
        here, moved = self._still_there(known - there)
        there |= here
        yield Sweep(kind=KIND, keys=frozenset(there) | moved)
        if moved:
            yield Sweep(kind=KIND, keys=frozenset(there), reason="moved")

    def _still_there(self, ids: AbstractSet[str]) -> tuple[frozenset[str], frozenset[str]]:
        """Return those of the issues not named that answer by id: here, and in another project.

        A search may lag behind; what is asked for by id is as it is.
        """
        paths = {f"{self.site.rest}/issue/{one}?fields=project": one for one in sorted(ids)}
        here: set[str] = set()
        moved: set[str] = set()
        for path, reply in self.visit.web.many(paths) if paths else ():
            if reply is not None:
                project = part(part(mapping(reply), "fields"), "project").get("id")
                (here if str(project) == self._project else moved).add(paths[path])
        return frozenset(here), frozenset(moved)

    def _read(
        self, ids: Sequence[int], state: Callable[[int], Mapping[str, Any]]
    ) -> Iterator[Page]:
        step = self.dialect.at_once
        for start in range(0, len(ids), step):
            chunk = [str(number) for number in ids[start : start + step]]
            issues = self.dialect.read(chunk, self.vocabulary.asked())
            issues = [issue for issue in issues if str(issue.get("id")) in chunk]
            given = {str(issue["id"]) for issue in issues}
            self.unread = self.unread - given | set(chunk) - given
            for issue in issues:
                self._complete(issue)
            yield self._page(self._kept(issues), state(ids[start : start + step][-1]))

    def _kept(self, issues: list[dict[str, Any]]) -> list[Record]:
        bodies = [self.door.issue(issue, self._linked(issue)) for issue in issues]
        self._name_epics(bodies)
        return [
            Record(kind=KIND, key=str(body["id"]), body=body, fetched_at=self.visit.now)
            for body in bodies
        ]

    def _linked(self, issue: Mapping[str, Any]) -> list[str] | None:
        try:
            return linked_changes(self.visit.web, issue, self.vocabulary)
        except SourceUnavailable:
            self.closed_panels += 1
            return None

    def _name_epics(self, bodies: list[dict[str, Any]]) -> None:
        """Add the id of each parent that is named by key alone."""
        keys = {
            str(key)
            for body in bodies
            if isinstance(key := body["parent"].get("key"), str)
            and not body["parent"].get("id")
            and _KEY.fullmatch(key)
        }
        unknown = sorted(keys - self._epics.keys())
        if unknown:
            self._epics |= self.dialect.ids_of(unknown)
        for body in bodies:
            key = body["parent"].get("key")
            if isinstance(key, str) and key in self._epics and not body["parent"].get("id"):
                body["parent"]["id"] = self._epics[key]

    def _complete(self, issue: dict[str, Any]) -> None:
        """Fetch the comments and work logs that did not fit beside their issue."""
        fields = issue.get("fields")
        for name, path, listed in (
            ("comment", "comment", "comments"),
            ("worklog", "worklog", "worklogs"),
        ):
            held = fields.get(name) if isinstance(fields, Mapping) else None
            if not isinstance(fields, dict) or not isinstance(held, Mapping):
                continue
            entries, total = objects(held.get(listed)), held.get("total")
            while isinstance(total, int) and len(entries) < total:
                params = {"startAt": str(len(entries)), "maxResults": "100"}
                where = f"{self.site.rest}/issue/{issue['id']}/{path}"
                further = objects(mapping(self.visit.web.get(where, params=params)).get(listed))
                if not further:
                    break
                entries += further
            fields[name] = {**held, listed: entries}

    def _page(self, records: list[Record], state: Mapping[str, Any]) -> Page:
        return Page(stream=STREAM, records=tuple(records), checkpoint=json.dumps(state))

    def _jql(self) -> str:
        return f"project = {self._project}"

    @property
    def _project(self) -> str:
        return self.visit.target_id.rpartition("/")[2]

    def _settled(self) -> int:
        """Return an instant, by Jira's clock, up to which all of its updates can be asked for."""
        return self.site.now if self.site.now is not None else self.visit.now


def _number(issue: Mapping[str, Any]) -> int:
    """Return the id of an issue; 0 where it has none."""
    native = issue.get("id")
    return int(native) if isinstance(native, str) and re.fullmatch(r"\d{1,18}", native) else 0


def _updated(issue: Mapping[str, Any]) -> int:
    """Return when an issue was last updated; 0 where that cannot be read."""
    fields = issue.get("fields")
    said = fields.get("updated") if isinstance(fields, Mapping) else None
    try:
        return instant(said) if isinstance(said, str) else 0
    except (ValueError, OverflowError):
        return 0


def _state(checkpoint: str | None) -> dict[str, Any]:
    return dict(json.loads(checkpoint)) if checkpoint else {}
