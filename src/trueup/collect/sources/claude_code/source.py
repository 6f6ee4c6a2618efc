"""Claude Code as a source: transcripts become sessions and requests, and these rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from trueup.collect.ai.logs.machine import person_id_of
from trueup.collect.ai.logs.shapes import KIND as UNKNOWN_LINE
from trueup.collect.fields import clean
from trueup.collect.gathering import Rows
from trueup.collect.recorded import (
    Fetched,
    Gone,
    Normalised,
    Reading,
    Record,
    Server,
    Skipped,
    Visit,
    Web,
)
from trueup.collect.sources.claude_code.places import OPTIONS, targets
from trueup.collect.sources.claude_code.reading import Body
from trueup.collect.sources.claude_code.request_rows import add_requests
from trueup.collect.sources.claude_code.session_rows import TOOL, SessionRows
from trueup.collect.sources.claude_code.visiting import REQUEST, SESSION, Reader
from trueup.config import Connection

_EVERY = 5000


@dataclass(frozen=True, slots=True)
class ClaudeCode:
    """Sessions of Claude Code on one machine."""

    name: ClassVar[str] = "claude_code"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = None
    options: ClassVar[Mapping[str, str]] = OPTIONS
    owners: ClassVar[Mapping[str, str]] = {
        "ai_session": "session_id",
        "ai_activity": "session_id",
        "ai_lines": "session_id",
        "ai_request": "request_id",
        "ai_spend": "spend_id",
        "account": "account_id",
    }

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return what the connection names, else the transcripts of this machine."""
        del web
        return targets(connection)

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what was added to transcripts since the last visit."""
        yield from Reader(visit).fetch()

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn archived sessions and messages into rows."""
        rows, people = Rows(), _People(reading=reading)
        for number, record in enumerate(records, start=1):
            if record.kind == UNKNOWN_LINE:
                continue
            if record.kind not in {SESSION, REQUEST}:
                yield Skipped(kind=record.kind, key=record.key, reason="its kind is not known")
                continue
            if record.body is None:
                table = "ai_session" if record.kind == SESSION else "ai_request"
                yield Gone(table=table, row_id=f"{TOOL}:{clean(record.key)}")
                continue
            yield from _read(record, Body(record.body, reading.now), people, rows)
            if number % _EVERY == 0:
                yield from rows.batches()
        yield from rows.batches()


SOURCE = ClaudeCode()


@dataclass(frozen=True, slots=True, kw_only=True)
class _People:
    """Who is who, each looked up and told of once."""

    reading: Reading
    known: dict[tuple[str | None, str | None], str | None] = field(default_factory=dict)

    def of(self, body: Body, rows: Rows) -> str | None:
        person = body.part("person")
        said = person.text("email"), person.text("name")
        if said not in self.known:
            named = {"email": said[0], "name": said[1]}
            self.known[said] = person_id_of(named, self.reading, rows)
        return self.known[said]


def _read(record: Record, body: Body, people: _People, rows: Rows) -> Iterator[Normalised]:
    key, person_id = clean(record.key), people.of(body, rows)
    if record.kind == REQUEST:
        add_requests(key, body, person_id, rows)
    elif body.holds("begun") or body.holds("ended"):  # else another session only names it
        session = SessionRows(key, body, person_id)
        if session.is_copy:
            at = record.fetched_at
            reason = "a copy of another session"
            yield Gone(table="ai_session", row_id=f"{TOOL}:{key}", reason=reason, noticed_at=at)
        else:
            session.add_to(rows)
    for fault in dict.fromkeys(body.faults):
        yield Skipped(kind=record.kind, key=record.key, reason=fault, is_whole=False)
