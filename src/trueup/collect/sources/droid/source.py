"""Factory Droid as a source."""

from __future__ import annotations

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
from trueup.collect.sources.droid.reading import read_session
from trueup.config import Connection

TOOL = "factory-droid"
_READER = 1


@dataclass(frozen=True, slots=True)
class Droid:
    """Sessions of Factory Droid on this machine."""

    name: ClassVar[str] = "droid"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = None
    options: ClassVar[Mapping[str, str]] = {}
    owners: ClassVar[Mapping[str, str]] = OWNERS

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return the folders the connection names, else where Droid keeps its own."""
        del web
        standard = [Path.home() / ".factory" / "sessions"]
        return targets(self.name, connection, standard, needs="sessions of droid")

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield the sessions that changed."""
        return fetch(visit, _units(visit.target), _read, source=self.name, reader=_READER)

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn sessions into rows."""
        return session_rows(records, reading, tool=TOOL)


SOURCE = Droid()


def _units(target: str) -> Iterator[Unit]:
    """Yield a unit for each session: messages and settings have the same name but its ending."""
    found: dict[str, list[Path]] = {}
    for path in files_below(Path(target), "*.jsonl", "*.settings.json"):
        found.setdefault(path.name.partition(".")[0], []).append(path)
    for name, paths in sorted(found.items()):
        yield Unit(name=name, paths=tuple(paths))


def _read(unit: Unit, around: Surroundings) -> Found:
    return read_session(unit.paths, unit.name, around)
