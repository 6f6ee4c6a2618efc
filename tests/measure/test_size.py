"""Size and churn of three changes drawn by hand.

::

    change   commits                        lines added + deleted     size
    one      one                            10 + 2 (and 800 locked)     12
    two      two, two-b                     5 + 5, 20 + 0               30
    three    three                          100 + 50                   150

Median 30, 85th percentile 150; churn (2 + 5 + 50) / (10 + 25 + 100).
"""

from __future__ import annotations

import pytest

from tests.measure.asking import measured, value
from tests.measure.building import World


@pytest.fixture
def three() -> World:
    world = World()
    for name in ("one", "two", "three"):
        world.change(name, "2026-06-01")
    world.commit("two-b", "2026-06-01", change="two")
    for commit, path, kind, added, deleted in (
        ("one", "a.py", "code", 10, 2),
        ("one", "poetry.lock", "generated", 700, 100),
        ("two", "a.py", "code", 5, 5),
        ("two-b", "README.md", "docs", 20, 0),
        ("three", "test_a.py", "test", 100, 50),
    ):
        world.add(
            "commit_file", commit_id=commit, path=path, file_kind=kind, lines_added=added,
            lines_deleted=deleted,
        )  # fmt: skip
    return world


def test_change_size_lines_sums_the_commits_of_a_change(three: World) -> None:
    assert value("change_size_lines", three, ("quantile", "0.5")) == 30
    assert value("change_size_lines", three, ("quantile", "0.85")) == 150


def test_a_change_of_lock_files_only_has_no_size(three: World) -> None:
    three.change("lock", "2026-06-02")
    three.add(
        "commit_file", commit_id="lock", path="uv.lock", file_kind="generated", lines_added=9,
        lines_deleted=9,
    )  # fmt: skip
    assert measured("change_size_lines", three, ("quantile", "0.5")).n == 3


def test_churn_ratio_is_deleted_over_added(three: World) -> None:
    assert value("churn_ratio", three) == 57 / 135


def test_too_few_changes_for_an_interval_say_so(three: World) -> None:
    found = measured("change_size_lines", three, ("quantile", "0.5"))
    assert (found.interval, found.no_interval_because) == (None, "too few items for an interval")
