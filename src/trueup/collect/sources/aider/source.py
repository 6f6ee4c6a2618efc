"""aider as a source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from trueup.collect.ai.logs.machine import stream_of
from trueup.collect.ai.sessions.rows import owners_but
from trueup.collect.ai.sessions.source import SessionSource
from trueup.collect.ai.sessions.visiting import Found, Surroundings, Unit, files_below
from trueup.collect.recorded import Visit, Web
from trueup.collect.sources.aider.reading import read_log
from trueup.config import Connection
from trueup.errors import ConfigError


class Aider(SessionSource):
    """Logs of aider's analytics."""

    name: ClassVar[str] = "aider"
    tool: ClassVar[str] = "aider"
    needs: ClassVar[str] = "a log of aider"
    owners: ClassVar[Mapping[str, str]] = owners_but("ai_lines")

    def standard(self) -> Iterable[Path]:
        """Return nothing: aider writes its log where it is told to."""
        return ()

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return the logs the connection names.

        Raises
        ------
        ConfigError
            It names none.
        """
        if not connection.targets:
            raise ConfigError(
                "A connection to aider names no log.",
                hint='Run aider with --analytics-log FILE, and write targets = ["FILE"].',
            )
        return super().targets(connection, web)

    def logs(self, visit: Visit) -> Runs:
        """Return the logs of a folder, or the one that is named."""
        return Runs(target=Path(visit.target))


SOURCE = Aider()


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Logs in one folder; runs are named by a digest of the log's name, which may be a person's."""

    target: Path

    def units(self) -> Iterable[Unit]:
        """Return a unit for each log."""
        root = self.target if self.target.is_dir() else self.target.parent
        found = files_below(self.target, "*.jsonl")
        return [Unit(name=path.relative_to(root).as_posix(), paths=(path,)) for path in found]

    def read(self, unit: Unit, around: Surroundings) -> Found:
        """Read one log."""
        name = stream_of(unit.name).removeprefix("file:")
        found = read_log(unit.paths[0], name, around)
        person = around.person(around.place(None))
        for session in found.sessions:
            session.person = person
        return found
