"""Team-weeks of tokens and of the work that survived, with what else could have raised tokens.

Rows serve a pooled comparison of teams under a policy with teams that are not; a team's own row
is not for showing, and no person is in any of them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _
from numpy.typing import NDArray

from trueup.measure.metric import Tables
from trueup.measure.records.authorship import NO_MODEL, Prepared, usage_horizon
from trueup.measure.records.delivery import WATCHED, delivered, in_teams
from trueup.measure.records.spending import NOT_TOLD, requests
from trueup.measure.units.calendar import Calendar
from trueup.measure.windows import WEEK, Bucket, buckets
from trueup.model.evidence import Window

Floats = NDArray[np.float64]
COUNTING = ("leaderboard", "minimum_spend")
"""Policies that make tokens count for those who use them; a cap does the opposite."""
NEW = 8 * WEEK
"""For how long after its first use a person, a repository or a model is new, microseconds."""


def token_weeks(tables: Tables, *, timezone: str = "UTC") -> pa.Table:
    """Count tokens and surviving work of every team in every ISO week since tokens are recorded.

    Parameters
    ----------
    timezone
        In which weeks and months begin.

    Returns
    -------
    pyarrow.Table
        Sorted by ``unit`` and ``week_start_at``; one row for each team that ever used tokens and
        each week. ``tokens`` is null in a week without any, in one that is only partly under a
        policy, and after that ended.
        ``surviving_changes``: changes that landed in the week and were not taken back, mended or
        in an incident within 30 days of reaching production; null in weeks too recent to know.
        ``constant_dollars``: tokens at the mean price of their model over all weeks.
        ``new_users_ratio``, ``new_repositories_ratio``, ``new_models_ratio``, ``agents_ratio``:
        shares of tokens by persons, in repositories, of models in their first eight weeks with the
        team, and by agents; ``plain_ratio``: by none of these. ``discard_ratio``: share of written
        lines that were never committed; ``looped_ratio``: share of tool calls that repeat an
        earlier one; ``is_month_end``. ``exposed_week``: label of the first whole week under a
        policy that makes tokens count (null: none). The schema's metadata holds ``policies`` and
        ``people`` (persons with tokens by arm), JSON.
    """
    tables = tables if isinstance(tables, Prepared) else Prepared(tables)
    until, rows = usage_horizon(tables), requests(tables)
    first = rows["at"].min().to_pyarrow().as_py()
    if until is None or first is None:
        return _empty()
    spans = buckets(Window(start_at=first, end_at=until), "week", timezone)
    weeks = tuple(span for span in spans if span.window.end_at <= until)
    if not weeks:
        return _empty()
    used = _used(tables, Calendar(weeks), first)
    units = sorted({str(unit) for unit in used["unit"].to_pylist() if unit is not None})
    grid = _Grid(units=tuple(units), weeks=weeks)
    columns = {
        **_shares(grid, used),
        **_work(grid, tables, until),
        **_waste(grid, tables),
        "is_month_end": _month_ends(grid, timezone),
    }
    return _laid_out(grid, columns, _policies(grid, tables), used)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """Teams by weeks."""

    units: tuple[str, ...]
    weeks: tuple[Bucket, ...]

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.units), len(self.weeks)

    def spread(self, rows: pa.Table, column: str) -> Floats:
        """Return sums of a column by team and week; rows of other teams are left out."""
        names = pa.array(self.units, pa.string())
        place = pc.index_in(rows["unit"].cast(pa.string()), value_set=names)
        known = pc.is_valid(place).to_numpy(zero_copy_only=False).astype(bool)
        row = place.fill_null(0).to_numpy().astype(np.int64)[known]
        week = rows["week"].to_numpy().astype(np.int64)[known]
        amounts = rows[column].cast(pa.float64()).fill_null(0.0).to_numpy()[known]
        found = np.zeros(self.shape)
        np.add.at(found, (row, week), amounts)
        return found


def _empty() -> pa.Table:
    columns = {"unit": pa.array([], pa.string()), "week": pa.array([], pa.string())}
    return pa.table(columns).replace_schema_metadata({"policies": "[]", "people": "{}"})


def _used(tables: Tables, calendar: Calendar, began: int) -> pa.Table:
    """Return tokens by team, week and what they were used for: new or not, agents or not."""
    rows = calendar.weekly(requests(tables).filter(_.person.notnull()), "at")
    rows = in_teams(rows, tables, "person", "at").rename(unit="person_team")
    rows = rows.filter(rows.unit.notnull() & (rows.tokens > 0))
    price = rows.group_by(priced_model="model").agg(
        price=_.cost.sum() / _.tokens.sum(where=_.cost.notnull())
    )
    rows = rows.left_join(price, rows.model == price.priced_model)
    rows = rows.mutate(
        by_new=_is_new(rows, ("person",), began),
        in_new=_is_new(rows, ("unit", "repository"), began) & rows.repository.notnull(),
        of_new=_is_new(rows, ("unit", "model"), began) & (rows.model != NO_MODEL),
        by_agent=rows.agent_kind.isin(("subagent", "auxiliary")),
        places=rows.repository.notnull(),
        models=rows.model != NO_MODEL,
        kinds=rows.agent_kind != NOT_TOLD,
        dollars=rows.tokens * rows.price,
    )
    flags = ("by_new", "in_new", "of_new", "by_agent", "places", "models", "kinds")
    found = rows.group_by("unit", "week", "person", *flags).agg(
        tokens=_.tokens.sum().cast("float64"), dollars=_.dollars.sum()
    )
    return found.order_by("unit", "week", "person", *flags).to_pyarrow()


def _is_new(rows: ibis.Table, keys: tuple[str, ...], began: int) -> ibis.Value:
    """Say whether something was first used less than eight weeks before, and after records began.

    What was there when records began may be old: it is not called new.
    """
    first = rows["at"].min().over(ibis.window(group_by=list(keys)))
    return (rows["at"] - first < NEW) & (first >= began + NEW)


def _shares(grid: _Grid, used: pa.Table) -> dict[str, Floats]:
    tokens = grid.spread(used, "tokens")
    found = {"tokens": np.where(tokens > 0, tokens, np.nan)}
    told = {"new_users": None, "new_repositories": "places", "new_models": "models"}
    flags = {"new_users": "by_new", "new_repositories": "in_new", "new_models": "of_new"}
    for name, column in (told | {"agents": "kinds"}).items():
        flag = flags.get(name, "by_agent")
        known = column is None or bool(pc.any(used[column]).as_py())
        found[f"{name}_ratio"] = _share_of(grid, used, used[flag], tokens, known=known)
    special = pc.or_(
        pc.or_(used["by_new"], used["in_new"]), pc.or_(used["of_new"], used["by_agent"])
    )
    found["plain_ratio"] = _share_of(grid, used, pc.invert(special), tokens, known=True)
    dollars = grid.spread(used, "dollars")
    found["constant_dollars"] = np.where(dollars > 0, dollars, np.nan)
    return found


def _share_of(
    grid: _Grid, used: pa.Table, chosen: pa.ChunkedArray, tokens: Floats, *, known: bool
) -> Floats:
    """Return which share of each week's tokens is chosen; NaN where nothing tells."""
    shape = np.full(grid.shape, np.nan)
    if not known:
        return shape
    part = grid.spread(used.filter(pc.fill_null(chosen, fill_value=False)), "tokens")
    found: Floats = np.divide(part, tokens, out=shape, where=tokens > 0)
    return found


