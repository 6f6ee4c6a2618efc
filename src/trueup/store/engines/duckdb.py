"""DuckDB, through Ibis: reads the segments as they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import ibis
import pyarrow as pa


class _Limits(Protocol):
    @property
    def memory(self) -> str | None: ...
    @property
    def threads(self) -> int | None: ...


class DuckDBEngine:
    """An engine in memory over Parquet files; it never fetches anything.

    Parameters
    ----------
    scratch
        Folder it may spill to.
    limits
        Memory and threads it may use.
    """

    def __init__(self, scratch: Path, limits: _Limits) -> None:
        options: dict[str, Any] = {
            "temp_directory": str(scratch),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if limits.memory is not None:
            options["memory_limit"] = limits.memory
        if limits.threads is not None:
            options["threads"] = limits.threads
        self._connection = ibis.duckdb.connect(":memory:", **options)
        self._tables: dict[str, ibis.Table] = {}

    def table(self, name: str, schema: pa.Schema, files: list[str]) -> ibis.Table:
        """Return the rows of `files` as a table, an empty one of `schema` when there is no file."""
        if name not in self._tables:
            if files:
                self._tables[name] = self._connection.read_parquet(files, table_name=name)
            else:
                self._tables[name] = self._connection.create_table(
                    name, schema=ibis.schema(_plain(schema))
                )
        return self._tables[name]

    def close(self) -> None:
        """End the connection."""
        self._tables.clear()
        self._connection.disconnect()


def _plain(schema: pa.Schema) -> pa.Schema:
    fields = [
        pa.field(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type) for f in schema
    ]
    return pa.schema(fields)
