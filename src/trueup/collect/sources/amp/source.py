"""Amp as a source."""

from __future__ import annotations

import os
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
from trueup.collect.sources.amp.reading import read_thread
from trueup.config import Connection

TOOL = "amp"
_READER = 1


@dataclass(frozen=True, slots=True)
class Amp:
    """Threads of Amp on this machine."""

    name: ClassVar[str] = "amp"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = None
    options: ClassVar[Mapping[str, str]] = {}
    owners: ClassVar[Mapping[str, str]] = OWNERS

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return the folders the connection names, else where Amp keeps its own."""
        del web
        shared = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
        standard = [Path(shared).expanduser() / "amp" / "threads"]
        return targets(self.name, connection, standard, needs="threads of amp")

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield the threads that changed."""
        found = files_below(Path(visit.target), "T-*.json")
        units = [Unit(name=path.stem, paths=(path,)) for path in found]
        return fetch(visit, units, _read, source=self.name, reader=_READER)

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn threads into rows."""
        return session_rows(records, reading, tool=TOOL)


SOURCE = Amp()


def _read(unit: Unit, around: Surroundings) -> Found:
    return read_thread(unit.paths[0], around)
