"""Seats as of now, and bills: by month where a month is over, by day since."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from trueup.collect.ai.reports.days import day_of, days
from trueup.collect.ai.reports.keys import vanished
from trueup.collect.ai.reports.seats import seats_page
from trueup.collect.answers import mapping, objects
from trueup.collect.recorded import Fetched, Page, Record, Visit
from trueup.collect.sources.copilot.door.money import charge_records, month_of, seats
from trueup.collect.sources.copilot.settings import Scope

_PAGE = 100
_STREAM = "bills"
_LATE = timedelta(days=3)
"""Days before the last visit asked for again: what is billed comes late."""
_PATHS = {"use": ("ai_credit/usage", "premium_request/usage"), "seat_fee": ("usage",)}
"""Credits took the place of premium requests in June 2026; either is empty where the other is."""
_ISO_DAY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Reads seats and bills of one organisation or enterprise.

    Parameters
    ----------
    first
        First day to ask for.
    """

    visit: Visit
    scope: Scope
    first: date

    def seats(self) -> Iterator[Fetched]:
        """Yield everyone who has a seat now, used or not, and who has lost one."""
        listed = []
        path = f"{self.scope.path}/copilot/billing/seats"
        for reply in self.visit.web.pages(path, params={"per_page": str(_PAGE)}):
            listed += objects(mapping(reply).get("seats"))
        yield seats_page(self.visit, seats(listed))

    def bills(self) -> Iterator[Fetched]:
        """Yield what was billed since the last visit, oldest first."""
        today = day_of(self.visit.now)
        state = {"by_day": today.replace(day=1).isoformat()}
        state |= json.loads(self.visit.checkpoint(_STREAM) or "{}")
        first, by_day = self.first, date.fromisoformat(state["by_day"])
        if "done" in state and not self.visit.is_reconciling:
            first = max(first, date.fromisoformat(state["done"]) - _LATE)
        for month in (day for day in days(first.replace(day=1), today) if day.day == 1):
            if month < by_day:
                yield from self._bill(month, "use", state, is_month=True)
            yield from self._bill(month, "seat_fee", state, is_month=True)
        for day in days(max(first, by_day), today):
            yield from self._bill(day, "use", {**state, "done": str(day)}, is_month=False)

    def _bill(
        self, day: date, kind: str, state: Mapping[str, str], *, is_month: bool
    ) -> Iterator[Fetched]:
        """Yield the lines of a span, and what is no longer in it; then the stream is at `state`."""
        params = {"year": str(day.year), "month": str(day.month)}
        params |= {} if is_month else {"day": str(day.day)}
        span = month_of(day) if is_month else (day, day + timedelta(days=1))
        records: list[Record] = []
        seen: Counter[str] = Counter()
        for path in _PATHS[kind]:
            answer = mapping(self.visit.web.get(f"{self.scope.bills}/{path}", params=params))
            records += charge_records(answer, kind, span, seen)
        yield Page(stream=_STREAM, records=tuple(records), checkpoint=json.dumps(state))
        keys = {record.key for record in records}
        yield from vanished(self.visit, kind, {key[:_ISO_DAY] for key in keys}, keys)
