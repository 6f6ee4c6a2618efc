"""The imputation effect under many assignments of adoption dates, at once.

Borusyak, Jaravel and Spiess (2024), Review of Economic Studies 91(6): effects of unit and period
are fitted on what was not treated, and the effect is the mean of what was treated less the fit.
"""

from __future__ import annotations

import numpy as np

from trueup.estimate.numerics.group_time import NEVER, Bools, Design, Floats, Ints

CHUNK = 4_000_000
"""Most unit-periods held at once, over assignments."""


def imputed(outcomes: Floats, assignments: Ints, design: Design) -> Floats:
    """Return the overall effect on each outcome under each assignment.

    Parameters
    ----------
    outcomes
        ``(n_outcomes, n_units, n_periods)``, NaN where nothing was seen, in all or in none.
    assignments
        Adoption period of each unit, `NEVER` for none, ``(n_assignments, n_units)``.
    design
        Its `anticipation` and `horizon`; everything untreated is a control.

    Returns
    -------
    Floats
        ``(n_assignments, n_outcomes)``; NaN where an assignment leaves nothing to compare.
    """
    size = max(1, CHUNK // (outcomes.shape[1] * outcomes.shape[2]))
    return np.concatenate(
        [
            _chunk(outcomes, assignments[start : start + size], design)
            for start in range(0, assignments.shape[0], size)
        ]
    )


def _chunk(outcomes: Floats, assignments: Ints, design: Design) -> Floats:
    seen = np.isfinite(outcomes[0])
    filled = np.where(seen, outcomes, 0.0)
    start = assignments[:, :, None]
    since = np.arange(outcomes.shape[2]) - start
    adopts = start != NEVER
    free = (seen & ~(adopts & (since >= -design.anticipation))).astype(float)
    after: Bools = seen & adopts & (since >= 0)
    if design.horizon is not None:
        after &= since <= design.horizon
    by_unit, by_period = free.sum(axis=2), free.sum(axis=1)
    after &= (by_unit > 0)[:, :, None] & (by_period > 0)[:, None, :]
    per_unit = free / np.maximum(by_unit, 1.0)[:, :, None]
    # effects of period with those of unit taken out; a constant is free, an empty period is nought
    gram = 1 / outcomes.shape[2] - np.matmul(per_unit.transpose(0, 2, 1), free)
    diagonal = np.arange(outcomes.shape[2])
    gram[:, diagonal, diagonal] += np.where(by_period > 0, by_period, 1.0)
    weight = after / np.maximum(after.sum(axis=(1, 2)), 1)[:, None, None]
    answers = np.full((assignments.shape[0], outcomes.shape[0]), np.nan)
    known = after.any(axis=(1, 2))
    for place, layer in enumerate(filled):
        mean = (per_unit * layer).sum(axis=2)
        right = (free * (layer - mean[:, :, None])).sum(axis=1)
        period = np.linalg.solve(gram[known], right[known][..., None])[..., 0]
        unit = mean[known] - (per_unit[known] * period[:, None, :]).sum(axis=2)
        gap = layer - unit[:, :, None] - period[:, None, :]
        answers[known, place] = (weight[known] * gap).sum(axis=(1, 2))
    return answers
