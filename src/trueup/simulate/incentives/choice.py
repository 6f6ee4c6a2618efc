"""What one worker does with a gain: how much of it is turned into output, and how much into rest.

A gain `g` lets the same effort yield ``1 + g`` of the output asked for. The worker shows the share
`a` of it, at effort ``(1 + a g) / (1 + g)`` of what was usual. All rewards and costs are in wages
per unit of output or of effort. Every function takes numbers or arrays that broadcast.

References
----------
The choice of the essay (https://blog.tjll.net, 18 June 2025) made explicit. Effort costs
``v e**2 / 2`` (`shown_share`) or ``v e`` (`shows_all`); `v` is the marginal cost of effort at usual
effort in both.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = float | Floats
HOURS_PER_WEEK = 40.0


def effort(share: Numbers, gain: Numbers) -> Floats:
    """Return the effort of showing a share of the gain, as a share of what was usual."""
    return np.asarray((1 + share * gain) / (1 + gain), float)


def worth_to_worker(share: Numbers, gain: Numbers, effort_cost: Numbers, reward: Numbers) -> Floats:
    """Return what showing a share of the gain is worth, in wages, where effort costs its square."""
    shown = np.asarray(share * gain, float)
    return 1 + reward * shown - np.asarray(effort_cost, float) / 2 * effort(share, gain) ** 2


def shown_share(gain: Numbers, effort_cost: Numbers, reward: Numbers) -> Floats:
    """Return the share of the gain that is best shown, 0..1, where effort costs its square.

    Parameters
    ----------
    gain
        Extra output at the same effort; above 0.
    effort_cost
        Of a little more effort at usual effort; 0 or more.
    reward
        Of a unit of extra output: what is passed to pay, and all else it brings.
    """
    asked = np.asarray(reward * (1 + np.asarray(gain, float)) ** 2, float)
    # above (1 + gain) all is shown, so the division needs to be right only below that
    least = np.maximum(np.asarray(effort_cost, float), 1e-300)
    return np.asarray(np.clip((np.minimum(asked / least, 1e9) - 1) / gain, 0, 1), float)


def reward_to_start(gain: Numbers, effort_cost: Numbers) -> Floats:
    """Return the reward up to which nothing is shown, where effort costs its square."""
    return np.asarray(effort_cost / (1 + np.asarray(gain, float)) ** 2, float)


def reward_for_all(gain: Numbers, effort_cost: Numbers) -> Floats:
    """Return the reward from which all is shown; the same for both forms of the cost of effort."""
    return np.asarray(effort_cost / (1 + np.asarray(gain, float)), float)


def break_even_pass_through(gain: Numbers) -> Floats:
    """Return the share of extra output that must reach pay for showing it to be as good as rest.

    The essay's case: effort costs what it is paid, nothing else rewards output, nobody is found
    out. It is ``1 / (1 + g)``: 0.77 at a gain of 30 %, 0.67 at 50 %.
    """
    return reward_for_all(gain, 1.0)


def freed_hours(gain: Numbers, share: Numbers = 0.0) -> Floats:
    """Return the hours a week a gain frees for whoever shows a share of it."""
    return HOURS_PER_WEEK * (1 - effort(share, gain))
