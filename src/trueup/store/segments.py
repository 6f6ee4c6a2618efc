"""Segments: rows on their way into immutable Parquet files, and back."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from trueup.errors import StoreError
from trueup.model.table import Table
from trueup.store.manifest import Segment
from trueup.store.rows import canonical, content_digest, duplicated_key

ROW_GROUP = 131_072
"""Rows in a row group: DuckDB reads row groups in parallel and prefers about this size."""

_UNFINISHED = ".part"
_DICTIONARY_BYTES = 64 << 20
"""Above this a column is written without its dictionary; ids of long names need more than 1 MB."""

SOURCE_TYPE = pa.dictionary(pa.int32(), pa.string())


@contextmanager
def storing(folder: Path) -> Iterator[None]:
    """Turn a disk that is full or gone into a `StoreError` that says so."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{folder} cannot be written: {error}.",
            hint="Make room there, then collect again: nothing of this collection was kept.",
        ) from error


def stored_schema(table: Table) -> pa.Schema:
    """Return the columns of `table` as stored: its own, `source` and `collected_at`."""
    own = [("source", SOURCE_TYPE), ("collected_at", pa.int64())]
    return pa.schema([*table.schema, *own])


class SegmentWriter:
    """Gathers the rows of one table and writes them, a row group at a time, to one new file."""

    def __init__(self, folder: Path, table: Table, source: str, target_id: str) -> None:
        self.table = table
        self._group = (source, target_id)
        self.file = f"{table.name}/{uuid.uuid4().hex}.parquet"
        self._path = folder / self.file
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0
        self._keys: list[pa.Table] = []
        self._parts: list[str] = []
        self._rows = 0
        self._open: pq.ParquetWriter | None = None

    def add(self, rows: pa.Table, collected_at: int) -> None:
        """Take rows of the table's own columns, already checked."""
        self._waiting.append(_with_origin(rows, self._group[0], collected_at))
        self._waiting_rows += rows.num_rows
        while self._waiting_rows >= ROW_GROUP:
            self._write(ROW_GROUP)

    def take(self, rows: pa.Table, parts: Sequence[str]) -> None:
        """Take rows as stored in another segment, together with their digests."""
        self._parts.extend(parts)
        self._rows += rows.num_rows
        self._writer().write_table(rows, row_group_size=ROW_GROUP)

    def finish(self, *, even_empty: bool = False) -> Segment | None:
        """Make the file durable under its final name; None when there was no row.

        `even_empty` keeps a file without rows: it says that there are none.

        Raises
        ------
        StoreError
            Two rows have the same key; the message names it.
        """
        if self._waiting_rows:
            self._write(self._waiting_rows)
        repeated = duplicated_key(self.table, self._keys)
        if repeated is not None:
            raise StoreError(
                f"Table {self.table.name}: two rows of one collection have the key {repeated}.",
                hint="Correct the connector: a key names one row.",
            )
        if self._open is None and not even_empty:
            return None
        self._writer().close()
        self._open = None
        return self._settle()

    def abandon(self) -> None:
        """Remove what was written."""
        if self._open is not None:
            self._open.close()
            self._open = None
        self._unfinished().unlink(missing_ok=True)
        self._path.unlink(missing_ok=True)

    def _settle(self) -> Segment:
        unfinished = self._unfinished()
        descriptor = os.open(unfinished, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            size = os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)
        unfinished.rename(self._path)
        return Segment(
            file=self.file,
            table=self.table.name,
            source=self._group[0],
            target_id=self._group[1],
            rows=self._rows,
            size_bytes=size,
            parts=tuple(self._parts),
        )

    def _write(self, count: int) -> None:
        gathered = pa.concat_tables(self._waiting)
        rows = canonical(gathered.slice(0, count))
        rest = gathered.slice(count)
        self._waiting, self._waiting_rows = ([rest], rest.num_rows) if rest.num_rows else ([], 0)
        if self.table.key:
            self._keys.append(rows.select(list(self.table.key)))
        self._parts.append(content_digest(rows.drop_columns(["source", "collected_at"])))
        self._rows += count
        self._writer().write_table(rows, row_group_size=ROW_GROUP)

    def _writer(self) -> pq.ParquetWriter:
        if self._open is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._open = pq.ParquetWriter(
                self._unfinished(),
                stored_schema(self.table),
                compression="zstd",
                compression_level=1,
                dictionary_pagesize_limit=_DICTIONARY_BYTES,
            )
        return self._open

    def _unfinished(self) -> Path:
        return self._path.with_name(self._path.name + _UNFINISHED)


def _with_origin(rows: pa.Table, source: str, collected_at: int) -> pa.Table:
    count = rows.num_rows
    zeros = pa.array(np.zeros(count, dtype=np.int32))
    sources = pa.DictionaryArray.from_arrays(zeros, pa.array([source]))
    instants = pa.array(np.full(count, collected_at, dtype=np.int64))
    return rows.append_column("source", sources).append_column("collected_at", instants)


def read_segments(
    folder: Path, table: Table, segments: Sequence[Segment], columns: list[str] | None = None
) -> pa.Table:
    """Read rows back, repeating text still in dictionaries; all stored columns or the named ones.

    Raises
    ------
    StoreError
        A file named by the manifest cannot be read.
    """
    stored = stored_schema(table)
    wanted = stored if columns is None else pa.schema([stored.field(name) for name in columns])
    pieces = [wanted.empty_table()]
    for segment in segments:
        try:
            pieces.append(pq.ParquetFile(folder / segment.file).read(wanted.names).cast(wanted))
        except (OSError, pa.ArrowInvalid) as error:
            raise StoreError(
                f"{folder / segment.file} cannot be read: {error}.",
                hint="Delete the workspace folder and collect again.",
            ) from error
    return pa.concat_tables(pieces).unify_dictionaries()


TOO_MANY = 16
"""Segments of one table and target above which the small ones are merged."""
_MERGED_AT_ONCE = 8


def too_many(segments: Sequence[Segment]) -> list[Segment]:
    """Return the segments to be merged into one: none while they are few.

    The small ones are taken, so a row is rewritten about once per fourfold growth of its
    table and not once per collection.
    """
    if len(segments) <= TOO_MANY:
        return []
    by_size = sorted(segments, key=lambda segment: segment.rows)
    chosen = by_size[:_MERGED_AT_ONCE]
    rows = sum(segment.rows for segment in chosen)
    for segment in by_size[_MERGED_AT_ONCE:]:
        if segment.rows > 4 * rows:
            break
        chosen.append(segment)
        rows += segment.rows
    return chosen


def merged(writer: SegmentWriter, folder: Path, segments: Sequence[Segment]) -> Segment:
    """Write the rows of `segments` to one new segment."""
    rows = canonical(read_segments(folder, writer.table, segments))
    writer.take(rows, [part for segment in segments for part in segment.parts])
    whole = writer.finish()
    if whole is None:
        raise StoreError("Segments without rows were to be merged.", hint="Report this.")
    return whole
