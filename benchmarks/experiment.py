"""Experiments on made-up people whose truth is known: experiment.py [--draws 400] [--metr FOLDER].

People differ in how much they do and how unevenly; weekdays, calendar days and slow swings of one
person move what is done; two in ten days without AI are not kept to, AI is not used every day as
usual, one person in ten stops halfway. Printed of each design: bias, coverage of both intervals,
size where AI does nothing, power against what the plan promised from the people's own past, and
the interval of what use did. With ``--metr`` the published trial goes through the same path.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from trueup.estimate.experiments.answering.arms import Compared, compare
from trueup.estimate.experiments.answering.checks import carried_over, drift
from trueup.estimate.experiments.answering.complying import by_use
from trueup.estimate.experiments.drawn import Drawn
from trueup.estimate.experiments.lots import Mechanism, Place, draw_tables, generator_for
from trueup.estimate.experiments.promise import Past, Promise, promise, replay_days
from trueup.estimate.inference.bounds import Bounds

DAYS, PAST_WEEKS = 5, 26
LOTS = 499
"""Draws of lots anew in each world."""
USUAL_SHARE = 0.9
"""Of days as usual on which AI is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """People and what is true of them.

    Parameters
    ----------
    without_ai
        Share of days without AI.
    effect
        Of using AI on a day, as a share of what is done without.
    broken
        Share of days without AI that are not kept to.
    stopping
        Share of people who stop halfway.
    put_off
        Share of a day's work that a day without AI moves to the next.
    drifting
        By how much the effect grows from the first week to the last.
    unequal
        Spread of people's effects around `effect`.
    """

    persons: int = 24
    weeks: int = 6
    without_ai: float = 0.4
    effect: float = 0.0
    broken: float = 0.2
    stopping: float = 0.1
    put_off: float = 0.0
    drifting: float = 0.0
    unequal: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Made:
    """One draw: rows of the experiment, use of AI in each, and the time before."""

    drawn: Drawn
    used: np.ndarray
    past: Past


def make(world: World, seed: int) -> Made:
    """Draw people, their past, their lots and what they do."""
    rng = np.random.default_rng(seed)
    people, weeks = world.persons, PAST_WEEKS + world.weeks
    shape = (people, weeks, DAYS)
    rate = np.exp(rng.normal(0.3, 0.5, people))[:, None, None]
    weekday = 1 + 0.2 * rng.normal(size=DAYS)
    calendar = np.exp(rng.normal(0, 0.15, (weeks, DAYS)))
    swing = np.exp(0.3 * _slow(rng, people, weeks * DAYS).reshape(shape))
    mean = rate * np.abs(weekday) * calendar * swing
    usual = float(mean.mean())
    lots = np.stack(
        [
            draw_tables((world.weeks, DAYS), world.without_ai, generator_for(seed, str(k)))[0]
            for k in range(people)
        ]
    )
    used = np.where(
        lots, rng.random(lots.shape) < world.broken, rng.random(lots.shape) < USUAL_SHARE
    ).astype(float)
    own = world.effect + world.unequal * rng.normal(size=people)[:, None, None]
    grown = world.drifting * (np.arange(world.weeks) / max(world.weeks - 1, 1) - 0.5)
    past_use = (rng.random((people, PAST_WEEKS, DAYS)) < USUAL_SHARE).astype(float)
    done = mean.copy()
    done[:, :PAST_WEEKS] += usual * own * past_use
    done[:, PAST_WEEKS:] += usual * (own + grown[:, None]) * used
    if world.put_off:
        during = done[:, PAST_WEEKS:].reshape(people, -1)
        moved = world.put_off * during * lots.reshape(people, -1)
        during -= moved
        during[:, 1:] += moved[:, :-1]
    counts = rng.poisson(np.maximum(done, 0.0)).astype(float)
    return _made(world, counts, lots, used, rng)


