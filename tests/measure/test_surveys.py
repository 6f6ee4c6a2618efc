"""Surveys: scores by hand, alpha against other formulas, and no group of fewer than ten."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from tests.measure.building import at
from tests.measure.drawing import Drawing
from trueup.measure.surveys.alpha import cronbach, cronbach_interval
from trueup.measure.surveys.results import SurveyResult, shown_groups, survey_results
from trueup.measure.surveys.scoring import scored
from trueup.model.cohort import OfPersons
from trueup.model.evidence import Abstention
from trueup.model.surveys.scales import SCALES

GAP = np.nan
MARCH = at("2026-03-02")


class Asked(Drawing):
    """One survey `pulse`, answered by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.people = 0

    def answers(self, team: str | None, *values: int | None, item: str = "felt_time_saved") -> None:
        """One respondent for each value."""
        for value in values:
            self.ticks(team, {item: value})

    def ticks(self, team: str | None, said: dict[str, int | None], *, when: int = MARCH) -> None:
        self.people += 1
        for item, value in said.items():
            if value is not None:
                self.add(
                    "survey_response",
                    survey_id=f"events:survey/pulse/{when}",
                    asked_at=when,
                    respondent=f"events:survey/pulse/{when}#{self.people}",
                    team_id=team and f"events:{team}",
                    item=item,
                    value=value,
                )

    def asked(self, team: str | None, count: int) -> None:
        self.add(
            "survey_group",
            survey_id=f"events:survey/pulse/{MARCH}",
            asked_at=MARCH,
            team_id=team and f"events:{team}",
            invited_count=count,
        )

    def total(self, team: str | None, value: float, answered: int) -> None:
        self.add(
            "survey_total",
            survey_id=f"events:survey/pulse/{MARCH}",
            asked_at=MARCH,
            team_id=team and f"events:{team}",
            measure="dxi",
            value=value,
            answered_count=answered,
        )

    def result(self) -> SurveyResult:
        (found,) = survey_results(self)
        return found


def names(found: tuple[OfPersons, ...]) -> dict[str, int]:
    return {dict(one.measured.group).get("team", "all"): one.measured.n for one in found}


def matrix(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array(rows, dtype=float)


def test_a_sum_scale_adds_and_a_mean_scale_averages() -> None:
    """Ten threes are 30; eight answers 1,2,3,4,5,1,2,3 are 21 / 8."""
    assert scored(SCALES["gse"], matrix((3,) * 10)).scores.tolist() == [30]
    assert scored(SCALES["ngse"], matrix((1, 2, 3, 4, 5, 1, 2, 3))).scores.tolist() == [21 / 8]


def test_reversed_questions_are_turned() -> None:
    """5, 5 and a reversed 1, which is 5: mean 5."""
    assert scored(SCALES["unaided"], matrix((5, 5, 1))).scores.tolist() == [5]


def test_time_saved_is_less_time() -> None:
    """20 % saved is a change of -20 %; 50 % lost one of +50 %."""
    assert scored(SCALES["felt_time"], matrix((20,), (-50,))).scores.tolist() == [-0.2, 0.5]


def test_up_to_three_of_ten_may_be_left_out_and_the_mean_stands_for_them() -> None:
    """Seven fours and three gaps: 4 x 10 = 40; with a fourth gap there is no score."""
    found = scored(SCALES["gse"], matrix((4,) * 7 + (GAP,) * 3, (4,) * 6 + (GAP,) * 4))
    assert found.scores[0] == 40
    assert math.isnan(found.scores[1])


def test_alpha_by_hand() -> None:
    """Variances 5/3 and 5/3, of the sum 14/3: 2 (1 - (10/3) / (14/3)) = 4/7."""
    found = cronbach(matrix((1, 2), (2, 3), (3, 1), (4, 4)))
    assert found == pytest.approx(4 / 7)


def test_alpha_is_one_less_residual_over_between_of_the_analysis_of_variance() -> None:
    """Hoyt (1941): 1 - MS(residual) / MS(respondents); worked out without any variance of sums."""
    answers = np.random.default_rng(7).normal(size=(40, 5)).cumsum(axis=1)
    n, k = answers.shape
    grand = answers.mean()
    rows, columns = answers.mean(axis=1), answers.mean(axis=0)
    between = k * ((rows - grand) ** 2).sum() / (n - 1)
    left = ((answers - rows[:, None] - columns + grand) ** 2).sum() / ((n - 1) * (k - 1))
    assert cronbach(answers) == pytest.approx(1 - left / between)


def test_alpha_has_nearly_the_interval_of_feldt() -> None:
    """Feldt (1965) by scipy's F; for 200 answers the two agree to a hundredth."""
    alpha, n, k = 0.82, 200, 8
    degrees = n - 1, (n - 1) * (k - 1)
    feldt = [1 - (1 - alpha) * stats.f.ppf(tail, *degrees) for tail in (0.975, 0.025)]
    assert cronbach_interval(alpha, n, k) == pytest.approx(feldt, abs=0.01)


def test_the_interval_of_alpha_holds_the_truth_about_as_often_as_it_says() -> None:
    """Parallel questions with correlation .4: alpha = 6 x .4 / (1 + 5 x .4) = .8; 1,000 draws."""
    chance = np.random.default_rng(11)
    held = 0
    for _ in range(1000):
        common = chance.normal(size=(40, 1)) * math.sqrt(0.4)
        answers = common + chance.normal(size=(40, 6)) * math.sqrt(0.6)
        found = cronbach(answers)
        assert found is not None
        ends = cronbach_interval(found, 40, 6)
        assert ends is not None
        held += ends[0] <= 0.8 <= ends[1]
    assert 0.93 <= held / 1000 <= 0.97


@pytest.mark.parametrize("answers", [np.ones((12, 3)), np.arange(12.0)[:, None]])
def test_where_nobody_differs_or_one_question_was_asked_there_is_no_alpha(
    answers: np.ndarray,
) -> None:
    assert cronbach(answers) is None


def test_the_mean_has_the_t_interval_of_those_who_answered() -> None:
    """Oracle: scipy's t interval of the same twelve numbers."""
    world = Asked()
    saved = (0, 5, 10, 10, 20, 20, 25, 30, 30, 40, 50, 60)
    world.answers("till", *saved)
    world.asked(None, 20)
    felt = world.result().felt
    assert felt is not None
    assert isinstance(felt.mean, OfPersons)
    found = felt.mean.measured
    numbers = -np.array(saved) / 100
    low, high = stats.t.interval(0.95, 11, loc=numbers.mean(), scale=stats.sem(numbers))
    assert found.value == pytest.approx(-0.25)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high))
    assert found.n == 12
    assert found.coverage == pytest.approx(0.6)


