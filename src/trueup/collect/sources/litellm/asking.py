"""Spend logs by the interface: a day at a time, less where a day is more than it will list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from trueup.collect.ai.reports.days import days_to_ask
from trueup.collect.ai.reports.paging import address
from trueup.collect.answers import mapping, objects, said
from trueup.collect.recorded import Fetched, Note, Page, Visit, Web
from trueup.collect.sources.litellm.door import kept
from trueup.collect.unnamed import Unnamed
from trueup.errors import SourceIncomplete

LOGS = "spend/logs/v2"
STREAM = "requests"
_PAGE = 100
"""More is refused by servers of 2025; newer ones take 1,000."""
_AGAIN = 2
ANY_TIME = datetime(2025, 1, 1, tzinfo=UTC)
"""Whether a key may see logs does not depend on the time."""
_LEAST = timedelta(minutes=1)

Row = Mapping[str, Any]


def fetch(visit: Visit) -> Iterator[Fetched]:
    """Yield the requests of each day, the last day asked for before included."""
    asked = None if visit.is_reconciling else visit.checkpoint(STREAM)
    days = days_to_ask(visit.connection, asked, visit.now, again=_AGAIN)
    unnamed = Unnamed("spend logs of litellm")
    cut: list[str] = []
    for day in days:
        for rows in _window(visit.web, _begin(day), _begin(day + timedelta(days=1)), cut):
            sound = unnamed.left_out(rows, lambda row: bool(said(row, "request_id")))
            yield Page(stream=STREAM, records=tuple(map(kept, sound)), checkpoint=asked or "")
        asked = day.isoformat()
        yield Page(stream=STREAM, records=(), checkpoint=asked)
    yield from unnamed.notes()
    if cut:
        yield _cut(cut)


def question(begin: datetime, end: datetime, page: int) -> str:
    """Return the address of a page of a span of time; both ends count."""
    form = "%Y-%m-%d %H:%M:%S"
    return address(
        LOGS,
        [
            ("start_date", begin.strftime(form)),
            ("end_date", end.strftime(form)),
            ("page", str(page)),
            ("page_size", str(_PAGE)),
            ("sort_by", "startTime"),
            ("sort_order", "asc"),
        ],
    )


def _window(web: Web, begin: datetime, end: datetime, cut: list[str]) -> Iterator[list[Row]]:
    """Yield the pages of a span; one that is too much is asked for in halves."""
    first = mapping(web.get(question(begin, end, 1)))
    if first.get("total_is_capped") is True and end - begin > _LEAST:
        middle = (begin + (end - begin) / 2).replace(microsecond=0)
        yield from _window(web, begin, middle, cut)
        yield from _window(web, middle, end, cut)
        return
    if first.get("total_is_capped") is True:
        cut.append(begin.isoformat())
    rows, page, last = _rows(first), 1, _count(first.get("total_pages"))
    while rows:
        yield rows
        page += 1
        rows = _rows(mapping(web.get(question(begin, end, page)))) if page <= last else []


def _rows(answer: Row) -> list[Row]:
    if not isinstance(answer.get("data"), list):
        raise SourceIncomplete(
            f"A page of {LOGS} holds no list.",
            hint="Collect again later: it goes on where it stopped.",
        )
    return objects(answer["data"])


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 1


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _cut(minutes: list[str]) -> Note:
    return Note(
        subject="spend logs of litellm",
        expected=None,
        seen=0,
        skipped=0,
        reason=f"{len(minutes)} minutes hold more requests than LiteLLM lists",
        remedy="Export these minutes from LiteLLM's database, and name the file as a target.",
    )
