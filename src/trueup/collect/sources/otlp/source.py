"""What AI tools sent by OTLP, out of the folder the receiver keeps it in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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
        for key in keys:
            group, body = fresh.get((kind, key)), earlier.get(clean(key))
            known = Group.of(kind, body) if body is not None else None
            is_new = known is None or (group is not None and known.takes_in(group))
            united = known or group
            if united is None:
                continue
            if kind == DAY and key in repeated and not united.is_repeated:
                united.is_repeated, united.was_counted, is_new = True, known is not None, True
            if is_new:
                yield Record(kind=kind, key=key, body=united.body())


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
