"""What a canonical table is: a name, columns, a key, and how it grows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

TEXT = pa.string()
NAME = pa.dictionary(pa.int32(), pa.string())
"""A string that repeats in many rows."""
AT = pa.int64()
COUNT = pa.int32()
TOKENS = pa.int64()
RATIO = pa.float32()


@dataclass(frozen=True, slots=True)
class Table:
    """One noun's columns.

    Parameters
    ----------
    name
        Singular, snake case.
    schema
        Columns as a source yields them, without the store's own two.
    key
        Columns that together name a row; empty where rows are only ever counted.
    grows
        ``append``: a row, once landed, is a fact and never changes;
        ``replace``: each collection lands the whole table of one repository anew.
    """

    name: str
    schema: pa.Schema
    key: tuple[str, ...]
    grows: Literal["append", "replace"]


def new_table(
    name: str, grows: Literal["append", "replace"], key: tuple[str, ...], /, **columns: pa.DataType
) -> Table:
    """Return the table of that name; columns in the order given."""
    return Table(name, pa.schema(list(columns.items())), key, grows)
