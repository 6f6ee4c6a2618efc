"""The practice of every repository and team: points, levels, and what to build next."""

from __future__ import annotations

from dataclasses import dataclass

from trueup.measure.metric import Tables
from trueup.measure.practices.blueprint import Step, next_step
from trueup.measure.practices.facts import RepositoryFacts
from trueup.measure.practices.grading import grade_artefacts
from trueup.measure.practices.history import Dated, practice_history
from trueup.measure.practices.past import pasts
from trueup.measure.practices.rubric import CAPACITIES, Standing
from trueup.measure.practices.sessions import (
    WINDOW_DAYS,
    Shown,
    grade_sessions,
    newest_session,
    shown_sessions,
)
from trueup.measure.records.authorship import Prepared
from trueup.measure.windows import DAY
from trueup.model.evidence import Group, Interval, Measurement, Window
from trueup.units import COUNT

METRIC = "practice_points"
LEVEL_METRIC = "practice_level"
VERSION = 1
_BOUNDS = "least and most that what is not seen allows"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPractice:
    """The practice of one repository or team.

    Parameters
    ----------
    unit, name
        ``repository`` or ``team``, and its id.
    standing
        What is seen.
    points
        Sum of points, with what is not ruled out as its interval.
    capacities
        Points of each capacity, in the order of `CAPACITIES`.
    level
        Least level, with the levels that are not ruled out as its interval.
    next
        What to build next; None where level 3 is seen.
    in_use
        Whether anything at all shows that AI tools are used: an artefact, a mark, a session.
    """

    unit: str
    name: str
    standing: Standing
    points: Measurement
    capacities: tuple[Measurement, ...]
    level: Measurement
    next: Step | None
    in_use: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Practices:
    """The practice of all there is.

    Parameters
    ----------
    units
        Repositories by id, then teams by id.
    hidden
        Teams and repositories whose sessions would point at persons.
    history
        The same at the end of each quarter, by name and in order of time.
    timezone
        In which quarters end.
    """

    units: tuple[UnitPractice, ...] = ()
    hidden: int = 0
    history: tuple[Dated, ...] = ()
    timezone: str = "UTC"


def practices(tables: Tables, *, k: int, timezone: str = "UTC") -> Practices:
    """Return the practice of each repository, from git and sessions, and of each team.

    Parameters
    ----------
    k
        Fewest persons whose sessions are read together; never under eight.
    timezone
        In which quarters end.
    """
    tables = Prepared.of(tables)
    newest = newest_session(tables)
    shown, hidden = shown_sessions(tables, k, () if newest is None else (newest + 1,))
    seen = {each.name: each for each in shown if each.unit == "repository"}
    found = pasts(tables)
    units = [_of_repository(past.now(), seen.get(past.repository_id)) for past in found]
    units += [_of_team(each) for each in shown if each.unit == "team"]
    return Practices(
        units=tuple(units),
        hidden=len(hidden),
        history=practice_history(tables, found, k=k, timezone=timezone),
        timezone=timezone,
    )


def _of_repository(facts: RepositoryFacts, seen: Shown | None) -> UnitPractice:
    standing = grade_artefacts(facts)
    if seen is not None:
        standing = standing.joined(grade_sessions(seen))
    rests_on = _Rests(
        window=Window(start_at=facts.at - 365 * DAY, end_at=facts.at),
        n=len(facts.present),
        n_of="artefacts",
        source="git" if seen is None else "git, sessions",
    )
    in_use = facts.in_use or seen is not None
    return _unit("repository", facts.repository_id, standing, rests_on, in_use=in_use)


def _of_team(seen: Shown) -> UnitPractice:
    rests_on = _Rests(
        window=Window(start_at=seen.newest - WINDOW_DAYS * DAY, end_at=seen.newest),
        n=seen.sessions,
        n_of="sessions",
        source="sessions",
    )
    return _unit("team", seen.name, grade_sessions(seen), rests_on, in_use=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rests:
    window: Window
    n: int
    n_of: str
    source: str


def _unit(
    unit: str, name: str, standing: Standing, rests_on: _Rests, *, in_use: bool
) -> UnitPractice:
    group = ((unit, name),)
    return UnitPractice(
        unit=unit,
        name=name,
        standing=standing,
        points=_measured(METRIC, (standing.low, standing.high), rests_on, group),
        capacities=tuple(
            _measured(METRIC, (of.low, of.high), rests_on, (("capacity", each), *group))
            for each, of in ((each, standing.of(each)) for each in CAPACITIES)
        ),
        level=_measured(LEVEL_METRIC, standing.levels, rests_on, group),
        next=next_step(standing) if in_use else None,
        in_use=in_use,
    )


def _measured(metric: str, bounds: tuple[int, int], on: _Rests, group: Group) -> Measurement:
    low, high = bounds
    return Measurement(
        metric=metric,
        version=VERSION,
        value=float(low),
        unit=COUNT,
        interval=Interval(low=low, high=high, level=1.0, method=_BOUNDS),
        n=on.n,
        n_of=on.n_of,
        window=on.window,
        source=on.source,
        group=group,
        qualifier="" if low == high else "at least",
    )