def _work(grid: _Grid, tables: Tables, until: int) -> dict[str, Floats]:
    rows = delivered(tables, "team")
    alive = rows.filter(~rows.is_failed & ~rows.is_undoing)
    counted = Calendar(grid.weeks).weekly(alive, "landed_at").group_by("unit", "week")
    changes = grid.spread(counted.agg(changes=_.count()).to_pyarrow(), "changes")
    over = np.array([week.window.end_at + WATCHED <= until for week in grid.weeks])
    return {"surviving_changes": np.where(over, changes, np.nan)}


def _waste(grid: _Grid, tables: Tables) -> dict[str, Floats]:
    """Return shares of lines never committed and of calls repeated; NaN where none is recorded."""
    lines = tables["ai_lines"]
    lines = lines.filter(lines.layer.isin(("written", "committed")))
    written = _weekly(grid, tables, lines, "lines_added", lines.layer == "written")
    committed = _weekly(grid, tables, lines, "lines_added", lines.layer == "committed")
    acts = tables["ai_activity"]
    calls = _weekly(grid, tables, acts, "count", acts.kind == "tool_call")
    looped = _weekly(grid, tables, acts, "count", acts.kind == "looped_call")
    nothing = np.full(grid.shape, np.nan)
    kept = np.divide(committed, written, out=nothing.copy(), where=written > 0)
    discarded = np.clip(1 - kept, 0.0, 1.0) if committed.any() else nothing
    repeated = np.divide(looped, calls, out=nothing.copy(), where=calls > 0)
    return {"discard_ratio": discarded, "looped_ratio": np.clip(repeated, 0.0, 1.0)}


