"""Visits to the scripted server, and the rows they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.collect.jenkins.server import JenkinsServer
from trueup.collect.connector import Batch, Progress
from trueup.collect.recorded import Gone, Note, Page, Reading, Record, Skipped, Sweep, Web
from trueup.collect.sources.jenkins.source import SOURCE
from trueup.config import Connection, ServiceSettings, Settings
from trueup.testing.scripted import Unheard, scripted_web

NOW = 1_790_000_000_000_000  # 2026-09-21T14:13:20Z
HOST = "ci.example.org"
CONNECTION = Connection(source="jenkins", url=f"https://{HOST}", targets=("*",))


def connection(**options: Any) -> Connection:
    """Return a connection to all jobs, with these options."""
    return replace(CONNECTION, options=options)


def identify(platform: str, native_id: str, name: str) -> str:
    """Give pseudonyms a reader of the tests can follow."""
    del name
    return f"{platform}|{native_id}"


@dataclass
class Kept:
    """What an archive keeps of one target."""

    bodies: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    checkpoints: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    pages: int = 0

    def keep(self, page: Page) -> None:
        """Keep a page whole."""
        self.pages += 1
        self.checkpoints[page.stream] = page.checkpoint
        for record in page.records:
            assert record.body is not None
            self.bodies[record.kind, record.key] = record.body
            self.written.append(record.key)


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


class Killed(Exception):
    """The process was killed after a page."""


def visit(
    server: JenkinsServer,
    target: str = "shop",
    kept: Kept | None = None,
    *,
    using: Connection = CONNECTION,
    killed_after: int | None = None,
    is_reconciling: bool = False,
) -> Kept:
    """Visit a job once, and return what is kept.

    Raises
    ------
    Killed
        After so many pages, where that was asked for; `kept` has them.
    """
    kept = kept or Kept()
    kept.notes, kept.written, kept.pages = [], [], 0
    assert SOURCE.server is not None
    one = Visiting(
        target=target,
        target_id=f"jenkins:{HOST}/{target}",
        connection=using,
        web=scripted_web(using, SOURCE.server, server.answer),
        kept=kept,
        is_reconciling=is_reconciling,
    )
    for fetched in SOURCE.fetch(one):
        match fetched:
            case Page():
                kept.keep(fetched)
                if kept.pages == killed_after:
                    raise Killed
            case Note():
                kept.notes.append(fetched)
            case Sweep():
                raise AssertionError("builds that Jenkins discards are not gone")
    return kept


@dataclass
class Read:
    """Rows of every table, and what was skipped."""

    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)

    def __getitem__(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table."""
        return self.tables.get(table, [])

    def only(self, table: str, **where: Any) -> dict[str, Any]:
        """Return the one row of a table that has these values."""
        (row,) = [row for row in self[table] if all(row[k] == v for k, v in where.items())]
        return row

    def run(self, key: str) -> dict[str, Any]:
        """Return the run of a build."""
        return self.only("pipeline_run", run_id=f"jenkins:{HOST}:{key}")


def read(
    kept: Kept,
    target: str = "shop",
    *,
    using: Connection = CONNECTION,
    services: tuple[ServiceSettings, ...] = (),
) -> Read:
    """Return the rows of what is kept."""
    reading = Reading(
        target=target,
        target_id=f"jenkins:{HOST}/{target}",
        connection=using,
        settings=Settings(services=services),
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
                raise AssertionError("builds that Jenkins discards are not gone")
    return found
