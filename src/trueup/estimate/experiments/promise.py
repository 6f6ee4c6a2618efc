"""What an experiment could find, by playing its design on records of the time before it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trueup.estimate.estimator import need
from trueup.estimate.experiments.drawn import Drawn
from trueup.estimate.experiments.lots import Mechanism, draw_tables, tasks_in_row
from trueup.estimate.inference.cluster_robust import crv1_error
from trueup.estimate.numerics.design.detectable import detectable
from trueup.estimate.panel import Floats, Ints

PLAYED = 400
CHANCE = 0.8
FEWEST_PAST_WEEKS = 4
_NOBODY = Mechanism(places=(), shapes={}, share=0.5)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Past:
    """Outcomes of consenting persons before the experiment, one a row.

    Parameters
    ----------
    outcome
        On the scale of the analysis, ``(n_rows,)``.
    person, week, weekday
        Of each row; codes from nought.
    persons, weeks, weekdays
        How many there are, with and without rows.
    levels
        As in `Drawn`.
    """

    outcome: Floats
    person: Ints
    week: Ints
    weekday: Ints
    persons: int
    weeks: int
    weekdays: int
    levels: str = "weeks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a design would find.

    Parameters
    ----------
    power
        Chance of finding the smallest difference of interest.
    detectable
        Difference found with a chance of 80 %, on the scale of the analysis.
    by_formula
        The same by the textbook, from the spread within persons alone: a check of the former.
    errors
        Of the difference, each time the design was played.
    played
        How often it was.
    rows
        In a typical play.
    """

    power: float
    detectable: float
    by_formula: float
    errors: Floats
    played: int
    rows: int


def replay_days(past: Past, weeks: int, share: float, rng: np.random.Generator) -> Drawn:
    """Draw lots for days of the past: weeks on end where there are enough, else any weeks."""
    chosen = _weeks(past.weeks, weeks, rng)
    rows = [np.flatnonzero(past.week == week) for week in chosen]
    place = np.concatenate(rows)
    week = np.repeat(np.arange(weeks), [found.size for found in rows])
    shape = (weeks, past.weekdays)
    without = np.concatenate(
        [draw_tables(shape, share, rng)[0].ravel() for _ in range(past.persons)]
    )
    day = week * past.weekdays + past.weekday[place]
    return Drawn(
        outcome=past.outcome[place],
        lot=past.person[place] * (weeks * past.weekdays) + day,
        as_usual=(~without).astype(np.float64),
        person=past.person[place],
        week=week,
        day=day,
        mechanism=_NOBODY,
        covariates=np.empty((place.size, 0)),
        levels=past.levels,
    )


def replay_tasks(past: Past, tasks: Ints, share: float, rng: np.random.Generator) -> Drawn:
    """Draw lots for tasks like those of the past: as many a person as were named for each.

    Who has no past task gets others' at random: how long theirs take is not known.
    """
    person = np.repeat(np.arange(tasks.size), tasks)
    outcome, without = np.empty(person.size), []
    row = tasks_in_row(share)
    for who, many in enumerate(tasks.tolist()):
        own = past.outcome[past.person == who]
        outcome[person == who] = rng.choice(own if own.size else past.outcome, size=many)
        shape = (-(-many // row), row)
        without.append(draw_tables(shape, share, rng, by_column=False)[0].ravel()[:many])
    return Drawn(
        outcome=outcome,
        lot=np.arange(person.size),
        as_usual=(~np.concatenate(without)).astype(np.float64),
        person=person,
        week=np.zeros(person.size, dtype=np.int64),
        day=np.full(person.size, -1),
        mechanism=_NOBODY,
        covariates=np.empty((person.size, 0)),
        levels="persons",
    )


def promise(
    replay: Callable[[np.random.Generator], Drawn],
    smallest: float,
    *,
    level: float = 0.95,
    played: int = PLAYED,
    seed: int = 1,
) -> Promise | None:
    """Play a design on the past and see what it would find; None where nothing varies.

    A difference that is the same for everybody moves the estimate and leaves its error alone, so
    that one set of plays tells the chance of finding any.

    Parameters
    ----------
    replay
        Draws lots for records of the past, in which lots did nothing.
    smallest
        On the scale of the analysis.
    """
    rng = np.random.default_rng(seed)
    values, errors, spreads, rows, persons, shares = [], [], [], [], [], []
    for _ in range(played):
        drawn = replay(rng)
        fitted = drawn.fitted()
        if fitted is None:
            continue
        rest = fitted.outcome - fitted.coefficient * fitted.regressor
        free = drawn.outcome.size - fitted.n_parameters
        free -= 0 if fitted.nuisance.rows.unit is None else int(fitted.nuisance.rows.unit.max())
        values.append(fitted.coefficient)
        errors.append(crv1_error(fitted))
        spreads.append(math.sqrt(float(rest @ rest) / max(free, 1)))
        rows.append(drawn.outcome.size)
        persons.append(drawn.n_persons)
        shares.append(float(drawn.treatment.mean()))
    found, error = np.array(values), np.array(errors)
    if not found.size or not float(error.max()) > 0:
        return None
    degrees = max(float(np.median(persons)) - 1, 1.0)
    bound = float(need("scipy.stats").t.ppf(0.5 + level / 2, degrees)) * error

    def power(effect: float) -> float:
        return float(np.mean(np.abs(found + effect) > bound))

    many, share = float(np.mean(rows)), float(np.mean(shares))
    apart = float(np.mean(spreads)) / math.sqrt(many * share * (1 - share))
    return Promise(
        power=power(smallest),
        detectable=_smallest_found(power, float(error.max())),
        by_formula=detectable(apart, degrees, level=level, power=CHANCE),
        errors=error,
        played=int(found.size),
        rows=round(many),
    )


def _smallest_found(power: Callable[[float], float], step: float) -> float:
    low, high = 0.0, step
    while power(high) < CHANCE:
        low, high = high, 2 * high
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if power(middle) >= CHANCE else (middle, high)
    return high


def _weeks(known: int, wanted: int, rng: np.random.Generator) -> Ints:
    if known < wanted:
        return rng.integers(0, known, wanted)
    return np.arange(wanted) + rng.integers(0, known - wanted + 1)
