"""Errors of group-time averages, right down to a handful of clusters.

Three things are mended in the plain ``sqrt(sum of squared influences)``. Deviations from a mean of
few clusters are too small, most of all those of a cluster that makes up much of the mean: who
adopts first has most treated periods. A cohort of one cluster shows no deviation from itself at
all. And a sum of few squares is far from its expectation, the further the fewer of them weigh, so
the quantile is Student's. Deviations and degrees of freedom are mended as in Bell and McCaffrey
(2002), Survey Methodology 28, whose working model, clusters that differ alike, serves here within
the adopters and within the controls; the two are added up by Welch (1947), Biometrika 34.

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

Of 2 to 5, all hold their coverage in ``benchmarks/coverage.py``. With two or three, cohorts of two
are judged by one degree of freedom each, and the interval is up to half as wide again; with five,
a lone adopter beside a cohort of four makes it a quarter wider."""


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
    treated, share = parts.treated[:, 0], parts.share[:, 0]
    if not _has_both(parts, cluster):
        return None
    pieces, small = [_controls(parts, cluster)], np.zeros(adopted.size, dtype=bool)
    for cohort in np.unique(adopted[share > 0]):
        mine = (adopted == cohort) & (share > 0)
        if clusters_in(cluster, mine) < FEWEST_IN_COHORT:
            small |= mine
        else:
            pieces.append(_mended(treated * mine, share * mine, share * mine, cluster))
    if small.any():
        own = treated + parts.composition[:, 0]
        pieces.append(_mended(own * small, share * small, share, cluster))
    return _joined(pieces)


def spread_of_such(parts: Influence, cluster: Ints) -> Spread | None:
    """Return the error of one answer about the effect on units like these; else as above."""
    if not _has_both(parts, cluster):
        return None
    own, share = (parts.treated + parts.composition)[:, 0], parts.share[:, 0]
    return _joined([_controls(parts, cluster), _mended(own, share, share, cluster)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Mended:
    """Mended deviations, ``(n_clusters,)``, and the degrees of freedom of their squares' sum."""

    deviations: Floats
    freedom: float


def _has_both(parts: Influence, cluster: Ints) -> bool:
    """Say whether two clusters or more are treated, and two or more are controls."""
    return min(clusters_in(cluster, part[:, 0]) for part in (parts.share, parts.served)) >= 2


def _controls(parts: Influence, cluster: Ints) -> _Mended:
    served = parts.served[:, 0]
    return _mended(parts.controls[:, 0], served, served, cluster)


def _mended(own: Floats, mine: Floats, about: Floats, cluster: Ints) -> _Mended:
    """Make up for what deviations from an average fall short of what they deviate by.

    Where clusters differ alike, with variance v, the deviation ``s (x - sum of s x)`` of one of
    share s has variance ``s^2 v (1 - 2 s + sum of s^2)``: what that falls short of ``s^2 v`` is
    divided out.

    Parameters
    ----------
    own
        Deviations, nought for units that are not asked about, ``(n_units,)``.
    mine, about
        Shares of the units asked about, and of those of the average deviated from.
    """
    share = np.bincount(cluster, weights=about / about.sum()).astype(np.float64)
    asked = np.bincount(cluster, weights=mine / about.sum()).astype(np.float64)
    even = float(share @ share)
    room = 1 - 2 * share + even
    return _Mended(
        deviations=np.bincount(cluster, weights=own) / np.sqrt(room),
        freedom=freedom_of(asked, share),
    )


def freedom_of(mine: Floats, share: Floats) -> float:
    """Return the degrees of freedom of mended squares of deviations from an average.

    Twice the squared mean of their sum over its variance, for clusters that differ alike and
    normally: Bell and McCaffrey (2002).

    Parameters
    ----------
    mine
        What the clusters asked about weigh in the average, ``(n_clusters,)``.
    share
        What all weigh; adds up to one, of two clusters or more.

    >>> round(freedom_of(np.full(5, 0.2), np.full(5, 0.2)), 9)
    4.0
    """
    even = float(share @ share)
    room = 1 - 2 * share + even
    form = mine**2 / room
    whole, once, twice = form.sum(), form @ share, form @ share**2
    between = even**2 * whole**2 + 2 * whole * twice - 4 * even * whole * once + 2 * once**2
    within = form**2 @ (room**2 - (even - 2 * share) ** 2)
    return float((form @ room) ** 2 / (between + within))


def _joined(pieces: list[_Mended]) -> Spread | None:
    """Add up by Welch what varies independently; None where nothing varies."""
    squares = np.array([piece.deviations @ piece.deviations for piece in pieces])
    freedom = np.array([piece.freedom for piece in pieces])
    if not squares.any():
        return None
    whole = np.sum([piece.deviations for piece in pieces], axis=0)
    return Spread(
        error=float(np.sqrt(whole @ whole)),
        freedom=float(squares.sum() ** 2 / (squares**2 / freedom).sum()),
    )


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
