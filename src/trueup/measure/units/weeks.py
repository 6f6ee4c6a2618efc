"""Units by week: what an estimator needs, counted from the canonical tables in columns.

A unit is a team, or a repository where no team is known. A week in which anyone was active is a
row, also when nothing was delivered: nought is an observation. Rows serve pooled estimates; a
team's own row is not for showing (`trueup.measure.frames.grouping` holds the rule for what is).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _
from numpy.typing import NDArray

from trueup.errors import MeasureError
from trueup.measure.metric import Tables
from trueup.measure.numerics.inside import mean_inside
from trueup.measure.records.authorship import YES, Prepared, horizon, marks
from trueup.measure.records.delivery import (
    WATCHED,
    UnitKind,
    delivered,
    in_teams,
    production_runs,
    reviewers,
    writers,
)
from trueup.measure.records.presence import has
from trueup.measure.units.adoption import NEVER, adoption, adoption_remark
from trueup.measure.units.calendar import Calendar
from trueup.measure.units.definition import Outcome
from trueup.measure.units.metrics import Asking, Sums, added_up
from trueup.measure.units.outcome import OUTCOMES, SHARE, WEEKS_RUNNING
from trueup.measure.windows import Bucket, buckets
from trueup.model.evidence import Window

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_TOKENS = (
    *("uncached_input_tokens", "cache_read_tokens", "cache_write_5m_tokens"),
    *("cache_write_1h_tokens", "output_tokens"),
)
_SECOND = 1e6  # microseconds, which are added up whole: no order of rows changes their sum


def unit_weeks(
    tables: Tables,
    *,
    unit: UnitKind = "team",
    share: float = SHARE,
    weeks_running: int = WEEKS_RUNNING,
    outcomes: Sequence[str] | None = None,
    timezone: str = "UTC",
) -> pa.Table:
    """Count every unit in every ISO week.

    Parameters
    ----------
    unit
        ``team``, by dated membership; or ``repository``.
    share, weeks_running
        A unit adopts in the first of so many consecutive weeks in each of which exposure exceeds
        this share. Exposure is the share of active developers who use AI tools (a session, or a
        commit marked with one) where sessions are recorded, else the share of landed changes that
        carry a mark; a remark says which it was.
    outcomes
        Names of `OUTCOMES`; all of them when None.
    timezone
        In which weeks begin.

    Returns
    -------
    pyarrow.Table
        Sorted by ``unit`` and ``week_start_at``. Columns: ``unit``, ``week`` (label),
        ``week_start_at`` (epoch microseconds UTC), ``cluster``, ``adopted_week`` (null: not seen
        to adopt), ``is_adopted``, ``active_developers``, ``foundation_ratio`` (null: unknown), and
        the outcomes, null where not observed; after each that is a metric ``<outcome>_weight``,
        what it is a ratio of. The schema's metadata holds ``remarks``, JSON.

    Raises
    ------
    MeasureError
        An outcome is not known, or there are no teams.
    """
    chosen = _chosen(outcomes)
    if unit == "team" and not has(tables, "membership"):
        raise MeasureError(
            "No team memberships are recorded, so there are no team-weeks.",
            hint="Name the teams in a file or connect the forge; or ask for repositories.",
        )
    tables = tables if isinstance(tables, Prepared) else Prepared(tables)
    until = horizon(tables)
    weeks = _weeks(tables, until, timezone)
    if until is None or not weeks:
        return _table(_Grid.empty(), chosen, np.zeros(0, np.int64), {}, [])
    grid = _counted(tables, unit, weeks)
    unseen = _silence(tables, chosen)
    by_sessions = has(tables, "ai_session")
    top, bottom = ("ai_users", "active") if by_sessions else ("marked", "merged")
    adopted = adoption(grid.values[top], grid.values[bottom], share, weeks_running)
    rule = adoption_remark(share, weeks_running, by_sessions=by_sessions)
    over = np.array([week.window.end_at + WATCHED <= until for week in weeks])
    asking = Asking(kind=unit, units=grid.units, weeks=weeks, timezone=timezone)
    columns: dict[str, Floats] = {}
    for outcome in chosen:
        sums = _asked(outcome, tables, asking, unseen)
        columns[outcome.name] = _column(grid, outcome, over, unseen, sums)
        if sums is not None:
            columns[f"{outcome.name}_weight"] = sums.bottoms
    columns["foundation_ratio"] = _foundations(tables, grid, unit, adopted)
    remarks = [rule, *_remarks(grid, tables, chosen, over, unseen)]
    return _table(grid, chosen, adopted, columns, remarks)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """Counts by name, each ``(units, weeks)``, and how many rows fell outside every cell."""

    units: tuple[str, ...]
    weeks: tuple[Bucket, ...]
    values: Mapping[str, Floats]
    homeless: Mapping[str, int]

    @classmethod
    def empty(cls) -> _Grid:
        return cls(units=(), weeks=(), values={"active": np.zeros((0, 0))}, homeless={})


def _chosen(names: Sequence[str] | None) -> tuple[Outcome, ...]:
    for name in names or ():
        if name not in OUTCOMES:
            raise MeasureError(
                f"No outcome is called {name!r}.", hint=f"Use some of: {', '.join(OUTCOMES)}."
            )
    return tuple(OUTCOMES[name] for name in (OUTCOMES if names is None else names))


def usual_unit(tables: Tables) -> Literal["team", "repository"]:
    """Return what is compared unless the reader says otherwise: teams, where any are recorded."""
    return "team" if has(tables, "membership") else "repository"


def _weeks(tables: Tables, until: int | None, timezone: str) -> tuple[Bucket, ...]:
    """Return the weeks from the first commit on that are over."""
    commit = tables["commit"]
    first = commit.filter(commit.clock == "ok").authored_at.min().to_pyarrow().as_py()
    if first is None or until is None or first >= until:
        return ()
    spans = buckets(Window(start_at=first, end_at=until), "week", timezone)
    return tuple(span for span in spans if span.window.end_at <= until)


def _counted(tables: Tables, unit: UnitKind, weeks: tuple[Bucket, ...]) -> _Grid:
    """Count everything, one pass over each table."""
    calendar = Calendar(weeks)
    landed = delivered(tables, unit).order_by("change_id").to_pyarrow()
    change = ibis.memtable(landed)
    seats = ibis.memtable(_seats(tables, unit, calendar).to_pyarrow())
    counted = [
        seats.group_by("unit", "week").agg(active=_.person.count(), ai_users=_.is_user.sum()),
        _landings(change, calendar),
        _productions(change, calendar),
        _reviews(tables, change, calendar),
        _items(tables, unit, calendar),
        _sessions(tables, unit, calendar),
        _requests(tables, unit, calendar),
    ]
    found = [expression.to_pyarrow() for expression in counted]
    return _with_flow(_laid_out(found, weeks), landed)


def _of_unit(rows: ibis.Table, tables: Tables, unit: UnitKind, instant: str) -> ibis.Table:
    """Add ``unit`` to acts of persons: their team then, or the repository they acted in."""
    if unit == "repository":
        return rows.mutate(unit=rows.repository_id)
    return in_teams(rows, tables, "person", instant).rename(unit="person_team")


def _seats(tables: Tables, unit: UnitKind, calendar: Calendar) -> ibis.Table:
    """Return one row per unit, week and person active in it: ``is_user`` says who uses AI."""
    wrote = writers(tables)
    marked = marks(tables).select(marked_commit_id="commit_id")
    signed = wrote.inner_join(marked, wrote.commit_id == marked.marked_commit_id)
    columns = ["person", "acted_at", "repository_id"]
    session = tables["ai_session"]
    used = session.select("repository_id", person="person_id", acted_at="started_at")
    used = signed.select(columns).union(used.select(columns))
    acted = wrote.select(columns).union(reviewers(tables).select(columns))
    keys = ["unit", "week", "person"]
    active, users = (
        _of_unit(calendar.weekly(rows, "acted_at"), tables, unit, "acted_at")
        .filter(_.unit.notnull() & _.person.notnull())
        .select(keys)
        .distinct()
        for rows in (acted, used)
    )
    users = users.rename(user_unit="unit", user_week="week", user_person="person")
    seats = active.left_join(
        users,
        [
            active.unit == users.user_unit,
            active.week == users.user_week,
            active.person == users.user_person,
        ],
    )
    return seats.select(*keys, is_user=seats.user_person.notnull().cast("int64"))


def _landings(change: ibis.Table, calendar: Calendar) -> ibis.Table:
    rows = calendar.weekly(change, "landed_at")
    return rows.group_by("unit", "week").agg(
        merged=_.count(), marked=_.is_marked.cast("int64").sum()
    )


def _productions(change: ibis.Table, calendar: Calendar) -> ibis.Table:
    rows = calendar.weekly(change, "produced_at")
    lead = ibis.greatest(rows.produced_at - rows.first_commit_at, 0)
    timed = rows.first_commit_at.notnull()
    rows = rows.mutate(lead=ibis.ifelse(timed, lead, ibis.null("int64")))
    sound = ~rows.is_failed & ~rows.is_undoing
    return rows.group_by("unit", "week").agg(
        deployed=_.count(),
        sound=sound.cast("int64").sum(),
        failed=_.is_failed.cast("int64").sum(),
        incidents=_.incidents.sum(),
        rework=_.is_rework.cast("int64").sum(),
        timed=_.lead.count(),
        lead_seconds=_.lead.sum() / _SECOND,
        lead_median_seconds=_.lead.median() / _SECOND,
    )


def _reviews(tables: Tables, change: ibis.Table, calendar: Calendar) -> ibis.Table:
    rows, event = reviewers(tables), tables["change_event"]
    opened = event.filter(event.kind.isin(("opened", "ready")))
    opened = opened.group_by(opened_change_id=opened.change_id).agg(
        opened_at=_.happened_at.max(where=_.kind == "ready").fill_null(
            _.happened_at.min(where=_.kind == "opened")
        )
    )
    own = change.select("unit", "author", own_change_id="change_id")
    rows = rows.inner_join(own, rows.change_id == own.own_change_id)
    nobodys = rows.author.isnull() | rows.person.isnull()
    rows = rows.filter(nobodys | (rows.author != rows.person))
    first = rows.group_by("change_id", "unit").agg(
        reviewed_at=_.acted_at.min(), requested_at=_.requested_at.min()
    )
    first = first.left_join(opened, first.change_id == opened.opened_change_id)
    asked = first.requested_at.fill_null(first.opened_at)
    first = first.mutate(wait=ibis.greatest(first.reviewed_at - asked, 0))
    first = calendar.weekly(first.filter(first.wait.notnull()), "reviewed_at")
    return first.group_by("unit", "week").agg(
        reviews=_.count(), review_wait_seconds=_.wait.sum() / _SECOND
    )


def _items(tables: Tables, unit: UnitKind, calendar: Calendar) -> ibis.Table:
    rows = tables["work_item"].filter(_.done_at.notnull())
    if unit == "team":
        rows = rows.mutate(unit=rows.team_id)
    else:
        link, change = tables["work_item_change"], tables["change"]
        where = change.select("repository_id", where_change_id="change_id")
        link = link.inner_join(where, link.change_id == where.where_change_id)
        link = link.group_by(linked_item_id=link.work_item_id).agg(unit=_.repository_id.min())
        rows = rows.inner_join(link, rows.work_item_id == link.linked_item_id)
    rows = calendar.weekly(rows, "done_at")
    return rows.group_by("unit", "week").agg(items_done=_.count())


def _sessions(tables: Tables, unit: UnitKind, calendar: Calendar) -> ibis.Table:
    session = tables["ai_session"]
    rows = session.select("repository_id", "started_at", "active_seconds", person="person_id")
    rows = _of_unit(calendar.weekly(rows, "started_at"), tables, unit, "started_at")
    return rows.group_by("unit", "week").agg(ai_hours=_.active_seconds.sum() / 3600)


def _requests(tables: Tables, unit: UnitKind, calendar: Calendar) -> ibis.Table:
    request = tables["ai_request"]
    # Where a vendor's day counts in place of a session, only the session has a repository.
    counts = request.is_of_session if unit == "repository" else request.is_counted
    request = request.filter(counts.fill_null(YES))
    used = request[_TOKENS[0]].fill_null(0)
    for name in _TOKENS[1:]:
        used += request[name].fill_null(0)
    rows = request.select("session_id", "requested_at", person="person_id", used=used)
    if unit == "repository":
        session = tables["ai_session"].select("repository_id", own_session_id="session_id")
        rows = rows.left_join(session, rows.session_id == session.own_session_id)
    rows = _of_unit(calendar.weekly(rows, "requested_at"), tables, unit, "requested_at")
    return rows.group_by("unit", "week").agg(tokens=_.used.sum().cast("float64"))


def _laid_out(found: list[pa.Table], weeks: tuple[Bucket, ...]) -> _Grid:
    seats = found[0]
    units = pc.sort_indices(pc.unique(seats["unit"]))
    names = pc.unique(seats["unit"]).take(units)
    values: dict[str, Floats] = {}
    homeless: dict[str, int] = {}
    for part in found:
        place = pc.index_in(part["unit"].cast(pa.string()), value_set=names.cast(pa.string()))
        row = place.fill_null(NEVER).to_numpy().astype(np.int64)
        week = part["week"].to_numpy().astype(np.int64)
        known = row != NEVER
        for name in part.column_names[2:]:
            amounts = part[name].cast(pa.float64()).fill_null(0.0).to_numpy()
            values[name] = np.zeros((len(names), len(weeks)))
            values[name][row[known], week[known]] = amounts[known]
            homeless[name] = int(amounts[~known].sum())
    return _Grid(units=tuple(names.to_pylist()), weeks=weeks, values=values, homeless=homeless)


def _with_flow(grid: _Grid, landed: pa.Table) -> _Grid:
    """Add changes begun, and changes under way averaged over each week."""
    names = pa.array(grid.units, pa.string())
    place = pc.index_in(landed["unit"].cast(pa.string()).combine_chunks(), value_set=names)
    known = pc.and_(pc.is_valid(place), pc.is_valid(landed["first_commit_at"]))
    unit = pc.filter(place, known.combine_chunks()).to_numpy().astype(np.int64)
    entered, left = (
        landed[name].filter(known).cast(pa.float64()).fill_null(np.inf).to_numpy()
        for name in ("first_commit_at", "produced_at")
    )
    starts = [week.window.start_at for week in grid.weeks]
    edges = np.array([*starts, grid.weeks[-1].window.end_at], dtype=np.float64)
    week = np.searchsorted(edges, entered, side="right") - 1
    within = (week >= 0) & (week < len(starts))
    arrived = np.zeros((len(grid.units), len(starts)))
    np.add.at(arrived, (unit[within], week[within]), 1.0)
    inside = mean_inside(entered, np.maximum(left, entered), unit, edges, len(grid.units))
    return replace(grid, values={**grid.values, "arrived": arrived, "inside": inside})


def _silence(tables: Tables, chosen: tuple[Outcome, ...]) -> tuple[str, ...]:
    """Return the tables that hold nothing: what is counted from them is unknown, not nought."""
    wanted = sorted({name for outcome in chosen for name in outcome.needs})
    return tuple(name for name in wanted if not has(tables, name))


def _asked(
    outcome: Outcome, tables: Tables, asking: Asking, unseen: tuple[str, ...]
) -> Sums | None:
    """Add up the metric an outcome asks for; None where it is counted, or nothing is recorded."""
    if outcome.metric is None or any(name in unseen for name in outcome.needs):
        return None
    return added_up(outcome.metric, tables, asking)


def _column(
    grid: _Grid,
    outcome: Outcome,
    over: NDArray[np.bool_],
    unseen: tuple[str, ...],
    sums: Sums | None,
) -> Floats:
    """Return an outcome, ``(units, weeks)``; NaN where it is not observed."""
    shape = np.full(grid.values["active"].shape, np.nan)
    if any(name in unseen for name in outcome.needs):
        return shape
    if sums is not None:
        column = sums.values
    elif outcome.bottom is not None:
        bottom = grid.values[outcome.bottom]
        column = np.divide(_top(grid, outcome), bottom, out=shape, where=bottom > 0)
    elif outcome.seen_with is not None:
        column = np.where(grid.values[outcome.seen_with] > 0, _top(grid, outcome), np.nan)
    else:
        column = _top(grid, outcome)
    return np.where(over, column, np.nan) if outcome.is_watched else column


def _top(grid: _Grid, outcome: Outcome) -> Floats:
    assert outcome.top is not None, outcome.name
    return grid.values[outcome.top]


def _foundations(tables: Tables, grid: _Grid, unit: UnitKind, adopted: Ints) -> Floats:
    """Return the mean level of each unit's practices when first seen, if before adoption."""
    seen = tables["practice"]
    first = seen.group_by("repository_id", "practice").agg(
        level=_.level_ratio.argmin(_.seen_at), since=_.seen_at.min()
    )
    if unit == "team":
        service = tables["service"].filter(_.team_id.notnull())
        own = service.select(own_repository_id="repository_id", unit="team_id").distinct()
        first = first.inner_join(own, first.repository_id == own.own_repository_id)
    else:
        first = first.mutate(unit=first.repository_id)
    held = first.select("unit", "level", "since").order_by("unit", "level").to_pyarrow()
    level = held.group_by("unit", use_threads=False).aggregate(
        [("level", "mean"), ("since", "max")]
    )
    names = pa.array(grid.units, pa.string())
    place = pc.index_in(names, value_set=level["unit"].cast(pa.string()).combine_chunks())
    known = pc.take(level["level_mean"], place).cast(pa.float64()).fill_null(np.nan).to_numpy()
    since = pc.take(level["since_max"], place).fill_null(0).to_numpy()
    starts = np.array([week.window.start_at for week in grid.weeks])
    late = (adopted != NEVER) & (since > starts[adopted])
    return np.where(late, np.nan, known)


