"""Teams by quarter straight from the draws: the rows `trueup.measure.practices.quarters` finds.

Without records, so that hundreds of worlds can be drawn.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pyarrow as pa

from trueup.measure.practices.quarters import LEAD_TIME, OUTCOMES, OUTPUT, POINTS, quarter_of
from trueup.measure.practices.rubric import CAPACITIES, level
from trueup.simulate.organisation import TeamWeeks
from trueup.simulate.practising import POINTS as EARNED
from trueup.simulate.practising import Practice
from trueup.simulate.teams import FIRST_DAY, NEVER, WEEK, Bools, Floats, Ints

Seen = Literal["everything", "sessions", "files"]
_NEVER_SEEN_TO_LACK = frozenset({("evaluate", 2), ("adapt", 2)})
_IN_NO_FILE = frozenset({("decompose", 2), ("adapt", 1)})
_LACK_SEEN_IN_FILES = frozenset({("evaluate", 1), ("integrate", 1)})
_WEIGHED = {
    OUTPUT: "active_developers",
    "change_failure_ratio": "deployed",
    LEAD_TIME: "deployed",
}


def quarters_of(made: TeamWeeks, *, seen: Seen = "sessions") -> pa.Table:
    """Return one row for each team and quarter.

    Parameters
    ----------
    seen
        ``everything``: each point, and each that is lacking; ``sessions``: what is done in
        sessions is recorded of eight persons or more a team, and files are read; ``files``: only
        the latter.
    """
    practice = made.practice
    teams, quarters = practice.points.shape
    starts, weeks = practice.starts, next(iter(made.columns.values())).shape[1]
    quarter = np.searchsorted(starts, np.arange(weeks), side="right") - 1
    used = np.array([made.truth.adopted_in[each] for each in made.team_ids])[:, None]
    in_use = (used != NEVER) & (used <= starts[:-1])
    low, high = _bounds(practice, seen)
    values = {
        POINTS[0]: low.sum(axis=2),
        POINTS[1]: high.sum(axis=2),
        POINTS[2]: _levels(low),
        POINTS[3]: _levels(high),
    }
    unit = np.repeat(np.arange(teams), quarters)
    monday = np.datetime64(FIRST_DAY, "us") + starts[:-1] * np.timedelta64(WEEK, "us")
    labels = [quarter_of(str(each)) for each in monday.astype("datetime64[M]")]
    names = pa.array(made.team_ids).take(pa.array(unit))
    columns = {name: _by_quarter(made, name, quarter, quarters) for name in OUTCOMES}
    active = _summed(made.columns["active_developers"], quarter, quarters)
    return pa.table(
        {
            "unit": names,
            "quarter": labels * teams,
            "cluster": names,
            "active_developers": active.ravel(),
            **{name: _shown(np.where(in_use, each, np.nan)) for name, each in values.items()},
            **{name: _shown(each) for name, each in columns.items()},
        }
    )


def _bounds(practice: Practice, seen: Seen) -> tuple[Bools, Bools]:
    """Return which points are seen, and which are not ruled out."""
    low, high = practice.earned.copy(), practice.earned.copy()
    if seen == "everything":
        return low, high
    for at, point in enumerate(EARNED):
        if seen == "files" and point in _IN_NO_FILE:
            low[:, :, at] = False
        lack_is_seen = (
            point not in _NEVER_SEEN_TO_LACK if seen == "sessions" else point in _LACK_SEEN_IN_FILES
        )
        if not lack_is_seen:
            high[:, :, at] = True
    return low, high


def _levels(points: Bools) -> Ints:
    shape = points.shape[:2]
    of = points.reshape(*shape, len(CAPACITIES), 2).sum(axis=3).reshape(-1, len(CAPACITIES))
    known = {row: level(dict(zip(CAPACITIES, row, strict=True))) for row in map(tuple, of.tolist())}
    found = np.array([known[row] for row in map(tuple, of.tolist())], dtype=np.int64)
    return found.reshape(shape)


def _by_quarter(made: TeamWeeks, name: str, quarter: Ints, quarters: int) -> Floats:
    source = "lead_time_mean_seconds" if name == LEAD_TIME else name
    values, active = made.columns[source], made.columns["active_developers"]
    weight = active
    if _WEIGHED[name] == "deployed":
        weight = active * made.columns["deployed_changes_per_developer_week"]
    seen = np.isfinite(values) & (weight > 0)
    top = _summed(np.where(seen, values * weight, 0.0), quarter, quarters)
    bottom = _summed(np.where(seen, weight, 0.0), quarter, quarters)
    mean: Floats = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return mean / 86_400 if name == LEAD_TIME else mean


def _summed(values: Floats, quarter: Ints, quarters: int) -> Floats:
    falls_in = np.arange(quarters) == quarter[:, None]
    found: Floats = values @ falls_in
    return found


def _shown(values: Floats) -> pa.Array:
    return pa.array(values.ravel(), from_pandas=True)
