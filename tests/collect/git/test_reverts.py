from __future__ import annotations

from tests.collect.git.building import START, Building
from tests.collect.git.keeping import Kept

LINES = "".join(f"line {n}\n" for n in range(20))


def pairs(kept: Kept) -> set[tuple[str, str, str]]:
    return {
        (
            row["commit_id"].rpartition(":")[2],
            row["reverted_commit_id"].rpartition(":")[2],
            row["rule"],
        )
        for row in kept.of("commit_revert")
    }


def test_a_revert_that_names_its_commit_is_found_also_by_a_short_hash(building: Building) -> None:
    building.commit("start", {"a": "1\n"})
    bad = building.commit("bad", {"a": "2\n"})
    worse = building.commit("worse", {"b": "2\n"})
    one = building.commit(f'Revert "bad"\n\nThis reverts commit {bad}.', {"x": "1\n"})
    two = building.commit(f"Undo it\n\nThis reverts commit {worse[:10]}.", {"y": "1\n"})
    found = pairs(Kept().collect(building.finish()))
    assert found == {(one, bad, "message"), (two, worse, "message")}


def test_a_revert_by_subject_is_of_the_newest_earlier_commit_with_it(building: Building) -> None:
    building.commit("Bump", {"a": "1\n"})
    newer = building.commit("Bump", {"a": "2\n"})
    revert = building.commit('Revert "Bump"', {"x": "1\n"})
    building.commit("Bump", {"a": "3\n"})
    assert pairs(Kept().collect(building.finish())) == {(revert, newer, "message")}


def test_a_revert_of_a_numbered_change_is_of_the_commit_it_landed_with(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"})
    squash = building.commit("Better (#8)", {"a": "2\n"})
    tip = building.commit("topic", {"t": "1\n"}, parents=[base], branch="t")
    merge = building.merge(tip, "Merge pull request #9 from x/t", {"t": "1\n"})
    one = building.commit('Revert "Better (#8)" (#10)\n\nReverts owner/repo#8', {"x": "1\n"})
    two = building.commit("Undo topic (#11)\n\nReverts owner/repo#9", {"y": "1\n"})
    found = pairs(Kept().collect(building.finish()))
    assert found == {(one, squash, "message"), (two, merge, "message")}


def test_a_revert_of_a_commit_that_was_squashed_is_of_the_squash(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"})
    inner = building.commit("inner", {"b": "1\n"}, parents=[base], branch="t")
    building.ref("refs/pull/3/head", inner)
    squash = building.commit("Outer (#3)", {"b": "1\n"})
    revert = building.commit(f"Undo\n\nThis reverts commit {inner}.", {"x": "1\n"})
    assert pairs(Kept().collect(building.finish())) == {(revert, squash, "message")}


def test_a_silent_revert_is_found_by_what_it_changes(building: Building) -> None:
    building.commit("start", {"a": LINES})
    change = building.commit("change", {"a": LINES.replace("line 7\n", "line seven\n")})
    building.commit("between", {"b": "1\n"})
    back = building.commit("tidy up", {"a": LINES})
    again = building.commit("try again", {"a": LINES.replace("line 7\n", "line seven\n")})
    found = pairs(Kept().collect(building.finish()))
    assert found == {(back, change, "content"), (again, back, "content")}


def test_a_revert_told_by_message_and_content_is_told_once(building: Building) -> None:
    building.commit("start", {"a": LINES})
    bad = building.commit("bad", {"a": LINES.replace("line 7\n", "line seven\n")})
    back = building.commit(f'Revert "bad"\n\nThis reverts commit {bad}.', {"a": LINES})
    assert pairs(Kept().collect(building.finish())) == {(back, bad, "message")}


def test_one_line_added_and_removed_later_is_no_revert(building: Building) -> None:
    building.commit("start", {"a": LINES})
    building.commit("add", {"a": LINES + "\n"})
    building.commit("remove", {"a": LINES})
    assert pairs(Kept().collect(building.finish())) == set()


def test_empty_commits_do_not_revert_each_other(building: Building) -> None:
    building.commit("start", {"a": LINES})
    building.commit("empty")
    building.commit("empty too")
    assert pairs(Kept().collect(building.finish())) == set()


def test_a_reapplied_change_reverts_its_revert(building: Building) -> None:
    building.commit("start", {"a": "1\n"})
    first = building.commit("Good", {"a": "2\n"})
    back = building.commit(f'Revert "Good"\n\nThis reverts commit {first}.', {"x": "1\n"})
    again = building.commit('Reapply "Good"', {"y": "1\n"})
    found = pairs(Kept().collect(building.finish()))
    assert found == {(back, first, "message"), (again, back, "message")}


def test_reverts_among_commits_that_never_landed_are_left_out(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"})
    bad = building.commit("bad", {"b": "1\n"}, parents=[base], branch="t")
    undo = building.commit(f"Undo\n\nThis reverts commit {bad}.", {"b": None}, branch="t")
    building.ref("refs/pull/1/head", undo)
    assert pairs(Kept().collect(building.finish())) == set()


def test_a_revert_names_a_commit_of_an_earlier_collection_by_subject(building: Building) -> None:
    building.commit("start", {"a": "1\n"})
    bad = building.commit("Bad idea", {"a": "2\n"}, at=START + 9000)
    kept = Kept().collect(building.finish())
    revert = building.commit('Revert "Bad idea"', {"x": "1\n"}, at=START + 9999)
    kept.collect(building.finish())
    assert pairs(kept) == {(revert, bad, "message")}


def test_a_silent_revert_of_a_commit_of_an_earlier_collection_is_found(building: Building) -> None:
    building.commit("start", {"a": LINES})
    change = building.commit("change", {"a": LINES.replace("line 7\n", "line seven\n")})
    kept = Kept().collect(building.finish())
    back = building.commit("tidy up", {"a": LINES})
    kept.collect(building.finish())
    assert pairs(kept) == {(back, change, "content")}
