"""An experiment planned on the workspace's own past, and its lots drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from trueup.errors import EstimateError
from trueup.estimate.experiments.lots import draw_tables, generator_for, tasks_in_row
from trueup.estimate.experiments.plan import (
    AS_USUAL,
    NO_AI,
    WEEKDAYS,
    ExperimentPlan,
    Unit,
    day_bounds,
)
from trueup.estimate.experiments.promise import (
    FEWEST_PAST_WEEKS,
    Past,
    Promise,
    promise,
    replay_days,
    replay_tasks,
)
from trueup.estimate.panel import Floats, Ints
from trueup.measure.experiments.outcomes import OUTCOMES
from trueup.measure.experiments.recorded import begun, counted, persons_of
from trueup.measure.metric import Tables
from trueup.measure.records.authorship import usage_horizon
from trueup.model.ai_tables import EXPERIMENT_ASSIGNMENT
from trueup.model.cohort import FEWEST
from trueup.model.evidence import Abstention
from trueup.units import RATIO, say

PAST_WEEKS = 26
"""How far back the design is played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of an experiment before it is planned; as in `ExperimentPlan`."""

    name: str = "experiment"
    unit: Unit = "day"
    outcome: str = "changes_landed"
    smallest: float = 0.1
    without_ai: float = 0.4
    weeks: int = 8
    starts_on: date | None = None
    seed: int = 20_260_101


@dataclass(frozen=True, slots=True, kw_only=True)
class Consenting:
    """Somebody who consented, by pseudonym, and their tasks where lots are by task.

    Parameters
    ----------
    tasks
        Work items, in the order they were named.
    """

    account_id: str
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan and what it promises.

    Parameters
    ----------
    without_past
        How many of those who consented have no records before: the promise leaves them out.
    past_weeks
        On how many weeks the design was played.
    """

    plan: ExperimentPlan
    promise: Promise
    without_past: int
    past_weeks: int

    def say(self) -> tuple[str, ...]:
        """Say what the design would find, and what it would take to find what matters."""
        plan, found = self.plan, self.promise
        told = plan.promised_detectable
        formula = found.by_formula if plan.is_relative_to_usual else math.expm1(found.by_formula)
        times = (told / plan.smallest) ** 2
        people, weeks = math.ceil(plan.persons * times), math.ceil(plan.weeks * times)
        lines = [
            f"{plan.persons:,} people, {_extent(plan)}, {say(plan.without_ai, RATIO)} without AI.",
            (
                f"Would be found with 80 % chance: a difference of {say(told, RATIO)} in "
                f"{plan.asked.says} (by the textbook formula {say(formula, RATIO)})."
            ),
            (
                f"The smallest difference of interest, {say(plan.smallest, RATIO)}, would be found "
                f"with a chance of {say(found.power, RATIO)}."
            ),
            (
                f"The design was played {found.played:,} times on {self.past_weeks} weeks of these "
                "people's own records; everybody is taken to gain or lose alike."
            ),
        ]
        if times > 1:
            lines.append(
                f"For 80 % at {say(plan.smallest, RATIO)}: about {people:,} people for as long, or "
                f"{weeks:,} weeks with as many."
            )
        if self.without_past:
            lines.append(f"{self.without_past:,} of them have no records before today.")
        return tuple(lines)


def _extent(plan: ExperimentPlan) -> str:
    if plan.unit == "day":
        return f"{plan.weeks} weeks from {plan.starts_on}"
    return f"tasks named, read {plan.weeks} weeks after {plan.starts_on}"


def next_monday(today: date) -> date:
    """Return the first Monday after a day.

    >>> next_monday(date(2026, 11, 21)), next_monday(date(2026, 11, 23))
    (datetime.date(2026, 11, 23), datetime.date(2026, 11, 30))
    """
    return today + timedelta(days=7 - today.weekday())


def plan_experiment(
    tables: Tables,
    wanted: Wanted,
    consenting: Sequence[Consenting],
    *,
    weekdays: tuple[str, ...],
    timezone: str,
    today: date,
) -> Planned | Abstention:
    """Say what an experiment would find among those who consented, by playing it on their past.

    Parameters
    ----------
    weekdays
        On which people work, ``mon`` to ``sun``.
    today
        In the time zone of the workspace.

    Raises
    ------
    EstimateError
        Too few consented, or what is wanted makes no sense.
    """
    if len(consenting) < FEWEST["behaviour"]:
        raise EstimateError(
            f"{len(consenting)} people consented: an experiment of fewer than "
            f"{FEWEST['behaviour']} has no answer that may be shown.",
            hint="Ask more people first.",
        )
    draft = _draft(wanted, consenting, weekdays=weekdays, timezone=timezone, today=today)
    accounts = [each.account_id for each in consenting]
    persons = persons_of(tables, accounts)
    if len(set(persons)) < len(persons):
        raise EstimateError(
            "Two of the accounts named are one person's.", hint="Name each person once."
        )
    found = _past(tables, draft, persons, today)
    if isinstance(found, Abstention):
        return found
    past, kept, usual = found
    share, weeks = draft.without_ai, draft.weeks
    if draft.unit == "day":
        replay = partial(replay_days, past, weeks, share)
    else:
        many = np.array([len(consenting[k].tasks) for k in kept], dtype=np.int64)
        replay = partial(replay_tasks, past, many, share)
    smallest = wanted.smallest if draft.is_relative_to_usual else math.log1p(wanted.smallest)
    promised = promise(lambda rng: replay(rng=rng), smallest, level=draft.level, seed=draft.seed)
    if promised is None:
        return _no_past(draft, "Nothing varied in the past.")
    told = promised.detectable if draft.is_relative_to_usual else math.expm1(promised.detectable)
    plan = _with(draft, usual=usual, power=promised.power, told=told)
    return Planned(
        plan=plan,
        promise=promised,
        without_past=len(persons) - len(kept),
        past_weeks=past.weeks,
    )


