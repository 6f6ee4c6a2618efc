"""Factory Droid as a source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from trueup.collect.ai.sessions.rows import owners_but
from trueup.collect.ai.sessions.source import SessionSource
from trueup.collect.ai.sessions.visiting import Found, Surroundings, Unit, files_below
from trueup.collect.recorded import Visit
from trueup.collect.sources.droid.reading import read_session


class Droid(SessionSource):
    """Sessions of Factory Droid on this machine."""

    name: ClassVar[str] = "droid"
    tool: ClassVar[str] = "factory-droid"
    needs: ClassVar[str] = "sessions of droid"
    owners: ClassVar[Mapping[str, str]] = owners_but("ai_spend")

    def standard(self) -> Iterable[Path]:
        """Return the folder of Droid in one's home."""
        return [Path.home() / ".factory" / "sessions"]

    def logs(self, visit: Visit) -> Sessions:
        """Return the sessions of a folder."""
        return Sessions(folder=Path(visit.target))


SOURCE = Droid()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Sessions of one folder: messages and settings have the same name but its ending."""

    folder: Path

    def units(self) -> Iterable[Unit]:
        """Return a unit for each session."""
        found: dict[str, list[Path]] = {}
        for path in files_below(self.folder, "*.jsonl", "*.settings.json"):
            found.setdefault(path.name.partition(".")[0], []).append(path)
        return [Unit(name=name, paths=tuple(paths)) for name, paths in sorted(found.items())]

    def read(self, unit: Unit, around: Surroundings) -> Found:
        """Read one session."""
        return read_session(unit.paths, unit.name, around)
