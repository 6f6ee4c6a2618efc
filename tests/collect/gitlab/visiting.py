"""Visits to the scripted server, and the rows they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.collect.gitlab.server import GitLabServer
from trueup.collect.connector import Batch, Identify, Progress
from trueup.collect.recorded import Gone, Note, Page, Reading, Record, Skipped, Sweep, Web
from trueup.collect.sources.gitlab.source import SOURCE
from trueup.config import Connection, Settings
from trueup.testing.scripted import FakeTime, Scripted, Unheard, scripted_web

NOW = 1_790_000_000_000_000  # 2026-09-21T14:13:20Z
CONNECTION = Connection(source="gitlab", targets=("acme/shop",))


def identify(platform: str, native_id: str, name: str) -> str:
    """Give pseudonyms a reader of the tests can follow."""
    del name
    return f"{platform}:{native_id}"


@dataclass
class Kept:
    """What an archive keeps of one target: newest bodies, checkpoints, what is gone and why."""

    target: str = "acme/shop"
    bodies: dict[tuple[str, str], Mapping[str, Any] | None] = field(default_factory=dict)
    checkpoints: dict[str, str] = field(default_factory=dict)
    gone: dict[tuple[str, str], str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    pages: int = 0

    def keep(self, page: Page) -> None:
        """Keep a page whole."""
        self.pages += 1
        self.checkpoints[page.stream] = page.checkpoint
        for record in page.records:
            self.bodies[record.kind, record.key] = record.body

    def sweep(self, sweep: Sweep) -> None:
        """Mark what is gone."""
        for kind, key in list(self.bodies):
            there = self.bodies[kind, key] is not None
            if kind == sweep.kind and key not in sweep.keys and there:
                self.bodies[kind, key] = None
                self.gone[kind, key] = sweep.reason

    def known(self, kind: str) -> frozenset[str]:
        """Return the keys of a kind that are not gone."""
        return frozenset(
            key for (one, key), body in self.bodies.items() if one == kind and body is not None
        )


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
        return self.kept.known(kind)


class Killed(Exception):
    """The process was killed after a page."""


def visit(
    server: GitLabServer | Scripted,
    kept: Kept | None = None,
    *,
    connection: Connection = CONNECTION,
    time: FakeTime | None = None,
    killed_after: int | None = None,
    is_reconciling: bool = False,
    now: int = NOW,
) -> Kept:
    """Visit once, and return what is kept.

    Raises
    ------
    Killed
        After so many pages, where that was asked for; `kept` has them.
    """
    kept = kept or Kept()
    kept.notes = []
    answering = server if isinstance(server, Scripted) else server.answer
    assert SOURCE.server is not None
    web = scripted_web(connection, SOURCE.server, answering, time=time)
    return collected(
        web,
        kept,
        connection,
        killed_after=killed_after,
        is_reconciling=is_reconciling,
        now=now,
    )


def collected(
    web: Web,
    kept: Kept,
    connection: Connection,
    *,
    killed_after: int | None = None,
    is_reconciling: bool = False,
    now: int = NOW,
) -> Kept:
    """Visit once through a client, and return what is kept; see `visit`."""
    one = Visiting(
        target=kept.target,
        target_id=f"gitlab.com/{kept.target.removeprefix('@')}",
        connection=connection,
        web=web,
        kept=kept,
        is_reconciling=is_reconciling,
        now=now,
    )
    pages = 0
    for fetched in SOURCE.fetch(one):
        match fetched:
            case Page():
                kept.keep(fetched)
                pages += 1
                if pages == killed_after:
                    raise Killed
            case Sweep():
                kept.sweep(fetched)
            case Note():
                kept.notes.append(fetched)
    return kept


Rows = list[dict[str, Any]]


@dataclass
class Read:
    """Rows of every table, and what was skipped."""

    tables: dict[str, Rows] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)

    def __getitem__(self, table: str) -> Rows:
        """Return the rows of a table."""
        return self.tables.get(table, [])

    def only(self, table: str, **where: Any) -> dict[str, Any]:
        """Return the one row of a table that has these values."""
        (row,) = self.all(table, **where)
        return row

    def all(self, table: str, **where: Any) -> Rows:
        """Return the rows of a table that have these values."""
        return [row for row in self[table] if all(row[k] == v for k, v in where.items())]


def read(
    kept: Kept,
    *,
    connection: Connection = CONNECTION,
    settings: Settings | None = None,
    host: str = "gitlab.com",
    named: Identify = identify,
) -> Read:
    """Return the rows of what is kept."""
    reading = Reading(
        target=kept.target,
        target_id=f"{host}/{kept.target.removeprefix('@')}",
        connection=connection,
        settings=settings or Settings(),
        identify=named,
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
