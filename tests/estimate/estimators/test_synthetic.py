"""synthetic: the library's weights, and an interval by placebos."""

from __future__ import annotations

import dataclasses
import warnings

import numpy as np
import pytest
from diff_diff import SyntheticDiD

from tests.estimate.wide_panels import frame_of, panel_of, staggered
from trueup.estimate.catalogue import find_estimator
from trueup.estimate.estimator import Fit
from trueup.estimate.numerics.group_time import Design
from trueup.estimate.numerics.synthetic import synthetic
from trueup.estimate.panel import NEVER, Panel
from trueup.estimate.question import Question
from trueup.model.evidence import Abstention

LEVEL = Question(outcome="outcome")
VALUES = staggered(1, n=22)[0]
ONE = np.array([6] + [NEVER] * 21)


def fit(panel: Panel, question: Question = LEVEL) -> Fit:
    found = find_estimator("synthetic").fit(panel, question)
    assert isinstance(found, Fit), found
    return found


@pytest.mark.filterwarnings("ignore")  # of the library, about how well weights fit noise
def test_one_cohort_gives_what_the_library_gives() -> None:
    adopted = np.array([6, 6] + [NEVER] * 20)
    frame = frame_of(VALUES, adopted)
    frame["treated"] = (frame["start"] > 0).astype(int)
    theirs = SyntheticDiD(n_bootstrap=5, seed=1).fit(
        frame, "outcome", "treated", "unit", "period", post_periods=list(range(7, 13))
    )
    assert synthetic(VALUES, adopted, Design()) == pytest.approx(theirs.att, abs=1e-9)


@pytest.mark.filterwarnings("ignore")
def test_cohorts_are_averaged_by_their_treated_periods() -> None:
    """Six periods of the first, three of the second: 6 / 9 and 3 / 9."""
    both = np.array([6, 9] + [NEVER] * 20)
    first = synthetic(np.delete(VALUES, 1, axis=0), np.delete(both, 1), Design())
    second = synthetic(np.delete(VALUES, 0, axis=0), np.delete(both, 0), Design())
    assert synthetic(VALUES, both, Design()) == pytest.approx((6 * first + 3 * second) / 9)


def test_every_placebo_counts_and_the_interval_is_that_of_the_largest_but_so_many() -> None:
    """21 placebos: p can be 1/22; the interval at .95 reaches as far as the largest of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        effect = synthetic(VALUES, ONE, Design())
        placebos = []
        for k in range(1, 22):
            adopted = np.full(21, NEVER)
            adopted[k - 1] = 6
            placebos.append(abs(synthetic(VALUES[1:], adopted, Design())))
    found = fit(panel_of(VALUES, ONE)).estimate
    assert found.least_p == pytest.approx(1 / 22)
    assert found.interval.high == pytest.approx(effect + max(placebos))
    assert found.interval.low == pytest.approx(effect - max(placebos))
    assert found.p_value == pytest.approx((1 + sum(p >= abs(effect) for p in placebos)) / 22)


def test_doubling_what_a_count_shows_doubles_one_plus_the_effect() -> None:
    counts = np.exp(1 + 0.2 * VALUES)
    question = dataclasses.replace(LEVEL, scale="count")
    treated = (ONE[:, None] != NEVER) & (np.arange(12) >= ONE[:, None])
    before = fit(panel_of(counts, ONE), question).estimate
    after = fit(panel_of(counts * (1 + treated), ONE), question).estimate
    assert 1 + after.value == pytest.approx(2 * (1 + before.value))


@pytest.mark.parametrize(
    ("adopted", "n", "word"),
    [
        ([6] + [NEVER] * 9, 10, "could reach a p below 0.1"),
        ([6, 6, 6] + [NEVER] * 4, 7, "need 5"),
        ([1] + [NEVER] * 21, 22, "two periods before"),
        ([6] * 21 + [NEVER], 22, "for 1 to 20"),
    ],
)
def test_what_placebos_cannot_judge_is_refused(adopted: list[int], n: int, word: str) -> None:
    found = find_estimator("synthetic").fit(panel_of(VALUES[:n], adopted), LEVEL)
    assert isinstance(found, Abstention)
    assert word in found.reason