def _remarks(
    grid: _Grid,
    tables: Tables,
    chosen: tuple[Outcome, ...],
    over: NDArray[np.bool_],
    unseen: tuple[str, ...],
) -> list[dict[str, object]]:
    """Say what a reader of the rows must know."""
    found: list[dict[str, object]] = []
    watched = [outcome.name for outcome in chosen if outcome.is_watched]
    rows = int((grid.values["active"][:, ~over] > 0).sum())
    if watched and rows:
        says = f"{int((~over).sum())} weeks are too recent to be watched for 30 days: "
        found.append({"kind": "unwatched", "says": says + ", ".join(watched) + ".", "rows": rows})
    for name in unseen:
        says = f"Nothing is recorded in {name}: what is counted from it is unknown."
        found.append({"kind": "missing_source", "says": says, "rows": 0})
    if not production_runs(tables).limit(1).count().to_pyarrow().as_py():
        says = "No deployment is recorded: releases stand in for production, not throughput."
        found.append({"kind": "fallback", "says": says, "rows": 0})
    if not has(tables, "incident"):
        says = "No incident is recorded: changes count as sound though they may have led to some."
        found.append({"kind": "missing_source", "says": says, "rows": 0})
    lost = grid.homeless.get("merged", 0)
    if lost:
        says = f"{lost} landed changes belong to no unit with active developers."
        found.append({"kind": "dropped_rows", "says": says, "rows": lost})
    return found


