"""What was taken back or mended, drawn by hand.

History ends on 30 June 2026, so only changes landed up to 31 May are watched::

    change   landed    what happened to it
    a        1 May     a fix rewrites a line of it on 11 May        followed up
    b        2 May     a fix rewrites a line of it on 20 June       too late: 49 days
    c        3 May     rewritten on 5 May by a commit that is no fix   no
    d        4 May     reverted on 6 May                            reverted
    e        5 May     a fix of its own branch rewrites a line      no: the same change
    f        9 June    a fix the next day                           too young to count
"""

from __future__ import annotations

import pytest

from tests.measure.asking import abstention, measured, value
from tests.measure.building import World

FOLLOWED = "fix_follow_up_within_30_days_ratio"


@pytest.fixture
def spring() -> World:
    world = World(until="2026-06-30")
    born = {}
    for name, landed in (
        ("a", "2026-05-01"),
        ("b", "2026-05-02"),
        ("c", "2026-05-03"),
        ("d", "2026-05-04"),
        ("e", "2026-05-05"),
        ("f", "2026-06-09"),
    ):
        world.change(name, landed)
        born[name] = world.lines(name, 10)
    for killer, when, of, rule in (
        ("fix a", "2026-05-11", "a", "keyword"),
        ("fix b", "2026-06-20", "b", "keyword"),
        ("tidy c", "2026-05-05", "c", None),
        ("fix e", "2026-05-05", "e", "keyword"),
        ("fix f", "2026-06-10", "f", "keyword"),
    ):
        part_of = "e" if killer == "fix e" else ""
        world.commit(killer, when, fix_rule=rule, change=part_of)
        world.kill(born[of], 1, killer)
    world.commit("revert d", "2026-05-06")
    world.add("commit_revert", commit_id="revert d", reverted_commit_id="d", rule="message")
    return world


def test_fix_follow_up_within_30_days_ratio_is_one_of_five(spring: World) -> None:
    found = measured(FOLLOWED, spring)
    assert (found.value, found.n, found.qualifier) == (1 / 5, 5, "about")


def test_a_fix_counts_where_its_removal_was_not_the_end_of_the_line(spring: World) -> None:
    line = spring.lines("c", 5, path="b.py")
    spring.commit("fix c on a branch", "2026-05-12", fix_rule="keyword")
    spring.kill(line, 1, "fix c on a branch", table="line_removal")
    assert measured(FOLLOWED, spring).value == 2 / 5


def test_reverted_changes_ratio_is_one_of_five(spring: World) -> None:
    found = measured("reverted_changes_ratio", spring)
    assert (found.value, found.n, found.qualifier) == (1 / 5, 5, "at least")


def test_a_revert_after_30_days_comes_too_late(spring: World) -> None:
    spring.commit("late", "2026-06-15")
    spring.add("commit_revert", commit_id="late", reverted_commit_id="a", rule="content")
    assert value("reverted_changes_ratio", spring) == 1 / 5


def test_two_reverts_of_one_change_count_once(spring: World) -> None:
    spring.commit("again", "2026-05-20")
    spring.add("commit_revert", commit_id="again", reverted_commit_id="d", rule="content")
    assert value("reverted_changes_ratio", spring) == 1 / 5


def test_a_change_that_wrote_no_code_is_not_in_the_follow_up_share(spring: World) -> None:
    spring.change("prose", "2026-05-06")
    spring.lines("prose", 50, kind="docs")
    assert measured(FOLLOWED, spring).n == 5
    assert measured("reverted_changes_ratio", spring).n == 6


def test_changes_younger_than_30_days_are_not_judged() -> None:
    world = World(until="2026-06-30")
    world.change("young", "2026-06-20")
    assert "30 days old" in abstention("reverted_changes_ratio", world).remedy
