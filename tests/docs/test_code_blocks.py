"""What the pages tell a reader to type works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from docs.generate import help_text
from tests.docs.pages import PAGES, ROOT, blocks, name_of, text
from trueup.cli import main as cli
from trueup.config import Settings, read_settings


def commands() -> list[tuple[str, str]]:
    """Return every ``trueup ...`` line of the pages, with the page it is on."""
    return [
        (name_of(page), line.strip())
        for page in PAGES
        for block in blocks(page, "sh")
        for line in block.splitlines()
        if line.strip().startswith("trueup ")
    ]


@pytest.mark.parametrize(("page", "line"), commands())
def test_every_command_on_a_page_names_a_verb_and_options_that_exist(page: str, line: str) -> None:
    _, verb, *rest = shlex.split(line)
    assert verb in cli.verbs(), page
    known = set(re.findall(r"--[a-z-]+", help_text(verb)))
    assert {part for part in rest if part.startswith("--")} <= known, page


def typed(beginning: str) -> list[tuple[str, str]]:
    """Return every line of the pages that begins so, with what was broken over lines joined."""
    return [
        (name_of(page), line)
        for page in PAGES
        for block in blocks(page, "sh")
        for line in block.replace("\\\n", " ").splitlines()
        if line.startswith(beginning)
    ]


@pytest.mark.parametrize(("page", "line"), typed("make "))
def test_every_target_on_a_page_is_one_of_make(page: str, line: str) -> None:
    words = [word for word in shlex.split(line)[1:] if "=" not in word]
    targets = re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE)
    assert set(words) <= set(targets), page
    named = re.search(r"BENCH=(\S+)", line)
    assert named is None or (ROOT / "benchmarks" / f"{named[1]}.py").exists(), page


@pytest.mark.parametrize(("page", "line"), [*typed(".venv/bin/python b"), *typed("peers/bin/py")])
def test_every_benchmark_on_a_page_exists_and_knows_its_options(page: str, line: str) -> None:
    script = ROOT / shlex.split(line)[1]
    assert script.exists(), page
    known = set(re.findall(r'"(--[a-z-]+)"', text(script)))
    assert {word for word in shlex.split(line)[2:] if word.startswith("--")} <= known, page


@pytest.mark.parametrize("verb", cli.verbs())
def test_every_verb_is_in_the_manual_with_an_example(verb: str) -> None:
    assert f"## trueup {verb}\n" in text(PAGES[0].parent / "docs/reference/cli.md")
    assert f"Example: trueup {verb}" in help_text(verb)


@pytest.mark.parametrize(
    ("page", "block"),
    [
        pytest.param(page, block, id=f"{name_of(page)}:{number}")
        for page in PAGES
        for number, block in enumerate(blocks(page, "python"))
    ],
)
def test_every_python_block_runs(page: Path, block: str) -> None:
    exec(compile(block, name_of(page), "exec"), {})  # noqa: S102 - our own pages


@pytest.mark.parametrize(
    ("page", "block"),
    [
        pytest.param(page, block, id=f"{name_of(page)}:{number}")
        for page in PAGES
        for number, block in enumerate(blocks(page, "toml"))
        if "[[rules]]" not in block
    ],
)
def test_every_toml_block_is_a_trueup_toml(page: Path, block: str, tmp_path: Path) -> None:
    path = tmp_path / "trueup.toml"
    path.write_text(block, encoding="utf-8")
    assert read_settings(path) != Settings(), name_of(page)
