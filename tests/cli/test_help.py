"""Help is complete, and quick because nothing heavy is loaded for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from docs import generate
from docs.generate import help_text
from tests.cli.stage import run
from trueup import __version__
from trueup.cli import main as cli

HEAVY = {"duckdb", "ibis", "jinja2", "numpy", "pandas", "pyarrow", "rich.progress", "vl_convert"}
LOADED = (
    "import sys; from trueup.cli import main; main.build();"
    f"print(*sorted(set(sys.modules) & {HEAVY!r}))"
)


def test_help_loads_none_of_the_heavy_libraries() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""


def test_the_verbs_are_the_files_of_the_folder() -> None:
    assert cli.verbs() == [
        *(
            "collect",
            "demo",
            "diagnose",
            "doctor",
            "estimate",
            "experiment",
            "identity",
            "init",
            "label",
            "measure",
            "receive",
            "report",
            "sheet",
            "simulate",
            "spend",
        )
    ]


@pytest.mark.parametrize("verb", cli.verbs())
def test_every_verb_offers_a_workspace_and_an_answer_for_machines(verb: str) -> None:
    text = help_text(verb)
    assert "--json" in text
    assert "--workspace" in text


def test_the_first_help_names_every_verb_in_full_sentences() -> None:
    commands = help_text().partition("Commands:")[2].strip().splitlines()
    assert [line.split()[0] for line in commands] == cli.verbs()
    assert [line for line in commands if not line.endswith(".") or line.endswith("...")] == []


def test_the_first_help_is_whole_in_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "WIDTH", "80")
    assert "..." not in help_text().partition("Commands:")[2]


def test_version_is_said_and_nothing_else_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, ["--version"]) == 0
    assert capsys.readouterr().out == f"trueup {__version__}\n"
