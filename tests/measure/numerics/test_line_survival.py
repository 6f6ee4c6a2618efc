from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from trueup.measure.numerics.kaplan_meier import kaplan_meier
from trueup.measure.numerics.line_survival import (
    BINS,
    Cells,
    bin_of,
    comparable,
    curve,
    curve_draws,
    standardised,
    standardised_draws,
)


def cells(seed: int, size: int = 400) -> Cells:
    generator = np.random.default_rng(seed)
    return Cells(
        cluster=generator.integers(0, 12, size),
        stratum=generator.integers(0, 5, size),
        marked=generator.random(size) < 0.4,
        age=generator.integers(0, BINS, size),
        died=generator.random(size) < 0.6,
        lines=generator.integers(1, 20, size).astype(float),
    )


def repeated(of: Cells, times: np.ndarray) -> Cells:
    return Cells(
        **{
            field.name: np.repeat(getattr(of, field.name), times.astype(int))
            for field in dataclasses.fields(Cells)
        }
    )


def test_bins_are_days_up_to_90_and_five_days_up_to_730() -> None:
    assert [bin_of(day) for day in (0, 14, 90, 94, 95, 365, 730, 9000)] == [
        0, 14, 90, 90, 91, 145, 218, 218,
    ]  # fmt: skip
    assert BINS == 219


@pytest.mark.parametrize("seed", range(3))
def test_the_curve_of_counts_equals_kaplan_meier_of_single_lines(seed: int) -> None:
    counts = cells(seed)
    ages = np.repeat(counts.age, counts.lines.astype(int)).astype(float)
    died = np.repeat(counts.died, counts.lines.astype(int))
    expected = kaplan_meier(ages, died)
    ours = curve(counts)
    for age in (0, 14, 30, 90, 145):
        assert ours[age] == pytest.approx(expected.at(float(age)))


def test_a_resample_equals_the_curve_of_repeated_clusters() -> None:
    counts = cells(1)
    draws = np.random.default_rng(5).integers(0, 3, (6, 12)).astype(float)
    drawn = curve_draws(counts, counts.cluster, draws)
    for row, times in zip(drawn, draws, strict=True):
        np.testing.assert_allclose(row, curve(repeated(counts, times[counts.cluster])))


def test_standardising_equals_weighting_every_single_line() -> None:
    counts = cells(2)
    marked, unmarked = standardised(counts)
    weight = np.ones(counts.lines.size)
    for stratum in range(5):
        here = counts.stratum == stratum
        arm = here & ~counts.marked
        weight[arm] = counts.lines[here & counts.marked].sum() / counts.lines[arm].sum()
    for arm, ours in ((counts.marked, marked), (~counts.marked, unmarked)):
        expected = kaplan_meier(
            counts.age[arm].astype(float),
            counts.died[arm],
            weights=counts.lines[arm] * weight[arm],
        )
        assert ours[14] == pytest.approx(expected.at(14.0))
        assert ours[90] == pytest.approx(expected.at(90.0))


def test_a_stratum_that_one_arm_lacks_is_left_out_of_both() -> None:
    counts = cells(3)
    lonely = dataclasses.replace(counts, stratum=np.where(counts.marked, counts.stratum, 0))
    kept = lonely.take(lonely.stratum == 0)
    np.testing.assert_allclose(standardised(lonely)[0], standardised(kept)[0])
    assert comparable(lonely) == pytest.approx(
        kept.lines[kept.marked].sum() / lonely.lines[lonely.marked].sum()
    )


def test_both_arms_are_resampled_by_the_same_draw() -> None:
    counts = cells(4)
    draws = np.ones((1, 12))
    marked, unmarked = standardised_draws(counts, draws)
    np.testing.assert_allclose(marked[0], standardised(counts)[0])
    np.testing.assert_allclose(unmarked[0], standardised(counts)[1])
