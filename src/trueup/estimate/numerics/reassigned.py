"""The overall group-time effect under many other assignments of adoption dates, at once.

Given who adopts when, the effect of `trueup.estimate.numerics.group_time` is linear in the
outcome; what other assignments of the same dates would have shown is therefore sums over units.
"""

from __future__ import annotations

import numpy as np

from trueup.estimate.numerics.group_time import NEVER, Bools, Design, Floats, Ints, bases_of

CHUNK = 20_000_000
"""Most numbers held at once for the indicator of who is in which class."""


def reassigned(outcomes: Floats, assignments: Ints, design: Design) -> Floats:
    """Return the overall effect on each outcome under each assignment.

    Parameters
    ----------
    outcomes
        ``(n_outcomes, n_units, n_periods)``, NaN where nothing was seen, in all or in none.
    assignments
        Adoption period of each unit, `NEVER` for none, ``(n_assignments, n_units)``.
    design
        Who is compared with whom.

    Returns
    -------
    Floats
        ``(n_assignments, n_outcomes)``; NaN where an assignment leaves nothing to compare.
    """
    classes = np.unique(assignments)
    size = max(1, CHUNK // (classes.size * outcomes.shape[1]))
    parts = [
        _chunk(outcomes, assignments[start : start + size], classes, design)
        for start in range(0, assignments.shape[0], size)
    ]
    return np.concatenate(parts)


def _chunk(outcomes: Floats, assignments: Ints, classes: Ints, design: Design) -> Floats:
    seen = np.isfinite(outcomes[0])
    filled = np.where(seen, outcomes, 0.0)
    member = (assignments[:, None, :] == classes[None, :, None]).astype(float)
    cohorts = classes[classes != NEVER]
    bases = bases_of(cohorts, np.flatnonzero(seen.any(axis=0)), design.anticipation)
    total = np.zeros((assignments.shape[0], outcomes.shape[0]))
    weight = np.zeros(assignments.shape[0])
    whole = bool(seen.all())
    sums = [member @ layer for layer in filled] if whole else []
    for cohort, base in zip(cohorts, bases, strict=True):
        if base < 0:
            continue
        last = outcomes.shape[2] if design.horizon is None else cohort + design.horizon + 1
        periods = np.arange(cohort, min(last, outcomes.shape[2]))
        if whole:
            n = np.repeat(member.sum(axis=2)[:, :, None], periods.size, axis=2)
            changes = [layer[:, :, periods] - layer[:, :, [base]] for layer in sums]
        else:
            both = seen[:, periods] & seen[:, [base]]
            n = member @ both.astype(float)
            changes = [member @ ((layer[:, periods] - layer[:, [base]]) * both) for layer in filled]
        own = int(np.searchsorted(classes, cohort))
        treated, served = n[:, own], _served(n, classes, periods, design)
        known = (treated > 0) & (served > 0)
        weight += (treated * known).sum(axis=1)
        for place, change in enumerate(changes):
            against = _served(change, classes, periods, design) / np.maximum(served, 1.0)
            total[:, place] += ((change[:, own] - treated * against) * known).sum(axis=1)
    with np.errstate(invalid="ignore"):
        return total / np.where(weight > 0, weight, np.nan)[:, None]


def _served(sums: Floats, classes: Ints, periods: Ints, design: Design) -> Floats:
    """Add up the classes that serve as controls in each period, ``(n_assignments, n_periods)``."""
    never: Bools = classes == NEVER
    known: Floats = sums[:, never].sum(axis=1)
    if design.never_only:
        return known
    from_here = np.cumsum(sums[:, ::-1], axis=1)[:, ::-1]
    first = np.searchsorted(classes, periods + design.anticipation, side="right")
    inside = first < classes.size
    gathered: Floats = from_here[:, np.minimum(first, classes.size - 1), np.arange(periods.size)]
    served: Floats = known + gathered * inside
    return served
