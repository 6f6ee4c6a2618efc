"""Windsurf as a source: what is read of a team, and how it becomes rows.

https://docs.windsurf.com/windsurf/accounts/api-reference/analytics-api-introduction
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from trueup.collect.ai.reports.days import day_of, first_asked
from trueup.collect.ai.reports.exports import exported, is_place, places
from trueup.collect.ai.reports.people import People
from trueup.collect.ai.reports.reading import owners, report_rows
from trueup.collect.ai.reports.seats import seats_page
from trueup.collect.answers import mapping
from trueup.collect.gathering import Rows
from trueup.collect.recorded import (
    Fetched,
    Normalised,
    Note,
    Page,
    Reading,
    Record,
    Server,
    Signing,
    Visit,
    Web,
)
from trueup.collect.sources.windsurf.door import (
    cascade_records,
    completion_records,
    keys_of,
    seats,
)
from trueup.collect.sources.windsurf.rows import WindsurfRows
from trueup.collect.sources.windsurf.settings import CLOUD, LOOKED_BACK, OPTIONS, TEAM
from trueup.config import Connection
from trueup.errors import SourceUnavailable

_STREAM = "days"
_LATE = timedelta(days=3)
"""Days before the last visit asked for again: figures come up to some hours late."""
_QUERIES: list[dict[str, Any]] = [{"cascade_lines": {}}, {"cascade_runs": {}}]


@dataclass(frozen=True, slots=True)
class Windsurf:
    """Lines, messages and seats of one team."""

    name: ClassVar[str] = "windsurf"
    version: ClassVar[int] = 2
    server: ClassVar[Server | None] = Server(
        address=CLOUD,
        signing=Signing(body_key="service_key"),
        at_once=1,
        rights="a service key with Teams Read-only and Analytics Read, of the Enterprise plan",
        needs_targets=False,
        takes_files=True,
    )
    options: ClassVar[Mapping[str, str]] = OPTIONS
    owners: ClassVar[Mapping[str, str]] = owners("ai_activity", "ai_lines", "ai_seat")

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return the files the connection names, and the team where it names anything else."""
        found = places(connection)
        if not connection.targets or not all(map(is_place, connection.targets)):
            mapping(web.post("UserPageAnalytics", body={}))
            host = urlsplit(connection.url or CLOUD).netloc.lower()
            found.append((TEAM, f"{self.name}:{host}/{connection.name or TEAM}"))
        return found

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what is new of a team, or what files tell."""
        if is_place(visit.target):
            yield from exported(visit, _exported)
            return
        members = mapping(visit.web.post("UserPageAnalytics", body={}))
        there = seats(members)
        yield seats_page(visit, there)
        yield from _days(visit, {body["email"] for body in there.values()}, keys_of(members))

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn records into rows."""
        rows, people = Rows(), People(reading)
        told = WindsurfRows(rows, people)
        tell = {
            "lines": told.add_lines,
            "completions": told.add_completions,
            "run": told.add_run,
            "seat": told.add_seat,
        }
        yield from report_rows(records, reading, rows, people, tell)


SOURCE = Windsurf()


def _days(visit: Visit, addresses: set[str], keys: Mapping[str, str]) -> Iterator[Fetched]:
    """Yield what each member did: answers name nobody, so each is asked for alone."""
    state = json.loads(visit.checkpoint(_STREAM) or "{}")
    first = first_asked(visit.connection, visit.now, LOOKED_BACK)
    last = day_of(visit.now)
    if "done" in state and not visit.is_reconciling:
        first = max(first, date.fromisoformat(state["done"]) - _LATE)
    span = {
        "start_timestamp": f"{first}T00:00:00Z",
        "end_timestamp": f"{last}T23:59:59Z",
        "query_requests": _QUERIES,
    }
    refused = ""
    for address in sorted(addresses):
        answer = mapping(visit.web.post("CascadeAnalytics", body={**span, "emails": [address]}))
        records = list(cascade_records(answer, address))
        if address in keys and not refused:
            try:
                asked = _completions(keys[address], first, last)
                answer = mapping(visit.web.post("Analytics", body=asked))
                records += completion_records(answer, address)
            except SourceUnavailable as error:
                refused = error.fact
        yield Page(stream=_STREAM, records=tuple(records), checkpoint=json.dumps(state))
    yield Page(stream=_STREAM, records=(), checkpoint=json.dumps({"done": last.isoformat()}))
    if refused:
        yield Note(
            subject="completions of windsurf",
            expected=None,
            seen=0,
            skipped=0,
            reason=refused,
            remedy="Give the service key Analytics Read.",
        )


def _completions(key: str, first: date, last: date) -> dict[str, Any]:
    """Return the question for one member's completions by day."""
    filters = (
        ("api_key", "QUERY_FILTER_EQUAL", key),
        ("date", "QUERY_FILTER_GE", first.isoformat()),
        ("date", "QUERY_FILTER_LE", last.isoformat()),
    )
    query = {
        "data_source": "QUERY_DATA_SOURCE_USER_DATA",
        "selections": [
            {"field": field, "aggregation_function": "QUERY_AGGREGATION_SUM"}
            for field in ("num_acceptances", "num_lines_accepted")
        ],
        "filters": [{"name": n, "filter": how, "value": value} for n, how, value in filters],
        "aggregations": [{"field": "date", "name": "date"}],
    }
    return {"query_requests": [query]}


def _exported(value: Any) -> Iterator[Record | Note]:
    """Yield what a saved answer tells: of the team as a whole, for it names nobody."""
    if not isinstance(value, Mapping):
        return
    if "userTableStats" in value:
        for key, body in seats(value).items():
            yield Record(kind="seat", key=key, body=body)
    yield from cascade_records(value, "")
    yield from completion_records(value, "")
    if "percent_code_written" in str(value)[:4000]:
        yield Note(
            subject="saved answers of windsurf",
            expected=None,
            seen=0,
            skipped=1,
            reason="the percentage of code written counts bytes, and neither lines nor days",
            remedy="Connect the team, or save answers on cascade_lines and cascade_runs.",
        )
