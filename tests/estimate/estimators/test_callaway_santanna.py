"""callaway_santanna: published answers, refusals, and what its intervals claim."""

from __future__ import annotations

import dataclasses
import math
import warnings
from typing import Any

import causaldata
import moderndid
import numpy as np
import pytest
from diff_diff import CallawaySantAnna

from tests.estimate.wide_panels import frame_of, panel_from, panel_of, staggered
from trueup.errors import EstimateError
from trueup.estimate.catalogue import find_estimator
from trueup.estimate.estimator import Fit
from trueup.estimate.panel import NEVER, Panel
from trueup.estimate.question import Question
from trueup.model.evidence import Abstention
from trueup.units import RELATIVE

LEVEL = Question(outcome="outcome")
SUCH = Question(outcome="outcome", speaks_of="units like these")


def fit(panel: Panel, question: Question = LEVEL) -> Fit:
    found = find_estimator("callaway_santanna").fit(panel, question)
    assert isinstance(found, Fit), found
    return found


def refusal(panel: Panel, question: Question = LEVEL) -> Abstention:
    found = find_estimator("callaway_santanna").fit(panel, question)
    assert isinstance(found, Abstention), found
    assert found.metric == question.outcome
    assert found.remedy.endswith(".")
    return found


@pytest.fixture(scope="module")
def counties() -> Panel:
    rows = moderndid.load_mpdta()
    return panel_from(
        rows, "countyreal", "year", "first.treat", {"outcome": "lemp", "lpop": "lpop"}
    )


def test_the_county_example_gives_what_r_prints(counties: Panel) -> None:
    """R's did: -0.0400 (.0120) simple; by horizon -0.0199, -0.0510, -0.1373, -0.1008."""
    found = fit(counties, dataclasses.replace(SUCH, controls="never"))
    assert round(found.raw, 4) == -0.0400
    assert found.raw_error == pytest.approx(0.0120, abs=2e-4)
    assert found.path is not None
    after = found.path.horizons >= 0
    assert found.path.effects[after].round(4).tolist() == [-0.0199, -0.0510, -0.1373, -0.1008]


def test_the_county_example_with_population_gives_what_r_prints(counties: Panel) -> None:
    """R's did, doubly robust with log population: -0.0418 (.0115 without our mending)."""
    question = dataclasses.replace(SUCH, controls="never", covariates=("lpop",))
    found = fit(counties, question)
    assert round(found.raw, 4) == -0.0418
    assert found.raw_error == pytest.approx(0.0115, abs=2e-4)


def test_self_defence_laws_are_no_proof_either_way() -> None:
    """causaldata's castle: .019 (.038) on log homicide against states that never adopt."""
    rows = causaldata.castle.load_pandas().data
    first = rows[rows["post"] > 0].groupby("sid")["year"].min()
    rows = rows.assign(first=rows["sid"].map(first).fillna(0))
    panel = panel_from(rows, "sid", "year", "first", {"outcome": "homicide"})
    found = fit(panel, dataclasses.replace(SUCH, controls="never", scale="log"))
    assert found.raw == pytest.approx(0.019, abs=5e-4)
    assert found.raw_error == pytest.approx(0.038, abs=2e-3)
    assert found.estimate.interval.low < 0 < found.estimate.interval.high


