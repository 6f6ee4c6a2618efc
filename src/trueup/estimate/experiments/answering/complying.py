"""Who kept to the lots, and what the use of AI itself did to those whom lots moved."""

from __future__ import annotations

import math

import numpy as np

from trueup.estimate.estimator import SEED, need
from trueup.estimate.experiments.drawn import Drawn
from trueup.estimate.inference.bounds import Bounds, Refusal
from trueup.estimate.inference.cluster_robust import crv1_error
from trueup.estimate.inference.permutation import DRAWS, invert
from trueup.estimate.inference.rule import rule_for
from trueup.estimate.numerics.regression.dealing import deal_rows
from trueup.estimate.numerics.regression.within import Partialled
from trueup.estimate.panel import Floats

_UNMOVED = Refusal(
    reason="Lots moved the use of AI too little: no size of a difference by use can be refused.",
    remedy="Keep to the lots more closely, or let more people take part.",
)


def use_by_arm(drawn: Drawn, used: Floats) -> tuple[float, float]:
    """Return the share of rows with use of AI, without AI by lot and as usual."""
    usual = drawn.treatment > 0
    return float(used[~usual].mean()), float(used[usual].mean())


def by_use(
    drawn: Drawn, used: Floats, *, level: float = 0.95, seed: int = SEED
) -> Bounds | Refusal:
    """Return what the use of AI did to the days or tasks whose use lots moved.

    The point is Wald's: the difference in the outcome over the difference in use. The interval
    holds every size that, taken out of the outcome in proportion to use, leaves no difference
    between lots: it is right however little lots moved (Anderson and Rubin 1949, Annals of
    Mathematical Statistics 20).

    Parameters
    ----------
    used
        Whether AI was used in each row, ``(n_rows,)``.
    """
    outcome, use = drawn.fitted(), drawn.with_outcome(used).fitted()
    if outcome is None or use is None or not abs(use.coefficient) > 0:
        return _UNMOVED
    persons = drawn.n_persons
    by_lots = rule_for(persons, persons, arms=False) == "permutation"
    ends = (
        _by_lots(drawn, outcome, use, level, seed) if by_lots else _by_clusters(outcome, use, level)
    )
    if ends is None or not (math.isfinite(ends[0]) and math.isfinite(ends[1])):
        return _UNMOVED
    return Bounds(
        coefficient=outcome.coefficient / use.coefficient,
        low=ends[0],
        high=ends[1],
        level=level,
        recipe="permutation" if by_lots else "crv1",
        method=f"Anderson-Rubin, {'lots drawn anew' if by_lots else 'cluster-robust by person'}",
        error=None,
        p_value=math.nan,
        least_p=None,
        n_clusters=persons,
        n_treated=persons,
        speaks_of="these units" if by_lots else "units like these",
        seed=seed,
    )


def _by_lots(
    drawn: Drawn, outcome: Partialled, use: Partialled, level: float, seed: int
) -> tuple[float, float] | None:
    anew = drawn.mechanism.again(DRAWS, seed)
    deals: Floats = np.vstack([drawn.as_usual, anew])[:, drawn.lot]
    found = invert(deal_rows(outcome, deals).shown, deal_rows(use, deals).shown, level)
    return found.low, found.high


def _by_clusters(outcome: Partialled, use: Partialled, level: float) -> tuple[float, float] | None:
    """Solve ``(y - b u)^2 <= t^2 Var(y - b u)`` for b; None where its solution has no ends."""
    persons = outcome.nuisance.rows.n_clusters
    reach = float(need("scipy.stats").t.ppf(0.5 + level / 2, persons - 1)) ** 2
    raised = crv1_error(outcome) ** 2
    scale = raised / float(np.sum(outcome.scores**2))
    moved = crv1_error(use) ** 2
    shared = scale * float(outcome.scores @ use.scores)
    square = use.coefficient**2 - reach * moved
    middle = outcome.coefficient * use.coefficient - reach * shared
    left = outcome.coefficient**2 - reach * raised
    inside = middle**2 - square * left
    if square <= 0 or inside < 0:
        return None
    root = math.sqrt(inside)
    return (middle - root) / square, (middle + root) / square
