"""What a panel cannot answer by its shape alone, known before any estimator is asked."""

from __future__ import annotations

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.panel import Floats, Panel
from trueup.estimate.question import Question
from trueup.estimate.reading.numbers import named
from trueup.model.evidence import Abstention

FEWEST_UNITS = 3


def refuse_values(panel: Panel, question: Question) -> None:
    """Refuse an outcome whose values the asked scale has no meaning for.

    Raises
    ------
    EstimateError
        A count below nought, a logarithm of what is not above it, or no such column.
    """
    values = panel.column(question.outcome)
    if question.scale == "count" and bool((values < 0).any()):
        raise EstimateError(
            f"{question.outcome} is below nought in {_where(panel, values < 0)}; a count is not.",
            hint="Correct those rows, or ask with --scale level.",
        )
    if question.scale == "log" and bool((values <= 0).any()):
        raise EstimateError(
            f"{question.outcome} is nought or below in {_where(panel, values <= 0)}; a logarithm "
            "needs more.",
            hint="Ask with --scale count where nought is possible, or with --scale level.",
        )


def why_not(panel: Panel, question: Question) -> Abstention | None:
    """Say why no design can answer on this panel; None where one may.

    Raises
    ------
    EstimateError
        The question names a column the panel has not.
    """
    reason = _why_not(panel, question)
    if reason is None:
        return None
    says, remedy = reason
    return Abstention(
        metric=question.outcome,
        reason=says,
        remedy=remedy,
        n=panel.n_units,
        n_of="units",
        window=panel.window,
    )


def _why_not(panel: Panel, question: Question) -> tuple[str, str] | None:
    if panel.n_periods < 2:
        return (
            "There is one period only, so nothing is seen before and after.",
            "Add periods: at least as many before adoption as after it.",
        )
    if not panel.n_units:
        return (
            "Every unit had adopted when it is first seen.",
            "Add periods before adoption, or units that have not adopted.",
        )
    if panel.n_units < FEWEST_UNITS:
        return (
            f"There are {panel.n_units} units; chance cannot be told from change with so few.",
            f"Add units: at least {FEWEST_UNITS}, better 20.",
        )
    if not bool(panel.ever_treated.any()):
        return (
            "No unit is seen to adopt.",
            "Wait until some have adopted, or name the column that says when they did.",
        )
    return _no_comparison(panel, question) or _no_variation(panel, question)


def _no_comparison(panel: Panel, question: Question) -> tuple[str, str] | None:
    if not bool(panel.ever_treated.all()):
        return None
    if question.controls == "never":
        return (
            "All units adopt, so none that never does is there to compare with.",
            "Add units that have not adopted, or compare with later adopters (--controls not_yet).",
        )
    if np.unique(panel.adopted_in).size == 1:
        when = panel.periods[int(panel.adopted_in[0])]
        return (
            f"All units adopt in {when}, so none is left to compare with.",
            "Add units that have not adopted, or that adopted at another time.",
        )
    return None


def _no_variation(panel: Panel, question: Question) -> tuple[str, str] | None:
    values = panel.column(question.outcome)
    known = values[~np.isnan(values)]
    if not known.size:
        return f"{question.outcome} is empty in every row.", "Name a column that is filled in."
    if bool((known == known[0]).all()):
        return (
            f"{question.outcome} is {known[0]:g} in every row: it never changes.",
            "Name an outcome that does, or collect for longer.",
        )
    return None


def _where(panel: Panel, chosen: Floats | np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str:
    at = np.flatnonzero(chosen).tolist()
    rows = [f"{panel.units[panel.unit[i]]} {panel.periods[panel.period[i]]}" for i in at]
    return f"{len(rows):,} rows ({named(rows)})"
