"""What an employer best passes to pay, when workers answer as `choice` has it."""

from __future__ import annotations

import numpy as np

from trueup.simulate.incentives.choice import (
    Floats,
    Numbers,
    reward_for_all,
    reward_to_start,
    shown_share,
)
from trueup.simulate.incentives.motives import Motives


def profit(
    pass_through: Numbers, *, gain: float, effort_cost: float, motives: Motives, worth: float
) -> Floats:
    """Return what an employer keeps of the gain, in wages, where effort costs its square.

    Parameters
    ----------
    worth
        Of a unit of output, in wages.
    """
    shown = shown_share(gain, effort_cost, motives.reward(pass_through))
    return gain * shown * (worth - np.asarray(pass_through, float))


def best_pass_through(*, gain: float, effort_cost: float, motives: Motives, worth: float) -> float:
    """Return the least pass-through at which the employer keeps most; exact.

    Notes
    -----
    Between where work starts and where all is shown the profit is the greater of two parabolas,
    with offers from outside and without; so the best is where work starts, where all is shown, or
    the vertex of one of the two. Without offers it is ``min(full, max(start,
    (worth - k + v / (1 + g)**2) / 2))``, and 0 where that is below 0 or nothing is worth paying.
    """
    start = reward_to_start(gain, effort_cost)
    full = reward_for_all(gain, effort_cost)
    seen = float(np.asarray(motives.offers.visible))
    outside = seen * motives.offers.pass_through - motives.offers.friction
    lines = [(motives.steady, 1.0), (motives.steady + outside, 1 - seen)]
    vertices = [
        (worth + (float(start) - float(np.asarray(level))) / slope) / 2
        for level, slope in lines
        if slope > 0
    ]
    ends = [float(motives.pass_through_for(reward)) for reward in (start, full)]
    tried = np.array(sorted({0.0, *ends, *(max(0.0, one) for one in vertices)}))
    kept = profit(tried, gain=gain, effort_cost=effort_cost, motives=motives, worth=worth)
    return float(tried[np.flatnonzero(kept >= kept.max() - 1e-12)[0]])
