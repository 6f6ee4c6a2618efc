"""Many workers: exact shares against workers played one by one, and against quadrature."""

from __future__ import annotations

import numpy as np
import pytest

from trueup.simulate.incentives.choice import shown_share, worth_to_worker
from trueup.simulate.incentives.workforce import (
    WORKERS,
    Form,
    beneath,
    captured,
    captured_later,
    play,
    worth_to_workers,
)

GAIN, BESIDE, TOP = 0.3, 0.1, 1.2


@pytest.mark.parametrize(
    ("passed", "said"), [(0.0, 0.004), (0.05, 0.017), (0.2, 0.162), (0.4, 0.592)]
)
def test_twenty_two_thousand_workers_show_the_share_that_is_exact(
    passed: float, said: float
) -> None:
    exact = float(captured(GAIN, passed + BESIDE, TOP))
    error = np.sqrt(exact * (1 - exact) / WORKERS)
    assert abs(said - exact) <= 3 * error + 5e-4
    for seed in range(20):
        (share,) = play(GAIN, passed + BESIDE, TOP, np.random.default_rng(seed))
        assert abs(share - exact) <= 3 * error


@pytest.mark.parametrize("passed", [0.0, 0.2, 0.6])
def test_where_effort_costs_its_square_the_share_is_exact_too(passed: float) -> None:
    exact = float(captured(GAIN, passed + BESIDE, TOP, "square"))
    rng = np.random.default_rng(5)
    shares = [play(GAIN, passed + BESIDE, TOP, rng, form="square")[0] for _ in range(20)]
    error = np.std(shares, ddof=1) / np.sqrt(20)
    assert abs(np.mean(shares) - exact) <= 4 * error


def quadrature(reward: float, form: Form) -> tuple[float, float]:
    """Return the share shown and its worth to workers by summing over the spread of costs."""
    at = (np.arange(200_000) + 0.5) / 200_000
    weights = 140 * at**3 * (1 - at) ** 3 / at.size
    costs = TOP * at
    if form == "square":
        share = shown_share(GAIN, costs, reward)
        worth = worth_to_worker(share, GAIN, costs, reward) - worth_to_worker(
            0.0, GAIN, costs, reward
        )
    else:
        worth = np.maximum(0.0, reward * GAIN - costs * GAIN / (1 + GAIN))
        share = (worth > 0).astype(float)
    return float(weights @ share), float(weights @ worth)


@pytest.mark.parametrize("form", ["linear", "square"])
@pytest.mark.parametrize("reward", [0.1, 0.3, 0.6, 0.9, 1.5])
def test_exact_answers_are_those_of_quadrature(reward: float, form: Form) -> None:
    share, worth = quadrature(reward, form)
    assert float(captured(GAIN, reward, TOP, form)) == pytest.approx(share, abs=2e-5)
    assert float(worth_to_workers(GAIN, reward, TOP, form)) == pytest.approx(worth, abs=2e-5)


@pytest.mark.parametrize("form", ["linear", "square"])
def test_what_it_is_worth_rises_with_the_reward_by_what_is_shown(form: Form) -> None:
    rewards = np.linspace(0.05, 1.4, 30)
    up, down = (worth_to_workers(GAIN, rewards + step, TOP, form) for step in (1e-5, -1e-5))
    assert (up - down) / 2e-5 == pytest.approx(GAIN * captured(GAIN, rewards, TOP, form), abs=1e-6)


def test_the_spread_of_costs_is_a_distribution() -> None:
    assert beneath(np.array([-1.0, 0.0, 0.6, 1.2, 9.0]), TOP) == pytest.approx([0, 0, 0.5, 1, 1])


@pytest.mark.parametrize("form", ["linear", "square"])
def test_corners_and_signs_of_the_whole(form: Form) -> None:
    rewards = np.linspace(-0.5, 2, 200)
    shares = captured(GAIN, rewards, TOP, form)
    assert (np.diff(shares) >= -1e-12).all()
    assert shares[0] == 0
    assert shares[-1] == pytest.approx(1)
    costs = captured(GAIN, 0.3, np.linspace(0.3, 3, 50), form)
    gains = captured(np.linspace(0.01, 3, 50), 0.3, TOP, form)
    assert (np.diff(costs) <= 1e-12).all()
    assert (np.diff(gains) >= -1e-12).all()


def test_what_is_asked_follows_and_takes_years_to_get_there() -> None:
    """Agents against ``1 - (1 - p)(1 - kappa p) ** t``.

    Each quarter 15 % of the way to the mean, of whom 1.6 % show all: the gap to the full gain
    shrinks by 0.24 % a quarter, so that after ten years 11 % is captured: 1 - .984 * .9976**40.
    """
    exact = [
        float(captured_later(GAIN, 0.15, TOP, follows=0.15, periods=quarters))
        for quarters in range(41)
    ]
    assert exact[40] == pytest.approx(1 - 0.98388 * (1 - 0.15 * 0.01612) ** 40, rel=1e-3)
    paths = [
        play(GAIN, 0.15, TOP, np.random.default_rng(seed), follows=0.15, periods=40)
        for seed in range(20)
    ]
    error = np.std(paths, axis=0, ddof=1) / np.sqrt(20)
    assert (np.abs(np.mean(paths, axis=0) - exact) <= 4 * error).all()


@pytest.mark.parametrize("form", ["linear", "square"])
def test_what_is_asked_comes_to_rest_where_it_is_the_mean(form: Form) -> None:
    path = play(
        0.3, 0.3, TOP, np.random.default_rng(1), form=form, follows=0.5, periods=4_000, workers=500
    )
    assert path[-1] - path[-2] == pytest.approx(0, abs=1e-9)
    assert path[-1] == pytest.approx(1, abs=1e-3)  # the mean of those asked as much as the best
