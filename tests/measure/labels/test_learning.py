"""The classifier of sessions: an outside optimum, honest labels of what it was taught with."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from trueup.measure.labels.learning.features import features
from trueup.measure.labels.learning.learned import Learned, learn
from trueup.measure.labels.learning.logistic import fit

Floats = NDArray[np.float64]
NAMES = ("a", "b", "c")
WORDS = {
    "a": ("make it", "do all of it", "add the page", "write the whole"),
    "b": ("why is it", "how does that", "what happens if", "explain the"),
    "c": ("still fails", "fix this error", "traceback again", "it broke"),
}
THINGS = ("till", "basket", "stock", "mail", "queue", "report", "login", "search", "cache", "index")


def session(chance: np.random.Generator, label: str) -> tuple[str, ...]:
    """Prompts of a label, three of four of them in its words and one in those of any."""
    prompts = []
    for _ in range(int(chance.integers(2, 6))):
        own = label if chance.random() < 0.75 else str(chance.choice(NAMES))
        prompts.append(f"{chance.choice(WORDS[own])} {chance.choice(THINGS)}")
    return tuple(prompts)


def taught(size: int, seed: int = 4) -> tuple[Learned, dict[str, str], np.random.Generator]:
    chance = np.random.default_rng(seed)
    truth = {f"s{number}": NAMES[int(chance.integers(3))] for number in range(size)}
    known = {one: features(session(chance, label), (0, 0)) for one, label in truth.items()}
    return learn(known, truth), truth, chance


def test_weights_are_those_a_general_solver_finds() -> None:
    chance = np.random.default_rng(1)
    rows, truth, penalty = chance.normal(size=(60, 20)) / 4, chance.integers(0, 3, 60), 0.01

    def loss(flat: Floats) -> float:
        weights, bias = flat[:60].reshape(20, 3), flat[60:]
        logits = rows @ weights + bias
        logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
        return float(-logs[np.arange(60), truth].mean() + penalty / 2 * (weights**2).sum())

    theirs = minimize(loss, np.zeros(63), method="BFGS", options={"gtol": 1e-8}).x
    ours = fit(rows, truth, 3, penalty=penalty)
    assert ours.weights.ravel() == pytest.approx(theirs[:60], abs=1e-4)
    assert ours.bias - ours.bias.mean() == pytest.approx(theirs[60:] - theirs[60:].mean(), abs=1e-4)


def test_what_it_says_of_what_it_was_taught_with_is_as_good_as_of_what_it_never_saw() -> None:
    learned, truth, chance = taught(180)
    held_out = np.mean([learned.held_out[one] == label for one, label in truth.items()])
    drawn = [NAMES[int(chance.integers(3))] for _ in range(300)]
    unseen = np.mean([learned.label(session(chance, one), (0, 0)) == one for one in drawn])
    assert held_out > 0.8
    assert held_out == pytest.approx(unseen, abs=0.07)


def test_labels_that_mean_nothing_are_not_learned_by_heart() -> None:
    """Labels drawn by lot: a classifier that had seen its own test would be right nearly always."""
    chance = np.random.default_rng(8)
    known = {f"s{n}": features(session(chance, "a"), (n % 7,)) for n in range(150)}
    truth = {one: NAMES[int(chance.integers(3))] for one in known}
    learned = learn(known, truth)
    right = np.mean([learned.held_out[one] == label for one, label in truth.items()])
    assert right < 0.45
    assert learned.held_out.keys() == truth.keys()


def test_counts_alone_can_tell_sessions_apart() -> None:
    chance = np.random.default_rng(3)
    truth = {f"s{n}": NAMES[n % 2] for n in range(60)}
    known = {
        one: features(session(chance, "a"), (0, 40 if label == "a" else 2))
        for one, label in truth.items()
    }
    learned = learn(known, truth)
    assert np.mean([learned.held_out[one] == label for one, label in truth.items()]) > 0.9


def test_features_are_the_same_in_any_process_and_of_any_session_as_many() -> None:
    """Hashes of strings differ between processes of Python unless it is told otherwise."""
    told = (
        "from trueup.measure.labels.learning.features import features;"
        "x = features(('Why? \u00e9t\u00e9', 'fix ```it```'), (1, 2));"
        "print(x.size, round(x @ range(x.size), 6))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", told],
            env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert features(("a",), (0, 0)).size == features(("b c", "", "d" * 99), (5, 1)).size
    assert np.isfinite(features(("",), (0, 0))).all()
