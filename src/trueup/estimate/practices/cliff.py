"""Hand-over to the test for a cliff: later outcomes against points of practice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.assessment import Threshold
from trueup.estimate.cliff.threshold import find_thresholds
from trueup.estimate.panel import Floats, Panel
from trueup.model.evidence import Abstention

DRAWS = 999
DOSES = ("practice_points_middle", "practice_points_least", "practice_points_most")
INPUTS = ("practice_", "ai_")
"""Beginnings of the names of what points are made from: none of it is ever an outcome."""


def cliff_of_practice(
    panel: Panel,
    outcome: str,
    *,
    low: str = "practice_points_low",
    high: str = "practice_points_high",
    draws: int = DRAWS,
    seed: int = 1,
) -> Threshold | Abstention:
    """Say whether an outcome jumps at some number of points of the period before.

    The middle of what is possible is the dose. The least and the most are tried beside it: where
    they give another answer, what is not seen decides, and the answer is "cannot tell".

    Parameters
    ----------
    panel
        Units over periods with the columns `low`, `high` and `outcome`.

    Raises
    ------
    EstimateError
        The outcome is one that points are made from, or a column is missing.

    Notes
    -----
    One is added to all points: none at all is a dose like any other here, and not absence of use.
    """
    if outcome.startswith(INPUTS) or outcome in (low, high):
        raise EstimateError(
            f"{outcome} is part of what points of practice are made from.",
            hint="Name an outcome downstream: surviving output, lead time, incidents.",
        )
    least, most = _lagged(panel, panel.column(low)), _lagged(panel, panel.column(high))
    doses = dict(zip(DOSES, ((least + most) / 2 + 1, least + 1, most + 1), strict=True))
    wider = replace(panel, columns={**panel.columns, **doses})
    first, *others = (
        find_thresholds(wider, (outcome,), dose, draws=draws, seed=seed)[0] for dose in DOSES
    )
    if isinstance(first, Abstention):
        return first
    answers = {each.answer for each in others if isinstance(each, Threshold)}
    if answers <= {first.answer}:
        return first
    said = f"{first.says} What is not seen of practice decides: with the least or the most of it "
    said += f"the answer would be {' or '.join(sorted(answers - {first.answer}))}."
    return replace(first, answer="cannot tell", says=said, location=None, pieces=(), jump=None)


def _lagged(panel: Panel, values: Floats) -> Floats:
    """Return each unit's value of the period before; not seen where that period is not."""
    place = panel.unit * panel.n_periods + panel.period
    before = np.clip(np.searchsorted(place, place - 1), 0, place.size - 1)
    is_there = (place[before] == place - 1) & (panel.period > 0)
    return np.where(is_there, values[before], np.nan)
