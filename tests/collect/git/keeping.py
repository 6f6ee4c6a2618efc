"""Keeps what the git source yields as a warehouse would, from one collection to the next."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from tests.collect.git.building import DAY, START
from trueup.collect.connector import Batch, Cursor, Previous, Request, Reset
from trueup.collect.sources.git.connector import GitConnector
from trueup.config import Settings
from trueup.model.tables import TABLES

NOW = (START + 400 * DAY) * 1_000_000


class Watching:
    """A `Progress` that remembers its stages."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int | None]] = []
        self.steps = 0
        self.facts: list[str] = []

    def stage(self, name: str, total: int | None) -> None:
        self.stages.append((name, total))

    def advance(self, steps: int) -> None:
        self.steps += steps

    def tell(self, fact: str) -> None:
        self.facts.append(fact)


def pseudonym(platform: str, native_id: str, name: str) -> str:
    """Return an account id a test can read."""
    del name
    return f"{platform}|{native_id}"


@dataclass(slots=True)
class Kept:
    """Everything collected of one repository so far."""

    rows: dict[str, pa.Table] = field(default_factory=dict)
    cursor: str | None = None
    resets: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def collect(
        self,
        location: Path,
        *,
        settings: Settings | None = None,
        connector: GitConnector | None = None,
        now: int = NOW,
    ) -> Kept:
        """Collect the one repository at `location` and keep what it yields."""
        source = connector or GitConnector()
        ((target, target_id),) = source.targets(str(location))
        return self.collect_target(source, target, target_id, settings or Settings(), now)

    def collect_target(
        self, source: GitConnector, target: str, target_id: str, settings: Settings, now: int
    ) -> Kept:
        """Collect one target and keep what it yields."""
        previous = None
        if self.cursor is not None:
            before = dict(self.rows)
            previous = Previous(cursor=self.cursor, tables=lambda t, c=None: _read(before, t, c))
        request = Request(
            target=target,
            target_id=target_id,
            settings=settings,
            identify=pseudonym,
            progress=Watching(),
            now=now,
            previous=previous,
        )
        began = time.perf_counter()
        fresh: dict[str, list[pa.Table]] = {}
        self.order = []
        for landed in source.collect(request):
            if isinstance(landed, Batch):
                assert landed.rows.schema == TABLES[landed.table].schema
                fresh.setdefault(landed.table, []).append(landed.rows)
                self.order.append(landed.table)
            elif isinstance(landed, Reset):
                self.resets.append(landed.reason)
                self.rows.clear()
                fresh.clear()
            elif isinstance(landed, Cursor):
                self.cursor = landed.value
        self.seconds = time.perf_counter() - began
        for table, pieces in fresh.items():
            if TABLES[table].grows == "append" and table in self.rows:
                pieces.insert(0, self.rows[table])
            self.rows[table] = pa.concat_tables(pieces)
        return self

    def of(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table."""
        rows: list[dict[str, Any]] = _read(self.rows, table, None).to_pylist()
        return rows

    def by(self, table: str, column: str) -> dict[Any, dict[str, Any]]:
        """Return the rows of a table by one of their values, which must be unique."""
        rows = self.of(table)
        found = {row[column]: row for row in rows}
        assert len(found) == len(rows)
        return found

    def change_of(self, sha: str) -> dict[str, Any]:
        """Return the change that landed with a commit."""
        return next(c for c in self.of("change") if c["landed_commit_id"].endswith(f":{sha}"))

    def members(self) -> dict[str, str]:
        """Return the change each commit is part of, by sha."""
        rows = self.of("change_commit")
        found = {row["commit_id"].rpartition(":")[2]: row["change_id"] for row in rows}
        assert len(found) == len(rows)
        return found

    def said_of(self, subject: str) -> dict[str, Any] | None:
        """Return the coverage row of a subject."""
        return self.by("coverage", "subject").get(subject)


def sorted_rows(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return rows in an order that does not depend on how they were found."""
    return sorted(repr(sorted(row.items())) for row in rows)


def _read(rows: Mapping[str, pa.Table], table: str, columns: list[str] | None) -> pa.Table:
    kept = rows.get(table, TABLES[table].schema.empty_table())
    return kept if columns is None else kept.select(columns)
