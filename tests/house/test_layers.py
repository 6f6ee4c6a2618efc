"""Who may import whom: the contracts hold, and they would notice if they did not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import PACKAGE, ROOT

LINTER = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"


def lint(source: Path) -> tuple[int, str]:
    """Run the contracts of pyproject.toml on the package below `source`."""
    done = subprocess.run(
        [sys.executable, "-c", LINTER],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(source), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_every_contract_is_kept() -> None:
    code, said = lint(PACKAGE.parent)
    assert code == 0, said


@pytest.mark.parametrize(
    ("place", "line", "contract"),
    [
        ("model/forward.py", "import trueup.cli.main", "Data walks one way"),
        ("utils/__init__.py", "", "Data walks one way"),
        ("report/peek.py", "import duckdb", "Database drivers only in store"),
        ("collect/draw.py", "import jinja2", "Templates and charts only in report"),
    ],
)
def test_a_breach_is_reported(tmp_path: Path, place: str, line: str, contract: str) -> None:
    copy = shutil.copytree(PACKAGE, tmp_path / "trueup", ignore=shutil.ignore_patterns("*.pyc"))
    breach = copy / place
    breach.parent.mkdir(exist_ok=True)
    breach.write_text(f'"""A breach."""\n{line}\n', encoding="utf-8")
    code, said = lint(tmp_path)
    assert code != 0
    assert any(contract in row and "BROKEN" in row for row in said.splitlines()), said
