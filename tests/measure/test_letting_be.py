"""Lines and changes drawn by hand: who edits what AI wrote, who knows it, who looked at it."""

from __future__ import annotations

import pytest

from tests.measure.asking import answers, measured, values
from tests.measure.building import World, at
from tests.measure.forge import Forge

FAR = "2027-06-30"


def edited() -> World:
    """Lines of 1 June 2026, and who removed them by 30 August; records reach June 2027.

    ann wrote 100 marked lines: 10 removed by her in July, 30 by bob in July, 20 by him in
    September, which is too late, 5 by a bot, and 7 by an agent, which is nobody known.
    bob wrote 100 unmarked ones: 40 removed by him, 10 by ann.
    """
    world = World(FAR)
    world.commit("by-ai", "2026-06-01", "ann", tool="claude-code")
    world.commit("by-bob", "2026-06-01", "bob")
    marked, other = world.lines("by-ai", 100), world.lines("by-bob", 100)
    for line, count, killer, when, kind, offset in (
        (marked, 10, "ann", "2026-07-01", "human", 0),
        (marked, 30, "bob", "2026-07-02", "human", 10),
        (marked, 20, "bob", "2026-09-15", "human", 40),
        (marked, 5, "renovate", "2026-07-03", "bot", 60),
        (marked, 7, "devin", "2026-07-04", "ai_agent", 65),
        (other, 40, "bob", "2026-07-01", "human", 0),
        (other, 10, "ann", "2026-07-02", "human", 40),
    ):
        world.commit(f"{killer}-{when}", when, killer, kind=kind)
        world.kill(line, count, f"{killer}-{when}", offset=offset)
    return world


def test_own_later_edits_are_those_of_the_writer_within_90_days() -> None:
    """10 + 40 of 40 + 50; the 7 by an agent are not known: 90 of 97."""
    found = measured("own_later_edits_ratio", edited())
    assert (found.value, found.n, found.coverage) == pytest.approx((50 / 90, 90, 90 / 97))


def test_own_later_edits_are_told_apart_by_who_marks() -> None:
    """10 of 40 marked, 40 of 50 unmarked."""
    found = values(answers("own_later_edits_ratio", edited(), by=("origin",), k=1), "origin")
    assert found == pytest.approx({"marked": 10 / 40, "unmarked": 40 / 50})


def test_lines_younger_than_90_days_are_not_judged() -> None:
    """Records reach 3 September: the nine lines of August are too young."""
    world = edited()
    world.rows["repository"][0]["last_commit_at"] = at("2026-09-03")
    world.commit("young", "2026-08-01", "ann")
    world.commit("late", "2026-08-02", "ann")
    world.kill(world.lines("young", 9), 9, "late")
    assert measured("own_later_edits_ratio", world).coverage == pytest.approx(90 / 106)


class Noted(World):
    """A commit on 1 June of ten lines, 4 to 8 of which a note says a tool wrote."""

    def __init__(self) -> None:
        super().__init__(FAR)
        self.commit("c", "2026-06-01T12:00")
        self.line = self.lines("c", 10)
        self.add(
            "ai_edit", noted_commit_id="c", commit_id="c", path="a.py", first_line=4, line_count=5
        )


def test_lines_left_verbatim_are_those_of_the_notes_that_nobody_touched() -> None:
    """Lines 3 to 5 die after 10 hours, line 8 after ten days, line 10 after a month.

    Of 4..8, by the tool: 4 and 5 gone after a day, 8 after 14. Of the other five: 3 gone.
    """
    world = Noted()
    for count, killer, when, offset in (
        (3, "soon", "2026-06-01T22:00", 2),
        (1, "later", "2026-06-11", 7),
        (1, "late", "2026-07-01", 9),
    ):
        world.commit(killer, when, "bob")
        world.kill(world.line, count, killer, offset=offset)
    day, fortnight = (
        values(answers(name, world, k=1), "origin")
        for name in ("verbatim_lines_1_day_ratio", "verbatim_lines_14_days_ratio")
    )
    assert day == pytest.approx({"marked": 3 / 5, "unmarked": 4 / 5})
    assert fortnight == pytest.approx({"marked": 2 / 5, "unmarked": 4 / 5})


def test_two_notes_on_one_span_and_a_note_beyond_it_count_their_own_lines() -> None:
    """Lines 4-8 and 10-30 of ten lines: six by the tool, four by others; no line is two."""
    world = Noted()
    world.add(
        "ai_edit", noted_commit_id="c", commit_id="c", path="a.py", first_line=10, line_count=21
    )
    found = answers("verbatim_lines_1_day_ratio", world, k=1)
    counts = {dict(group)["origin"]: one.n for group, one in found.items()}
    assert counts == {"marked": 6, "unmarked": 4}


def test_commits_without_notes_are_in_neither_group() -> None:
    world = Noted()
    world.commit("other", "2026-06-02", "bob", tool="cursor")
    world.lines("other", 50)
    found = answers("verbatim_lines_1_day_ratio", world, k=1)
    assert sum(one.n for one in found.values()) == 10


def known() -> Forge:
    """Two changes: one of ann alone, marked, 30 lines; one of bob's, 10 lines, two reviewed it.

    An agent's comment makes nobody know it, and neither does bob's own.
    """
    world = Forge()
    for name, author, count in (("m", "ann", 30), ("u", "bob", 10)):
        world.proposed(name, 1, 2, author=author, lines_added=count, lines_deleted=0)
        tool = "cursor" if name == "m" else None
        world.commit(f"{name}-1", "2026-06-02", author, change=name, tool=tool)
        world.lines(f"{name}-1", count)
    world.review("u", 1.5, "cleo")
    world.comment("u", 1.6, "dan")
    world.comment("u", 1.7, "bob")
    world.review("m", 1.5, "coderabbit", kind="ai_agent")
    return world


def test_people_acquainted_with_a_line_wrote_its_change_or_reviewed_it() -> None:
    """30 lines known to one, 10 to three: (30 + 30) / 40."""
    found = measured("acquainted_people", known())
    assert (found.value, found.n) == pytest.approx((60 / 40, 40))
    apart = values(answers("acquainted_people", known(), by=("origin",), k=1), "origin")
    assert apart == pytest.approx({"marked": 1.0, "unmarked": 3.0})


def test_a_line_an_agent_wrote_is_known_to_its_reviewers_alone() -> None:
    world = Forge()
    world.proposed("x", 1, 2, author="devin", kind="ai_agent")
    world.commit("x-1", "2026-06-02", "devin", kind="ai_agent", change="x", tool="devin")
    world.lines("x-1", 8)
    assert measured("acquainted_people", world).value == 0
    world.review("x", 1.5, "cleo")
    assert measured("acquainted_people", world).value == 1


def test_reviewers_of_100_lines_are_different_people() -> None:
    """cleo, who reviews twice, and dan on 40 lines; nobody on the 30 by ann: 2 / 0.4."""
    world = known()
    world.review("u", 1.8, "cleo")
    assert measured("review_depth_people", world).value == pytest.approx(2 / 0.4)
