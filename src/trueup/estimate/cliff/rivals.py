"""Shapes that compete with a jump, and which of them the data prefer."""

from __future__ import annotations

import numpy as np

from trueup.estimate.cliff.existence import Existence
from trueup.estimate.cliff.sample import Sample
from trueup.estimate.numerics.jump.scan import candidates
from trueup.estimate.numerics.jump.shapes import Rival, fit_rivals

CLEARLY = 6.0
"""Difference in BIC that counts as strong evidence (Kass, Raftery 1995, section 3.2)."""

SMOOTH = ("quadratic", "spline", "logistic", "kink")


def compare(sample: Sample, existence: Existence, *, rng: np.random.Generator) -> tuple[Rival, ...]:
    """Fit every shape on the same rows, the nuisance and no line taken out."""
    rows = sample.ranked(line=False)
    return fit_rivals(
        rows, candidates(rows), effective=effective_rows(existence), rng=rng, places=20, steps=80
    )


def effective_rows(existence: Existence) -> float:
    """Return how many independent rows would tell as much of a shape as these do.

    Rows over the median ratio, across places, of the cluster-robust variance of a jump's score
    to that of independent rows: ``n`` for these, the number of clusters where rows repeat within
    them. Never more than ``n``.
    """
    found = existence.found
    inflation = np.median(found.variance / (existence.noise**2 * found.spread))
    return float(existence.rows.dose.size / max(float(inflation), 1.0))


def lead_over(rivals: tuple[Rival, ...], shape: str) -> tuple[float, float]:
    """Return by how much a jump beats a shape: BIC less its own, and error over its own."""
    by_name = {rival.shape: rival for rival in rivals}
    jump, other = by_name["jump"], by_name[shape]
    return other.bic - jump.bic, other.error / jump.error


def bends(rivals: tuple[Rival, ...]) -> str | None:
    """Return the smooth shape that clearly beats both a constant and a line, None if none does.

    Clearly is by `CLEARLY` in BIC, and by its error on clusters left out.
    """
    by_name = {rival.shape: rival for rival in rivals}
    flat = min((by_name[name] for name in ("constant", "linear")), key=lambda rival: rival.bic)
    best = min((by_name[name] for name in SMOOTH), key=lambda rival: rival.bic)
    plain = min(by_name["constant"].error, by_name["linear"].error)
    return best.shape if flat.bic - best.bic > CLEARLY and best.error < plain else None


def standing(rivals: tuple[Rival, ...]) -> tuple[tuple[str, float, float], ...]:
    """Return shape, BIC less the best, error over the best; best BIC first."""
    bic = min(rival.bic for rival in rivals)
    error = min(rival.error for rival in rivals)
    ordered = sorted(rivals, key=lambda rival: rival.bic)
    return tuple((rival.shape, rival.bic - bic, rival.error / error) for rival in ordered)
