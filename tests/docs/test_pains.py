"""The page of pains names tests that are there, and leaves none of its pains out."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from tests.docs.pages import ROOT, text

PAGE = ROOT / "docs" / "explanation" / "pains.md"
ROW = re.compile(r"^\| (\d+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@cache
def names_in(path: Path) -> frozenset[str]:
    """Return the tests of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_test_the_page_names_is_there() -> None:
    named = NAMED.findall(text(PAGE))
    assert len(named) > 40
    assert [f"{path}::{name}" for path, name in named if name not in names_in(ROOT / path)] == []


def test_every_pain_has_tests_that_go_the_whole_way() -> None:
    rows = {int(number): held for number, *_, held in ROW.findall(text(PAGE))}
    assert sorted(rows) == [*range(1, 20), 21, 22, 24, 25]
    whole = re.compile(r"tests/pains/\w+\.py::test_pain_(\d+)_")
    assert {
        number: {int(found) for found in whole.findall(held)} for number, held in rows.items()
    } == {number: {number} for number in rows}


def test_every_test_of_a_pain_that_goes_the_whole_way_is_on_the_page() -> None:
    there = {
        name
        for path in (ROOT / "tests" / "pains").glob("test_*.py")
        for name in names_in(path)
        if name.startswith("test_pain_")
    }
    assert there - {name for _, name in NAMED.findall(text(PAGE))} == set()
