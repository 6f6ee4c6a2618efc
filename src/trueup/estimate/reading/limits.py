"""What a scale demands of the values it is asked on."""

from __future__ import annotations

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.panel import Bools, Panel
from trueup.estimate.question import Question
from trueup.estimate.reading.numbers import counted, named


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


def _where(panel: Panel, chosen: Bools) -> str:
    at = np.flatnonzero(chosen).tolist()
    rows = [f"{panel.units[panel.unit[i]]} {panel.periods[panel.period[i]]}" for i in at]
    return f"{counted(len(rows), 'row')} ({named(rows)})"
