"""Every member of a room has its page and its test; no page outlives its member."""

from __future__ import annotations

import pytest

from tests.house.source import PACKAGE, ROOT, python_files
from trueup.cli import main as cli
from trueup.measure.catalogue import all_metrics

PAGES = ROOT / "docs" / "reference" / "metrics"
RENDERERS = sorted(
    path.stem for path in (PACKAGE / "report" / "renderers").glob("*.py") if path.stem[0] != "_"
)


def said_in(folder: str) -> str:
    """Return all that the tests below a folder say."""
    return "\n".join(path.read_text(encoding="utf-8") for path in python_files(folder))


@pytest.mark.parametrize("name", sorted(all_metrics()))
def test_every_metric_has_a_page_that_is_named_after_it(name: str) -> None:
    page = PAGES / f"{name}.md"
    assert page.exists(), f"write docs/reference/metrics/{name}.md"
    heads = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert name in heads[0]


def test_every_metric_page_has_its_metric() -> None:
    pages = {page.stem for page in PAGES.glob("*.md")} - {"README", "index"}
    assert sorted(pages - set(all_metrics())) == []


@pytest.mark.parametrize("name", sorted(all_metrics()))
def test_every_metric_is_tested_by_name(name: str) -> None:
    said = said_in("tests/measure")
    assert name in said or name.upper() in said, f"no test in tests/measure names {name}"


@pytest.mark.parametrize("name", sorted(all_metrics()))
def test_every_metric_says_what_it_does_not_mean_and_where_it_comes_from(name: str) -> None:
    metric = all_metrics()[name]
    assert metric.question.endswith("?")
    assert metric.definition.endswith(".")
    assert metric.caveats
    assert metric.references


@pytest.mark.parametrize("verb", cli.verbs())
def test_every_verb_is_typed_in_a_test(verb: str) -> None:
    assert f'"{verb}"' in said_in("tests/cli")


@pytest.mark.parametrize("renderer", RENDERERS)
def test_every_renderer_is_tested_by_name(renderer: str) -> None:
    assert renderer in said_in("tests/report")
