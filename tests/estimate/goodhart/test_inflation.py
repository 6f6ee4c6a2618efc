"""Excess tokens and their rise: arithmetic by hand, size, coverage and power on made-up years."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.estimate.goodhart.token_panels import drawn, panel_of
from trueup.estimate.goodhart.difference import before_after, inflation, log_tokens
from trueup.estimate.goodhart.excess import TOKENS, Rate, excess, rate_of
from trueup.estimate.goodhart.saying import as_share
from trueup.estimate.inference.bounds import Bounds, Refusal
from trueup.simulate.token_weeks import TokenWorld, draw_token_year

DRAWS = 40


def found_in(world: TokenWorld) -> tuple[Bounds, Bounds]:
    """Return the rise and the naive before and after."""
    panel = drawn(world)
    rate = rate_of(panel)
    assert isinstance(rate, Rate)
    rise = inflation(panel, rate, TOKENS, seed=1)
    naive = before_after(panel, log_tokens(panel, TOKENS), seed=1)
    assert isinstance(rise, Bounds)
    assert isinstance(naive, Bounds)
    return rise, naive


def shares(inflation_of: float) -> tuple[float, float, float, float]:
    """Return refuted, covered, naively refuted, mean estimate over some draws."""
    drawn_ones = [found_in(TokenWorld(seed=seed, inflation=inflation_of)) for seed in range(DRAWS)]
    refuted = np.mean([not rise.low <= 0 <= rise.high for rise, _ in drawn_ones])
    covered = np.mean([rise.low <= inflation_of <= rise.high for rise, _ in drawn_ones])
    naive = np.mean([naive.low > 0 for _, naive in drawn_ones])
    mean = np.mean([rise.coefficient for rise, _ in drawn_ones])
    return float(refuted), float(covered), float(naive), float(mean)


def test_where_nothing_is_inflated_few_are_refuted_while_the_naive_one_always_is() -> None:
    """40 draws at 5 %: more than 6 in one case of 300 (binomial); 2,000 are in the benchmark."""
    refuted, covered, naive, mean = shares(0.0)
    assert refuted <= 0.15
    assert covered == 1 - refuted
    assert naive == 1.0
    assert abs(mean) < 0.025


def test_a_fifth_is_found_and_covered() -> None:
    """40 draws at a power of 0.99 and a coverage of 95 %."""
    refuted, covered, _, mean = shares(0.2)
    assert refuted >= 0.92
    assert covered >= 0.86
    assert mean == pytest.approx(0.2, abs=0.025)


def test_the_rate_before_the_policy_is_that_of_plain_least_squares() -> None:
    """Log tokens on log work, no work, and a dummy for each team and week, by numpy alone."""
    panel = drawn(TokenWorld(seed=3, inflation=0.7, changes=2.0))
    rate = rate_of(panel)
    assert isinstance(rate, Rate)
    early = panel.period < 26
    work = panel.column("surviving_changes")[early]
    teams = panel.unit[early, None] == np.arange(panel.n_units)
    weeks = panel.period[early, None] == np.arange(1, 26)
    logs = np.where(work > 0, np.log(np.maximum(work, 1)), 0.0)
    design = np.column_stack([logs, work == 0, teams, weeks]).astype(float)
    oracle = np.linalg.lstsq(design, np.log(panel.column(TOKENS)[early]), rcond=None)[0]
    assert (work == 0).sum() > 20
    assert (rate.slope, rate.silent) == pytest.approx(tuple(oracle[:2]), rel=1e-8)


def test_the_unit_in_which_work_is_counted_changes_nothing() -> None:
    panel = drawn(TokenWorld(seed=4, inflation=0.2, changes=2.0))
    columns = {**panel.columns, "surviving_changes": panel.column("surviving_changes") * 1_000}
    both = []
    for each in (panel, replace(panel, columns=columns)):
        rate = rate_of(each)
        assert isinstance(rate, Rate)
        both.append(inflation(each, rate, TOKENS, seed=1))
    one, other = both
    assert isinstance(one, Bounds)
    assert isinstance(other, Bounds)
    assert other.coefficient == pytest.approx(one.coefficient, abs=1e-9)


def test_excess_is_log_tokens_less_the_rate_times_log_work() -> None:
    """e^5 tokens, e^2 changes, rate 0.5: 5 - 0.5 * 2 = 4; without work, 5 - (-0.3) = 5.3."""
    panel = panel_of(draw_token_year(TokenWorld(teams=2, weeks=4, exposed=1, policy_week=2)))
    columns = {
        TOKENS: np.full(8, math.exp(5)),
        "surviving_changes": np.array([math.exp(2), 0.0, 1, 1, 1, 1, 1, 1]),
    }
    rate = Rate(slope=0.5, slope_error=0.0, silent=-0.3, n_rows=1)
    left = excess(replace(panel, columns=columns), rate)
    assert left[:3].tolist() == pytest.approx([4.0, 5.3, 5.0])


def test_the_inflated_share_is_one_less_the_inverse_of_the_rise() -> None:
    """A rise to twice as much: half of what is used is inflated."""
    rise, _ = found_in(TokenWorld(seed=1))
    share = as_share(replace(rise, coefficient=math.log(2), low=0.0, high=math.log(4)))
    assert (share.coefficient, share.low, share.high) == pytest.approx((0.5, 0.0, 0.75))


def test_an_uncertain_rate_widens_the_interval_where_work_moved_too() -> None:
    """Work of exposed teams doubles with the policy: an error of 0.1 in b is 0.07 in the rise."""
    panel = drawn(TokenWorld(seed=5))
    doubled = np.where(panel.treated, 2.0, 1.0) * panel.column("surviving_changes")
    panel = replace(panel, columns={**panel.columns, "surviving_changes": doubled})
    sure, unsure = (
        inflation(panel, Rate(slope=0.6, slope_error=error, silent=0, n_rows=1), TOKENS, seed=1)
        for error in (0.0, 0.1)
    )
    assert isinstance(sure, Bounds)
    assert isinstance(unsure, Bounds)
    own = 1.96 * 0.1 * math.log(2)
    expected = math.hypot(sure.high - sure.coefficient, own)
    assert unsure.high - unsure.coefficient == pytest.approx(expected, rel=0.05)


def test_too_few_weeks_before_the_policy_have_no_rate() -> None:
    found = rate_of(drawn(TokenWorld(policy_week=6)))
    assert isinstance(found, Refusal)
    assert "6 weeks have tokens" in found.reason


def test_work_that_never_varies_has_no_rate() -> None:
    panel = drawn(TokenWorld())
    flat = {**panel.columns, "surviving_changes": np.ones(panel.n_rows)}
    assert isinstance(rate_of(replace(panel, columns=flat)), Refusal)


def test_a_rise_that_grows_after_policies_of_several_dates_is_not_taken_for_less() -> None:
    """Half the exposed teams from week 16 and half from week 34 on, a tenth and then 2 % a week.

    The truth is the mean over exposed team-weeks. Effects of team and week alone would fall short
    by 0.12: teams under the policy already would serve as comparison.
    """
    panel = drawn(TokenWorld(seed=7, exposed=26))
    dates = np.where(np.cumsum(panel.ever_treated) % 2 == 0, 16, 34)
    panel = replace(panel, adopted_in=np.where(panel.ever_treated, dates, -1))
    since = panel.period - panel.adopted_in[panel.unit]
    grown = np.where(panel.treated, 0.1 + 0.02 * since, 0.0)
    truth = float(grown[panel.treated].mean())
    tokens = panel.column(TOKENS) * np.exp(grown)
    panel = replace(panel, columns={**panel.columns, TOKENS: tokens})
    rate = rate_of(panel)
    assert isinstance(rate, Rate)
    rise = inflation(panel, rate, TOKENS, seed=1)
    assert isinstance(rise, Bounds)
    assert rise.low < truth < rise.high
    assert rise.coefficient == pytest.approx(truth, abs=0.09)
