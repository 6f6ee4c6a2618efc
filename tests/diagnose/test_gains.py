"""The gain that was measured, what limits the whole, and what a report says of who gains."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.report.weighed import NO_CONTROLS, assessment, estimate
from trueup.diagnose import gains
from trueup.diagnose.diagnosis import Absent, Diagnosis, Evidence
from trueup.diagnose.gains import (
    bottleneck,
    delivered,
    limiting,
    measured_gain,
    reported_gains,
    who_gains,
)
from trueup.estimate.assessment import Assessment, Standing
from trueup.estimate.experiments.answering.answer import ExperimentAnswer
from trueup.model.evidence import Abstention
from trueup.simulate.incentives.findings import RIVALS, Incentives
from trueup.simulate.incentives.terms import Gain

MORE = assessment("creating", (0.2, 0.1, 0.3))
PAY = (
    "band,function,headcount,currency,base,bonus,promotions,quits\n"
    "Zedband,backend,{people},EUR,60000,2000,1,1\n"
)
HOLDS = Diagnosis(
    mechanism="limiting_stage",
    claim="Review holds everything back.",
    strength="strong",
    evidence=(Evidence(says="It", value=estimate("x", 0.1, 0.05, 0.2)),),
    rivals=(),
    would_change=("It does not.",),
    remedies=(),
)
NOTHING = Absent(mechanism="limiting_stage", because="No stage holds everything back.")


def trial(value: float, outcome: str = "task_time", verdict: str = "creating") -> Any:
    """Return an answer with what is read of it."""
    answer = object.__new__(ExperimentAnswer)
    told = {
        "plan": type("Plan", (), {"outcome": outcome}),
        "itt": estimate("task_time", value, value - 0.05, value + 0.05),
        "verdict": type("Verdict", (), {"answer": verdict}),
    }
    for name, one in told.items():
        object.__setattr__(answer, name, one)
    return answer


def test_what_the_registered_plan_found_is_the_least_the_gain_can_be() -> None:
    gain = measured_gain(MORE)
    assert isinstance(gain, Gain)
    assert (gain.value, gain.is_least) == (0.2, True)
    assert gain.interval is not None
    assert (gain.interval.low, gain.interval.high) == (0.1, 0.3)


def test_an_experiment_on_the_time_of_tasks_goes_before_it() -> None:
    """A fifth less time is a quarter more tasks: 1 / 0.8 - 1."""
    gain = measured_gain(MORE, [NO_CONTROLS, trial(0.5, "changes_landed"), trial(-0.2)])
    assert isinstance(gain, Gain)
    assert gain.value == pytest.approx(0.25)
    assert not gain.is_least
    unsure = measured_gain(MORE, [trial(-0.2, verdict="cannot tell")])
    assert isinstance(unsure, Gain)
    assert unsure.value == 0.2


def asking(found: Assessment | None) -> str:
    gain = measured_gain(found)
    assert isinstance(gain, Abstention)
    assert "--gain" in gain.remedy
    return gain.reason


def test_without_a_plan_a_design_or_a_proportion_whoever_asks_is_to_say_the_gain() -> None:
    question = MORE.primary.question
    activity = replace(MORE.primary, question=replace(question, outcome="commits_per_week"))
    waits = replace(MORE.primary, question=replace(question, better="lower"))
    levels = assessment("creating", NO_CONTROLS)
    assert "No plan is registered" in asking(None)
    assert "not tell by how much" in asking(assessment("cannot tell", (0.2, 0.1, 0.3)))
    assert "not tell by how much" in asking(levels)
    assert "not tell by how much" in asking(replace(MORE, primary=activity))
    assert "not tell by how much" in asking(replace(MORE, primary=waits))
    assert "not registered" in asking(replace(MORE, standing=Standing()))
    assert isinstance(measured_gain(None, unanswered="registered, and could not."), Abstention)


def test_what_was_delivered_stands_beside_a_gain_that_was_not_made_of_it() -> None:
    given = Gain(value=0.4, source="a trial")
    beside, alone = who_gains(given, assessment=MORE), who_gains(given)
    least = measured_gain(MORE)
    assert isinstance(least, Gain)
    itself = who_gains(least, assessment=MORE)
    assert isinstance(beside, Incentives)
    assert isinstance(alone, Incentives)
    assert isinstance(itself, Incentives)
    assert beside.arrived is not None
    assert beside.arrived.value == pytest.approx(0.5, abs=0.03)
    assert alone.arrived is None
    assert itself.arrived is None
    assert delivered(MORE) is not None


def test_what_limits_the_whole_is_a_rival_and_is_read_first() -> None:
    assert bottleneck(HOLDS).answer == "may explain it"
    assert bottleneck(NOTHING).answer == "ruled out"
    assert bottleneck(None) == bottleneck(NO_CONTROLS) == RIVALS[-1]
    found = who_gains(Gain(value=0.4, source="a trial"), limit=HOLDS)
    assert isinstance(found, Incentives)
    assert found.read_first.startswith("Review holds everything back.")


def test_a_doctor_who_knows_no_such_mechanism_is_no_obstacle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gains, "LIMITING", "magic")
    assert limiting(object()) is None  # type: ignore[arg-type]


def test_a_report_says_who_gains_only_with_a_file_of_pay_and_a_measured_gain(
    tmp_path: Path,
) -> None:
    file = tmp_path / "pay.csv"
    file.write_text(PAY.format(people=40), encoding="utf-8")
    assert reported_gains("", MORE, (), ()) is None
    assert reported_gains(str(file), None, (), ()) is None
    said = reported_gains(str(file), MORE, (), (NOTHING,))
    assert isinstance(said, Incentives)
    assert said.kept.unit.currency == "EUR"
    assert said.rivals[-1].answer == "ruled out"


def test_a_file_with_a_small_cell_is_cannot_tell_and_no_word_of_the_cell(tmp_path: Path) -> None:
    file = tmp_path / "pay.csv"
    file.write_text(PAY.format(people=7), encoding="utf-8")
    said = reported_gains(str(file), MORE, (), ())
    assert isinstance(said, Abstention)
    assert "7" not in said.reason + said.remedy
