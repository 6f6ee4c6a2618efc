"""Which work items a text names."""

from __future__ import annotations

import pytest

from trueup.collect.mentions import Mention, branch_mentions, mention_rows, mentions

SHOP = "github.com/acme/shop"


def issue(number: int, *, closes: bool = True, place: str = SHOP) -> Mention:
    """Make a mention of an issue of the forge."""
    return Mention(f"{place}/issues/{number}", is_closing=closes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SHOP-12: a basket", [Mention("SHOP-12", is_closing=False)]),
        ("Fix AB-1, AB-2", [Mention("AB-1", is_closing=True), Mention("AB-2", is_closing=True)]),
        ("see https://jira.acme.org/browse/SHOP-9", [Mention("SHOP-9", is_closing=False)]),
        ("Fixes #1, #2 and #3; see #4", [issue(1), issue(2), issue(3), issue(4, closes=False)]),
        ("closes acme/Other#5", [issue(5, place="github.com/acme/other")]),
        ("Resolves: https://github.com/acme/shop/issues/77.", [issue(77)]),
        ("Closes https://gitlab.com/a/b/c/-/issues/8", [issue(8, place="gitlab.com/a/b/c")]),
        ("see #7, later: fixes #7", [issue(7)]),
        ("prefix-SHOP-12, CVE-2024-1234, &#123; #12abc, v1.2-3", []),
        ("", []),
    ],
)  # fmt: skip
def test_a_text_names_work_items(text: str, expected: list[Mention]) -> None:
    assert list(mentions(text, SHOP)) == expected


@pytest.mark.parametrize(
    ("branch", "keys"),
    [
        ("feature/shop-12-basket", ["SHOP-12"]),
        ("SHOP-3", ["SHOP-3"]),
        ("jane/AB-1_CD-2", ["AB-1", "CD-2"]),
        ("main", []),
    ],
)
def test_a_branch_names_keys_in_any_case(branch: str, keys: list[str]) -> None:
    assert [mention.key for mention in branch_mentions(branch)] == keys


def test_a_long_text_is_read_in_linear_time() -> None:
    assert mentions("A-" * 500_000 + " #" * 500_000, SHOP) == ()


def test_rows_say_where_a_work_item_was_named() -> None:
    rows = mention_rows(SHOP, "commit", [("c", "commit", Mention("SHOP-1", is_closing=False))])
    assert rows.to_pylist() == [
        {
            "repository_id": SHOP,
            "target_kind": "commit",
            "target_id": "c",
            "key": "SHOP-1",
            "place": "commit",
            "is_closing": False,
        }
    ]
