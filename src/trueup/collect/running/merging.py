"""New rows beside those of earlier collections, in an order that depends on nothing but the rows.

Equal content gives equal rows in equal order, whichever way and in how many visits it came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from trueup.collect.connector import Batch, ReadTable
from trueup.model.table import Table
from trueup.model.tables import TABLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """Rows just made.

    Parameters
    ----------
    rows
        By table.
    given_up
        Owners whose earlier rows no longer stand: read again, or gone.
    """

    rows: Mapping[str, Sequence[pa.Table]]
    given_up: frozenset[str]


def owners_in(rows: Iterable[tuple[str, pa.Table]], owners: Mapping[str, str]) -> frozenset[str]:
    """Return every owner that rows of these tables name."""
    found: set[str] = set()
    for table, batch in rows:
        named = pc.unique(as_text(batch.column(owners[table])))
        found.update(owner for owner in named.to_pylist() if owner is not None)
    return frozenset(found)


def merged(
    fresh: Fresh, owners: Mapping[str, str], earlier: ReadTable | None
) -> tuple[list[Batch], dict[str, int]]:
    """Return every table that changed, whole; and how many rows of each contradict another.

    Parameters
    ----------
    earlier
        Reads what was landed before; None when nothing of it stands.
    """
    batches, contradicting = [], {}
    given_up = pa.array(sorted(fresh.given_up), pa.string())
    for name, owner in owners.items():
        pieces = list(fresh.rows.get(name, ()))
        if earlier is not None:
            standing = _standing(earlier, name, owner, given_up, is_renewed=bool(pieces))
            if standing is None:
                continue
            pieces.insert(0, standing)
        elif not pieces:
            continue
        rows, count = one_per_key(TABLES[name], in_order(TABLES[name], pa.concat_tables(pieces)))
        batches.append(Batch(name, rows))
        if count:
            contradicting[name] = count
    return batches, contradicting


def _standing(
    earlier: ReadTable, table: str, owner: str, given_up: pa.Array, *, is_renewed: bool
) -> pa.Table | None:
    """Return the earlier rows that still stand; None when the table stays as it is."""
    named = as_text(earlier(table, [owner]).column(0))
    falls = pc.fill_null(pc.is_in(named, value_set=given_up), fill_value=False)
    if not is_renewed and not pc.any(falls).as_py():
        return None
    return earlier(table).filter(pc.invert(falls))


def in_order(table: Table, rows: pa.Table) -> pa.Table:
    """Return `rows` sorted by key, then by everything else."""
    whole = rows.unify_dictionaries().combine_chunks()
    names = [*table.key, *(name for name in table.schema.names if name not in table.key)]
    keys = {name: _sortable(whole.column(name)) for name in names if not _is_list(whole, name)}
    order = pc.sort_indices(pa.table(keys), sort_keys=[(name, "ascending") for name in keys])
    return whole.take(order)


def one_per_key(table: Table, rows: pa.Table) -> tuple[pa.Table, int]:
    """Return sorted `rows` with the first of each key; and how many left out say otherwise.

    Rows of tables without a key all stay, for such rows are only counted.
    """
    if not table.key or rows.num_rows < 2:
        return rows, 0
    repeats = _repeats(rows, table.key)
    if not pc.any(repeats).as_py():
        return rows, 0
    others = [name for name in rows.column_names if not _is_list(rows, name)]
    same = pc.and_(repeats, _repeats(rows, others))
    contradicting = pc.sum(repeats).as_py() - pc.sum(same).as_py()
    return rows.filter(pc.invert(repeats)), contradicting


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column with its dictionary as plain text."""
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def _repeats(rows: pa.Table, names: Iterable[str]) -> pa.Array:
    """Say of each row whether it equals the one before it in these columns."""
    equal = pa.repeat(pa.scalar(value=True), rows.num_rows - 1)
    for name in names:
        column = as_text(rows.column(name)).combine_chunks()
        one, next_one = column.slice(0, len(column) - 1), column.slice(1)
        both_null = pc.and_(pc.is_null(one), pc.is_null(next_one))
        alike = pc.fill_null(pc.equal(one, next_one), fill_value=False)
        equal = pc.and_(equal, pc.or_(both_null, alike))
    return pa.concat_arrays([pa.array([False]), _array(equal)])


def _array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _sortable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.int8()) if pa.types.is_boolean(column.type) else as_text(column)


def _is_list(rows: pa.Table, name: str) -> bool:
    return bool(pa.types.is_list(rows.schema.field(name).type))
