"""True size of a nominal 5 % test with few clusters, by recipe: few_clusters.py [--draws 2000].

Worlds without any effect: clusters with autoregressive weeks and variances of their own, some of
them treated from the middle on. The last column is what `rule_for` picks, and how often that
refutes the truth. With ``--tails`` instead: how often the interval of a proportion holds the
truth as the outcome's tail grows heavier, and how often `counts` abstains. With ``--counts``: the
size of what the rule picks for a count's mean. With ``--dates``: sizes where nearly all adopt,
at dates that differ.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from trueup.estimate.estimators.counts import HEAVY, unforeseen
from trueup.estimate.inference.bounds import Bounds
from trueup.estimate.inference.cluster_robust import (
    crv1_error,
    crv3_error,
    student_p,
)
from trueup.estimate.inference.permutation import arrangements, invert
from trueup.estimate.inference.regression import (
    at_null,
    by_sandwich,
    effective_clusters,
    p_of_deals,
)
from trueup.estimate.inference.rule import MANY_TREATED, least_p_of_permutation, rule_for
from trueup.estimate.inference.sample import Sample
from trueup.estimate.inference.wild import WildBootstrap, draw_turns
from trueup.estimate.numerics.regression.dealing import deal_paths
from trueup.estimate.numerics.regression.within import Rows, partial_out

WEEKS = 24
SAME_WEEK = 0.7
"""Correlation of a week with the next, within a cluster."""
DESIGNS = ((6, 3), (8, 2), (10, 5), (10, 2), (20, 3), (20, 1), (20, 17), (40, 4), (40, 20), (50, 6))
RESAMPLES = 399
STAGGERED = ((40, 38), (60, 58), (20, 19))
DATES = (8, 12, 16)
COUNTED = ((8, 2), (10, 5), (20, 3), (20, 6), (40, 4), (60, 20))
TAILS = ((0, 0.5), (1, 0.5), (2, 0.5), (0, 1), (1, 1), (0, 1.5), (0, 2), (0, 3))


def shocks(rng: np.random.Generator, clusters: int, weeks: int) -> np.ndarray:
    """Return autoregressive shocks, each cluster with a standard deviation of its own."""
    spread = np.exp(rng.normal(0, 0.5, clusters))
    found = np.empty((clusters, weeks))
    found[:, 0] = rng.normal(size=clusters)
    fresh = np.sqrt(1 - SAME_WEEK**2)
    for week in range(1, weeks):
        found[:, week] = SAME_WEEK * found[:, week - 1] + fresh * rng.normal(size=clusters)
    return found * spread[:, None]


def draw(clusters: int, treated: int, seed: int) -> Sample:
    """Draw a world without any effect."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(clusters) < treated
    paths = (chosen[:, None] & (np.arange(WEEKS) >= WEEKS // 2)).astype(np.float64)
    unit = np.repeat(np.arange(clusters), WEEKS)
    rows = Rows(
        unit=unit,
        period=np.tile(np.arange(WEEKS), clusters),
        cluster=unit,
        covariates=np.empty((unit.size, 0)),
    )
    return Sample(
        outcome=shocks(rng, clusters, WEEKS).ravel(),
        regressor=paths.ravel(),
        rows=rows,
        paths=paths,
        place=np.arange(unit.size),
    )


def p_values(sample: Sample, seed: int) -> dict[str, float]:
    """Return the p of no effect by every recipe; a recipe that does not exist has none."""
    fit = partial_out(sample.outcome, sample.regressor, sample.rows)
    assert fit is not None
    assert sample.paths is not None
    clusters = sample.rows.n_clusters
    found = {"crv1": student_p(fit.coefficient, crv1_error(fit), clusters)}
    if 1 < int(sample.switching.sum()) < clusters - 1:
        left_out = []
        for cluster in range(clusters):
            rest = sample.take(np.flatnonzero(sample.rows.cluster != cluster))
            one = partial_out(rest.outcome, rest.regressor, rest.rows)
            assert one is not None
            left_out.append(one.coefficient)
        error = crv3_error(fit.coefficient, np.array(left_out))
        found["crv3"] = student_p(fit.coefficient, error, clusters)
    found["wild"] = WildBootstrap(fit, draw_turns(clusters, seed, RESAMPLES)).p_value()
    kinds, labels = np.unique(sample.paths, axis=0, return_inverse=True)
    deals, _ = arrangements(labels.ravel(), seed=seed, draws=RESAMPLES)
    dealt = deal_paths(fit, kinds, deals)
    found["permutation"] = invert(dealt.shown, dealt.taken, 0.95).p_value
    return found


def sizes(draws: int) -> None:
    """Print the table of sizes."""
    print("clusters, treated |  crv1  crv3  wild  permutation | least p | the rule")
    for clusters, treated in DESIGNS:
        drawn = [p_values(draw(clusters, treated, seed), seed) for seed in range(draws)]
        shares = {
            name: float(np.mean([one[name] <= 0.05 + 1e-12 for one in drawn])) for name in drawn[0]
        }
        said = "  ".join(
            f"{shares[name]:.3f}" if name in shares else " n/a "
            for name in ("crv1", "crv3", "wild", "permutation")
        )
        rule = rule_for(clusters, treated)
        least = least_p_of_permutation(clusters, treated)
        print(
            f"{clusters:8d}, {treated:7d} | {said}      | {least:7.2g} | "
            f"{rule} {shares[rule]:.3f} (+- {2 * np.sqrt(0.05 * 0.95 / draws):.3f})",
            flush=True,
        )


def dates(draws: int) -> None:
    """Print sizes where nearly all adopt, at three dates: the few untreated are no arm."""
    print("clusters, treated in three dates |  crv1  wild")
    for clusters, treated in STAGGERED:
        refuted = []
        for seed in range(draws):
            world = draw(clusters, 1, seed)
            start = np.random.default_rng(seed + 1).choice(DATES, clusters)
            start[treated:] = WEEKS
            paths = (np.arange(WEEKS) >= start[:, None]).astype(np.float64)
            fit = partial_out(world.outcome, paths.ravel(), world.rows)
            assert fit is not None
            sandwich = student_p(fit.coefficient, crv1_error(fit), clusters)
            wild = WildBootstrap(fit, draw_turns(clusters, seed, RESAMPLES)).p_value()
            refuted.append((sandwich <= 0.05, wild <= 0.05))
        one, two = np.mean(refuted, axis=0)
        print(f"{clusters:8d}, {treated:22d} | {one:.3f}  {two:.3f}", flush=True)


def p_of_none(counted: Sample, seed: int) -> float:
    """Return the p of no effect on a count's mean, by what the rule picks."""
    clusters, treated = counted.rows.n_clusters, int(counted.switching.sum())
    rule = rule_for(clusters, treated)
    if rule == "crv1":
        plain = by_sandwich(counted, "proportion", 0.95)
        return plain.p_value if isinstance(plain, Bounds) else 1.0
    if rule == "permutation":
        assert counted.paths is not None
        kinds, labels = np.unique(counted.paths, axis=0, return_inverse=True)
        deals, _ = arrangements(labels.ravel(), seed=seed, draws=RESAMPLES)
        return p_of_deals(counted, kinds, deals, 0.0)
    fit = at_null(counted, 0.0)
    assert fit is not None
    return WildBootstrap(fit, draw_turns(clusters, seed, RESAMPLES)).p_value()


def counts(draws: int) -> None:
    """Print how often no effect on a count's mean is refuted by what the rule picks."""
    print("clusters, treated | the rule, PPML")
    for clusters, treated in COUNTED:
        refuted = []
        for seed in range(draws):
            world = draw(clusters, treated, seed)
            rng = np.random.default_rng(seed)
            mean = np.exp(1 + 0.3 * world.outcome)
            counted = replace(world, outcome=rng.poisson(mean).astype(float))
            refuted.append(p_of_none(counted, seed) <= 0.05 + 1e-12)
        rule = rule_for(clusters, treated)
        print(f"{clusters:8d}, {treated:7d} | {rule} {np.mean(refuted):.3f}", flush=True)


def tails(draws: int) -> None:
    """Print how often intervals of a proportion hold the truth, +35 %, under heavier tails."""
    print(
        "spread between units, within | share unforeseen | sandwich holds | ours holds | abstains"
    )
    for between, within in ((0, 0.5), (1, 0.5), (2, 0.5), (0, 1), (1, 1), (0, 1.5), (0, 2), (0, 3)):
        drawn = [_tail(between, within, seed) for seed in range(draws)]
        excess, sandwich, held = (np.array(column) for column in zip(*drawn, strict=True))
        said = excess <= HEAVY
        ours = f"{np.mean(held[said]):.3f}" if said.any() else " n/a "
        print(
            f"{between:20d}, {within:6.1f} | {np.median(excess):10.2f} | "
            f"{np.mean(sandwich):14.3f} | {ours:>10} | {1 - np.mean(said):8.2f}",
            flush=True,
        )


def _tail(between: float, within: float, seed: int) -> tuple[float, bool, bool]:
    units, periods, truth = 100, 20, 0.3
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), periods)
    treated, late = np.arange(units) < units // 2, np.arange(periods) >= periods // 2
    paths = (treated[:, None] & late).astype(np.float64)
    size = np.exp(between * rng.normal(size=units))[unit]
    outcome = size * np.exp(within * rng.normal(size=unit.size) + truth * paths.ravel())
    rows = Rows(
        unit=unit,
        period=np.tile(np.arange(periods), units),
        cluster=unit,
        covariates=np.empty((unit.size, 0)),
    )
    sample = Sample(
        outcome=outcome, regressor=paths.ravel(), rows=rows, paths=paths, place=unit * 0
    )
    plain = by_sandwich(sample, "proportion", 0.95)
    assert isinstance(plain, Bounds)
    ours = plain.low <= truth <= plain.high
    fitted, at_truth = at_null(sample, plain.coefficient), at_null(sample, truth)
    assert fitted is not None
    assert at_truth is not None
    if effective_clusters(fitted, sample) < MANY_TREATED:
        ours = WildBootstrap(at_truth, draw_turns(units, seed, RESAMPLES)).p_value() > 0.05
    return (
        unforeseen(outcome, rows),
        plain.low <= truth <= plain.high,
        ours,
    )


def main() -> None:
    """Print one of the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=2_000)
    parser.add_argument("--tails", action="store_true")
    parser.add_argument("--counts", action="store_true")
    parser.add_argument("--dates", action="store_true")
    given = parser.parse_args()
    table = sizes
    for asked, other in ((given.tails, tails), (given.counts, counts), (given.dates, dates)):
        table = other if asked else table
    table(given.draws)


if __name__ == "__main__":
    main()
