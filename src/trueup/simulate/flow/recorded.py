"""What the records say of every unit and week, added up: all that a calibration reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trueup.measure.units.steps import Steps
from trueup.simulate.flow.network import Floats
from trueup.simulate.flow.sizing import Sized, sized
from trueup.simulate.flow.working_time import WorkingTime

COUNTS = (
    *("ready", "for_review", "reviewed", "unreviewed", "asked", "landed", "deployed", "incidents"),
    *("late_checks", "failed", "authors", "reviewers", "in_review", "lines", "sized"),
    *("queued", "started", "in_line", "to_deploy", "undeployed", "filed", "begun", "unbegun"),
)
"""``ready`` splits into ``for_review`` and what goes past it, with ``lines`` in all of those that
are ``sized``; checks are ``queued`` and ``started``; what landed is ``to_deploy`` unless it was
overtaken: later landings were deployed, and it was not. When a week ends, changes are ``in_review``
that wait, are read or reworked, checks ``in_line``, what landed may be ``undeployed``, and tasks
that were ``filed`` and not ``begun`` are ``unbegun``."""
HOURS = ("review", "recode", "code", "check", "deploy", "incident")
"""Of each: time inside added up, ``..._hours``, and of how many with a known start and end,
``..._timed``. Of review it is everybody's who is inside, landed or not."""
WITHIN = ("recode", "incident")
"""Of each, hours in the week in which they were and not in that in which it began,
``..._within``."""
_HOUR = 3_600e6
_QUIET = 0.5
"""Weeks with fewer people than this share of the usual are holidays: nobody's way of working."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recorded:
    """Sums by unit and week.

    Parameters
    ----------
    sums
        By name, each of shape (units, weeks): `COUNTS`, ``..._hours`` and ``..._timed`` of
        `HOURS`, ``..._within`` of `WITHIN`.
        Hours are hours of work, those of machines hours.
    check_lanes, deploy_lanes
        Most runs, and deployments, of each unit that were seen under way at a time.
    hours_per_week
        Hours of work in a week.
    unit_kind
        ``team`` or ``repository``.
    author_count, reviewer_count
        Persons in all.
    notes
        What was left out, and how much.
    reviews
        Stays in review by the size of changes; None where no sizes are recorded.
    """

    sums: Mapping[str, Floats]
    check_lanes: Floats
    deploy_lanes: Floats
    hours_per_week: float
    unit_kind: str
    author_count: int
    reviewer_count: int
    notes: tuple[str, ...] = ()
    reviews: Sized | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """How many units and weeks."""
        units, weeks = self.sums["ready"].shape
        return units, weeks

    def total(self, name: str) -> float:
        """Return a sum over all units and weeks."""
        return float(self.sums[name].sum())


def recorded(steps: Steps, calendar: WorkingTime) -> Recorded:
    """Add up the ways of changes by unit and week; weeks in which hardly anyone works are left out.

    A change that was given up, or has waited since before the first week, takes no part.
    """
    units = sorted(set(steps.changes["unit"].to_pylist()))
    grid = _Grid(steps, units, calendar)
    sums = {
        **_ways(grid, steps),
        **_recoding(grid, steps.reworks),
        **_checking(grid, steps),
        **_deploying(grid, steps.deployments),
        **_mending(grid, steps.incidents),
        **_peopled(grid, steps.people),
        **_tasks(grid, steps.items),
    }
    kept = _worked_weeks(sums["authors"] + sums["reviewers"])
    quiet = int((~kept).sum())
    notes = [*grid.notes]
    if quiet:
        notes.append(
            f"With less than half the usual people: {quiet} of {kept.size} weeks, left out."
        )
    return Recorded(
        sums={name: values[:, kept] for name, values in sums.items()},
        check_lanes=grid.lanes(steps.checks),
        deploy_lanes=grid.lanes(steps.deployments),
        hours_per_week=calendar.hours_per_week,
        unit_kind=steps.unit_kind,
        author_count=steps.author_count,
        reviewer_count=steps.reviewer_count,
        notes=tuple(notes),
        reviews=_sized(grid, steps.changes),
    )


def _sized(grid: _Grid, rows: pa.Table) -> Sized:
    """Add up whole stays in review by lines added; what goes past review has none."""
    hours = grid.calendar.between(_at(rows, "ready_at"), _at(rows, "reviewed_at"))
    return sized(grid.rows(rows), _at(rows, "lines"), hours, grid.shape[0])


class _Grid:
    """Units by weeks, and how rows are added up in them."""

    def __init__(self, steps: Steps, units: list[str], calendar: WorkingTime) -> None:
        self._place = {name: at for at, name in enumerate(units)}
        self._starts = np.array([week.window.start_at for week in steps.weeks], float)
        self.end = float(steps.weeks[-1].window.end_at)
        self.start = float(self._starts[0])
        self.calendar = calendar
        self.shape = len(units), self._starts.size
        self.notes: list[str] = []

    def rows(self, table: pa.Table) -> Floats:
        """Return the place of each row's unit, NaN where it is none of them."""
        names = table["unit"].to_pylist()
        return np.array([self._place.get(name, np.nan) for name in names], float)

    def count(self, unit: Floats, at: Floats, worth: Floats | None = None) -> Floats:
        """Add up what each row is worth by the week of its instant; others are left out."""
        worth = np.ones_like(at) if worth is None else worth
        inside = (at >= self.start) & (at < self.end) & ~np.isnan(unit) & ~np.isnan(worth)
        week = np.searchsorted(self._starts, at[inside], side="right") - 1
        found = np.zeros(self.shape)
        np.add.at(found, (unit[inside].astype(int), week), worth[inside])
        return found

    def inside(
        self, unit: Floats, entered: Floats, left: Floats, worth: Floats | None = None
    ) -> Floats:
        """Add up hours of work inside, each in the week in which it was, by what a row is worth."""
        known = ~np.isnan(entered) & ~np.isnan(unit) & (left > entered)
        worth = np.ones_like(entered) if worth is None else worth
        row, entered, left = unit[known].astype(int), entered[known], left[known]
        found = np.zeros(self.shape)
        bounds = [*self._starts[1:], self.end]
        for week, (start, end) in enumerate(zip(self._starts, bounds, strict=True)):
            meet = (entered < end) & (left > start)
            hours = self.calendar.between(np.maximum(entered[meet], start),
                                          np.minimum(left[meet], end))  # fmt: skip
            weights = hours * worth[known][meet]
            found[:, week] = np.bincount(row[meet], weights, minlength=self.shape[0])
        return found

    def standing(self, unit: Floats, entered: Floats, left: Floats) -> Floats:
        """Count what is inside when each week ends."""
        found = np.zeros(self.shape)
        for week, end in enumerate([*self._starts[1:], self.end]):
            inside = (entered < end) & (left >= end) & ~np.isnan(unit)
            found[:, week] = np.bincount(unit[inside].astype(int), minlength=self.shape[0])
        return found

    def lanes(self, table: pa.Table) -> Floats:
        """Return the most rows of each unit that were under way at a time; 0 where unknown."""
        unit, start, end = self.rows(table), _at(table, "started_at"), _at(table, "finished_at")
        most = np.zeros(self.shape[0])
        known = ~np.isnan(unit) & (end > start)
        for place in np.unique(unit[known]).astype(int):
            mine = known & (unit == place)
            at = np.concatenate([end[mine], start[mine]])
            step = np.repeat([-1, 1], int(mine.sum()))
            most[place] = np.cumsum(step[np.lexsort((step, at))]).max()
        return most


