"""On a machine where something is missing, make says the one line that installs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT

REFUSES = """#!/bin/sh
case "$*" in *{word}*) exit 1;; esac
exec {python} "$@"
"""


def make(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run make as on a fresh machine: its own environment folder, nothing of ours on the path."""
    return subprocess.run(
        ["make", f"VENV={tmp_path}/venv", *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )


def refusing(tmp_path: Path, word: str) -> str:
    """Return a python that fails whenever it is asked about `word`."""
    python = tmp_path / "python"
    python.write_text(REFUSES.format(word=word, python=sys.executable), encoding="utf-8")
    python.chmod(0o755)
    return str(python)


@pytest.mark.parametrize("command", ["test", "report"])
def test_without_venv_the_line_that_installs_it_is_said(tmp_path: Path, command: str) -> None:
    python = refusing(tmp_path, "ensurepip")
    done = make(tmp_path, command, "REPO=.", f"PYTHON={python}")
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        "Python's venv is missing. Install it: sudo apt install python3-venv"
    )
    assert not (tmp_path / "venv").exists()


def test_an_old_python_is_named_with_the_way_to_choose_another(tmp_path: Path) -> None:
    done = make(tmp_path, "test", f"PYTHON={refusing(tmp_path, 'version_info')}")
    assert done.returncode == 2
    assert "trueup needs Python 3.11 or newer" in done.stderr
    assert "make PYTHON=python3.12" in done.stderr


def test_without_python_the_line_that_installs_it_is_said(tmp_path: Path) -> None:
    done = make(tmp_path, "test", "PYTHON=no-such-python")
    assert done.returncode == 2
    assert "sudo apt install python3 python3-venv" in done.stderr


def test_a_report_without_a_repository_says_how_to_name_one(tmp_path: Path) -> None:
    done = make(tmp_path, "report")
    assert done.returncode == 2
    assert done.stderr.startswith("make report needs a repository: make report REPO=/path/to/repo")


def test_help_names_the_two_commands_first(tmp_path: Path) -> None:
    first, second, *_ = make(tmp_path).stdout.splitlines()
    assert first.startswith("make report REPO=")
    assert second.startswith("make test")
