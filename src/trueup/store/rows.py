"""Whether rows are what their table promises, and one canonical form of them.

The canonical form depends on the rows alone, not on the batches they came in: one chunk,
dictionaries in order of first use and without unused entries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.errors import SchemaMismatch
from trueup.model.table import Table
from trueup.model.tables import TABLES

_TELL_DEVELOPERS = "Correct the connector: rows must have the columns of model/tables.py."


def table_named(name: str) -> Table:
    """Return the canonical table of that name.

    Raises
    ------
    SchemaMismatch
        There is none.
    """
    if name not in TABLES:
        raise SchemaMismatch(
            f"There is no table {name!r}.", hint=f"Use one of: {', '.join(TABLES)}."
        )
    return TABLES[name]


def fingerprint(table: Table) -> str:
    """Return a digest that changes when the columns of `table` do."""
    columns = ",".join(f"{field.name}:{field.type}" for field in table.schema)
    return hashlib.sha256(columns.encode()).hexdigest()[:16]


def checked(table: Table, rows: pa.Table) -> pa.Table:
    """Return `rows` with their columns in the order of `table`.

    Raises
    ------
    SchemaMismatch
        A column is missing, too many, of another type, or null where it is part of the key.
    """
    promised, given = table.schema, set(rows.schema.names)
    for name in promised.names:
        if name not in given:
            _refuse(table, name, "is missing")
    if len(rows.schema.names) != len(promised.names):
        extra = [name for name in rows.schema.names if name not in promised.names]
        _refuse(table, (extra or rows.schema.names)[0], "is not one of its columns, or comes twice")
    for field in promised:
        found = rows.schema.field(field.name).type
        if found != field.type:
            _refuse(table, field.name, f"is {found} instead of {field.type}")
    for name in table.key:
        if rows.column(name).null_count:
            _refuse(table, name, "is null, but rows are named by it")
    return rows.select(promised.names)


def _refuse(table: Table, column: str, wrong: str) -> None:
    raise SchemaMismatch(f"Table {table.name}: column {column!r} {wrong}.", hint=_TELL_DEVELOPERS)


def canonical(rows: pa.Table) -> pa.Table:
    """Return `rows` in one chunk, dictionaries reduced to the entries used, in order of use."""
    whole = rows.unify_dictionaries().combine_chunks()
    columns = [_canonical_column(column) for column in whole.columns]
    return pa.table(columns, schema=rows.schema)


def _canonical_column(column: pa.ChunkedArray) -> pa.Array:
    array = column.chunk(0) if column.num_chunks else pa.array([], type=column.type)
    if not pa.types.is_dictionary(array.type):
        return array
    used = pc.drop_null(pc.unique(array.indices))
    place = np.zeros(len(array.dictionary), dtype=np.int32)
    place[used.to_numpy()] = np.arange(len(used), dtype=np.int32)
    indices = array.indices
    if not len(used):
        return pa.DictionaryArray.from_arrays(indices, array.dictionary.slice(0, 0))
    filled = pc.fill_null(indices, used[0]).to_numpy()
    absent = pc.is_null(indices).to_numpy(zero_copy_only=False) if indices.null_count else None
    renumbered = pa.array(place[filled], mask=absent)
    return pa.DictionaryArray.from_arrays(renumbered, array.dictionary.take(used))


def content_digest(rows: pa.Table) -> str:
    """Return a digest of the rows of a canonical table, in order; hexadecimal, 128 bits."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(str(rows.num_rows).encode())
    for name, column in zip(rows.schema.names, rows.columns, strict=True):
        digest.update(f"|{name}:{column.type}|".encode())
        for part in _parts(column.chunk(0) if column.num_chunks else None):
            digest.update(part)
    return digest.hexdigest()


def _parts(array: pa.Array | None) -> list[bytes | memoryview]:
    if array is None:
        return []
    kind = array.type
    if pa.types.is_dictionary(kind):
        return [*_parts(array.indices), *_parts(array.dictionary)]
    if pa.types.is_list(kind):
        return [*_parts(pc.list_value_length(array)), *_parts(array.flatten())]
    if _is_variable(kind):
        return [*_parts(pc.binary_length(array)), _variable_bytes(array)]
    if pa.types.is_boolean(kind):
        array = pc.cast(array, pa.int8())
    absent = [np.packbits(pc.is_null(array).to_numpy(zero_copy_only=False)).data]
    values = pc.fill_null(array, _nothing(array.type)) if array.null_count else array
    return [*(absent if array.null_count else []), _fixed_bytes(values)]


def _nothing(kind: pa.DataType) -> pa.Scalar:
    return pa.scalar(Decimal(0) if pa.types.is_decimal(kind) else 0, kind)


def _fixed_bytes(array: pa.Array) -> bytes | memoryview:
    if not pa.types.is_decimal(array.type):
        return np.ascontiguousarray(array.to_numpy()).data
    width = array.type.byte_width
    content = array.buffers()[1]
    return memoryview(content)[array.offset * width : (array.offset + len(array)) * width]


def _is_variable(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


def _variable_bytes(array: pa.Array) -> bytes | memoryview:
    kept = pc.drop_null(array)
    if not len(kept):
        return b""
    wide = pa.types.is_large_string(kept.type) or pa.types.is_large_binary(kept.type)
    _, offsets, content = kept.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64 if wide else np.int32)
    first, last = ends[kept.offset], ends[kept.offset + len(kept)]
    return memoryview(content)[first:last] if content is not None else b""


def duplicated_key(table: Table, keys: Sequence[pa.Table]) -> str | None:
    """Return a key that occurs twice in `keys` (the key columns of some rows), else None."""
    if not table.key or not keys:
        return None
    whole = pa.concat_tables(keys).unify_dictionaries().combine_chunks()
    coded = whole
    for place, name in enumerate(whole.column_names):
        column = whole.column(place)
        if pa.types.is_dictionary(column.type):
            coded = coded.set_column(place, name, column.chunk(0).indices)
    if len(set(table.key)) == 1:
        counted = coded.num_rows - pc.count_distinct(coded.column(0)).as_py()
    else:
        counted = coded.num_rows - coded.group_by(list(table.key)).aggregate([]).num_rows
    return _name_duplicate(table, coded, whole) if counted else None


def _name_duplicate(table: Table, coded: pa.Table, whole: pa.Table) -> str:
    numbered = coded.append_column("row", pa.array(np.arange(coded.num_rows)))
    groups = numbered.group_by(list(table.key)).aggregate([("row", "count"), ("row", "min")])
    first = groups.filter(pc.greater(groups["row_count"], 1))["row_min"][0].as_py()
    return ", ".join(f"{name}={whole[name][first].as_py()!r}" for name in table.key)
