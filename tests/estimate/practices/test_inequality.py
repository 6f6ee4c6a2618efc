from __future__ import annotations

import numpy as np
import pytest

from trueup.estimate.practices.inequality import (
    Spread,
    gini,
    inequality,
    level_means,
    ratio_of_tenths,
)
from trueup.model.evidence import Abstention


def test_gini_is_half_the_relative_mean_absolute_difference() -> None:
    values = np.random.default_rng(1).lognormal(size=60)
    differences = np.abs(values[:, None] - values[None, :]).mean()
    assert gini(values) == pytest.approx(differences / (2 * values.mean()))
    assert gini(np.ones(5)) == pytest.approx(0)
    assert gini(np.array([0.0, 0.0, 0.0, 1.0])) == pytest.approx(0.75)
    assert gini(np.zeros(4)) == 0


def test_a_ratio_over_nought_is_not_said() -> None:
    assert ratio_of_tenths(np.arange(1.0, 102.0)) == pytest.approx(91 / 11)
    assert ratio_of_tenths(np.zeros(10)) is None


def test_between_levels_everyone_has_the_mean_of_his_level() -> None:
    means = level_means(np.array([1.0, 3.0, 10.0]), np.array([1, 1, 3]))
    assert means.tolist() == [2.0, 2.0, 10.0]


def test_spreads_come_with_intervals_and_small_levels_are_refused() -> None:
    rng = np.random.default_rng(2)
    level = np.repeat([1, 2, 3], [30, 30, 5])
    found = inequality(rng.lognormal(size=65) * level, level, draws=199)
    assert [each.of if isinstance(each, Spread) else "" for each in found] == [
        "all", "between levels", "level 1", "level 2", "",
    ]  # fmt: skip
    assert isinstance(found[-1], Abstention)
    for each in found[:-1]:
        assert isinstance(each, Spread)
        assert each.gini_interval.low <= each.gini <= each.gini_interval.high
