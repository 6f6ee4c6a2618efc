"""How a forecast would have done: from earlier days, each time with what was known then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.estimate.budget.paths import FEWEST_DAYS, fit, futures
from trueup.estimate.budget.spend import Floats

NOMINAL = 0.90
LEAST, MOST = 0.85, 0.95
"""Coverage of a nominal 90 % interval between which a forecast is printed."""
SPANS = (7, 14, 21, 28)
"""Days over which the sum of spend is forecast, beside each day of the week to come."""
EVERY = 7
REFIT = 4
MOST_ORIGINS = 40
FEWEST_ORIGINS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of earlier forecasts.

    Parameters
    ----------
    coverage
        Share of days and of sums of spend that lay in their 90 % interval.
    n
        Days and sums, of `n_origins` days from which it was forecast; those of one origin are not
        independent.
    """

    coverage: float
    n: int
    n_origins: int

    @property
    def is_proved(self) -> bool:
        """Whether the coverage is near enough to what is promised, over enough origins."""
        return self.n_origins >= FEWEST_ORIGINS and LEAST <= self.coverage <= MOST


def on_trial(amounts: Floats, *, seed: int) -> Trial:
    """Forecast from every week since there were eight, and compare with what came.

    Parameters are fitted anew every fourth week, and always to earlier days alone.
    """
    last = amounts.size - SPANS[0]
    origins = list(range(FEWEST_DAYS, last + 1, EVERY))[-MOST_ORIGINS:]
    inside: list[bool] = []
    fitted = None
    for place, origin in enumerate(origins):
        if fitted is None or place % REFIT == 0:
            fitted = fit(amounts[:origin])
        ahead = futures(fitted, amounts[:origin], SPANS[-1], seed=seed + place, draws=10)
        inside += _held(ahead, amounts[origin:])
    coverage = float(np.mean(inside)) if inside else 0.0
    return Trial(coverage=coverage, n=len(inside), n_origins=len(origins))


def _held(ahead: Floats, came: Floats) -> list[bool]:
    """Say of each day and span whether it lay in its interval; those not over or known are left."""
    tried = [(day, day + 1) for day in range(EVERY)] + [(0, span) for span in SPANS]
    found = []
    for start, end in tried:
        if came.size < end or not np.isfinite(came[start:end]).all():
            continue
        sums = ahead[:, start:end].sum(axis=1)
        low, high = np.quantile(sums, [(1 - NOMINAL) / 2, (1 + NOMINAL) / 2])
        found.append(bool(low <= came[start:end].sum() <= high))
    return found
