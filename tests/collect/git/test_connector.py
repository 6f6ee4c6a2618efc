from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.collect.git.building import ANN, BEN, CLAUDE, DAY, START, Building
from tests.collect.git.keeping import Kept, sorted_rows
from trueup.config import AttributionSettings, GitSettings, Settings

STAGE_ZERO = (
    *("repository", "account", "commit", "release", "change", "change_commit"),
    *("ai_attribution", "commit_revert"),
)


def assert_same(grown: Kept, whole: Kept) -> None:
    for table in STAGE_ZERO:
        assert sorted_rows(grown.of(table)) == sorted_rows(whole.of(table)), table


def test_a_second_collection_with_nothing_new_yields_only_its_cursor(building: Building) -> None:
    building.tag("v1.0", building.commit("start", {"a": "1\n"}))
    kept = Kept().collect(building.finish())
    cursor = kept.cursor
    kept.collect(building.finish())
    assert kept.order == []
    assert kept.cursor == cursor


def test_commits_and_marks_are_told_before_the_history_of_lines(building: Building) -> None:
    building.commit(f"start\n\n{CLAUDE}", {"a": "1\n"})
    kept = Kept().collect(building.finish())
    first_diff = kept.order.index("commit_diff")
    for table in ("repository", "account", "commit", "change", "ai_attribution", "release"):
        assert kept.order.index(table) < first_diff


def test_work_items_that_messages_name_stay_from_one_collection_to_the_next(
    building: Building,
) -> None:
    building.commit("AB-1: start (#12)", {"a": "1\n"})
    kept = Kept().collect(building.finish())
    building.commit("go on\n\nCloses #7", {"a": "2\n"})
    kept.collect(building.finish())
    named = {(row["key"], row["is_closing"]) for row in kept.of("work_item_mention")}
    assert {(key.rpartition("/")[2], closes) for key, closes in named} == {
        ("AB-1", False),
        ("7", True),
    }


