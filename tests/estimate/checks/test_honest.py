from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.estimate.checks.worlds import case_of, figure, noise, panel_of, staggered, treated
from tests.estimate.numerics.honest.published import medicaid
from trueup.errors import EstimateError
from trueup.estimate.checks.honest import breakdown, check, honest_interval
from trueup.estimate.estimator import Path

STARTS = staggered(160, 20)


def medicaid_path() -> Path:
    effects, covariance, reference = medicaid()
    return Path(
        horizons=np.arange(-5, 3) - 1 + 0,
        reference=-1,
        effects=effects,
        covariance=covariance,
        weights=np.eye(8)[reference + 1],
        n_units=np.full(8, 22),
    )


def test_the_published_breakdown_is_found() -> None:
    """README of HonestDiD: the interval excludes nought at 1.5 and holds it at 2."""
    path = medicaid_path()
    assert 1.9 < breakdown(path) < 2.0
    half = honest_interval(path, 0.5)
    assert (half.low, half.high) == pytest.approx((0.0241, 0.0673), abs=0.0005)
    bent = honest_interval(path, 0.02, kind="smooth")
    assert (bent.low, bent.high) == pytest.approx((0.00286, 0.0907), abs=0.0003)


def test_a_wider_error_gives_a_wider_interval() -> None:
    path = medicaid_path()
    wide = honest_interval(path, 0.5, stretch=2.0)
    assert wide.low < honest_interval(path, 0.5).low
    assert breakdown(path, stretch=2.0) < breakdown(path)
    assert breakdown(path, stretch=20.0) == 0.0


def test_a_large_effect_after_quiet_years_stands() -> None:
    found = check(case_of(panel_of(noise(1, 160, 20, sd=0.4) + treated(STARTS, 20), STARTS)))
    assert found.answer == "holds"
    assert 0 < figure(found, "honest_low") < 1 < figure(found, "honest_high")
    assert figure(found, "breakdown_mbar") > 1


def test_a_drift_that_goes_on_is_no_effect_once_as_much_is_allowed_after_as_before() -> None:
    """Adopters drift by 0.1 a week all along, so the truth is nought and Mbar = 1 just right."""
    drift = np.where(STARTS[:, None] >= 0, 0.1, 0.0) * np.arange(20)[None, :]
    case = case_of(panel_of(noise(2, 160, 20, sd=0.4) + drift, STARTS))
    assert case.sign == 1
    assert figure(check(case), "breakdown_mbar") < 1
    assert case.fit.path is not None
    assert honest_interval(case.fit.path, 1.0).low < 0


def test_an_effect_of_the_size_of_earlier_wobbles_is_weak() -> None:
    starts = np.where(np.arange(40) < 20, 6, -1)
    found = check(case_of(panel_of(noise(6, 40, 12) + 1.6 * treated(starts, 12), starts)))
    assert found.answer == "weak"
    assert figure(found, "honest_low") < 0
    assert figure(found, "breakdown_mbar") < 0.5


def test_no_sign_leaves_nothing_to_defend() -> None:
    case = case_of(panel_of(noise(3, 160, 20, sd=0.4), STARTS))
    found = check(case)
    assert found.answer == "cannot tell"
    assert figure(found, "honest_low") < 0 < figure(found, "honest_high")


def test_it_is_never_narrower_than_the_interval_it_doubts() -> None:
    """Few clusters widen the estimate's interval, and the honest one with it."""
    starts = np.where(np.arange(14) < 4, 6, -1)
    case = case_of(panel_of(noise(4, 14, 12, sd=0.4), starts))
    own = case.fit.estimate.interval
    found = check(case)
    assert case.fit.path is not None
    assert figure(found, "block_periods") == 1
    plain = honest_interval(case.fit.path, 0.0, stretch=figure(found, "stretch"))
    assert plain.high - plain.low >= 0.999 * (own.high - own.low)


def test_no_period_before_adoption_cannot_tell() -> None:
    case = case_of(panel_of(noise(5, 40, 6), np.where(np.arange(40) < 20, 1, -1)))
    assert check(case).answer == "cannot tell"
    assert check(replace(case, fit=replace(case.fit, path=None))).answer == "cannot tell"


def test_a_path_without_leads_is_refused() -> None:
    path = medicaid_path()
    late = replace(
        path,
        horizons=path.horizons[5:], effects=path.effects[5:], weights=path.weights[5:],
        covariance=path.covariance[5:, 5:], n_units=path.n_units[5:],
    )  # fmt: skip
    with pytest.raises(EstimateError, match="nothing before adoption"):
        honest_interval(late)


def test_a_gap_before_adoption_ends_what_is_learnt_from() -> None:
    path = medicaid_path()
    kept = np.array([0, 2, 3, 4, 5, 6, 7])
    gapped = replace(
        path,
        horizons=path.horizons[kept], effects=path.effects[kept], weights=path.weights[kept],
        covariance=path.covariance[np.ix_(kept, kept)], n_units=path.n_units[kept],
    )  # fmt: skip
    short = replace(
        path,
        horizons=path.horizons[2:], effects=path.effects[2:], weights=path.weights[2:],
        covariance=path.covariance[2:, 2:], n_units=path.n_units[2:],
    )  # fmt: skip
    assert honest_interval(gapped, 1.0) == honest_interval(short, 1.0)
