"""Team-weeks counted straight from the draws, without records: the same numbers `measure` finds.

Every column is ``(teams, weeks)``; NaN where `trueup.measure.units.weeks` observes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trueup.simulate.scenario import Scenario
from trueup.simulate.teams import DAY, FIRST_DAY, WEEK, Bools, Floats, Ints, Teams
from trueup.simulate.usage import Usage
from trueup.simulate.world import NEVER, PLAIN, TAKES_BACK, Changes

WATCHED = 30 * DAY


def recorded_until(scenario: Scenario, changes: Changes) -> int:
    """Return the newest instant the records reach: the last landing, plus 1 µs."""
    landed = changes.landed_at[changes.landed_at < end_of(scenario)]
    return int(landed.max()) + 1 if landed.size else FIRST_DAY


def end_of(scenario: Scenario) -> int:
    """Return the instant at which the last week ends and recording stops."""
    return FIRST_DAY + scenario.weeks * WEEK


def team_weeks(
    scenario: Scenario, teams: Teams, changes: Changes, usage: Usage | None, until: int
) -> Mapping[str, Floats]:
    """Count one world.

    Parameters
    ----------
    usage
        None in the world without adoption.
    until
        Newest instant of the records of the world that happened.
    """
    count = _Counting(scenario, teams, changes, until)
    columns = {**_flow(count), **_quality(count), **_use(count, usage)}
    weeks = (until - FIRST_DAY) // WEEK
    return {name: column[:, :weeks] for name, column in columns.items()}


class _Counting:
    """Bins of one world: rows of changes, put into the cell of an instant."""

    def __init__(self, scenario: Scenario, teams: Teams, changes: Changes, until: int) -> None:
        self.scenario, self.teams, self.changes, self.until = scenario, teams, changes, until
        self.end = end_of(scenario)
        self.active = teams.active.astype(float)
        self.landed = changes.landed_at < self.end
        self.deployed = changes.deployed_at < self.end

    def cells(self, at: Ints, rows: Bools) -> Ints:
        week = (at[rows] - FIRST_DAY) // WEEK
        return np.asarray(self.changes.team[rows] * self.scenario.weeks + week)

    def sums(self, at: Ints, rows: Bools, of: Floats | None = None) -> Floats:
        weights = None if of is None else of[rows]
        found = np.bincount(self.cells(at, rows), weights, minlength=self.active.size)
        return found.astype(float)

    def medians(self, at: Ints, rows: Bools, of: Floats) -> Floats:
        cell, value = self.cells(at, rows), of[rows]
        value = value[np.lexsort((value, cell))]
        n = np.bincount(cell, minlength=self.active.size)
        start = np.cumsum(n) - n
        found, some = np.full(n.size, np.nan), n > 0
        low, high = (start + (n - 1) // 2)[some], (start + n // 2)[some]
        found[some] = (value[low] + value[high]) / 2
        return found

    def shape(self, column: Floats) -> Floats:
        return column.reshape(self.scenario.teams, self.scenario.weeks)


def _flow(count: _Counting) -> dict[str, Floats]:
    changes, active = count.changes, count.active
    deployed = count.sums(changes.deployed_at, count.deployed)
    lead = (changes.deployed_at - changes.begun_at) / 1e6
    wait = (changes.reviewed_at - changes.opened_at) / 1e6
    reviewed = count.landed & (changes.reviewer != NEVER)
    done = count.deployed & changes.closes_item
    found = {
        "active_developers": active,
        "deployed_changes_per_developer_week": deployed / active,
        "merged_changes_per_developer_week": count.sums(changes.landed_at, count.landed) / active,
        "lead_time_mean_seconds": _over(
            count.sums(changes.deployed_at, count.deployed, lead), deployed
        ),
        "lead_time_median_seconds": count.medians(changes.deployed_at, count.deployed, lead),
        "review_wait_mean_seconds": _over(
            count.sums(changes.reviewed_at, reviewed, wait),
            count.sums(changes.reviewed_at, reviewed),
        ),
        "work_items_done_per_developer_week": count.sums(changes.deployed_at, done) / active,
    }
    return {name: count.shape(column) for name, column in found.items()}


def _quality(count: _Counting) -> dict[str, Floats]:
    changes, active = count.changes, count.active
    deployed = count.sums(changes.deployed_at, count.deployed)
    seen = (changes.incident_at != NEVER) & (changes.incident_at < count.end)
    incident = seen & (changes.incident_at <= changes.deployed_at + WATCHED)
    child = np.flatnonzero((changes.kind != PLAIN) & count.landed)
    parent = changes.parent[child]
    soon = changes.landed_at[child] <= changes.deployed_at[parent] + WATCHED
    soon &= count.deployed[parent]
    undone, rework = np.zeros(seen.size, dtype=bool), np.zeros(seen.size, dtype=bool)
    undone[parent[soon]] = True
    rework[child[soon]] = True
    failed = incident | undone
    sound = count.deployed & ~failed & (changes.kind != TAKES_BACK)
    week_ends = FIRST_DAY + (np.arange(active.size) % count.scenario.weeks + 1) * WEEK
    over = np.where(week_ends + WATCHED <= count.until, 1.0, np.nan)
    at = changes.deployed_at
    found = {
        "sound_changes_per_developer_week": over * count.sums(at, sound) / active,
        "incidents_per_change": over * _over(count.sums(at, count.deployed & incident), deployed),
        "change_failure_ratio": over * _over(count.sums(at, count.deployed & failed), deployed),
        "rework_ratio": _over(count.sums(at, count.deployed & rework), deployed),
    }
    return {name: count.shape(column) for name, column in found.items()}


def _use(count: _Counting, usage: Usage | None) -> dict[str, Floats]:
    active, changes, teams = count.active, count.changes, count.teams
    users: Floats = np.zeros(active.size)
    hours, tokens = users, users
    if usage is not None:
        cell = teams.seat_cell
        seen = ~teams.is_hidden[cell // count.scenario.weeks]
        users = _summed(cell, usage.is_user & seen, active.size)
        session = seen[usage.seat]
        of = cell[usage.seat][session]
        hours = _summed(of, usage.active_seconds[session], active.size) / 3_600
        tokens = _summed(of, usage.tokens.sum(axis=1)[session], active.size)
    landed = count.sums(changes.landed_at, count.landed)
    marked = count.sums(changes.landed_at, count.landed & changes.is_marked)
    found = {
        "ai_active_developers_ratio": users / active,
        "ai_hours_per_developer_week": hours / active,
        "tokens_per_developer_week": tokens / active,
        "ai_marked_changes_ratio": _over(marked, landed),
    }
    return {name: count.shape(column) for name, column in found.items()}


def _summed(cells: Ints, amounts: Ints | Bools, size: int) -> Floats:
    return np.bincount(cells, amounts, minlength=size).astype(float)


def _over(top: Floats, bottom: Floats) -> Floats:
    found: Floats = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return found
