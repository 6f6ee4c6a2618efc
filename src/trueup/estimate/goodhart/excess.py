"""Tokens beyond what surviving work accounts for, by the rate that held before any policy.

The logarithm of tokens less b times that of surviving work; what a week without surviving work
takes has a coefficient of its own, so that no constant is added before the logarithm and the
answer does not depend on the unit of work.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.estimate.inference.bounds import Refusal
from trueup.estimate.inference.cluster_robust import crv1_error
from trueup.estimate.inference.sample import draw_sample
from trueup.estimate.numerics.regression.within import Partialled, partial_out
from trueup.estimate.panel import Bools, Floats, Panel

TOKENS = "tokens"
DOLLARS = "constant_dollars"
OUTPUT = "surviving_changes"
FEWEST_WEEKS = 8
"""Weeks before a policy, or it is not known what was usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What tokens went with what surviving work, before any policy.

    Parameters
    ----------
    slope, slope_error
        Log points of tokens that go with one log point of work, and its cluster-robust error;
        attenuated where work is counted with noise.
    silent
        Log points by which a week without surviving work differs from one with one change.
    n_rows
        Team-weeks it rests on.
    """

    slope: float
    slope_error: float
    silent: float
    n_rows: int


def before_policies(panel: Panel) -> Bools:
    """Say which rows lie before the first policy of all, ``(n_rows,)``; every row without one."""
    starts = panel.adopted_in[panel.ever_treated]
    first = int(starts.min()) if starts.size else panel.n_periods
    earlier: Bools = panel.period < first
    return earlier


def rate_of(panel: Panel, spent: str = TOKENS) -> Rate | Refusal:
    """Return the rate before any policy, effects of team and week taken out.

    Raises
    ------
    EstimateError
        The panel has no such column.
    """
    if panel.n_clusters < 2:
        return Refusal(
            reason="Fewer than two teams are seen before a policy, and nothing can be compared.",
            remedy="Bring more teams, under the policy and not under it.",
        )
    earlier = before_policies(panel)
    weeks = int(np.unique(panel.period[earlier]).size)
    if weeks < FEWEST_WEEKS:
        return Refusal(
            reason=f"Before the policy {weeks} weeks have tokens, too few to know what was usual.",
            remedy=f"Bring at least {FEWEST_WEEKS} weeks of tokens from before it.",
        )
    outcome = np.where(earlier, log_of(panel.column(spent)), np.nan)
    work, silent = _work(panel)
    main = _slope(panel, outcome, work, silent)
    if main is None:
        return Refusal(
            reason="Surviving work never varies before the policy, so that what tokens it took "
            "cannot be told.",
            remedy="Connect the repositories or the forge in which the work lands.",
        )
    other = _slope(panel, outcome, silent, work)
    return Rate(
        slope=main.coefficient,
        slope_error=crv1_error(main),
        silent=0.0 if other is None else other.coefficient,
        n_rows=main.n_rows,
    )


def excess(panel: Panel, rate: Rate, spent: str = TOKENS) -> Floats:
    """Return log tokens less what surviving work accounts for, ``(n_rows,)``; NaN without tokens.

    Team means are not taken out; every comparison that follows does that.
    """
    work, silent = _work(panel)
    left: Floats = log_of(panel.column(spent)) - rate.slope * work - rate.silent * silent
    return left


def log_of(values: Floats) -> Floats:
    """Return logarithms, NaN where there is nothing to take one of."""
    with np.errstate(invalid="ignore", divide="ignore"):
        logs: Floats = np.where(values > 0, np.log(values), np.nan)
    return logs


def log_work(panel: Panel) -> Floats:
    """Return the logarithm of surviving work, NaN in weeks without any."""
    return log_of(panel.column(OUTPUT))


def _work(panel: Panel) -> tuple[Floats, Floats]:
    """Return log work (nought in weeks without any) and whether there was none."""
    output = panel.column(OUTPUT)
    silent = np.where(np.isnan(output), np.nan, (output <= 0).astype(np.float64))
    logs = np.where(silent == 1, 0.0, log_of(output))
    return logs, silent


def _slope(panel: Panel, outcome: Floats, regressor: Floats, other: Floats) -> Partialled | None:
    wide = np.full((panel.n_units, panel.n_periods), np.nan)
    wide[panel.unit, panel.period] = regressor
    sample = draw_sample(panel, outcome, wide, (other,))
    if not sample.outcome.size or sample.rows.n_clusters < 2:
        return None
    return partial_out(sample.outcome, sample.regressor, sample.rows)
