"""Rows asked for in SQL: as sources landed them, or as links united them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import pyarrow as pa

from trueup.model.tables import TABLES
from trueup.store.manifest import Manifest, Segment
from trueup.store.reading import Limits
from trueup.store.segments import stored_schema

if TYPE_CHECKING:
    import duckdb

ORGANISATION = "organisation"
"""Target of linked rows that belong to no single one."""
WHOLE = frozenset(("made_up",))
"""Sources whose records are made whole, with every link in them."""


class Records:
    """Everything sources landed in one generation, or what stands in for it; one engine.

    Parameters
    ----------
    folder
        The workspace.
    manifest
        The generation.
    is_united
        Whether what links landed is read in place of what sources did, as readers do.
    """

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        limits: Limits | None = None,
        *,
        is_united: bool = False,
    ) -> None:
        self._folder = folder
        landed = (
            [segment for name in TABLES for segment in manifest.of_table(name)]
            if is_united
            else manifest.as_collected().segments
        )
        self._segments = tuple(s for s in landed if s.source.partition(".")[0] not in WHOLE)
        self._limits = limits or Limits()
        self._engine: duckdb.DuckDBPyConnection | None = None
        self._seen: dict[str, str] = {}

    def targets(self) -> tuple[str, ...]:
        """Return every target anything was collected of, in order."""
        return tuple(sorted({segment.target_id for segment in self._segments}))

    def sources(self, target_id: str | None = None) -> frozenset[str]:
        """Return the sources that landed anything, or anything of one target."""
        return frozenset(
            segment.source.partition(".")[0]
            for segment in self._segments
            if target_id in (None, segment.target_id)
        )

    def has(self, table: str, target_id: str | None = None) -> bool:
        """Say whether any source landed rows of a table, or of one target's."""
        return any(True for _ in self._of(table, target_id))

    def digest(self, target_id: str, tables: Iterable[str]) -> str:
        """Return a digest of the rows of one target; how they are cut does not matter."""
        wanted = frozenset(tables)
        parts = sorted(
            (*segment.group, part)
            for segment in self._segments
            if segment.target_id == target_id and segment.table in wanted
            for part in segment.parts
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def see(self, target_id: str | None = None, tables: Iterable[str] = TABLES) -> None:
        """Make every table a view ``raw_<table>``, of one target's rows or of all.

        A further column ``landed_for`` says of which target each row was landed.
        """
        for name in tables:
            files: dict[str, list[str]] = {}
            for segment in self._of(name, target_id):
                path = str(self._folder / "segments" / segment.file)
                files.setdefault(segment.target_id, []).append(path)
            origin = " UNION ALL BY NAME ".join(map(_rows_of, files.items())) or _no_rows(name)
            if self._seen.get(name) != origin:
                self._running().execute(f"CREATE OR REPLACE VIEW raw_{name} AS {origin}").fetchall()
                self._seen[name] = origin

    def sql(
        self, query: str, values: Mapping[str, object] | None = None, **given: pa.Table
    ) -> pa.Table:
        """Return the answer to a query over the views, text without dictionaries.

        Parameters
        ----------
        values
            What the query calls ``$name``.
        given
            Further tables, by name.
        """
        with self._given(given) as engine:
            answer: pa.Table = engine.sql(query, params=_named(query, values)).to_arrow_table()
        return answer

    def make(
        self, name: str, query: str, values: Mapping[str, object] | None = None, **given: pa.Table
    ) -> None:
        """Keep the answer to a query as a table called `name`, in place of one so called."""
        made = f"CREATE OR REPLACE TABLE {name} AS {query}"
        with self._given(given) as engine:
            engine.execute(made, _named(query, values)).fetchall()

    def drop(self, *names: str) -> None:
        """Let go of tables that were made."""
        for name in names:
            self._running().execute(f"DROP TABLE IF EXISTS {name}").fetchall()

    def is_any(self, query: str, values: Mapping[str, object] | None = None) -> bool:
        """Say whether a query has any answer."""
        return bool(self.sql(f"{query} LIMIT 1", values).num_rows)

    def count(self, query: str) -> int:
        """Return the one number a query answers."""
        answer: int = self.sql(query)[0][0].as_py()
        return answer

    def close(self) -> None:
        """Let go of the engine."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None
            self._seen.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _of(self, table: str, target_id: str | None) -> Iterable[Segment]:
        return (
            segment
            for segment in self._segments
            if segment.table == table and target_id in (None, segment.target_id) and segment.rows
        )

    @contextmanager
    def _given(self, given: Mapping[str, pa.Table]) -> Iterator[duckdb.DuckDBPyConnection]:
        engine = self._running()
        for name, rows in given.items():
            engine.register(name, rows)
        try:
            yield engine
        finally:
            for name in given:
                engine.unregister(name)

    def _running(self) -> duckdb.DuckDBPyConnection:
        if self._engine is None:
            import duckdb

            settings: dict[str, str | bool | int | float | list[str]] = {
                "temp_directory": str(self._folder / "scratch"),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "memory_limit": self._limits.memory or "1GB",
            }
            if self._limits.threads is not None:
                settings["threads"] = self._limits.threads
            self._engine = duckdb.connect(":memory:", config=settings)
        return self._engine


def _named(query: str, values: Mapping[str, object] | None) -> dict[str, object] | None:
    """Return the values a query calls for: an engine refuses those it does not."""
    return {key: value for key, value in (values or {}).items() if f"${key}" in query} or None


def _rows_of(landed: tuple[str, list[str]]) -> str:
    target_id, files = landed
    listed = ", ".join(map(_quoted, files))
    origin = f"read_parquet([{listed}])"
    return f"SELECT *, {_quoted(target_id)} AS landed_for FROM {origin}"  # noqa: S608 - quoted


def _no_rows(table: str) -> str:
    columns = ", ".join(
        f'CAST(NULL AS {_sql_type(field.type)}) AS "{field.name}"'
        for field in (*stored_schema(TABLES[table]), pa.field("landed_for", pa.string()))
    )
    return f"SELECT {columns} WHERE false"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def landed_as(table: str, rows: pa.Table) -> pa.Table:
    """Return rows as the canonical table has them; columns not given are null."""
    schema = TABLES[table].schema
    columns = {
        field.name: rows[field.name]
        if field.name in rows.column_names
        else pa.nulls(rows.num_rows, _plain(field.type))
        for field in schema
    }
    return pa.table(columns).cast(schema)


def mapped(rows: pa.Table, column: str, mapping: Mapping[str, str]) -> pa.Array:
    """Return a text column with the values that `mapping` knows replaced."""
    values = rows[column].combine_chunks()
    kind = values.type
    text = values if pa.types.is_dictionary(kind) else values.dictionary_encode()
    replaced = pa.array([mapping.get(value, value) for value in text.dictionary.to_pylist()])
    return pa.DictionaryArray.from_arrays(text.indices, replaced.cast(pa.string())).cast(
        pa.string()
    )


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _sql_type(kind: pa.DataType) -> str:
    plain = _plain(kind)
    if pa.types.is_list(plain):
        return f"{_sql_type(plain.value_type)}[]"
    return _SQL[str(plain)]


_SQL = {
    "string": "VARCHAR",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "float": "REAL",
    "double": "DOUBLE",
    "bool": "BOOLEAN",
    "binary": "BLOB",
    "large_binary": "BLOB",
    "decimal128(24, 9)": "DECIMAL(24, 9)",
}