def _draft(
    wanted: Wanted,
    consenting: Sequence[Consenting],
    *,
    weekdays: tuple[str, ...],
    timezone: str,
    today: date,
) -> ExperimentPlan:
    starts = wanted.starts_on or (next_monday(today) if wanted.unit == "day" else today)
    if starts < today or (wanted.unit == "day" and starts == today):
        raise EstimateError(
            f"The experiment would begin on {starts}, and today is {today}.",
            hint="People need their schedule first: begin on a later Monday.",
        )
    return ExperimentPlan(
        name=wanted.name,
        unit=wanted.unit,
        outcome=wanted.outcome,
        smallest=wanted.smallest,
        without_ai=wanted.without_ai,
        weeks=wanted.weeks,
        starts_on=starts,
        weekdays=weekdays,
        timezone=timezone,
        seed=wanted.seed,
        persons=len(consenting),
        registered_on=today,
        promised_power=0.0,
        promised_detectable=0.0,
    )


def _with(draft: ExperimentPlan, *, usual: float, power: float, told: float) -> ExperimentPlan:
    return replace(
        draft,
        usual=round(usual, 6),
        promised_power=round(power, 4),
        promised_detectable=round(told, 4),
    )


_Known = tuple[Past, list[int], float]


def _past(
    tables: Tables, plan: ExperimentPlan, persons: Sequence[str], today: date
) -> _Known | Abstention:
    """Return what those who consented did before: on working days of whole weeks."""
    reach = usage_horizon(tables)
    zone = ZoneInfo(plan.timezone)
    last = today if reach is None else min(today, datetime.fromtimestamp(reach / 1e6, zone).date())
    end = last - timedelta(days=last.weekday())
    columns = [WEEKDAYS.index(day) for day in plan.weekdays]
    days = [
        end - timedelta(weeks=PAST_WEEKS - week, days=-column)
        for week in range(PAST_WEEKS)
        for column in sorted(columns)
    ]
    bounds = np.array([day_bounds(day, plan.timezone) for day in days], dtype=np.int64)
    asked = plan.asked
    names = ("acts", asked.begun, *((asked.counts,) if asked.of == "days" else ()))
    counts = counted(tables, persons, names, (bounds[:, 0], bounds[:, 1]))
    is_seen = counts["acts"] + counts[asked.begun] > 0
    kept = np.flatnonzero(is_seen.any(axis=1)).tolist()
    first = np.flatnonzero(is_seen.any(axis=0))
    per_week = len(columns)
    skipped = int(first[0]) // per_week if first.size else PAST_WEEKS
    weeks = PAST_WEEKS - skipped
    if weeks < FEWEST_PAST_WEEKS or len(kept) < FEWEST["behaviour"]:
        return _no_past(
            plan,
            f"Only {weeks} whole weeks, of {len(kept)} of these people, are recorded.",
        )
    shape = (len(kept), weeks, per_week)
    if plan.is_relative_to_usual:
        return _of_days(plan, counts[asked.counts][kept, skipped * per_week :], shape, kept)
    whose = [persons[k] for k in kept]
    return _of_things(tables, plan, whose, (bounds[skipped * per_week :], shape), kept)


def _of_days(
    plan: ExperimentPlan, counts: Floats, shape: tuple[int, int, int], kept: list[int]
) -> _Known | Abstention:
    usual = float(counts.mean())
    if not usual > 0:
        return _no_past(plan, f"Nothing of what is asked ({plan.asked.says}) is recorded.")
    person, week, weekday = (axis.ravel() for axis in np.indices(shape))
    past = Past(
        outcome=counts.ravel() / usual,
        person=person,
        week=week,
        weekday=weekday,
        persons=shape[0],
        weeks=shape[1],
        weekdays=shape[2],
    )
    return past, kept, usual


