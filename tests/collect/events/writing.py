"""Files of events written by hand, and the rows they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trueup.collect.connector import Batch, Progress
from trueup.collect.recorded import Gone, Note, Page, Reading, Record, Skipped, Sweep, Web
from trueup.collect.sources.events.source import SOURCE
from trueup.collect.web.nowhere import NoWeb
from trueup.config import Connection, ServiceSettings, Settings, WorkspaceSettings
from trueup.testing.scripted import Unheard

NOW = 1_790_000_000_000_000  # 2026-09-21T14:13:20Z
SHA = "0123456789abcdef0123456789abcdef01234567"


def identify(platform: str, native_id: str, name: str) -> str:
    """Give pseudonyms a reader of the tests can follow."""
    del name
    return f"{platform}|{native_id}"


@dataclass
class Kept:
    """What an archive keeps of one target."""

    bodies: dict[tuple[str, str], Mapping[str, Any] | None] = field(default_factory=dict)
    checkpoints: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    written: list[tuple[str, str]] = field(default_factory=list)

    def keep(self, page: Page) -> None:
        """Keep a page whole."""
        self.checkpoints[page.stream] = page.checkpoint
        for record in page.records:
            self.bodies[record.kind, record.key] = record.body
            self.written.append((record.kind, record.key))

    def sweep(self, sweep: Sweep) -> None:
        """Mark what is gone."""
        for kind, key in list(self.bodies):
            if kind == sweep.kind and key not in sweep.keys:
                self.bodies[kind, key] = None

    def told(self, subject: str) -> Note:
        """Return the one note on a subject."""
        (note,) = [note for note in self.notes if note.subject == subject]
        return note


@dataclass
class Visiting:
    """One visit."""

    target: str
    target_id: str
    connection: Connection
    web: Web
    kept: Kept
    now: int = NOW
    is_reconciling: bool = False
    progress: Progress = field(default_factory=Unheard)

    def checkpoint(self, stream: str) -> str | None:
        """Return where a stream stands."""
        return self.kept.checkpoints.get(stream)

    def bodies(self, kind: str, keys: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """Return nothing: no record of this source is read piece by piece."""
        del kind, keys
        return {}

    def known(self, kind: str) -> frozenset[str]:
        """Return the keys kept of a kind."""
        return frozenset(key for one, key in self.kept.bodies if one == kind)


def visit(
    folder: Path,
    kept: Kept | None = None,
    *,
    options: Mapping[str, Any] | None = None,
    is_reconciling: bool = False,
) -> Kept:
    """Read a folder once, and return what is kept."""
    kept = kept or Kept()
    kept.notes, kept.written = [], []
    connection = Connection(source="events", targets=(str(folder),), options=options or {})
    ((target, target_id),) = SOURCE.targets(connection, NoWeb("events"))
    one = Visiting(
        target=target,
        target_id=target_id,
        connection=connection,
        web=NoWeb("events"),
        kept=kept,
        is_reconciling=is_reconciling,
    )
    for fetched in SOURCE.fetch(one):
        match fetched:
            case Page():
                kept.keep(fetched)
            case Sweep():
                kept.sweep(fetched)
            case Note():
                kept.notes.append(fetched)
    return kept


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


def read(
    kept: Kept,
    *,
    options: Mapping[str, Any] | None = None,
    services: tuple[ServiceSettings, ...] = (),
    timezone: str = "UTC",
) -> Read:
    """Return the rows of what is kept; no file is read."""
    reading = Reading(
        target="events",
        target_id="events:events/events",
        connection=Connection(source="events", options=options or {}),
        settings=Settings(services=services, workspace=WorkspaceSettings(timezone=timezone)),
        identify=identify,
        now=NOW,
    )
    records = [Record(kind=kind, key=key, body=body) for (kind, key), body in kept.bodies.items()]
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
