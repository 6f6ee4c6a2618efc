"""A regression on units and periods with the interval its clusters can bear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from trueup.estimate.inference.bounds import Bounds, Refusal, not_refuted
from trueup.estimate.inference.cluster_robust import (
    crv1_error,
    crv3_error,
    student_interval,
    student_p,
)
from trueup.estimate.inference.permutation import DRAWS, arrangements, invert
from trueup.estimate.inference.rule import FEW_TREATED, MANY_TREATED, Recipe, rule_for
from trueup.estimate.inference.sample import NEAR, Sample, bare, keep_informative
from trueup.estimate.inference.wild import WildBootstrap, draw_turns
from trueup.estimate.numerics.regression.dealing import deal_paths
from trueup.estimate.numerics.regression.poisson import fit_poisson
from trueup.estimate.numerics.regression.within import Nuisance, Partialled, partial_out
from trueup.estimate.panel import Floats, Ints
from trueup.model.effect import SpeaksOf

Link = Literal["difference", "proportion"]
"""Least squares, or the logarithm of the mean (Poisson pseudo-likelihood)."""

MOST_LEFT_OUT = 200
"""More clusters than this are not left out one by one: there the jackknife adds nothing."""
COLLINEAR = Refusal(
    reason="Adoption cannot be told from unit and period: no unit serves as a comparison.",
    remedy="Add units that adopt at another time, or not at all.",
)
ENDLESS = (
    "Doubling the clusters, or adopting in more of them, would give the test something to see."
)


def regress(
    sample: Sample, link: Link, level: float, seed: int, *, jackknife: bool = True
) -> Bounds | Refusal:
    """Return the coefficient of the regressor with the interval the few-cluster rule gives.

    Parameters
    ----------
    link
        Whether effects are differences or proportions (then on the logarithmic scale).
    jackknife
        Give a bootstrapped interval the error of the jackknife; else it has none.
    """
    refused = _refuse(sample)
    if refused is not None:
        return refused
    clusters, treated = sample.rows.n_clusters, int(sample.switching.sum())
    recipe = rule_for(clusters, treated, arms=sample.arms)
    if recipe == "permutation" and sample.paths is None:
        if treated <= FEW_TREATED or (sample.arms and 0 < clusters - treated <= FEW_TREATED):
            return Refusal(
                reason=f"Treatment varies in {treated} of {clusters} clusters, too few to "
                "resample, and differs within them, so that it cannot be dealt out anew.",
                remedy="Give clusters that adopt as a whole, or more of them.",
            )
        recipe = "wild"
    fitted = _fit(sample, link)
    if fitted is None:
        return COLLINEAR
    if recipe == "crv1" and effective_clusters(fitted, sample) < MANY_TREATED:
        recipe = "wild"
    recipes = {"crv1": _by_sandwich, "wild": _by_wild, "permutation": _by_permutation}
    found = recipes[recipe](_Asked(sample, link, fitted, level, seed, clusters, treated, jackknife))
    if isinstance(found, Bounds) and np.isinf([found.low, found.high]).all():
        return _endless(found)
    return found


def _refuse(sample: Sample) -> Refusal | None:
    if sample.outcome.size == 0 or sample.rows.n_periods < 2:
        return Refusal(
            reason="Fewer than two periods hold anything, so nothing can be compared over time.",
            remedy="Bring periods from before and after adoption.",
        )
    if sample.rows.n_clusters < 2:
        return Refusal(
            reason="There is only one cluster, and shocks to it cannot be told from adoption.",
            remedy="Bring more teams or repositories.",
        )
    if np.ptp(sample.outcome) <= 1e-12 * np.abs(sample.outcome).max():
        return Refusal(
            reason="The outcome never changes.",
            remedy="Check that the column holds what it should, or bring a longer window.",
        )
    if not sample.switching.any():
        return Refusal(
            reason="Nothing changes within any unit: none was seen both before and after.",
            remedy="Bring units that adopt within the window, and periods from before.",
        )
    return None


def effective_clusters(fitted: Partialled, sample: Sample) -> float:
    """Return how many equal clusters the thinner arm is worth, by weight in the regression.

    References
    ----------
    Carter, Schnepel, Steigerwald (2017), Review of Economics and Statistics 99: the effective
    number of clusters; here the inverse Herfindahl index of each cluster's part of the bread.
    """
    rows = fitted.nuisance.rows
    bread = np.bincount(
        rows.cluster, fitted.nuisance.weights * fitted.regressor**2, rows.n_clusters
    )
    switching = sample.switching
    arms = [bread[switching], bread[~switching] if sample.arms else bread]
    return min(float(arm.sum() ** 2 / (arm @ arm)) for arm in arms if arm.size)


def _endless(found: Bounds) -> Refusal:
    floor = "" if found.least_p is None else f"; the least p it can reach is {found.least_p:.2g}"
    return Refusal(
        reason=f"With {found.n_treated} of {found.n_clusters} clusters treated, no effect, however "
        f"large, can be refuted at {1 - found.level:.0%}{floor}.",
        remedy=ENDLESS,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A fitted regression and what is asked of it."""

    sample: Sample
    link: Link
    fitted: Partialled
    level: float
    seed: int
    clusters: int
    treated: int
    jackknife: bool = True

    def bounds(
        self, ends: tuple[float, float], recipe: Recipe, method: str, error: float | None, p: float
    ) -> Bounds:
        """Pack ends that come of resampling clusters."""
        return Bounds(
            coefficient=self.fitted.coefficient,
            low=ends[0],
            high=ends[1],
            level=self.level,
            recipe=recipe,
            method=method,
            error=error,
            p_value=p,
            least_p=None,
            n_clusters=self.clusters,
            n_treated=self.treated,
            speaks_of="units like these",
            seed=None,
        )


