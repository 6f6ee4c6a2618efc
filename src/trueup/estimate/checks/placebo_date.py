"""Whether the design finds an effect where there can be none: at a date before adoption."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.checking import GATE_SIZE, Attempt, Case, finds_effect
from trueup.estimate.estimator import Fit
from trueup.estimate.panel import NEVER, Bools, Ints, Panel
from trueup.estimate.power import arms, untreated_rows
from trueup.model.effect import Check
from trueup.model.evidence import Abstention
from trueup.units import say

ATTEMPT = Attempt(
    name="placebo_date",
    question="Does the design find an effect before anything was adopted?",
    reference="Bertrand, Duflo, Mullainathan (2004), QJE 119(1)",
)


def check(case: Case) -> Check:
    """Move every adoption half way into the periods before it, and estimate there."""
    moved = moved_panel(case.panel, case.question.anticipation, case.question.horizon)
    if moved is None:
        return ATTEMPT.ended("cannot tell", "Too few periods before adoption to move it into.")
    panel, shift = moved
    question = replace(case.question, anticipation=0, level=1 - GATE_SIZE)
    try:
        fit = case.refit(panel, question)
    except EstimateError as error:
        return ATTEMPT.ended("cannot tell", f"The earlier date has no answer: {error.fact}")
    if isinstance(fit, Abstention):
        return ATTEMPT.ended("cannot tell", f"The earlier date has no answer: {fit.reason}")
    return _judged(case, fit, shift)


def moved_panel(panel: Panel, anticipation: int, horizon: int | None) -> tuple[Panel, int] | None:
    """Return the untreated rows with adoption moved earlier, and by how many periods.

    By half of the median number of periods before adoption, at most the horizon. Units with no
    two periods before the new date are left out. None when fewer than two adopters are left.
    """
    adopters = panel.adopted_in[panel.ever_treated]
    if not adopters.size:
        return None
    room = int(np.median(adopters)) - anticipation
    shift = room // 2 if horizon is None else min(room // 2, horizon + 1)
    if shift < 1:
        return None
    start = np.where(panel.ever_treated, panel.adopted_in - anticipation - shift, NEVER)
    kept = (panel.adopted_in == NEVER) | (start >= 1)
    rows = untreated_rows(panel, anticipation) & kept[panel.unit]
    units = np.unique(panel.unit[rows])
    if (start[units] != NEVER).sum() < 2:
        return None
    last = int(start[units].max()) + shift
    rows &= panel.period < last
    return _cut(panel, rows, start, last), shift


def _cut(panel: Panel, rows: Bools, start: Ints, last: int) -> Panel:
    units, unit = np.unique(panel.unit[rows], return_inverse=True)
    return replace(
        panel,
        units=tuple(panel.units[code] for code in units),
        periods=panel.periods[:last],
        unit=unit.astype(np.int64),
        period=panel.period[rows],
        columns={name: column[rows] for name, column in panel.columns.items()},
        adopted_in=start[units],
        cluster=panel.cluster[units],
        remarks=(),
    )


def _judged(case: Case, fit: Fit, shift: int) -> Check:
    from scipy.stats import t

    found = fit.estimate
    degrees = arms(case.panel).degrees
    half = (case.scale.raw(found.interval.high) - case.scale.raw(found.interval.low)) / 2
    error = half / float(t.ppf(0.5 + found.interval.level / 2, degrees))
    smallest_seen = half + float(t.ppf(0.8, degrees)) * error
    told = case.scale.told(smallest_seen) if math.isfinite(smallest_seen) else math.inf
    figures = (
        ("placebo_effect", found.value),
        ("placebo_low", found.interval.low),
        ("placebo_high", found.interval.high),
        ("smallest_found_with_80", told),
        ("bias_that_matters", case.matters),
        ("periods_moved", float(shift)),
    )
    grain = case.panel.grain
    says = (
        f"With adoption moved {shift} {grain}{'s' if shift > 1 else ''} earlier the effect is "
        f"{found.say()} ({found.say_interval()})"
    )
    if finds_effect(found.interval, case.question.smallest):
        return ATTEMPT.ended("fails", says + ", where there should be none.", figures)
    if told > case.matters:
        return ATTEMPT.ended(
            "weak",
            f"{says}; it could have found no less than {say(told, found.unit)}.",
            figures,
        )
    return ATTEMPT.ended(
        "holds", says + ": nothing, and it could have found what matters.", figures
    )
