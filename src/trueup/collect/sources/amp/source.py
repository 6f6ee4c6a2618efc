"""Amp as a source."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from trueup.collect.ai.sessions.rows import owners_but
from trueup.collect.ai.sessions.source import SessionSource
from trueup.collect.ai.sessions.visiting import Found, Surroundings, Unit, files_below
from trueup.collect.recorded import Visit
from trueup.collect.sources.amp.reading import read_thread


class Amp(SessionSource):
    """Threads of Amp on this machine."""

    name: ClassVar[str] = "amp"
    tool: ClassVar[str] = "amp"
    needs: ClassVar[str] = "threads of amp"
    owners: ClassVar[Mapping[str, str]] = owners_but("ai_spend")

    def standard(self) -> Iterable[Path]:
        """Return the folder of threads in one's home."""
        shared = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
        return [Path(shared).expanduser() / "amp" / "threads"]

    def logs(self, visit: Visit) -> Threads:
        """Return the threads of a folder."""
        return Threads(folder=Path(visit.target))


SOURCE = Amp()


@dataclass(frozen=True, slots=True, kw_only=True)
class Threads:
    """Threads of one folder, each a file."""

    folder: Path

    def units(self) -> Iterable[Unit]:
        """Return a unit for each thread."""
        found = files_below(self.folder, "T-*.json")
        return [Unit(name=path.stem, paths=(path,)) for path in found]

    def read(self, unit: Unit, around: Surroundings) -> Found:
        """Read one thread."""
        return read_thread(unit.paths[0], around)
