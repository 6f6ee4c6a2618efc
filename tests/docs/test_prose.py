"""The pages are written the way the house writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, name_of, prose

TWO_SENTENCES = re.compile(r"[a-z0-9)`*\"][.?!] +[A-Z`*\"(]")
ABBREVIATED = re.compile(r"\b(e\.g|i\.e|et al|vs|[A-Z])\. ")
NOT_OUR_WORDS = re.compile(
    r"\b(PRs?|MRs?|MTTR|productivity|velocity|leverage|insights?|(?<!never )human-written)\b"
)
MARKER = re.compile(r"^\s*(#+ )?(\d+\. )?")
CODE = re.compile(r"`[^`]*`")


def sentences_that_share_a_line(page: Path) -> list[str]:
    """Return the lines that hold more than one sentence; tables and references may."""
    references = False
    found = []
    for number, line in enumerate(prose(page).splitlines(), 1):
        if line.startswith("#"):
            references = "eferences" in line or "ources" in line
        shown = ABBREVIATED.sub("", MARKER.sub("", CODE.sub("x", line)))
        if not references and not line.startswith("|") and TWO_SENTENCES.search(shown):
            found.append(f"{number}: {line}")
    return found


WRITTEN = [page for page in PAGES if page.name != "attribution-rules.md"]  # made from its table


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_every_sentence_has_a_line_of_its_own(page: Path) -> None:
    assert sentences_that_share_a_line(page) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_page_uses_the_words_of_the_house(page: Path) -> None:
    found = [
        f"{number}: {line}"
        for number, line in enumerate(CODE.sub("", prose(page)).splitlines(), 1)
        if NOT_OUR_WORDS.search(line)
    ]
    assert found == []


def test_the_rule_itself_sees_two_sentences_on_a_line(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("One. Two.\nOne, e.g. This.\nOne.\nTwo.\n", encoding="utf-8")
    assert sentences_that_share_a_line(page) == ["1: One. Two."]
