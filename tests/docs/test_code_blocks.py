"""What the pages tell a reader to type works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from docs.generate import help_text
from tests.docs.pages import PAGES, blocks, name_of, text
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
