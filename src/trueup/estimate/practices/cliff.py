"""Hand-over to the test for a cliff: later outcomes against points of practice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.assessment import Threshold
from trueup.estimate.cliff.sample import Within
from trueup.estimate.cliff.threshold import find_thresholds
from trueup.estimate.panel import Floats, Panel
from trueup.model.evidence import Abstention
from trueup.units import significant

DRAWS = 999
MIDDLE, LEAST, MOST = "points of practice", "the least points", "the most points"
INPUTS = ("practice_", "ai_")
"""Beginnings of the names of what points are made from: none of it is ever an outcome."""
_ABOVE_NOUGHT = 1e-6
"""Added to all points: no point is a dose like any other here, and not absence of use."""


def cliffs_of_practice(
    panel: Panel,
    outcomes: Sequence[str],
    *,
    low: str = "practice_points_low",
    high: str = "practice_points_high",
    within: Within = "unit",
    draws: int = DRAWS,
    seed: int = 1,
) -> tuple[Threshold | Abstention, ...]:
    """Say of each outcome whether it jumps at some number of points of the period before.

    The middle of what is possible is the dose. The least and the most are tried beside it: where
    either gives another answer, or cannot be tried, what is not seen decides, and the answer is
    "cannot tell". Where a cliff holds at all three, its place is wherever any of them has it.

    Parameters
    ----------
    panel
        Units over periods with the columns `low`, `high` and the outcomes.
    outcomes
        The chance that any straight line is refuted by mistake stays at 5 % over all of them.
    within
        ``unit`` compares each unit with itself, effects of units and periods taken out: good
        teams may practise more. ``pooled`` compares units with each other, and asks whether each
        agrees with itself.

    Raises
    ------
    EstimateError
        An outcome is one that points are made from, or a column is missing.
    """
    for outcome in outcomes:
        if outcome.startswith(INPUTS) or outcome in (low, high):
            raise EstimateError(
                f"{outcome} is part of what points of practice are made from.",
                hint="Name an outcome downstream: surviving output, lead time, incidents.",
            )
    doses = _doses(panel, low, high)
    wider = replace(panel, columns={**panel.columns, **doses})
    by_dose = {
        dose: find_thresholds(wider, outcomes, dose, within=within, draws=draws, seed=seed)
        for dose in doses
    }
    return tuple(
        _together(outcome, {dose: found[at] for dose, found in by_dose.items()})
        for at, outcome in enumerate(outcomes)
    )


def _doses(panel: Panel, low: str, high: str) -> dict[str, Floats]:
    least, most = (_lagged(panel, panel.column(name)) for name in (low, high))
    values = ((least + most) / 2, least, most)
    names = (MIDDLE, LEAST, MOST)
    return {name: each + _ABOVE_NOUGHT for name, each in zip(names, values, strict=True)}


def _together(outcome: str, found: Mapping[str, Threshold | Abstention]) -> Threshold | Abstention:
    """Return what holds whatever is not seen of practice."""
    first, ends = found[MIDDLE], (found[LEAST], found[MOST])
    if isinstance(first, Abstention) or first.answer == "cannot tell":
        return first
    told = [each for each in ends if isinstance(each, Threshold)]
    others = sorted({each.answer for each in told} - {first.answer})
    if len(told) < len(ends) or others:
        return _undecided(outcome, first, others)
    return _wherever(outcome, (first, *told)) if first.answer == "cliff supported" else first


def _wherever(outcome: str, told: Sequence[Threshold]) -> Threshold:
    """Say a cliff that holds at the middle and both ends, with the places of all three."""
    first = told[0]
    places = [place for each in told for piece in each.pieces for place in piece]
    assert first.jump is not None
    size, reach = first.jump.value, first.jump.interval
    says = (
        f"{outcome} jumps by {significant(size)} ({significant(reach.low)} to "
        f"{significant(reach.high)}) where points of the period before pass "
        f"{significant(first.location or 0.0)}; {significant(min(places))} to "
        f"{significant(max(places))} are not ruled out, what is not seen of practice taken in. A "
        f"straight line is refuted (p {significant(first.adjusted_p or 0.0)}), and so are a bend "
        "and smooth curves."
    )
    return replace(first, says=says, pieces=((min(places), max(places)),))


def _undecided(outcome: str, first: Threshold, others: Sequence[str]) -> Threshold:
    ends = "the least or the most hardly differs between units"
    if others:
        ends = f"the least or the most {' or '.join(repr(each) for each in others)}"
    would = f" With the middle a jump of {significant(first.detectable_jump or 0.0)} is found with"
    says = (
        f"Whether {outcome} jumps at some number of points cannot be told: what is not seen of "
        f"practice decides. The middle of what is possible would say {first.answer!r}, {ends}."
        f"{would} 80 % chance. Sessions of AI tools show what files do not."
    )
    return replace(first, answer="cannot tell", says=says, location=None, pieces=(), jump=None)


def _lagged(panel: Panel, values: Floats) -> Floats:
    """Return each unit's value of the period before; not seen where that period is not."""
    place = panel.unit * panel.n_periods + panel.period
    before = np.clip(np.searchsorted(place, place - 1), 0, place.size - 1)
    is_there = (place[before] == place - 1) & (panel.period > 0)
    return np.where(is_there, values[before], np.nan)
