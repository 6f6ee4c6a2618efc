"""Every candidate at once, against one dense regression a candidate."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray

from trueup.errors import EstimateError
from trueup.estimate.numerics.jump.ranked import Ranked, fit_column, indicator, rank_rows
from trueup.estimate.numerics.jump.scan import (
    Scan,
    candidates,
    drawn_scores,
    left_out_residual,
    scan,
    sup_draws,
)

Floats = NDArray[np.float64]
CLOSE = 1e-9
CLUSTERS = 30


class Given:
    """Three hundred rows of thirty clusters, doses rounded so that many are tied."""

    def __init__(self, *, units: bool) -> None:
        rng = np.random.default_rng(1)
        self.n = 300
        self.cluster = rng.integers(0, CLUSTERS, self.n)
        self.unit = self.cluster * 3 + rng.integers(0, 3, self.n) if units else None
        self.dose = np.round(rng.random(self.n), 2)
        self.covariates = rng.normal(size=(self.n, 3))
        self.covariates[:, 2] = 2 * self.covariates[:, 0]
        self.y = rng.normal(size=self.n) + rng.normal(size=CLUSTERS)[self.cluster]

    def rows(self) -> Ranked:
        return rank_rows(
            self.y, self.dose, self.cluster, nuisance=self.covariates, absorbed=self.unit
        )

    def maker(self) -> Floats:
        """Return the residual maker with a column for everything."""
        columns = [np.ones(self.n), self.dose, *self.covariates.T]
        if self.unit is not None:
            columns += [self.unit == unit for unit in np.unique(self.unit)]
        dense = np.column_stack(columns).astype(float)
        return np.asarray(np.eye(self.n) - dense @ np.linalg.pinv(dense))


def brute(given: Given, places: Floats) -> list[tuple[float, float, float]]:
    maker = given.maker()
    left = maker @ given.y
    found = []
    for place in places:
        step = (given.dose > place).astype(float)
        clean = maker @ step
        squares = [
            float((clean @ (left * (given.cluster == c))) ** 2) for c in np.unique(given.cluster)
        ]
        found.append((float(step @ left), float(step @ clean), sum(squares)))
    return found


def scanned(given: Given) -> tuple[Ranked, Scan]:
    rows = given.rows()
    return rows, scan(rows, candidates(rows))


@pytest.mark.parametrize("units", [False, True])
def test_the_scan_equals_one_dense_regression_a_candidate(*, units: bool) -> None:
    given = Given(units=units)
    _, found = scanned(given)
    total, spread, variance = zip(*brute(given, found.place), strict=True)
    assert found.place.size > 50
    assert found.total == pytest.approx(total, abs=CLOSE)
    assert found.spread == pytest.approx(spread, abs=CLOSE)
    assert found.variance == pytest.approx(variance, abs=CLOSE)


@pytest.mark.parametrize("units", [False, True])
def test_a_draw_equals_refitting_residuals_with_turned_signs(*, units: bool) -> None:
    given = Given(units=units)
    rows, found = scanned(given)
    sign = np.random.default_rng(2).choice([-1.0, 1.0], size=(4, CLUSTERS))
    summed = np.zeros((CLUSTERS, rows.basis.shape[1]))
    np.add.at(summed, rows.cluster, rows.basis * rows.residual[:, None])
    drawn = drawn_scores(rows, rows.residual, sign, summed)[:, found.above - 1]
    maker = given.maker()
    for turned, scores in zip(sign, drawn, strict=True):
        left = maker @ (maker @ given.y * turned[given.cluster])
        brute_scores = [(given.dose > place) @ left for place in found.place]
        assert scores == pytest.approx(brute_scores, abs=CLOSE)


@pytest.mark.parametrize("clusters", [CLUSTERS, 140])
def test_residuals_drawn_from_are_those_of_the_fit_without_the_cluster(clusters: int) -> None:
    """With few clusters by solving for each, with many by a series."""
    given = Given(units=False)
    given.cluster = np.arange(given.n) % clusters
    rows = given.rows()
    mine = np.empty(given.n)
    mine[rows.order] = left_out_residual(rows)
    dense = np.column_stack([np.ones(given.n), given.dose, given.covariates])
    for c in range(clusters):
        own = given.cluster == c
        slopes = np.linalg.lstsq(dense[~own], given.y[~own], rcond=None)[0]
        assert mine[own] == pytest.approx(given.y[own] - dense[own] @ slopes, abs=CLOSE)


def test_rows_that_are_their_own_cluster_are_left_out_alike() -> None:
    given = Given(units=False)
    given.cluster = np.arange(given.n)
    rows = given.rows()
    own = np.einsum("ij,ij->i", rows.basis, rows.basis)
    assert left_out_residual(rows) == pytest.approx(rows.residual / (1 - own))


def test_the_jump_and_its_error_are_those_of_statsmodels() -> None:
    given = Given(units=False)
    rows, found = scanned(given)
    k = found.best
    jump, error = fit_column(rows, indicator(rows, int(found.above[k])))
    step = (given.dose > found.place[k]).astype(float)
    dense = sm.add_constant(np.column_stack([given.dose, given.covariates[:, :2], step]))
    fit = sm.OLS(given.y, dense).fit(cov_type="cluster", cov_kwds={"groups": given.cluster})
    assert jump == pytest.approx(fit.params[-1], abs=CLOSE)
    assert error == pytest.approx(fit.bse[-1], abs=CLOSE)


def test_candidates_keep_fifteen_per_cent_of_rows_on_either_side() -> None:
    """Twenty doses 1..20: above 3 lie 17 rows (85 %), above 17 lie 3 (15 %)."""
    dose = np.arange(1.0, 21.0)
    rows = rank_rows(dose % 3, dose, np.arange(20), nuisance=np.empty((20, 0)))
    assert rows.dose[candidates(rows)].tolist() == list(range(17, 2, -1))


def test_candidates_need_a_tenth_of_the_clusters_on_either_side() -> None:
    """Twenty-one clusters; all high doses are one cluster's, and one is not a tenth."""
    dose = np.concatenate([np.arange(20.0), 20 + np.arange(20.0)])
    cluster = np.concatenate([np.arange(20), np.full(20, 20)])
    rows = rank_rows(dose % 3, dose, cluster, nuisance=np.empty((40, 0)))
    kept = rows.dose[candidates(rows)]
    assert kept.max() == 17.0


def test_within_units_a_place_that_no_unit_crosses_tells_nothing() -> None:
    """Forty units at two doses each; none crosses the gap from 0.5 to 0.9."""
    unit = np.repeat(np.arange(40), 2)
    low = np.where(unit < 20, 0.1, 0.9) + 0.001 * unit
    dose = low + np.tile([0.0, 0.3], 40)
    rows = rank_rows(dose % 0.07, dose, unit, nuisance=np.empty((80, 0)), absorbed=unit)
    kept = rows.dose[candidates(rows)]
    assert kept.size > 0
    assert not ((kept >= dose[unit < 20].max()) & (kept < 0.9)).any()


def test_the_same_seed_draws_the_same() -> None:
    rows, found = scanned(Given(units=True))
    one, two = (sup_draws(rows, found, draws=70, rng=np.random.default_rng(5)) for _ in range(2))
    assert one.tolist() == two.tolist()
    assert one.size == 70


def test_a_unit_in_two_clusters_is_refused() -> None:
    with pytest.raises(EstimateError, match="two clusters"):
        rank_rows(
            np.arange(4.0),
            np.arange(4.0),
            np.array([0, 0, 1, 1]),
            nuisance=np.empty((4, 0)),
            absorbed=np.array([0, 1, 1, 2]),
        )
