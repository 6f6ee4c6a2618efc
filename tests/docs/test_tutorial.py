"""The tutorial is typed in, line by line, and must go as it says."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks, text, without_numbers

TUTORIAL = ROOT / "docs" / "tutorials" / "first-report.md"
REFUSED = "trueup measure changes_landed_per_week --by person"


def lines() -> list[str]:
    """Return what the tutorial tells a reader to type, without the set-up."""
    typed = [line for block in blocks(TUTORIAL, "sh") for line in block.splitlines()]
    return [line for line in typed if not line.startswith("make ")]


def type_in(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one line as a reader with the environment of these tests would."""
    words = shlex.split(line)
    program = {"trueup": ["-m", "trueup.cli.main"], ".venv/bin/python": []}[words[0]]
    return subprocess.run(
        [sys.executable, *program, *words[1:]],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> dict[str, subprocess.CompletedProcess[str]]:
    """Type in the whole tutorial in an empty folder."""
    folder = tmp_path_factory.mktemp("tutorial")
    answers = {line: type_in(line, folder) for line in lines()}
    answers["ls"] = subprocess.run(["ls", folder], capture_output=True, text=True, check=True)
    return answers


@pytest.mark.parametrize("line", lines())
def test_every_line_ends_as_the_tutorial_says(
    done: dict[str, subprocess.CompletedProcess[str]], line: str
) -> None:
    assert done[line].returncode == (2 if line == REFUSED else 0), done[line].stderr


def test_the_report_is_where_the_last_line_says(
    done: dict[str, subprocess.CompletedProcess[str]],
) -> None:
    report = next(line for line in lines() if line.startswith("trueup report"))
    assert done[report].stdout.splitlines()[-1] == "Report: made-up.html"
    assert "made-up.html" in done["ls"].stdout.split()


def test_the_split_by_origin_shows_marked_and_unmarked(
    done: dict[str, subprocess.CompletedProcess[str]],
) -> None:
    shown = done["trueup measure changes_landed_per_week --by origin"].stdout
    assert "AI-marked: " in shown
    assert "unmarked (unknown): " in shown


def test_a_split_by_person_is_refused_with_a_reason(
    done: dict[str, subprocess.CompletedProcess[str]],
) -> None:
    assert REFUSED in text(TUTORIAL)
    assert done[REFUSED].stdout == ""
    assert "person" in done[REFUSED].stderr.lower()


def test_the_readme_shows_the_answer_in_the_words_of_the_program(
    done: dict[str, subprocess.CompletedProcess[str]],
) -> None:
    report = next(line for line in lines() if line.startswith("trueup report"))
    shown = blocks(ROOT / "README.md", "text")[0]
    said = without_numbers(done[report].stdout)
    assert [line for line in shown.splitlines() if without_numbers(line) not in said] == []
