"""opencode as a source."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from trueup.collect.ai.sessions.source import SessionSource
from trueup.collect.ai.sessions.visiting import Found, Surroundings, Unit
from trueup.collect.recorded import Visit
from trueup.collect.sources.opencode.reading import sessions_of
from trueup.collect.sources.opencode.storage import Storage, files_of


class Opencode(SessionSource):
    """Sessions of opencode on this machine."""

    name: ClassVar[str] = "opencode"
    tool: ClassVar[str] = "opencode"
    needs: ClassVar[str] = "sessions of opencode"

    def standard(self) -> Iterable[Path]:
        """Return the folder of its data in one's home."""
        own = os.environ.get("OPENCODE_DATA_DIR")
        shared = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
        return [Path(own or Path(shared) / "opencode").expanduser()]

    def logs(self, visit: Visit) -> Stored:
        """Return what is stored in a folder."""
        return Stored(folder=Path(visit.target))


SOURCE = Opencode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What is stored in one folder; it is one unit, for sessions copy messages of each other."""

    folder: Path

    def units(self) -> Iterable[Unit]:
        """Return the unit, where anything is there."""
        paths = tuple(files_of(self.folder))
        return [Unit(name="storage", paths=paths)] if paths else []

    def read(self, unit: Unit, around: Surroundings) -> Found:
        """Read it: the files first, so that the databases have the last word."""
        storage = Storage()
        for path in unit.paths:
            if path.suffix == ".json":
                storage.read_file(path)
        for path in unit.paths:
            if path.suffix == ".db":
                storage.read_database(path)
        sessions = sessions_of(storage, around)
        return Found(sessions=sessions, lines=storage.lines, faults=storage.faults)
