"""Where the jump is, if there is one, and how large."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.estimate.cliff.existence import Existence
from trueup.estimate.cliff.sample import Sample
from trueup.estimate.estimator import need
from trueup.estimate.numerics.jump.places import CRITICAL, places_kept
from trueup.estimate.numerics.jump.ranked import Ranked, fit_column, indicator
from trueup.model.effect import Estimate
from trueup.model.evidence import Interval
from trueup.units import Unit

LEVEL = 0.95
_PLACES_LOOKED_AT = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """The fitted place of a jump, the set of places not ruled out, and the jump.

    Parameters
    ----------
    place
        Dose above which rows lie beyond the jump.
    searched
        Least and largest dose at which a jump was sought.
    pieces
        The set, as disjoint ``[low, high)`` in ascending order; it may have holes.
    eta2
        Hansen's scale of the set: one for equal and independent errors.
    span
        Range of dose in use between its 1st and 99th percentile, against which the set is narrow
        or not.
    jump, low, high
        Size of the jump, and its interval over all places of the set.
    error
        Standard error at `place`.
    """

    place: float
    searched: tuple[float, float]
    pieces: tuple[tuple[float, float], ...]
    eta2: float
    span: float
    jump: float
    low: float
    high: float
    error: float

    @property
    def hull(self) -> tuple[float, float]:
        """From the least to the largest place not ruled out."""
        return self.pieces[0][0], self.pieces[-1][1]

    @property
    def is_cut_off(self) -> bool:
        """Whether the set reaches the least or the largest dose searched, so may go beyond."""
        low, high = self.hull
        return low <= self.searched[0] or high > self.searched[1]

    @property
    def width(self) -> float:
        """Length of the hull over the range of dose."""
        low, high = self.hull
        return (high - low) / self.span


def locate(existence: Existence) -> Location:
    """Return the best place, the places not ruled out, and the jump whichever of them it is.

    The interval of the jump is the union of its cluster-robust intervals over the set: a jump
    chosen as the largest has an error that no single one of them shows. It holds only if there
    is a jump at all.
    """
    rows, found = existence.rows, existence.found
    kept, eta2 = places_kept(rows, found, CRITICAL[LEVEL])
    used = rows.dose[: rows.in_use]
    low, high = np.quantile(used, [0.01, 0.99])
    reach = float(need("scipy.stats").t.ppf((1 + LEVEL) / 2, rows.n_clusters - 1))
    looked = kept[np.unique(np.linspace(0, kept.size - 1, _PLACES_LOOKED_AT).astype(int))]
    fits = [_fit(rows, int(found.above[k])) for k in (found.best, *looked)]
    return Location(
        place=float(found.place[found.best]),
        searched=(float(found.place[-1]), float(found.place[0])),
        pieces=_pieces(rows, found.above, kept),
        eta2=eta2,
        span=float(high - low) or float(np.ptp(used)),
        jump=fits[0][0],
        low=min(jump - reach * error for jump, error in fits),
        high=max(jump + reach * error for jump, error in fits),
        error=fits[0][1],
    )


def _fit(rows: Ranked, above: int) -> tuple[float, float]:
    return fit_column(rows, indicator(rows, above))


def _pieces(
    rows: Ranked, above: np.typing.NDArray[np.int64], kept: np.typing.NDArray[np.int64]
) -> tuple[tuple[float, float], ...]:
    """Join neighbouring places; a place stands for every dose up to the next one observed."""
    runs = np.split(kept, np.flatnonzero(np.diff(kept) > 1) + 1)
    pieces = [
        (float(rows.dose[above[run[-1]]]), float(rows.dose[above[run[0]] - 1])) for run in runs
    ]
    return tuple(sorted(pieces))


def as_estimate(location: Location, sample: Sample, seed: int) -> Estimate:
    """Say the jump with its design and what must hold for it to be an effect."""
    design = {
        "pooled": "units compared with each other in the same period, by dose",
        "unit": "each unit compared with itself at other doses, effects of periods taken out",
    }[sample.within]
    return Estimate(
        outcome=sample.outcome,
        estimand=f"jump of {sample.outcome} where {sample.dose} passes {location.place:.4g}, "
        f"a straight line in dose{' and a level of any use' if sample.apart else ''} apart",
        design=design,
        estimator="threshold",
        value=location.jump,
        unit=Unit(sample.outcome, ""),
        standard_error=location.error,
        interval=Interval(
            low=location.low,
            high=location.high,
            level=LEVEL,
            method="cluster-robust, over every place not ruled out; given that there is a jump",
        ),
        speaks_of="units like these",
        n_rows=sample.y.size,
        n_units=sample.n_units,
        n_treated=int(np.unique(sample.unit[sample.q > location.place]).size),
        n_clusters=sample.n_clusters,
        assumptions=(
            "There is a jump, and only one.",
            "Dose was not chosen because of what the outcome would be.",
            "Dose is measured without error: error smears a jump into a slope.",
        ),
        window=sample.window,
        source=sample.source,
        seed=seed,
    )
