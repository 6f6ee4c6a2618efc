from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from trueup.estimate.practices.classes import UNSEEN, Visible, fit_classes, visible_levels
from trueup.model.evidence import Abstention

LEVELS = np.array([[0.9, 0.08, 0.02], [0.08, 0.84, 0.08], [0.02, 0.08, 0.9]])


def planted(classes: int, n: int, seed: int) -> np.ndarray:
    """Return points of units of the first, the last or all three of the levels."""
    rng = np.random.default_rng(seed)
    rows = {1: [1], 2: [0, 2], 3: [0, 1, 2]}[classes]
    own = rng.choice(rows, n)
    return np.array([[rng.choice(3, p=LEVELS[each]) for _ in range(5)] for each in own])


def test_one_class_has_the_likelihood_of_independent_shares() -> None:
    points = planted(3, 80, 1)
    by_hand = sum(
        count * np.log(count / 80)
        for item in points.T
        for count in np.bincount(item, minlength=3)
        if count
    )
    found = fit_classes(points, 1, np.random.default_rng(0))
    assert found.log_likelihood == pytest.approx(by_hand, abs=1e-6)
    assert found.bic == pytest.approx(-2 * by_hand + 10 * np.log(80), abs=1e-5)


def test_two_classes_reach_what_a_general_optimiser_reaches() -> None:
    points = planted(2, 120, 2)[:, :3]
    seen = np.stack([points == step for step in range(3)], axis=-1)

    def cost(free: np.ndarray) -> float:
        share = 1 / (1 + np.exp(-free[0]))
        logits = np.concatenate([free[1:].reshape(2, 3, 2), np.zeros((2, 3, 1))], axis=2)
        chances = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
        each = np.exp(np.einsum("njk,cjk->nc", seen, np.log(chances + 1e-12)))
        return -float(np.log(each @ np.array([share, 1 - share])).sum())

    rng = np.random.default_rng(3)
    best = min(minimize(cost, rng.normal(size=13), method="BFGS").fun for _ in range(6))
    found = fit_classes(points, 2, np.random.default_rng(4), starts=20)
    assert found.log_likelihood == pytest.approx(-best, abs=0.01)


@pytest.mark.parametrize("classes", [1, 2, 3])
def test_the_planted_number_of_classes_has_the_least_bic(classes: int) -> None:
    found = visible_levels(planted(classes, 200, 5), starts=5)
    assert isinstance(found, Visible)
    assert found.classes == classes
    assert found.says.startswith("Three levels are not visible") is (classes != 3)


def test_what_is_missing_at_random_does_not_add_a_class() -> None:
    points = planted(2, 300, 6)
    hidden = np.random.default_rng(7).random(points.shape) < 0.25
    found = visible_levels(np.where(hidden, UNSEEN, points), starts=5)
    assert isinstance(found, Visible)
    assert found.classes == 2


def test_few_units_or_few_certain_points_are_refused() -> None:
    points = planted(3, 60, 8)
    assert isinstance(visible_levels(points[:49]), Abstention)
    points[:, :3] = UNSEEN
    assert isinstance(visible_levels(points), Abstention)
