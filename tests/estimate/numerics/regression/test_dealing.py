"""Dealing treatment out anew, against regressions run once for every deal."""

from __future__ import annotations

import numpy as np
import pytest

from tests.estimate.panels import drawn_panel, sample_of
from trueup.estimate.inference.permutation import arrangements
from trueup.estimate.numerics.regression.dealing import deal_paths, deal_rows, shuffle_within
from trueup.estimate.numerics.regression.within import Rows, partial_out


@pytest.mark.parametrize(("gaps", "per_cluster"), [(0.0, 1), (0.2, 1), (0.2, 2)])
def test_every_deal_gives_what_its_own_regression_gives(gaps: float, per_cluster: int) -> None:
    panel = drawn_panel(1, units=8 * per_cluster, treated=3, gaps=gaps, per_cluster=per_cluster)
    sample = sample_of(panel, "x")
    fit = partial_out(sample.outcome, sample.regressor, sample.rows)
    assert fit is not None
    assert sample.paths is not None
    kinds, labels = np.unique(sample.paths, axis=0, return_inverse=True)
    deals, _ = arrangements(labels.ravel(), seed=1, draws=40)
    dealt = deal_paths(fit, kinds, deals)
    for place in (0, 1, 17, 40):
        given = kinds[deals[place]][sample.rows.cluster, sample.rows.period]
        one = partial_out(sample.outcome, given, sample.rows)
        assert one is not None
        length = np.sqrt(one.mass)
        assert one.coefficient * length == pytest.approx(dealt.shown[place], abs=1e-9)
        assert one.regressor @ sample.regressor / length == pytest.approx(
            dealt.taken[place], abs=1e-9
        )


def test_rows_are_dealt_as_their_own_regression_says() -> None:
    rng = np.random.default_rng(2)
    treatment = np.repeat([0.0, 1.0], 20)
    covariates = np.column_stack([np.ones(40), rng.normal(size=40)])
    outcome = rng.normal(size=40)
    rows = Rows(unit=None, period=None, cluster=np.arange(40), covariates=covariates)
    fit = partial_out(outcome, treatment, rows)
    assert fit is not None
    deals = shuffle_within(treatment.astype(int), np.zeros(40, dtype=int), seed=1, draws=5)
    dealt = deal_rows(fit, deals.astype(float))
    for place in range(6):
        one = partial_out(outcome, deals[place].astype(float), rows)
        assert one is not None
        assert one.coefficient * np.sqrt(one.mass) == pytest.approx(dealt.shown[place])


def test_lots_stay_within_their_blocks_and_the_true_deal_is_first() -> None:
    labels = np.array([1, 0, 0, 1, 1, 0, 1])
    blocks = np.array([0, 0, 0, 1, 1, 2, 2])
    deals = shuffle_within(labels, blocks, seed=3, draws=200)
    assert deals[0].tolist() == labels.tolist()
    assert {tuple(np.bincount(blocks, deal)) for deal in deals} == {(1.0, 2.0, 1.0)}
    assert len({tuple(deal) for deal in deals}) == 3 * 1 * 2
