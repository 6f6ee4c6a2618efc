"""Exit codes say whose turn it is: 0 fine, 1 our fault, 2 wrong use, 3 partial, 130 interrupted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import Stage
from tests.cli.stage import run
from trueup.errors import NakedNumber, PersonIsNotAUnit, SourceIncomplete, TrueupError
from trueup.workspace import Collected


class NativePanicError(BaseException):
    """What a native library raises when it panics: no `Exception`."""


def raising(error: BaseException) -> Callable[..., Any]:
    """Return an answer that is an error."""

    def answer() -> None:
        raise error

    return answer


PARTIAL = Collected(
    repository_ids=("a",),
    failed=(("web.git", SourceIncomplete("git stopped.", hint="Run git fsck.")),),
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PersonIsNotAUnit("Persons are not a unit.", hint="Split by repository."), 2),
        (SourceIncomplete("git stopped.", hint="Run git fsck."), 3),
        (NakedNumber("A number has no unit.", hint="Report this."), 1),
        (ZeroDivisionError("oops"), 1),
        (NativePanicError("left is not right"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_an_error_ends_with_the_code_of_whose_fault_it_is(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, error: BaseException, code: int
) -> None:
    stage(raising(error))
    assert run(monkeypatch, ["collect", "."]) == code


def test_an_error_says_the_fact_and_the_next_step_on_stderr_only(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage(raising(TrueupError("The disk is full.", hint="Make room.")))
    run(monkeypatch, ["collect", "."])
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "trueup: The disk is full.\n        Make room.\n"


def test_an_error_under_json_is_one_object_on_stdout(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage(raising(TrueupError("The disk is full.", hint="Make room.")))
    assert run(monkeypatch, ["doctor", "--json"]) == 2
    error = {"kind": "TrueupError", "fact": "The disk is full.", "hint": "Make room."}
    assert json.loads(capsys.readouterr().out) == {"error": error}


def test_a_defect_of_ours_is_called_one_and_shows_its_trace_only_when_asked(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage(raising(ZeroDivisionError("oops")))
    run(monkeypatch, ["collect", "."])
    short = capsys.readouterr().err
    monkeypatch.setenv("TRUEUP_TRACEBACK", "1")
    run(monkeypatch, ["collect", "."])
    assert "a defect in trueup, not a mistake of yours" in short
    assert "TRUEUP_TRACEBACK=1" in short
    assert "Traceback" not in short
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["mesure"], ["report", "--format", "pdf"], ["collect", "--nope"], []]
)
def test_a_command_that_cannot_be_read_is_wrong_use(
    monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    assert run(monkeypatch, words) == 2


def test_a_collection_that_read_only_some_repositories_is_partial_and_names_the_rest(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage(lambda: PARTIAL)
    assert run(monkeypatch, ["collect", "."]) == 3
    said = capsys.readouterr()
    assert "web.git: git stopped." in said.err
    assert said.out == "1 of 2 repositories read.\n"


def test_a_partial_collection_for_machines_names_target_fact_and_hint(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage(lambda: PARTIAL)
    assert run(monkeypatch, ["collect", ".", "--json"]) == 3
    failure = {
        "target": "web.git",
        "kind": "SourceIncomplete",
        "fact": "git stopped.",
        "hint": "Run git fsck.",
    }
    answer = {"collected": {"repository_ids": ["a"], "connected": [], "failed": [failure]}}
    assert json.loads(capsys.readouterr().out) == answer
