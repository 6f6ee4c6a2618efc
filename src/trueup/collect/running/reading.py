"""From records to rows: read what changed, count what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from trueup.collect.connector import Batch, Progress
from trueup.collect.recorded import Gone, Reading, Record, RecordedSource, Skipped
from trueup.collect.running.archive import Archive, Kept
from trueup.collect.running.merging import Fresh, owners_in
from trueup.errors import SchemaMismatch, SourceIncomplete, TrueupError
from trueup.model.organisation_tables import TOMBSTONE
from trueup.model.tables import TABLES

OWNED = {TOMBSTONE.name: "row_id"}
"""Tables the runner fills itself, beside those of the source."""


@dataclass(slots=True)
class Read:
    """What a reading gave, as it is gathered."""

    rows: dict[str, list[pa.Table]] = field(default_factory=dict)
    skips: list[Skipped] = field(default_factory=list)
    names: list[tuple[str, str]] = field(default_factory=list)
    tombstones: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)

    def fresh(self, source: RecordedSource) -> Fresh:
        """Return the rows, with those that say what is gone."""
        rows = {table: tuple(batches) for table, batches in self.rows.items()}
        stated = [(table, batch) for table, batches in rows.items() for batch in batches]
        there = owners_in(stated, source.owners)
        gone = {row_id for _, row_id in self.tombstones} - there
        if gone:
            rows[TOMBSTONE.name] = (self._tombstones(gone),)
        return Fresh(rows=rows, given_up=there | gone)

    def _tombstones(self, gone: set[str]) -> pa.Table:
        rows = [
            {"table_name": table, "row_id": row_id, "gone_at": gone_at, "reason": reason}
            for (table, row_id), (gone_at, reason) in self.tombstones.items()
            if row_id in gone
        ]
        return pa.Table.from_pylist(rows, schema=TOMBSTONE.schema)


def read(
    source: RecordedSource, archive: Archive, since: int, reading: Reading, progress: Progress
) -> Read:
    """Read every record that changed after `since`.

    Raises
    ------
    SourceIncomplete
        The source cannot deal with a record, which is its defect.
    SchemaMismatch
        It fills a table it does not name among its `owners`, or with other columns.
    """
    found, gone = Read(), []
    progress.stage(f"reading {source.name} {reading.target}", archive.pending(since))

    def present() -> Iterator[Record]:
        for kept in archive.since(since):
            found.names.append((kept.kind, kept.key))
            progress.advance(1)
            if kept.body is None:
                gone.append(kept)
            else:
                yield _record(kept)

    _take(source, present(), reading, found, None)
    for noticed in sorted({(kept.fetched_at, kept.gone) for kept in gone}):
        records = [_record(k) for k in gone if (k.fetched_at, k.gone) == noticed]
        _take(source, iter(records), reading, found, noticed)
    return found


def _record(kept: Kept) -> Record:
    return Record(kind=kept.kind, key=kept.key, body=kept.body, fetched_at=kept.fetched_at)


def _take(
    source: RecordedSource,
    records: Iterator[Record],
    reading: Reading,
    found: Read,
    noticed: tuple[int, str] | None,
) -> None:
    try:
        for normalised in source.normalise(records, reading):
            match normalised:
                case Batch(table, rows):
                    found.rows.setdefault(table, []).append(_promised(source, table, rows))
                case Skipped():
                    found.skips.append(normalised)
                case Gone(table=table, row_id=row_id, reason=said, noticed_at=at_once):
                    at, reason = noticed or (at_once or reading.now, said)
                    said_more = said != "deleted"
                    found.tombstones[table, row_id] = (at, said if said_more else reason)
    except TrueupError:
        raise
    except Exception as error:
        raise SourceIncomplete(
            f"{source.name} cannot read its own records of {reading.target}: "
            f"{type(error).__name__}.",
            hint="Report it with the trace that TRUEUP_TRACEBACK=1 shows; the records are kept.",
        ) from error


def _promised(source: RecordedSource, table: str, rows: pa.Table) -> pa.Table:
    if table not in source.owners:
        raise SchemaMismatch(
            f"{source.name} fills {table!r}, which it does not name among its owners.",
            hint="Name the column that says what a row of it belongs to.",
        )
    columns = TABLES[table].schema.names
    if sorted(rows.schema.names) != sorted(columns):
        odd = sorted(set(rows.schema.names) ^ set(columns)) or rows.schema.names
        raise SchemaMismatch(
            f"{source.name} fills {table!r} with other columns: {', '.join(odd)}.",
            hint="Correct the source: rows must have the columns of model/tables.py.",
        )
    return rows.select(columns)
