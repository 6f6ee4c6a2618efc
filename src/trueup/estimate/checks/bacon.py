"""What a naive two-way estimate would rest on: how much of it compares with the already treated."""

from __future__ import annotations

from typing import Literal

import numpy as np

from trueup.estimate.checking import Case
from trueup.estimate.numerics.design.two_by_two import Comparison, comparisons
from trueup.estimate.panel import Floats, Ints
from trueup.model.effect import Check
from trueup.units import significant

LITTLE = 0.1
"""Share of the weight on already treated controls that a two-way estimate may bear."""


def check(case: Case) -> Check:
    """Take the two-way estimate apart into comparisons of two cohorts."""
    balanced = balanced_values(case)
    if balanced is None:
        return _answer("cannot tell", "No set of units is seen in every period.", ())
    values, starts = balanced
    found = comparisons(values, starts)
    if not found:
        return _answer("cannot tell", "No two cohorts can be compared.", ())
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
    says = (
        f"A two-way estimate would give {significant(100 * shares['already'])} % of its weight to "
        f"comparisons with units that have already adopted (of {len(found)} comparisons)"
    )
    if case.fit.estimate.estimator != "two_way":
        return _answer("holds", says + "; the answer here makes none of those.", figures)
    if shares["already"] > LITTLE:
        return _answer("fails", says + ", and this answer is such an estimate.", figures)
    return _answer("holds", says + ".", figures)


def balanced_values(case: Case) -> tuple[Floats, Ints] | None:
    """Return outcomes and adoption of the units seen in every period; None with no two of them."""
    wide = case.panel.wide(case.question.outcome)
    if case.question.scale == "log":
        wide = np.log(np.where(wide > 0, wide, np.nan))
    whole = np.isfinite(wide).all(axis=1)
    return (wide[whole], case.panel.adopted_in[whole]) if whole.sum() > 1 else None


def _share(found: tuple[Comparison, ...], kind: str) -> float:
    return sum(one.weight for one in found if one.controls == kind)


def _average(found: list[Comparison]) -> float | None:
    total = sum(one.weight for one in found)
    return sum(one.weight * one.effect for one in found) / total if total > 0 else None


def _answer(
    answer: Literal["holds", "fails", "cannot tell"],
    says: str,
    figures: tuple[tuple[str, float], ...],
) -> Check:
    return Check(
        name="bacon",
        question="How much of a naive two-way estimate compares with units already treated?",
        answer=answer,
        says=says,
        figures=figures,
        reference="Goodman-Bacon (2021), Journal of Econometrics 225(2), theorem 1",
    )