def test_with_covariates_effect_and_path_are_the_library_s() -> None:
    values, adopted = staggered(1, n=200)
    rng = np.random.default_rng(0)
    size = np.repeat(rng.normal(size=(200, 1)), values.shape[1], axis=1)
    frame = frame_of(values, adopted)
    frame["size"] = size[frame["unit"], 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = CallawaySantAnna(control_group="not_yet_treated", base_period="universal").fit(
            frame,
            "outcome",
            "unit",
            "period",
            "start",
            covariates=["size"],
            aggregate="event_study",
        )
    found = fit(
        panel_of(values, adopted, size=size), dataclasses.replace(SUCH, covariates=("size",))
    )
    assert found.raw == pytest.approx(theirs.overall_att, abs=1e-9)
    assert found.raw_error == pytest.approx(theirs.overall_se, rel=0.01)
    assert found.path is not None
    for horizon, effect in zip(found.path.horizons, found.path.effects, strict=True):
        if horizon != -1:
            assert effect == pytest.approx(theirs.event_study_effects[horizon]["effect"], abs=1e-9)


class TestScales:
    def test_a_logarithm_is_said_as_a_proportion(self) -> None:
        values, adopted = staggered(1)
        level, log = (
            fit(panel_of(values, adopted)),
            fit(panel_of(np.exp(values), adopted), dataclasses.replace(LEVEL, scale="log")),
        )
        assert log.raw == pytest.approx(level.raw)
        assert log.estimate.value == pytest.approx(math.expm1(level.raw))
        assert log.estimate.unit == RELATIVE
        assert log.estimate.interval.low == pytest.approx(math.expm1(level.estimate.interval.low))

    def test_a_count_is_said_as_a_share_of_the_mean_without_adoption(self) -> None:
        """Two periods: adopters go from 4 to 9, controls from 4 to 6: 9 / (9 - 3) - 1 = +50 %."""
        rng = np.random.default_rng(0)
        values = np.repeat([[4.0, 9.0], [4.0, 6.0]], 12, axis=0)
        noise = rng.normal(size=(2, 12, 2)) * 0.1
        values += (noise - noise.mean(axis=1, keepdims=True)).reshape(24, 2)
        found = fit(
            panel_of(values, [1] * 12 + [NEVER] * 12), dataclasses.replace(LEVEL, scale="count")
        )
        assert found.estimate.value == pytest.approx(0.5)
        assert found.raw == pytest.approx(math.log(1.5))

    def test_the_error_of_a_proportion_is_that_of_dropping_units_in_turn(self) -> None:
        """The jackknife of log(mean with / mean without), 60 units, within a tenth."""
        values, adopted = staggered(2, n=60)
        values = np.random.default_rng(0).poisson(np.exp(1 + 0.2 * values)).astype(float)
        question = dataclasses.replace(SUCH, scale="count")
        found = fit(panel_of(values, adopted), question)
        without = [
            fit(panel_of(np.delete(values, k, axis=0), np.delete(adopted, k)), question)
            for k in range(60)
        ]
        jackknife = math.sqrt(59 * np.var([one.raw for one in without]))
        assert found.raw_error == pytest.approx(jackknife, rel=0.1)
        assert found.path is not None
        early = (found.path.horizons >= -3) & (found.path.horizons <= 3)
        paths = np.array([one.path.effects[early] for one in without if one.path])
        assert found.path.errors[early] == pytest.approx(
            np.sqrt(59 * paths.var(axis=0)), rel=0.15, abs=1e-12
        )

    def test_a_path_adds_up_to_the_overall_effect(self) -> None:
        values, adopted = staggered(3)
        for question in (LEVEL, dataclasses.replace(LEVEL, horizon=2, anticipation=1)):
            found = fit(panel_of(values, adopted), question)
            assert found.path is not None
            assert found.path.effects @ found.path.weights == pytest.approx(found.raw)
            assert found.path.reference == -1 - question.anticipation
            assert found.path.horizons.max() <= (question.horizon or 99)
        counts = np.random.default_rng(0).poisson(np.exp(1 + 0.2 * values)).astype(float)
        found = fit(panel_of(counts, adopted), dataclasses.replace(LEVEL, scale="count"))
        assert found.path is not None
        assert found.path.effects @ found.path.weights == pytest.approx(found.estimate.value)


class TestWhomItSpeaksOf:
    def test_both_intervals_are_given_the_one_asked_for_first(self) -> None:
        values, adopted = staggered(1)
        these, such = fit(panel_of(values, adopted)), fit(panel_of(values, adopted), SUCH)
        assert these.estimate.speaks_of == these.beside[0].speaks_of[:0] + "these units"
        assert such.estimate.speaks_of == these.beside[0].speaks_of == "units like these"
        assert such.estimate.standard_error == these.beside[0].standard_error

    def test_few_clusters_are_judged_by_permutation_with_the_least_p(self) -> None:
        """Four of eight at two dates: 8! / (2! 2! 4!) = 420 arrangements."""
        values, _ = staggered(1, n=8)
        adopted = np.array([4, 4, 8, 8] + [NEVER] * 4)
        found = fit(panel_of(values, adopted))
        assert found.estimate.standard_error is None
        assert found.estimate.least_p == pytest.approx(1 / 420)
        assert "420" in found.estimate.interval.method
        assert any("could as well" in sentence for sentence in found.estimate.assumptions)
        assert found.beside[0].speaks_of == "units like these"

    def test_an_interval_by_permutation_moves_with_the_effect(self) -> None:
        values, _ = staggered(1, n=9)
        adopted = np.array([4, 4, 8] + [NEVER] * 6)
        treated = (adopted[:, None] != NEVER) & (np.arange(12) >= adopted[:, None])
        before, after = fit(panel_of(values, adopted)), fit(panel_of(values + 7 * treated, adopted))
        assert after.estimate.interval.low == pytest.approx(before.estimate.interval.low + 7)
        assert after.estimate.interval.high == pytest.approx(before.estimate.interval.high + 7)

    def test_a_count_by_permutation_scales_with_the_effect(self) -> None:
        """Doubling what adopters show after adoption doubles one plus the effect, at both ends."""
        values, _ = staggered(1, n=9)
        values = np.exp(1 + 0.2 * values)
        adopted = np.array([4, 4, 8] + [NEVER] * 6)
        treated = (adopted[:, None] != NEVER) & (np.arange(12) >= adopted[:, None])
        question = dataclasses.replace(LEVEL, scale="count")
        before = fit(panel_of(values, adopted), question).estimate
        after = fit(panel_of(values * (1 + treated), adopted), question).estimate
        for first, second in (
            (before.value, after.value),
            (before.interval.low, after.interval.low),
            (before.interval.high, after.interval.high),
        ):
            assert 1 + second == pytest.approx(2 * (1 + first))

    def test_teams_of_one_division_are_one_cluster(self) -> None:
        values, adopted = staggered(1, n=20)
        single = fit(panel_of(values, adopted))
        copied = fit(
            panel_of(
                np.repeat(values, 5, axis=0),
                np.repeat(adopted, 5),
                cluster=np.repeat(np.arange(20), 5),
            )
        )
        assert copied.estimate.n_clusters == 20
        assert copied.estimate.interval.low == pytest.approx(single.estimate.interval.low)

    def test_dates_that_differ_within_a_cluster_cannot_be_dealt_out(self) -> None:
        """Eight divisions are few, but two of them hold adopters and others at once."""
        values, _ = staggered(1, n=24)
        adopted = np.array([4, NEVER, 8] * 2 + [NEVER] * 18)
        found = fit(panel_of(values, adopted, cluster=np.repeat(np.arange(8), 3)))
        assert found.estimate.least_p is None
        assert "Student" in found.estimate.interval.method
        assert found.estimate.n_clusters == 8

    def test_the_interval_holds_the_truth_as_often_as_it_says(self) -> None:
        """24 teams, 150 draws; .95 less or more 2.5 Monte Carlo errors of .018."""
        held = {"these units": 0, "units like these": 0}
        for seed in range(150):
            values, adopted = staggered(seed, n=24, strength=0.0)
            found = fit(panel_of(values, adopted))
            for one in (found.estimate, *found.beside):
                held[one.speaks_of] += one.interval.low <= 0 <= one.interval.high
        for share in held.values():
            assert 0.905 <= share / 150 <= 0.995


class TestRefusals:
    VALUES, ADOPTED = staggered(1, n=20)

    def test_no_adoption(self) -> None:
        panel = panel_of(self.VALUES, np.full(20, NEVER))
        assert "No unit is seen to adopt" in refusal(panel).reason

    def test_nobody_left(self) -> None:
        nothing = panel_of(self.VALUES * np.nan, self.ADOPTED)
        assert "all units had adopted before they were first seen" in refusal(nothing).reason

    def test_one_period(self) -> None:
        panel = panel_of(self.VALUES[:, :1], np.where(self.ADOPTED == NEVER, NEVER, 0))
        assert "one period" in refusal(panel).reason

    def test_two_units(self) -> None:
        assert "2 units" in refusal(panel_of(self.VALUES[:2], [5, NEVER])).reason

    def test_nothing_seen_before_adoption(self) -> None:
        panel = panel_of(self.VALUES, np.where(self.ADOPTED == NEVER, NEVER, 0))
        assert "had adopted before" in refusal(panel).reason

    def test_all_adopt_at_once(self) -> None:
        assert "has not adopted" in refusal(panel_of(self.VALUES, np.full(20, 5))).reason

    def test_none_left_that_never_adopts(self) -> None:
        panel = panel_of(self.VALUES, np.where(self.ADOPTED == NEVER, 10, self.ADOPTED))
        assert isinstance(find_estimator("callaway_santanna").fit(panel, LEVEL), Fit)
        assert (
            "Every unit adopts"
            in refusal(panel, dataclasses.replace(LEVEL, controls="never")).reason
        )

    def test_an_outcome_that_never_varies(self) -> None:
        """An effect of nought would be read off it, with no idea of chance."""
        assert "never varies" in refusal(panel_of(self.VALUES * 0 + 3, self.ADOPTED)).reason

    def test_three_of_six(self) -> None:
        found = refusal(panel_of(self.VALUES[:6], [5, 5, 5, NEVER, NEVER, NEVER]))
        assert "below 0.1" in found.reason
        assert "seven" in found.remedy

    def test_one_adopter_cannot_speak_of_others_like_it(self) -> None:
        panel = panel_of(np.vstack([self.VALUES, self.VALUES + 1]), [5] + [NEVER] * 39)
        assert fit(panel).estimate.least_p == pytest.approx(1 / 40)
        assert "1 of 40 clusters adopt" in refusal(panel, SUCH).reason

    def test_a_logarithm_of_nought(self) -> None:
        panel = panel_of(np.abs(self.VALUES.round()), self.ADOPTED)
        found = refusal(panel, dataclasses.replace(LEVEL, scale="log"))
        assert "no logarithm" in found.reason
        assert "count" in found.remedy

    def test_a_count_below_nought(self) -> None:
        panel = panel_of(self.VALUES, self.ADOPTED)
        assert "below nought" in refusal(panel, dataclasses.replace(LEVEL, scale="count")).reason

    def test_a_count_that_would_have_been_below_nought(self) -> None:
        """Adopters start at 1, controls fall by 5: without adoption adopters would be at -4."""
        values = np.repeat([[1.0, 2.0], [9.0, 4.0]], 10, axis=0)
        values += np.random.default_rng(0).random((20, 2)) / 100
        panel = panel_of(values, [1] * 10 + [NEVER] * 10)
        assert "no meaning" in refusal(panel, dataclasses.replace(LEVEL, scale="count")).reason

    def test_covariates_among_few(self) -> None:
        values, adopted = self.VALUES[:8], [5, 5, 6, NEVER, NEVER, NEVER, NEVER, NEVER]
        panel = panel_of(values, adopted, size=np.random.default_rng(0).random(values.shape))
        found = refusal(panel, dataclasses.replace(LEVEL, covariates=("size",)))
        assert "covariates" in found.remedy or "covariate" in found.remedy

    def test_a_column_that_is_not_there(self) -> None:
        with pytest.raises(EstimateError, match="no column"):
            fit(panel_of(self.VALUES, self.ADOPTED), Question(outcome="tokens"))


def test_units_that_adopted_before_the_first_period_are_left_out_and_named() -> None:
    values, adopted = staggered(1, n=20)
    early = np.where(np.arange(20) < 2, 0, adopted)
    found = fit(panel_of(values, early))
    assert found.raw == pytest.approx(fit(panel_of(values[2:], adopted[2:])).raw)
    assert "2 units adopted before the first period" in found.estimate.design


def test_an_estimate_names_its_question_and_design() -> None:
    values, adopted = staggered(1)
    found = fit(panel_of(values, adopted), dataclasses.replace(LEVEL, horizon=3, unit="changes"))
    said: Any = found.estimate
    assert said.estimand == (
        "average effect on the units that adopted, over the first 4 weeks since adoption"
    )
    assert said.design == "staggered adoption, units that have not adopted yet as controls"
    assert said.say().endswith("changes")
