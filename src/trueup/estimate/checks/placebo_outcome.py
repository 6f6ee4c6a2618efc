"""Whether the design finds an effect on something adoption cannot have moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.checking import Attempt, Case, finds_effect
from trueup.estimate.estimator import Fit
from trueup.estimate.panel import Floats, Panel
from trueup.estimate.power import untreated_rows
from trueup.estimate.question import Question
from trueup.model.effect import Check, Estimate
from trueup.model.evidence import Abstention

ATTEMPT = Attempt(
    name="placebo_outcome",
    question="Does the design find an effect on what adoption cannot have moved?",
    reference="Lipsitch, Tchetgen Tchetgen, Cohen (2010), Epidemiology 21(3)",
)

FOUND_OVER_HALF = (1.96 + 0.84) / 1.96
"""Effect found with 80 % chance, in terms of half a 95 % interval."""


def check(case: Case) -> Check:
    """Ask the same question of every placebo outcome, sharing one chance of a false alarm."""
    if not case.placebo_outcomes:
        return ATTEMPT.ended("cannot tell", "No outcome that adoption cannot move was named.")
    fits = {name: _refit(case, name) for name in case.placebo_outcomes}
    answered = {name: fit for name, fit in fits.items() if isinstance(fit, Fit)}
    if not answered:
        return ATTEMPT.ended("cannot tell", f"None of {_listed(fits)} could be estimated.")
    figures: list[tuple[str, float]] = [("placebo_outcomes", float(len(answered)))]
    moved, unseen = [], []
    for name, fit in answered.items():
        low, high = fit.estimate.interval.low, fit.estimate.interval.high
        figures += [
            (f"{name}_effect", fit.estimate.value), (f"{name}_low", low), (f"{name}_high", high),
        ]  # fmt: skip
        if finds_effect(fit.estimate.interval, _question(case, name).smallest):
            moved.append(f"{name} {_told(fit.estimate)}")
        elif (high - low) / 2 * FOUND_OVER_HALF > _matters(case, name):
            unseen.append(f"{name} {_told(fit.estimate)}")
    if moved:
        return ATTEMPT.ended("fails", f"It finds an effect on {', '.join(moved)}.", figures)
    if unseen or len(answered) < len(fits):
        said = "; ".join(unseen) or f"{len(fits) - len(answered)} could not be estimated"
        return ATTEMPT.ended("weak", f"It finds nothing, but could hardly have: {said}.", figures)
    return ATTEMPT.ended(
        "holds", f"It finds nothing on {_listed(answered)}, and could have.", figures
    )


def _refit(case: Case, name: str) -> Fit | Abstention | None:
    if name not in case.panel.columns:
        return None
    try:
        return case.refit(case.panel, _question(case, name))
    except EstimateError:
        return None


def _question(case: Case, name: str) -> Question:
    """Ask of `name` what was asked of the outcome, on a scale it can bear.

    In levels the smallest effect keeps its share of the outcome's spread.
    """
    asked = case.question
    values = _untreated(case.panel, name, asked.anticipation)
    scale = asked.scale
    if scale == "log" and values.size and values.min() <= 0:
        scale = "count" if values.min() >= 0 else "level"
    smallest = asked.smallest
    if scale == "level":
        own = _untreated(case.panel, asked.outcome, asked.anticipation)
        spread = float(values.std()) if values.size else 0.0
        unit = float(own.std()) if asked.scale == "level" else 1.0
        smallest = asked.smallest * spread / unit if spread > 0 and unit > 0 else asked.smallest
    level = 1 - (1 - asked.level) / len(case.placebo_outcomes)
    return replace(asked, outcome=name, unit="", scale=scale, smallest=smallest, level=level)


def _matters(case: Case, name: str) -> float:
    """Return the effect on a placebo that would cast doubt, in the placebo's own terms."""
    return _question(case, name).smallest * case.matters / case.question.smallest


def _untreated(panel: Panel, name: str, anticipation: int) -> Floats:
    values = panel.column(name)[untreated_rows(panel, anticipation)]
    return np.asarray(values[np.isfinite(values)])


def _told(estimate: Estimate) -> str:
    return f"{estimate.say()} ({estimate.say_interval()})"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
