"""What a plan promises: the textbook where the textbook holds, and the truth where it does not."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.experiment import World, make, promised, true_itt
from trueup.estimate.experiments.answering.arms import Compared, compare
from trueup.estimate.experiments.promise import Past, promise, replay_days, replay_tasks


def past(outcome: np.ndarray) -> Past:
    """Return outcomes ``(persons, weeks, weekdays)`` as the past."""
    person, week, weekday = (axis.ravel() for axis in np.indices(outcome.shape))
    return Past(
        outcome=outcome.ravel(),
        person=person,
        week=week,
        weekday=weekday,
        persons=outcome.shape[0],
        weeks=outcome.shape[1],
        weekdays=outcome.shape[2],
    )


def test_where_days_are_independent_the_plays_say_what_the_formula_says() -> None:
    """Noise of 1, 30 people, 6 weeks of 5 days, two in five: 900 rows, error 1/sqrt(216) = .068.

    Found with 80 % chance: 2.9 errors with 29 degrees of freedom, .197.
    """
    days = past(np.random.default_rng(1).normal(size=(30, 20, 5)))
    found = promise(lambda rng: replay_days(days, 6, 0.4, rng), 0.2, played=200)
    assert found is not None
    assert found.by_formula == pytest.approx(0.197, rel=0.05)
    assert found.detectable == pytest.approx(found.by_formula, rel=0.12)
    assert found.power == pytest.approx(0.8, abs=0.1)
    assert found.rows == 900


def test_a_past_in_which_nothing_varies_promises_nothing() -> None:
    still = past(np.ones((10, 10, 5)))
    assert promise(lambda rng: replay_days(still, 4, 0.4, rng), 0.1, played=5) is None


def test_a_short_past_is_played_with_its_weeks_over_again() -> None:
    short = past(np.random.default_rng(2).normal(size=(12, 4, 5)))
    found = replay_days(short, 8, 0.4, np.random.default_rng(3))
    assert found.outcome.size == 12 * 8 * 5
    assert np.unique(found.week).size == 8


def test_tasks_to_come_are_like_ones_own_of_the_past() -> None:
    """Person 0's take 1, person 1's 5; person 2 has none, and gets those of the others."""
    known = Past(
        outcome=np.array([1.0, 1.0, 5.0]),
        person=np.array([0, 0, 1]),
        week=np.zeros(3, dtype=int),
        weekday=np.zeros(3, dtype=int),
        persons=3,
        weeks=1,
        weekdays=5,
    )
    found = replay_tasks(known, np.array([4, 3, 5]), 0.5, np.random.default_rng(4))
    assert found.person.tolist() == [0] * 4 + [1] * 3 + [2] * 5
    assert found.outcome[:7].tolist() == [1.0] * 4 + [5.0] * 3
    assert set(found.outcome[7:]) <= {1.0, 5.0}
    assert found.as_usual[:4].sum() == 2


def test_the_promise_is_kept_in_a_world_of_known_truth() -> None:
    """25 draws of a difference of .165: what is found, over what was promised of it."""
    world = World(persons=16, weeks=6, effect=0.3)
    told = np.mean([promised(world, make(world, 900 + k), true_itt(world), 60).power
                    for k in range(3)])  # fmt: skip
    found = [compare(make(world, seed).drawn, draws=1) for seed in range(25)]
    hits = [each.bounds.p_value <= 0.05 for each in found if isinstance(each, Compared)]
    assert len(hits) == 25
    assert abs(np.mean(hits) - told) < 3 * np.sqrt(told * (1 - told) / 25)
