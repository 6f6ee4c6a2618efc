"""One round over everything that is connected: what cannot be read is named, the rest is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from trueup.collect.catalogue import find_source
from trueup.collect.connector import Connector, Progress
from trueup.collect.running.archive import Archives
from trueup.collect.running.collected import Collected
from trueup.collect.running.connector import Manner, RecordedConnector, address_of
from trueup.config import Connection
from trueup.errors import CollectError, ConfigError, TrueupError

OpenArchives = Callable[[str, str], Archives]
"""Opens the archives of a source (name) read from a server (address)."""

Land = Callable[[Connector, str, str], None]
"""Collects one target (target, target_id) through a connector, all or nothing of it."""


@dataclass(slots=True)
class Round:
    """A round, and what came of it.

    Parameters
    ----------
    read
        Source and target_id of everything read.
    failed
        Places, targets and connections that could not be read, each with its reason.
    """

    progress: Progress
    read: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, TrueupError]] = field(default_factory=list)
    _found: dict[tuple[str, str], tuple[Connector, str]] = field(default_factory=dict)

    def find(self, connector: Connector, place: str) -> None:
        """Add everything there is to be read at a place, each target once."""
        with self._noting(place or connector.name):
            for target, target_id in connector.targets(place):
                self._found.setdefault((connector.name, target_id), (connector, target))

    def run(
        self, connections: Sequence[Connection], archives: OpenArchives, manner: Manner, land: Land
    ) -> None:
        """Read everything found so far, and everything the connections name.

        Raises
        ------
        CollectError, ConfigError
            None of it could be read: the first reason; the others are told.
        """
        with ExitStack() as until_the_end:
            for connection in connections:
                with self._noting(connection.name or connection.source):
                    opened = _opened(connection, archives, manner, self.progress)
                    self.find(until_the_end.enter_context(opened), "")
            for number, ((source, target_id), (connector, target)) in enumerate(
                self._found.items(), 1
            ):
                if connections:
                    self.progress.stage(f"{number} of {len(self._found)}: {target}", None)
                with self._noting(target):
                    land(connector, target, target_id)
                    self.read.append((source, target_id))
        if self.failed and not self.read:
            for place, error in self.failed[1:]:
                self.progress.tell(f"{place} could not be read: {error.fact}")
            raise self.failed[0][1]

    def collected(self) -> Collected:
        """Return what came of it."""
        return Collected(
            repository_ids=tuple(target_id for source, target_id in self.read if source == "git"),
            failed=tuple(self.failed),
            connected=tuple(one for one in self.read if one[0] != "git"),
        )

    @contextmanager
    def _noting(self, place: str) -> Iterator[None]:
        try:
            yield
        except (CollectError, ConfigError) as error:
            self.failed.append((place, error))


def cloned(connections: Sequence[Connection]) -> tuple[str, ...]:
    """Return the folders that connections to ``git`` name."""
    return tuple(
        str(Path(target).expanduser())
        for connection in connections
        if connection.source == "git"
        for target in connection.targets
    )


@contextmanager
def _opened(
    connection: Connection, archives: OpenArchives, manner: Manner, progress: Progress
) -> Iterator[Connector]:
    source = find_source(connection.source)
    kept = archives(source.name, address_of(source, connection))
    if source.server is None or manner.is_offline:
        yield RecordedConnector(source, connection, kept, None, manner)
        return
    from trueup.collect.web.client import HttpWeb

    with closing(HttpWeb(connection, source.server, progress)) as web:
        yield RecordedConnector(source, connection, kept, web, manner)