def _of_things(
    tables: Tables,
    plan: ExperimentPlan,
    persons: Sequence[str],
    when: tuple[Ints, tuple[int, int, int]],
    kept: list[int],
) -> _Known | Abstention:
    bounds, shape = when
    what = OUTCOMES[plan.outcome].counts
    things = begun(tables, persons, what, int(bounds[0, 0]), int(bounds[-1, 1]))
    day = np.searchsorted(bounds[:, 0], things.at, side="right") - 1
    inside = np.isfinite(things.seconds) & (day >= 0) & (things.at < bounds[day, 1])
    if np.unique(things.person[inside]).size < FEWEST["behaviour"]:
        return _no_past(plan, "Too few of these people have finished anything that is recorded.")
    past = Past(
        outcome=np.log(things.seconds[inside]),
        person=things.person[inside],
        week=day[inside] // shape[2],
        weekday=day[inside] % shape[2],
        persons=shape[0],
        weeks=shape[1],
        weekdays=shape[2],
        levels="persons",
    )
    return past, kept, 0.0


def _no_past(plan: ExperimentPlan, reason: str) -> Abstention:
    return Abstention(
        metric=plan.outcome,
        reason=f"What the experiment could find cannot be told. {reason}",
        remedy="Collect the records of these people first, or ask for another outcome.",
    )


def draw_lots(
    plan: ExperimentPlan,
    consenting: Sequence[Consenting],
    *,
    starts_on: date,
    drawn_at: int,
    batches: dict[str, int] | None = None,
) -> pa.Table:
    """Draw lots for people, as rows of ``experiment_assignment``.

    Each person's lots depend on the seed and their own pseudonym alone: who joins later changes
    nobody's.

    Parameters
    ----------
    starts_on
        Their first Monday.
    drawn_at
        Now, epoch microseconds UTC.
    batches
        How often each was given tasks before; by account.
    """
    rows = []
    for each in consenting:
        batch = (batches or {}).get(each.account_id, 0)
        rng = generator_for(plan.seed, each.account_id, batch)
        found = (
            _days(plan, each.account_id, starts_on, rng)
            if plan.unit == "day"
            else _tasks(plan, each, batch, drawn_at, rng)
        )
        rows += [
            {
                "experiment_id": plan.name,
                "unit_kind": plan.unit,
                "account_id": each.account_id,
                "consent": f"declared {plan.registered_on}",
                "plan_hash": plan.hash,
                **row,
            }
            for row in found
        ]
    return pa.Table.from_pylist(rows, schema=EXPERIMENT_ASSIGNMENT.schema)


_Row = dict[str, str | int | None]


def _days(
    plan: ExperimentPlan, account_id: str, starts_on: date, rng: np.random.Generator
) -> list[_Row]:
    without = draw_tables((plan.weeks, len(plan.weekdays)), plan.without_ai, rng)[0]
    columns = sorted(WEEKDAYS.index(day) for day in plan.weekdays)
    rows: list[_Row] = []
    for week in range(plan.weeks):
        for place, column in enumerate(columns):
            day = starts_on + timedelta(weeks=week, days=column)
            year, number, _ = day.isocalendar()
            starts, ends = day_bounds(day, plan.timezone)
            rows.append(
                {
                    "unit_id": account_id,
                    "started_at": starts,
                    "ended_at": ends,
                    "arm": NO_AI if without[week, place] else AS_USUAL,
                    "block": f"{year}-W{number:02d}",
                }
            )
    return rows


def _tasks(
    plan: ExperimentPlan, each: Consenting, batch: int, drawn_at: int, rng: np.random.Generator
) -> list[_Row]:
    row = tasks_in_row(plan.without_ai)
    shape = (-(-len(each.tasks) // row), row)
    without = draw_tables(shape, plan.without_ai, rng, by_column=False)[0].ravel()
    return [
        {
            "unit_id": task,
            "started_at": drawn_at,
            "ended_at": None,
            "arm": NO_AI if without[place] else AS_USUAL,
            "block": f"{batch}.{place // row}",
        }
        for place, task in enumerate(each.tasks)
    ]


def told(
    plan: ExperimentPlan, rows: pa.Table, names: Mapping[str, str]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the heading and lines of the schedule people are to see, by person and time.

    Parameters
    ----------
    rows
        Of `draw_lots`.
    names
        What the list calls each account and each task.
    """
    zone = ZoneInfo(plan.timezone)
    lines: list[tuple[str, ...]] = []
    for row in rows.to_pylist():
        what = "without AI" if row["arm"] == NO_AI else "as usual"
        if plan.unit == "task":
            lines.append((names[row["account_id"]], names[row["unit_id"]], what))
            continue
        day = datetime.fromtimestamp(row["started_at"] / 1e6, zone).date()
        lines.append((names[row["account_id"]], day.isoformat(), f"{day:%A}", what))
    when = ("task",) if plan.unit == "task" else ("day", "weekday")
    return ("person", *when, "what"), lines
