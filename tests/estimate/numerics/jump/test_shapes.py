"""Rival shapes, against statsmodels and against outcomes that are exactly one of them."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from trueup.estimate.numerics.jump.ranked import rank_rows
from trueup.estimate.numerics.jump.scan import candidates
from trueup.estimate.numerics.jump.shapes import Floats, Rival, fit_rivals


def rivals(y: Floats, q: Floats, effective: float | None = None) -> dict[str, Rival]:
    rows = rank_rows(y, q, np.arange(q.size), nuisance=np.empty((q.size, 0)), line=False)
    found = fit_rivals(
        rows, candidates(rows), effective=effective or q.size, rng=np.random.default_rng(0)
    )
    return {rival.shape: rival for rival in found}


@pytest.fixture
def q() -> Floats:
    return np.random.default_rng(3).beta(2, 2, 400)


def test_bic_differs_as_that_of_statsmodels_does(q: Floats) -> None:
    y = q**2 + np.random.default_rng(4).normal(size=q.size)
    found = rivals(y, q)
    line = sm.OLS(y, sm.add_constant(q)).fit().bic
    square = sm.OLS(y, sm.add_constant(np.column_stack([q, q**2]))).fit().bic
    assert found["linear"].bic - found["quadratic"].bic == pytest.approx(line - square, abs=1e-6)


def test_the_left_out_error_is_that_of_ten_refits(q: Floats) -> None:
    y = q + np.random.default_rng(5).normal(size=q.size)
    order = np.argsort(-q, kind="stable")
    fold = np.random.default_rng(0).permutation(np.arange(q.size) % 10)[order]
    squares = 0.0
    x, z = q[order] - q.mean(), y[order] - y.mean()
    for f in range(10):
        out = fold == f
        slope = float(x[~out] @ z[~out] / (x[~out] @ x[~out]))
        squares += float(((z - slope * x)[out] ** 2).sum())
    assert rivals(y, q)["linear"].error == pytest.approx(squares / q.size, rel=1e-6)


@pytest.mark.parametrize(
    ("shape", "truth"),
    [
        ("kink", lambda q: q + 4 * np.maximum(q - 0.6, 0)),
        ("jump", lambda q: q + (q > 0.6)),
        ("logistic", lambda q: 1 / (1 + np.exp(-(q - 0.55) / 0.09))),
        ("quadratic", lambda q: q**2),
    ],
)
def test_a_clear_shape_is_preferred_and_placed(shape: str, truth: object, q: Floats) -> None:
    assert callable(truth)
    y = truth(q) + 0.1 * np.random.default_rng(6).normal(size=q.size)
    found = rivals(y, q)
    assert min(found.values(), key=lambda rival: rival.bic).shape == shape
    place = found[shape].place
    assert place is None if shape == "quadratic" else place == pytest.approx(0.58, abs=0.04)


def test_fewer_effective_rows_make_every_lead_smaller(q: Floats) -> None:
    y = (q > 0.6) + np.random.default_rng(7).normal(size=q.size)
    many, few = rivals(y, q), rivals(y, q, effective=100)
    lead = many["quadratic"].bic - many["jump"].bic
    assert few["quadratic"].bic - few["jump"].bic < lead


def test_doses_that_pile_up_on_nought_still_give_a_spline(q: Floats) -> None:
    q = np.where(q < 0.5, 0.0, q)
    y = np.sin(6 * q) + 0.1 * np.random.default_rng(8).normal(size=q.size)
    found = rivals(y, q)
    assert np.isfinite([rival.bic for rival in found.values()]).all()
    assert found["spline"].error < found["linear"].error
