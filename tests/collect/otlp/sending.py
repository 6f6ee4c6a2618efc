"""Telemetry written by hand in the documented forms, received and read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trueup.collect.connector import Batch, Progress
from trueup.collect.receiving.doors import Answer, Message
from trueup.collect.recorded import Gone, Note, Page, Reading, Record, Skipped, Web
from trueup.collect.sources.otlp.decoding.json_form import decoded
from trueup.collect.sources.otlp.receiving.door import OtlpDoor
from trueup.collect.sources.otlp.receiving.inbox import Inbox
from trueup.collect.sources.otlp.scrubbing.lines import line_of
from trueup.collect.sources.otlp.source import SOURCE
from trueup.collect.web.nowhere import NoWeb
from trueup.config import Connection, Settings
from trueup.testing.scripted import Unheard

NOW = 1_790_000_000_000_000  # 2026-09-21T14:13:20Z
AT = 1_789_900_000_000_000_000  # nanoseconds, the day before
SECOND = 1_000_000_000
CLAUDE = {"service.name": "claude-code", "team": "Till"}
SHA = "0123456789abcdef0123456789abcdef01234567"


def value_of(value: Any) -> dict[str, Any]:
    """Return a value in the JSON of OTLP, whole numbers as text."""
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list():
            return {"arrayValue": {"values": [value_of(one) for one in value]}}
        case dict():
            return {"kvlistValue": {"values": attributes(value)}}
    return {"stringValue": value}


def attributes(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return attributes in the JSON of OTLP."""
    return [{"key": key, "value": value_of(value)} for key, value in said.items()]


def log(name: str, at: int = AT, /, **said: Any) -> dict[str, Any]:
    """Return a log record of Claude Code, Codex or Gemini CLI; ``__`` stands for a dot."""
    short = name.removeprefix("claude_code.")
    told = {"event.name": short, **_dotted(said)}
    return {
        "timeUnixNano": str(at),
        "body": {"stringValue": name},
        "attributes": attributes(told),
    }


def span(name: str, number: int, parent: int = 0, trace: int = 1, **said: Any) -> dict[str, Any]:
    """Return a span; its number is its id."""
    return {
        "traceId": f"{trace:032x}",
        "spanId": f"{number:016x}",
        "parentSpanId": f"{parent:016x}" if parent else "",
        "name": name,
        "kind": 3,
        "startTimeUnixNano": str(AT + number * SECOND),
        "endTimeUnixNano": str(AT + (number + 1) * SECOND),
        "attributes": attributes(_dotted(said)),
    }


def counter(name: str, *points: dict[str, Any], is_cumulative: bool = False) -> dict[str, Any]:
    """Return a metric that only grows."""
    return {
        "name": name,
        "sum": {
            "isMonotonic": True,
            "aggregationTemporality": 2 if is_cumulative else 1,
            "dataPoints": list(points),
        },
    }


def point(value: float, at: int = AT, start: int = AT - 60 * SECOND, **said: Any) -> dict[str, Any]:
    """Return a point of a metric."""
    return {
        "startTimeUnixNano": str(start),
        "timeUnixNano": str(at),
        "asDouble": value,
        "attributes": attributes(_dotted(said)),
    }


def message(
    signal: str, records: Sequence[Any], resource: Mapping[str, Any] = CLAUDE
) -> dict[str, Any]:
    """Return a message of one resource and one scope."""
    names = {
        "logs": ("resourceLogs", "scopeLogs", "logRecords"),
        "traces": ("resourceSpans", "scopeSpans", "spans"),
        "metrics": ("resourceMetrics", "scopeMetrics", "metrics"),
    }[signal]
    scoped = {"scope": {"name": "made by hand"}, names[2]: list(records)}
    told = {"resource": {"attributes": attributes(resource)}, names[1]: [scoped]}
    return {names[0]: [told]}


def send(
    folder: Path, signal: str, records: Sequence[Any], resource: Mapping[str, Any] = CLAUDE
) -> Answer:
    """Hand a message to a receiver that keeps it in `folder`."""
    content = json.dumps(message(signal, records, resource)).encode()
    return take(folder, signal, content)


def take(folder: Path, signal: str, content: bytes, kind: str = "application/json") -> Answer:
    """Hand a body to a receiver that keeps it in `folder`."""
    with closing(Inbox(folder)) as inbox:
        door = OtlpDoor(inbox, lambda: NOW)
        return door.take(Message(path=f"/v1/{signal}", content=content, kind=kind))