def _table(
    grid: _Grid,
    chosen: tuple[Outcome, ...],
    adopted: Ints,
    columns: Mapping[str, Floats],
    remarks: list[dict[str, object]],
) -> pa.Table:
    active = grid.values["active"]
    row, week = np.nonzero(active > 0)
    labels = pa.array([span.label for span in grid.weeks], pa.string())
    units = pa.array(grid.units, pa.string()).take(pa.array(row))
    since = adopted[row]
    own = pa.array(since, pa.int64(), mask=since == NEVER)
    starts = np.array([span.window.start_at for span in grid.weeks], dtype=np.int64)
    made: dict[str, pa.Array] = {
        "unit": units,
        "week": labels.take(pa.array(week)),
        "week_start_at": pa.array(starts[week], pa.int64()),
        "cluster": units,
        "adopted_week": labels.take(own),
        "is_adopted": pa.array((since != NEVER) & (week >= since)),
        "active_developers": pa.array(active[row, week]),
    }
    foundation = columns.get("foundation_ratio", np.zeros(0))
    made["foundation_ratio"] = _nullable(foundation[row])
    for outcome in chosen:
        weight = f"{outcome.name}_weight"
        made[outcome.name] = _nullable(columns.get(outcome.name, active)[row, week])
        if weight in columns:
            made[weight] = _nullable(columns[weight][row, week])
    return pa.table(made).replace_schema_metadata({"remarks": json.dumps(remarks)})


def _nullable(values: Floats) -> pa.Array:
    return pa.array(values, pa.float64(), mask=~np.isfinite(values))
