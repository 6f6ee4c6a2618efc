"""aider as a source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from trueup.collect.ai.logs.machine import stream_of
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
from trueup.collect.sources.aider.reading import read_log
from trueup.config import Connection
from trueup.errors import ConfigError

TOOL = "aider"
_READER = 1


@dataclass(frozen=True, slots=True)
class Aider:
    """Logs of aider's analytics."""

    name: ClassVar[str] = "aider"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = None
    options: ClassVar[Mapping[str, str]] = {}
    owners: ClassVar[Mapping[str, str]] = OWNERS

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return the logs the connection names: aider has no usual place for them."""
        del web
        if not connection.targets:
            raise ConfigError(
                "A connection to aider names no log.",
                hint='Run aider with --analytics-log FILE, and write targets = ["FILE"].',
            )
        return targets(self.name, connection, (), needs="a log of aider")

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield the runs of logs that changed."""
        folder = Path(visit.target)
        root = folder if folder.is_dir() else folder.parent
        units = [
            Unit(name=path.relative_to(root).as_posix(), paths=(path,))
            for path in files_below(folder, "*.jsonl")
        ]
        return fetch(visit, units, _read, source=self.name, reader=_READER)

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn runs into rows."""
        return session_rows(records, reading, tool=TOOL)


SOURCE = Aider()


def _read(unit: Unit, around: Surroundings) -> Found:
    """Read a log; its runs are named by a digest of its name, for the name may be a person's."""
    name = stream_of(unit.name).removeprefix("file:")
    found = read_log(unit.paths[0], name, around)
    place = around.place(None)
    for session in found.sessions:
        session.person = around.person(place)
    return found
