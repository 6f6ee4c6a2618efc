"""What a key of Cursor's Admin API is asked: who is in the team, days, requests, commits.

https://cursor.com/docs/account/teams/admin-api ,
https://cursor.com/docs/account/teams/ai-code-tracking-api
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from trueup.collect.ai.reports.counts import day_start
from trueup.collect.ai.reports.days import DAY, day_of, windows
from trueup.collect.ai.reports.keys import vanished
from trueup.collect.ai.reports.paging import unless_refused
from trueup.collect.ai.reports.seats import seats_page
from trueup.collect.answers import mapping, objects, part
from trueup.collect.recorded import Fetched, Page, Record, Reply, Visit
from trueup.collect.sources.cursor.door import commit_records, day_records, event_records, seats
from trueup.errors import SourceIncomplete

_DAYS_A_CALL = 30
"""Daily usage takes no longer span: *Get Daily Usage Data*."""
_LATE = timedelta(days=3)
"""Days before the last visit asked for again: figures are gathered by the hour, and come late."""
_PAGE = 500
_MOST_PAGES = 10_000
_ISO_DAY = 10
_RIGHTS = "Give the connection an Admin API key; AI code tracking is of the Enterprise plan."

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One visit to one team.

    Parameters
    ----------
    first
        First day to ask for.
    """

    visit: Visit
    first: date

    def fetch(self) -> Iterator[Fetched]:
        """Yield what is new; a part the key may not read is a note."""
        yield from unless_refused(self._seats, "members of the team of cursor", _RIGHTS)
        yield from unless_refused(self._days, "days of cursor", _RIGHTS)
        yield from unless_refused(self._events, "requests of cursor", _RIGHTS)
        yield from unless_refused(self._commits, "commits of cursor", _RIGHTS)

    def _seats(self) -> Iterator[Fetched]:
        yield seats_page(self.visit, seats(mapping(self.visit.web.get("teams/members"))))

    def _days(self) -> Iterator[Fetched]:
        path = "teams/daily-usage-data"
        yield from self._read("day", path, lambda page: day_records(page.get("data")))

    def _events(self) -> Iterator[Fetched]:
        seen: Counter[str] = Counter()
        yield from self._read(
            "event",
            "teams/filtered-usage-events",
            lambda page: event_records(objects(page.get("usageEvents")), seen),
        )

    def _read(
        self, kind: str, path: str, told: Callable[[Answer], Iterable[Record]]
    ) -> Iterator[Fetched]:
        """Yield what an answer tells, span by span; what it no longer tells of a day is gone."""
        stream = f"{kind}s"
        for first, last in self._spans(stream):
            keys: set[str] = set()
            for page in self._pages(path, first, last):
                records = tuple(told(page))
                keys.update(record.key for record in records)
                yield self._page(stream, records)
            yield from vanished(self.visit, kind, {key[:_ISO_DAY] for key in keys}, keys)
            yield self._page(stream, (), done=last)

    def _commits(self) -> Iterator[Fetched]:
        for first, last in self._spans("commits"):
            found: list[Answer] = []
            for page in self._listed("analytics/ai-code/commits", first, last):
                found += objects(page.get("items"))
            records = commit_records(found)
            for start in range(0, len(records), _PAGE):
                yield self._page("commits", tuple(records[start : start + _PAGE]))
            yield self._page("commits", (), done=last)

    def _spans(self, stream: str) -> list[tuple[date, date]]:
        """Return the spans still to be asked for, today's the last, oldest first."""
        state = self._state(stream)
        first = self.first
        if "done" in state and not self.visit.is_reconciling:
            first = max(first, date.fromisoformat(state["done"]) - _LATE)
        return windows(first, day_of(self.visit.now), _DAYS_A_CALL)

    def _state(self, stream: str) -> dict[str, str]:
        state: dict[str, str] = json.loads(self.visit.checkpoint(stream) or "{}")
        return state

    def _page(self, stream: str, records: tuple[Record, ...], done: date | None = None) -> Page:
        state = {"done": done.isoformat()} if done else self._state(stream)
        return Page(stream=stream, records=records, checkpoint=json.dumps(state))

    def _pages(self, path: str, first: date, last: date) -> Iterator[Answer]:
        """Yield every page of an answer to a POST."""
        end = day_start(last.isoformat()) + DAY  # bounds are inclusive: it stands in the next span
        body = {"startDate": day_start(first.isoformat()) // 1000, "endDate": end // 1000 - 1}
        yield from _every(
            lambda page: self.visit.web.post(path, body={**body, "page": page, "pageSize": _PAGE})
        )

    def _listed(self, path: str, first: date, last: date) -> Iterator[Answer]:
        """Yield every page of an answer to a GET."""
        bounds = {
            "startDate": first.isoformat(),
            "endDate": (last + timedelta(days=1)).isoformat(),
            "pageSize": str(_PAGE),
        }
        yield from _every(
            lambda page: self.visit.web.get(path, params={**bounds, "page": str(page)})
        )


def _every(ask: Callable[[int], Reply]) -> Iterator[Answer]:
    """Yield the pages of an answer until one says, or shows, that it is the last."""
    seen = 0
    for number in range(1, _MOST_PAGES + 1):
        page = mapping(ask(number))
        items = [one for value in page.values() for one in objects(value)]
        seen += len(items)
        yield page
        if not items or not _has_more(page, seen):
            return
    raise SourceIncomplete(
        f"Cursor has gone on for {_MOST_PAGES} pages.",
        hint="Collect again later: it goes on where it stopped; if it stays so, report it.",
    )


def _has_more(page: Answer, seen: int) -> bool:
    paging, total = part(page, "pagination"), page.get("totalCount")
    if paging:
        return paging.get("hasNextPage") is True
    return isinstance(total, int) and seen < total
