"""What a mechanism may claim, and in which order a reader meets it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trueup.diagnose.catalogue import all_mechanisms, find_mechanism
from trueup.diagnose.diagnosis import Diagnosis, Evidence, Remedy
from trueup.diagnose.examining import in_order
from trueup.errors import EstimateError
from trueup.model.evidence import Abstention, Interval, Measurement, Window
from trueup.model.rival import Rival
from trueup.model.simulated import Simulated
from trueup.simulate.flow.team import WhatIf
from trueup.simulate.intervention import Intervention
from trueup.units import RELATIVE, SECONDS

WAIT = Measurement(
    metric="a_wait",
    version=1,
    value=864_000.0,
    unit=SECONDS,
    interval=Interval(low=700_000.0, high=900_000.0, method="by hand"),
    n=40,
    n_of="changes",
    window=Window(start_at=0, end_at=1),
    source="git",
)


def gain(low: float, high: float, quantity: str = "throughput_against_as_it_is") -> Simulated:
    return Simulated(
        quantity=quantity,
        value=(low + high) / 2,
        unit=RELATIVE,
        interval=Interval(low=low, high=high, method="by hand"),
        playing_error=0.0,
        n_draws=20,
        n_runs=1,
        assumptions=(),
        calibrated_by="nothing",
    )


def remedy(found: Simulated | Abstention, does: str = "Do it") -> Remedy:
    return Remedy(
        intervention=Intervention(does=does, plays=WhatIf(reviewers=2), watch="It moves."),
        gain=found,
    )


FOUND = Diagnosis(
    mechanism="release_batching",
    claim="It is so.",
    strength="strong",
    evidence=(Evidence(says="A wait", value=WAIT),),
    rivals=(Rival(name="holiday", answer="ruled out", says="Without it, it is so too."),),
    would_change=("It stops.",),
    remedies=(),
)


def test_a_remedy_helps_only_where_every_value_that_fits_is_a_gain() -> None:
    assert remedy(gain(0.05, 0.30)).helps
    assert not remedy(gain(-0.01, 0.60)).helps


def test_less_of_a_wait_is_a_gain_and_more_of_it_is_none() -> None:
    assert remedy(gain(-0.5, -0.2, "review_time")).least == 0.2
    assert not remedy(gain(0.2, 0.5, "review_time")).helps


def test_what_nobody_can_play_buys_nothing_for_sure() -> None:
    untold = Abstention(metric="gain", reason="No model has it in it.", remedy="Try it.")
    assert remedy(untold).least == 0.0
    assert not remedy(untold).helps


def test_the_best_remedy_is_the_one_whose_worse_end_is_best() -> None:
    bold, sure = remedy(gain(0.01, 0.90), "Bold"), remedy(gain(0.10, 0.20), "Sure")
    found = replace(FOUND, remedies=(bold, sure, remedy(gain(-0.1, 0.1), "Idle")))
    assert found.best == sure
    assert replace(FOUND, remedies=(remedy(gain(-0.1, 0.1)),)).best is None


def test_diagnoses_come_by_what_acting_on_them_surely_buys_then_by_strength() -> None:
    much = replace(FOUND, mechanism="much", strength="weak", remedies=(remedy(gain(0.3, 0.4)),))
    little = replace(FOUND, mechanism="little", remedies=(remedy(gain(0.1, 0.9)),))
    strong = replace(FOUND, mechanism="strong")
    weak = replace(FOUND, mechanism="a_weak", strength="weak")
    assert [d.mechanism for d in in_order([weak, strong, little, much])] == [
        "much",
        "little",
        "strong",
        "a_weak",
    ]


def test_a_claim_that_rests_on_nothing_cannot_be_made() -> None:
    with pytest.raises(EstimateError, match="rests on nothing"):
        replace(FOUND, evidence=())
    with pytest.raises(EstimateError, match="rests on nothing"):
        replace(FOUND, evidence=(replace(FOUND.evidence[0], speaks="against"),))


def test_a_claim_that_nothing_could_change_cannot_be_made() -> None:
    with pytest.raises(EstimateError, match="could be doubted"):
        replace(FOUND, would_change=())


def test_nothing_is_strong_while_a_rival_that_was_measured_may_explain_it() -> None:
    standing = (replace(FOUND.rivals[0], answer="may explain it"),)
    with pytest.raises(EstimateError, match="called strong"):
        replace(FOUND, rivals=standing)
    assert replace(FOUND, rivals=standing, strength="moderate").strength == "moderate"


def test_every_mechanism_asks_a_question_and_tells_its_story() -> None:
    for name, mechanism in all_mechanisms().items():
        assert mechanism.name == name
        assert mechanism.question.endswith("?"), name
        assert 1 <= mechanism.story.count(".") <= 2, name


def test_a_mechanism_nobody_knows_is_refused_with_the_nearest() -> None:
    with pytest.raises(EstimateError, match="release_batchin'") as error:
        find_mechanism("release_batchin")
    assert "release_batching" in error.value.hint