def _weekly(
    grid: _Grid, tables: Tables, rows: ibis.Table, amount: str, chosen: ibis.Value
) -> Floats:
    rows = rows.filter(chosen & rows.person_id.notnull())
    rows = Calendar(grid.weeks).weekly(rows, "happened_at")
    rows = in_teams(rows, tables, "person_id", "happened_at").rename(unit="person_team")
    rows = rows.filter(rows.unit.notnull())
    found = rows.group_by("unit", "week").agg(amount=rows[amount].sum())
    return grid.spread(found.to_pyarrow(), "amount")


def _month_ends(grid: _Grid, timezone: str) -> Floats:
    """Say which weeks hold the last day of a month, ``(units, weeks)``."""
    zone = ZoneInfo(timezone)
    ends = []
    for week in grid.weeks:
        start = dt.datetime.fromtimestamp(week.window.start_at // 1_000_000, zone).date()
        days = [start + dt.timedelta(days=day) for day in range(8)]
        ends.append(float(days[0].month != days[7].month))
    return np.tile(np.array(ends), (grid.shape[0], 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _InForce:
    """Week from which each team is under a policy, -1 for none, and weeks that are left out.

    Left out are those only partly under it, and those after it ended.
    """

    starts: NDArray[np.int64]
    over: NDArray[np.bool_]
    rows: tuple[Mapping[str, object], ...]


def _policies(grid: _Grid, tables: Tables) -> _InForce:
    """Return what the first policy that makes tokens count did to each team, and when."""
    events = tables["policy_event"]
    events = events.filter(events.kind.isin(COUNTING) & events.started_at.notnull())
    found = events.select("kind", "team_id", "started_at", "ended_at")
    listed = found.order_by("started_at", "kind", "team_id").to_pyarrow().to_pylist()
    starts = np.full(grid.shape[0], -1, dtype=np.int64)
    over = np.zeros(grid.shape, dtype=bool)
    begins = np.array([week.window.start_at for week in grid.weeks])
    ends = np.array([week.window.end_at for week in grid.weeks])
    for row, unit in enumerate(grid.units):
        own = next((event for event in listed if event["team_id"] in (None, unit)), None)
        if own is None:
            continue
        first, last = own["started_at"], own["ended_at"]
        week = int(np.searchsorted(begins, first))
        starts[row] = week if week < begins.size else -1
        over[row] = (begins < first) & (first < ends) | (last is not None and ends > last)
    dated = {(event["kind"], event["started_at"], event["ended_at"]) for event in listed}
    rows = tuple(
        {"kind": kind, "started_at": start, "ended_at": end}
        for kind, start, end in sorted(dated, key=lambda one: (one[1], one[0]))
    )
    return _InForce(starts=starts, over=over, rows=rows)


def _laid_out(
    grid: _Grid, columns: Mapping[str, Floats], force: _InForce, used: pa.Table
) -> pa.Table:
    units, weeks = grid.shape
    row, week = (place.ravel() for place in np.indices((units, weeks)))
    labels = pa.array([span.label for span in grid.weeks], pa.string())
    begins = np.array([span.window.start_at for span in grid.weeks], dtype=np.int64)
    since = force.starts[row]
    made: dict[str, pa.Array] = {
        "unit": pa.array(grid.units, pa.string()).take(pa.array(row)),
        "week": labels.take(pa.array(week)),
        "week_start_at": pa.array(begins[week], pa.int64()),
        "exposed_week": labels.take(pa.array(since, pa.int64(), mask=since == -1)),
    }
    for name, wide in columns.items():
        kept = np.where(force.over, np.nan, wide) if name == "tokens" else wide
        values = kept.ravel()
        made[name] = pa.array(values, pa.float64(), mask=~np.isfinite(values))
    people = _people(grid, force, used)
    return pa.table(made).replace_schema_metadata(
        {"policies": json.dumps(force.rows), "people": json.dumps(people)}
    )


def _people(grid: _Grid, force: _InForce, used: pa.Table) -> dict[str, int]:
    """Count the persons with tokens in each arm."""
    exposed = {unit for unit, start in zip(grid.units, force.starts, strict=True) if start >= 0}
    seen: dict[str, set[str]] = {"exposed": set(), "unexposed": set()}
    for unit, person in zip(used["unit"].to_pylist(), used["person"].to_pylist(), strict=True):
        seen["exposed" if unit in exposed else "unexposed"].add(person)
    return {arm: len(persons) for arm, persons in seen.items()}
