"""Builds a panel from a table: keys checked, nothing left out in silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.errors import EstimateError
from trueup.estimate.panel import NEVER, Bools, Floats, Ints, Panel, Remark
from trueup.estimate.reading.adoption import Rows, read_adoption
from trueup.estimate.reading.columns import PanelColumns
from trueup.estimate.reading.files import read_table
from trueup.estimate.reading.numbers import counted, named, read_numbers
from trueup.estimate.reading.remarks import remarks_on
from trueup.estimate.reading.timeline import read_timeline


def read_panel(path: Path, columns: PanelColumns) -> Panel:
    """Read a CSV, TSV, Parquet or Arrow file as a panel.

    Raises
    ------
    EstimateError
        The file cannot be read, or `panel_from_table` refuses what it holds.
    """
    return panel_from_table(read_table(path, columns.keys), columns, source=path.name)


def panel_from_table(table: pa.Table, columns: PanelColumns, *, source: str) -> Panel:
    """Read the rows of a table as a panel.

    Units that adopted before they are first seen are left out and counted in a `Remark`; so is
    everything else a reader should know of the rows.

    Parameters
    ----------
    source
        Where the rows come from, as a reader would call it.

    Raises
    ------
    EstimateError
        A column is missing, two rows are of one unit and period, a key is empty, a period or an
        adoption cannot be read, or a number is text or infinite.
    """
    _refuse_missing(table, columns)
    unit, labels = _labels(table.column(columns.unit), columns.unit)
    codes, values = _distinct(table.column(columns.time), columns.time)
    timeline, places = read_timeline(values, columns.time, columns.grain)
    period = np.array(places, dtype=np.int64)[codes]
    wanted = timeline.within(columns.since, columns.until)
    order = _order(unit, period, wanted, columns)
    labels, unit = _still_there(labels, unit[order])
    rows = Rows(
        unit=unit,
        period=period[order] - wanted.start,
        labels=labels,
        timeline=timeline.only(wanted),
    )
    _refuse_duplicates(rows, columns)
    table = table.select([*columns.keys[2:], *columns.numbers]).take(order)
    adopted = _adopted(table, columns, rows)
    cluster = _cluster(table, columns, rows)
    numbers = {name: read_numbers(table.column(name), name) for name in columns.numbers}
    _refuse_infinite(numbers, rows)
    return _assemble(rows, adopted, cluster, numbers, columns, source)


def _refuse_missing(table: pa.Table, columns: PanelColumns) -> None:
    there = table.column_names
    for name in (*columns.keys, *columns.numbers):
        if there.count(name) > 1:
            raise EstimateError(f"Two columns are called {name!r}.", hint="Rename one of them.")
        if name not in there:
            near = get_close_matches(name, there, n=1)
            meant = f"Did you mean {near[0]!r}? " if near else ""
            raise EstimateError(
                f"There is no column {name!r}.", hint=f"{meant}The columns are: {named(there)}."
            )
    if len(set(columns.keys[:2])) < 2:
        raise EstimateError(
            f"{columns.unit!r} cannot be both the unit and the time.", hint="Name two columns."
        )
    if not table.num_rows:
        raise EstimateError("The table has no rows.", hint="Name a table with rows.")


def _distinct(column: pa.ChunkedArray, name: str) -> tuple[Ints, list[object]]:
    """Return the code of each row and what the codes stand for; refuse what is empty."""
    codes, values = _encoded(column)
    empty = np.array([value is None or str(value).strip() == "" for value in values])
    missing = (codes < 0) | (empty[codes] if len(values) else False)
    if bool(missing.any()):
        first = named([f"{row + 1:,}" for row in np.flatnonzero(missing)])
        raise EstimateError(
            f"The column {name!r} is empty in {counted(int(missing.sum()), 'row')}: {first}.",
            hint="Fill it in, or leave those rows out.",
        )
    return codes, values


def _encoded(column: pa.ChunkedArray) -> tuple[Ints, list[object]]:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    encoded = pc.dictionary_encode(column).combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    codes = np.array(pc.fill_null(encoded.indices, -1), dtype=np.int64)
    return codes, list(encoded.dictionary.to_pylist())


def _labels(column: pa.ChunkedArray, name: str) -> tuple[Ints, tuple[str, ...]]:
    """Return codes in order of the labels, so that the order of rows means nothing."""
    codes, values = _distinct(column, name)
    texts = [_label(value) for value in values]
    labels = sorted(set(texts), key=_natural)
    place = {label: code for code, label in enumerate(labels)}
    return np.array([place[text] for text in texts], dtype=np.int64)[codes], tuple(labels)


def _label(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _natural(label: str) -> tuple[int, int, str]:
    return (0, int(label), label) if label.isdecimal() else (1, 0, label)


def _order(unit: Ints, period: Ints, wanted: range, columns: PanelColumns) -> Ints:
    """Return the rows that lie within the wanted periods, by unit and then by period."""
    order = np.lexsort((period, unit))
    order = order[(period[order] >= wanted.start) & (period[order] < wanted.stop)]
    if not order.size:
        since, until = columns.since or "the beginning", columns.until or "the end"
        raise EstimateError(
            f"No row lies between {since} and {until}.", hint="Name an earlier or a later day."
        )
    return order


def _still_there(labels: tuple[str, ...], unit: Ints) -> tuple[tuple[str, ...], Ints]:
    seen, codes = np.unique(unit, return_inverse=True)
    return tuple(labels[code] for code in seen.tolist()), codes.astype(np.int64)


def _refuse_duplicates(rows: Rows, columns: PanelColumns) -> None:
    again = (np.diff(rows.unit) == 0) & (np.diff(rows.period) == 0)
    if not bool(again.any()):
        return
    at = np.flatnonzero(again)
    periods = rows.timeline.labels
    keys = dict.fromkeys(f"{rows.labels[rows.unit[i]]} {periods[rows.period[i]]}" for i in at)
    raise EstimateError(
        f"{len(keys):,} {'key' if len(keys) == 1 else 'keys'} of {columns.unit!r} and "
        f"{columns.time!r} {'has' if len(keys) == 1 else 'have'} more than one row: "
        f"{named(list(keys))}.",
        hint="Add up or average the rows of each unit and period before, as the outcome demands.",
    )


def _adopted(table: pa.Table, columns: PanelColumns, rows: Rows) -> Ints:
    if columns.adopted is None:
        return np.full(rows.n_units, NEVER, dtype=np.int64)
    codes, values = _encoded(table.column(columns.adopted))
    return read_adoption(
        np.where(codes < 0, len(values), codes), [*values, None], rows, columns.adopted
    )


def _cluster(table: pa.Table, columns: PanelColumns, rows: Rows) -> Ints:
    if columns.cluster is None:
        return np.arange(rows.n_units, dtype=np.int64)
    codes, _ = _labels(table.column(columns.cluster), columns.cluster)
    cluster = codes[rows.first]
    moved = np.bincount(rows.unit[codes != cluster[rows.unit]], minlength=rows.n_units) > 0
    if bool(moved.any()):
        raise EstimateError(
            f"{counted(int(moved.sum()), 'unit')} in more than one {columns.cluster!r}: "
            f"{rows.names(moved)}.",
            hint="Give each unit one cluster for all its rows.",
        )
    return np.unique(cluster, return_inverse=True)[1].astype(np.int64)


def _refuse_infinite(numbers: Mapping[str, Floats], rows: Rows) -> None:
    periods = rows.timeline.labels
    for name, values in numbers.items():
        at = np.flatnonzero(np.isinf(values))
        if at.size:
            where = [f"{rows.labels[rows.unit[i]]} {periods[rows.period[i]]}" for i in at.tolist()]
            raise EstimateError(
                f"The column {name!r} is infinite in {counted(at.size, 'row')}: {named(where)}.",
                hint="Correct those rows, or leave the value empty where it is not known.",
            )


def _assemble(
    rows: Rows,
    adopted: Ints,
    cluster: Ints,
    numbers: Mapping[str, Floats],
    columns: PanelColumns,
    source: str,
) -> Panel:
    timeline = rows.timeline
    always = (adopted != NEVER) & (adopted <= rows.period[rows.first])
    late = adopted >= timeline.count
    keep = ~always[rows.unit]
    place = np.cumsum(~always) - 1
    panel = Panel(
        units=tuple(label for label, out in zip(rows.labels, always, strict=True) if not out),
        periods=timeline.labels,
        unit=place[rows.unit[keep]].astype(np.int64),
        period=rows.period[keep],
        columns={name: values[keep] for name, values in numbers.items()},
        adopted_in=np.where(late, NEVER, adopted)[~always],
        cluster=np.unique(cluster[~always], return_inverse=True)[1].astype(np.int64),
        grain=timeline.grain,
        window=timeline.window,
        source=source,
    )
    left_out = _left_out(rows, always, late)
    remarks = (*left_out, *remarks_on(panel, columns.outcomes, timeline))
    return replace(panel, remarks=remarks)


def _left_out(rows: Rows, always: Bools, late: Bools) -> list[Remark]:
    found = []
    if bool(always.any()):
        n_rows = int(always[rows.unit].sum())
        found.append(
            Remark(
                kind="dropped_rows",
                says=f"{int(always.sum()):,} of {counted(rows.n_units, 'unit')} had adopted before "
                f"being seen, so nothing shows what was before; left out with "
                f"{counted(n_rows, 'row')}: {rows.names(always)}.",
                rows=n_rows,
                units=int(always.sum()),
            )
        )
    if bool(late.any()):
        found.append(
            Remark(
                kind="adopts_later",
                says=f"{counted(int(late.sum()), 'unit')} adopting after the last period "
                f"({rows.timeline.labels[-1]}); here that is not having adopted: "
                f"{rows.names(late)}.",
                units=int(late.sum()),
            )
        )
    return found
