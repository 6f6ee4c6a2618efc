"""Amazon Q Developer and Kiro as a source: daily reports, copied from the bucket AWS fills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from trueup.collect.ai.reports.exports import on_disk
from trueup.collect.ai.reports.keys import digest
from trueup.collect.ai.reports.people import People
from trueup.collect.ai.reports.reading import owners, report_rows
from trueup.collect.gathering import Rows
from trueup.collect.incidents.services import names_of
from trueup.collect.recorded import (
    Fetched,
    Normalised,
    Note,
    Page,
    Reading,
    Record,
    Server,
    Visit,
    Web,
)
from trueup.collect.sources.amazon_q.reports import LINES, USE, ReportFile, UnknownForm
from trueup.collect.sources.amazon_q.rows import ReportRows
from trueup.config import Connection
from trueup.errors import ConfigError

_UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class AmazonQ:
    """Daily reports below a folder."""

    name: ClassVar[str] = "amazon_q"
    version: ClassVar[int] = 2
    server: ClassVar[Server | None] = None
    options: ClassVar[Mapping[str, str]] = {
        "users": "table of ids of users to their addresses, where reports state none"
    }
    owners: ClassVar[Mapping[str, str]] = owners("ai_lines", "ai_activity")

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return every file or folder the connection names; ids stay when a folder is moved."""
        del web
        names_of(connection, "users")
        if not connection.targets:
            raise ConfigError(
                "A connection to amazon_q names no folder.",
                hint='Copy the bucket, and write targets = ["AWSLogs"].',
            )
        return on_disk(connection, connection.targets)

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield the reports that are new or changed; those no longer there stay."""
        addresses = names_of(visit.connection, "users")
        root = Path(visit.target).expanduser()
        unusable = unknown = 0
        for path in _files(root):
            stream = f"file {digest(path.relative_to(root).as_posix())}"
            mark, _, said = (visit.checkpoint(stream) or "").rpartition(" ")
            now = _mark(path, addresses)
            count = int(said or 0)
            if mark != now or visit.is_reconciling:
                file = ReportFile(parts=path.resolve().parts, addresses=addresses)
                records, count = _read(path, file)
                yield Page(stream=stream, records=records, checkpoint=f"{now} {count}")
            unknown += count == _UNKNOWN
            unusable += max(count, 0)
        yield from _notes(unusable, unknown)

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn lines of reports into rows."""
        rows, people = Rows(), People(reading)
        told = ReportRows(rows, people)
        return report_rows(records, reading, rows, people, {LINES: told.lines, USE: told.use})


SOURCE = AmazonQ()


def _files(root: Path) -> list[Path]:
    found = root.rglob("*") if root.is_dir() else [root]
    return sorted(path for path in found if path.suffix.lower() == ".csv" and path.is_file())


def _mark(path: Path, addresses: Mapping[str, str]) -> str:
    stat = path.stat()
    return f"{stat.st_size} {stat.st_mtime_ns} {digest(repr(sorted(addresses.items())))}"


def _read(path: Path, file: ReportFile) -> tuple[tuple[Record, ...], int]:
    """Return the records of a file, and how many lines are of no use; -1 where all are."""
    try:
        records = {(one.kind, one.key): one for one in file.records(path.read_bytes())}
    except (UnknownForm, OSError):
        return (), _UNKNOWN
    return tuple(records.values()), file.unusable


def _notes(unusable: int, unknown: int) -> Iterator[Note]:
    told = (
        ("lines of reports of amazon_q", unusable, "they name no day or no user"),
        ("files of amazon_q", unknown, "they are none of the daily reports, or may not be read"),
    )
    for subject, count, reason in told:
        if count:
            yield Note(
                subject=subject,
                expected=None,
                seen=0,
                skipped=count,
                reason=reason,
                remedy="Leave them, or copy the reports from the bucket again.",
            )
