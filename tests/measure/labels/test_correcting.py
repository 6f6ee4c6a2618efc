"""Shares put right for mistakes of whatever labelled: formulas, another solver, made-up worlds."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from trueup.measure.labels.correcting import certainty, corrected, unmixed

Floats = NDArray[np.float64]
THREE = np.array([[0.80, 0.15, 0.05], [0.20, 0.70, 0.10], [0.10, 0.15, 0.75]])


def test_two_labels_follow_the_formula_and_stay_a_share() -> None:
    """p = .35, se = .8, sp = .7: (.35 + .7 - 1) / (.8 + .7 - 1) = .1; of p = .2 it would be < 0."""
    mistakes = np.array([[0.8, 0.2], [0.3, 0.7]])
    assert unmixed(np.array([0.35, 0.65]), mistakes) == pytest.approx([0.1, 0.9])
    assert unmixed(np.array([0.20, 0.80]), mistakes) == pytest.approx([0.0, 1.0])
    assert unmixed(np.array([0.95, 0.05]), mistakes) == pytest.approx([1.0, 0.0])


def test_many_labels_are_what_a_general_solver_finds() -> None:
    chance = np.random.default_rng(5)
    for labels in (3, 6):
        for _ in range(10):
            mistakes = 0.6 * np.eye(labels) + 0.4 * chance.dirichlet(np.ones(labels), labels)
            counted = chance.dirichlet(np.full(labels, 0.5))
            ours = unmixed(counted, mistakes)
            theirs = minimize(
                lambda x, m=mistakes, q=counted: ((x @ m - q) ** 2).sum(),
                np.full(labels, 1 / labels),
                bounds=[(0, 1)] * labels,
                constraints={"type": "eq", "fun": lambda x: x.sum() - 1},
                options={"ftol": 1e-14},
            ).x
            assert ours.sum() == pytest.approx(1)
            assert ours == pytest.approx(theirs, abs=2e-4)


def test_what_went_through_known_mistakes_comes_back() -> None:
    truth = np.array([0.5, 0.3, 0.2])
    assert unmixed(truth @ THREE, THREE) == pytest.approx(truth)


def test_certainty_is_sensitivity_and_specificity_of_each_label() -> None:
    """Of the first: 8 of 10 found, and 3 of 20 others taken for it: .8 + .85; and so on."""
    gold = np.array([[8, 1, 1], [2, 7, 1], [1, 0, 9]])
    assert certainty(gold) == pytest.approx([0.8 + 17 / 20, 0.7 + 19 / 20, 0.9 + 18 / 20])


def world(
    chance: np.random.Generator, truth: Floats, mistakes: Floats, persons: int = 40, read: int = 300
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Sessions of persons who differ in habits; some are read. Returns counts, gold, naive shares.

    Each person has a mix of their own around the truth, and 10 to 60 sessions.
    """
    labels = len(truth)
    own = chance.dirichlet(8 * truth, persons)
    number = chance.integers(10, 60, persons)
    person = np.repeat(np.arange(persons), number)
    true = (chance.random(len(person))[:, None] > own[person].cumsum(1)).sum(1)
    given = (chance.random(len(person))[:, None] > mistakes[true].cumsum(1)).sum(1)
    given = given.clip(max=labels - 1)
    true = true.clip(max=labels - 1)
    seen = np.zeros((persons, labels), dtype=np.int64)
    np.add.at(seen, (person, given), 1)
    gold = np.zeros((persons, labels, labels), dtype=np.int64)
    some = chance.choice(len(person), read, replace=False)
    np.add.at(gold, (person[some], true[some], given[some]), 1)
    return seen, gold, seen.sum(0) / seen.sum()


def test_naive_shares_are_biased_and_corrected_ones_are_not_and_their_intervals_hold() -> None:
    """120 worlds of 40 persons, 300 sessions read. Naive shares miss by what mistakes make of them.

    Coverage of 3 x 120 intervals at 95 %: between 92 and 98 %.
    """
    truth = np.array([0.6, 0.3, 0.1])
    chance = np.random.default_rng(11)
    naive, put_right, holds = [], [], []
    for seed in range(120):
        seen, gold, counted = world(chance, truth, THREE)
        found = corrected(seen, gold, seed=seed)
        assert found is not None
        naive.append(counted)
        put_right.append(found.shares)
        holds.append((found.low <= truth) & (truth <= found.high))
    assert np.mean(naive, 0) - truth == pytest.approx(truth @ THREE - truth, abs=0.01)
    assert abs(np.mean(naive, 0) - truth).max() > 0.04
    assert np.mean(put_right, 0) == pytest.approx(truth, abs=0.01)
    assert 0.92 <= np.mean(holds) <= 0.98


def test_sessions_of_one_person_are_not_so_many_persons() -> None:
    """The same counts once as 40 persons and once as 400: forty know less, so say less."""
    chance = np.random.default_rng(2)
    seen, gold, _ = world(chance, np.array([0.5, 0.5]), np.array([[0.9, 0.1], [0.1, 0.9]]))
    few = corrected(seen, gold, seed=1)
    counts = seen.sum(0)
    spread = np.zeros((400, 2), dtype=np.int64)
    spread[:, 0] = counts[0] // 400 + (np.arange(400) < counts[0] % 400)
    spread[:, 1] = counts[1] // 400 + (np.arange(400) < counts[1] % 400)
    many = corrected(spread, np.pad(gold, ((0, 360), (0, 0), (0, 0))), seed=1)
    assert few is not None
    assert many is not None
    assert (few.high - few.low)[0] > 1.2 * (many.high - many.low)[0]
