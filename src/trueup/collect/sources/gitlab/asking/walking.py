"""Lists read in the order of updates, so that a stop leaves no hole and nothing slips through.

Pages with a number shift while they are read: what is updated moves to the end and draws what
follows one place forward. So each page begins at the last instant of the page before, inclusive,
and what was seen at that instant is left out; numbered pages are followed only while one instant
fills them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from trueup.collect.fields import instant, is_absurd
from trueup.collect.recorded import Fetched, Note, Page, Record, Reply, Visit, Web
from trueup.errors import SourceIncomplete

PAGE = 100
_FIRST = "1970-01-01T00:00:00Z"
_OVERLAP = timedelta(minutes=10)

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One list to be walked.

    Parameters
    ----------
    stream
        What it is called in pages; its checkpoint says where it stands.
    path
        Of the list.
    params
        Beside those of order and paging.
    key
        Field that names an item among its kind.
    chunk
        Items kept together.
    """

    stream: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    key: str = "iid"
    chunk: int = 20


def updated(
    visit: Visit, walk: Walk, records: Callable[[list[Payload]], Sequence[Record]]
) -> Iterator[Fetched]:
    """Yield pages of everything updated since the last visit, oldest first."""
    return _Walker(visit, walk, records).pages()


class _Walker:
    def __init__(
        self, visit: Visit, walk: Walk, records: Callable[[list[Payload]], Sequence[Record]]
    ) -> None:
        self._visit = visit
        self._walk = walk
        self._records = records
        state = json.loads(visit.checkpoint(walk.stream) or "{}")
        self._since: str = state.get("since", _FIRST)
        self._seen: dict[str, str] = state.get("seen", {})
        settled = datetime.fromtimestamp(visit.now / 1_000_000, UTC) - _OVERLAP
        self._settled = settled.strftime("%Y-%m-%dT%H:%M:%SZ")

    def pages(self) -> Iterator[Fetched]:
        self._visit.progress.stage(self._walk.stream, None)
        odd = 0
        start, number = self._since, 1
        while True:
            listed = self._listed(start, number)
            sound = [raw for raw in listed if _is_sound(raw, self._walk.key, self._visit.now)]
            odd += len(listed) - len(sound)
            fresh = [raw for raw in sound if self._seen.get(self._name(raw)) != raw["updated_at"]]
            for at in range(0, len(fresh), self._walk.chunk):
                yield self._page(fresh[at : at + self._walk.chunk])
            if len(listed) < PAGE:
                break
            last = max((raw["updated_at"] for raw in sound), key=instant, default=start)
            start, number = (start, number + 1) if last == start or not sound else (last, 1)
        if odd:
            yield Note(
                subject=self._walk.stream,
                expected=None,
                seen=0,
                skipped=odd,
                reason="GitLab lists items without a number or without the instant of an update.",
                remedy="Report it with the version of the server.",
            )

    def _page(self, items: list[Payload]) -> Page:
        records = tuple(self._records(items))
        for raw in items:
            self._seen[self._name(raw)] = raw["updated_at"]
        newest = max((raw["updated_at"] for raw in items), key=instant)
        since = min(newest, self._settled, key=instant)
        if instant(since) > instant(self._since):
            self._since = since
        edge = instant(self._since)
        self._seen = {key: at for key, at in self._seen.items() if instant(at) >= edge}
        state = {"since": self._since, "seen": self._seen}
        return Page(stream=self._walk.stream, records=records, checkpoint=json.dumps(state))

    def _listed(self, start: str, number: int) -> list[Any]:
        params = {
            **self._walk.params,
            "order_by": "updated_at",
            "sort": "asc",
            "per_page": str(PAGE),
            "updated_after": start,
        }
        if number > 1:
            params["page"] = str(number)
        return listed(self._visit.web.get(self._walk.path, params=params), self._walk.path)

    def _name(self, raw: Payload) -> str:
        return str(raw[self._walk.key])


def listed(reply: Reply, path: str) -> list[Any]:
    """Return the list a server answered with.

    Raises
    ------
    SourceIncomplete
        It is none.
    """
    found = reply.json()
    if not isinstance(found, list):
        raise SourceIncomplete(
            f"GitLab answers {path} in no form that is known.", hint="Collect again."
        )
    return found


def all_of(web: Web, path: str, params: Mapping[str, str] | None = None) -> Iterator[Payload]:
    """Yield every object of a list, page by page."""
    for reply in web.pages(path, params={"per_page": str(PAGE), **(params or {})}):
        yield from (raw for raw in listed(reply, path) if isinstance(raw, dict))


def lists_of(
    web: Web, paths: Sequence[str], params: Mapping[str, str] | None = None
) -> dict[str, list[Payload]]:
    """Return the whole list behind each path, asked for at once; empty where there is none."""
    found: dict[str, list[Payload]] = {}
    query = urlencode({"per_page": str(PAGE), **(params or {})})
    asked = {f"{path}?{query}": path for path in paths}
    for address, reply in web.many(asked):
        path, page = asked[address], reply
        items = found.setdefault(path, [])
        while page is not None:
            items += [raw for raw in listed(page, path) if isinstance(raw, dict)]
            following = page.next_url
            page = web.get(following) if following else None
    return found


def _is_sound(raw: object, key: str, now: int) -> bool:
    """Say whether an item has a name and a place in the order of updates."""
    number = raw.get(key) if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or not isinstance(number, int) or isinstance(number, bool):
        return False
    try:
        return number > 0 and not is_absurd(instant(raw["updated_at"]), now)
    except (KeyError, TypeError, ValueError, OverflowError):
        return False
