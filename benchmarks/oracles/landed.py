"""A line history kept in memory as the warehouse would keep it, and the facts it tells."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.collect.connector import Previous
from trueup.collect.sources.git.lines.history import HistorySummary, ReplayNeeded, history
from trueup.collect.sources.git.process import Git
from trueup.config import GitSettings
from trueup.model.tables import TABLES

Line = tuple[str, str, int]
"""A line is known by its origin commit, its path there and its line number there."""


class Silence:
    """Hears progress and says nothing."""

    def stage(self, name: str, total: int | None) -> None:
        """Hear that a stage begins."""

    def advance(self, steps: int) -> None:
        """Hear that steps are done."""

    def tell(self, fact: str) -> None:
        """Hear something worth knowing."""


@dataclass(slots=True)
class Landed:
    """What was landed of one repository."""

    head: str | None = None
    tables: dict[str, pa.Table] = field(default_factory=dict)
    summary: HistorySummary | None = None
    anew: int = 0  # how often everything had to be read again

    def read(self, table: str, columns: list[str] | None = None) -> pa.Table:
        """Read back a table."""
        rows = self.tables.get(table, TABLES[table].schema.empty_table())
        return rows.select(columns) if columns else rows

    def collect(self, git: Git, head: str, settings: GitSettings | None = None) -> None:
        """Land what is new up to `head`."""
        try:
            self._collect(git, head, settings or GitSettings())
        except ReplayNeeded:
            self.head, self.tables = None, {}
            self.anew += 1
            self._collect(git, head, settings or GitSettings())

    def _collect(self, git: Git, head: str, settings: GitSettings) -> None:
        rows = history(
            git,
            repository_id="r",
            head=head,
            previous=Previous(cursor="", tables=self.read) if self.head else None,
            old_head=self.head,
            settings=settings,
            progress=Silence(),
        )
        fresh: dict[str, list[pa.Table]] = {}
        while True:
            try:
                batch = next(rows)
            except StopIteration as end:
                self.summary = end.value
                break
            fresh.setdefault(batch.table, []).append(batch.rows)
        for name, parts in fresh.items():
            kept = [self.tables[name]] if name in self.tables else []
            kept = kept if TABLES[name].grows == "append" else []
            self.tables[name] = pa.concat_tables([*kept, *parts]).unify_dictionaries()
        self.head = head

    def lines(self) -> dict[int, Line]:
        """Return every line that ever lived, by number."""
        found: dict[int, Line] = {}
        columns = ("line_id", "line_count", "commit_id", "path", "first_line")
        for first, count, commit, path, line in self._rows("line_span", *columns):
            for at in range(count):
                assert first + at not in found, "a number was given out twice"
                found[first + at] = commit.rpartition(":")[2], path, line + at
        return found

    def deaths(self) -> dict[Line, str | None]:
        """Return who ended each dead line."""
        lines = self.lines()
        found: dict[Line, str | None] = {}
        columns = ("span_line_id", "line_offset", "line_count", "commit_id")
        for first, offset, count, commit in self._rows("line_death", *columns):
            for at in range(first + offset, first + offset + count):
                assert lines[at] not in found, "a line died twice"
                found[lines[at]] = commit and commit.rpartition(":")[2]
        return found

    def removals(self) -> set[tuple[Line, str]]:
        """Return which commit removed which line, its killer or not."""
        lines = self.lines()
        columns = ("span_line_id", "line_offset", "line_count", "commit_id")
        return {
            (lines[at], commit.rpartition(":")[2])
            for table in ("line_death", "line_removal")
            for first, offset, count, commit in self._rows(table, *columns)
            for at in range(first + offset, first + offset + count)
            if commit is not None
        }

    def files(self) -> dict[bytes, list[Line]]:
        """Return the lines of every file at the head."""
        lines = self.lines()
        return {
            path: [lines[int(at)] for at in np.frombuffer(ids, "<i4")]
            for path, ids in self._rows("replay_state", "path", "line_ids")
            if path and ids is not None
        }

    def _rows(self, table: str, *columns: str) -> list[tuple]:  # type: ignore[type-arg]
        rows = self.read(table, list(columns))
        return list(zip(*(rows[name].to_pylist() for name in columns), strict=True))


def ignore_rows(git: Git, head: str) -> HistorySummary:
    """Read a whole history and drop the rows."""
    rows = history(
        git,
        repository_id="r",
        head=head,
        previous=None,
        old_head=None,
        settings=GitSettings(),
        progress=Silence(),
    )
    while True:
        try:
            next(rows)
        except StopIteration as end:
            summary: HistorySummary = end.value
            return summary


def warm_up() -> None:
    """Make pyarrow load what it loads with the first array."""
    pa.array(["x"])
    pc.count(pa.array([1]))
