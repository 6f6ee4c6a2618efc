"""Buildbot as a source: which builders are read, and how their builds become rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from trueup.collect.answers import mapping, objects, said
from trueup.collect.fields import Unreadable
from trueup.collect.forge.pipelines import is_named
from trueup.collect.recorded import (
    BASIC_WITH_USER,
    TEXTS,
    Fetched,
    Gone,
    Normalised,
    Reading,
    Record,
    Server,
    Skipped,
    Visit,
    Web,
)
from trueup.collect.sources.buildbot.asking import API, KIND, Builds, number_of
from trueup.collect.sources.buildbot.rows import Fields, Recording
from trueup.collect.sources.buildbot.settings import OPTIONS, host_of, read_options
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable

_CHUNK = 1000
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Buildbot:
    """Builds of builders, and what they deployed."""

    name: ClassVar[str] = "buildbot"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = Server(
        signing=BASIC_WITH_USER, texts=TEXTS | {"reason", "state_string"}
    )
    options: ClassVar[Mapping[str, str]] = OPTIONS
    owners: ClassVar[Mapping[str, str]] = {
        "pipeline_run": "run_id",
        "deployment": "deployment_id",
        "account": "account_id",
    }

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return every builder the connection names, by name or pattern of names."""
        if not connection.targets:
            raise ConfigError(
                "A connection to buildbot names no builder.", hint='Write targets = ["*"].'
            )
        builders, host = _builders(web), host_of(connection)
        chosen: dict[str, str] = {}
        for pattern in connection.targets:
            hits = [name for name in builders if name == pattern or is_named(name, pattern)]
            if not hits:
                raise SourceUnavailable(
                    f"Buildbot shows no builder {pattern!r}.", hint="Check its name."
                )
            chosen |= {f"buildbot:{host}/{name}": name for name in hits}
        return [(name, target_id) for target_id, name in chosen.items()]

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what is new of a builder."""
        builder_id = _builders(visit.web).get(visit.target)
        if builder_id is None:
            raise SourceUnavailable(
                f"Buildbot shows no builder {visit.target!r}.", hint="Check its name."
            )
        yield from Builds(visit, builder_id, read_options(visit.connection)).read()

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn builds into rows; accounts come last, each once."""
        recording = Recording(reading)
        for number, record in enumerate(records, start=1):
            if record.body is None:
                yield Gone(table="pipeline_run", row_id=recording.run_id(record.key))
                continue
            body = Fields(record.body, reading.now)
            try:
                if record.kind != KIND:
                    raise Unreadable("its kind is not known")  # noqa: TRY301 - one way to skip
                recording.add(body)
            except Unreadable as error:
                yield Skipped(kind=record.kind, key=record.key, reason=str(error))
            for fault in dict.fromkeys(body.faults):
                yield Skipped(kind=record.kind, key=record.key, reason=fault, is_whole=False)
            if number % _CHUNK == 0:
                yield from recording.batches()
        yield from recording.finished()


SOURCE = Buildbot()


def _builders(web: Web) -> dict[str, int]:
    """Return the number of every builder by name; what can be no name of a file is left out."""
    listed = objects(mapping(web.get(f"{API}builders")).get("builders"))
    found = {said(one, "name"): number_of(one, "builderid") for one in listed}
    return {
        name: number
        for name, number in found.items()
        if number and 0 < len(name) <= _LONGEST and name.isprintable()
    }
