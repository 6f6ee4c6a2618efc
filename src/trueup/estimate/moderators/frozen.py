"""The value of a moderator before anyone adopts, one a unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.numerics.seen import mean_by_unit
from trueup.estimate.panel import NEVER, Bools, Floats, Panel
from trueup.estimate.question import Question

LEAST_BASELINE = 2
"""Periods before adoption that must remain for a baseline, where earlier ones made the groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderator:
    """A condition that may change an effect.

    Parameters
    ----------
    column
        Of the panel. What it holds after anyone has adopted is never looked at.
    kind
        ``score``: a number, whose effect is said for one standard deviation; ``band``: a few
        kinds, each compared with the others. None: a band if it has two values, else a score.
    made_from_outcome
        Whether it was made from past outcomes. Units picked for a high past fall back of
        themselves (regression to the mean), so the periods it was made from must not serve as the
        baseline too. None: only if it is the outcome's own column.
    people
        Column that counts the people behind a row; without one, a unit counts as one person.
    """

    column: str
    kind: Literal["score", "band"] | None = None
    made_from_outcome: bool | None = None
    people: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frozen:
    """A moderator's value before anyone adopts, and what may still serve as the baseline.

    Parameters
    ----------
    value
        Mean over the window (the last value for a band), ``(n_units,)``; NaN where none was seen.
    people
        People behind each unit in the window, ``(n_units,)``.
    baseline
        Periods that may be "before" for the outcome, ``(n_periods,)``.
    bands
        Values of the bands, ascending; empty for a score.
    """

    value: Floats
    people: Floats
    baseline: Bools
    bands: tuple[float, ...]


def as_moderator(given: str | Moderator) -> Moderator:
    """Return a moderator by its column's name, or as given."""
    return Moderator(column=given) if isinstance(given, str) else given


def freeze(panel: Panel, question: Question, moderator: Moderator) -> Frozen | str:
    """Return the moderator as it was before anyone adopted, or why it cannot be had.

    The window ends before the first adoption of any unit, less anticipation. Where the moderator
    was made from outcomes it is the first half of that, and the baseline starts after it.

    Raises
    ------
    EstimateError
        The panel has no such column.
    """
    values = panel.column(moderator.column)
    later = panel.adopted_in[panel.adopted_in > 0]
    if not later.size:
        return "No unit adopts after the first period."
    end = int(later.min()) - question.anticipation
    baseline = np.ones(panel.n_periods, dtype=bool)
    made = moderator.made_from_outcome
    if made if made is not None else moderator.column == question.outcome:
        end = (end + 1) // 2
        baseline[:end] = False
        if int(later.min()) - question.anticipation - end < LEAST_BASELINE:
            return (
                f"It is made from the outcome, and too few periods lie before the first adoption "
                f"to make groups from some and a baseline of {LEAST_BASELINE} others."
            )
    if end < 1:
        return "No period lies before the first adoption."
    inside = np.isfinite(values) & (panel.period < end)
    kinds = np.unique(values[inside])
    if kinds.size < 2:
        return f"It does not differ among units before the first adoption ({kinds.size} values)."
    band = moderator.kind == "band" or (moderator.kind is None and kinds.size == 2)
    frozen = _last(panel, values, inside) if band else _mean(panel, values, inside)
    return Frozen(
        value=frozen,
        people=_people(panel, moderator, end),
        baseline=baseline,
        bands=tuple(float(kind) for kind in kinds) if band else (),
    )


def _mean(panel: Panel, values: Floats, inside: Bools) -> Floats:
    return mean_by_unit(values[inside], panel.unit[inside], panel.n_units)


def _last(panel: Panel, values: Floats, inside: Bools) -> Floats:
    found = np.full(panel.n_units, np.nan)
    found[panel.unit[inside]] = values[inside]
    return found


def _people(panel: Panel, moderator: Moderator, end: int) -> Floats:
    if not moderator.people:
        return np.ones(panel.n_units)
    counts = panel.column(moderator.people)
    seen = np.isfinite(counts) & (panel.period < end)
    if bool((counts[seen] < 0).any()):
        raise EstimateError(
            f"{moderator.people!r} counts fewer than no people somewhere.",
            hint="Correct those rows.",
        )
    return np.nan_to_num(_mean(panel, counts, seen))


def usable(panel: Panel, frozen: Frozen) -> Bools:
    """Return which units can be used: those with a value that do not adopt at once."""
    can: Bools = np.isfinite(frozen.value) & ((panel.adopted_in > 0) | (panel.adopted_in == NEVER))
    return can
