"""What words of an incident are read as naming."""

from __future__ import annotations

import pytest

from trueup.collect.incidents.named import named

SHA = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def told(*values: object) -> list[str]:
    """Return what is named as ``kind host/path name``."""
    return [f"{one['kind']} {one['host']}/{one['path']} {one['name']}" for one in named(*values)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://github.com/acme/shop/pull/12", "change github.com/acme/shop 12"),
        (
            "https://git.acme.example/group/sub/shop/-/merge_requests/7/diffs",
            "change git.acme.example/group/sub/shop 7",
        ),
        ("since acme/shop#12 went out", "change /acme/shop 12"),
        ("since group/shop!7", "change /group/shop 7"),
        ("after PR #12", "change / 12"),
        (f"https://github.com/acme/shop/commit/{SHA}", f"commit github.com/acme/shop {SHA}"),
        (f"bad build acme/shop@{SHA}", f"commit /acme/shop {SHA}"),
        ("broke with commit 4b825dc", "commit / 4b825dc"),
        (f"revision {SHA}", f"commit / {SHA}"),
        ("deployed by github:github.com:4711", "deployment / github:github.com:4711"),
        (
            "https://ci.acme.example/job/shop/job/deploy/42/console",
            "deployment / jenkins:ci.acme.example:shop/deploy#42",
        ),
        (
            "https://api.github.com/repos/acme/shop/deployments/99",
            "deployment / github:github.com:99",
        ),
    ],
)
def test_what_is_written_out_is_read(text: str, expected: str) -> None:
    assert told(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "fixed by acme/shop#13",
        "Resolved with https://github.com/acme/shop/pull/13",
        "reverted in PR 13",
        "rolled back to commit 4b825dc",
        "memory usage change 12 percent",
        "error rate 12",
        "see #12",
        "ticket SHOP-12",
        f"digest sha256:{SHA}{SHA[:24]}",
    ],
)
def test_what_repaired_it_and_what_only_looks_alike_is_not(text: str) -> None:
    assert named(text) == []


def test_texts_are_found_however_deep_and_each_thing_once() -> None:
    deep = {"details": [{"cause": "acme/shop#1"}, ["acme/shop#1", None, 7]]}
    assert told("acme/shop#2", deep) == ["change /acme/shop 2", "change /acme/shop 1"]


def test_what_has_no_end_of_depth_is_left_alone() -> None:
    deep: object = "acme/shop#1"
    for _ in range(100):
        deep = [deep]
    assert named(deep) == []
