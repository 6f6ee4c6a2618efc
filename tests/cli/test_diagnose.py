"""`trueup diagnose`: the doctor in a terminal and for a machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Stage
from tests.cli.stage import run
from tests.diagnose.test_diagnosis import gain
from tests.report.test_diagnosed import REVIEW, UNTOLD
from trueup.cli.saying.diagnosing import diagnosed_as_json, diagnosed_in_words
from trueup.diagnose.diagnosis import Absent
from trueup.diagnose.examining import Diagnosed

SAID = Diagnosed(
    found=(REVIEW,),
    absent=(Absent(mechanism="release_batching", because="Half is released within a day."),),
    untold=(UNTOLD,),
)


def test_a_diagnosis_says_claim_evidence_rivals_remedies_and_what_would_change_our_mind() -> None:
    lines = list(diagnosed_in_words(SAID))
    assert lines[0] == "1. Review limits what is finished. [strong]"
    assert lines[1].startswith("   Seen       A wait: 10 days (")
    heads = [line[3:13].strip() for line in lines[1:] if line.startswith("   ") and line[3] != " "]
    assert heads == ["Seen", "Or", "Do", "No use", "Watch", "Unless"]


def test_what_is_not_found_and_what_cannot_be_told_are_said_apart() -> None:
    text = "\n".join(diagnosed_in_words(SAID))
    assert "Not found\n  Release batching: Half is released within a day." in text
    assert "Cannot tell\n  Token inflation: No policy is recorded. Record its date." in text


def test_nothing_found_is_said_and_is_no_praise() -> None:
    assert list(diagnosed_in_words(Diagnosed())) == ["Nothing that was looked for is found."]


def test_a_machine_reads_every_number_with_its_interval() -> None:
    said = json.loads(json.dumps(diagnosed_as_json(SAID)))
    best = said["found"][0]["best"]
    assert best["gain"]["interval"]["low"] == gain(0.20, 0.40).interval.low  # type: ignore[union-attr]
    assert [said["absent"][0]["mechanism"], said["untold"][0]["metric"]] == [
        "release_batching",
        "token_inflation",
    ]


def test_a_mechanism_nobody_knows_is_wrong_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = str(tmp_path / "w")
    assert run(monkeypatch, ["diagnose", "--only", "magic", "--workspace", place]) == 2
    assert "No mechanism is called 'magic'" in capsys.readouterr().err


def test_the_verb_hands_on_what_it_was_asked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    staged = stage(lambda: SAID)
    assert run(monkeypatch, ["diagnose", "--only", "release_batching", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["diagnose"]["untold"][0]["reason"] == UNTOLD.reason
    verb, _, how = staged.asked[-1]
    assert (verb, how["only"]) == ("diagnose", ["release_batching"])
