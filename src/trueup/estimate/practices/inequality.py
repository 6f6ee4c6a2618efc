"""How unequal an outcome is: between units, between levels of practice and within them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.model.evidence import Abstention, Interval

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST = 10
"""Of fewer units nothing is said of how unequal they are."""
DRAWS = 999
UNSEEN = 0
"""Level of a unit whose level is not certain: it counts among all, and in no level."""
_METHOD = "bootstrap of units, percentiles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How unequal some units are.

    Parameters
    ----------
    of
        ``all``, ``between levels``, or ``level`` and its number.
    n
        Units.
    gini
        0 where all are equal, towards 1 where one has everything.
    gini_interval, ratio_interval
        At 95 %.
    ratio
        The 90th percentile over the 10th; None where the latter is nought.
    """

    of: str
    n: int
    gini: float
    gini_interval: Interval
    ratio: float | None
    ratio_interval: Interval | None


def inequality(
    outcome: Floats, level: Ints, *, draws: int = DRAWS, seed: int = 1
) -> tuple[Spread | Abstention, ...]:
    """Return the spread of all units, between levels, and within each level.

    Parameters
    ----------
    outcome
        Nought or more, one a unit, e.g. surviving output a developer-week; ``(units,)``.
    level
        Level of each unit, or `UNSEEN`; ``(units,)``.
    """
    certain = level != UNSEEN
    return (
        _spread("all", outcome, draws, seed),
        _between(outcome[certain], level[certain], draws, seed),
        *(
            _spread(f"level {each}", outcome[level == each], draws, seed)
            for each in np.unique(level[certain])
        ),
    )


def gini(values: Floats) -> float:
    """Return the Gini coefficient: mean absolute difference over twice the mean.

    Gini (1912); computed by ranks. Nought where all values are nought.
    """
    ranked = np.sort(values)
    n, total = ranked.size, float(ranked.sum())
    if total == 0:
        return 0.0
    return float(2 * (np.arange(1, n + 1) @ ranked) / (n * total) - (n + 1) / n)


def ratio_of_tenths(values: Floats) -> float | None:
    """Return the 90th percentile over the 10th; None where the latter is nought."""
    low, high = np.quantile(values, [0.1, 0.9])
    return float(high / low) if low > 0 else None


def level_means(outcome: Floats, level: Ints) -> Floats:
    """Return the outcome with each unit's replaced by the mean of its level."""
    _, codes = np.unique(level, return_inverse=True)
    return np.asarray((np.bincount(codes, outcome) / np.bincount(codes))[codes])


def _between(outcome: Floats, level: Ints, draws: int, seed: int) -> Spread | Abstention:
    if outcome.size < FEWEST or np.unique(level).size < 2:
        return _few("between levels", outcome.size)
    return _resampled(
        "between levels",
        outcome.size,
        lambda rows: level_means(outcome[rows], level[rows]),
        draws,
        seed,
    )


def _spread(of: str, values: Floats, draws: int, seed: int) -> Spread | Abstention:
    if values.size < FEWEST:
        return _few(of, values.size)
    return _resampled(of, values.size, lambda rows: values[rows], draws, seed)


def _resampled(of: str, n: int, take: Callable[[Ints], Floats], draws: int, seed: int) -> Spread:
    rng = np.random.default_rng(seed)
    whole = take(np.arange(n))
    drawn = [take(rng.integers(0, n, n)) for _ in range(draws)]
    ginis = np.array([gini(each) for each in drawn])
    ratios = [ratio_of_tenths(each) for each in drawn]
    ratio = ratio_of_tenths(whole)
    known = np.array([np.inf if each is None else each for each in ratios])
    bounds = np.quantile(known, [0.025, 0.975], method="nearest")
    sound = ratio is not None and bool(np.isfinite(bounds).all())
    return Spread(
        of=of,
        n=n,
        gini=gini(whole),
        gini_interval=_interval(np.quantile(ginis, [0.025, 0.975])),
        ratio=ratio if sound else None,
        ratio_interval=_interval(bounds) if sound else None,
    )


def _interval(bounds: Floats) -> Interval:
    return Interval(low=float(bounds[0]), high=float(bounds[1]), method=_METHOD)


def _few(of: str, n: int) -> Abstention:
    return Abstention(
        metric=f"inequality of {of}",
        reason=f"{n} repositories or teams, or one level only, are too few",
        remedy=f"Measure {FEWEST} or more in each of two levels",
        n=n,
        n_of="repositories and teams",
    )
