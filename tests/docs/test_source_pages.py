"""Every source has a page that says how far it was held against the real thing."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.docs.pages import ROOT, text
from trueup.collect.catalogue import find_source

PAGES = ROOT / "docs" / "reference" / "sources"
MARKS = ("verified live", "against real software", "to documentation only")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SOURCES = sorted(PROJECT["project"]["entry-points"]["trueup.connectors"])
ROW = re.compile(r"^\| \[(\w+)\]\(\1\.md\) \|.*\| ([\w ]+) \|$", re.MULTILINE)
HEADS = ("Connect", "What it becomes", "What is dropped", "What it cannot see")


@pytest.mark.parametrize("name", ["git", *SOURCES])
def test_the_page_carries_one_mark_and_the_list_the_same(name: str) -> None:
    (said,) = re.findall(
        r"^Marked: \*\*(?:verified )?(.+?)\*\*", text(PAGES / f"{name}.md"), re.MULTILINE
    )
    mark = said if said in MARKS else f"verified {said}"
    assert mark in MARKS
    assert dict(ROW.findall(text(PAGES / "README.md")))[name] == mark


def test_the_list_names_every_source_and_no_other() -> None:
    assert sorted(dict(ROW.findall(text(PAGES / "README.md")))) == sorted(["git", *SOURCES])


@pytest.mark.parametrize("name", ["git", *SOURCES])
def test_the_page_says_what_every_page_of_a_source_says(name: str) -> None:
    heads = re.findall(r"^## (.+)$", text(PAGES / f"{name}.md"), re.MULTILINE)
    assert [head for head in HEADS if head not in heads] == []


@pytest.mark.parametrize("name", SOURCES)
def test_the_page_explains_every_option_and_names_every_table(name: str) -> None:
    source, page = find_source(name), text(PAGES / f"{name}.md")
    missing = [word for word in (*source.options, *source.owners) if f"`{word}`" not in page]
    assert missing == []


def test_no_source_of_this_tree_is_without_an_entry_point() -> None:
    folder = ROOT / "src" / "trueup" / "collect" / "sources"
    found = {path.parent.name for path in folder.glob("*/source.py")}
    assert found == set(SOURCES)
