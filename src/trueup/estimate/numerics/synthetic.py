"""Synthetic difference-in-differences for cohorts of adopters, with diff-diff's weights.

Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), American Economic Review 111(12): controls
weighted to move as the adopters did before, periods before weighted to stand for those after.
Cohorts are averaged by their treated unit-periods (their appendix A).
"""

from __future__ import annotations

import numpy as np

from trueup.estimate.estimator import need
from trueup.estimate.numerics.group_time import NEVER, Design, Floats, Ints

SPARSE = 1e-5
"""Weights are sought until a step gains less than this share of the noise."""


def synthetic(values: Floats, adopted: Ints, design: Design) -> float:
    """Return the average effect on adopters; NaN where no cohort has two periods before it.

    Parameters
    ----------
    values
        Outcome, complete, ``(n_units, n_periods)``.
    adopted
        First treated period, `NEVER` for none; only the latter are controls.
    design
        Its `anticipation` and `horizon`.
    """
    controls = values[adopted == NEVER]
    shift, scale = float(controls.mean()), float(controls.std()) or 1.0
    weighted, total = 0.0, 0
    for cohort in np.unique(adopted[adopted != NEVER]):
        before = int(cohort) - design.anticipation
        last = values.shape[1]
        if design.horizon is not None:
            last = min(last, int(cohort) + design.horizon + 1)
        if before < 2:
            continue
        mine = values[adopted == cohort]
        periods = np.r_[0:before, int(cohort) : last]
        effect = _one(
            (controls[:, periods] - shift) / scale, (mine[:, periods] - shift) / scale, before
        )
        many = mine.shape[0] * (last - int(cohort))
        weighted, total = weighted + many * effect * scale, total + many
    return weighted / total if total else float("nan")


def _one(controls: Floats, treated: Floats, before: int) -> float:
    """Return the effect on one cohort, with regularisation as in the paper's eq. 5."""
    library = need("diff_diff.utils")
    earlier, later = controls[:, :before].T.copy(), controls[:, before:].T.copy()
    target = treated.mean(axis=0)
    steps = np.diff(earlier, axis=0)
    noise = float(np.std(steps, ddof=1)) if steps.size > 1 else 0.0
    gain = SPARSE * (noise or 1.0)
    reach = (treated.shape[0] * later.shape[0]) ** 0.25
    units = library.compute_sdid_unit_weights(
        earlier, target[:before].copy(), zeta_omega=reach * noise, min_decrease=gain
    )
    periods = library.compute_time_weights(
        earlier, later, zeta_lambda=1e-6 * noise, min_decrease=gain
    )
    return float(
        library.compute_sdid_estimator(
            earlier, later, target[:before], target[before:], units, periods
        )
    )
