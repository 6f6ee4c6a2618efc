from __future__ import annotations

import pytest

from tests.measure.asking import abstention, measured, value
from tests.measure.building import at
from tests.measure.drawing import Drawing


def release(world: Drawing, tag: str, day: int, **more: object) -> None:
    world.add(
        "release",
        release_id=f"r:{tag}",
        tag=tag,
        released_at=at(f"2026-06-{day:02}"),
        is_prerelease=False,
        **more,
    )


def test_a_change_is_breaking_if_any_of_its_commits_says_so() -> None:
    """Of three changes b says so, in the second of its two commits."""
    world = Drawing(until="2026-06-30")
    for name in "abc":
        world.change(name, "2026-06-01")
    world.commit("b2", "2026-06-01", change="b", breaking_rule="footer")
    world.commit("stray", "2026-06-01", change=None, breaking_rule="footer")
    found = measured("declared_breaking_changes_ratio", world)
    assert found.value == pytest.approx(1 / 3)
    assert found.qualifier == "at least"


def test_a_major_release_exceeds_every_first_number_before_it() -> None:
    """1.0 is the first; 1.1 no; 2.0.0 yes; 1.2 (a backport) no; 3.0 yes; nightly is no version;
    lib-v1.0 is the first of a line of its own, lib-v2.0 exceeds it: 3 of 5.
    """
    world = Drawing(until="2026-06-30")
    for day, tag in enumerate(
        ("v1.0", "v1.1", "v2.0.0", "v1.2", "v3.0", "nightly", "lib-v1.0", "lib-v2.0"), start=1
    ):
        release(world, tag, day)
    found = measured("major_releases_ratio", world)
    assert (found.value, found.n) == pytest.approx((3 / 5, 5))


def test_releases_compared_are_breaking_if_anything_was_lost() -> None:
    """Two compared, one broke two names, v1 has a new value, v3 could not be read: 1 / 2."""
    world = Drawing(until="2026-06-30")
    for day, tag in enumerate(("v1", "v2", "v3"), start=1):
        release(world, tag, day)
    rows = (
        ("v1", None, 0, True), ("v1", "attribute_changed_value", 1, True),
        ("v2", None, 0, True), ("v2", "object_removed", 2, True),
    )  # fmt: skip
    for tag, kind, count, compared in (*rows, ("v3", None, 0, False)):
        world.add(
            "release_api_change", release_id=f"r:{tag}", kind=kind, breakage_count=count,
            is_compared=compared,
        )  # fmt: skip
    found = measured("breaking_releases_ratio", world)
    assert (found.value, found.coverage) == pytest.approx((1 / 2, 2 / 3))


def test_where_nothing_was_compared_or_tagged_nothing_is_said() -> None:
    world = Drawing()
    world.change("a", "2026-06-01")
    assert "comparisons of releases" in abstention("breaking_releases_ratio", world).reason
    assert "releases" in abstention("major_releases_ratio", world).reason
    assert value("declared_breaking_changes_ratio", world) == 0.0