def test_nine_answers_say_nothing_and_ten_do() -> None:
    world = Asked()
    world.answers("till", *range(9))
    felt = world.result().felt
    assert felt is not None
    assert isinstance(felt.mean, Abstention)
    assert felt.mean.n == 0
    world.answers("till", 9)
    felt = world.result().felt
    assert felt is not None
    assert isinstance(felt.mean, OfPersons)


def test_no_group_can_be_had_by_subtraction() -> None:
    """30, 12 and 9 of 51: nine alone would be the whole less the others, so 12 joins them."""
    teams = ["a"] * 30 + ["b"] * 12 + ["c"] * 9
    assert shown_groups(teams) == {"a": "a", "b": "other groups", "c": "other groups"}
    assert shown_groups(["a"] * 30 + ["b"] * 9) == {}


def test_a_group_is_as_large_as_those_of_it_with_a_score() -> None:
    """Eleven of `mail` answered, nine with a score: of this scale they stand with the others."""
    world = Asked()
    world.answers("till", *[3] * 15, item="gse_1")  # one of ten answered: no score
    for team, count in (("till", 15), ("cart", 14), ("mail", 9)):
        for _ in range(count):
            world.ticks(team, {"unaided_1": 3, "unaided_2": 4, "unaided_3": 2})
    world.ticks("mail", {"unaided_1": 3, "unaided_2": 4})
    world.ticks("mail", {"unaided_1": 3, "unaided_2": 4})
    (gse, unaided) = world.result().scales
    assert (names(gse.groups), gse.unscored) == ({}, 15)
    assert names(unaided.groups) == {"till": 15, "other groups": 23}
    assert unaided.unscored == 2


def test_the_response_rate_is_of_those_asked() -> None:
    """12 of 20 and 10 of 40; nobody says how many of `cart` were asked."""
    world = Asked()
    world.answers("till", *[10] * 12)
    world.answers("mail", *[10] * 10)
    world.answers("cart", *[10] * 11)
    world.asked("till", 20)
    world.asked("mail", 40)
    world.asked(None, 100)
    found = world.result()
    rates = {dict(one.measured.group)["team"]: one.measured.value for one in found.responses}
    assert rates == {"till": 0.6, "mail": 0.25}
    assert isinstance(found.response, OfPersons)
    assert found.response.measured.value == pytest.approx(0.33)


def test_a_rate_above_one_is_no_rate() -> None:
    world = Asked()
    world.answers("till", *[10] * 12)
    world.asked(None, 11)
    found = world.result().response
    assert isinstance(found, Abstention)
    assert "More answered" in found.reason


def test_a_whole_that_gives_a_small_rest_away_is_not_shown() -> None:
    """40 in all, 33 in the two groups shown: the other seven would follow."""
    world = Asked()
    world.total("till", 70, 20)
    world.total("mail", 60, 13)
    world.total(None, 65, 40)
    assert names(world.result().totals) == {"till": 20, "mail": 13}
    world.total("cart", 1, 9)
    assert "cart" not in names(world.result().totals)


def test_only_the_newest_date_of_a_survey_is_shown() -> None:
    """Who answered at both is not known, so a difference could be that of one person."""
    world = Asked()
    for when, saved in ((at("2025-09-01"), 5), (MARCH, 30)):
        for _ in range(10):
            world.ticks("till", {"felt_time_saved": saved}, when=when)
    felt = world.result().felt
    assert felt is not None
    assert isinstance(felt.mean, OfPersons)
    assert felt.mean.measured.value == pytest.approx(-0.3)


def test_teams_are_called_by_their_names() -> None:
    world = Asked()
    world.add("team", team_id="events:till", name="The Till", evidence="file")
    world.answers("till", *[1] * 10)
    world.answers("mail", *[1] * 10)
    felt = world.result().felt
    assert felt is not None
    assert names(felt.groups) == {"The Till": 10, "mail": 10}
