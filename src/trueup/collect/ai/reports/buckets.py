"""Reports in buckets of a day: asked by spans of days, the last days again at every visit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from trueup.collect.ai.reports.days import days_to_ask, spans
from trueup.collect.ai.reports.keys import vanished
from trueup.collect.ai.reports.paging import Params, pages
from trueup.collect.answers import objects
from trueup.collect.recorded import Fetched, Page, Record, Visit
from trueup.collect.unnamed import Unnamed

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report of buckets.

    Parameters
    ----------
    stream
        Its stream of pages, and the kind of its records.
    params
        What it is asked for, from the first day to before the second; None: up to now, for
        no vendor says whether a day to come may be named.
    day_of
        The ISO day of a bucket; None for one that says none.
    kept
        The record of a row, given its day and its bucket.
    most_days
        Most buckets of an answer.
    """

    stream: str
    path: str
    params: Callable[[date, date | None], Params]
    day_of: Callable[[Row], str | None]
    kept: Callable[[str, Row, Row], Record]
    most_days: int


@dataclass(slots=True, kw_only=True)
class Reports:
    """Reads reports of one target.

    Parameters
    ----------
    unnamed
        Counts buckets that say no day.
    """

    visit: Visit
    unnamed: Unnamed
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def read(self, report: Report) -> Iterator[Fetched]:
        """Yield what a report says, and what it no longer says."""
        before = self.visit.checkpoint(report.stream) or ""
        whole: set[str] = set()
        days = self.days(report.stream)
        for first, end in spans(days, report.most_days):
            params = report.params(first, end if end <= days[-1] else None)
            for answer in pages(self.visit.web, report.path, params):
                found = self._buckets(report, answer)
                whole.update(day for day, _ in found)
                records = [
                    report.kept(day, bucket, row)
                    for day, bucket in found
                    for row in objects(bucket["results"])
                ]
                yield self.page(report.stream, records, before)
            before = (end - timedelta(days=1)).isoformat()
            yield self.page(report.stream, (), before)
        yield from self.gone(report.stream, whole)

    def days(self, stream: str) -> list[date]:
        """Return the days a stream is to be asked for."""
        asked = None if self.visit.is_reconciling else self.visit.checkpoint(stream)
        return days_to_ask(self.visit.connection, asked, self.visit.now)

    def page(self, stream: str, records: Iterable[Record], checkpoint: str) -> Page:
        """Return a page of records; what a report says twice is two."""
        found = []
        for record in records:
            key, number = record.key, 2
            while (record.kind, key) in self._seen:
                key, number = f"{record.key}|{number}", number + 1
            self._seen.add((record.kind, key))
            found.append(Record(kind=record.kind, key=key, body=record.body))
        return Page(stream=stream, records=tuple(found), checkpoint=checkpoint)

    def gone(self, kind: str, days: Iterable[str]) -> Iterator[Fetched]:
        """Yield what was known of these days and is not said any more."""
        seen = {key for one, key in self._seen if one == kind}
        yield from vanished(self.visit, kind, days, seen)

    def _buckets(self, report: Report, answer: Row) -> list[tuple[str, Row]]:
        sound = self.unnamed.left_out(
            objects(answer.get("data")),
            lambda one: report.day_of(one) is not None and isinstance(one.get("results"), list),
        )
        return [(report.day_of(bucket) or "", bucket) for bucket in sound]