@pytest.mark.parametrize("seed", range(8))
def test_collecting_in_steps_gives_what_collecting_at_once_gives(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    building = Building(tmp_path / "grown")
    building.commit("start", {"f0": "1\n"}, at=START)
    grown = Kept()
    clock = START
    for step in range(1, 25):
        clock += chance.randrange(60, DAY)
        grow(building, chance, step, clock)
        if step % 6 == 0:
            grown.collect(building.finish())
            assert grown.resets == []
    assert_same(grown, Kept().collect(building.finish()))


def grow(building: Building, chance: random.Random, step: int, clock: int) -> None:
    """Land one change in a way drawn by chance, as people do."""
    way = chance.choice(("direct", "merge", "squash", "rebase", "pull", "port", "revert", "tag"))
    author = chance.choice((ANN, BEN))
    mark = f"\n\n{CLAUDE}" if chance.random() < 0.3 else ""
    change = {f"f{step}": f"{step}\nline\n"}
    tip = building.git("rev-parse", "main")
    if way in ("merge", "squash", "rebase", "pull", "port"):
        branch = building.commit(
            f"work {step}{mark}", change, parents=[tip], branch=f"t{step}", author=author, at=clock
        )
        if way in ("merge", "squash", "rebase"):
            building.ref(f"refs/pull/{step}/head", branch)
        if chance.random() < 0.5:
            building.commit(f"beside {step}", {f"m{step}": "1\n"}, at=clock + 1)
        landing = clock + 50
        if way == "merge":
            building.merge(branch, f"Merge pull request #{step} from a/b", change, at=landing)
        elif way == "squash":
            building.commit(f"work {step} (#{step})", change, author=author, at=landing)
        elif way == "rebase":
            building.commit(f"work {step}", change, author=author, at=clock, committed_at=landing)
        elif way == "pull":
            said = "Merge branch 'main' of https://example.org/own/repo"
            building.merge(branch, said, change, at=landing)
        else:
            building.merge(branch, "Merge branch '1.x'", change, at=landing)
    elif way == "tag":
        building.tag(f"v1.{step}", tip, at=clock)
    elif way == "revert":
        building.commit(f'Revert "x"\n\nThis reverts commit {tip}.', change, at=clock)
    else:
        building.commit(f"Fix {step}{mark}", change, author=author, at=clock)


def test_a_release_branch_known_by_its_tag_lands_in_full_when_merged_forward(
    building: Building,
) -> None:
    base = building.commit("start", {"a": "1\n"})
    one = building.commit("Mend one (#1)", {"b": "1\n"}, parents=[base], branch="1.x")
    two = building.commit("Mend two (#2)", {"b": "2\n"}, branch="1.x")
    building.tag("v1.0.1", two)
    kept = Kept().collect(building.finish())
    building.merge(two, "Merge branch '1.x'", {"b": "2\n"})
    kept.collect(building.finish())
    assert kept.members()[one].endswith("#1")
    assert kept.members()[two].endswith("#2")
    assert_same(kept, Kept().collect(building.finish()))


def test_heads_of_changes_fetched_later_date_squashes_landed_before(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"}, at=START)
    tip = building.commit("work", {"b": "1\n"}, parents=[base], branch="t", at=START + 10)
    landed = building.commit("Work (#1)", {"b": "1\n"}, at=START + DAY)
    kept = Kept().collect(building.finish())
    assert kept.change_of(landed)["first_commit_at"] is None
    building.ref("refs/pull/1/head", tip)
    kept.collect(building.finish())
    assert kept.change_of(landed)["first_commit_at"] == (START + 10) * 1_000_000
    assert "commit_diff" not in kept.order


def test_rewritten_history_is_told_anew(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"})
    building.commit("to be rewritten", {"b": "1\n"})
    kept = Kept().collect(building.finish())
    building.commit("rewritten", {"b": "2\n"}, parents=[base])
    building.commit("after", {"b": "3\n"})
    kept.collect(building.finish())
    assert len(kept.resets) == 1
    assert "rewritten" in kept.resets[0]
    assert_same(kept, Kept().collect(building.finish()))


def test_rewritten_history_whose_old_commits_are_gone_is_told_anew(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"})
    gone = building.commit("gone", {"b": "1\n"})
    kept = Kept().collect(building.finish())
    building.commit("rewritten", {"b": "2\n"}, parents=[base])
    building.git("repack", "-q", "-a", "-d")
    building.git("reflog", "expire", "--expire=now", "--all")
    building.git("gc", "-q", "--prune=now")
    assert gone not in building.git("rev-list", "--all")
    kept.collect(building.finish())
    assert len(kept.resets) == 1
    assert_same(kept, Kept().collect(building.finish()))


def test_new_attribution_rules_read_messages_again_and_no_lines(building: Building) -> None:
    building.commit("start\n\nMade-by: Robby", {"a": "1\n"})
    kept = Kept().collect(building.finish())
    assert kept.of("ai_attribution") == []
    rule = {
        "id": "robby",
        "kind": "body_line",
        "tool": "robby",
        "role": "author",
        "pattern": "Made-by: Robby",
        "examples": ["Made-by: Robby"],
    }
    settings = Settings(attribution=AttributionSettings(rules=(rule,)))
    kept.collect(building.finish(), settings=settings)
    assert [row["tool"] for row in kept.of("ai_attribution")] == ["robby"]
    assert "commit_diff" not in kept.order
    assert "commit" not in kept.order
    assert kept.resets == []


def test_another_pattern_of_releases_is_applied_without_reading_lines_again(
    building: Building,
) -> None:
    building.tag("stable-one", building.commit("start", {"a": "1\n"}))
    kept = Kept().collect(building.finish())
    assert kept.of("release") == []
    kept.collect(building.finish(), settings=Settings(git=GitSettings(release_tags=r"^stable-")))
    assert [row["tag"] for row in kept.of("release")] == ["stable-one"]
    assert "commit_diff" not in kept.order


def test_a_mark_lost_in_a_squash_is_carried_from_the_branch_it_joined(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"})
    tip = building.commit(f"work\n\n{CLAUDE}", {"b": "1\n"}, parents=[base], branch="t")
    building.ref("refs/pull/3/head", tip)
    landed = building.commit("Work (#3)", {"b": "1\n"})
    kept = Kept().collect(building.finish())
    marks = [row for row in kept.of("ai_attribution") if row["target_id"].endswith(landed)]
    assert [row["tool"] for row in marks] == ["claude-code"]
    assert marks[0]["rule_id"].endswith("@branch")
    row = kept.said_of("AI marks lost in squash merges")
    assert row is not None
    assert row["seen"] == 1


def test_a_mark_that_a_squash_kept_is_not_told_twice(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"})
    tip = building.commit(f"work\n\n{CLAUDE}", {"b": "1\n"}, parents=[base], branch="t")
    building.ref("refs/pull/3/head", tip)
    landed = building.commit(f"Work (#3)\n\n{CLAUDE}", {"b": "1\n"})
    kept = Kept().collect(building.finish())
    marks = [row for row in kept.of("ai_attribution") if row["target_id"].endswith(landed)]
    assert not any(row["rule_id"].endswith("@branch") for row in marks)


def test_coverage_counts_every_commit_git_lists(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"})
    tip = building.commit("pull", {"b": "1\n"}, parents=[base], branch="t")
    building.ref("refs/pull/1/head", tip)
    building.commit("main", {"c": "1\n"})
    row = Kept().collect(building.finish()).said_of("commits")
    assert row is not None
    assert (row["expected"], row["seen"], row["skipped"]) == (3, 3, 0)
