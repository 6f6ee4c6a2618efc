"""One word for one thing; no room that has no reason to refuse anything."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import PACKAGE, Function, name_of, parsed, python_files

ROOMS_WITHOUT_A_REASON = {
    "base", "common", "core", "helper", "helpers", "legacy", "misc", "util", "utils",
}  # fmt: skip
BANNED_WORDS = {
    "productivity", "performance", "velocity", "insight", "insights", "info",
    "manager", "handler", "processor", "helper", "helpers", "util", "utils",
    "pr", "prs", "mr", "mrs",
}  # fmt: skip
BANNED_ALONE = {"data", "efficiency", "score"}
ALLOWED = {"filekind.py: _DATA": "the kind of file that holds data"}
CAUSAL = re.compile(
    r"(?<!never an )(?<!not an )\b(effects?|impact(s|ed)?|caused|causes)\b", re.IGNORECASE
)


def words(identifier: str) -> list[str]:
    """Split an identifier into its lower-case words."""
    return re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", identifier).lower())


def is_banned(identifier: str) -> bool:
    """Say whether the word list refuses this identifier."""
    parts = words(identifier)
    return bool(BANNED_WORDS.intersection(parts)) or parts in [[word] for word in BANNED_ALONE]


def defined(path: Path) -> Iterator[str]:
    """Yield every name a file defines."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, Function | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def test_no_room_or_module_has_a_name_that_refuses_nothing() -> None:
    names = {
        part.removesuffix(".py")
        for path in python_files("src")
        for part in path.relative_to(PACKAGE).parts
    }
    assert names & ROOMS_WITHOUT_A_REASON == set()


def test_no_identifier_uses_a_banned_word() -> None:
    found = {f"{p.name}: {n}" for p in python_files("src") for n in defined(p) if is_banned(n)}
    assert sorted(found - set(ALLOWED)) == []


def test_the_word_list_knows_a_banned_name_from_a_good_one() -> None:
    assert [n for n in ("pr_count", "ScoreHandler", "data", "getInfo") if not is_banned(n)] == []
    assert [n for n in ("pressure", "metadata", "data_digest", "score_z") if is_banned(n)] == []


def test_measure_speaks_of_association_never_of_what_was_caused() -> None:
    found = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in python_files("src/trueup/measure")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if CAUSAL.search(line)
    ]
    assert found == []


def test_no_script_has_the_name_of_a_library_that_another_looks_for() -> None:
    """A script's own folder comes first: pandas once took ours for the library it looked for."""
    from pandas.compat._optional import VERSIONS

    root = PACKAGE.parents[1]
    scripts = {path.stem for at in ("benchmarks", "docs") for path in (root / at).glob("*.py")}
    assert scripts
    assert sorted(scripts & VERSIONS.keys()) == []
