"""What a naive two-way estimate would rest on: how much of it compares with the already treated."""

from __future__ import annotations

import numpy as np

from trueup.estimate.checking import Attempt, Case, outcomes
from trueup.estimate.numerics.design.two_by_two import Comparison, comparisons
from trueup.estimate.panel import NEVER, Floats, Ints
from trueup.model.effect import Check
from trueup.units import significant

ATTEMPT = Attempt(
    name="bacon",
    question="How much of a naive two-way estimate compares with units already treated?",
    reference="Goodman-Bacon (2021), Journal of Econometrics 225(2), theorem 1",
)

LITTLE = 0.1
"""Share of the weight on already treated controls that a two-way estimate may bear."""
MOST = 0.8
"""Share of units that must be seen without a gap, and of a period's units for it to be used."""


def check(case: Case) -> Check:
    """Take the two-way estimate apart into comparisons of two cohorts."""
    values, starts, says_which = balanced_values(case)
    if starts.size < max(2.0, MOST * case.panel.n_units):
        return ATTEMPT.ended("cannot tell", f"Too few units are seen without a gap: {says_which}.")
    found = comparisons(values, starts)
    if not found:
        return ATTEMPT.ended("cannot tell", "No two cohorts can be compared.")
    shares = {kind: _share(found, kind) for kind in ("never", "not yet", "already")}
    naive = sum(one.weight * one.effect for one in found)
    clean = _average([one for one in found if one.controls != "already"])
    figures = (
        ("weight_never_treated", shares["never"]),
        ("weight_not_yet_treated", shares["not yet"]),
        ("weight_already_treated", shares["already"]),
        ("naive_raw", naive),
        ("naive_without_already_treated_raw", clean if clean is not None else naive),
        ("comparisons", float(len(found))),
        ("units", float(starts.size)),
    )
    which = f", {says_which}" if says_which else ""
    says = (
        f"A two-way estimate would give {significant(100 * shares['already'])} % of its weight to "
        f"comparisons with units that have already adopted (of {len(found)} comparisons{which})"
    )
    if case.fit.estimate.estimator != "two_way":
        return ATTEMPT.ended("holds", says + "; the answer here makes none of those.", figures)
    if shares["already"] > LITTLE:
        return ATTEMPT.ended("fails", says + ", and this answer is such an estimate.", figures)
    return ATTEMPT.ended("holds", says + ".", figures)


def balanced_values(case: Case) -> tuple[Floats, Ints, str]:
    """Return outcomes and adoption of the units seen in every period, and how many those are.

    Periods in which hardly any unit is seen are left out, so that weeks too recent to be known do
    not count as gaps; the words are empty where nothing is left out.
    """
    wide = outcomes(case.panel, case.question)
    seen = np.isfinite(wide)
    periods = np.flatnonzero(seen.mean(axis=0) >= MOST)
    whole = seen[:, periods].all(axis=1)
    starts = case.panel.adopted_in[whole]
    after = np.searchsorted(periods, starts)
    moved = np.where((starts == NEVER) | (after == periods.size), NEVER, after)
    n_units, n_periods = wide.shape
    says = (
        ""
        if whole.all() and periods.size == n_periods
        else f"from {int(whole.sum())} of {n_units} units in {periods.size} of {n_periods} periods"
    )
    return wide[whole][:, periods], moved.astype(np.int64), says


def _share(found: tuple[Comparison, ...], kind: str) -> float:
    return sum(one.weight for one in found if one.controls == kind)


def _average(found: list[Comparison]) -> float | None:
    total = sum(one.weight for one in found)
    return sum(one.weight * one.effect for one in found) / total if total > 0 else None
