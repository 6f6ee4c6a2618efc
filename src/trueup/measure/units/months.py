"""Unit-weeks gathered into months: one week alone is too noisy a "before" to compare with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trueup.measure.units.outcome import OUTCOMES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_KEYS = ("unit", "week", "week_start_at", "cluster", "adopted_week", "is_adopted")
_PER_DEVELOPER = {
    "deployed": "deployed_changes_per_developer_week",
    "merged": "merged_changes_per_developer_week",
}
_TIMED = "deployed_changes_per_week"
"""Changes of which the mean lead time is taken."""
_WEIGHT = "_weight"
"""Ends the name of a column that says what another is a ratio of."""


def unit_months(weeks: pa.Table, *, at_once: int = 1) -> pa.Table:
    """Gather unit-weeks into months, each week in the month it begins in.

    A ratio of a month is the ratio of its counts: weeks are weighted by what they are ratios of,
    where the table tells (developers, changes), and alike where it does not. In the month of
    adoption the weeks before it are left out, so that no month is treated in part.

    Parameters
    ----------
    weeks
        What `trueup.measure.units.weeks.unit_weeks` gives.
    at_once
        How many months of a year go together, named by the first of them; 3: quarters.

    Returns
    -------
    pyarrow.Table
        Sorted by ``unit`` and ``month``. Columns: ``unit``, ``month`` (``2024-01``), ``cluster``,
        ``adopted_month`` (null: not seen to adopt), ``is_adopted``, then the columns of numbers.
        The schema's metadata holds ``remarks``, JSON.
    """
    kept, left_out = _whole(weeks, at_once)
    labels, month = np.unique(_months(kept, at_once), return_inverse=True)
    units = kept.column("unit").to_pylist()
    names, unit = np.unique(np.array(units, dtype=object), return_inverse=True)
    place = unit * labels.size + month
    cells, first, cell = np.unique(place, return_index=True, return_inverse=True)
    numbers = {name: _numbers(kept, name) for name in kept.column_names if name not in _KEYS}
    columns = {
        name: pa.array(_mean(values, _weights(numbers, name), cell, cells.size), from_pandas=True)
        for name, values in numbers.items()
        if not name.endswith(_WEIGHT)
    }
    keys = {
        "unit": pa.array(names[cells // labels.size].tolist(), pa.string()),
        "month": pa.array(labels[cells % labels.size].astype(str).tolist(), pa.string()),
        "cluster": kept.column("cluster").take(first),
        "adopted_month": _adopted(kept, at_once).take(first),
        "is_adopted": kept.column("is_adopted").take(first),
    }
    return pa.table({**keys, **columns}).replace_schema_metadata(_metadata(weeks, left_out))


def _months(weeks: pa.Table, at_once: int) -> NDArray[np.datetime64]:
    """Return the month of each row's Monday, or the first of those that go together."""
    labels, place = np.unique(np.array(weeks.column("week").to_pylist()), return_inverse=True)
    mondays = [date.fromisocalendar(int(one[:4]), int(one[6:]), 1) for one in labels.tolist()]
    month = np.array(mondays, dtype="datetime64[M]").astype(np.int64)
    months: NDArray[np.datetime64] = (month - month % at_once).astype("datetime64[M]")[place]
    return months


def _whole(weeks: pa.Table, at_once: int) -> tuple[pa.Table, int]:
    """Leave out the weeks of the month of adoption that lie before it; say how many they are."""
    month = _months(weeks, at_once).astype(str)
    adopted = np.array(_adopted(weeks, at_once).to_pylist(), dtype=object)
    is_adopted = weeks.column("is_adopted").to_numpy(zero_copy_only=False).astype(np.bool_)
    in_part = (adopted == month.astype(object)) & ~is_adopted
    return weeks.filter(pa.array(~in_part)), int(in_part.sum())


def _adopted(weeks: pa.Table, at_once: int) -> pa.ChunkedArray:
    """Return the month of each row's week of adoption, null where there is none."""
    names = weeks.column("week").to_pylist()
    months = _months(weeks, at_once).astype(str).tolist()
    month_of: Mapping[str, str] = dict(zip(names, months, strict=True))
    adopted = weeks.column("adopted_week").to_pylist()
    return pa.chunked_array([pa.array([month_of.get(week) for week in adopted], pa.string())])


def _numbers(weeks: pa.Table, name: str) -> Floats:
    column = pc.fill_null(weeks.column(name).cast(pa.float64()), float("nan"))
    numbers: Floats = column.to_numpy(zero_copy_only=False)
    return numbers


def _weights(numbers: Mapping[str, Floats], name: str) -> Floats:
    """Return how much each week counts in a column's month: what the column is a ratio of."""
    outcome = OUTCOMES.get(name)
    developers = numbers["active_developers"]
    if name + _WEIGHT in numbers:
        return numbers[name + _WEIGHT]
    if outcome is None or outcome.bottom is None:
        return np.ones_like(developers)
    if outcome.bottom == "active":
        return developers
    if outcome.bottom == "timed" and _TIMED in numbers:
        return numbers[_TIMED]
    each = numbers.get(_PER_DEVELOPER.get(outcome.bottom, ""))
    return np.ones_like(developers) if each is None else each * developers


def _mean(values: Floats, weights: Floats, cell: Ints, n_cells: int) -> Floats:
    known = ~np.isnan(values) & (weights > 0)
    sums = np.bincount(cell[known], values[known] * weights[known], n_cells)
    whole = np.bincount(cell[known], weights[known], n_cells)
    mean: Floats = np.divide(sums, whole, out=np.full(n_cells, np.nan), where=whole > 0)
    return mean


def _metadata(weeks: pa.Table, left_out: int) -> dict[bytes, bytes]:
    metadata = dict(weeks.schema.metadata or {})
    remarks = json.loads(metadata.get(b"remarks", b"[]"))
    if left_out:
        says = (
            f"{left_out:,} unit-weeks before adoption lie in its month and are left out, so that "
            "no month is treated in part."
        )
        remarks.append({"kind": "dropped_rows", "says": says, "rows": left_out})
    return {**metadata, b"remarks": json.dumps(remarks).encode()}
