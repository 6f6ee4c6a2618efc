from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.collect.git.building import ANN, BEN, DAY, START, Building
from tests.collect.git.keeping import Kept

BOT = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>"
MICRO = 1_000_000


def test_a_merged_change_begins_with_its_first_commit_and_lands_with_its_merge(
    building: Building,
) -> None:
    base = building.commit("start", {"a": "1\n"})
    first = building.commit("one", {"b": "1\n"}, parents=[base], branch="t", author=BEN, at=START)
    building.commit("two", {"b": "2\n"}, branch="t", author=BEN, at=START + 50)
    tip = building.commit("three", {"b": "3\n"}, branch="t", author=ANN, at=START + 60)
    merge = building.merge(
        tip, "Merge pull request #7 from ben/t\n\nBetter b", {"b": "3\n"}, at=START + 3 * DAY
    )
    kept = Kept().collect(building.finish())
    change = kept.change_of(merge)
    assert (change["landing"], change["number"]) == ("merge", 7)
    assert change["change_id"].endswith("#7")
    assert change["first_commit_at"] == START * MICRO
    assert change["first_commit_evidence"] == "merge"
    assert change["landed_at"] == (START + 3 * DAY) * MICRO
    assert change["author_account_id"] == "git|ben@example.org"
    assert kept.members()[first] == kept.members()[merge] == change["change_id"]
    assert kept.members()[base] != change["change_id"]


def test_the_same_branch_has_the_same_start_whether_merged_squashed_or_rebased(
    tmp_path: Path,
) -> None:
    starts = {}
    for way in ("merge", "squash", "rebase"):
        made = Building(tmp_path / way)
        base = made.commit("start", {"a": "1\n"}, at=START - DAY)
        made.commit("one", {"b": "1\n"}, parents=[base], branch="t", author=BEN, at=START)
        tip = made.commit("two", {"c": "1\n"}, branch="t", author=BEN, at=START + 9)
        made.ref("refs/pull/4/head", tip)
        landed_at = START + 5 * DAY
        if way == "merge":
            landed = made.merge(
                tip, "Merge pull request #4 from b/t", {"b": "1\n", "c": "1\n"}, at=landed_at
            )
        elif way == "squash":
            landed = made.commit("Both (#4)", {"b": "1\n", "c": "1\n"}, author=BEN, at=landed_at)
        else:
            made.commit("one", {"b": "1\n"}, author=BEN, at=START, committed_at=landed_at)
            landed = made.commit(
                "two", {"c": "1\n"}, author=BEN, at=START + 9, committed_at=landed_at
            )
        change = Kept().collect(made.finish()).change_of(landed)
        assert (change["number"], change["landing"]) == (4, way)
        starts[way] = (change["first_commit_at"], change["landed_at"])
    assert set(starts.values()) == {(START * MICRO, (START + 5 * DAY) * MICRO)}


def test_rebased_commits_are_one_change_and_a_neighbour_is_not_drawn_in(
    building: Building,
) -> None:
    base = building.commit("start", {"a": "1\n"}, at=START)
    building.commit("one", {"b": "1\n"}, parents=[base], branch="t", at=START + 10)
    tip = building.commit("two", {"c": "1\n"}, branch="t", at=START + 20)
    building.ref("refs/pull/4/head", tip)
    one = building.commit("one", {"b": "1\n"}, at=START + 10, committed_at=START + 100)
    two = building.commit("two", {"c": "1\n"}, at=START + 20, committed_at=START + 100)
    after = building.commit("three", {"d": "1\n"}, at=START + 200)
    members = Kept().collect(building.finish()).members()
    assert members[one] == members[two]
    assert len({members[base], members[two], members[after]}) == 3


