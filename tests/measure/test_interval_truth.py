"""Intervals on made-up worlds whose truth is known.

Nominal 95 %. With R replications the share that covers has a Monte-Carlo error of
sqrt(.95 x .05 / R); bounds below are nominal less two of those, and less 2 points for what ten or
twenty clusters of very unequal size are known to cost.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from trueup.measure.numerics.line_survival import (
    Cells,
    bin_of,
    curve_draws,
    standardised_draws,
)
from trueup.measure.numerics.resampling import cluster_draws, percentile_interval
from trueup.measure.summarising.intervals import quantile_spreads, rate_spread, ratio_spread

Floats = NDArray[np.float64]
FRAILTY = 0.4
MEAN_LIFE = 100.0


def least(replications: int, nominal: float = 0.95) -> float:
    return nominal - 2 * math.sqrt(nominal * (1 - nominal) / replications) - 0.02


@pytest.mark.parametrize("authors", [10, 20, 50])
def test_the_interval_of_a_ratio_covers_the_truth(authors: int) -> None:
    """Each author marks at a rate of their own (mean 2/7) and commits very unequally."""
    generator, covered, replications = np.random.default_rng(authors), 0, 300
    for seed in range(replications):
        rates = generator.beta(2, 5, authors)
        commits = np.maximum(1, generator.lognormal(2, 1, authors).round()).astype(np.int64)
        marked = generator.binomial(commits, rates).astype(float)
        spread = ratio_spread(
            marked,
            commits.astype(float),
            np.arange(authors),
            np.full(authors, -1),
            items=int(commits.sum()),
            of_flags=True,
            seed=seed,
        )
        assert spread.interval is not None
        covered += spread.interval.low <= 2 / 7 <= spread.interval.high
    assert covered / replications >= least(replications)


def test_taking_commits_as_independent_would_not_cover() -> None:
    """The reason for resampling authors: Wilson over commits covers less than 80 %."""
    generator, covered, replications = np.random.default_rng(5), 0, 200
    for seed in range(replications):
        rates = generator.beta(2, 5, 20)
        commits = np.full(20, 60)
        marked = generator.binomial(commits, rates).astype(float)
        spread = ratio_spread(
            marked,
            commits.astype(float),
            np.zeros(20, dtype=np.int64),
            np.full(20, -1),
            items=1200,
            of_flags=True,
            seed=seed,
        )
        assert spread.interval is not None
        covered += spread.interval.low <= 2 / 7 <= spread.interval.high
    assert covered / replications < 0.8


@pytest.mark.parametrize("weeks", [12, 52])
def test_the_interval_of_a_weekly_rate_covers_the_truth(weeks: int) -> None:
    """Weekly counts vary more than Poisson: their mean itself varies, gamma with mean 10."""
    generator, covered, replications = np.random.default_rng(weeks), 0, 300
    for seed in range(replications):
        weekly = generator.poisson(generator.gamma(4, 2.5, weeks)).astype(float)
        spread = rate_spread(weekly, weekly.sum(), weekly.mean(), 1.0, seed)
        assert spread.interval is not None
        covered += spread.interval.low <= 10 <= spread.interval.high
    assert covered / replications >= least(replications)


def test_the_interval_of_a_censored_median_covers_the_truth() -> None:
    """Waits are exponential with an author's own mean; a third are cut off."""
    generator, covered, replications = np.random.default_rng(8), 0, 150
    means = np.exp(generator.normal(0, FRAILTY, 400_000)) * 10
    truth = float(np.median(generator.exponential(means)))
    for seed in range(replications):
        author = np.repeat(np.arange(25), 12)
        mean = (np.exp(generator.normal(0, FRAILTY, 25)) * 10)[author]
        wait, cut = generator.exponential(mean), generator.exponential(20.0, author.size)
        (spread,) = quantile_spreads(
            np.minimum(wait, cut), wait < cut, author, (0.5,), clusters_of="authors", seed=seed
        )
        assert spread.interval is not None
        covered += spread.interval.low <= truth <= spread.interval.high
    assert covered / replications >= least(replications)


def written(generator: np.random.Generator, authors: int, marked_life: float = 1.0) -> Cells:
    """Six months of commits of ten lines; lives exponential, with a mean of the author's own."""
    means = np.exp(generator.normal(0, FRAILTY, authors)) * MEAN_LIFE
    commits = np.minimum(generator.lognormal(1.5, 1, (authors, 6, 2)), 8).astype(np.int64)
    author, month, marked = (
        np.repeat(axis.ravel(), 10 * commits.ravel()) for axis in np.indices((authors, 6, 2))
    )
    life = generator.exponential(means[author] * np.where(marked == 1, marked_life, 1.0))
    seen = 30 * (6 - month) + 60
    days = np.minimum(life, seen).astype(np.int64)
    ages = np.array([bin_of(int(day)) for day in range(400)])[days]
    rows, lines = np.unique(
        np.stack([author, month, marked, ages, life < seen]), axis=1, return_counts=True
    )
    return Cells(
        cluster=rows[0],
        stratum=rows[1],
        marked=rows[2] == 1,
        age=rows[3],
        died=rows[4] == 1,
        lines=lines.astype(float),
    )


def share_alive_at(days: int) -> float:
    means = np.exp(np.random.default_rng(0).normal(0, FRAILTY, 400_000)) * MEAN_LIFE
    return float(np.exp(-days / means).mean())


@pytest.mark.parametrize("authors", [10, 25])
def test_the_band_of_a_survival_curve_covers_the_truth(authors: int) -> None:
    generator, covered, replications = np.random.default_rng(authors), 0, 120
    truth = share_alive_at(30)
    for seed in range(replications):
        cells = written(generator, authors)
        draws = cluster_draws(authors, 399, seed)
        drawn = curve_draws(cells, cells.cluster, draws)[:, bin_of(30)]
        band = percentile_interval(drawn, authors)
        assert band is not None
        covered += band[0] <= truth <= band[1]
    assert covered / replications >= least(replications)


def alarms(authors: int, replications: int, marked_life: float = 1.0) -> float:
    generator, raised = np.random.default_rng(authors), 0
    for seed in range(replications):
        cells = written(generator, authors, marked_life)
        draws = cluster_draws(int(cells.cluster.max()) + 1, 199, seed)
        marked, rest = standardised_draws(cells, draws)
        band = percentile_interval((marked - rest)[:, bin_of(30)], authors)
        assert band is not None
        raised += not band[0] <= 0 <= band[1]
    return raised / replications


@pytest.mark.parametrize("authors", [10, 25])
def test_marked_lines_that_live_like_the_others_are_rarely_called_different(authors: int) -> None:
    assert alarms(authors, 80) <= 1 - least(80)


def test_marked_lines_that_live_half_as_long_are_called_different() -> None:
    assert alarms(25, 20, marked_life=0.5) >= 0.95
