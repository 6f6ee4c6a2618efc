"""Every link inside the repository leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, name_of, prose, text

LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


CODE = re.compile(r"(`+)(?:(?!\1).)+?\1")


def anchors(page: Path) -> set[str]:
    """Return the anchors a page offers, as hosts of Markdown make them from headings."""
    heads = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def broken(page: Path) -> list[str]:
    """Return the links of a page that lead nowhere."""
    found = []
    for link in LINK.findall(CODE.sub("", prose(page))):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place) if place else page
        wrong_anchor = anchor and target.suffix == ".md" and anchor not in anchors(target)
        if not target.exists() or wrong_anchor:
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert broken(page) == []


def test_the_rule_itself_sees_a_broken_link(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Head line\n[a](#head-line) [b](gone.md) [c](#gone)\n", encoding="utf-8")
    assert broken(page) == ["gone.md", "#gone"]


def test_every_page_can_be_reached_from_the_readme() -> None:
    readme = PAGES[[name_of(page) for page in PAGES].index("README.md")]
    reached, ahead = set(), [readme]
    while ahead:
        page = ahead.pop()
        reached.add(page)
        for link in LINK.findall(text(page)):
            target = (page.parent / link.partition("#")[0]).resolve()
            below = list(target.rglob("*.md")) if target.is_dir() else [target]
            ahead += [p for p in below if p.suffix == ".md" and p.exists() and p not in reached]
    assert sorted(name_of(page) for page in set(PAGES) - reached) == []
