"""Copilot on this machine as a source: sessions of the command line, spans of editors."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from trueup.collect.ai.sessions.rows import OWNERS, session_rows
from trueup.collect.ai.sessions.visiting import (
    Found,
    Surroundings,
    Unit,
    fetch,
    files_below,
    targets,
)
from trueup.collect.recorded import Fetched, Normalised, Reading, Record, Server, Visit, Web
from trueup.collect.sources.copilot_local.events import read_events
from trueup.collect.sources.copilot_local.spans import sessions_of
from trueup.collect.sources.copilot_local.stores import STORE, is_saved, spans_of, store_files
from trueup.collect.sources.copilot_local.uniting import united
from trueup.config import Connection

TOOL = "copilot"
_READER = 1
_EVENTS = "events.jsonl"
_STATE = "session-state"
_EDITORS = ("Code", "Code - Insiders", "VSCodium")
_KEPT = Path("User", "globalStorage", "github.copilot-chat")


@dataclass(frozen=True, slots=True)
class CopilotLocal:
    """Sessions of Copilot on this machine."""

    name: ClassVar[str] = "copilot_local"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = None
    options: ClassVar[Mapping[str, str]] = {}
    owners: ClassVar[Mapping[str, str]] = OWNERS

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return the folders the connection names, else where Copilot keeps its own."""
        del web
        return targets(self.name, connection, _standard(), needs="sessions of copilot")

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield the sessions that changed."""
        units = _units(visit.target)
        yield from united(visit, fetch(visit, units, _read, source=self.name, reader=_READER))

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn sessions into rows."""
        return session_rows(records, reading, tool=TOOL)


SOURCE = CopilotLocal()


def _standard() -> list[Path]:
    home = os.environ.get("COPILOT_HOME")
    settings = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    roots = (settings, Path.home() / "Library" / "Application Support")
    editors = [root / editor / _KEPT for root in roots for editor in _EDITORS]
    return [Path(home).expanduser() if home else Path.home() / ".copilot", *editors]


def _units(target: str) -> Iterator[Unit]:
    """Yield a unit for each session of the command line, and for each file of spans."""
    for path in files_below(Path(target), _EVENTS, f"{_STATE}/*.jsonl", STORE, "*.json"):
        if path.name == _EVENTS:
            yield Unit(name=f"{path.parent.name}/{path.name}", paths=(path,))
        elif path.suffix == ".db":
            yield Unit(name=f"{path.parent.name}/{path.name}", paths=store_files(path))
        elif path.suffix == ".jsonl" or is_saved(path):
            yield Unit(name=path.name, paths=(path,))


def _read(unit: Unit, around: Surroundings) -> Found:
    path = unit.paths[0]
    if path.suffix == ".jsonl":
        native = path.parent.name if path.name == _EVENTS else path.stem
        return read_events(path, native, around)
    faults = Counter[str]()
    spans = spans_of(path, faults)
    sessions = sessions_of(spans, faults)
    for session in sessions:
        session.person = around.person(session.place)
    return Found(sessions=sessions, lines=len(spans), faults=faults)