def kept(folder: Path) -> str:
    """Return all that is on disk."""
    return "".join(path.read_text("utf-8") for path in sorted(folder.glob("*.jsonl")))


@dataclass
class Archive:
    """What an archive keeps of one target."""

    bodies: dict[tuple[str, str], Mapping[str, Any] | None] = field(default_factory=dict)
    checkpoints: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    written: int = 0
    past: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class Visiting:
    """One visit."""

    target: str
    target_id: str
    connection: Connection
    web: Web
    archive: Archive
    now: int = NOW
    is_reconciling: bool = False
    progress: Progress = field(default_factory=Unheard)

    def checkpoint(self, stream: str) -> str | None:
        """Return where a stream stands."""
        return self.archive.checkpoints.get(stream)

    def known(self, kind: str) -> frozenset[str]:
        """Return the keys kept of a kind."""
        return frozenset(key for one, key in self.archive.bodies if one == kind)

    def bodies(self, kind: str, keys: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """Return what is kept of these keys."""
        found = {key: self.archive.bodies.get((kind, key)) for key in keys}
        past = self.archive.past
        return {key: body for key, body in found.items() if body and (kind, key) not in past}


def visit(folder: Path, archive: Archive | None = None, *, pages: int = 1 << 30) -> Archive:
    """Read a folder once, or up to so many pages, and return what is kept."""
    archive = archive or Archive()
    archive.notes = []
    connection = Connection(source="otlp", targets=(str(folder),))
    ((target, target_id),) = SOURCE.targets(connection, NoWeb("otlp"))
    one = Visiting(target, target_id, connection, NoWeb("otlp"), archive)
    for fetched in SOURCE.fetch(one):
        match fetched:
            case Page():
                if pages == 0:
                    break
                pages -= 1
                archive.checkpoints[fetched.stream] = fetched.checkpoint
                for record in fetched.records:
                    archive.bodies[record.kind, record.key] = json.loads(json.dumps(record.body))
                    archive.written += 1
            case Note():
                archive.notes.append(fetched)
    return archive


@dataclass
class Read:
    """Rows of every table, and what was skipped."""

    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)

    def __getitem__(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table."""
        return self.tables.get(table, [])

    def only(self, table: str, **where: Any) -> dict[str, Any]:
        """Return the one row of a table that has these values."""
        (row,) = [row for row in self[table] if all(row[k] == v for k, v in where.items())]
        return row

    def acts(self, kind: str) -> dict[str | None, int]:
        """Return how often something of a kind was done, by name."""
        found: dict[str | None, int] = {}
        for row in self["ai_activity"]:
            if row["kind"] == kind:
                found[row["name"]] = found.get(row["name"], 0) + row["count"]
        return found

    def tokens(self) -> tuple[int, ...]:
        """Return the sum of each bucket: uncached, read, written, output."""
        names = ("uncached_input", "cache_read", "cache_write_5m", "output")
        rows = self["ai_request"]
        return tuple(sum(row[f"{name}_tokens"] for row in rows) for name in names)


def read(archive: Archive) -> Read:
    """Return the rows of what is kept; no file is read."""
    reading = Reading(
        target="otlp",
        target_id="otlp:otlp/otlp",
        connection=Connection(source="otlp"),
        settings=Settings(),
        identify=lambda platform, native_id, _: f"{platform}|{native_id}",
        now=NOW,
    )
    records = [
        Record(kind=kind, key=key, body=body, fetched_at=NOW)
        for (kind, key), body in archive.bodies.items()
    ]
    found = Read()
    for normalised in SOURCE.normalise(records, reading):
        match normalised:
            case Batch(table, rows):
                found.tables.setdefault(table, []).extend(rows.to_pylist())
            case Skipped():
                found.skipped.append(normalised)
            case Gone():
                found.gone.append(normalised)
    return found


def collected(folder: Path) -> Read:
    """Return the rows of all that was received into a folder."""
    return read(visit(folder))


def _dotted(said: Mapping[str, Any]) -> dict[str, Any]:
    return {key.replace("__", "."): value for key, value in said.items()}


def segment(*sent: tuple[str, Sequence[Any], Mapping[str, Any]]) -> bytes:
    """Return the segment that these messages become."""
    lines = []
    for signal, records, resource in sent:
        content = json.dumps(message(signal, records, resource)).encode()
        blocks = decoded(content, signal).blocks
        lines += [line_of(block, signal, now=NOW, key=b"of these tests") for block in blocks]
    return b"".join(lines)
