"""Amazon Q Developer and Kiro as a source: daily reports, copied from the bucket AWS fills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from trueup.collect.ai.bills.naming import table_of_names
from trueup.collect.ai.bills.reading import OWNERS, bill_rows, digest
from trueup.collect.ai.reports.people import People
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
from trueup.collect.sources.amazon_q.rows import PLATFORM, ReportRows
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable

_UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class AmazonQ:
    """Daily reports below a folder."""

    name: ClassVar[str] = "amazon_q"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = None
    options: ClassVar[Mapping[str, str]] = {
        "users": "table of ids of users to their addresses, where reports state none"
    }
    owners: ClassVar[Mapping[str, str]] = {
        name: OWNERS[name] for name in ("ai_lines", "ai_activity", "account")
    }

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return every file or folder the connection names; ids stay when a folder is moved."""
        del web
        table_of_names(connection, "users")
        if not connection.targets:
            raise ConfigError(
                "A connection to amazon_q names no folder.",
                hint='Copy the bucket, and write targets = ["AWSLogs"].',
            )
        found: dict[str, str] = {}
        for target in connection.targets:
            path = Path(target).expanduser()
            if not path.exists():
                raise SourceUnavailable(f"There is no {target}.", hint="Check its path.")
            target_id = f"amazon_q:{connection.name or 'amazon_q'}/{path.resolve().name}"
            if target_id in found:
                raise ConfigError(
                    f"{target} and {found[target_id]} of one connection have the same name.",
                    hint="Give each a connection of its own, with a name.",
                )
            found[target_id] = target
        return [(target, target_id) for target_id, target in found.items()]

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield the reports that are new or changed; those no longer there stay."""
        addresses = table_of_names(visit.connection, "users")
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
        people = People(reading)
        rows = ReportRows(people)
        tellers = {LINES: (rows.lines, "ai_lines"), USE: (rows.use, "ai_activity")}
        return bill_rows(records, reading, tellers, people, PLATFORM)


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
