"""Families of tests, against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from trueup.estimate.numerics.multiplicity import benjamini_hochberg, holm

DRAWN = np.random.default_rng(0).random((20, 7)) ** 2


@pytest.mark.parametrize("p", DRAWN)
def test_holm_is_that_of_statsmodels(p: np.typing.NDArray[np.float64]) -> None:
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


@pytest.mark.parametrize("p", DRAWN)
def test_benjamini_hochberg_is_that_of_statsmodels(p: np.typing.NDArray[np.float64]) -> None:
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1])


def test_one_test_needs_no_adjustment() -> None:
    assert holm([0.03]).tolist() == [0.03]
    assert benjamini_hochberg([0.03]).tolist() == [0.03]
