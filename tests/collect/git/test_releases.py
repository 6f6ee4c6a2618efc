from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest

from tests.collect.git.building import DAY, START, Building
from tests.collect.git.keeping import NOW, Kept
from trueup.collect.sources.git.changes.commits import Commits
from trueup.collect.sources.git.changes.releases import find_releases
from trueup.collect.sources.git.clone.refs import Tag
from trueup.config import GitSettings

MICRO = 1_000_000


def first_release(kept: Kept, sha: str) -> tuple[Any, Any]:
    change = kept.change_of(sha)
    name = change["first_release_id"]
    return name and name.rpartition(":")[2], change["released_at"]


def test_a_change_is_released_by_the_first_full_release_that_contains_it(
    building: Building,
) -> None:
    one = building.commit("one", {"a": "1\n"}, at=START)
    building.tag("v1.0", one, at=START + DAY)
    two = building.commit("two", {"a": "2\n"}, at=START + 2 * DAY)
    building.tag("v1.1rc1", two, at=START + 2 * DAY + 5)
    three = building.commit("three", {"a": "3\n"}, at=START + 3 * DAY)
    building.tag("v1.1", three, at=START + 4 * DAY)
    building.tag("v1.2", three, at=START + 9 * DAY)
    four = building.commit("four", {"a": "4\n"}, at=START + 10 * DAY)
    kept = Kept().collect(building.finish())
    assert first_release(kept, two) == ("v1.1", (START + 4 * DAY) * MICRO)
    assert first_release(kept, three) == ("v1.1", (START + 4 * DAY) * MICRO)
    assert first_release(kept, four) == (None, None)
    flags = {row["tag"]: row["is_prerelease"] for row in kept.of("release")}
    assert flags == {"v1.0": False, "v1.1rc1": True, "v1.1": False, "v1.2": False}


def test_a_light_tag_is_dated_by_its_commit_an_annotated_one_by_its_tagger(
    building: Building,
) -> None:
    one = building.commit("one", {"a": "1\n"}, at=START)
    building.tag("v1.0", one)
    building.tag("v1.1", one, at=START + DAY)
    rows = Kept().collect(building.finish()).by("release", "tag")
    assert rows["v1.0"]["released_at"] == START * MICRO
    assert rows["v1.1"]["released_at"] == (START + DAY) * MICRO


def test_a_release_on_a_branch_releases_what_the_branch_has_and_no_more(
    building: Building,
) -> None:
    base = building.commit("base", {"a": "1\n"}, at=START)
    building.tag("v1.0", base, at=START + 1)
    ahead = building.commit("ahead", {"b": "1\n"}, at=START + 10)
    fix = building.commit("fix", {"c": "1\n"}, parents=[base], branch="1.x", at=START + 20)
    building.tag("v1.0.1", fix, at=START + 30)
    building.merge(fix, "Merge branch '1.x'", {"c": "1\n"}, at=START + 40)
    building.tag("v1.1", building.git("rev-parse", "main"), at=START + 50)
    kept = Kept().collect(building.finish())
    assert first_release(kept, fix)[0] == "v1.0.1"
    assert first_release(kept, ahead)[0] == "v1.1"


def test_the_first_release_known_does_not_swallow_years(building: Building) -> None:
    old = building.commit("old", {"a": "1\n"}, at=START)
    edge = building.commit("edge", {"a": "2\n"}, at=START + 90 * DAY)
    building.tag("v5.0", edge, at=START + 100 * DAY)
    for number in (1, 2, 3):
        sha = building.commit(f"c{number}", {"a": f"x{number}\n"}, at=START + (100 + number) * DAY)
        building.tag(f"v5.{number}", sha, at=START + (100 + 20 * number) * DAY)
    kept = Kept().collect(building.finish())
    assert first_release(kept, old) == ("v5.0", None)
    assert first_release(kept, edge) == ("v5.0", (START + 100 * DAY) * MICRO)
    row = kept.said_of("changes older than the releases")
    assert row is not None
    assert (row["expected"], row["seen"], row["skipped"]) == (1, 0, 1)


def test_a_single_release_dates_nothing(building: Building) -> None:
    one = building.commit("one", {"a": "1\n"}, at=START)
    building.tag("v1.0", one, at=START + DAY)
    assert first_release(Kept().collect(building.finish()), one) == ("v1.0", None)


def test_without_releases_coverage_says_what_to_do(building: Building) -> None:
    building.tag("nightly-build", building.commit("one", {"a": "1\n"}))
    kept = Kept().collect(building.finish())
    row, tags = kept.said_of("releases"), kept.said_of("tags")
    assert row is not None
    assert tags is not None
    assert row["seen"] == 0
    assert "git fetch --tags" in row["remedy"]
    assert (tags["expected"], tags["seen"], tags["skipped"]) == (1, 0, 1)


def test_a_release_dated_in_the_far_future_releases_nothing(building: Building) -> None:
    one = building.commit("one", {"a": "1\n"}, at=START)
    building.tag("v1.0", one, at=NOW // MICRO + 30 * DAY)
    kept = Kept().collect(building.finish())
    assert kept.by("release", "tag")["v1.0"]["released_at"] is None
    assert first_release(kept, one) == (None, None)


@pytest.mark.parametrize("seed", range(4))
def test_first_releases_are_those_git_finds_by_containment(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    building = Building(tmp_path / "dag")
    shas = [building.commit("root", {"f": "0"})]
    for number in range(50):
        parents = chance.sample(shas[-6:], min(chance.choice((1, 1, 2)), len(shas[-6:])))
        shas.append(building.commit("work", {"f": str(number)}, parents=parents))
    dates = {}
    for number, sha in enumerate(chance.sample(shas, 9)):
        dates[f"v1.{number}"] = START + chance.randrange(10**6)
        building.tag(f"v1.{number}", sha, at=dates[f"v1.{number}"])
    building.ref("refs/heads/main", shas[-1])
    kept = Kept().collect(building.finish())
    for change in kept.of("change"):
        sha = change["landed_commit_id"].rpartition(":")[2]
        within = building.git("tag", "--contains", sha).split()
        expected = min(within, key=dates.__getitem__, default=None)
        assert first_release(kept, sha)[0] == expected


def test_ten_thousand_commits_and_300_tags_take_well_under_a_second() -> None:
    commits = Commits()
    for number in range(10_000):
        commits.shas.append(f"{number:040x}")
        commits.index[commits.shas[-1]] = number
        commits.parents.append((number - 1,) if number else ())
        commits.committed_at.append((START + number) * MICRO)
    tags = [
        Tag(name=f"v1.{n}", sha=commits.shas[n * 33], dated_at=START + n * 33) for n in range(300)
    ]
    began = time.process_time()
    found = find_releases(commits, tags, GitSettings(), NOW)
    assert time.process_time() - began < 0.5
    assert found.first[1] == 1
    assert found.first[34] == 2
