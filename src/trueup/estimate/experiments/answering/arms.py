"""Arms compared as lots were drawn: intention to treat, and what could have been drawn instead."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trueup.estimate.estimator import SEED
from trueup.estimate.experiments.drawn import Drawn
from trueup.estimate.inference.bounds import Bounds, Refusal
from trueup.estimate.inference.cluster_robust import crv1_error, student_interval, student_p
from trueup.estimate.inference.permutation import DRAWS, Inverted, invert
from trueup.estimate.inference.rule import rule_for
from trueup.estimate.inference.wild import inverted
from trueup.estimate.numerics.regression.dealing import deal_rows
from trueup.estimate.numerics.regression.within import Partialled
from trueup.estimate.panel import Floats

_ONE_ARM = Refusal(
    reason="Nobody has rows of both arms within a week, so that nothing can be compared.",
    remedy="Let the experiment run on.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Rows as usual less rows without AI, on the scale of the outcome.

    Parameters
    ----------
    bounds
        Interval by the rule for few clusters, a cluster being a person.
    lots
        What lots drawn anew, the same way, say of these persons.
    """

    bounds: Bounds
    lots: Inverted


def compare(
    drawn: Drawn, *, level: float = 0.95, seed: int = SEED, draws: int = DRAWS
) -> Compared | Refusal:
    """Compare the arms as they were allotted, whatever people then did.

    Parameters
    ----------
    level
        Of both intervals.
    seed
        Of lots drawn anew and of the bootstrap.
    draws
        How often lots are drawn anew.
    """
    fitted = drawn.fitted()
    if fitted is None:
        return _ONE_ARM
    lots = _by_lots(drawn, fitted, level, (seed, draws))
    found = bounds_of(fitted, level, seed)
    if found is not None:
        return Compared(bounds=found, lots=lots)
    if math.isinf(lots.low) or math.isinf(lots.high):
        return Refusal(
            reason=f"Lots could have fallen in too few ways: the least p is {lots.least_p:.2g}.",
            remedy="Let more people take part, or for longer.",
        )
    bounds = Bounds(
        coefficient=fitted.coefficient,
        low=lots.low,
        high=lots.high,
        level=level,
        recipe="permutation",
        method=f"lots drawn anew ({draws:,} draws), inverted",
        error=None,
        p_value=lots.p_value,
        least_p=lots.least_p,
        n_clusters=drawn.n_persons,
        n_treated=drawn.n_persons,
        speaks_of="these units",
        seed=seed,
    )
    return Compared(bounds=bounds, lots=lots)


def bounds_of(fitted: Partialled, level: float, seed: int) -> Bounds | None:
    """Return the interval persons bear as clusters; None where lots alone can judge."""
    persons = fitted.nuisance.rows.n_clusters
    recipe = rule_for(persons, persons, arms=False)
    if recipe == "permutation":
        return None
    value, error = fitted.coefficient, crv1_error(fitted)
    low, high = student_interval(value, error, persons, level)
    found = Bounds(
        coefficient=value,
        low=low,
        high=high,
        level=level,
        recipe="crv1",
        method="cluster-robust by person (CRV1), Student's t",
        error=error,
        p_value=student_p(value, error, persons) if error > 0 else 1.0,
        least_p=None,
        n_clusters=persons,
        n_treated=persons,
        speaks_of="units like these",
        seed=None,
    )
    if recipe == "crv1":
        return found
    wild = inverted(found, fitted, seed)
    return None if wild is None or np.isinf((wild.low, wild.high)).any() else wild


def _by_lots(drawn: Drawn, fitted: Partialled, level: float, luck: tuple[int, int]) -> Inverted:
    seed, draws = luck
    anew = drawn.mechanism.again(draws, seed)
    deals: Floats = np.vstack([drawn.as_usual, anew])[:, drawn.lot]
    dealt = deal_rows(fitted, deals)
    return invert(dealt.shown, dealt.taken, level)
