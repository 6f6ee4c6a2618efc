"""Visits to the scripted server, and the rows they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.collect.jira.server import JiraServer
from trueup.collect.connector import Batch, Progress
from trueup.collect.recorded import Gone, Note, Page, Reading, Record, Skipped, Sweep, Web
from trueup.collect.sources.jira.source import SOURCE
from trueup.config import Connection, ServiceSettings, Settings
from trueup.testing.scripted import Unheard, scripted_web

NOW = 1_790_000_000_000_000  # 2026-09-21T14:13:20Z
CLOUD = Connection(source="jira", url="https://acme.atlassian.net", targets=("SHOP",))
DATA_CENTER = Connection(source="jira", url="https://jira.acme.example", targets=("SHOP",))


def identify(platform: str, native_id: str, name: str) -> str:
    """Give pseudonyms a reader of the tests can follow."""
    del name
    return f"{platform}|{native_id}"


@dataclass
class Kept:
    """What an archive keeps of one target: newest bodies, checkpoints, what is gone and why."""

    target: str = "SHOP"
    target_id: str = "acme.atlassian.net/10000"
    bodies: dict[str, Mapping[str, Any] | None] = field(default_factory=dict)
    checkpoints: dict[str, str] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    """Keys of records kept in the last visit."""

    def keep(self, page: Page) -> None:
        """Keep a page whole."""
        self.checkpoints[page.stream] = page.checkpoint
        for record in page.records:
            self.bodies[record.key] = record.body
            self.written.append(record.key)

    def sweep(self, sweep: Sweep) -> None:
        """Mark what is gone."""
        for key, body in list(self.bodies.items()):
            if key not in sweep.keys and body is not None:
                self.bodies[key] = None
                self.gone[key] = sweep.reason


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
        del kind
        return frozenset(key for key, body in self.kept.bodies.items() if body is not None)


class Killed(Exception):
    """The process was killed after a page."""


def visit(
    server: JiraServer,
    kept: Kept | None = None,
    *,
    options: Mapping[str, Any] | None = None,
    killed_after: int | None = None,
    is_reconciling: bool = False,
) -> Kept:
    """Visit once, and return what is kept.

    Raises
    ------
    Killed
        After so many pages, where that was asked for; `kept` has them.
    """
    kept = kept or Kept()
    kept.notes, kept.written = [], []
    connection = connection_of(server, options)
    assert SOURCE.server is not None
    one = Visiting(
        target=kept.target,
        target_id=kept.target_id,
        connection=connection,
        web=scripted_web(connection, SOURCE.server, server.answer),
        kept=kept,
        is_reconciling=is_reconciling,
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


def connection_of(server: JiraServer, options: Mapping[str, Any] | None = None) -> Connection:
    """Return a connection to the server."""
    base = CLOUD if server.is_cloud else DATA_CENTER
    return Connection(source="jira", url=base.url, targets=base.targets, options=options or {})


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

    def stages(self, native: int) -> list[tuple[str | None, str | None]]:
        """Return the moves of an issue from stage to stage, in their order."""
        moves = self.all("work_item_transition", work_item_id=f"{LEAD}:{native}")
        moves.sort(key=lambda row: row["happened_at"])
        return [(row["from_stage"], row["to_stage"]) for row in moves]


LEAD = "jira:acme.atlassian.net"


def read(
    kept: Kept,
    *,
    options: Mapping[str, Any] | None = None,
    services: tuple[ServiceSettings, ...] = (),
) -> Read:
    """Return the rows of what is kept; nothing is asked."""
    reading = Reading(
        target=kept.target,
        target_id=kept.target_id,
        connection=Connection(source="jira", url=CLOUD.url, options=options or {}),
        settings=Settings(services=services),
        identify=identify,
        now=NOW,
    )
    records = [Record(kind="issue", key=key, body=body) for key, body in kept.bodies.items()]
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


def collected(*issues: Mapping[str, Any], **how: Any) -> Read:
    """Return the rows of these issues, of a server in the cloud."""
    server = JiraServer()
    server.put(*(dict(one) for one in issues))
    return read(visit(server, options=how.get("options")), **how)