def _at(table: pa.Table, column: str) -> Floats:
    return np.asarray(
        table[column].cast(pa.float64()).fill_null(float("nan")).to_numpy(), dtype=float
    )


def _flags(table: pa.Table, column: str) -> Floats:
    return np.asarray(table[column].cast(pa.int8()).fill_null(0).to_numpy(), dtype=float)


def _ways(grid: _Grid, steps: Steps) -> dict[str, Floats]:
    rows = steps.changes
    ready, landed, reviewed = (_at(rows, f"{name}_at") for name in ("ready", "landed", "reviewed"))
    waits = np.isnan(landed)
    stale = waits & ((ready < grid.start) | (_flags(rows, "is_given_up") > 0))
    unit = np.where(stale, np.nan, grid.rows(rows))
    if stale.any():
        left_out = f"{stale.sum():,} of {stale.size:,} changes"
        grid.notes.append(f"Given up, or waiting since before: {left_out}, left out.")
    begun = _at(rows, "begun_at")
    coded = ~np.isnan(begun) & (begun <= ready)
    in_review = ~np.isnan(reviewed) | waits
    review_end = np.where(waits, np.fmin(reviewed, grid.end), np.fmin(reviewed, landed))
    review_end = np.where(np.isnan(review_end), grid.end, review_end)
    code_hours = grid.calendar.between(np.where(coded, begun, np.nan), ready)
    through = np.where(in_review, unit, np.nan)
    return {
        "ready": grid.count(unit, ready),
        "for_review": grid.count(through, ready),
        "in_review": grid.standing(through, ready, review_end),
        "reviewed": grid.count(unit, np.fmin(reviewed, landed + 0 * reviewed)),
        "unreviewed": grid.count(np.where(in_review, np.nan, unit), landed),
        "lines": grid.count(unit, ready, _at(rows, "lines")),
        "sized": grid.count(np.where(np.isnan(_at(rows, "lines")), np.nan, unit), ready),
        "landed": grid.count(unit, landed),
        **_releasing(grid, unit, landed, _at(rows, "deployed_at")),
        "deployed": grid.count(unit, _at(rows, "deployed_at")),
        "review_hours": grid.inside(through, ready, review_end),
        "review_timed": np.zeros(grid.shape),
        "code_hours": grid.count(unit, ready, code_hours),
        "code_timed": grid.count(np.where(coded, unit, np.nan), ready),
    }


