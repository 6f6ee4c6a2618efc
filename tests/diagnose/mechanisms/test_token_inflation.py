"""Tokens burned because they are counted: four worlds, and what the claim carries."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from tests.estimate.goodhart.token_panels import drawn
from trueup.config import Settings
from trueup.diagnose.case import Case
from trueup.diagnose.diagnosis import Absent, Answer, Diagnosis
from trueup.diagnose.mechanisms.token_inflation import MECHANISM, NAME, told
from trueup.estimate.goodhart.finding import Goodhart, Policy, Turn
from trueup.estimate.goodhart.judging import judge
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention
from trueup.simulate.token_weeks import TokenWorld
from trueup.store.reading import Tables
from trueup.store.warehouse import Warehouse

SEED = 7


@cache
def found(world: TokenWorld, *without: str) -> Goodhart | Abstention:
    return judge(drawn(world, without=without), seed=SEED)


def inflated(**changed: object) -> Goodhart:
    answer = found(TokenWorld(seed=SEED, inflation=0.7))
    assert isinstance(answer, Goodhart)
    return replace(answer, **changed)  # type: ignore[arg-type]


def diagnosed(answer: Answer) -> Diagnosis:
    assert isinstance(answer, Diagnosis)
    return answer


def test_where_tokens_are_inflated_the_remedy_buys_the_share_that_was_put_in() -> None:
    """0.7 log points more tokens for the same work: 1 - exp(-0.7) = 0.503 of them."""
    said = diagnosed(told(inflated()))
    (remedy,) = said.remedies
    assert isinstance(remedy.gain, Estimate)
    assert remedy.gain.interval.low < 0.503 < remedy.gain.interval.high
    assert remedy.least == remedy.gain.interval.low > 0.4
    assert remedy.buys == "spend"
    assert said.best is remedy
    told_of_dollars = said.evidence[1]
    assert isinstance(told_of_dollars.value, Estimate)
    assert told_of_dollars.value.outcome == "inflated_dollars_ratio"
    assert told_of_dollars.value.interval.low < 0.503 < told_of_dollars.value.interval.high


def test_every_sign_that_was_looked_for_is_evidence_with_its_interval() -> None:
    answer = inflated()
    shown = [one.moved for one in answer.signs if one.answer == "shown"]
    told_of = [one.value for one in diagnosed(told(answer)).evidence if one.speaks == "for"]
    assert len(shown) >= 2
    assert all(value is not None and value in told_of for value in shown)


def test_honest_growth_alone_is_no_sign_of_it() -> None:
    said = told(found(TokenWorld(seed=SEED)))
    assert isinstance(said, Absent)
    assert [one.speaks for one in said.evidence] == ["against", "against"]


@pytest.mark.parametrize("rival", ["onboarding", "migration", "pricier_model", "agents"])
def test_an_honest_reason_for_more_tokens_is_no_diagnosis(rival: str) -> None:
    said = told(found(TokenWorld(seed=SEED, **{rival: 0.3})))  # type: ignore[arg-type]
    assert isinstance(said, Abstention)
    assert said.metric == NAME
    assert said.remedy.startswith("Look again")


def test_two_teams_a_side_and_nobody_left_out_cannot_be_told_and_say_what_would_tell() -> None:
    few = told(found(TokenWorld(seed=SEED, teams=4, exposed=2, inflation=0.7)))
    alone = told(found(TokenWorld(seed=SEED, exposed=40, inflation=0.7)))
    assert isinstance(few, Abstention)
    assert few.metric == NAME
    assert isinstance(alone, Abstention)
    assert "in some teams first" in alone.remedy


def test_a_rise_without_signs_asks_for_what_records_signs() -> None:
    gone = ("discard_ratio", "looped_ratio", "is_month_end")
    said = told(found(TokenWorld(seed=SEED, inflation=0.2), *gone))
    assert isinstance(said, Abstention)
    assert "signs of gaming" in said.remedy


def test_a_claim_is_strong_only_where_every_rival_was_measured_and_every_check_holds() -> None:
    answer = inflated()
    ruled_out = tuple(replace(one, answer="ruled out") for one in answer.rivals)
    holds = tuple(replace(one, answer="holds") for one in answer.checks)
    sure = replace(answer, rivals=ruled_out, checks=holds)
    unknown = (replace(ruled_out[0], answer="not measured"), *ruled_out[1:])
    weak = tuple(replace(one, answer="weak") for one in holds)
    turn = Turn(week="week 26", p_value=0.01, jump=0.7, against_others=True)

    assert diagnosed(told(sure)).strength == "strong"
    assert diagnosed(told(replace(sure, rivals=unknown))).strength == "moderate"
    assert any(
        "onboarding" in s for s in diagnosed(told(replace(sure, rivals=unknown))).would_change
    )
    assert diagnosed(told(replace(sure, checks=weak))).strength == "moderate"
    assert diagnosed(told(replace(sure, turn=turn))).strength == "weak"


@pytest.mark.parametrize(
    ("policies", "does"),
    [
        ((Policy(kind="leaderboard", started_at=1),), "Withdraw the ranking by tokens"),
        (
            (
                Policy(kind="leaderboard", started_at=1, ended_at=2),
                Policy(kind="minimum_spend", started_at=1),
            ),
            "Withdraw the minimum of spend",
        ),
        (
            (Policy(kind="leaderboard", started_at=1, ended_at=2),),
            "Do not bring back the ranking by tokens",
        ),
        ((), "Withdraw whatever counts tokens for those who use them"),
    ],
)
def test_the_remedy_names_the_policy_in_force(policies: tuple[Policy, ...], does: str) -> None:
    (remedy,) = diagnosed(told(inflated(policies=policies))).remedies
    assert remedy.intervention.does == does


def test_what_is_known_already_is_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Tables] = []

    def ask(tables: Tables, _: Settings) -> Abstention:
        asked.append(tables)
        return Abstention(metric="x", reason="Asked.", remedy="None.")

    monkeypatch.setattr("trueup.diagnose.case.ask_inflated", ask)
    with Warehouse(tmp_path).tables() as tables:
        known = MECHANISM.examine(Case(tables, Settings(), inflated=inflated()))
        unknown = MECHANISM.examine(Case(tables, Settings()))
    assert isinstance(known, Diagnosis)
    assert isinstance(unknown, Abstention)
    assert (unknown.metric, len(asked)) == (NAME, 1)
