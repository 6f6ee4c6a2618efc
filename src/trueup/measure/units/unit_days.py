"""What teams do day by day, around days on which AI tools could not be used.

Rows serve a pooled comparison of days; a team's own row is not for showing, and no person is in
any of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _
from numpy.typing import NDArray

from trueup.measure.frames.days import with_days
from trueup.measure.metric import Tables
from trueup.measure.records.acts import acts
from trueup.measure.records.authorship import Prepared, changes, usage_horizon
from trueup.measure.records.delivery import in_teams
from trueup.measure.records.presence import has
from trueup.measure.records.reviewing import review_acts
from trueup.measure.windows import WEEK, calendar_table
from trueup.model.evidence import Window

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
AROUND = 34 * WEEK
"""How far before the first outage and after the last days are counted."""
TRAILING = 28
"""Who was active in so many days before a day counts as a developer of it."""
OFFICE_HOURS = (8, 18)
HIT_HOURS = 4.0
"""Of these hours so many without the tool make a day without it."""
_HOUR = 3_600_000_000


def unit_days(tables: Tables, *, timezone: str = "UTC") -> pa.Table:
    """Count what each unit does on each day from half a year before the first outage on.

    Parameters
    ----------
    timezone
        In which days begin.

    Returns
    -------
    pyarrow.Table
        Sorted by ``unit`` and ``day`` (0 is a Monday), one row for each of both; units are teams,
        or repositories where no team is recorded. ``landed``: changes; ``reviewed``: changes a
        person reviewed, by the first review of each; ``developers``: persons active in the 28
        days before; ``users``: those of them who had a session with a tool that ever failed;
        ``is_hit``: the tool failed them for 4 hours or more between 8:00 and 18:00;
        ``is_touched``: it failed anybody in these hours. Empty where no outage is recorded. The
        metadata holds ``told``, JSON: ``start_at``, ``end_at``, ``unit_of``, ``people`` (users) and
        ``largest_ratio`` (of their days with a session, by one of them).
    """
    tables = Prepared.of(tables)
    outages = tables["ai_outage"].filter(_.started_at.notnull()).to_pyarrow()
    until = usage_horizon(tables)
    if not outages.num_rows or until is None:
        return pa.table({"unit": pa.array([], pa.string()), "day": pa.array([], pa.int64())})
    window = _window(outages, until, timezone)
    calendar = calendar_table(window, timezone)
    teams = has(tables, "membership")
    sessions = _sessions(tables, outages)
    did = {
        "acted": acts(tables).select("person", "repository_id", at="acted_at"),
        "used": sessions,
        "landed": changes(tables).select("person", "repository_id", "at", item="change_id"),
        "reviewed": _reviews(tables),
    }
    found = {
        name: _placed(rows, tables, calendar, window, timezone, teams=teams)
        for name, rows in did.items()
    }
    return _laid_out(found, calendar, outages, "teams" if teams else "repositories")


def _window(outages: pa.Table, until: int, timezone: str) -> Window:
    """Return whole weeks around the outages, as far as there are records."""
    first, last = pc.min_max(outages["started_at"]).as_py().values()
    rough = Window(start_at=first - AROUND, end_at=min(last + AROUND, until))
    monday = calendar_table(rough, timezone)["week_starts_at"][0].as_py()
    return Window(start_at=monday, end_at=max(rough.end_at, monday))


def _sessions(tables: Tables, outages: pa.Table) -> ibis.Table:
    named = outages["tool"].to_pylist()
    rows = tables["ai_session"]
    if None not in named:
        rows = rows.filter(rows.tool.isin(sorted(set(named))))
    return rows.select("repository_id", person="person_id", at="started_at")


def _reviews(tables: Tables) -> ibis.Table:
    act = review_acts(tables)
    first = act.group_by("change_id", "person", "repository_id").agg(at=_.acted_at.min())
    return first.select("person", "repository_id", "at", item=first.change_id)


def _placed(
    rows: ibis.Table,
    tables: Tables,
    calendar: pa.Table,
    window: Window,
    timezone: str,
    *,
    teams: bool,
) -> pa.Table:
    """Return ``unit``, ``person``, ``day`` and ``amount`` of what persons did in the window."""
    rows = rows.filter(rows.person.notnull() & (rows["at"] >= window.start_at))
    rows = rows.filter(rows["at"] < window.end_at)
    if teams:
        rows = in_teams(rows, tables, "person", "at").mutate(unit=_.person_team)
    else:
        rows = rows.mutate(unit=_.repository_id)
    rows = with_days(rows.filter(rows.unit.notnull()), window, timezone)
    amount = rows.item.nunique() if "item" in rows.columns else rows.count()
    found = rows.group_by("unit", "person", "day_starts_at").agg(amount=amount).to_pyarrow()
    day = pc.index_in(found["day_starts_at"], value_set=calendar["day_starts_at"])
    return found.append_column("day", day).filter(pc.is_valid(day))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Grid:
    """Units by days, and who is seen in which unit: a seat is a person in a unit.

    Parameters
    ----------
    seats
        Unit times the number of persons plus person, each once, in order.
    """

    units: NDArray[np.str_]
    persons: NDArray[np.str_]
    seats: NDArray[np.int64]
    days: int

    def lately(self, rows: pa.Table) -> Bools:
        """Return which seats did something in the days before each day, ``(seats, days)``."""
        seat = np.searchsorted(self.seats, _seats(self.units, self.persons, rows))
        known = np.isin(_seats(self.units, self.persons, rows), self.seats)
        steps = np.zeros((self.seats.size, self.days + TRAILING + 1), dtype=np.int32)
        day = _numbers(rows, "day")[known]
        np.add.at(steps, (seat[known], day + 1), 1)
        np.add.at(steps, (seat[known], day + 1 + TRAILING), -1)
        found: Bools = steps.cumsum(axis=1)[:, : self.days] > 0
        return found

    def count(self, which: Bools) -> Floats:
        """Return how many seats of each unit there are on each day."""
        found = np.zeros((self.units.size, self.days))
        np.add.at(found, self.seats // max(self.persons.size, 1), which.astype(float))
        return found

    def sums(self, rows: pa.Table) -> Floats:
        """Return the items of each unit and day."""
        found = np.zeros((self.units.size, self.days))
        unit = np.searchsorted(self.units, _texts(rows, "unit"))
        known = np.isin(_texts(rows, "unit"), self.units)
        np.add.at(
            found,
            (unit[known], _numbers(rows, "day")[known]),
            _numbers(rows, "amount")[known].astype(float),
        )
        return found


def _grid(acted: pa.Table, days: int) -> _Grid:
    units, persons = np.unique(_texts(acted, "unit")), np.unique(_texts(acted, "person"))
    seats = np.unique(_seats(units, persons, acted))
    return _Grid(units=units, persons=persons, seats=seats, days=days)


def _seats(units: NDArray[np.str_], persons: NDArray[np.str_], rows: pa.Table) -> NDArray[np.int64]:
    """Return the seat of each row; -1 of a unit or person nobody else knows."""
    unit, person = _texts(rows, "unit"), _texts(rows, "person")
    seat = np.searchsorted(units, unit) * persons.size + np.searchsorted(persons, person)
    known = np.isin(unit, units) & np.isin(person, persons)
    return np.where(known, seat, -1).astype(np.int64)


def _laid_out(
    found: dict[str, pa.Table], calendar: pa.Table, outages: pa.Table, unit_of: str
) -> pa.Table:
    grid = _grid(found["acted"], calendar.num_rows)
    active, used = grid.lately(found["acted"]), grid.lately(found["used"])
    hit = _failing(outages, calendar, grid.units)
    columns = {
        "landed": grid.sums(found["landed"]),
        "reviewed": grid.sums(found["reviewed"]),
        "developers": grid.count(active),
        "users": grid.count(active & used),
        "is_hit": hit >= HIT_HOURS * _HOUR,
        "is_touched": np.broadcast_to((hit > 0).any(axis=0), hit.shape),
    }
    whose = np.unique(_texts(found["used"], "person"), return_counts=True)[1]
    told = {
        "start_at": calendar["day_starts_at"][0].as_py(),
        "end_at": calendar["day_ends_at"][-1].as_py(),
        "unit_of": unit_of,
        "people": int(whose.size),
        "largest_ratio": float(whose.max() / whose.sum()) if whose.size else 0.0,
    }
    rows = {
        "unit": pa.array(np.repeat(grid.units, grid.days).tolist(), pa.string()),
        "day": pa.array(np.tile(np.arange(grid.days), grid.units.size)),
        **{name: pa.array(each.ravel()) for name, each in columns.items()},
    }
    return pa.table(rows).replace_schema_metadata({"told": json.dumps(told)})


def _failing(outages: pa.Table, calendar: pa.Table, units: NDArray[np.str_]) -> Floats:
    """Return for how much of the office hours of each day tools failed a unit, microseconds.

    Of two outages at once the longer counts, and not both.
    """
    opens = _numbers(calendar, "day_starts_at") + OFFICE_HOURS[0] * _HOUR
    closes = _numbers(calendar, "day_starts_at") + OFFICE_HOURS[1] * _HOUR
    found = np.zeros((units.size, calendar.num_rows))
    for one in outages.select(["started_at", "ended_at", "team_id"]).to_pylist():
        ended = closes[-1] if one["ended_at"] is None else one["ended_at"]
        span = np.minimum(closes, ended) - np.maximum(opens, one["started_at"])
        whom = np.ones(units.size, dtype=bool)
        if one["team_id"] is not None:
            whom = units == one["team_id"]
        found[whom] = np.maximum(found[whom], np.maximum(span, 0))
    return found


def _texts(rows: pa.Table, column: str) -> NDArray[np.str_]:
    return np.array(rows[column].cast(pa.string()).to_pylist(), dtype=np.str_)


def _numbers(rows: pa.Table, column: str) -> NDArray[np.int64]:
    return np.asarray(rows[column].to_numpy()).astype(np.int64)
