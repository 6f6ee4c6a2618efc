"""Every estimator and every check is on its page, with what only people can write."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs import balance, generate
from tests.docs.pages import ROOT, text
from trueup.estimate.catalogue import all_estimators
from trueup.estimate.checking import all_checks
from trueup.estimate.verdict.rule import GATES, STRICT

ESTIMATORS = ROOT / "docs" / "reference" / "estimators.md"
CHECKS = ROOT / "docs" / "reference" / "checks.md"


@pytest.mark.parametrize("name", all_estimators())
def test_every_estimator_is_on_its_page_with_its_interval_and_what_it_refuses(name: str) -> None:
    page, recipe = text(ESTIMATORS), all_estimators()[name]
    of_it = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    for fact in (recipe.answers, *recipe.assumes, *recipe.references):
        assert fact in of_it
    written = balance.written_sections(ESTIMATORS)
    assert all(written[name, title] for title in balance.OF_ESTIMATORS)


@pytest.mark.parametrize("name", [*all_checks(), "agreement"])
def test_every_check_is_on_its_page_with_its_answers_and_what_the_verdict_does(name: str) -> None:
    of_it = text(CHECKS).partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    assert ("In the verdict: a gate" in of_it) == (name in GATES)
    assert ("leaning is the strongest answer" in of_it) == (name in STRICT)
    assert balance.written_sections(CHECKS)[name, "Answers"].startswith("- ")
    assert of_it.partition("### References")[2].strip()


def test_a_page_is_about_nothing_that_is_not_there() -> None:
    sections = {name for name, _ in balance.written_sections(ESTIMATORS)}
    assert sections == set(all_estimators())
    assert {name for name, _ in balance.written_sections(CHECKS)} == {*all_checks(), "agreement"}


def test_what_people_wrote_is_kept_when_a_page_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = "By hand, on two\nlines.\n\n- And a list."
    (tmp_path / "checks.md").write_text(f"## bacon\n\n### Answers\n\n{ours}\n", "utf-8")
    monkeypatch.setattr(balance, "REFERENCE", tmp_path)
    made = generate.PAGES["checks.md"]()
    assert f"### Answers\n\n{ours}\n\n### References\n\n- Goodman-Bacon" in made
