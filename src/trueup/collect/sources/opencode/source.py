"""opencode as a source."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from trueup.collect.ai.sessions.rows import OWNERS, session_rows
from trueup.collect.ai.sessions.visiting import Found, Surroundings, Unit, fetch, targets
from trueup.collect.recorded import Fetched, Normalised, Reading, Record, Server, Visit, Web
from trueup.collect.sources.opencode.reading import sessions_of
from trueup.collect.sources.opencode.storage import Storage, files_of
from trueup.config import Connection

TOOL = "opencode"
_READER = 1


@dataclass(frozen=True, slots=True)
class Opencode:
    """Sessions of opencode on this machine."""

    name: ClassVar[str] = "opencode"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = None
    options: ClassVar[Mapping[str, str]] = {}
    owners: ClassVar[Mapping[str, str]] = OWNERS

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return the folders the connection names, else where opencode keeps its own."""
        del web
        own = os.environ.get("OPENCODE_DATA_DIR")
        shared = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
        standard = [Path(own or Path(shared) / "opencode").expanduser()]
        return targets(self.name, connection, standard, needs="sessions of opencode")

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield the sessions, where anything of the storage changed."""
        paths = tuple(files_of(Path(visit.target)))
        units = [Unit(name="storage", paths=paths)] if paths else []
        return fetch(visit, units, _read, source=self.name, reader=_READER)

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn sessions into rows."""
        return session_rows(records, reading, tool=TOOL)


SOURCE = Opencode()


def _read(unit: Unit, around: Surroundings) -> Found:
    """Read the storage: the files first, so that the databases have the last word."""
    storage = Storage()
    for path in unit.paths:
        if path.suffix == ".json":
            storage.read_file(path)
    for path in unit.paths:
        if path.suffix == ".db":
            storage.read_database(path)
    sessions = sessions_of(storage, around)
    return Found(sessions=sessions, lines=storage.lines, faults=storage.faults)
