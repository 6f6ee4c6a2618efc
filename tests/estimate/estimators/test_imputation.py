"""imputation: published answers, and intervals that hold for few units."""

from __future__ import annotations

import dataclasses
import math

import causaldata
import moderndid
import numpy as np
import pytest

from tests.estimate.wide_panels import panel_from, panel_of, staggered
from trueup.estimate.catalogue import find_estimator
from trueup.estimate.estimator import Fit
from trueup.estimate.numerics.group_time import Design
from trueup.estimate.numerics.imputed import imputed
from trueup.estimate.panel import NEVER, Bools, Panel
from trueup.estimate.question import Question
from trueup.model.evidence import Abstention

LEVEL = Question(outcome="outcome")


def fit(panel: Panel, question: Question = LEVEL) -> Fit:
    found = find_estimator("imputation").fit(panel, question)
    assert isinstance(found, Fit), found
    return found


def test_the_county_example_gives_the_published_answer() -> None:
    """-0.0477 (.0132 to .0135 by four libraries)."""
    panel = panel_from(
        moderndid.load_mpdta(), "countyreal", "year", "first.treat", {"outcome": "lemp"}
    )
    found = fit(panel)
    assert round(found.raw, 4) == -0.0477
    assert found.raw_error is not None
    assert 0.0130 < found.raw_error < 0.0137


def test_self_defence_laws_give_the_published_answer() -> None:
    """.067 (.057) on log homicide; leaving one out widens it a little."""
    rows = causaldata.castle.load_pandas().data
    first = rows[rows["post"] > 0].groupby("sid")["year"].min()
    rows = rows.assign(first=rows["sid"].map(first).fillna(0))
    panel = panel_from(rows, "sid", "year", "first", {"outcome": "homicide"})
    found = fit(panel, dataclasses.replace(LEVEL, scale="log"))
    assert found.raw == pytest.approx(0.067, abs=5e-4)
    assert found.raw_error is not None
    assert 0.057 <= found.raw_error < 0.065


def test_the_horizon_and_anticipated_periods_are_respected() -> None:
    """Our own solution of the normal equations, which skips them, is the oracle."""
    values, adopted = staggered(1)
    question = dataclasses.replace(LEVEL, horizon=2, anticipation=1)
    expected = imputed(values[None], adopted[None], Design(horizon=2, anticipation=1))[0, 0]
    assert fit(panel_of(values, adopted), question).raw == pytest.approx(expected, abs=1e-8)


def test_periods_in_which_all_have_adopted_teach_nothing() -> None:
    values, adopted = staggered(1, dates=(4, 6))
    adopted = np.where(adopted == NEVER, 9, adopted)
    whole = fit(panel_of(values, adopted))
    cut = fit(panel_of(values[:, :9], np.where(adopted == 9, NEVER, adopted)))
    assert whole.raw == pytest.approx(cut.raw)


def test_a_count_is_a_share_of_the_mean_without_adoption() -> None:
    values, adopted = staggered(1)
    counts = np.random.default_rng(0).poisson(np.exp(1 + 0.2 * values)).astype(float)
    treated = (adopted[:, None] != NEVER) & (np.arange(12) >= adopted[:, None])
    effect = imputed(counts[None], adopted[None], Design())[0, 0]
    mean = counts[treated].mean()
    found = fit(panel_of(counts, adopted), dataclasses.replace(LEVEL, scale="count"))
    assert found.estimate.value == pytest.approx(effect / (mean - effect))
    assert found.raw == pytest.approx(math.log(mean / (mean - effect)))


def test_the_error_of_a_proportion_is_that_of_dropping_units_in_turn() -> None:
    """The jackknife of log(mean with / mean without), 60 units, effect +240 %, within a tenth."""
    values, adopted = staggered(2, strength=8.0)
    counts = np.random.default_rng(0).poisson(np.exp(1 + 0.2 * values)).astype(float)
    treated = (adopted[:, None] != NEVER) & (np.arange(12) >= adopted[:, None])

    def answer(kept: Bools) -> float:
        effect = imputed(counts[None, kept], adopted[None, kept], Design())[0, 0]
        mean = counts[kept][treated[kept]].mean()
        return math.log(mean / (mean - effect))

    jackknife = math.sqrt(59 * np.var([answer(np.arange(60) != k) for k in range(60)]))
    found = fit(panel_of(counts, adopted), dataclasses.replace(LEVEL, scale="count"))
    assert found.raw_error == pytest.approx(jackknife, rel=0.1)


def test_few_clusters_are_judged_by_permutation() -> None:
    values, _ = staggered(1, n=8)
    found = fit(panel_of(values, [4, 4, 8, 8] + [NEVER] * 4))
    assert found.raw_error is None
    assert found.estimate.least_p == pytest.approx(1 / 420)


def test_few_clusters_of_several_units_are_judged_by_permutation() -> None:
    """Twelve clusters, four of them adopting: as units by Student's t, of two units each not."""
    values, _ = staggered(1, n=24)
    dates, pairs = np.array([4] * 4 + [NEVER] * 8), np.repeat(np.arange(12), 2)
    assert fit(panel_of(values[:12], dates)).raw_error is not None
    found = fit(panel_of(values, dates[pairs], cluster=pairs))
    assert found.raw_error is None
    assert found.estimate.least_p == pytest.approx(1 / 495)


def test_it_speaks_of_these_units_even_when_asked_of_others() -> None:
    values, adopted = staggered(1)
    question = dataclasses.replace(LEVEL, speaks_of="units like these")
    assert fit(panel_of(values, adopted), question).estimate.speaks_of == "these units"


def test_covariates_and_lone_designs_are_refused() -> None:
    values, adopted = staggered(1)
    for panel, question, word in (
        (panel_of(values, adopted, size=values), "size", "covariates"),
        (panel_of(values, np.full(adopted.size, 5)), "", "has not adopted"),
        (panel_of(values[:6], [5, 5, 5, NEVER, NEVER, NEVER]), "", "Too few"),
    ):
        asked = dataclasses.replace(LEVEL, covariates=(question,) if question else ())
        found = find_estimator("imputation").fit(panel, asked)
        assert isinstance(found, Abstention)
        assert word in found.reason


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """24 teams, 30 draws: at .95, fewer than 25 would be chance once in three hundred."""
    held = 0
    for seed in range(30):
        values, adopted = staggered(seed, n=24, strength=0.0)
        interval = fit(panel_of(values, adopted)).estimate.interval
        held += interval.low <= 0 <= interval.high
    assert held >= 25