def _releasing(grid: _Grid, unit: Floats, landed: Floats, deployed: Floats) -> dict[str, Floats]:
    """Count what is on its way to production; what was overtaken is not known to have got there."""
    newest = np.full(grid.shape[0], np.inf)
    known = ~np.isnan(deployed) & ~np.isnan(landed) & ~np.isnan(unit)
    for place in np.unique(unit[known]).astype(int):
        newest[place] = landed[known & (unit == place)].max()
    reached = np.where(np.isnan(unit), np.inf, newest[np.nan_to_num(unit).astype(int)])
    on_its_way = np.where(known | (landed > reached), unit, np.nan)
    gone = np.where(np.isnan(deployed), grid.end, np.fmin(deployed, grid.end))
    return {
        "to_deploy": grid.count(on_its_way, landed),
        "undeployed": grid.standing(on_its_way, landed, gone),
    }


def _recoding(grid: _Grid, rows: pa.Table) -> dict[str, Floats]:
    unit, asked, answered = grid.rows(rows), _at(rows, "asked_at"), _at(rows, "answered_at")
    hours = grid.calendar.between(asked, answered)
    return {
        "asked": grid.count(unit, asked),
        "recode_hours": grid.count(unit, asked, hours),
        "recode_timed": grid.count(np.where(np.isnan(hours), np.nan, unit), asked),
        "recode_within": grid.inside(unit, asked, answered),
    }


def _checking(grid: _Grid, steps: Steps) -> dict[str, Floats]:
    """Add up checks; only what fails after review goes through review again."""
    rows, change = steps.checks, steps.changes
    unit, started, finished = (
        grid.rows(rows), _at(rows, "started_at"), _at(rows, "finished_at")
    )  # fmt: skip
    ends = dict(zip(change["change_id"].to_pylist(), _at(change, "reviewed_at"), strict=True))
    passed = np.array([ends.get(name, np.nan) for name in rows["change_id"].to_pylist()], float)
    late = np.fmax(started, passed) == started
    late &= ~np.isnan(passed) & ~np.isnan(started)
    hours = np.where(finished >= started, (finished - started) / _HOUR, np.nan)
    failed = late & (_flags(rows, "is_failed") > 0)
    queued = _at(rows, "queued_at")
    in_line = np.where(np.isnan(queued) | np.isnan(started), np.nan, unit)
    return {
        "queued": grid.count(in_line, queued),
        "started": grid.count(in_line, started),
        "in_line": grid.standing(in_line, queued, started),
        "late_checks": grid.count(np.where(late, unit, np.nan), finished),
        "failed": grid.count(np.where(failed, unit, np.nan), finished),
        "check_hours": grid.count(unit, finished, hours),
        "check_timed": grid.count(np.where(np.isnan(hours), np.nan, unit), finished),
    }


def _deploying(grid: _Grid, rows: pa.Table) -> dict[str, Floats]:
    unit, started, finished = (
        grid.rows(rows), _at(rows, "started_at"), _at(rows, "finished_at")
    )  # fmt: skip
    hours = np.where(finished >= started, (finished - started) / _HOUR, np.nan)
    return {
        "deploy_hours": grid.count(unit, finished, hours),
        "deploy_timed": grid.count(np.where(np.isnan(hours), np.nan, unit), finished),
    }


def _mending(grid: _Grid, rows: pa.Table) -> dict[str, Floats]:
    unit, opened, resolved = grid.rows(rows), _at(rows, "opened_at"), _at(rows, "resolved_at")
    odds = _at(rows, "probability")
    begun = np.fmax(opened, _at(rows, "acknowledged_at"))
    hours = grid.calendar.between(begun, resolved)
    return {
        "incidents": grid.count(unit, opened, odds),
        "incident_hours": grid.count(unit, opened, hours * odds),
        "incident_timed": grid.count(np.where(np.isnan(hours), np.nan, unit), opened, odds),
        "incident_within": grid.inside(unit, begun, resolved, odds),
    }


def _peopled(grid: _Grid, rows: pa.Table) -> dict[str, Floats]:
    unit, week = grid.rows(rows), rows["week"].to_numpy().astype(int)
    found = {name: np.zeros(grid.shape) for name in ("authors", "reviewers")}
    known = ~np.isnan(unit)
    for name, values in found.items():
        values[unit[known].astype(int), week[known]] = _at(rows, name)[known]
    return found


def _tasks(grid: _Grid, rows: pa.Table) -> dict[str, Floats]:
    unit, filed, begun = grid.rows(rows), _at(rows, "filed_at"), _at(rows, "begun_at")
    return {
        "filed": grid.count(unit, filed),
        "begun": grid.count(unit, begun),
        "unbegun": grid.standing(unit, filed, np.where(np.isnan(begun), grid.end, begun)),
    }


def _worked_weeks(people: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    by_week = people.sum(axis=0)
    return np.asarray(by_week > _QUIET * np.median(by_week), dtype=np.bool_)
