"""Quarters of least and most use: the published recipe, and what calendar growth makes of it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.estimate.panels import Floats, made_panel
from trueup.estimate.estimator import Fit
from trueup.estimate.estimators.low_high_quarters import (
    DESIGN,
    ESTIMATOR,
    LowHighQuarters,
    Quarters,
    in_quarters,
    log_ratio,
    low_and_high,
    rank_correlation,
)
from trueup.estimate.estimators.two_way import ESTIMATOR as TWO_WAY
from trueup.estimate.panel import Panel
from trueup.estimate.question import Question
from trueup.model.evidence import Abstention

QUESTION = Question(outcome="y", scale="level")


def growing_world(seed: int) -> Panel:
    """Return two years in which everything grows by a tenth a quarter and use does too.

    Sixty teams take up AI at different dates; nothing whatsoever is caused by it.
    """
    rng = np.random.default_rng(seed)
    week = np.arange(104)
    adopted = rng.integers(20, 90, 60)
    adopted[40:] = -1
    since = np.where(adopted[:, None] >= 0, week - adopted[:, None], -1)
    use = np.clip(since, 0, 20) / 20 + 0.1 * week / 104
    outcome = 10 * 1.1 ** (week / 13) * np.exp(0.2 * rng.normal(size=(60, 104)))
    return made_panel({"y": outcome, "dose": use}, adopted.tolist())


def test_calendar_growth_alone_is_shown_as_a_large_difference() -> None:
    """Growth of a tenth a quarter lies six quarters apart: 1.1 ** 6 - 1 = 77 %.

    The answer with a design, on the same rows, holds nought; this one does not come near it.
    """
    panel = growing_world(1)
    naive = ESTIMATOR.fit(panel, QUESTION)
    assert isinstance(naive, Fit)
    assert naive.estimate.value > 0.6
    assert naive.estimate.interval.low > 0.5
    assert naive.estimate.design == DESIGN == "association; calendar time is not removed"
    designed = TWO_WAY.fit(panel, Question(outcome="y", scale="count"))
    assert isinstance(designed, Fit)
    assert designed.estimate.interval.low < 0 < designed.estimate.interval.high
    assert abs(designed.estimate.value) < 0.05


def test_low_and_high_are_means_of_two_quarters_each() -> None:
    """Use 3, 1, 4, 2, 5 over five quarters with outcomes 30, 10, 40, 20, 50.

    Least: quarters of use 1 and 2, (10 + 20) / 2 = 15. Most: 4 and 5, (40 + 50) / 2 = 45.
    The second team's quarter of use 5 was not seen; most is then (30 + 40) / 2 = 35.
    """
    use = np.array([[3.0, 1, 4, 2, 5], [3, 1, 4, 2, 5]])
    outcome = 10 * use
    outcome[1, 4] = np.nan
    low, high = low_and_high(Quarters(adoption=use, outcome=outcome, cluster=np.arange(2)))
    assert low.tolist() == [15, 15]
    assert high.tolist() == [45, 35]


def test_weeks_are_averaged_into_whole_quarters() -> None:
    wide = np.array([[1.0, 2, 3, np.nan, 5, 6, 7]])
    assert in_quarters(wide, 3).tolist() == [[2, 5.5]]


def test_the_interval_of_the_ratio_is_the_delta_method() -> None:
    """With high = 2 low in every team the ratio is 2 for certain; clusters that differ widen it."""
    low = np.array([1.0, 2, 3, 4])
    assert log_ratio(low, 2 * low, np.arange(4)) == pytest.approx((np.log(2), 0))
    high = np.array([2.0, 4, 6, 12])
    shift = high / 6 - low / 2.5
    expected = np.sqrt(4 / 3 * np.sum((shift / 4) ** 2))
    assert log_ratio(low, high, np.arange(4))[1] == pytest.approx(expected)


def test_the_rank_correlation_is_spearmans() -> None:
    rng = np.random.default_rng(2)
    use = rng.normal(size=(20, 6))
    outcome = use + rng.normal(size=use.shape)
    rho, p, drawn = rank_correlation(
        Quarters(adoption=use, outcome=outcome, cluster=np.arange(20)), seed=1
    )
    theirs = stats.spearmanr(use.ravel(), outcome.ravel())
    assert (theirs.statistic, theirs.pvalue) == pytest.approx((rho, p))
    assert np.quantile(drawn, 0.025) < rho < np.quantile(drawn, 0.975)


def test_the_rank_correlation_stands_beside() -> None:
    found = ESTIMATOR.fit(growing_world(3), QUESTION)
    assert isinstance(found, Fit)
    (beside,) = found.beside
    assert beside.group == (("statistic", "rank correlation"),)
    assert 0 < beside.value < 1


def companies() -> Panel:
    """Return two companies, one of which does a hundred times the other's work.

    In the large one outcomes of most use are 1.5 times those of least, in the small one 2.5 times.
    """
    use = np.tile([1.0, 2, 3, 4], (20, 1))
    factor = np.where(np.arange(20) < 10, 1.5, 2.5)[:, None] * np.ones(4)
    outcome: Floats = np.where(use > 2, factor, 1.0)
    outcome[:10] *= 100
    company = np.repeat([[1.0], [2.0]], 10, axis=0) * np.ones(4)
    return made_panel({"y": outcome, "dose": use, "company": company}, [-1] * 20, grain="quarter")


def test_companies_count_alike_whatever_their_size() -> None:
    """Over their company's mean (1.25 and 1.75) least is 0.8 and 0.571, most 1.2 and 1.429.

    Means over teams: (1.2 + 1.429) / (0.8 + 0.571) = 1.917; unadjusted it would be near 1.5.
    """
    found = LowHighQuarters(company="company").fit(companies(), QUESTION)
    raw = ESTIMATOR.fit(companies(), QUESTION)
    assert isinstance(found, Fit)
    assert isinstance(raw, Fit)
    expected = (1.5 / 1.25 + 2.5 / 1.75) / (1 / 1.25 + 1 / 1.75)
    assert 1 + found.estimate.value == pytest.approx(expected)
    assert raw.estimate.value < 0.52


@pytest.mark.parametrize(
    ("use", "grain", "reason"),
    [
        (np.ones((20, 8)), "quarter", "0 teams were seen"),
        (np.tile(np.arange(3.0), (20, 1)), "quarter", "0 teams were seen"),
        (np.tile(np.arange(8.0), (20, 1)), "week", "0 teams were seen"),
        (np.tile(np.arange(8.0), (20, 1)), "year", "do not make quarters"),
        (np.tile(np.arange(8.0), (4, 1)), "quarter", "Only 4 teams"),
    ],
)
def test_too_few_quarters_or_teams_or_use_that_never_differs_is_an_abstention(
    use: Floats, grain: str, reason: str
) -> None:
    outcome = np.random.default_rng(1).uniform(1, 2, use.shape)
    panel = made_panel({"y": outcome, "dose": use}, [-1] * use.shape[0], grain=grain)  # type: ignore[arg-type]
    found = ESTIMATOR.fit(panel, QUESTION)
    assert isinstance(found, Abstention)
    assert reason in found.reason


def test_no_column_of_use_is_an_abstention() -> None:
    found = LowHighQuarters(dose="wau").fit(growing_world(4), QUESTION)
    assert isinstance(found, Abstention)
    assert "'wau'" in found.reason