def test_half_a_branch_on_the_main_line_is_no_rebase_landing(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"}, at=START)
    building.commit("one", {"b": "1\n"}, parents=[base], branch="t", at=START + 10)
    tip = building.commit("two", {"c": "1\n"}, branch="t", at=START + 20)
    building.ref("refs/pull/4/head", tip)
    building.commit("other", {"x": "1\n"}, at=START + 30)
    two = building.commit("two", {"c": "1\n"}, at=START + 20, committed_at=START + 100)
    assert Kept().collect(building.finish()).change_of(two)["landing"] == "direct"


def test_rebased_commits_with_another_between_them_are_not_joined(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"}, at=START)
    building.commit("one", {"b": "1\n"}, parents=[base], branch="t", at=START + 10)
    tip = building.commit("two", {"c": "1\n"}, branch="t", at=START + 20)
    building.ref("refs/pull/4/head", tip)
    one = building.commit("one", {"b": "1\n"}, at=START + 10, committed_at=START + 100)
    between = building.commit("other", {"x": "1\n"}, at=START + 105)
    two = building.commit("two", {"c": "1\n"}, at=START + 20, committed_at=START + 110)
    members = Kept().collect(building.finish()).members()
    assert len({members[one], members[between], members[two]}) == 3


def test_a_squashed_change_without_its_branch_has_no_beginning(building: Building) -> None:
    building.commit("start", {"a": "1\n"})
    landed = building.commit("Better b (#12)", {"b": "1\n"})
    kept = Kept().collect(building.finish())
    change = kept.change_of(landed)
    assert (change["landing"], change["number"]) == ("squash", 12)
    assert change["first_commit_at"] is None
    assert change["first_commit_evidence"] is None
    row = kept.said_of("first commits of squashed changes")
    assert row is not None
    assert (row["expected"], row["seen"], row["skipped"]) == (1, 0, 1)
    assert "refs/pull/*/head" in row["remedy"]


def test_a_change_stacked_on_another_does_not_begin_with_the_others_commits(
    building: Building,
) -> None:
    base = building.commit("start", {"a": "1\n"}, at=START)
    lower = building.commit("lower", {"b": "1\n"}, parents=[base], branch="l", at=START + 10)
    upper = building.commit("upper", {"c": "1\n"}, parents=[lower], branch="u", at=START + 500)
    building.ref("refs/pull/1/head", lower)
    building.ref("refs/pull/2/head", upper)
    building.commit("Lower (#1)", {"b": "1\n"}, at=START + 1000)
    landed = building.commit("Upper (#2)", {"c": "1\n"}, at=START + 2000)
    change = Kept().collect(building.finish()).change_of(landed)
    assert change["first_commit_at"] == (START + 500) * MICRO


def test_main_merged_into_a_branch_does_not_lend_it_an_earlier_beginning(
    building: Building,
) -> None:
    base = building.commit("start", {"a": "1\n"}, at=START)
    building.commit("topic", {"b": "1\n"}, parents=[base], branch="t", at=START + 5000)
    main = building.commit("on main", {"c": "1\n"}, at=START + 100)
    tip = building.merge(
        main, "Merge branch 'main' into t", {"c": "1\n"}, into="t", at=START + 6000
    )
    merge = building.merge(tip, "Merge branch 't'", {"b": "1\n"}, at=START + 7000)
    kept = Kept().collect(building.finish())
    assert kept.change_of(merge)["first_commit_at"] == (START + 5000) * MICRO
    assert kept.members()[main] != kept.members()[tip]


def test_a_number_that_is_an_issues_is_not_taken_for_a_changes_where_heads_tell(
    building: Building,
) -> None:
    base = building.commit("start", {"a": "1\n"})
    for number in (1, 2, 4):
        tip = building.commit(f"c{number}", {"b": str(number)}, parents=[base], branch="t")
        building.ref(f"refs/pull/{number}/head", tip)
        landed = building.commit(f"Change (#{number})", {"b": str(number)})
    issue = building.commit("Closes the wish (#3)", {"c": "1\n"})
    kept = Kept().collect(building.finish())
    assert kept.change_of(landed)["landing"] == "squash"
    assert kept.change_of(issue)["landing"] == "direct"
    assert kept.change_of(issue)["number"] is None


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("Merge pull request #12 from ann/topic\n\nTitle", 12),
        ("Merge branch 'topic' into 'main'\n\nTitle\n\nSee merge request group/sub/proj!34", 34),
        ("Merged PR 56: Title", 56),
        ("Merged in topic (pull request #78)\n\nTitle", 78),
        ("Merge pull request #9 in PROJ/repo from topic to main", 9),
        ("Pull request #10: Title", 10),
        ("Auto merge of #90 - ann:topic, r=ben", 90),
        ("Title written by hand (#11)", 11),
        ("Merge branch 'topic'", None),
        ("Merge remote-tracking branch 'ben/main'", None),
        ("Merge branch 'main' of https://example.org/ben/fork", None),
    ],
)
def test_merges_are_changes_with_the_number_each_forge_writes(
    building: Building, message: str, number: int | None
) -> None:
    base = building.commit("start", {"a": "1\n"})
    tip = building.commit("topic", {"b": "1\n"}, parents=[base], branch="t")
    merge = building.merge(tip, message, {"b": "1\n"})
    change = Kept().collect(building.finish()).change_of(merge)
    assert (change["landing"], change["number"]) == ("merge", number)


