"""Repositories by quarter: points of practice at its end, and what was delivered in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trueup.measure.metric import Tables
from trueup.measure.practices.history import Dated
from trueup.measure.records.presence import has
from trueup.measure.units.months import unit_months
from trueup.measure.units.weeks import unit_weeks

Floats = NDArray[np.float64]
POINTS = (
    *("practice_points_low", "practice_points_high"),
    *("practice_level_low", "practice_level_high"),
)
"""The least and the most points that what is not seen allows, and the same of levels."""
_LEAD_TIME = "lead_time_mean_seconds"
OUTPUT = "sound_changes_per_developer_week"
_WEIGHTS = ("deployed_changes_per_developer_week", "deployed_changes_per_week")
"""By how much a week counts in a ratio of changes, and in a mean time of them."""
LEAD_TIME = "lead_time_mean_days"
OUTCOMES = (OUTPUT, "change_failure_ratio", LEAD_TIME)
"""What is asked about downstream: none of it is made from what points are made from."""


def practice_quarters(tables: Tables, history: Sequence[Dated], *, timezone: str) -> pa.Table:
    """Return one row for each repository and quarter in which anyone was active there.

    Parameters
    ----------
    history
        Of `trueup.measure.practices.history.practice_history`; teams in it are left out, since
        files are of repositories.

    Returns
    -------
    pyarrow.Table
        Sorted by ``unit`` and ``quarter`` (``2026-Q1``). Columns: ``unit``, ``quarter``,
        ``cluster`` (the team that owns it, else itself), ``active_developers``, `POINTS` at the
        end of the quarter (null where nothing showed that AI tools were used, or the history is
        not known), and `OUTCOMES`.
    """
    counted = (*OUTCOMES[:-1], _LEAD_TIME, *_WEIGHTS)
    weeks = unit_weeks(tables, unit="repository", outcomes=counted, timezone=timezone)
    rows = unit_months(weeks, at_once=3)
    units = rows["unit"].to_pylist()
    quarters = [quarter_of(month) for month in rows["month"].to_pylist()]
    place = {key: at for at, key in enumerate(zip(units, quarters, strict=True))}
    points: dict[str, Floats] = {name: np.full(len(units), np.nan) for name in POINTS}
    for each in history:
        at = place.get((each.name, each.quarter))
        if each.unit == "repository" and each.in_use and at is not None:
            standing = each.standing
            values = (standing.low, standing.high, *standing.levels)
            for name, value in zip(POINTS, values, strict=True):
                points[name][at] = value
    owner = _owners(tables)
    return pa.table(
        {
            "unit": rows["unit"],
            "quarter": quarters,
            "cluster": pa.array([owner.get(unit, unit) for unit in units], pa.string()),
            "active_developers": rows["active_developers"],
            **{name: pa.array(values, from_pandas=True) for name, values in points.items()},
            **{name: rows[name] for name in OUTCOMES[:-1]},
            LEAD_TIME: pc.divide(rows[_LEAD_TIME], 86_400.0),
        }
    )


def quarter_of(month: str) -> str:
    """Return the quarter a month lies in.

    >>> quarter_of("2026-04")
    '2026-Q2'
    """
    return f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"


def _owners(tables: Tables) -> Mapping[str, str]:
    """Return the team of each repository that one team owns, all of it."""
    if not has(tables, "service"):
        return {}
    service = tables["service"].select("repository_id", "team_id").distinct()
    found: dict[str, set[str | None]] = {}
    for row in service.to_pyarrow().to_pylist():
        found.setdefault(row["repository_id"], set()).add(row["team_id"])
    return {name: one for name, teams in found.items() if len(teams) == 1 for one in teams if one}
