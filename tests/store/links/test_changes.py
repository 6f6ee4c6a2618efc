"""The same change as git and the forge tell of it is one row."""

from __future__ import annotations

import pytest

from tests.store.links.world import (
    SHOP,
    World,
    at,
    commit,
    deployment,
    landing,
    part,
    proposal,
    proposed,
)

REPOSITORY = {"repository_id": SHOP, "last_commit_at": at(100), "is_shallow": False}


def merged_in_three_ways(way: str, world: World) -> World:
    """Land one change of two commits (hours 1 and 2), opened at 3, landed at 10, deployed at 12."""
    base = [commit("base", 0), commit("old", 0.5, "base")]
    direct = [landing("base", 0), landing("old", 0.5)]
    ways = {
        "merge": (
            [commit("w1", 1, "old"), commit("w2", 2, "w1"), commit("m", 10, "old", "w2")],
            [landing("m", 10, "merge", number=7)],
            part(f"{SHOP}#7", "m", "w1", "w2"),
            "m",
        ),
        "squash": (
            [commit("s", 10, "old")],
            [landing("s", 10, "squash", number=7)],
            part(f"{SHOP}#7", "s"),
            "s",
        ),
        "rebase": (
            [
                commit("r1", 1, "old", committed_at=at(10)),
                commit("r2", 2, "r1", committed_at=at(10)),
            ],
            [landing("r1", 10), landing("r2", 10)],
            [*part(f"{SHOP}:r1", "r1"), *part(f"{SHOP}:r2", "r2")],
            "r2",
        ),
    }
    commits, landings, parts, tip = ways[way]
    world.land(
        "git",
        repository=[{**REPOSITORY, "head_commit_id": f"{SHOP}:{tip}"}],
        commit=[*base, *commits],
        change=[*direct, *landings],
        change_commit=[*part(f"{SHOP}:base", "base"), *part(f"{SHOP}:old", "old"), *parts],
    )
    return world.land(
        "github",
        change=[proposal(7, 3, 10, landed_commit_id=f"{SHOP}:{tip}", head_sha="w2")],
        proposed_commit=proposed(7, ("w1", 1), ("w2", 2)),
        deployment=[deployment("before", 5, "old"), deployment("after", 12, tip)],
    )


@pytest.mark.parametrize("way", ["merge", "squash", "rebase"])
def test_pain_02_a_change_has_the_same_lead_times_however_it_was_merged(
    way: str, world: World
) -> None:
    """Hand-worked: begun at hour 1, landed at 10, in production at 12, whichever the way."""
    merged_in_three_ways(way, world).link()
    change = world.by("change", "change_id")[f"{SHOP}#7"]
    assert (change["first_commit_at"], change["landed_at"]) == (at(1), at(10))
    assert (change["first_commit_evidence"], change["landing"]) == ("forge", way)
    assert world.brought() == {"after": {"#7"}}
    stages = {
        row["stage"]: (row["entered_at"], row["left_at"])
        for row in world.read("stage_interval")
        if row["item_id"] == f"{SHOP}#7"
    }
    assert stages["develop"] == (at(1), at(10))
    assert stages["deploy"] == (at(10), at(12))


@pytest.mark.parametrize("way", ["merge", "squash", "rebase"])
def test_every_commit_that_landed_belongs_to_one_change(way: str, world: World) -> None:
    merged_in_three_ways(way, world).link()
    parts = world.read("change_commit")
    with world.warehouse.tables() as tables:
        commits = {row["commit_id"] for row in tables.arrow("commit").to_pylist()}
    assert sorted(row["commit_id"] for row in parts) == sorted(commits)
    names = {row["commit_id"]: row["change_id"] for row in parts}
    assert {c for c, change in names.items() if change == f"{SHOP}#7"} == commits - {
        f"{SHOP}:base",
        f"{SHOP}:old",
    }
    assert len(world.read("change")) == 3