@pytest.mark.parametrize(
    "message",
    [
        "Merge branch 'main' of github.com:owner/repo",
        "Merge branch 'config' of github.com:owner/repo into config",
        "Merge remote-tracking branch 'origin/main'",
        "Merge branch 'main' into topic",
        "Merge branch '2.3.x'",
        "Merge branch 'release/2.3' into main",
        "Merge branch 'develop'",
        "Merge tag 'v2.3.1' into develop",
    ],
)
def test_merges_that_bring_lines_together_are_no_changes(building: Building, message: str) -> None:
    building.git("config", "remote.origin.url", "git@github.com:owner/repo.git")
    base = building.commit("start", {"a": "1\n"})
    here = building.commit("here", {"b": "1\n"})
    there = building.commit("there", {"c": "1\n"}, parents=[base], branch="t")
    later = building.commit("there too", {"c": "2\n"}, branch="t")
    merge = building.merge(later, message, {"c": "2\n"})
    kept = Kept().collect(building.finish())
    members = kept.members()
    assert merge not in {c["landed_commit_id"].rpartition(":")[2] for c in kept.of("change")}
    assert len({members[sha] for sha in (base, here, there, later)}) == 4
    assert members[merge] == members[here]


def test_a_port_that_names_the_same_number_is_a_change_of_its_own(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"})
    first = building.commit("Mend (#5)", {"b": "1\n"})
    port = building.commit("Mend (#5)", {"b": "1\n"}, parents=[base], branch="2.3.x")
    building.merge(port, "Merge branch '2.3.x'")
    kept = Kept().collect(building.finish())
    assert kept.change_of(first)["change_id"].endswith("#5")
    assert kept.change_of(port)["change_id"].endswith(f":{port}")
    assert kept.change_of(port)["number"] == 5


def test_an_octopus_merge_is_one_change_of_all_its_branches(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"})
    tips = [
        building.commit(f"b{n}", {f"b{n}": "1\n"}, parents=[base], branch=f"b{n}", at=START - n)
        for n in (1, 2, 3)
    ]
    merge = building.commit("Merge branches 'b1', 'b2' and 'b3'", parents=[base, *tips])
    kept = Kept().collect(building.finish())
    assert {kept.members()[sha] for sha in (*tips, merge)} == {kept.members()[merge]}
    assert kept.change_of(merge)["first_commit_at"] == (START - 3) * MICRO


def test_a_bot_does_not_start_the_clock_of_a_change_people_wrote(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"})
    building.commit("bot", {"b": "1\n"}, parents=[base], branch="t", author=BOT, at=START)
    tip = building.commit("person", {"b": "2\n"}, branch="t", author=BEN, at=START + 70)
    merge = building.merge(tip, "Merge pull request #1 from b/t", {"b": "2\n"})
    change = Kept().collect(building.finish()).change_of(merge)
    assert change["first_commit_at"] == (START + 70) * MICRO
    assert (change["author_account_id"], change["actor_kind"]) == ("git|ben@example.org", "human")


def test_a_change_all_of_a_bot_is_dated_by_the_bots_commits(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"})
    tip = building.commit("bump", {"b": "1\n"}, parents=[base], branch="t", author=BOT, at=START)
    merge = building.merge(tip, "Merge pull request #1 from d/t", {"b": "1\n"})
    change = Kept().collect(building.finish()).change_of(merge)
    assert (change["first_commit_at"], change["actor_kind"]) == (START * MICRO, "bot")


def test_a_change_that_seems_to_begin_after_it_landed_has_no_beginning(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"}, at=START)
    tip = building.commit("late", {"b": "1\n"}, parents=[base], branch="t", at=START + 9 * DAY)
    merge = building.merge(tip, "Merge branch 't'", {"b": "1\n"}, at=START + DAY)
    kept = Kept().collect(building.finish())
    assert kept.change_of(merge)["first_commit_at"] is None
    assert kept.said_of("changes begun after they landed") is not None


@pytest.mark.parametrize("seed", range(12))
def test_every_commit_of_any_history_belongs_to_exactly_one_change(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    building = Building(tmp_path / "dag")
    shas = [building.commit("root", {"f": "0"})]
    messages = [
        "work",
        "Squash (#{n})",
        "Merge branch 'main' into topic",
        "Merge branch 'topic'",
        "Merge pull request #{n} from a/b",
        "Merge remote-tracking branch 'origin/main'",
        'Revert "work"',
    ]
    for number in range(60):
        count = chance.choice((0, 1, 1, 1, 2, 2, 3)) if number % 20 == 0 else chance.choice((1, 2))
        parents = chance.sample(shas[-8:], min(count, len(shas[-8:])))
        text = chance.choice(messages).format(n=chance.randrange(1, 9))
        shas.append(building.commit(text, {"f": str(number)}, parents=parents))
        if chance.random() < 0.2:
            building.ref(f"refs/pull/{number + 1}/head", chance.choice(shas))
    building.ref("refs/heads/main", shas[-1])
    reachable = set(building.git("rev-list", "main").split())
    kept = Kept().collect(building.finish())
    assert set(kept.members()) == reachable
    landed = {c["landed_commit_id"]: c["change_id"] for c in kept.of("change")}
    assert len(landed) == len({c["change_id"] for c in kept.of("change")})
    assert set(kept.members().values()) == set(landed.values())
