"""Bacon weights, marks that may be wrong, and overlap."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from diff_diff import BaconDecomposition

from tests.estimate.checks.worlds import (
    Floats,
    Ints,
    case_of,
    figure,
    noise,
    panel_of,
    staggered,
    treated,
)
from trueup.estimate.checking import Case, all_checks
from trueup.estimate.checks import bacon, misclassification, overlap
from trueup.estimate.estimator import Fit
from trueup.estimate.numerics.design.two_by_two import comparisons
from trueup.estimate.panel import NEVER
from trueup.estimate.question import Question

STARTS = staggered(80, 20)


def two_way(values: Floats, starts: Ints) -> float:
    """The two-way estimate by doubly demeaning: exact on a balanced panel."""
    dose = treated(starts, values.shape[1])
    dose = dose - dose.mean(axis=1, keepdims=True) - dose.mean(axis=0) + dose.mean()
    return float((dose * values).sum() / (dose**2).sum())


@pytest.mark.parametrize(
    "starts", [STARTS, staggered(60, 20, 1.0), np.where(STARTS == 8, 0, STARTS)]
)
def test_weighted_comparisons_are_the_two_way_estimate(starts: Ints) -> None:
    values = noise(1, starts.size, 20) + treated(starts, 20) * np.arange(20) / 10
    found = comparisons(values, starts)
    assert sum(one.weight for one in found) == pytest.approx(1)
    assert sum(one.weight * one.effect for one in found) == pytest.approx(
        two_way(values, starts), abs=1e-10
    )


def test_the_weights_are_those_of_another_implementation() -> None:
    values = noise(2, 80, 20)
    rows = pd.DataFrame(
        {"y": values.ravel(), "unit": np.repeat(np.arange(80), 20), "week": np.tile(range(20), 80)}
    )
    rows["first"] = np.repeat(np.where(STARTS == NEVER, 0, STARTS), 20)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library announces its next version
        other = BaconDecomposition(weights="exact").fit(rows, "y", "unit", "week", "first")
    ours = comparisons(values, STARTS)
    for kind, total in (
        ("never", other.total_weight_treated_vs_never),
        ("not yet", other.total_weight_earlier_vs_later),
        ("already", other.total_weight_later_vs_earlier),
    ):
        assert sum(one.weight for one in ours if one.controls == kind) == pytest.approx(total)


def as_two_way(case: Case) -> Case:
    fit = replace(case.fit, estimate=replace(case.fit.estimate, estimator="two_way"))
    return replace(case, fit=fit)


def test_a_two_way_answer_on_staggered_adoption_fails_and_another_does_not() -> None:
    starts = staggered(80, 20, 1.0)
    case = case_of(panel_of(noise(3, 80, 20), starts))
    found = bacon.check(as_two_way(case))
    assert found.answer == "fails"
    assert figure(found, "weight_already_treated") > 0.1
    assert bacon.check(case).answer == "holds"


def test_one_date_leaves_nothing_to_forbid() -> None:
    case = case_of(panel_of(noise(4, 40, 12), np.where(np.arange(40) < 20, 6, NEVER)))
    found = bacon.check(as_two_way(case))
    assert found.answer == "holds"
    assert figure(found, "weight_already_treated") == 0


def with_gaps(gaps: int) -> Case:
    """Eighty units of which some miss a week each; nobody has the first week or the last two."""
    values = noise(3, 80, 23)
    values[range(gaps), 1 + np.arange(gaps) % 9] = np.nan
    values[:, [0, 21, 22]] = np.nan
    starts = staggered(80, 20, 1.0) + 1
    return case_of(panel_of({"x": 0 * noise(3, 80, 23), "y": values}, starts))


def test_units_without_gaps_stand_for_all_where_they_are_most_and_it_is_said() -> None:
    """16 of 80 with a gap leave four fifths; the 17th is one too many."""
    found, whole = (
        bacon.check(with_gaps(16)),
        case_of(panel_of(noise(3, 80, 23)[16:, 1:21], staggered(80, 20, 1.0)[16:])),
    )
    assert "from 64 of 80 units in 20 of 23 periods" in found.says
    for name in ("weight_already_treated", "naive_raw"):
        assert figure(found, name) == pytest.approx(figure(bacon.check(whole), name))
    few = bacon.check(with_gaps(17))
    assert few.answer == "cannot tell"
    assert "63 of 80" in few.says


def mixed(users: float, others: float) -> tuple[Floats, Ints]:
    """Effect 2 on true users; a share of controls use, and a share of adopters do not."""
    starts = np.where(np.arange(200) < 100, 6, NEVER)
    real = np.where(np.arange(200) % 100 < 100 * (1 - others), 6, NEVER)
    real[100:] = np.where(np.arange(100) < 100 * users, 6, NEVER)
    return noise(5, 200, 12, sd=0.2) + 2 * treated(real, 12), starts


def test_random_wrong_marks_shrink_the_effect_and_the_bounds_give_it_back() -> None:
    """A fifth of controls use it, a tenth of adopters do not: 2 x (1 - 0.3) = 1.4 is measured."""
    values, starts = mixed(0.2, 0.1)
    case = case_of(panel_of(values, starts), unmarked=(0.2, 0.1))
    found = misclassification.check(case)
    assert case.fit.raw == pytest.approx(1.4, abs=0.1)
    assert figure(found, "random_low") < 1.4
    assert figure(found, "random_high") == pytest.approx(case.fit.estimate.interval.high / 0.7)
    assert figure(found, "random_high") > 2.0
    assert found.answer == "holds"
    assert figure(found, "worst_low") < figure(found, "random_low")


def test_trimmed_bounds_are_the_worst_case_by_hand() -> None:
    """Changes of adopters 0, 0, 0, 8; of controls 0: a quarter wrong at worst leaves nothing."""
    values = np.zeros((8, 4))
    values[3, 2:] = 8.0
    starts = np.where(np.arange(8) < 4, 2, NEVER)
    found = misclassification.unit_changes(
        panel_of(values, starts), Question(outcome="y", smallest=1)
    )
    assert found is not None
    assert sorted(found.adopters) == [0, 0, 0, 8]
    shift = misclassification.trimmed_shift
    assert shift(found.adopters, 0.25, upward=False) == pytest.approx(-2.0)
    assert shift(found.adopters, 0.25, upward=True) == pytest.approx(8 / 3 - 2)
    assert shift(found.adopters, 0.125, upward=False) == pytest.approx(4 / 3.5 - 2)
    assert shift(found.adopters, 1.0, upward=True) == pytest.approx(6.0)
    assert shift(found.controls, 0.5, upward=True) == 0


def test_users_among_the_controls_can_hide_a_gain_or_feign_one() -> None:
    """Half of the controls lose 4: were they the users, nothing would be left of the gain of 2."""
    starts = np.where(np.arange(200) < 100, 6, NEVER)
    losers = -4 * treated(np.where(np.arange(200) >= 150, 6, NEVER), 12)
    case = case_of(panel_of(noise(7, 200, 12, sd=0.2) + losers, starts), unmarked=(0.5, 0.0))
    found = misclassification.check(case)
    interval = case.fit.estimate.interval
    assert case.sign == 1
    assert figure(found, "worst_low") == pytest.approx(interval.low - 2, abs=0.2)
    assert figure(found, "worst_high") == pytest.approx(interval.high + 2, abs=0.2)
    assert found.answer == "weak"


def test_an_effect_of_few_units_does_not_survive_wrong_marks() -> None:
    """One adopter in ten gains 5, the others nothing: a tenth of wrong marks can be all of it."""
    starts = np.where(np.arange(200) < 100, 6, NEVER)
    values = (
        noise(6, 200, 12, sd=0.2) + 5 * treated(starts, 12) * (np.arange(200) % 10 == 0)[:, None]
    )
    case = case_of(panel_of(values, starts), unmarked=(0.0, 0.15))
    found = misclassification.check(case)
    assert case.sign == 1
    assert found.answer == "weak"
    assert figure(found, "share_that_turns_the_sign") < 0.1


def test_an_unstated_share_cannot_tell_but_says_what_would_turn_the_sign() -> None:
    values, starts = mixed(0, 0)
    found = misclassification.check(case_of(panel_of(values, starts)))
    assert found.answer == "cannot tell"
    assert figure(found, "share_that_turns_the_sign") > 0.5
    assert "would take the sign away" in found.says


def test_arms_drawn_alike_overlap() -> None:
    found = overlap.check(case_of(panel_of(noise(7, 200, 20), staggered(200, 20))))
    assert found.answer == "holds"
    assert figure(found, "gone_adopters") == figure(found, "gone_others") == 0


def test_adopters_already_on_the_rise_do_not() -> None:
    starts = staggered(200, 20)
    rise = np.where(starts[:, None] >= 0, 0.4, 0.0) * np.arange(20)[None, :]
    found = overlap.check(case_of(panel_of(noise(8, 200, 20) + rise, starts)))
    assert found.answer == "fails"
    assert figure(found, "difference_trend_sd") > 1


def test_adopters_out_of_the_others_range_are_weak() -> None:
    starts = staggered(200, 20)
    apart = noise(9, 200, 20) + np.where(starts >= 0, 5.0, 0.0)[:, None]
    found = overlap.check(case_of(panel_of(apart, starts)))
    assert found.answer == "weak"
    assert figure(found, "share_adopters_outside") > 0.1


def test_adopters_who_leave_break_the_comparison() -> None:
    starts = staggered(200, 20)
    values = noise(10, 200, 20)
    values[:40, 15:] = np.nan
    found = overlap.check(case_of(panel_of(values, starts)))
    assert found.answer == "fails"
    assert figure(found, "gone_adopters") == pytest.approx(0.4)


def test_differences_are_in_standard_deviations_by_hand() -> None:
    """Means 2 and 5, both with variance 1: three standard deviations apart."""
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    found = overlap.standardised(values, np.array([1, 1, 1, 0, 0, 0], dtype=bool))
    assert found is not None
    assert found.size == pytest.approx(-3)
    assert overlap.outside_range(values, np.array([1, 1, 0, 0, 0, 1], dtype=bool)) == 1.0


def test_every_check_is_found_and_none_raises_for_lack_of_data() -> None:
    starts = np.where(np.arange(14) < 7, 1, NEVER)
    case = case_of(panel_of(noise(11, 14, 2), starts))
    answers = {name: check(case) for name, check in all_checks().items()}
    assert set(answers) == {
        "bacon", "honest", "misclassification", "overlap", "placebo_date", "placebo_outcome",
        "pre_trend",
    }  # fmt: skip
    assert all(answer.name == name for name, answer in answers.items())
    assert answers["honest"].answer == "cannot tell"


@pytest.mark.parametrize("scale", ["log", "count"])
def test_every_check_speaks_in_the_reader_s_scale(scale: str) -> None:
    """Truth: a quarter more, on a positive outcome."""
    starts = staggered(120, 20)
    values = np.exp(noise(12, 120, 20, sd=0.2) / 4 + np.log(1.25) * treated(starts, 20)) * 10
    asked = Question(outcome="y", scale=scale, smallest=0.05)  # type: ignore[arg-type]
    case = case_of(panel_of(values, starts), asked, unmarked=(0.05, 0.05))
    assert isinstance(case.fit, Fit)
    found = {name: check(case) for name, check in all_checks().items()}
    low, high = (figure(found["honest"], name) for name in ("honest_low", "honest_high"))
    assert 0 < low < 0.25 < high < 0.6
    assert 0 < figure(found["misclassification"], "worst_low") < case.fit.estimate.interval.low
    assert abs(figure(found["placebo_date"], "placebo_effect")) < 0.1
    assert case.matters == pytest.approx(case.fit.estimate.value - 0.05)
