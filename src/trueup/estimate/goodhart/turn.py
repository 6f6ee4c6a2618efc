"""Where tokens turned, when nobody wrote down the date: the largest of all breaks, and its chance.

The scan is the one of cliffs in dose (`trueup.estimate.numerics.jump`), with the calendar as the
dose: a straight line in time stays under the null, since use that grows has no break.
"""

from __future__ import annotations

import numpy as np

from trueup.estimate.goodhart.finding import Turn
from trueup.estimate.inference.bounds import Refusal
from trueup.estimate.numerics.jump.ranked import Ranked, rank_rows
from trueup.estimate.numerics.jump.scan import candidates, scan, sup_draws
from trueup.estimate.numerics.regression.within import recode
from trueup.estimate.panel import Bools, Floats, Panel

DRAWS = 999
BLOCK = 3
"""Weeks that share a shock, where all teams are one series."""
FEWEST = 26
"""Weeks in all, or a break cannot be told from growth."""


def find_turn(
    panel: Panel, beyond: Floats, exposed: Bools | None, *, seed: int, draws: int = DRAWS
) -> Turn | Refusal:
    """Seek the week in which excess tokens jumped.

    Parameters
    ----------
    beyond
        Excess tokens, ``(n_rows,)``.
    exposed
        Which units are known to be counted, ``(n_units,)``: the jump is sought against the
        others, clustered by team. None: in the weekly mean of all teams, in blocks of weeks.
    """
    if panel.n_periods < FEWEST:
        return Refusal(
            reason=f"{panel.n_periods} weeks are too few to tell a break from growth.",
            remedy=f"Bring {FEWEST} weeks or more, or name the date of the policy.",
        )
    against = exposed is not None and bool(exposed.any()) and not bool(exposed.all())
    rows = _against_others(panel, beyond, exposed) if against and exposed is not None else None
    rows = _of_all(panel, beyond) if rows is None else rows
    places = candidates(rows)
    found = scan(rows, places) if places.size else None
    if found is None or found.place.size < 3:
        return Refusal(
            reason="Too few weeks have teams with tokens on both sides.",
            remedy="Bring more weeks, or name the date of the policy.",
        )
    sups = sup_draws(rows, found, draws=draws, rng=np.random.default_rng(seed))
    best = int(np.argmax(found.statistic))
    largest = float(found.statistic[best])
    first = int(found.place[best])
    return Turn(
        week=panel.periods[min(first, panel.n_periods - 1)],
        p_value=float((1 + (sups >= largest).sum()) / (1 + draws)),
        jump=float(found.jump[best]),
        against_others=against,
    )


def _against_others(panel: Panel, beyond: Floats, exposed: Bools) -> Ranked:
    """Rank exposed team-weeks by calendar; the others stand at nought and give week effects."""
    place = np.flatnonzero(np.isfinite(beyond))
    unit, period = panel.unit[place], panel.period[place]
    weeks = recode(period)
    dummies = (weeks[:, None] == np.arange(1, int(weeks.max()) + 1)).astype(np.float64)
    return rank_rows(
        beyond[place],
        np.where(exposed[unit], period + 1.0, 0.0),
        panel.cluster[unit],
        nuisance=dummies,
        absorbed=recode(unit),
        line=True,
        apart=True,
    )


def _of_all(panel: Panel, beyond: Floats) -> Ranked:
    """Rank the weekly mean of all teams by calendar, in blocks of weeks."""
    place = np.flatnonzero(np.isfinite(beyond))
    unit, period = panel.unit[place], panel.period[place]
    levels = np.bincount(unit, beyond[place], panel.n_units).astype(np.float64)
    left = beyond[place] - (levels / np.maximum(np.bincount(unit, minlength=levels.size), 1))[unit]
    many = np.bincount(period, minlength=panel.n_periods)
    seen = np.flatnonzero(many)
    means = np.bincount(period, left, panel.n_periods)[seen] / many[seen]
    return rank_rows(
        means.astype(np.float64),
        (seen + 1.0).astype(np.float64),
        (seen // BLOCK).astype(np.int64),
        nuisance=np.empty((seen.size, 0)),
        line=True,
    )
