"""Exposed teams against unexposed ones, since a policy against before it, with house intervals."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np

from trueup.estimate.estimator import Estimator
from trueup.estimate.estimators.before_after import ESTIMATOR as BEFORE_AFTER
from trueup.estimate.estimators.imputation import ESTIMATOR as IMPUTATION
from trueup.estimate.goodhart.excess import Rate, excess, log_of, log_work
from trueup.estimate.inference.bounds import Bounds, Refusal
from trueup.estimate.inference.regression import regress
from trueup.estimate.inference.sample import draw_sample
from trueup.estimate.inference.stating import adoption
from trueup.estimate.numerics.regression.within import partial_out
from trueup.estimate.panel import NEVER, Floats, Panel
from trueup.estimate.question import Question
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention

LEVEL = 0.95
NOBODY_ELSE = Refusal(
    reason="Every team came under the policy, so that nothing shows what would have been without.",
    remedy="Bring teams that were not under it, or say of which teams it was.",
)


def difference(
    panel: Panel, values: Floats, *, seed: int, level: float = LEVEL
) -> Bounds | Refusal:
    """Return the difference in differences of `values`, ``(n_rows,)``, clustered by team.

    Effects of team and of week are taken out; the interval is the one the number of teams can
    bear (`trueup.estimate.inference.rule`). Where policies came at several dates, teams under one
    already would serve as comparison, and a rise that grows would be taken for none: there each
    team's values without a policy are imputed from weeks that had none.

    References
    ----------
    Borusyak, Jaravel, Spiess (2024), Review of Economic Studies 91, for several dates.
    """
    if bool(panel.ever_treated.all()):
        return NOBODY_ELSE
    if several_dates(panel):
        return _asked_of(IMPUTATION, panel, values, level, seed)
    sample = draw_sample(panel, values, adoption(panel))
    found = regress(sample, "difference", level, seed, jackknife=False)
    return _of_teams(found) if isinstance(found, Refusal) else found


def _of_teams(refusal: Refusal) -> Refusal:
    """Say of teams and policies what inference says of clusters and treatment."""
    words = {"clusters treated": "teams under it", "clusters": "teams", "cluster": "team"}
    reason = refusal.reason
    for theirs, ours in words.items():
        reason = reason.replace(theirs, ours)
    return Refusal(reason=reason, remedy="Bring more teams, under the policy and not under it.")


def several_dates(panel: Panel) -> bool:
    """Say whether teams came under a policy at more than one date."""
    return bool(np.unique(panel.adopted_in[panel.ever_treated]).size > 1)


def inflation(panel: Panel, rate: Rate, spent: str, *, seed: int) -> Bounds | Refusal:
    """Return by how many log points tokens rose beyond what surviving work accounts for.

    Notes
    -----
    The rate b is itself estimated, from other weeks. Its error matters as far as work moved along
    with the policy, and is added to both reaches in quadrature: the method of variance estimates
    recovery for a difference of two independent estimates.

    References
    ----------
    Zou, Donner (2008), Statistics in Medicine 27: construction of intervals for functions of
    parameters from their own intervals.
    """
    found = difference(panel, excess(panel, rate, spent), seed=seed)
    if isinstance(found, Refusal):
        return found
    return _with_rate(found, rate, work_moved(panel))


def work_moved(panel: Panel) -> float:
    """Return by how many log points surviving work moved with the policy, against the others."""
    sample = draw_sample(panel, log_work(panel), adoption(panel))
    if not sample.outcome.size or sample.rows.n_clusters < 2:
        return 0.0
    fitted = partial_out(sample.outcome, sample.regressor, sample.rows)
    return 0.0 if fitted is None else fitted.coefficient


def _with_rate(found: Bounds, rate: Rate, moved: float) -> Bounds:
    own = NormalDist().inv_cdf((1 + found.level) / 2) * rate.slope_error * moved
    point = found.coefficient
    return replace(
        found,
        low=point - math.hypot(point - found.low, own),
        high=point + math.hypot(found.high - point, own),
    )


def before_after(panel: Panel, values: Floats, *, seed: int) -> Bounds | Refusal:
    """Return exposed teams since the policy against themselves before: growth stays in it."""
    return _asked_of(BEFORE_AFTER, panel, values, LEVEL, seed)


def _asked_of(
    estimator: Estimator, panel: Panel, values: Floats, level: float, seed: int
) -> Bounds | Refusal:
    """Ask an estimator of effects for a difference in `values`."""
    named = replace(panel, columns={"values": values})
    fit = estimator.fit(named, Question(outcome="values", level=level), seed=seed)
    if isinstance(fit, Abstention):
        return Refusal(reason=fit.reason, remedy=fit.remedy)
    found = fit.estimate
    return Bounds(
        coefficient=found.value,
        low=found.interval.low,
        high=found.interval.high,
        level=found.interval.level,
        recipe="crv1",
        method=found.interval.method,
        error=found.standard_error,
        p_value=_p_of(found),
        least_p=found.least_p,
        n_clusters=found.n_clusters,
        n_treated=found.n_treated,
        speaks_of=found.speaks_of,
        seed=found.seed,
    )


def _p_of(found: Estimate) -> float:
    """Return the p an estimator gives, else the normal law's."""
    if found.p_value is not None:
        return found.p_value
    if not found.standard_error:
        return 1.0
    return 2 * (1 - NormalDist().cdf(abs(found.value) / found.standard_error))


def placebo(panel: Panel, values: Floats, *, seed: int, level: float) -> Bounds | Refusal:
    """Return the difference at a date half way into the weeks before the policy."""
    starts = panel.adopted_in[panel.ever_treated]
    first = int(starts.min())
    moved = np.where(panel.ever_treated, first // 2, NEVER)
    earlier = np.where(panel.period < first, values, np.nan)
    return difference(replace(panel, adopted_in=moved), earlier, seed=seed, level=level)


def log_tokens(panel: Panel, spent: str) -> Floats:
    """Return the logarithm of what was spent, ``(n_rows,)``."""
    return log_of(panel.column(spent))
