"""Cursor as a source: what is read of a team, and how it becomes rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from trueup.collect.ai.reports.exports import exported, is_place, places
from trueup.collect.ai.reports.people import People
from trueup.collect.ai.reports.reading import owners, report_rows
from trueup.collect.answers import mapping, objects
from trueup.collect.gathering import Rows
from trueup.collect.recorded import (
    TOKEN_AS_USER,
    Fetched,
    Normalised,
    Note,
    Reading,
    Record,
    Server,
    Visit,
    Web,
)
from trueup.collect.sources.cursor.asking import Asking
from trueup.collect.sources.cursor.door import commit_records, day_records, event_records
from trueup.collect.sources.cursor.rows import CursorRows
from trueup.collect.sources.cursor.settings import CLOUD, OPTIONS, TEAM, read_options
from trueup.config import Connection

_SWEPT = {"event": (("ai_request", ""),), "day": (("ai_activity", ""),)}


@dataclass(frozen=True, slots=True)
class Cursor:
    """Days, requests, commits, seats and charges of one team."""

    name: ClassVar[str] = "cursor"
    version: ClassVar[int] = 2
    server: ClassVar[Server | None] = Server(
        address=CLOUD,
        signing=TOKEN_AS_USER,
        at_once=1,
        rights="an Admin API key of the team, read-only; commits need the Enterprise plan",
        needs_targets=False,
        takes_files=True,
    )
    options: ClassVar[Mapping[str, str]] = OPTIONS
    owners: ClassVar[Mapping[str, str]] = owners(
        "ai_request", "ai_spend", "ai_activity", "ai_lines", "ai_seat"
    )

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return the files the connection names, and the team where it names anything else."""
        read_options(connection)
        found = places(connection)
        if not connection.targets or not all(map(is_place, connection.targets)):
            mapping(web.get("teams/members"))
            host = urlsplit(connection.url or CLOUD).netloc.lower()
            found.append((TEAM, f"{self.name}:{host}/{connection.name or TEAM}"))
        return found

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what is new of a team, or what files tell."""
        if is_place(visit.target):
            yield from exported(visit, _exported)
            return
        first = read_options(visit.connection).first(visit.now)
        yield from Asking(visit=visit, first=first).fetch()

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn records into rows."""
        rows, people = Rows(), People(reading)
        told = CursorRows(reading, rows, people)
        tell = {
            "day": told.add_day,
            "event": told.add_event,
            "commit": told.add_commit,
            "seat": told.add_seat,
        }
        yield from report_rows(records, reading, rows, people, tell, _SWEPT)


SOURCE = Cursor()


def _exported(value: Any) -> Iterable[Record | Note]:
    """Return what a saved answer tells: of days, of requests, of commits."""
    if not isinstance(value, Mapping):
        return ()
    if "usageEvents" in value:
        return event_records(objects(value["usageEvents"]), Counter())
    if "items" in value:
        return commit_records(objects(value["items"]))
    return day_records(value.get("data"))
