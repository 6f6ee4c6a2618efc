"""Doses that cannot matter, and outcomes that cannot be moved: do they show a jump as well."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trueup.estimate.cliff.existence import Existence, search
from trueup.estimate.cliff.sample import Sample
from trueup.estimate.numerics.jump.ranked import rank_rows
from trueup.estimate.numerics.jump.scan import candidates, scan
from trueup.estimate.numerics.multiplicity import holm
from trueup.estimate.panel import Floats, Ints
from trueup.model.effect import Check
from trueup.model.evidence import Abstention
from trueup.units import significant

LEVEL = 0.05
_MANY_ROWS = 100_000


def placebo_gate(
    sample: Sample,
    existence: Existence,
    outcomes: Sequence[tuple[str, Floats]],
    *,
    draws: int,
    rng: np.random.Generator,
) -> Check:
    """Deal the units' doses out anew, and search the same places in outcomes without an effect.

    Parameters
    ----------
    outcomes
        Names and values, one a row of the sample, of what the dose cannot have moved.
    """
    share, dealt = permuted_share(sample, existence, rng=rng)
    tested = [(name, search(sample.of(name, y), draws=draws, rng=rng)) for name, y in outcomes]
    told = [(name, found.p) for name, found in tested if not isinstance(found, Abstention)]
    adjusted = holm([p for _, p in told]) if told else np.empty(0)
    shown = [name for (name, _), p in zip(told, adjusted, strict=True) if p < LEVEL]
    says = (
        f"Doses dealt out anew among units show as much in {share:.0%} of {dealt} deals. "
        + _said(outcomes, told, shown)
    )
    return Check(
        name="placebo",
        question="Do shuffled doses, or outcomes the dose cannot move, show a jump too?",
        answer="fails" if shown or share > LEVEL else "holds",
        says=says,
        figures=(
            ("share_of_shuffled_doses", share),
            ("deals", float(dealt)),
            *((f"p_of_{name}", p) for name, p in told),
        ),
    )


def _said(
    outcomes: Sequence[tuple[str, Floats]], told: Sequence[tuple[str, float]], shown: Sequence[str]
) -> str:
    if not outcomes:
        return "No outcome was named that the dose cannot move."
    if shown:
        return f"A jump also appears in {', '.join(shown)}, which the dose cannot move."
    if not told:
        return "The outcomes named as beyond its reach have too few rows."
    least = min(p for _, p in told)
    return f"No jump appears in {', '.join(n for n, _ in told)} (least p {significant(least)})."


def permuted_share(
    sample: Sample, existence: Existence, *, rng: np.random.Generator
) -> tuple[float, int]:
    """Return in which share of deals, the real one among them, a jump as large appears.

    Whole courses of dose are dealt out among units, first row to first row, so that what is
    peculiar to the outcome (heavy tails, shocks shared in a cluster) stays, and only its tie to
    the dose is cut. The nuisance and the straight line are out of the outcome beforehand.
    """
    rows = existence.rows
    left = np.empty_like(rows.residual)
    left[rows.order] = rows.residual
    deals = 19 if rows.dose.size > _MANY_ROWS else 39
    largest = float(existence.found.statistic.max())
    as_large = sum(_dealt(sample, left, rng) >= largest for _ in range(deals))
    return (1 + as_large) / (1 + deals), deals


def _dealt(sample: Sample, left: Floats, rng: np.random.Generator) -> float:
    """Return the largest statistic with the doses of other units, nought where there is none."""
    unit = np.unique(sample.unit, return_inverse=True)[1]
    lengths = np.bincount(unit)
    place = np.arange(unit.size) - (np.cumsum(lengths) - lengths)[unit]
    course = np.full((lengths.size, int(lengths.max())), np.nan)
    course[unit, place] = sample.q
    dose = course[_partners(lengths, rng)][unit, place]
    seen = np.isfinite(dose)
    rows = rank_rows(
        left[seen],
        dose[seen],
        sample.cluster[seen],
        nuisance=np.empty((int(seen.sum()), 0)),
        absorbed=sample.unit[seen] if sample.within == "unit" else None,
        apart=sample.apart,
    )
    places = candidates(rows)
    if not places.size:
        return 0.0
    found = scan(rows, places)
    return float(found.statistic.max()) if found.place.size else 0.0


def _partners(lengths: Ints, rng: np.random.Generator) -> Ints:
    """Deal units out among those seen about as long, so that few rows lose their dose."""
    order = np.argsort(lengths + 0.5 * rng.random(lengths.size), kind="stable")
    groups = np.array_split(order, max(1, lengths.size // 20))
    partners = np.empty_like(order)
    for group in groups:
        partners[group] = rng.permutation(group)
    return partners
