"""What the pages and the help tell a reader to type about estimating is typed in, and goes."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

from tests.cli.panels import assess_once, write_panel
from tests.docs.pages import ROOT, blocks
from trueup.cli import main as cli
from trueup.cli.commands.estimate import EXAMPLES

HOW_TO = ROOT / "docs" / "how-to" / "estimate-an-effect.md"


def typed() -> list[str]:
    """Return every line about estimating, of the how-to and of the help, in order."""
    page = [line for block in blocks(HOW_TO, "sh") for line in block.splitlines()]
    shown = [part.partition("trueup ")[1:] for part in " ".join(EXAMPLES.split()).split(": ")[1:]]
    examples = ("".join(parts).removesuffix(" Another") for parts in shown)
    return list(dict.fromkeys((*page, *examples)))


@pytest.mark.parametrize("line", typed())
def test_every_line_about_estimating_ends_well(
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("trueup.estimate.asking.answer.assess", assess_once)
    write_panel(tmp_path / "f.csv")
    monkeypatch.chdir(tmp_path)
    if line.endswith("--plan plan.toml"):
        first = next(one for one in typed() if "--write-plan" in one)
        assert run(first, monkeypatch) == 0
    assert run(line, monkeypatch) == 0, capsys.readouterr().err
    said = capsys.readouterr().out
    assert json.loads(said) if line.endswith("--json") else said


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run one line in this process and return its exit code."""
    monkeypatch.setattr(sys, "argv", shlex.split(line))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_the_help_shows_two_examples_and_both_are_typed_in() -> None:
    assert len(EXAMPLES.split("trueup estimate")) == 3
    assert len([line for line in typed() if "lead_time" in line]) == 2
