"""Survival of millions of lines from counts: resampled by cluster, compared within strata."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.measure.numerics.kaplan_meier import product_limit

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

DAILY_UNTIL = 90
STEP_DAYS = 5
LAST_DAY = 730
BINS = DAILY_UNTIL + (LAST_DAY - DAILY_UNTIL) // STEP_DAYS + 1
"""Ages are exact to the day up to 90 days, to 5 days up to 730; older lines are cut off there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """How many lines of one cluster, stratum and arm left observation in one age bin.

    Parameters
    ----------
    cluster, stratum
        Shape (n,); codes from 0.
    marked
        Shape (n,); which arm.
    age
        Shape (n,); bin at which the lines died or were last seen.
    died
        Shape (n,); False: last seen alive.
    lines
        Shape (n,); how many.
    """

    cluster: Codes
    stratum: Codes
    marked: NDArray[np.bool_]
    age: Codes
    died: NDArray[np.bool_]
    lines: Floats

    def take(self, chosen: NDArray[np.bool_]) -> Cells:
        """Return the chosen cells."""
        return Cells(
            cluster=self.cluster[chosen],
            stratum=self.stratum[chosen],
            marked=self.marked[chosen],
            age=self.age[chosen],
            died=self.died[chosen],
            lines=self.lines[chosen],
        )


def bin_of(day: int) -> int:
    """Return the bin that begins at `day` or holds it."""
    if day <= DAILY_UNTIL:
        return day
    return DAILY_UNTIL + (min(day, LAST_DAY) - DAILY_UNTIL) // STEP_DAYS


def curve(cells: Cells) -> Floats:
    """Return the share of lines that reach the start of each bin; NaN where none is observed.

    Shape (BINS,).
    """
    tables = _by_cluster(cells, np.zeros(cells.age.size, dtype=np.int64), 1)
    return np.asarray(_survival(tables[0], tables[1])[0], dtype=float)


def curve_draws(cells: Cells, clusters: Codes, draws: Floats) -> Floats:
    """Return `curve` of each resample, shape (draws, BINS).

    Parameters
    ----------
    clusters
        Shape (n,); what is resampled, codes from 0.
    draws
        Shape (draws, clusters); how often each cluster is drawn.
    """
    gone, died = _by_cluster(cells, clusters, draws.shape[1])
    return _survival(draws @ gone, draws @ died)


def standardised(cells: Cells, weights: Floats | None = None) -> tuple[Floats, Floats]:
    """Return the curves of the marked and of the unmarked lines, as if born alike.

    Within each stratum the unmarked lines are weighted to be as many as the marked ones, so that
    both arms have the same births and the same time to be observed; strata that only one arm
    has are left out of both.

    Parameters
    ----------
    weights
        Shape (n,); how often each cell is in a resample; None: once.

    Notes
    -----
    Direct standardisation to the marked arm. If marking made no difference within strata, both
    curves would estimate the same one.
    """
    lines = cells.lines if weights is None else cells.lines * weights
    size = int(cells.stratum.max()) + 1
    of_marked = np.bincount(cells.stratum, lines * cells.marked, minlength=size)
    of_rest = np.bincount(cells.stratum, lines * ~cells.marked, minlength=size)
    both = (of_marked > 0) & (of_rest > 0)
    ratio = np.divide(of_marked, of_rest, out=np.zeros(size), where=both)
    factor = np.where(cells.marked, both[cells.stratum], ratio[cells.stratum])
    weighted = lines * factor
    arm = cells.age + BINS * cells.marked
    gone = np.bincount(arm, weighted, minlength=2 * BINS).astype(float)
    died = np.bincount(arm, weighted * cells.died, minlength=2 * BINS).astype(float)
    survival = _survival(gone.reshape(2, BINS), died.reshape(2, BINS))
    return survival[1], survival[0]


def standardised_draws(cells: Cells, draws: Floats) -> tuple[Floats, Floats]:
    """Return `standardised` of each resample of clusters, two arrays of shape (draws, BINS).

    Both arms are resampled by the same draw: one author may have written in both.
    """
    found = [standardised(cells, weights[cells.cluster]) for weights in draws]
    return np.array([marked for marked, _ in found]), np.array([rest for _, rest in found])


def comparable(cells: Cells) -> float:
    """Return the share of marked lines born in strata that have unmarked lines too."""
    size = int(cells.stratum.max()) + 1 if cells.stratum.size else 1
    of_marked = np.bincount(cells.stratum, cells.lines * cells.marked, minlength=size)
    of_rest = np.bincount(cells.stratum, cells.lines * ~cells.marked, minlength=size)
    total = of_marked.sum()
    return float(of_marked[of_rest > 0].sum() / total) if total else 0.0


def clusters_at(cells: Cells, day: int) -> int:
    """Return how many clusters have lines under observation at that age."""
    return int(np.unique(cells.cluster[cells.age >= bin_of(day)]).size)


def _by_cluster(cells: Cells, clusters: Codes, count: int) -> tuple[Floats, Floats]:
    place = clusters * BINS + cells.age
    gone = np.bincount(place, cells.lines, minlength=count * BINS)
    died = np.bincount(place, cells.lines * cells.died, minlength=count * BINS)
    return gone.reshape(count, BINS).astype(float), died.reshape(count, BINS).astype(float)


def _survival(gone: Floats, died: Floats) -> Floats:
    at_risk = gone[..., ::-1].cumsum(axis=-1)[..., ::-1]
    after = product_limit(at_risk, died)
    start = np.concatenate([np.ones((*after.shape[:-1], 1)), after[..., :-1]], axis=-1)
    return np.where(at_risk > 1e-9, start, np.nan)
