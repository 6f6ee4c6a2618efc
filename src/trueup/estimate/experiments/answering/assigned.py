"""Lots as they are recorded, and the rows of an answer made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.experiments.drawn import Drawn
from trueup.estimate.experiments.lots import Mechanism, Place, tasks_in_row
from trueup.estimate.experiments.plan import NO_AI, STOPPED, ExperimentPlan, day_bounds
from trueup.estimate.panel import Floats, Ints
from trueup.measure.experiments.recorded import begun, counted, persons_of, tasks_named
from trueup.measure.metric import Tables
from trueup.model.evidence import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """One lot as it was drawn.

    Parameters
    ----------
    unit_id, account_id, block
        As in the table ``experiment_assignment``.
    started_at, ended_at
        Of the day; of a task when its lot was drawn, and nought.
    without_ai
        What it says.
    """

    unit_id: str
    account_id: str
    started_at: int
    ended_at: int
    without_ai: bool
    block: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """All lots of an experiment.

    Parameters
    ----------
    lots
        In order of account and time.
    stopped
        When each account stopped that did, epoch microseconds UTC.
    reads_at
        From when on the experiment is over and may be read.
    """

    lots: tuple[Lot, ...]
    stopped: Mapping[str, int]
    reads_at: int

    @property
    def accounts(self) -> tuple[str, ...]:
        """Everybody who consented."""
        return tuple(dict.fromkeys(lot.account_id for lot in self.lots))

    @property
    def window(self) -> Window:
        """From the first lot until it may be read."""
        return Window(start_at=min(lot.started_at for lot in self.lots), end_at=self.reads_at)

    def until(self, at: int) -> Assigned:
        """Return the lots of days that had ended at an instant."""
        return replace(self, lots=tuple(lot for lot in self.lots if 0 < lot.ended_at <= at))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gathered:
    """Rows of an answer.

    Parameters
    ----------
    drawn
        Rows with the outcome of the plan.
    begun
        Things begun for each lot, as rows of their own; a share of what is usual.
    used
        Whether AI was used on the day of each lot, ``(n_lots,)``; None where that is not recorded.
    unfinished
        Whether each thing begun was still unfinished, as rows of their own; None of days.
    left_out
        What is not in `drawn`, and why, one sentence each.
    """

    drawn: Drawn
    begun: Drawn
    used: Floats | None
    unfinished: Drawn | None = None
    left_out: tuple[str, ...] = ()


def read_assigned(tables: Tables, plan: ExperimentPlan) -> Assigned:
    """Read the lots of an experiment.

    Raises
    ------
    EstimateError
        There are none, or some were drawn by another plan.
    """
    rows = tables["experiment_assignment"].to_pyarrow().to_pylist()
    rows = [row for row in rows if row["experiment_id"] == plan.name]
    if not rows:
        raise EstimateError(
            f"No lots of {plan.name!r} are in this workspace.",
            hint="They were lost with its tables: put back the workspace as it was.",
        )
    if any(row["plan_hash"] != plan.hash for row in rows):
        raise EstimateError(
            f"Lots of {plan.name!r} were drawn by another plan than the one that is kept.",
            hint="Put back the plan as it was.",
        )
    stops = [row for row in rows if row["arm"] == STOPPED]
    lots = [_lot(row) for row in rows if row["arm"] != STOPPED]
    return Assigned(
        lots=tuple(sorted(lots, key=lambda lot: (lot.account_id, lot.started_at, lot.unit_id))),
        stopped={row["account_id"]: row["started_at"] for row in stops},
        reads_at=_reads_at(lots, plan),
    )


def _lot(row: Mapping[str, object]) -> Lot:
    return Lot(
        unit_id=str(row["unit_id"]),
        account_id=str(row["account_id"]),
        started_at=int(row["started_at"]),  # type: ignore[call-overload]
        ended_at=int(row["ended_at"] or 0),  # type: ignore[call-overload]
        without_ai=row["arm"] == NO_AI,
        block=str(row["block"]),
    )


def _reads_at(lots: Sequence[Lot], plan: ExperimentPlan) -> int:
    if plan.unit == "day":
        return max(lot.ended_at for lot in lots)
    last = max(lot.started_at for lot in lots)
    day = datetime.fromtimestamp(last / 1e6, ZoneInfo(plan.timezone)).date()
    return day_bounds(day + timedelta(weeks=plan.weeks), plan.timezone)[0]


def gather(tables: Tables, plan: ExperimentPlan, assigned: Assigned) -> Gathered:
    """Bring outcomes to the lots, as they were drawn and whatever people then did."""
    accounts = assigned.accounts
    persons = persons_of(tables, accounts)
    left_out, seen, kept = [], set(), set()
    for account, person in zip(accounts, persons, strict=True):
        if person not in seen:
            seen.add(person)
            kept.add(account)
    if len(kept) < len(accounts):
        left_out.append("Accounts found since to be of one person: the first one's lots count.")
    lots = [lot for lot in assigned.lots if lot.account_id in kept]
    after = [lot for lot in lots if _has_stopped(lot, assigned)]
    if after:
        left_out.append("Days or tasks of those who stopped, from then on: they are not read.")
    lots = [lot for lot in lots if not _has_stopped(lot, assigned)]
    whose = dict(zip(accounts, persons, strict=True))
    gathering = _Gathering(
        tables=tables, plan=plan, lots=tuple(lots), whose=whose, stopped=assigned.stopped
    )
    found = gathering.days() if plan.unit == "day" else gathering.tasks()
    return replace(found, left_out=(*left_out, *found.left_out))


def _has_stopped(lot: Lot, assigned: Assigned) -> bool:
    stopped = assigned.stopped.get(lot.account_id)
    return stopped is not None and lot.started_at >= stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gathering:
    tables: Tables
    plan: ExperimentPlan
    lots: tuple[Lot, ...]
    whose: Mapping[str, str]
    stopped: Mapping[str, int] = field(default_factory=dict)

    @property
    def persons(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.whose[lot.account_id] for lot in self.lots))

    def days(self) -> Gathered:
        starts = np.unique([lot.started_at for lot in self.lots])
        ends = np.unique([lot.ended_at for lot in self.lots])
        by_lot = self.rows_of_lots()
        asked = self.plan.asked
        names = (asked.begun, "ai_uses", *((asked.counts,) if asked.of == "days" else ()))
        counts = counted(self.tables, self.persons, names, (starts, ends))
        of_days = {name: found[by_lot.person, by_lot.day] for name, found in counts.items()}
        whole = Gathered(
            drawn=by_lot.with_outcome(of_days[asked.counts] / self.plan.usual)
            if self.plan.is_relative_to_usual
            else by_lot,
            begun=_shares(by_lot, of_days[asked.begun]),
            used=(of_days["ai_uses"] > 0).astype(np.float64),
        )
        if self.plan.is_relative_to_usual:
            return whole
        return self._of_things(whole, starts, ends)

    def _of_things(self, whole: Gathered, starts: Ints, ends: Ints) -> Gathered:
        """Bring the time of each thing begun to the lot of the day it was begun on."""
        by_lot, what = whole.drawn, self.plan.asked.counts
        things = begun(self.tables, self.persons, what, int(starts[0]), int(ends[-1]))
        day = np.searchsorted(starts, things.at, side="right") - 1
        lots = {(p, d): k for k, (p, d) in enumerate(zip(by_lot.person, by_lot.day, strict=True))}
        found = [
            lots.get((p, d), -1) if at < ends[d] else -1
            for p, d, at in zip(things.person, day, things.at, strict=True)
        ]
        lot = np.array(found, dtype=np.int64)
        inside = lot >= 0
        return _timed(whole, lot[inside], things.seconds[inside])

    def tasks(self) -> Gathered:
        things = tasks_named(self.tables, self.persons, [lot.unit_id for lot in self.lots])
        at = dict(zip(things.ids, things.at.tolist(), strict=True))
        took = dict(zip(things.ids, things.seconds.tolist(), strict=True))
        lots = [lot for lot in self.lots if not self._is_after_stop(lot, at.get(lot.unit_id))]
        by_lot = replace(self, lots=tuple(lots)).rows_of_lots()
        was_begun = np.array([float(lot.unit_id in at) for lot in lots])
        whole = Gathered(drawn=by_lot, begun=_shares(by_lot, was_begun), used=None)
        chosen = [k for k, lot in enumerate(lots) if at.get(lot.unit_id, -1) >= lot.started_at]
        early = int(was_begun.sum()) - len(chosen)
        if early:
            said = f"{early:,} tasks begun before their lot was drawn."
            whole = replace(whole, left_out=(said,))
        seconds = np.array([took[lots[k].unit_id] for k in chosen], dtype=np.float64)
        return _timed(whole, np.array(chosen, dtype=np.int64), seconds)

    def _is_after_stop(self, lot: Lot, begun_at: int | None) -> bool:
        stopped = self.stopped.get(lot.account_id)
        return stopped is not None and (begun_at is None or begun_at >= stopped)

    def rows_of_lots(self) -> Drawn:
        """Return a row for each lot, its outcome not yet known."""
        lots, plan = self.lots, self.plan
        starts = np.unique([lot.started_at for lot in lots])
        order = {person: place for place, person in enumerate(self.persons)}
        blocks = {block: k for k, block in enumerate(sorted({lot.block for lot in lots}))}
        is_day = plan.unit == "day"
        mechanism = _days_drawn(lots, plan) if is_day else _tasks_drawn(lots, plan)
        person = np.array([order[self.whose[lot.account_id]] for lot in lots], dtype=np.int64)
        week = np.array([blocks[lot.block] for lot in lots], dtype=np.int64)
        return Drawn(
            outcome=np.zeros(len(lots)),
            lot=np.arange(len(lots)),
            as_usual=np.array([float(not lot.without_ai) for lot in lots]),
            person=person,
            week=week if is_day else np.zeros_like(week),
            day=np.searchsorted(starts, [lot.started_at for lot in lots]),
            mechanism=mechanism,
            covariates=np.empty((len(lots), 0)),
            levels="weeks" if is_day else "persons",
        )


def _shares(by_lot: Drawn, counts: Floats) -> Drawn:
    """Return counts as shares of their mean, so that a difference is a proportion."""
    mean = float(counts.mean())
    return by_lot.with_outcome(counts / mean if mean > 0 else counts)


def _timed(whole: Gathered, lot: Ints, seconds: Floats) -> Gathered:
    """Return a row for each thing begun: the logarithm of its time, where it is finished.

    Parameters
    ----------
    lot, seconds
        Of each thing begun; NaN while it is unfinished.
    """
    by_lot = whole.drawn
    rows = Drawn(
        outcome=np.isnan(seconds).astype(np.float64),
        lot=lot,
        as_usual=by_lot.as_usual,
        person=by_lot.person[lot],
        week=by_lot.week[lot],
        day=by_lot.day[lot],
        mechanism=by_lot.mechanism,
        covariates=np.empty((lot.size, 0)),
        levels="persons",
    )
    done = np.isfinite(seconds)
    missing = int((~done).sum())
    said = (f"{missing:,} of {done.size:,} things begun: not finished yet.",) if missing else ()
    return Gathered(
        drawn=rows.take(done).with_outcome(np.log(seconds[done])),
        begun=whole.begun,
        used=whole.used,
        unfinished=rows if missing else None,
        left_out=(*whole.left_out, *said),
    )


def _days_drawn(lots: Sequence[Lot], plan: ExperimentPlan) -> Mechanism:
    """Return how days were drawn: a table of all weeks a person takes part, stopped or not."""
    zone = ZoneInfo(plan.timezone)
    blocks: dict[str, list[str]] = {}
    for lot in lots:
        own = blocks.setdefault(lot.account_id, [])
        if lot.block not in own:
            own.append(lot.block)
    days = sorted({_weekday(lot.started_at, zone) for lot in lots})
    return Mechanism(
        places=tuple(
            Place(
                table=(lot.account_id, 0),
                row=blocks[lot.account_id].index(lot.block),
                column=days.index(_weekday(lot.started_at, zone)),
            )
            for lot in lots
        ),
        shapes={(account, 0): (plan.weeks, len(plan.weekdays)) for account in blocks},
        share=plan.without_ai,
    )


def _weekday(at: int, zone: ZoneInfo) -> int:
    return datetime.fromtimestamp(at / 1e6, zone).weekday()


def _tasks_drawn(lots: Sequence[Lot], plan: ExperimentPlan) -> Mechanism:
    """Return how tasks were drawn: few at a time, in batches as they were named."""
    row = tasks_in_row(plan.without_ai)
    filled: dict[tuple[str, str], int] = {}
    places: list[Place] = []
    shapes: dict[tuple[str, int], tuple[int, int]] = {}
    for lot in lots:
        batch, _, number = lot.block.partition(".")
        table = (lot.account_id, int(batch))
        column = filled.setdefault((lot.account_id, lot.block), 0)
        filled[lot.account_id, lot.block] += 1
        places.append(Place(table=table, row=int(number), column=column))
        shapes[table] = (max(shapes.get(table, (0, row))[0], int(number) + 1), row)
    return Mechanism(places=tuple(places), shapes=shapes, share=plan.without_ai, by_column=False)
