"""Many workers who differ in what effort costs them: how much of the gain they show together.

The cost of effort is spread as ``top * Beta(4, 4)``: around half of `top`, never above it. The
answers are exact; `play` plays the same workers one by one and is what they are checked against.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from trueup.simulate.incentives.choice import Floats, Numbers, shown_share

Form = Literal["linear", "square"]
WORKERS = 22_000


def beneath(cost: Numbers, top: Numbers) -> Floats:
    """Return the share of workers to whom effort costs at most this much."""
    x = np.clip(np.asarray(cost, float) / top, 0, 1)
    return np.asarray(x**4 * (35 - 84 * x + 70 * x**2 - 20 * x**3), float)


def captured(gain: Numbers, reward: Numbers, top: Numbers, form: Form = "linear") -> Floats:
    """Return the share of the gain that all workers show together; exact.

    Notes
    -----
    Linear: a worker shows all or nothing, all where ``v <= reward (1 + g)``. Square: `shown_share`
    integrated over the Beta(4, 4) density.
    """
    gains = np.asarray(gain, float)
    rewards = np.maximum(np.asarray(reward, float), 0.0)
    all_below = rewards * (1 + gains)
    shown_by_all = beneath(all_below, top)
    if form == "linear":
        return shown_by_all
    some_below = all_below * (1 + gains)
    inverse = _inverse_beneath(some_below, top) - _inverse_beneath(all_below, top)
    some = (some_below * inverse - (beneath(some_below, top) - shown_by_all)) / gains
    return np.asarray(shown_by_all + some, float)


def worth_to_workers(gain: Numbers, reward: Numbers, top: Numbers, form: Form = "linear") -> Floats:
    """Return what showing the gain is worth to all workers above resting, in wages each; exact.

    Its slope in the reward is ``gain * captured``, as it must be where everybody chooses best.
    """
    gains = np.asarray(gain, float)
    rewards = np.maximum(np.asarray(reward, float), 0.0)
    all_below = rewards * (1 + gains)
    shown_by_all, cost = beneath(all_below, top), _cost_beneath(all_below, top)
    if form == "linear":
        return np.asarray(gains * (rewards * shown_by_all - cost / (1 + gains)), float)
    some_below = all_below * (1 + gains)
    by_all = rewards * gains * shown_by_all - cost / 2 * (1 - (1 + gains) ** -2.0)
    inverse = _inverse_beneath(some_below, top) - _inverse_beneath(all_below, top)
    costs = _cost_beneath(some_below, top) - cost
    people = beneath(some_below, top) - shown_by_all
    by_some = all_below**2 / 2 * inverse - rewards * people + costs / 2 * (1 + gains) ** -2.0
    return np.asarray(by_all + by_some, float)


def captured_later(
    gain: Numbers, reward: Numbers, top: Numbers, *, follows: Numbers, periods: int
) -> Floats:
    """Return the share captured after periods in which what is asked follows what others show.

    What is asked of everyone moves by the share `follows` of the way to the mean output each
    period, and falls to nobody: whoever shows nothing of their own does what is asked. Linear
    cost. The gap to the full gain then shrinks by ``1 - follows * share who show all``.
    """
    willing = captured(gain, reward, top)
    asked = 1 - (1 - np.asarray(follows, float) * willing) ** periods
    return np.asarray(willing + (1 - willing) * asked, float)


def play(
    gain: float,
    reward: float,
    top: float,
    rng: np.random.Generator,
    *,
    form: Form = "linear",
    follows: float = 0.0,
    periods: int = 0,
    workers: int = WORKERS,
) -> Floats:
    """Play workers one by one; return the share of the gain they show, period by period.

    Returns
    -------
    Shape ``(periods + 1,)``: first as it is, then with what is asked following.
    """
    costs = top * rng.beta(4, 4, workers)
    if form == "linear":
        shown = (costs <= reward * (1 + gain)).astype(float)
    else:
        shown = shown_share(gain, costs, reward)
    own, asked = 1 + gain * shown, 1.0
    shares = np.empty(periods + 1)
    for period in range(periods + 1):
        mean = float(np.maximum(own, asked).mean())
        shares[period] = (mean - 1) / gain
        asked += follows * (mean - asked)
    return shares


def _inverse_beneath(cost: Floats, top: Numbers) -> Floats:
    """Return the mean of ``1 / cost`` over workers beneath a cost, the others counted as 0."""
    x = np.clip(cost / top, 0, 1)
    below = 140 * (x**3 / 3 - 3 * x**4 / 4 + 3 * x**5 / 5 - x**6 / 6)
    return np.asarray(below / top, float)


def _cost_beneath(cost: Floats, top: Numbers) -> Floats:
    """Return the mean cost of workers beneath a cost, the others counted as 0."""
    x = np.clip(cost / top, 0, 1)
    return np.asarray(top * 140 * (x**5 / 5 - x**6 / 2 + 3 * x**7 / 7 - x**8 / 8), float)
