"""Incidents or alerts of an account: listed newest first, kept oldest first.

Lists know no window of time that the documentation of both kinds agrees on, and give twenty
thousand at most by offset. So a visit lists from the newest back to what cannot have changed
without having been open then, and asks for what was open by its id.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from trueup.collect.answers import mapping, objects, part, said
from trueup.collect.fields import instant, is_absurd
from trueup.collect.recorded import Fetched, Note, Page, Record, Sweep, Visit, Web

PAGE = 100
MOST = 20_000
"""Offset and limit together may not be more: documentation of *List Alerts*."""
_LOOKED_AT_AGAIN = 30 * 86_400 * 1_000_000
_OVERLAP = 15 * 60 * 1_000_000
_OVER = frozenset(("resolved", "closed"))

One = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads one kind.

    Parameters
    ----------
    path
        Of the list; an id follows for a single one.
    query
        What is to be listed; empty for everything.
    counts
        Says whether one of them is to be read.
    kept
        What is kept of one.
    oldest
        Epoch microseconds UTC: what was created before is not read.
    """

    visit: Visit
    kind: str
    path: str
    query: str
    counts: Callable[[One], bool]
    kept: Callable[[One], dict[str, Any]]
    oldest: int

    def fetch(self) -> Iterator[Fetched]:
        """Yield what is new, was updated, or was open at the last visit."""
        state = json.loads(self.visit.checkpoint(self.kind) or "{}")
        since = None if self.visit.is_reconciling else state.get("since")
        known = self.visit.known(self.kind)
        listed, is_whole = self._listed(self._floor(since))
        there = {said(one, "id"): one for one in reversed(listed)}
        found = {key: one for key, one in there.items() if key in known or self.counts(one)}
        before = set(state.get("open", ()))
        asked, missing = self._asked_for(before - found.keys())
        found = asked | found
        changed = [one for key, one in found.items() if key not in known or _is_new(one, since)]
        for start in range(0, len(changed), PAGE):
            yield self._page(changed[start : start + PAGE], state)
        unfinished = {key for key, one in found.items() if said(one, "status") not in _OVER}
        yield self._page([], {"since": self.visit.now, "open": sorted(unfinished)})
        if self.visit.is_reconciling and is_whole:
            yield Sweep(kind=self.kind, keys=frozenset(found))
        elif missing:
            yield Sweep(kind=self.kind, keys=self.visit.known(self.kind) - missing)
        if not is_whole:
            yield self._cut(len(listed))

    def _floor(self, since: int | None) -> int:
        return self.oldest if since is None else max(self.oldest, since - _LOOKED_AT_AGAIN)

    def _listed(self, floor: int) -> tuple[list[One], bool]:
        """Return those created since `floor`, newest first, and whether that is all of them."""
        found: list[One] = []
        offset = 0
        while offset + PAGE <= MOST:
            answer = mapping(self.visit.web.get(self._question(offset)))
            page = [one for one in objects(answer.get("data")) if said(one, "id")]
            young = [one for one in page if self._created(one, floor) >= floor]
            found += young
            is_last = not page or self._created(page[-1], floor) < floor
            if is_last or not said(part(answer, "paging"), "next"):
                return found, True
            offset += len(page)
        return found, False

    def _created(self, one: One, floor: int) -> int:
        """Return when one was created; one that does not say so counts as young."""
        created = _at(one, "createdAt")
        return floor if created is None or is_absurd(created, self.visit.now) else created

    def _question(self, offset: int) -> str:
        params = {"limit": PAGE, "offset": offset, "sort": "createdAt", "order": "desc"}
        return f"{self.path}?{urlencode(params | ({'query': self.query} if self.query else {}))}"

    def _asked_for(self, keys: set[str]) -> tuple[dict[str, One], set[str]]:
        """Return single ones by id, and the ids of those that are gone."""
        paths = {f"{self.path}/{quote(key, safe='')}": key for key in sorted(keys)}
        found, missing = {}, set()
        for path, reply in self.visit.web.many(paths):
            if reply is None:
                missing.add(paths[path])
            elif said(one := part(mapping(reply), "data"), "id") == paths[path]:
                found[paths[path]] = one
        return found, missing

    def _page(self, some: list[One], state: Mapping[str, Any]) -> Page:
        records = (Record(kind=self.kind, key=one["id"], body=self.kept(one)) for one in some)
        return Page(stream=self.kind, records=tuple(records), checkpoint=json.dumps(state))

    def _cut(self, seen: int) -> Note:
        return Note(
            subject=f"{self.kind}s of opsgenie",
            expected=None,
            seen=seen,
            skipped=0,
            reason=f"the list ends after {MOST} of them: older ones were not read",
            remedy="Name the day to begin with in option since, or narrow option alerts.",
        )


def names(web: Web, path: str) -> dict[str, str]:
    """Return the names of what a list holds, by id, over all its pages."""
    found: dict[str, str] = {}
    offset = 0
    while True:
        answer = mapping(web.get(f"{path}?limit={PAGE}&offset={offset}"))
        page = objects(answer.get("data"))
        fresh = {said(one, "id"): said(one, "name") for one in page if said(one, "id")}
        if fresh.keys() <= found.keys():
            return found
        found |= fresh
        if not said(part(answer, "paging"), "next"):
            return found
        offset += len(page)


def _is_new(one: One, since: int | None) -> bool:
    if since is None:
        return True
    updated = _at(one, "updatedAt")
    return updated is None or updated >= since - _OVERLAP


def _at(one: One, name: str) -> int | None:
    try:
        return instant(said(one, name))
    except (ValueError, OverflowError):
        return None
