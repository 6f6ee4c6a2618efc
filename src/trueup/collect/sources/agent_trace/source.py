"""Agent Trace as a source: files of trace records, read on from where they ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from trueup.collect.ai.logs.checkouts import Checkouts, Place
from trueup.collect.ai.logs.growing import GrowingFile, Mark
from trueup.collect.ai.logs.lines import LineReader
from trueup.collect.ai.logs.machine import target_id_of
from trueup.collect.ai.logs.telling import lines_note
from trueup.collect.ai.reports.keys import digest
from trueup.collect.ai.reports.people import People
from trueup.collect.ai.reports.reading import OWNERS, report_rows
from trueup.collect.gathering import Rows
from trueup.collect.recorded import (
    Fetched,
    Normalised,
    Page,
    Reading,
    Record,
    Server,
    Visit,
    Web,
)
from trueup.collect.repositories import repository_id_of
from trueup.collect.sources.agent_trace.rows import lines
from trueup.collect.sources.agent_trace.traces import Trace, kept
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable

_FILE = Path(".agent-trace") / "traces.jsonl"
_KIND = "trace"
_STREAM = "traces"
_NAMELESS = "it has no id"
_OF_NO_FILE = "it is of no file in the repository"
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class AgentTrace:
    """Trace records of checkouts."""

    name: ClassVar[str] = "agent_trace"
    version: ClassVar[int] = 2
    server: ClassVar[Server | None] = None
    options: ClassVar[Mapping[str, str]] = {
        "repository": "address of the repository the records are of, where no checkout says it"
    }
    owners: ClassVar[Mapping[str, str]] = {"ai_lines": OWNERS["ai_lines"]}

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return the file of every checkout the connection names; of a repository, one."""
        del web
        if not connection.targets:
            raise ConfigError(
                "A connection to agent_trace names no checkout.",
                hint='Write targets = ["~/src/shop"], a checkout or a traces.jsonl.',
            )
        found: dict[str, str] = {}
        for target in connection.targets:
            path = _file(target)
            if not path.is_file():
                raise SourceUnavailable(
                    f"There is no {_FILE.as_posix()} at {target}.", hint="Check its path."
                )
            repository_id = _place(connection, path).repository_id
            named = f"agent_trace:{repository_id}" if repository_id else ""
            found.setdefault(named or target_id_of("agent_trace", path), target)
        return [(target, target_id) for target_id, target in found.items()]

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield the records that are new; what is no longer in a file stays."""
        path = _file(visit.target)
        asked = None if visit.is_reconciling else visit.checkpoint(_STREAM)
        mark = Mark.of(asked)
        faults = Counter(mark.faults)
        file, reader = GrowingFile(path, mark, faults), LineReader(Trace, faults)
        place = _place(visit.connection, path)
        try:
            for some in file:
                records = tuple(_records(some, reader, place))
                checkpoint = file.mark.and_faults(+faults).text
                yield Page(stream=_STREAM, records=records, checkpoint=checkpoint)
        except OSError as error:
            raise SourceUnavailable(f"{visit.target} cannot be read.", hint="Check it.") from error
        yield lines_note(self.name, [file.mark.and_faults(+faults)])

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn trace records into rows of lines."""
        rows = Rows()
        tell = {_KIND: partial(lines, rows)}
        return report_rows(records, reading, rows, People(reading), tell)


SOURCE = AgentTrace()


def _file(target: str) -> Path:
    path = Path(target).expanduser()
    return path / _FILE if path.is_dir() else path


def _place(connection: Connection, path: Path) -> Place:
    """Return the checkout of a file, as the connection calls it where it does."""
    folder = path.resolve().parent
    found = Checkouts().place(str(folder))
    said = connection.options.get("repository")
    if said is None:
        return found
    repository_id = repository_id_of(said) if isinstance(said, str) else None
    if repository_id is None:
        raise ConfigError(
            "Option repository of an agent_trace connection is no address.",
            hint='Write repository = "github.com/acme/shop".',
        )
    return Place(repository_id=repository_id, root=found.root)


def _records(some: Iterable[bytes], reader: LineReader[Trace], place: Place) -> Iterator[Record]:
    for line in some:
        trace = reader.read(line)
        if trace is None:
            continue
        body = kept(trace, place)
        if trace.id and body["spans"]:
            is_short = len(trace.id) <= _LONGEST and trace.id.isascii()
            key = trace.id if is_short else digest(trace.id)
            yield Record(kind=_KIND, key=key, body=body)
        else:
            reader.faults[_OF_NO_FILE if trace.id else _NAMELESS] += 1
