"""Rows on their way into Arrow: gathered by table, handed on in batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from trueup.collect.connector import Batch
from trueup.model.tables import TABLES

_NAMES = {name: tuple(table.schema.names) for name, table in TABLES.items()}


class Rows:
    """Gathers rows of several tables."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[Any, ...]]] = {}

    def add(self, table: str, **values: Any) -> None:
        """Add a row; columns not named are null."""
        self._rows.setdefault(table, []).append(tuple(map(values.get, _NAMES[table])))

    def batches(self) -> Iterator[Batch]:
        """Yield what was gathered, each table once, and begin anew."""
        gathered, self._rows = self._rows, {}
        for table, rows in gathered.items():
            schema = TABLES[table].schema
            columns = [
                pa.array(values, _plain(field.type)).cast(field.type)
                for values, field in zip(zip(*rows, strict=True), schema, strict=True)
            ]
            yield Batch(table, pa.table(columns, schema=schema))


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind
