"""Kappa against a table worked by hand, published examples, and statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from trueup.measure.labels.agreement import kappa, squared

COHEN_1968 = np.array([[88, 10, 2], [14, 40, 6], [18, 10, 12]])
"""Two judges, 200 cases; printed there: kappa .492, weighted .348."""


def test_a_table_of_two_labels_worked_by_hand() -> None:
    """Agreed: 35 of 50 = .7. By chance .5 * .6 + .5 * .4 = .5. Kappa = (.7 - .5) / .5 = .4.

    Interval: margins of rows .5, .5 and of columns .6, .4. Terms p * (w - (a + b) * .6)^2, where a
    is the column's margin of the row's label and b the row's margin of the column's label:
    .4 * (1 - 1.1 * .6)^2 + .3 * (1 - .9 * .6)^2 + .1 * (1.1 * .6)^2 + .2 * (.9 * .6)^2
    = .04624 + .06348 + .04356 + .05832 = .2116; less (.4 - .5 * .6)^2 = .01, leaves .2016.
    Half of the interval: 1.96 * sqrt(.2016 / 50) / .5 = .24892.
    """
    found = kappa(np.array([[20, 5], [10, 15]]))
    assert found is not None
    assert found.value == pytest.approx(0.4)
    assert found.n == 50
    assert (found.low, found.high) == pytest.approx((0.4 - 0.24892, 0.4 + 0.24892), abs=1e-4)


def test_the_figures_a_published_example_prints() -> None:
    graver = np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]], dtype=float)
    plain, weighted = kappa(COHEN_1968), kappa(COHEN_1968, graver)
    assert plain is not None
    assert weighted is not None
    assert (round(plain.value, 3), round(weighted.value, 3)) == (0.492, 0.348)


@pytest.mark.parametrize("is_ordered", [False, True])
def test_values_and_intervals_are_those_of_statsmodels(is_ordered: bool) -> None:
    chance = np.random.default_rng(3)
    for _ in range(20):
        counts = chance.integers(1, 30, size=(4, 4)) + 20 * np.eye(4, dtype=int)
        found = kappa(counts, squared(4) if is_ordered else None)
        theirs = cohens_kappa(counts, wt="fc" if is_ordered else None)
        assert found is not None
        assert found.value == pytest.approx(theirs.kappa)
        ends = theirs.kappa_low, theirs.kappa_upp
        assert (found.low, found.high) == pytest.approx(ends, abs=1e-6)


def test_where_both_use_one_label_alone_nothing_can_be_said() -> None:
    assert kappa(np.array([[30, 0], [0, 0]])) is None
    assert kappa(np.zeros((3, 3), dtype=int)) is None


def test_full_agreement_is_one_without_doubt() -> None:
    found = kappa(np.diag([10, 20, 30]))
    assert found is not None
    assert math.isclose(found.value, 1.0)
    assert (found.low, found.high) == pytest.approx((1.0, 1.0))
