from __future__ import annotations

import pytest

from docs.reference.metrics.write import FOLDER, HEADINGS, WRITTEN, main, sections
from trueup.measure.catalogue import all_metrics


def test_the_pages_say_what_the_metrics_say() -> None:
    assert main(["--check"]) == 0


@pytest.mark.parametrize("name", list(all_metrics()))
def test_a_page_has_the_fixed_headings_and_none_is_empty(name: str) -> None:
    found = sections((FOLDER / f"{name}.md").read_text(encoding="utf-8"))
    assert tuple(found) == HEADINGS
    assert all(found[heading] for heading in WRITTEN)


def test_no_page_outlives_its_metric() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == set(all_metrics())
