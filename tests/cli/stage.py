"""A workspace that answers as it is told, so that the command line can be tested alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from trueup.cli import main as cli
from trueup.config import Settings


@dataclass
class Staged:
    """Stands where `trueup.workspace.Workspace` would, and remembers what it was asked."""

    answer: Callable[..., Any]
    settings: Settings = field(default_factory=Settings)
    asked: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)

    def open(self, *places: Any, **named: Any) -> Staged:
        """Remember which workspace was opened."""
        self.asked.append(("open", places, named))
        return self

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        def method(*places: Any, **named: Any) -> Any:
            self.asked.append((verb, places, named))
            return self.answer()

        return method


def run(monkeypatch: pytest.MonkeyPatch, words: Sequence[str]) -> int:
    """Run the command line in this process and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["trueup", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    code = ended.value.code
    assert code is None or isinstance(code, int)
    return code or 0


def trueup(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the real command line in a process of its own, in `folder`."""
    return subprocess.run(
        [sys.executable, "-m", "trueup.cli.main", *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
