"""A tool that logs on this machine, as a source: what is the same for all of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar, Protocol

from trueup.collect.ai.sessions.rows import OWNERS, session_rows
from trueup.collect.ai.sessions.visiting import (
    OPTIONS,
    Found,
    Surroundings,
    Unit,
    fetch,
    targets,
)
from trueup.collect.recorded import Fetched, Normalised, Reading, Record, Server, Visit, Web
from trueup.config import Connection


class Logs(Protocol):
    """The logs of one folder."""

    def units(self) -> Iterable[Unit]:
        """Return what is there."""
        ...

    def read(self, unit: Unit, around: Surroundings) -> Found:
        """Read one unit."""
        ...


class SessionSource(ABC):
    """A source of sessions; a subclass says what it is called, where its logs are, what they say.

    Attributes
    ----------
    tool
        As `ai_session.tool` has it.
    needs
        What there should be in a folder, in words: ``sessions of codex``.
    reader
        Raised when logs are read in another way: all are then read again.
    """

    name: ClassVar[str]
    tool: ClassVar[str]
    needs: ClassVar[str]
    reader: ClassVar[int] = 1
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = None
    options: ClassVar[Mapping[str, str]] = OPTIONS
    owners: ClassVar[Mapping[str, str]] = OWNERS

    @abstractmethod
    def standard(self) -> Iterable[Path]:
        """Return the folders the tool itself keeps its logs in."""

    @abstractmethod
    def logs(self, visit: Visit) -> Logs:
        """Return the logs of the folder that is visited."""

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return the folders the connection names, else those of the tool that exist."""
        del web
        return targets(self.name, connection, self.standard(), needs=self.needs)

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield the sessions of logs that changed."""
        logs = self.logs(visit)
        return fetch(visit, logs.units(), logs.read, source=self.name, reader=self.reader)

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn sessions into rows."""
        return session_rows(records, reading, tool=self.tool_of(reading.target))

    def tool_of(self, target: str) -> str:
        """Return the tool whose logs a folder holds."""
        del target
        return self.tool