def _slow(rng: np.random.Generator, people: int, days: int) -> np.ndarray:
    found = rng.normal(size=(people, days))
    for day in range(1, days):
        found[:, day] = 0.8 * found[:, day - 1] + 0.6 * found[:, day]
    return found


def _made(
    world: World, counts: np.ndarray, lots: np.ndarray, used: np.ndarray, rng: np.random.Generator
) -> Made:
    people = world.persons
    before, during = counts[:, :PAST_WEEKS], counts[:, PAST_WEEKS:]
    usual = float(before.mean())
    person, week, weekday = (axis.ravel() for axis in np.indices(before.shape))
    past = Past(
        outcome=before.ravel() / usual,
        person=person,
        week=week,
        weekday=weekday,
        persons=people,
        weeks=PAST_WEEKS,
        weekdays=DAYS,
    )
    person, week, weekday = (axis.ravel() for axis in np.indices(during.shape))
    stops = rng.random(people) < world.stopping
    read = ~(stops[person] & (week >= world.weeks // 2))
    person, week, weekday = person[read], week[read], weekday[read]
    places = [
        Place(table=(str(p), 0), row=int(w), column=int(d))
        for p, w, d in zip(person, week, weekday, strict=True)
    ]
    mechanism = Mechanism(
        places=tuple(places),
        shapes={(str(k), 0): (world.weeks, DAYS) for k in range(people)},
        share=world.without_ai,
    )
    drawn = Drawn(
        outcome=during.ravel()[read] / usual,
        lot=np.arange(person.size),
        as_usual=(~lots.ravel()[read]).astype(float),
        person=np.unique(person, return_inverse=True)[1],
        week=week,
        day=week * DAYS + weekday,
        mechanism=mechanism,
        covariates=np.empty((person.size, 0)),
    )
    return Made(drawn=drawn, used=used.ravel()[read], past=past)


def promised(world: World, made: Made, smallest: float, played: int = 200) -> Promise:
    """Return what a plan on the past of these people would promise."""
    found = promise(
        lambda rng: replay_days(made.past, world.weeks, world.without_ai, rng),
        smallest,
        played=played,
    )
    assert found is not None
    return found


def true_itt(world: World) -> float:
    """Return what lots do to what is done: use moved by them, times what use does."""
    return of_usual(world) * (USUAL_SHARE - world.broken)


def of_usual(world: World) -> float:
    """Return what use does as a share of what is usual, which has AI in it already."""
    return world.effect / (1 + USUAL_SHARE * world.effect)


def run(world: World, draws: int, *, first: int = 0) -> dict[str, float]:
    """Return the operating characteristics of one design."""
    truth = true_itt(world)
    values, hit, lots_hit, refuted, lots_refuted, use_hit, use_known = ([] for _ in range(7))
    for seed in range(first, first + draws):
        made = make(world, seed)
        found = compare(made.drawn, seed=seed, draws=LOTS)
        assert isinstance(found, Compared)
        own, lots = found.bounds, found.lots
        values.append(own.coefficient)
        hit.append(own.low <= truth <= own.high)
        lots_hit.append(lots.low <= truth <= lots.high)
        refuted.append(own.p_value <= 0.05)
        lots_refuted.append(lots.p_value <= 0.05)
        use = by_use(made.drawn, made.used, seed=seed)
        use_known.append(isinstance(use, Bounds))
        if isinstance(use, Bounds):
            use_hit.append(use.low <= of_usual(world) <= use.high)
    return {
        "bias": float(np.mean(values)) - truth,
        "spread": float(np.std(values)),
        "coverage": float(np.mean(hit)),
        "coverage_by_lots": float(np.mean(lots_hit)),
        "refuted": float(np.mean(refuted)),
        "refuted_by_lots": float(np.mean(lots_refuted)),
        "coverage_of_use": float(np.mean(use_hit)),
        "use_known": float(np.mean(use_known)),
    }


def alarms(world: World, draws: int) -> dict[str, float]:
    """Return how often each check fails."""
    fails = {"carry_over": 0, "drift": 0}
    for seed in range(draws):
        made = make(world, seed)
        fails["carry_over"] += carried_over(made.drawn, 0.1, seed=seed).answer == "fails"
        drifted = drift(made.drawn, seed=seed)
        if isinstance(drifted, Bounds):
            fails["drift"] += drifted.low > 0 or drifted.high < 0
    return {name: many / draws for name, many in fails.items()}


def metr_drawn(folder: Path) -> Drawn:
    """Return the published trial (arXiv:2507.09089) as rows of an experiment by task.

    Its lots were drawn one by one; they are drawn anew here in the numbers each developer got.
    """
    from benchmarks.replications import metr_trial

    trial = metr_trial(folder)
    counts = np.zeros(int(trial.block.max()) + 1, dtype=np.int64)
    places = []
    for block in trial.block:
        places.append(Place(table=(str(block), 0), row=int(counts[block]), column=0))
        counts[block] += 1
    return Drawn(
        outcome=np.log(trial.outcome),
        lot=np.arange(trial.outcome.size),
        as_usual=trial.treatment,
        person=trial.block,
        week=np.zeros_like(trial.block),
        day=np.full(trial.block.size, -1),
        mechanism=Mechanism(
            places=tuple(places),
            shapes={(str(k), 0): (int(many), 1) for k, many in enumerate(counts)},
            share=1 - float(trial.treatment.mean()),
            by_column=False,
        ),
        covariates=np.column_stack(list(trial.covariates.values())),
        levels="none",
    )


def _show_metr(folder: Path) -> None:
    drawn = metr_drawn(folder)
    for levels in ("none", "persons"):
        found = compare(replace(drawn, levels=levels))
        assert isinstance(found, Compared)
        own, lots = found.bounds, found.lots
        value, low, high = (100 * np.expm1(e) for e in (own.coefficient, own.low, own.high))
        print(f"METR, levels {levels}: {value:+.2f} % ({low:.1f} to {high:.1f}; {own.recipe})")
        low, high = (100 * np.expm1(end) for end in (lots.low, lots.high))
        print(f"  lots drawn anew: {low:.1f} to {high:.1f}, p {lots.p_value:.3f}")


def main() -> None:
    """Print operating characteristics."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--draws", type=int, default=400)
    asked.add_argument("--metr", type=Path)
    given = asked.parse_args()
    if given.metr is not None:
        _show_metr(given.metr)
        return
    print("persons weeks effect | bias  cover (lots)  refuted (lots) promised ratio | use: cover")
    for persons, weeks in ((8, 8), (16, 6), (24, 6), (48, 4), (60, 8)):
        for effect in (0.0, 0.3):
            world = World(persons=persons, weeks=weeks, effect=effect)
            found = run(world, given.draws)
            power = [
                promised(world, make(world, 10_000 + k), true_itt(world) or 0.1).power
                for k in range(max(given.draws // 20, 5))
            ]
            told = float(np.mean(power))
            against = f"{told:.2f} {found['refuted'] / told:5.2f}" if effect else "   -     -"
            print(
                f"{persons:7} {weeks:5} {effect:6} | {found['bias']:+.3f} {found['coverage']:.3f} "
                f"({found['coverage_by_lots']:.3f}) {found['refuted']:.3f} "
                f"({found['refuted_by_lots']:.3f}) {against} | {found['coverage_of_use']:.3f} "
                f"of {found['use_known']:.2f}",
                flush=True,
            )
    for name, world in {
        "unequal effects": World(effect=0.3, unequal=0.3),
        "nothing wrong": World(effect=0.3),
        "work put off": World(effect=0.3, put_off=0.5),
        "a growing difference": World(effect=0.3, drifting=0.6, persons=48, weeks=8),
    }.items():
        found = run(world, given.draws) if world.unequal else {}
        print(name, found, alarms(world, given.draws), flush=True)


if __name__ == "__main__":
    main()
