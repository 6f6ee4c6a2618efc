"""Existence: is there a jump anywhere, where without one there would be a straight line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.estimate.cliff.sample import Sample, abstain
from trueup.estimate.numerics.jump.ranked import Ranked
from trueup.estimate.numerics.jump.scan import Scan, candidates, scan, sup_draws
from trueup.model.evidence import Abstention

POWER = 0.8416
"""Normal quantile of 80 %."""

SMALLEST = 0.5
"""Smallest jump of interest, in standard deviations of what the line leaves unexplained."""

FEWEST_PLACES = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Existence:
    """What the scan over all places found.

    Parameters
    ----------
    rows, found
        What was scanned, and each place's figures.
    p
        Of a straight line, against a jump somewhere; least ``1 / (draws + 1)``.
    critical
        Statistic exceeded by one in twenty scans of straight lines.
    noise
        Standard deviation of what the line leaves unexplained, in the outcome's unit.
    detectable
        Jump this scan finds with 80 % chance at a middling place, in the outcome's unit.
    draws
        Bootstrap draws behind `p`.
    """

    rows: Ranked
    found: Scan
    p: float
    critical: float
    noise: float
    detectable: float
    draws: int

    @property
    def sees_what_matters(self) -> bool:
        """Whether a jump of `SMALLEST` would be found with 80 % chance."""
        return self.detectable <= SMALLEST * self.noise


def search(sample: Sample, *, draws: int, rng: np.random.Generator) -> Existence | Abstention:
    """Scan every observed dose for a jump, and say how often chance does as well.

    The line stays under the null hypothesis: against a constant, any trend in dose is announced
    as a jump. So does, where some rows have no dose, a level of its own for any use: otherwise
    adoption itself would be a jump at the least dose. The place of a jump has no meaning without
    one (Davies' problem), so p comes from a bootstrap of the largest statistic over places, by
    clusters.

    Notes
    -----
    The detectable jump is ``(sqrt(critical) + 0.84) sqrt(V(g)) / I'MI`` at the median place g:
    what the largest statistic exceeds with 80 % chance by the place of the jump alone.
    """
    rows = sample.ranked()
    places = candidates(rows)
    found = scan(rows, places) if places.size else None
    if found is None or found.place.size < FEWEST_PLACES:
        seen = 0 if found is None else int(found.place.size)
        in_use = " in use" if sample.apart else ""
        compared = "of units seen on both sides" if sample.within == "unit" else "of clusters"
        return abstain(
            sample,
            f"Only {seen} values of {sample.dose} have 15 % of rows{in_use} and 10 % {compared}, "
            "above and below.",
            "Bring units whose dose differs more, or a dose measured more finely.",
        )
    sups = sup_draws(rows, found, draws=draws, rng=rng)
    largest = float(found.statistic.max())
    critical = float(np.quantile(sups, 0.95))
    reach = np.sqrt(critical) + POWER
    return Existence(
        rows=rows,
        found=found,
        p=float((1 + (sups >= largest).sum()) / (1 + draws)),
        critical=critical,
        noise=float(np.sqrt(rows.residual @ rows.residual / max(rows.freedom, 1))),
        detectable=float(np.median(reach * np.sqrt(found.variance) / found.spread)),
        draws=draws,
    )
