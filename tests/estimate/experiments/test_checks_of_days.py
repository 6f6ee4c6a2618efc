"""Checks: found in the world that has the fault, not in the one that has not."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from benchmarks.experiment import Made, World, make
from trueup.estimate.experiments.answering.checks import (
    arm_before,
    carried_over,
    drift,
    unfinished,
    withheld,
)
from trueup.estimate.experiments.lots import Mechanism, Place
from trueup.estimate.inference.bounds import Bounds, Refusal

SEEDS = range(4)


@cache
def made(seed: int, **more: float) -> Made:
    """Return one draw of forty people over six weeks."""
    world: dict[str, float] = {"persons": 40, "weeks": 6, "effect": 0.3} | more
    return make(World(**world), seed)  # type: ignore[arg-type]


def test_work_put_off_to_the_next_day_is_found() -> None:
    """Half of a day's work is put off, most of it to a day as usual."""
    faulty = [carried_over(made(seed, put_off=0.5).drawn, 0.1).answer for seed in SEEDS]
    sound = [carried_over(made(seed).drawn, 0.1).answer for seed in SEEDS]
    assert faulty == ["fails"] * len(SEEDS)
    assert sound.count("fails") <= 1


def test_the_day_before_is_the_working_day_before_of_the_same_person() -> None:
    places = tuple(
        Place(table=(who, 0), row=week, column=day)
        for who in ("a", "b")
        for week in (0, 1)
        for day in (0, 4)
    )
    found = arm_before(Mechanism(places=places, shapes={}, share=0.5), np.arange(8.0))
    assert np.isnan(found[[0, 4]]).all()
    assert found[[1, 2, 3, 5, 6, 7]].tolist() == [0, 1, 2, 4, 5, 6]


def test_a_difference_that_grows_is_told_from_one_that_stays() -> None:
    """From nought to .6 more; a usual day has 1.27 of what is done without: about .33 of it."""
    grown = [drift(made(seed, drifting=0.6, persons=48).drawn) for seed in SEEDS]
    stays = [drift(made(seed, persons=48).drawn) for seed in SEEDS]
    told = [each for each in grown if isinstance(each, Bounds)]
    assert len(told) == len(SEEDS)
    assert np.mean([each.coefficient for each in told]) == pytest.approx(0.33, abs=0.15)
    calm = [each for each in stays if isinstance(each, Bounds)]
    assert sum(each.low > 0 or each.high < 0 for each in calm) <= 1


def test_three_weeks_or_ten_persons_bear_no_drift() -> None:
    short = drift(made(1, weeks=3).drawn)
    few = drift(made(1, persons=10, stopping=0.0).drawn)
    assert isinstance(short, Refusal)
    assert isinstance(few, Refusal)
    assert "needs 4 weeks" in short.reason
    assert "Ten persons or fewer" in few.reason


def test_things_withheld_for_days_with_ai_are_found() -> None:
    """A third of what would be begun without AI waits; where nothing waits, nothing is found."""
    drawn, rng = made(2, persons=14).drawn, np.random.default_rng(8)
    as_usual = rng.poisson(2.0, drawn.lot.size).astype(float)
    waits = rng.poisson(2.0 * np.where(drawn.treatment > 0, 1.0, 2 / 3)).astype(float)
    assert withheld(drawn.with_outcome(waits / 2), 0.1).answer == "fails"
    counted = withheld(drawn.with_outcome(waits / 2), 0.1, is_counted=True)
    assert counted.answer == "cannot tell"
    assert "work not done look alike" in counted.says
    assert withheld(drawn.with_outcome(as_usual / 2), 0.5).answer == "holds"
    assert withheld(drawn.with_outcome(as_usual / 2), 0.001).answer == "weak"


def test_more_left_unfinished_in_one_arm_is_found() -> None:
    drawn, rng = made(3, persons=14).drawn, np.random.default_rng(6)
    odds = np.where(drawn.treatment > 0, 0.1, 0.3)
    left = replace(
        drawn, levels="persons", outcome=(rng.random(odds.size) < odds).astype(np.float64)
    )
    even = replace(left, outcome=(rng.random(odds.size) < 0.2).astype(np.float64))
    assert unfinished(left, 0.1).answer == "fails"
    assert unfinished(even, 0.5).answer == "holds"
