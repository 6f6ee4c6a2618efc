"""What inference says of one coefficient, and how an interval is found from a test."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from trueup.estimate.inference.rule import Recipe
from trueup.model.effect import SpeaksOf

HALVINGS = 16
DOUBLINGS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A coefficient with its interval, on the scale of the regression.

    Parameters
    ----------
    coefficient
        The point.
    low, high
        Ends of the interval; infinite where the test refutes nothing on that side.
    level
        Of the interval.
    recipe, method
        Which rule chose it; its name as a reader is told.
    error
        Standard error, None where the method has none.
    p_value, least_p
        Of nought, two-sided; the smallest the design could have given, None without a floor.
    n_clusters, n_treated
        Clusters, and clusters in which the regressor varies.
    speaks_of
        Whom the interval is about.
    seed
        Of resampling; None where nothing was drawn.
    """

    coefficient: float
    low: float
    high: float
    level: float
    recipe: Recipe
    method: str
    error: float | None
    p_value: float
    least_p: float | None
    n_clusters: int
    n_treated: int
    speaks_of: SpeaksOf
    seed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a regression has no answer, and what would change that; one sentence each."""

    reason: str
    remedy: str


def not_refuted(
    p_of: Callable[[float], float], start: float, step: float, level: float
) -> tuple[float, float] | None:
    """Find between which values a test's p stays above ``1 - level``, outward from an estimate.

    Parameters
    ----------
    p_of
        Two-sided p of a value.
    start
        The estimate, whose own p should be near one.
    step
        About a standard error; each end is found to less than a ten-thousandth of its distance.

    Returns
    -------
    tuple or None
        The ends, infinite where no value within ``2 ** 12`` steps is refuted; None where the
        estimate itself is refuted, so that the test and the estimate speak of different things.
    """
    if p_of(start) <= 1 - level:
        return None
    return _end(p_of, start, -step, level), _end(p_of, start, step, level)


def _end(p_of: Callable[[float], float], start: float, step: float, level: float) -> float:
    inside, reach = start, step
    for _ in range(DOUBLINGS):
        outside = start + reach
        if p_of(outside) <= 1 - level:
            break
        inside, reach = outside, 2 * reach
    else:
        return math.copysign(math.inf, step)
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        if p_of(middle) > 1 - level:
            inside = middle
        else:
            outside = middle
    return outside
