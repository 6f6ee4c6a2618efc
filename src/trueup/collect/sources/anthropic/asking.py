"""The three reports of an organisation, day by day, the last days again at every visit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from trueup.collect.ai.bills.days import days_to_ask, midnight, spans
from trueup.collect.ai.bills.paging import address, pages
from trueup.collect.ai.bills.reading import vanished
from trueup.collect.answers import mapping, objects, said
from trueup.collect.recorded import Fetched, Page, Record, Visit
from trueup.collect.sources.anthropic.door import Door
from trueup.collect.unnamed import Unnamed

MESSAGES = "v1/organizations/usage_report/messages"
COST = "v1/organizations/cost_report"
CLAUDE_CODE = "v1/organizations/usage_report/claude_code"
_MOST_DAYS = 31
_MOST_ROWS = "1000"
_GROUPS = {
    MESSAGES: (
        *("model", "workspace_id", "api_key_id", "account_id", "service_account_id"),
        *("service_tier", "context_window"),
    ),
    COST: ("workspace_id", "description"),
}

Row = Mapping[str, Any]
Kept = Callable[[str, Row, Row], Record]


@dataclass(slots=True, kw_only=True)
class Reader:
    """Reads reports of one organisation.

    Parameters
    ----------
    unnamed
        Counts what reports hold that says no day.
    """

    visit: Visit
    door: Door
    unnamed: Unnamed
    _seen: set[str] = field(default_factory=set)

    def buckets(self, stream: str, path: str, kept: Kept) -> Iterator[Fetched]:
        """Yield a report of buckets of a day."""
        before = self.visit.checkpoint(stream)
        whole: set[str] = set()
        self._seen.clear()
        for first, end in spans(self._days(stream), _MOST_DAYS):
            params = [
                ("starting_at", midnight(first)),
                ("ending_at", midnight(end)),
                ("bucket_width", "1d"),
                ("limit", str(_MOST_DAYS)),
                *(("group_by[]", name) for name in _GROUPS[path]),
            ]
            for answer in pages(self.visit.web, path, params):
                found = self._buckets(answer)
                whole.update(day for day, _ in found)
                records = [
                    kept(day, bucket, row)
                    for day, bucket in found
                    for row in objects(bucket.get("results"))
                ]
                yield self._page(stream, records, before or "")
            before = _day_before(end)
            yield self._page(stream, (), before)
        yield from vanished(self.visit, stream, whole, self._seen)

    def claude_code(self) -> Iterator[Fetched]:
        """Yield what Claude Code did, a call for each day."""
        stream = "claude_code"
        days = self._days(stream)
        self._seen.clear()
        whole: list[str] = []
        asked = {address(CLAUDE_CODE, _one_day(day)): day for day in days}
        for path, reply in self.visit.web.many(asked):
            day = asked[path]
            first = mapping(reply or self.visit.web.get(path))
            answers = pages(self.visit.web, CLAUDE_CODE, _one_day(day), first=first)
            rows = [row for answer in answers for row in objects(answer.get("data"))]
            sound = self.unnamed.left_out(rows, lambda row: isinstance(row.get("actor"), Mapping))
            whole += [day.isoformat()] if len(sound) == len(rows) else []
            records = self.door.claude_code(day.isoformat(), sound)
            yield self._page(stream, records, day.isoformat())
        for kind in ("claude_code", "claude_code_model"):
            yield from vanished(self.visit, kind, whole, self._seen)

    def _days(self, stream: str) -> list[date]:
        before = None if self.visit.is_reconciling else self.visit.checkpoint(stream)
        return days_to_ask(self.visit.connection, before, self.visit.now)

    def _buckets(self, answer: Row) -> list[tuple[str, Row]]:
        found = self.unnamed.left_out(objects(answer.get("data")), _is_bucket)
        return [(said(bucket, "starting_at")[:10], bucket) for bucket in found]

    def _page(self, stream: str, records: Iterable[Record], checkpoint: str) -> Page:
        kept = _numbered(records, self._seen)
        return Page(stream=stream, records=kept, checkpoint=checkpoint)


def _numbered(records: Iterable[Record], seen: set[str]) -> tuple[Record, ...]:
    """Return records of which none has the key of another: what a report says twice is two."""
    found = []
    for record in records:
        key, number = record.key, 2
        while key in seen:
            key, number = f"{record.key}|{number}", number + 1
        seen.add(key)
        found.append(Record(kind=record.kind, key=key, body=record.body))
    return tuple(found)


def _is_bucket(bucket: Row) -> bool:
    try:
        date.fromisoformat(said(bucket, "starting_at")[:10])
    except ValueError:
        return False
    return isinstance(bucket.get("results"), list)


def _one_day(day: date) -> list[tuple[str, str]]:
    return [("starting_at", day.isoformat()), ("limit", _MOST_ROWS)]


def _day_before(day: date) -> str:
    return (day - timedelta(days=1)).isoformat()
