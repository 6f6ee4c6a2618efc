"""A machine with logs of AI tools, collected as every day, and the rows they come to."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.reference import reference
from trueup.collect.connector import Batch
from trueup.collect.recorded import Note, RecordedSource, Skipped
from trueup.collect.running.connector import Manner
from trueup.config import Connection
from trueup.store.raw.archive import Archives
from trueup.testing.trial import Case, Trial

BUCKETS = ("uncached_input", "cache_read", "cache_write_5m", "cache_write_1h", "output")


def jsonl(*lines: Mapping[str, Any]) -> str:
    """Write lines of JSON."""
    return "".join(json.dumps(line) + "\n" for line in lines)


def samples_of(name: str) -> Path:
    """Return a folder of samples of real logs, or skip."""
    return reference("ai-telemetry", name, unread="samples of real logs not read")


@dataclass(frozen=True)
class Rows:
    """What a collection came to."""

    tables: Mapping[str, list[dict[str, Any]]]
    skips: list[Skipped]
    notes: list[Note]

    def __getitem__(self, table: str) -> list[dict[str, Any]]:
        return self.tables.get(table, [])

    def tokens(self) -> dict[str, int]:
        """Sum the five buckets."""
        return {name: sum(row[f"{name}_tokens"] for row in self["ai_request"]) for name in BUCKETS}

    def total(self) -> int:
        """Sum all tokens."""
        return sum(self.tokens().values())

    def acts(self) -> dict[tuple[str, str | None], int]:
        """Count activities by kind and name."""
        found: dict[tuple[str, str | None], int] = {}
        for row in self["ai_activity"]:
            key = (row["kind"], row["name"])
            found[key] = found.get(key, 0) + row["count"]
        return found

    def lines(self) -> dict[str | None, tuple[int, int]]:
        """Return (added, removed) lines by path."""
        found: dict[str | None, tuple[int, int]] = {}
        for row in self["ai_lines"]:
            added, removed = found.get(row["path"], (0, 0))
            found[row["path"]] = (added + row["lines_added"], removed + row["lines_removed"])
        return found


class Machine:
    """Collects one folder of logs of one source, as often as asked."""

    def __init__(self, source: RecordedSource, folder: Path, **options: Any) -> None:
        self.logs = folder / "files" / "logs"
        self.logs.mkdir(parents=True)
        connection = Connection(source=source.name, targets=("logs",), options=options)
        self._trial = Trial(Case(source=source, connection=connection), folder)
        self._source = source

    def write(self, name: str, content: str | bytes, *, at: int | None = None) -> Path:
        """Write a file of the logs, last written to at an instant (epoch seconds)."""
        path = self.logs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        if at is not None:
            os.utime(path, (at, at))
        return path

    def checkout(self, name: str, address: str) -> Path:
        """Make a repository beside the logs."""
        path = self.logs.parent / name
        for arguments in (["init", "-q", str(path)], ["-C", str(path), "remote", "add", "origin"]):
            end = [address] if "remote" in arguments else []
            subprocess.run(["git", *arguments, *end], check=True, capture_output=True)
        return path

    def copy(self, name: str, path: Path) -> None:
        """Copy a file into the logs."""
        self.write(name, path.read_bytes())

    def collect(self, *, is_reconciling: bool = False) -> Rows:
        """Collect, and return all rows there are now."""
        self._trial.collect(manner=Manner(is_reconciling=is_reconciling))
        tables: dict[str, list[dict[str, Any]]] = {}
        skips: list[Skipped] = []
        targets = dict.fromkeys(target for target, _ in self._trial.records())
        for target in targets:
            records = [record for of, record in self._trial.records() if of == target]
            for one in self._source.normalise(records, self._trial.reading(target)):
                if isinstance(one, Batch):
                    tables.setdefault(one.table, []).extend(one.rows.to_pylist())
                elif isinstance(one, Skipped):
                    skips.append(one)
        return Rows(tables=tables, skips=skips, notes=list(self._notes()))

    def kept(self) -> str:
        """Return everything that is archived, as text."""
        return json.dumps([(r.kind, r.key, r.body) for _, r in self._trial.records()])

    def digest(self) -> str:
        """Return a digest of all rows landed."""
        return self._trial.digest()

    def changes(self) -> int:
        """Return how many changes of records were ever kept."""
        return self._trial.changes_kept()

    def _notes(self) -> Iterable[Note]:
        archives = Archives(self._trial.folder, self._source.name, "")
        for about in archives.there():
            with closing(archives.open(about.target, about.target_id)) as archive:
                for note in archive.ledger.notes():
                    yield Note(
                        subject=note.subject,
                        expected=note.expected,
                        seen=note.seen,
                        skipped=note.skipped,
                        reason=note.reason,
                        remedy=note.remedy,
                    )
