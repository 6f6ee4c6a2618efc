"""Critical values for looking again and again at estimates that accumulate."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from trueup.estimate.estimator import need
from trueup.estimate.panel import Floats

HIGHEST = 5.0
"""No critical value is above this; what that adds to the error is below 1e-6 a look."""
_NODES = 401


def spent_late(share: float, alpha: float) -> float:
    """Return how much of `alpha` may be spent by this share of the time: its fourth power.

    Little early, so that the last look costs little: over 52 even looks its critical value is
    2.12, against 2.16 for spending like O'Brien and Fleming, 2.58 like Pocock, and 3.04 for a
    bound that holds for ever. Kim and DeMets (1987), Biometrika 74(1), the power family.
    """
    return float(alpha * min(max(share, 0.0), 1.0) ** 4)


@lru_cache(maxsize=256)
def critical_values(
    shares: tuple[float, ...],
    information: tuple[float, ...],
    alpha: float,
    spend: Callable[[float, float], float] = spent_late,
) -> tuple[float, ...]:
    """Return the critical value of each look, so that all of them together err at `alpha`.

    Estimates are taken to accumulate: two of them correlate as the square root of the ratio of
    their information. Then ``estimate_k +- value_k * error_k`` holds the truth at every look
    together with chance ``1 - alpha``, whatever was decided at earlier ones.

    Parameters
    ----------
    shares
        Part of the planned time gone at each look, ascending, in ``(0, 1]``.
    information
        At each look, in any unit, not falling. Equal to the last: the same data seen again.
    alpha
        Two-sided, over all looks.
    spend
        How much of `alpha` may be spent by a share of the time.

    Notes
    -----
    Density of the estimates that stayed inside, carried from look to look by numerical
    integration: Armitage, McPherson and Rowe (1969), JRSS A 132(2). Repeated confidence
    intervals: Jennison and Turnbull (1989), JRSS B 51(3).
    """
    special, total = need("scipy.special"), information[-1]
    spent, values = 0.0, list[float]()
    nodes, density, last = np.zeros(1), np.ones(1), 0.0
    for share, amount in zip(shares, information, strict=True):
        now = amount / total
        if now <= last and values:
            values.append(values[-1])
            continue
        step = math.sqrt(now - last)
        allowed = spend(share, alpha) - spent
        bound = _bound(nodes, density, step, allowed, (special, math.sqrt(now)))
        spent += _outside(nodes, density, step, bound, special)
        values.append(bound / math.sqrt(now))
        nodes, density = _carried(nodes, density, step, bound)
        last = now
    return tuple(values)


def _bound(
    nodes: Floats, density: Floats, step: float, allowed: float, scale: tuple[Any, float]
) -> float:
    """Return the bound beyond which just `allowed` of the chance lies."""
    special, root = scale
    low, high = 0.0, HIGHEST * root
    if _outside(nodes, density, step, high, special) >= allowed:
        return high
    for _ in range(50):
        middle = (low + high) / 2
        if _outside(nodes, density, step, middle, special) > allowed:
            low = middle
        else:
            high = middle
    return high


def _outside(nodes: Floats, density: Floats, step: float, bound: float, special: Any) -> float:
    """Return the chance of having stayed inside until now and leaving at this look."""
    above = special.ndtr((nodes - bound) / step)
    below = special.ndtr((-nodes - bound) / step)
    return float(density @ (above + below))


def _carried(nodes: Floats, density: Floats, step: float, bound: float) -> tuple[Floats, Floats]:
    """Return nodes within the bound and the chance at each (density times Simpson's weight)."""
    inside = np.linspace(-bound, bound, _NODES)
    apart = (inside[:, None] - nodes[None, :]) / step
    height = np.exp(-0.5 * apart**2) @ density / (step * math.sqrt(2 * math.pi))
    weights = np.full(_NODES, 2.0)
    weights[1::2] = 4.0
    weights[[0, -1]] = 1.0
    return inside, height * weights * (inside[1] - inside[0]) / 3
