from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from trueup.measure.numerics.resampling import (
    block_draws,
    block_length,
    cluster_draws,
    percentile_interval,
    t_quantile,
)


@pytest.mark.parametrize("degrees", [1, 2, 3, 9, 30, 200, 1000])
def test_student_quantiles_equal_scipy(degrees: int) -> None:
    assert t_quantile(0.975, degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=1e-4)


def test_a_resample_draws_as_many_clusters_as_there_are() -> None:
    draws = cluster_draws(12, 50, seed=1)
    assert draws.shape == (50, 12)
    assert set(draws.sum(axis=1)) == {12.0}


def test_the_same_seed_draws_the_same() -> None:
    assert (cluster_draws(5, 9, seed=3) == cluster_draws(5, 9, seed=3)).all()
    assert (block_draws(9, 3, 4, seed=3) == block_draws(9, 3, 4, seed=3)).all()


def test_blocks_keep_neighbours_together() -> None:
    """With blocks of 3, drawing a period alone without either neighbour cannot happen."""
    draws = block_draws(30, 3, 200, seed=2)
    assert set(draws.sum(axis=1)) == {30.0}
    neighbours = np.roll(draws, 1, axis=1) + np.roll(draws, -1, axis=1)
    assert ((draws > 0) & (neighbours == 0)).sum() == 0


def test_the_block_length_is_the_cube_root() -> None:
    assert [block_length(n) for n in (1, 8, 27, 28, 64)] == [1, 2, 3, 4, 4]


def test_few_clusters_make_the_interval_wider_than_plain_percentiles() -> None:
    """For a normal bootstrap distribution the expanded interval is the t interval."""
    normal = np.sort(stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000))
    found = percentile_interval(normal, 10)
    assert found is not None
    assert found[1] == pytest.approx(np.sqrt(10 / 9) * stats.t.ppf(0.975, 9), rel=0.01)


def test_one_cluster_has_no_interval() -> None:
    assert percentile_interval(np.arange(10.0), 1) is None


def test_mostly_empty_resamples_have_no_interval() -> None:
    assert percentile_interval(np.array([1.0, 2.0, np.nan, np.nan]), 10) is None
