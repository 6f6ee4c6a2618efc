"""Pages made from the program say what the program says."""

from __future__ import annotations

import pytest

from docs import generate
from trueup.model import tables


@pytest.mark.parametrize("page", sorted(generate.PAGES))
def test_the_page_is_in_sync_with_the_program(page: str) -> None:
    assert generate.difference(page) == ""


def test_the_check_names_the_first_line_that_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = "# Errors\n\nSomething else.\n"
    monkeypatch.setattr(generate, "PAGES", {"errors.md": lambda: errors})
    assert generate.difference("errors.md").startswith("docs/reference/errors.md:1 ")


def test_every_column_comment_reaches_the_page() -> None:
    meanings = generate.column_meanings()
    assert meanings["change", "first_release_id"] == "null while unreleased"
    known = {(t.name, column) for t in tables.TABLES.values() for column in t.schema.names}
    assert set(meanings) <= known
