"""The pages as the tests of the docs see them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
PAGES = sorted([*(ROOT / name for name in TOP), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def name_of(page: Path) -> str:
    """Return the page as the repository names it."""
    return page.relative_to(ROOT).as_posix()


def text(page: Path) -> str:
    """Return a page."""
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return [body for kind, body in FENCE.findall(text(page)) if kind == language]


def prose(page: Path) -> str:
    """Return a page without its fenced blocks, line numbers kept."""
    return FENCE.sub(lambda block: "\n" * block[0].count("\n"), text(page))


def without_numbers(answer: str) -> str:
    """Leave the words of an answer: its figures move with every better estimator."""
    return re.sub(r"[\u2212+\-]?\d[\d.,]*", "#", answer)
