"""Exposure, on six commits of June 2026 drawn by hand.

::

    commit   author   mark            code lines   lock-file lines   still there
    c1       ann      -                   10            900                4
    c2       bob      claude, opus        30              -               30
    c3       cleo     claude, sonnet      20              -                6
    c4       ann      -                   40              -               40
    c5       dan      cursor              10              -                0
    c6       renovate (bot)                5              -                5

Marked: 3 of 5 commits, 60 of 110 code lines, 36 of 80 surviving lines.
"""

from __future__ import annotations

import pytest

from tests.measure.asking import answers, measured, value
from tests.measure.building import World
from trueup.measure.records.authorship import change_marks

ROWS = (
    ("c1", "ann", None, None, 10, 4),
    ("c2", "bob", "claude", "opus", 30, 30),
    ("c3", "cleo", "claude", "sonnet", 20, 6),
    ("c4", "ann", None, None, 40, 40),
    ("c5", "dan", "cursor", None, 10, 0),
    ("c6", "renovate", None, None, 5, 5),
)


@pytest.fixture
def june() -> World:
    world = World()
    for number, (name, author, tool, model, lines, alive) in enumerate(ROWS):
        kind = "bot" if author == "renovate" else "human"
        world.commit(name, f"2026-06-0{number + 1}", author, tool=tool, model=model, kind=kind)
        world.add(
            "commit_file", commit_id=name, path="a.py", file_kind="code", lines_added=lines,
            lines_deleted=0,
        )  # fmt: skip
        born = world.lines(name, lines)
        if lines > alive:
            world.kill(born, lines - alive, "c6")
    world.add(
        "commit_file", commit_id="c1", path="uv.lock", file_kind="generated", lines_added=900,
        lines_deleted=0,
    )  # fmt: skip
    return world


def test_ai_marked_commits_ratio_leaves_bots_out(june: World) -> None:
    found = measured("ai_marked_commits_ratio", june)
    assert (found.value, found.n, found.qualifier) == (3 / 5, 5, "at least")


def test_commits_that_never_landed_are_in_no_measure(june: World) -> None:
    june.commit("proposed", "2026-06-05", "cleo", tool="claude", change=None)
    found = measured("ai_marked_commits_ratio", june)
    assert (found.value, found.n) == (3 / 5, 5)


def test_who_is_a_bot_is_asked_of_the_account_not_of_the_commit(june: World) -> None:
    june.person("robot", "bot")
    june.commit("as the rules of its day saw it", "2026-06-05", "robot", kind="human")
    assert measured("ai_marked_commits_ratio", june).n == 5


def test_ai_marked_added_lines_ratio_leaves_generated_files_out(june: World) -> None:
    assert value("ai_marked_added_lines_ratio", june) == 60 / 110


def test_ai_marked_surviving_lines_ratio_counts_what_is_still_there(june: World) -> None:
    assert value("ai_marked_surviving_lines_ratio", june) == 36 / 80


def test_a_reviewer_or_a_disclosure_of_no_ai_marks_nothing(june: World) -> None:
    june.mark("c1", "copilot", role="reviewer")
    june.mark("c4", "claude", role="disclosure_negative")
    assert value("ai_marked_commits_ratio", june) == 3 / 5


def test_a_commit_matched_by_two_rules_of_one_tool_counts_once(june: World) -> None:
    june.mark("c2", "claude")
    assert value("ai_marked_commits_ratio", june) == 3 / 5
    by_tool = answers("ai_marked_commits_ratio", june, by=("tool",), k=1)
    assert {dict(group)["tool"] for group in by_tool} == {"claude", "cursor"}


def test_a_model_that_no_marker_names_is_called_so(june: World) -> None:
    by_model = answers("ai_marked_commits_ratio", june, by=("model",), k=1)
    found = {dict(group)["model"] for group in by_model}
    assert found == {"opus", "sonnet", "model not named"}


def test_a_share_with_nothing_marked_has_an_interval_above_zero() -> None:
    world = World()
    for number in range(20):
        world.commit(f"c{number}", "2026-06-01", f"p{number}")
    found = measured("ai_marked_commits_ratio", world)
    assert found.value == 0
    assert found.interval is not None
    assert 0.15 < found.interval.high < 0.17
    assert "Wilson" in found.interval.method


def test_a_commit_that_never_reached_the_default_branch_is_not_counted(june: World) -> None:
    june.commit("proposal", "2026-06-09", "eve", tool="claude", change=None)
    assert value("ai_marked_commits_ratio", june) == 3 / 5


def test_a_change_is_marked_by_its_commits_or_in_its_own_words() -> None:
    """a in its words, b by a commit, c by both and each names another tool; d was only reviewed."""
    world = World()
    for name, tool in (("a", None), ("b", "claude"), ("c", "claude"), ("d", None)):
        world.change(name, "2026-06-01", tool=tool)
    for name, role in (("a", "author"), ("c", "author"), ("d", "reviewer")):
        words = {"target_kind": "change", "target_id": name, "tool": "cursor", "role": role}
        world.add("ai_attribution", **words, probability=1.0)
    found = change_marks(world).to_pyarrow().to_pylist()
    assert {row["mark_change_id"]: row["tool"] for row in found} == {
        "a": "cursor",
        "b": "claude",
        "c": "several tools",
    }
