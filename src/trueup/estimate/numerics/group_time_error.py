"""Errors of group-time averages, right down to a handful of clusters.

Three things are mended in the plain ``sqrt(sum of squared influences)``. Deviations from a mean of
k clusters are too small by ``sqrt((k - 1) / k)``. A cohort of one cluster shows no deviation from
itself at all. And a sum of few squares is far from its expectation, so the quantile is Student's,
with Satterthwaite's degrees of freedom (Welch 1947; Bell and McCaffrey 2002).

Two errors are kept apart. About *these units* nothing is random but the outcome without adoption:
cohorts are centred on their own effect (Neyman 1923: never too small, too large where units of
one cohort differ in effect). About *units like these* it also matters which cohorts happened to be
how large: the influence of Callaway and Sant'Anna (2021).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.estimate.numerics.group_time import (
    Average,
    Cells,
    Design,
    Floats,
    Influence,
    Ints,
    serving,
)

FEWEST_IN_COHORT = 4
"""A cohort of fewer clusters is centred with the rest, on the average effect.

Of 2 to 5, four held its coverage best in ``benchmarks/coverage.py``: three degrees of freedom or
more for every cohort's spread, at the price of a wider interval where small cohorts differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A standard error and the degrees of freedom of Student's t that goes with it."""

    error: float
    freedom: float


def clusters_in(cluster: Ints, chosen: Floats | Ints) -> int:
    """Count the clusters with any unit chosen."""
    return int(np.unique(cluster[np.asarray(chosen, dtype=bool)]).size)


def spread_of_these(parts: Influence, adopted: Ints, cluster: Ints) -> Spread | None:
    """Return the error of one answer about the effect on the units at hand.

    Parameters
    ----------
    parts
        Influence on one answer, ``(n_units, 1)``.
    adopted, cluster
        Of each unit.

    Returns
    -------
    Spread or None
        None where fewer than two clusters are treated, or fewer than two are controls.
    """
    treated, composition = parts.treated[:, 0], parts.composition[:, 0]
    moved = (treated != 0) | (composition != 0)
    n = clusters_in(cluster, moved)
    if n < 2:
        return None
    mended, sums = np.zeros(adopted.size), []
    small = np.zeros(adopted.size, dtype=bool)
    for cohort in np.unique(adopted[moved]):
        mine = adopted == cohort
        k = clusters_in(cluster, mine)
        if k < FEWEST_IN_COHORT:
            small |= mine
            continue
        mended[mine] = treated[mine] * np.sqrt(k / (k - 1))
        sums.append((_square(mended * mine, cluster), k - 1))
    if small.any():
        mended[small] = (treated + composition)[small] * np.sqrt(n / (n - 1))
        sums.append((_square(mended * small, cluster), max(1, clusters_in(cluster, small) - 1)))
    return _with_controls(mended, sums, parts.controls[:, 0], cluster)


def spread_of_such(parts: Influence, cluster: Ints) -> Spread | None:
    """Return the error of one answer about the effect on units like these; else as above."""
    own = (parts.treated + parts.composition)[:, 0]
    n = clusters_in(cluster, own != 0)
    if n < 2:
        return None
    mended = own * np.sqrt(n / (n - 1))
    return _with_controls(
        mended, [(_square(mended, cluster), n - 1)], parts.controls[:, 0], cluster
    )


def _with_controls(
    treated: Floats, sums: list[tuple[float, int]], controls: Floats, cluster: Ints
) -> Spread | None:
    k = clusters_in(cluster, controls != 0)
    if k < 2:
        return None
    mended = controls * np.sqrt(k / (k - 1))
    shares = np.array([*sums, (_square(mended, cluster), k - 1)])
    whole, denominator = shares[:, 0].sum(), (shares[:, 0] ** 2 / shares[:, 1]).sum()
    if denominator <= 0:
        return None
    error = float(np.sqrt(_square(treated + mended, cluster)))
    return Spread(error=error, freedom=float(whole**2 / denominator))


def _square(influences: Floats, cluster: Ints) -> float:
    return float((np.bincount(cluster, weights=influences) ** 2).sum())


def path_covariance(parts: Influence, cluster: Ints, lone: Floats) -> Floats:
    """Return the covariance of many answers, about units like these.

    Parameters
    ----------
    parts
        Influence on each answer, ``(n_units, n_answers)``.
    cluster
        Of each unit.
    lone
        Borrowed spread of answers that rest on one treated cluster, `borrowed`.
    """
    own = parts.treated + parts.composition
    by_cluster = np.zeros((int(cluster.max()) + 1, own.shape[1]))
    mended = np.zeros_like(own)
    for part, chosen in ((own, own != 0), (parts.controls, parts.controls != 0)):
        here = np.zeros_like(by_cluster)
        np.maximum.at(here, cluster, chosen.astype(float))
        k = here.sum(axis=0)
        mended += part * np.sqrt(k / np.maximum(k - 1, 1.0))
    np.add.at(by_cluster, cluster, mended)
    return by_cluster.T @ by_cluster + lone.T @ lone


def borrowed(
    values: Floats,
    adopted: Ints,
    cluster: Ints,
    cells: Cells,
    average: Average,
    design: Design,
) -> Floats:
    """Return rows whose squares are the spread that a single treated cluster cannot show.

    Where an answer rests on one treated cluster, its deviation from its own mean is nought. The
    spread of the same contrast among control clusters stands in for it.

    Returns
    -------
    Floats
        ``(n_rows, n_answers)``; empty where every answer has two treated clusters.
    """
    known = average.place >= 0
    kinds = np.array([clusters_in(cluster, adopted == cohort) for cohort in cells.cohorts])
    behind = np.zeros(average.total.size)
    np.add.at(behind, average.place[known], np.broadcast_to(kinds[:, None], known.shape)[known])
    rows = [np.zeros((0, average.total.size))]
    for row, (cohort, base) in enumerate(zip(cells.cohorts, cells.bases, strict=True)):
        periods = np.flatnonzero(known[row] & (behind[average.place[row]] == 1))
        if not periods.size:
            continue
        serves = serving(design, adopted, int(cohort), int(base), values.shape[1])[:, periods]
        steady = np.flatnonzero(serves.all(axis=1))
        change = values[np.ix_(steady, periods)] - values[steady, base][:, None]
        groups = np.unique(cluster[steady])
        if groups.size < 2:
            continue
        means = np.array([_mean(change[cluster[steady] == group]) for group in groups])
        away = np.nan_to_num(means - _mean(means)) / np.sqrt(groups.size - 1)
        spread = np.zeros((groups.size, average.total.size))
        spread[:, average.place[row, periods]] = away
        rows.append(spread)
    return np.concatenate(rows)


def _mean(rows: Floats) -> Floats:
    """Return the mean over rows of what was seen; NaN where nothing was."""
    seen = np.isfinite(rows)
    n = seen.sum(axis=0)
    means: Floats = np.where(seen, rows, 0.0).sum(axis=0) / np.where(n > 0, n, np.nan)
    return means
