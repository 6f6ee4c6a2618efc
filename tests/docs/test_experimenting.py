"""The page on experiments can be typed in from top to bottom, and shows what the program says."""

from __future__ import annotations

import datetime as dt
import shlex
from pathlib import Path

import pytest

from tests.cli.stage import run
from tests.docs.pages import ROOT, blocks, without_numbers
from tests.estimate.experiments import office
from trueup.workspace import Workspace
from trueup.workspace.experiments import Experiments

PAGE = ROOT / "docs" / "how-to" / "run-an-experiment.md"


def typed() -> list[list[str]]:
    """Return every command of the page, in order."""
    lines = (line for block in blocks(PAGE, "sh") for line in block.splitlines())
    return [shlex.split(line)[1:] for line in lines if line.startswith("trueup ")]


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's
def test_the_page_can_be_typed_in_and_shows_the_words_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Planned on a Thursday; one stops after it was lived through, so the answer has all of it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "trueup.store.identity.secrets.token_bytes", lambda many: bytes(range(many))
    )
    today = [office.TODAY]
    monkeypatch.setattr(Experiments, "_today", lambda _: today[0])
    folder = Workspace.open().folder
    office.past(folder)
    ten, two = office.PEOPLE[:10], office.PEOPLE[10:]
    (tmp_path / "people.csv").write_text("\n".join(ten), "utf-8")
    (tmp_path / "more.csv").write_text("\n".join(two), "utf-8")
    look, register, join, stop, answer = typed()
    for words in (look, register, join):
        assert run(monkeypatch, words) == 0, capsys.readouterr().err
    office.during(folder, broken=0.2)
    today[0] = dt.date(2026, 5, 1)
    for words in (stop, answer):
        assert run(monkeypatch, words) == 0, capsys.readouterr().err
    said = set(without_numbers(capsys.readouterr().out).splitlines())
    _, planned, answered = blocks(PAGE, "text")
    shown = without_numbers(answered).splitlines()
    assert [line for line in shown if line not in said] == []
    assert run(monkeypatch, [*look[:2], "winter", *look[3:]]) == 0
    said = set(without_numbers(capsys.readouterr().out).splitlines())
    assert [line for line in without_numbers(planned).splitlines() if line not in said] == []
