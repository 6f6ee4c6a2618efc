"""What AI tools sent by OTLP, out of the folder the receiver keeps it in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from trueup.collect.fields import clean
from trueup.collect.gathering import Rows
from trueup.collect.recorded import (
    Fetched,
    Gone,
    Normalised,
    Page,
    Reading,
    Record,
    Server,
    Skipped,
    Visit,
    Web,
)
from trueup.collect.sources.otlp.reading.groups import DAY, KINDS, SESSION, Group, gathered
from trueup.collect.sources.otlp.reading.segments import chunks_after
from trueup.collect.sources.otlp.reading.state import State
from trueup.collect.sources.otlp.rows import claude, codex, conventions, gemini
from trueup.collect.sources.otlp.rows.hearing import heard_in
from trueup.collect.sources.otlp.rows.ledger import Ledger, SessionRows
from trueup.collect.sources.otlp.rows.persons import Persons
from trueup.collect.sources.otlp.scrubbing.allowed import DETAILS, TEXTS
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable

_STREAM = "segments"
_READERS = {
    "claude-code": claude.read,
    "openai-codex": codex.read,
    "gemini-cli": gemini.read,
}
_EVERY = 100


@dataclass(frozen=True, slots=True)
class Otlp:
    """Metrics, logs and traces of AI tools, as `trueup receive` kept them."""

    name: ClassVar[str] = "otlp"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = None
    options: ClassVar[Mapping[str, str]] = {}
    texts: ClassVar[frozenset[str]] = TEXTS | DETAILS
    owners: ClassVar[Mapping[str, str]] = {
        "ai_session": "session_id",
        "ai_request": "session_id",
        "ai_activity": "session_id",
        "ai_lines": "session_id",
        "ai_spend": "session_id",
        "account": "account_id",
    }

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return every folder the connection names; ids do not change when one is moved.

        Raises
        ------
        SourceUnavailable
            One of them is not there.
        ConfigError
            None is named, or two have the same name.
        """
        del web
        if not connection.targets:
            raise ConfigError(
                "A connection to otlp names no folder.",
                hint='Write targets = ["otlp"]; trueup receive makes it.',
            )
        found: dict[str, str] = {}
        for target in connection.targets:
            path = Path(target).expanduser()
            if not path.is_dir():
                raise SourceUnavailable(
                    f"There is no folder {target}.", hint="Start trueup receive, which makes it."
                )
            target_id = f"otlp:{connection.name or 'otlp'}/{path.resolve().name}"
            if target_id in found:
                raise ConfigError(
                    f"{target} and {found[target_id]} of one connection have the same name.",
                    hint="Give each a connection of its own, with a name.",
                )
            found[target_id] = target
        return [(target, target_id) for target_id, target in found.items()]

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield the sessions of which anything new was received."""
        state = State.of(visit.checkpoint(_STREAM))
        for chunk in chunks_after(Path(visit.target).expanduser(), state.ends):
            state.damaged += chunk.damaged
            groups = gathered(chunk.lines, state)
            records = tuple(_united(visit, groups, state.newly_repeated()))
            state.ends[chunk.name] = chunk.end
            yield Page(stream=_STREAM, records=records, checkpoint=state.checkpoint())
        yield from state.notes()

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn sessions into rows."""
        rows, persons = Rows(), Persons(reading)
        for number, record in enumerate(records, start=1):
            if record.kind not in KINDS:
                yield Skipped(kind=record.kind, key=record.key, reason="its kind is not known")
            elif record.body is None:
                yield Gone(table="ai_session", row_id=clean(record.key))
            else:
                yield from _read(record, record.body, reading, persons, rows)
            if number % _EVERY == 0:
                yield from rows.batches()
        persons.rows(rows)
        yield from rows.batches()


SOURCE = Otlp()


def _united(visit: Visit, groups: list[Group], repeated: list[str]) -> Iterator[Record]:
    """Yield sessions with what is new of them, and days that turned out to repeat requests."""
    fresh = {(group.kind, group.key): group for group in groups}
    for kind in KINDS:
        keys = [key for one, key in fresh if one == kind]
        if kind == DAY:
            keys = list(dict.fromkeys((*keys, *repeated)))
        earlier = visit.bodies(kind, keys) if keys else {}
        known = visit.known(kind) if len(earlier) < len(keys) else frozenset()
        for key in keys:
            group, body = fresh.get((kind, key)), earlier.get(key)
            if group is not None and body is None and key in known:
                group, body = _anew(visit, group, known)
            united = _one(kind, group, body, is_repeated=kind == DAY and key in repeated)
            if united is not None:
                yield Record(kind=kind, key=united.key, body=united.body())


def _one(
    kind: str, group: Group | None, body: Mapping[str, Any] | None, *, is_repeated: bool
) -> Group | None:
    """Return a session as it is now; None where nothing of it changed."""
    united = Group.of(kind, body) if body is not None else group
    is_new = body is None or (group is not None and united is not None and united.takes_in(group))
    if united is not None and is_repeated and not united.is_repeated:
        united.is_repeated, united.was_counted, is_new = True, body is not None, True
    return united if is_new else None


def _anew(
    visit: Visit, group: Group, known: frozenset[str]
) -> tuple[Group, Mapping[str, Any] | None]:
    """Begin another part of a session whose first is past its time: its rows are to stay."""
    native, number = group.session, 2
    while True:
        part = replace(group, session=f"{native}~{number}")
        body = visit.bodies(group.kind, [part.key]).get(part.key)
        if body is not None or part.key not in known:
            return part, body
        number += 1


def _read(
    record: Record, body: Mapping[str, Any], reading: Reading, persons: Persons, rows: Rows
) -> Iterator[Normalised]:
    faults: list[str] = []
    tool = body.get("tool")
    if not isinstance(tool, str) or not body.get("records"):
        yield Skipped(kind=record.kind, key=record.key, reason="it has no tool or no records")
        return
    every = heard_in(body, reading.now, faults)
    is_repeated = body.get("is_repeated") is True
    ledger = Ledger()
    _READERS.get(tool, conventions.read)(every, ledger, is_repeated=is_repeated)
    session_id = clean(record.key)
    if body.get("was_counted") is True:
        reason = "requests tell of the same use"
        yield Gone(
            table="ai_session", row_id=session_id, reason=reason, noticed_at=record.fetched_at
        )
    of_session = SessionRows(session_id, clean(tool), every, persons, rows)
    of_session.add(ledger, has_session=record.kind == SESSION and _is_one(ledger, every))
    if not (of_session.count or faults or is_repeated):
        faults.append("its records tell of nothing a table holds")
    for fault in dict.fromkeys(faults):
        yield Skipped(kind=record.kind, key=record.key, reason=fault, is_whole=False)


def _is_one(ledger: Ledger, every: list[Any]) -> bool:
    """Say whether somebody used the tool, and not the tool itself alone."""
    if ledger.requests and not ledger.acts:
        return any(asked.agent != "auxiliary" for asked in ledger.requests.values())
    starts = {one.word("start_type") for one in every if one.name == "claude_code.session.count"}
    return bool(ledger.requests or ledger.acts or starts - {"agents_view"} or not starts)
