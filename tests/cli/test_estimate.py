"""The real command on panels whose truth is known, and on panels no one should believe."""

from __future__ import annotations

import inspect
import json
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.panels import MONTHS, TRUTH, assess_once, write_panel, write_rows
from trueup.cli import main as cli
from trueup.cli.commands import estimate
from trueup.estimate.estimator import SEED

NAMES = "--unit repo --time month --adopted event"
HEAD = ("repo", "month", "event", "lines_added")


@dataclass(frozen=True)
class Said:
    """What a command ended with."""

    code: int
    out: str
    err: str


Ask = Callable[[str], Said]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run `trueup estimate` in an empty folder, with the words given."""

    monkeypatch.setattr("trueup.estimate.asking.answer.assess", assess_once)

    def run(words: str) -> Said:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["trueup", "estimate", *shlex.split(words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Said(code=int(ended.value.code or 0), out=said.out, err=said.err)

    return run


def rows(adopts: dict[str, str], months: tuple[str, ...] = MONTHS) -> list[tuple[object, ...]]:
    """Return rows of repositories over months, each with its adoption and lines that vary."""
    return [
        (repo, month, adopts[repo], 100 + 7 * at + 3 * place)
        for place, repo in enumerate(adopts)
        for at, month in enumerate(months)
    ]


def test_the_truth_lies_within_the_interval_and_both_ways_of_saying_agree(
    ask: Ask, tmp_path: Path
) -> None:
    write_panel(tmp_path / "f.csv")
    words = f"--panel f.csv {NAMES} --outcome lines_added"
    lines, told = ask(words).out.splitlines(), json.loads(ask(f"{words} --json").out)
    found = told["assessment"]["primary"]["primary"]["estimate"]
    assert found["interval"]["low"] < TRUTH < found["interval"]["high"]
    assert told["assessment"]["lines"] == lines[: len(told["assessment"]["lines"])]
    assert f"{found['said']} ({found['said_interval']}, " in "\n".join(lines)
    assert [line for line in lines if told["assessment"]["plan_hash"] in line]
    assert told["panel"]["units_that_adopt"] == 12
    (balance,) = told["panel"]["balance"]
    assert (balance["column"], balance["n_adopters"]) == ("lines_added", 12)


def test_a_plan_in_a_file_gives_the_answer_its_hash(ask: Ask, tmp_path: Path) -> None:
    write_panel(tmp_path / "f.csv")
    asked = f"--panel f.csv {NAMES} --outcome lead_time --scale log --better lower"
    written = ask(f"{asked} --write-plan p.toml")
    assert written.code == 0
    digest = written.out.split()[1]
    assert not (tmp_path / ".trueup").exists()
    answered = ask(f"--panel f.csv {NAMES} --plan p.toml --json")
    assessment = json.loads(answered.out)["assessment"]
    assert (answered.code, assessment["plan_hash"]) == (0, digest)
    assert assessment["standing"]["says"] == f"not registered, hash {assessment['plan_hash']}"
    assert assessment["primary"]["question"]["better"] == "lower"
    assert ask(f"{asked} --plan p.toml").code == 2
    assert ask(f"{asked} --write-plan p.toml").code == 2


BAD: dict[str, tuple[list[tuple[object, ...]], str]] = {
    "duplicate keys": (rows({"a": "2024-06", "b": "", "c": ""}) * 2, "more than one row"),
    "infinite": ([*rows({"a": "2024-06", "b": ""}), ("c", "2024-01", "", "inf")], "infinite"),
    "text": ([*rows({"a": "2024-06", "b": ""}), ("c", "2024-01", "", "many")], "text where"),
    "negative": ([*rows({"a": "2024-06", "b": ""}), ("c", "2024-01", "", -5)], "below nought"),
    "switched off": (
        [("a", month, int(at % 2), 1) for at, month in enumerate(MONTHS)],
        "switch 'event' off again: a",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_panel_is_wrong_use_and_names_the_fact(name: str, ask: Ask, tmp_path: Path) -> None:
    written, fact = BAD[name]
    write_rows(tmp_path / "f.csv", HEAD, written)
    said = ask(f"--panel f.csv {NAMES} --outcome lines_added --scale count")
    assert (said.code, said.out) == (2, "")
    assert fact in said.err


UNANSWERABLE: dict[str, tuple[list[tuple[object, ...]], str]] = {
    "one period": (rows(dict.fromkeys("abcd", ""), ("2024-01",)), "Only one period"),
    "two teams": (rows({"a": "2024-06", "b": ""}), "2 units"),
    "all treated": (rows(dict.fromkeys("abcd", "2024-06")), "beside a unit that has not adopted"),
    "none treated": (rows(dict.fromkeys("abcd", "")), "No unit is seen to adopt"),
    "constant": (
        [
            (repo, month, event, 5)
            for repo, month, event, _ in rows({"a": "2024-06", "b": "", "c": ""})
        ],
        "never varies",
    ),
}


@pytest.mark.parametrize("name", UNANSWERABLE)
def test_a_panel_that_cannot_answer_says_so_and_is_no_error(
    name: str, ask: Ask, tmp_path: Path
) -> None:
    written, reason = UNANSWERABLE[name]
    write_rows(tmp_path / "f.csv", HEAD, written)
    said = ask(f"--panel f.csv {NAMES} --outcome lines_added")
    assert said.code == 0, said.err
    assert "cannot tell" in said.out.splitlines()[0]
    assert reason in said.out


def test_months_as_numbers_are_months(ask: Ask, tmp_path: Path) -> None:
    numbered = [
        (repo, month.replace("-", ""), event.replace("-", ""), lines)
        for repo, month, event, lines in rows({"a": "2024-06", "b": "", "c": ""})
        for month, event in [(str(month), str(event))]
    ]
    write_rows(tmp_path / "f.csv", HEAD, numbered)
    told = json.loads(ask(f"--panel f.csv {NAMES} --outcome lines_added --json").out)
    assert (told["panel"]["grain"], len(told["panel"]["periods"])) == ("month", 12)


def test_an_outcome_must_be_named(ask: Ask, tmp_path: Path) -> None:
    write_panel(tmp_path / "f.csv", repos=4)
    said = ask(f"--panel f.csv {NAMES}")
    assert (said.code, "named as the outcome" in said.err) == (2, True)


def test_an_unknown_recipe_is_wrong_use(ask: Ask, tmp_path: Path) -> None:
    write_panel(tmp_path / "f.csv", repos=4)
    said = ask(f"--panel f.csv {NAMES} --outcome lines_added --method magic")
    assert (said.code, "magic" in said.err) == (2, True)


def test_a_missing_library_is_named_with_the_extra(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_panel(tmp_path / "f.csv", repos=22)
    monkeypatch.setitem(sys.modules, "diff_diff", None)
    said = ask(f"--panel f.csv {NAMES} --outcome lines_added")
    assert said.code == 2
    assert "pip install 'trueup[estimate]'" in said.err


def test_the_seed_of_the_command_is_the_seed_of_the_balance() -> None:
    assert inspect.signature(estimate.run).parameters["seed"].default == SEED
