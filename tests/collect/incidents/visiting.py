"""Visits to scripted servers of incident tools, and the rows they come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from trueup.collect.connector import Batch, Progress
from trueup.collect.fields import instant
from trueup.collect.recorded import (
    Gone,
    Note,
    Page,
    Reading,
    Record,
    RecordedSource,
    Skipped,
    Sweep,
    Web,
)
from trueup.config import Connection, ServiceSettings, Settings
from trueup.testing.scripted import Answer, Question, Scripted, Unheard, scripted_web

NOW = instant("2026-09-21T14:13:20Z")
CHECKOUT = ServiceSettings(name="checkout", repository="github.com/acme/shop")
Payload = dict[str, Any]


@dataclass
class Kept:
    """What an archive keeps of one target: newest bodies, checkpoints, what is gone."""

    bodies: dict[tuple[str, str], Mapping[str, Any] | None] = field(default_factory=dict)
    seen_at: dict[tuple[str, str], int] = field(default_factory=dict)
    checkpoints: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    """Keys of records whose body the last visit changed."""
    asked: list[Question] = field(default_factory=list)

    def keep(self, page: Page, now: int) -> None:
        """Keep a page whole."""
        self.checkpoints[page.stream] = page.checkpoint
        for record in page.records:
            name = (record.kind, record.key)
            if self.bodies.get(name) != record.body:
                self.bodies[name] = record.body
                self.seen_at[name] = now
                self.written.append(record.key)

    def sweep(self, sweep: Sweep) -> None:
        """Mark what is not listed as gone."""
        for kind, key in self.bodies:
            if kind == sweep.kind and key not in sweep.keys:
                self.bodies[kind, key] = None


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
        there = (name for name, body in self.kept.bodies.items() if body is not None)
        return frozenset(key for one, key in there if one == kind)


class Killed(Exception):
    """The process was killed after a page."""


@dataclass(frozen=True)
class Tool:
    """A source on a scripted server, and the one target that is visited."""

    source: RecordedSource
    connection: Connection
    target_id: str
    target: str = "x"

    def visit(
        self,
        answering: Callable[[Question], Answer],
        kept: Kept | None = None,
        *,
        now: int = NOW,
        killed_after: int | None = None,
        is_reconciling: bool = False,
    ) -> Kept:
        """Visit once, and return what is kept.

        Raises
        ------
        Killed
            After so many pages, where that was asked for; `kept` has them.
        """
        kept = kept if kept is not None else Kept()
        kept.notes, kept.written = [], []
        assert self.source.server is not None
        carrier = Scripted(answering)
        kept.asked = carrier.asked
        one = Visiting(
            target=self.target,
            target_id=self.target_id,
            connection=self.connection,
            web=scripted_web(self.connection, self.source.server, carrier),
            kept=kept,
            now=now,
            is_reconciling=is_reconciling,
        )
        pages = 0
        for fetched in self.source.fetch(one):
            match fetched:
                case Page():
                    kept.keep(fetched, now)
                    pages += 1
                    if pages == killed_after:
                        raise Killed
                case Sweep():
                    kept.sweep(fetched)
                case Note():
                    kept.notes.append(fetched)
        return kept

    def read(
        self, kept: Kept, *, services: tuple[ServiceSettings, ...] = (CHECKOUT,), now: int = NOW
    ) -> Read:
        """Return the rows of what is kept; nothing is asked."""
        reading = Reading(
            target=self.target,
            target_id=self.target_id,
            connection=self.connection,
            settings=Settings(services=services),
            identify=lambda platform, native_id, _: f"{platform}|{native_id}",
            now=now,
        )
        records = [
            Record(kind=kind, key=key, body=body, fetched_at=kept.seen_at[kind, key])
            for (kind, key), body in kept.bodies.items()
        ]
        found = Read()
        for normalised in self.source.normalise(records, reading):
            match normalised:
                case Batch(table, rows):
                    found.tables.setdefault(table, []).extend(rows.to_pylist())
                case Skipped():
                    found.skipped.append(normalised)
                case Gone():
                    found.gone.append(normalised)
        return found

    def collected(self, answering: Callable[[Question], Answer], **how: Any) -> Read:
        """Return the rows of one visit."""
        return self.read(self.visit(answering), **how)


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
        (row,) = [row for row in self[table] if all(row[k] == v for k, v in where.items())]
        return row

    def links(self) -> set[tuple[str, str]]:
        """Return kind and id of everything that incidents name."""
        return {(row["target_kind"], row["target_id"]) for row in self["incident_link"]}

    def reasons(self) -> set[str]:
        """Return why anything was skipped."""
        return {skip.reason for skip in self.skipped}
