"""An interval for few clusters: adoption dates dealt out anew, whatever the statistic."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from trueup.estimate.inference.adopters import Judged, Sample
from trueup.estimate.inference.permutation import DRAWS, arrangements, invert
from trueup.estimate.panel import NEVER, Floats, Ints
from trueup.model.evidence import Abstention

CHANCE = "Adoption could as well have fallen to other clusters at the same dates."
"""What must hold besides, once an interval comes from dealing dates out anew."""
ENOUGH = "Add clusters, adopting or not, until there are at least seven, two of them adopting."

Effects = Callable[[Floats, Ints], Floats]
"""From outcomes ``(n_outcomes, n_units, n_periods)`` and assignments ``(n, n_units)`` to effects
``(n, n_outcomes)``, linear in the outcomes given the assignment."""


def judged_by_dates(
    raw: float, effects: Effects, sample: Sample, seed: int, draws: int = DRAWS
) -> Judged | Abstention | None:
    """Judge an effect by permuting adoption dates among clusters.

    On the count scale a share s of the treated outcome is taken out, ``y (1 - s)``; the effect as
    a proportion of what is left is ``s / (1 - s)``.

    Parameters
    ----------
    raw
        The answer on the scale of its interval.
    effects
        The statistic.
    sample, seed, draws
        What is permuted, and how arrangements are drawn where there are more than `draws`.

    Returns
    -------
    Judged, Abstention or None
        None where units of one cluster adopt at different dates, so that none can be dealt out;
        an abstention where no effect could be told from chance.
    """
    dates = np.full(sample.n_clusters, NEVER)
    dates[sample.cluster] = sample.adopted
    if bool((dates[sample.cluster] != sample.adopted).any()):
        return None
    tried, whole = arrangements(dates, seed=seed, draws=draws)
    count = sample.question.scale == "count"
    of_outcome = sample.values if count else 1.0 + 0 * sample.values
    outcomes = np.stack([sample.values, np.where(sample.treated, of_outcome, 0 * sample.values)])
    shown = effects(outcomes, tried[:, sample.cluster])
    shown = shown[np.isfinite(shown).all(axis=1)]
    found = invert(shown[:, 0], shown[:, 1], sample.question.level)
    if found.least_p > (1 - sample.question.level) * (1 + 1e-9):
        return too_few(sample, found.least_p)
    ways = f"all {shown.shape[0]:,}" if whole else f"{shown.shape[0]:,} drawn"
    return Judged(
        value=raw,
        low=of_share(found.low) if count else found.low,
        high=of_share(found.high) if count else found.high,
        error=None,
        method=f"adoption dates permuted among {sample.n_clusters} clusters, "
        f"{sample.n_treated_clusters} of them treated ({ways} arrangements), inverted",
        speaks_of="these units",
        p_value=found.p_value,
        least_p=found.least_p,
    )


def too_few(sample: Sample, least_p: float) -> Abstention:
    """Abstain because nothing could be told from chance."""
    floor = f": no effect, however large, could reach a p below {least_p:.2g}"
    return sample.refuse(
        f"Too few to tell an effect from chance: {sample.n_treated_clusters} of "
        f"{sample.n_clusters} clusters adopt{floor if least_p < 1 else ''}.",
        ENOUGH,
    )


def of_share(share: float) -> float:
    """Turn the share of the treated outcome that is the effect into a logarithm of its ratio."""
    return math.inf if share >= 1 else -math.log1p(-share)