def _fit(sample: Sample, link: Link) -> Partialled | None:
    """Fit, and return the regression (of a count: the last weighted step) with nuisance out."""
    if link == "difference":
        return partial_out(sample.outcome, sample.regressor, sample.rows)
    if partial_out(sample.outcome, sample.regressor, sample.rows) is None:
        return None
    columns = np.column_stack([sample.regressor, sample.rows.covariates])
    fitted = fit_poisson(sample.outcome, columns, bare(sample.rows))
    if fitted is None:
        return None
    working = (sample.outcome - fitted.mean) / fitted.mean
    working = working + fitted.coefficients[0] * sample.regressor
    return partial_out(working, sample.regressor, sample.rows, fitted.mean)


def jackknife_error(sample: Sample, link: Link, coefficient: float) -> float | None:
    """Return the CRV3 error, None where the coefficient is lost without some cluster."""
    if sample.rows.n_clusters > MOST_LEFT_OUT:
        return None
    left_out = []
    for cluster in range(sample.rows.n_clusters):
        rest = sample.take(np.flatnonzero(sample.rows.cluster != cluster))
        if link == "proportion":
            rest = keep_informative(rest)
        if not rest.outcome.size or not rest.switching.any():
            return None
        fitted = _fit(rest, link)
        if fitted is None:
            return None
        left_out.append(fitted.coefficient)
    return crv3_error(coefficient, np.array(left_out))


def by_jackknife(found: Bounds) -> Bounds:
    """Return the interval of the cluster jackknife (CRV3) beside a bootstrapped one."""
    assert found.error is not None
    clusters = found.n_clusters
    low, high = student_interval(found.coefficient, found.error, clusters, found.level)
    return replace(
        found,
        low=low,
        high=high,
        method=f"cluster jackknife (CRV3), t with {clusters - 1} degrees of freedom",
        p_value=student_p(found.coefficient, found.error, clusters),
        least_p=None,
        seed=None,
    )


def by_sandwich(sample: Sample, link: Link, level: float) -> Bounds | Refusal:
    """Return the coefficient with cluster-robust errors, however few the clusters."""
    fitted = None if sample.rows.n_clusters < 2 else _fit(sample, link)
    if fitted is None:
        return COLLINEAR
    clusters, treated = sample.rows.n_clusters, int(sample.switching.sum())
    return _by_sandwich(_Asked(sample, link, fitted, level, 0, clusters, treated))


def _by_sandwich(asked: _Asked) -> Bounds:
    fitted, clusters = asked.fitted, asked.clusters
    error = crv1_error(fitted)
    ends = student_interval(fitted.coefficient, error, clusters, asked.level)
    p = student_p(fitted.coefficient, error, clusters)
    method = f"cluster-robust (CRV1), t with {clusters - 1} degrees of freedom"
    return asked.bounds(ends, "crv1", method, error, p)


