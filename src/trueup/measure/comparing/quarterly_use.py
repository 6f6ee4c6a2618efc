"""How much each unit used AI in each quarter, by weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trueup.measure.metric import Tables
from trueup.measure.records.authorship import horizon
from trueup.measure.records.delivery import UnitKind
from trueup.measure.records.presence import has
from trueup.measure.units.weeks import unit_weeks
from trueup.measure.windows import Bucket, buckets
from trueup.model.evidence import Window

Floats = NDArray[np.float64]
_LANDED = "merged_changes_per_developer_week"
_MARKED, _ACTIVE = "ai_marked_changes_ratio", "ai_active_developers_ratio"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterlyUse:
    """How much each unit used AI in each whole quarter.

    Parameters
    ----------
    quarters
        Those that lie wholly within what is recorded.
    shares
        ``(units, quarters)``; NaN where nobody was active.
    says
        What the share is of, as the end of a sentence.
    """

    kind: UnitKind
    units: tuple[str, ...]
    quarters: tuple[Bucket, ...]
    shares: Floats
    says: str


def quarterly_use(tables: Tables, kind: UnitKind, timezone: str) -> QuarterlyUse:
    """Add up use by unit and quarter; a week belongs to the quarter it begins in.

    Where sessions are recorded, use is the share of active developers who use AI tools in a week;
    else the share of landed changes that carry a mark.

    Raises
    ------
    MeasureError
        There are no teams.
    """
    by_sessions = has(tables, "ai_session")
    asked = [_ACTIVE] if by_sessions else [_MARKED, _LANDED]
    weeks = unit_weeks(tables, unit=kind, outcomes=asked, timezone=timezone)
    says = (
        "the share of active developers who use AI tools, by week"
        if by_sessions
        else "the share of landed changes that carry the mark of an AI tool, at least"
    )
    quarters = _whole(weeks, horizon(tables), timezone)
    weight = _numbers(weeks, "active_developers")
    if not by_sessions:
        weight = weight * np.nan_to_num(_numbers(weeks, _LANDED))
    names = tuple(sorted(set(weeks.column("unit").to_pylist())))
    shares = _shares(weeks, names, quarters, asked[0], weight)
    return QuarterlyUse(kind=kind, units=names, quarters=quarters, shares=shares, says=says)


def _whole(weeks: pa.Table, until: int | None, timezone: str) -> tuple[Bucket, ...]:
    if not weeks.num_rows or until is None:
        return ()
    start = pc.min(weeks.column("week_start_at")).as_py()
    found = buckets(Window(start_at=start, end_at=max(start, until)), "quarter", timezone)
    return tuple(
        one for one in found if one.window.start_at >= start and one.window.end_at <= until
    )


def _shares(
    weeks: pa.Table,
    units: tuple[str, ...],
    quarters: tuple[Bucket, ...],
    share: str,
    weight: Floats,
) -> Floats:
    place = {name: row for row, name in enumerate(units)}
    column = {one.label: number for number, one in enumerate(quarters)}
    unit = np.array([place[name] for name in weeks.column("unit").to_pylist()], dtype=np.int64)
    quarter = np.array(
        [column.get(_quarter(week), -1) for week in weeks.column("week").to_pylist()],
        dtype=np.int64,
    )
    seen = _numbers(weeks, share)
    held = (quarter >= 0) & np.isfinite(seen) & (weight > 0)
    size = len(units) * len(quarters)
    cell = unit[held] * len(quarters) + quarter[held]
    whole = np.bincount(cell, weight[held], size)
    used = np.bincount(cell, seen[held] * weight[held], size)
    found: Floats = np.divide(used, whole, out=np.full(size, np.nan), where=whole > 0)
    return found.reshape(len(units), len(quarters))


def _quarter(week: str) -> str:
    monday = date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
    return f"{monday.year}-Q{(monday.month + 2) // 3}"


def _numbers(weeks: pa.Table, name: str) -> Floats:
    filled = pc.fill_null(weeks.column(name).cast(pa.float64()), float("nan"))
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.float64)
