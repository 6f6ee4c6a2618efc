"""Every public thing says what it means, and nothing unfinished is left lying about."""

from __future__ import annotations

import ast
import re

from tests.house.source import name_of, parsed, python_files, tree_files

UNFINISHED = re.compile(
    r"\b(TODO|FIXME|XXX)\b|NotImplemented|not implemented|coming soon|lorem ipsum"
)
EDITOR_BRACKET = re.compile(
    r"\[(insert|describe|your|placeholder)[ \]]|<(describe|your) ", re.IGNORECASE
)
TEXT = {".py", ".md", ".toml", ".html", ".css", ".js", ".cfg", ".yml", ".yaml", ""}


def test_every_public_module_says_what_it_is_for() -> None:
    silent = [
        name_of(path)
        for path in python_files("src", "docs")
        if not path.stem.startswith("_") or path.name == "__init__.py"
        if not ast.get_docstring(parsed(path))
    ]
    assert silent == []


def test_nothing_unfinished_is_left_in_the_tree() -> None:
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:80]}"
        for path in tree_files()
        if path.suffix in TEXT and not name_of(path).startswith("tests/house/")
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), 1
        )
        if UNFINISHED.search(line) or EDITOR_BRACKET.search(line)
    ]
    assert found == []
