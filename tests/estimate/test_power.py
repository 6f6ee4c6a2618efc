"""What a panel could see before its effect is read."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from tests.estimate.checks.worlds import (
    Ints,
    noise,
    panel_of,
    staggered,
    treated,
)
from trueup.estimate.assessment import Power
from trueup.estimate.estimator import Fit
from trueup.estimate.estimators.callaway_santanna import ESTIMATOR
from trueup.estimate.numerics.design.detectable import (
    Layout,
    Noise,
    callaway_santanna_weights,
    detectable,
    fewest,
    fit_noise,
    imputation_weights,
    variance_of,
)
from trueup.estimate.panel import NEVER, Panel
from trueup.estimate.power import Arms, arms, power
from trueup.estimate.question import Question
from trueup.model.evidence import Abstention

LEVEL = Question(outcome="y", unit="changes", smallest=0.2)


def answered(panel: Panel, question: Question = LEVEL) -> Power:
    found = power(panel, question)
    assert isinstance(found, Power), found
    return found


# Section 5 of the reference notes, worked out there from the closed form of an AR(1) mean:
# equal arms, one date, log outcome, normal reference. In per cent.
@pytest.mark.parametrize(
    ("units", "sd", "persistence", "expected"),
    [
        (10, 0.6, 0.3, (97, 48, 32)),
        (20, 1.0, 0.3, (122, 59, 39)),
        (40, 1.0, 0.6, (105, 59, 40)),
        (100, 0.6, 0.3, (24, 13, 9)),
        (400, 1.0, 0.6, (25, 16, 11)),
    ],
)
def test_the_table_of_detectable_effects_is_reproduced(
    units: int, sd: float, persistence: float, expected: tuple[int, ...]
) -> None:
    for weeks, per_cent in zip((8, 26, 52), expected, strict=True):
        layout = Layout(
            starts=np.array([weeks, NEVER]),
            sizes=np.array([units / 2, units / 2]),
            n_periods=2 * weeks,
        )
        variance = variance_of(
            imputation_weights(layout),
            layout.sizes,
            Noise(passing=0.0, lasting=sd**2, persistence=persistence),
        )
        effect = detectable(math.sqrt(variance), math.inf)
        assert 100 * math.expm1(effect) == pytest.approx(per_cent, abs=0.6)


@pytest.mark.parametrize("asked", [LEVEL, replace(LEVEL, horizon=3, anticipation=1)])
@pytest.mark.parametrize("share", [0.5, 1.0])
def test_the_weights_are_those_of_the_estimator(asked: Question, share: float) -> None:
    """On a whole panel the estimate is the weights times the class means."""
    starts = staggered(40, 20, share)
    values = noise(1, 40, 20) + treated(starts, 20)
    fit = ESTIMATOR.fit(panel_of(values, starts), asked)
    assert isinstance(fit, Fit)
    classes = np.unique(starts)
    layout = Layout(
        starts=classes,
        sizes=np.array([float((starts == one).sum()) for one in classes]),
        n_periods=20,
        horizon=asked.horizon,
        anticipation=asked.anticipation,
    )
    means = np.stack([values[starts == one].mean(axis=0) for one in classes])
    weights = callaway_santanna_weights(layout)
    assert weights.sum(axis=1) == pytest.approx(np.zeros(classes.size), abs=1e-12)
    assert float((weights * means).sum()) == pytest.approx(fit.raw)


def test_imputation_weights_give_back_an_effect_and_ignore_units_and_periods() -> None:
    starts = np.array([5, 8, NEVER])
    layout = Layout(starts=starts, sizes=np.array([3.0, 4.0, 5.0]), n_periods=12)
    weights = imputation_weights(layout)
    both = np.arange(3)[:, None] * 7.0 + np.arange(12)[None, :] ** 2
    assert float((weights * (both + 2 * treated(starts, 12))).sum()) == pytest.approx(2.0)


def test_noise_is_told_from_units_and_periods() -> None:
    """Lasting variance 1 with persistence 0.6, and 0.5 that passes; a semivariogram by hand."""
    rng = np.random.default_rng(2)
    values = noise(3, 2000, 24, rho=0.6) + rng.normal(0, math.sqrt(0.5), (2000, 24))
    found = fit_noise(values)
    assert found is not None
    gaps = found.gaps(24)[0]
    expected = 0.5 + (1 - 0.6 ** np.arange(1, 24))
    assert gaps[1:] == pytest.approx(expected, rel=0.04)


@pytest.mark.parametrize("seed", range(11, 16))
def test_noise_without_memory_is_given_none(seed: int) -> None:
    """A chance wobble far out, taken for lasting noise, would be projected over any horizon."""
    found = fit_noise(noise(seed, 200, 34, rho=0.0))
    assert found is not None
    assert found.lasting == 0
    assert found.passing == pytest.approx(1.0, abs=0.03)


def test_short_series_do_not_look_calmer_than_they_are() -> None:
    """Four periods of persistence 0.9: demeaning would halve the variance; differences do not."""
    found = fit_noise(noise(4, 4000, 4, rho=0.9))
    assert found is not None
    assert found.gaps(4)[0, 1:] == pytest.approx(1 - 0.9 ** np.arange(1, 4), rel=0.08)


def test_what_clusters_share_is_seen_and_lowers_what_can_be_found() -> None:
    groups = np.repeat(np.arange(40), 5)
    rng = np.random.default_rng(5)
    values = noise(6, 200, 20) + rng.normal(0, 1, (40, 20))[groups]
    shared = fit_noise(values, groups)
    assert shared is not None
    assert shared.gaps(20)[0, 1:].mean() == pytest.approx(1.0, abs=0.15)
    starts = staggered(40, 20)[groups]
    alone = answered(panel_of(values, starts))
    together = answered(panel_of(values, starts, groups))
    assert together.smallest_detectable > 1.5 * alone.smallest_detectable


def test_eighty_per_cent_is_what_it_says() -> None:
    """The effect promised is put in, and found by the estimator's own interval.

    100 draws, three errors of 0.04 to each side; many more in benchmarks/power.py.
    """
    starts = staggered(40, 16)
    hits = 0
    for draw in range(100):
        values = noise(100 + draw, 40, 16, rho=0.5)
        promised = answered(panel_of(values, starts)).smallest_detectable
        fit = ESTIMATOR.fit(panel_of(values + promised * treated(starts, 16), starts), LEVEL)
        assert isinstance(fit, Fit)
        hits += fit.estimate.interval.low > 0
    assert 68 <= hits <= 92


def test_no_treated_outcome_is_read() -> None:
    starts = staggered(60, 20)
    values = noise(7, 60, 20)
    loud = values + 1000 * treated(starts, 20) * noise(8, 60, 20)
    assert answered(panel_of(values, starts)) == answered(panel_of(loud, starts))


def test_more_units_are_the_fewest_that_do() -> None:
    starts = staggered(40, 20)
    found = answered(panel_of(noise(9, 40, 20), starts))
    assert found.more_units is not None
    ratio = (found.smallest_detectable / 0.2) ** 2
    assert (40 + found.more_units) / 40 == pytest.approx(ratio, rel=0.08)
    assert f"{found.more_units:,} more units" in found.says


def test_no_number_of_periods_outruns_the_noise_of_one_base_period() -> None:
    found = answered(panel_of(noise(10, 40, 20), staggered(40, 20)))
    assert found.more_periods is None


def test_more_periods_help_where_all_before_adoption_is_used() -> None:
    starts = np.where(np.arange(200) < 100, 30, NEVER)
    panel = panel_of(noise(11, 200, 34, rho=0.0), starts)
    found = power(panel, replace(LEVEL, smallest=0.12), estimator="imputation")
    assert isinstance(found, Power)
    assert found.more_periods is not None
    assert 0 < found.more_periods < 30


def test_proportions_are_said_as_proportions() -> None:
    starts = staggered(60, 20)
    positive = np.exp(noise(12, 60, 20, sd=0.3) / 3)
    log = answered(panel_of(positive, starts), Question(outcome="y", scale="log"))
    count = answered(panel_of(positive, starts), Question(outcome="y", scale="count"))
    thousandfold = answered(panel_of(1000 * positive, starts), Question(outcome="y", scale="count"))
    assert 0.01 < log.smallest_detectable < 0.5
    assert count.smallest_detectable == pytest.approx(thousandfold.smallest_detectable)
    assert "%" in log.says


@pytest.mark.parametrize(
    ("values", "starts", "scale", "reason"),
    [
        (noise(13, 6, 10), np.array([5, 5, 5, NEVER, NEVER, NEVER]), "level", "no p under"),
        (np.ones((40, 10)), staggered(40, 10), "level", "does not vary"),
        (noise(14, 40, 10), staggered(40, 10), "log", "not positive"),
        (noise(15, 40, 10), np.full(40, NEVER), "level", "none that adopts"),
        (noise(16, 40, 10), np.zeros(40, dtype=int), "level", "does not vary|No unit that adopts"),
    ],
)
def test_what_cannot_be_known_is_an_abstention(
    values: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    starts: Ints,
    scale: str,
    reason: str,
) -> None:
    found = power(panel_of(values, starts), replace(LEVEL, scale=scale))  # type: ignore[arg-type]
    assert isinstance(found, Abstention)
    assert re.search(reason, found.reason)


def arms_of(adopting: int, others: int) -> Arms:
    return Arms(treated=adopting, others=others, share=np.full(adopting, 1 / adopting))


def test_the_smaller_arm_sets_the_degrees_of_freedom() -> None:
    """Welch with three and seventeen: (1/3 + 1/17)^2 / ((1/3)^2 / 2 + (1/17)^2 / 16)."""
    expected = (1 / 3 + 1 / 17) ** 2 / (1 / 18 + 1 / 289 / 16)
    assert arms_of(3, 17).degrees == pytest.approx(expected)
    assert arms_of(3, 17).degrees_with(2) == pytest.approx(arms_of(6, 34).degrees)
    assert arms_of(1, 19).degrees == 18
    assert arms_of(12, 0).degrees == pytest.approx(11)


def test_an_adopter_seen_longest_leaves_fewer_degrees_of_freedom() -> None:
    """Three adopters, the first from period 2 of 6, the others from 4: shares 1/2, 1/4, 1/4.

    By `test_group_time_error` these leave 1.4459, and controls without end add none.
    """
    starts = np.array([2, 4, 4] + [NEVER] * 9_000)
    found = arms(panel_of(np.zeros((starts.size, 6)), starts))
    assert found.share == pytest.approx(np.array([0.5, 0.25, 0.25]))
    assert found.degrees == pytest.approx(1.4459, rel=1e-3)


def test_the_fewest_is_found() -> None:
    assert fewest(lambda more: more >= 37, 1000) == 37
    assert fewest(lambda _: True, 1000) == 0
    assert fewest(lambda more: more > 1000, 1000) is None
    assert fewest(lambda more: more >= 1000, 1000) == 1000