def _by_wild(asked: _Asked) -> Bounds | Refusal:
    turns = draw_turns(asked.clusters, asked.seed)
    rough = max(crv1_error(asked.fitted), 1e-6 * abs(asked.fitted.coefficient))
    error = None
    if asked.jackknife:
        error = jackknife_error(asked.sample, asked.link, asked.fitted.coefficient)
    if asked.link == "difference":
        p_of: Callable[[float], float] = WildBootstrap(asked.fitted, turns).p_value
    else:

        def p_of(null: float) -> float:
            fitted = at_null(asked.sample, null)
            return 0.0 if fitted is None else WildBootstrap(fitted, turns).p_value()

    ends = not_refuted(p_of, asked.fitted.coefficient, rough, asked.level)
    if ends is None:
        return _at_odds(asked)
    method = f"wild cluster restricted bootstrap, {turns.law}, inverted"
    found = asked.bounds(ends, "wild", method, error, p_of(0.0))
    return _with(found, turns.least_p, asked.seed)


def _with(
    found: Bounds, least_p: float, seed: int, speaks_of: SpeaksOf = "units like these"
) -> Bounds:
    return replace(found, least_p=least_p, seed=seed, speaks_of=speaks_of)


def _at_odds(asked: _Asked) -> Refusal:
    return Refusal(
        reason=f"The test refutes its own estimate: {asked.clusters} clusters of such unequal "
        "size do not bear an interval.",
        remedy="Bring more clusters, or ask about an outcome less unequal among them.",
    )


def at_null(sample: Sample, null: float) -> Partialled | None:
    """Fit a count with the coefficient held, and return the weighted step that would free it.

    References
    ----------
    Kline, Santos (2012), "A score based approach to wild bootstrap inference", Journal of
    Econometric Methods 1: resampling scores of the restricted fit.
    """
    held = null * sample.regressor
    fitted = fit_poisson(sample.outcome, sample.rows.covariates, bare(sample.rows), held)
    if fitted is None:
        return None
    return partial_out(
        (sample.outcome - fitted.mean) / fitted.mean, sample.regressor, sample.rows, fitted.mean
    )


def _by_permutation(asked: _Asked) -> Bounds | Refusal:
    sample, fitted = asked.sample, asked.fitted
    assert sample.paths is not None
    kinds, labels = np.unique(sample.paths, axis=0, return_inverse=True)
    deals, complete = arrangements(labels.ravel(), seed=asked.seed)
    seed = asked.seed
    dealt = "every way" if complete else f"{DRAWS:,} ways"
    method = f"permutation of treatment among {asked.clusters} clusters ({dealt}), inverted"
    if asked.link == "difference":
        given = deal_paths(fitted, kinds, deals)
        said = invert(given.shown, given.taken, asked.level)
        found = asked.bounds((said.low, said.high), "permutation", method, None, said.p_value)
        return _with(found, said.least_p, seed, "these units")
    p_of = partial(p_of_deals, sample, kinds, deals)
    power = np.abs(deal_paths(fitted, kinds, deals).taken)
    least = float(np.mean(power >= power[0] * (1 - NEAR)))
    if least > 1 - asked.level:
        return _endless(_with(asked.bounds((0, 0), "permutation", method, None, 1.0), least, seed))
    ends = not_refuted(p_of, fitted.coefficient, crv1_error(fitted), asked.level)
    if ends is None:
        return _at_odds(asked)
    found = asked.bounds(ends, "permutation", method, None, p_of(0.0))
    return _with(found, least, seed, "these units")


def p_of_deals(sample: Sample, kinds: Floats, deals: Ints, null: float) -> float:
    """Take a proportion out of the treated rows, and see whether what is left is remarkable."""
    rest = sample.outcome * np.exp(-null * sample.regressor)
    rows = bare(sample.rows)
    fitted = fit_poisson(rest, sample.rows.covariates, rows)
    if fitted is None:
        return 0.0
    nuisance = Nuisance(sample.rows, fitted.mean)
    ready = Partialled(
        outcome=(rest - fitted.mean) / fitted.mean,
        regressor=nuisance.residual(sample.regressor),
        nuisance=nuisance,
        n_parameters=1,
    )
    shown = np.abs(deal_paths(ready, kinds, deals).shown)
    return float(np.mean(shown >= shown[0] * (1 - NEAR)))
