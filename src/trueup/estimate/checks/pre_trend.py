"""Whether adopters and the others moved alike before adoption, and whether one would have seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trueup.estimate.checking import GATE_SIZE, Attempt, Case
from trueup.estimate.estimator import Path
from trueup.estimate.numerics.honest.blocks import Blocks, block_length, in_blocks
from trueup.estimate.panel import Floats
from trueup.estimate.power import CHANCE, arms
from trueup.model.effect import Check
from trueup.units import say, significant

ATTEMPT = Attempt(
    name="pre_trend",
    question="Did adopters and the others move alike before adoption?",
    reference="Roth (2022), Pretest with caution, AER: Insights 4(3); Hotelling's T-squared",
)

FEWEST_LEFT = 3.0
"""Degrees of freedom the joint test keeps; it looks at fewer differences rather than at less."""


def check(case: Case) -> Check:
    """Test all leads at once, with the chance that a trend of consequence would have shown."""
    path = case.fit.path
    degrees = arms(case.panel).degrees
    leads = _leads(path, degrees) if path is not None else None
    if path is None or leads is None:
        return ATTEMPT.ended("cannot tell", "The estimate has no two periods before adoption.")
    p_value = _p(leads, float(leads.differences @ leads.inverse @ leads.differences))
    run = _run(path)
    scale = case.path_scale
    chance = _power(leads, scale.raw(case.matters) / run)
    chance_smallest = _power(leads, scale.raw(case.question.smallest) / run)
    chance_half = _power(leads, scale.raw(abs(case.fit.estimate.value) / 2) / run)
    found = scale.told(_found_at(leads) * run)
    figures = (
        ("p_value", p_value),
        ("differences", float(leads.differences.size)),
        ("degrees_of_freedom", degrees),
        ("power", chance),
        ("power_smallest_effect", chance_smallest),
        ("power_half_of_estimate", chance_half),
        ("bias_that_matters", case.matters),
        ("bias_found_with_80", found),
        ("largest_lead_raw", float(np.abs(leads.differences).max())),
        ("block_periods", float(leads.length)),
    )
    unit = case.fit.estimate.unit
    says = (
        f"Joint test of {leads.differences.size} differences before adoption: "
        f"p = {significant(p_value)}; a steady drift that would fake "
        f"{say(case.matters, unit)} would have been found with "
        f"{significant(100 * chance)} % chance"
    )
    if p_value < GATE_SIZE and not _negligible(case, leads, degrees):
        return ATTEMPT.ended("fails", says + ".", figures)
    if chance < CHANCE:
        needed = say(found, unit)
        return ATTEMPT.ended("weak", f"{says} (80 % only at {needed}).", figures)
    return ATTEMPT.ended("holds", says + ".", figures)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Leads:
    differences: Floats
    errors: Floats
    inverse: Floats
    distance: Floats  # periods before the reference, negative
    degrees: float
    length: int


def _leads(path: Path, degrees: float) -> _Leads | None:
    """Put the leads into as many blocks as the clusters can judge; None without any."""
    at = int(np.flatnonzero(path.horizons == path.reference)[0])
    seen = path.horizons[at] - path.horizons[: at + 1] == np.arange(at, -1, -1)
    first = at - int(np.argmin(seen[::-1])) + 1 if not seen.all() else 0
    part = slice(first, at + 1)
    n_before = at + 1 - first
    if n_before < 2:
        return None
    most = max(1, int(degrees - FEWEST_LEFT))
    length = block_length(n_before)
    while n_before // length - 1 > most:
        length += 1
    blocks = in_blocks(
        path.effects[part],
        path.covariance[part, part],
        n_before - 1,
        path.weights[part],
        min(length, n_before // 2),
    )
    return _without_reference(blocks, degrees)


def _without_reference(blocks: Blocks, degrees: float) -> _Leads | None:
    covariance = blocks.covariance[: blocks.reference, : blocks.reference]
    errors = np.sqrt(np.maximum(np.diag(covariance), 0))
    kept = errors > 1e-9 * max(float(errors.max(initial=0.0)), 1e-300)
    if not kept.any():
        return None
    return _Leads(
        differences=blocks.effects[: blocks.reference][kept],
        errors=errors[kept],
        inverse=np.asarray(
            np.linalg.pinv(covariance[np.ix_(kept, kept)], rcond=1e-10, hermitian=True),
            dtype=np.float64,
        ),
        distance=blocks.midpoints[: blocks.reference][kept],
        degrees=degrees,
        length=blocks.length,
    )


def _denominator(leads: _Leads) -> tuple[float, float]:
    """Return Hotelling's factor and the second degrees of freedom of the F it leads to."""
    k, degrees = leads.differences.size, leads.degrees
    second = max(degrees - k + 1, 1.0)
    return second / (k * max(degrees, 1.0)), second


def _p(leads: _Leads, wald: float) -> float:
    from scipy.stats import f

    factor, second = _denominator(leads)
    return float(f.sf(wald * factor, leads.differences.size, second))


def _power(leads: _Leads, slope: float) -> float:
    """Return the chance that the joint test finds a drift of `slope` a period (Roth 2022)."""
    from scipy.stats import f, ncf

    k, (_, second) = leads.differences.size, _denominator(leads)
    drift = slope * leads.distance
    bound = f.isf(GATE_SIZE, k, second)
    shift = float(drift @ leads.inverse @ drift)
    return float(ncf.sf(bound, k, second, shift)) if shift < 1e4 else 1.0


def _found_at(leads: _Leads) -> float:
    from scipy.optimize import brentq

    one = float(leads.distance @ leads.inverse @ leads.distance)
    if one <= 0:
        return math.inf
    scale = 1 / math.sqrt(one)
    if _power(leads, 90 * scale) < CHANCE:
        return math.inf
    return float(brentq(lambda slope: _power(leads, slope) - CHANCE, 0.0, 90 * scale))


def _run(path: Path) -> float:
    """Return the bias of the overall effect under a drift of one a period."""
    run = float(path.weights @ (path.horizons - path.reference))
    total = float(path.weights.sum())
    return run / total if total > 0 and run > 0 else 1.0


def _negligible(case: Case, leads: _Leads, degrees: float) -> bool:
    """Say whether every lead is shown to be under half the smallest effect of interest."""
    from scipy.stats import t

    reach = np.abs(leads.differences) + float(t.ppf(0.975, degrees)) * leads.errors
    return bool((reach < case.path_scale.raw(case.question.smallest) / 2).all())
