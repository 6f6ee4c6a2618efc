"""Transcripts in a folder, visited as often as asked; what is kept stays in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.collect.ai.machine import Rows, jsonl
from trueup.collect.connector import Batch, Progress
from trueup.collect.recorded import Note, Page, Reading, Record, Skipped, Web
from trueup.collect.sources.claude_code.source import SOURCE
from trueup.collect.sources.claude_code.visiting import Reader
from trueup.collect.web.nowhere import NoWeb
from trueup.config import Connection, Settings
from trueup.testing.scripted import Unheard

NOW = 1_790_000_000_000_000


@dataclass
class Visiting:
    """A visit, and what it finds kept."""

    target: str
    target_id: str = "claude_code:x"
    connection: Connection = field(default_factory=lambda: Connection(source="claude_code"))
    web: Web = field(default_factory=lambda: NoWeb("claude_code"))
    now: int = NOW
    progress: Progress = field(default_factory=Unheard)
    is_reconciling: bool = False
    kept: dict[tuple[str, str], str] = field(default_factory=dict)
    checkpoints: dict[str, str] = field(default_factory=dict)

    def checkpoint(self, stream: str) -> str | None:
        """Return where a stream stands."""
        return self.checkpoints.get(stream)

    def known(self, kind: str) -> frozenset[str]:
        """Return the keys kept of a kind."""
        return frozenset(key for one, key in self.kept if one == kind)

    def bodies(self, kind: str, keys: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """Return what is kept of these keys."""
        return {key: json.loads(self.kept[kind, key]) for key in keys if (kind, key) in self.kept}

    def keep(self, page: Page) -> None:
        """Keep a page whole, as an archive does: as text."""
        self.checkpoints[page.stream] = page.checkpoint
        for record in page.records:
            self.kept[record.kind, record.key] = json.dumps(record.body, sort_keys=True)


class Logs:
    """Transcripts of one person."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        connection = Connection(source="claude_code", options={"person": "a@x.example", **options})
        self.visit = Visiting(target=str(folder), connection=connection)
        self.notes: list[Note] = []

    def write(self, name: str, *lines: Mapping[str, Any], mode: str = "w") -> Path:
        """Write a transcript."""
        return self.put(name, jsonl(*lines).encode(), mode=mode)

    def put(self, name: str, content: bytes, *, mode: str = "w") -> Path:
        """Write a transcript as it stands."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open(f"{mode}b") as file:
            file.write(content)
        return path

    def collect(self, **how: Any) -> Rows:
        """Visit, and return all rows there are."""
        self.notes = []
        for fetched in Reader(self.visit, **how).fetch():
            if isinstance(fetched, Page):
                self.visit.keep(fetched)
            elif isinstance(fetched, Note):
                self.notes.append(fetched)
        return self.rows()

    def rows(self) -> Rows:
        """Return the rows of everything kept."""
        tables: dict[str, list[dict[str, Any]]] = {}
        skips: list[Skipped] = []
        for one in SOURCE.normalise(self._records(), reading()):
            if isinstance(one, Batch):
                tables.setdefault(one.table, []).extend(one.rows.to_pylist())
            elif isinstance(one, Skipped):
                skips.append(one)
        return Rows(tables=tables, skips=skips, notes=self.notes)

    def _records(self) -> Iterable[Record]:
        for (kind, key), text in sorted(self.visit.kept.items()):
            yield Record(kind=kind, key=key, body=json.loads(text), fetched_at=NOW)


def reading() -> Reading:
    """Return what `normalise` may know."""
    return Reading(
        target="logs",
        target_id="claude_code:x",
        connection=Connection(source="claude_code"),
        settings=Settings(),
        identify=lambda platform, native_id, _: f"{platform}|{native_id}",
        now=NOW,
    )
