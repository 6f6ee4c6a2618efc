from __future__ import annotations

from typing import Any

import pytest

from tests.measure.asking import abstention, answers, measured, value
from tests.measure.building import at
from tests.measure.tools import Tools
from trueup.model.evidence import Measurement, Window

FORTNIGHT = Window(start_at=at("2026-06-01"), end_at=at("2026-06-15"))


def lines(world: Tools, layer: str, when: str, count: int | None, **more: Any) -> None:
    row = {"person_id": "ann", "tool": "copilot", "mode": "completion"} | more
    world.add("ai_lines", layer=layer, happened_at=at(when), lines_added=count, **row)


def drawn() -> Tools:
    """Copilot counts offers and lines; an agent counts what it writes; Cursor what is committed."""
    world = Tools("2026-06-30")
    lines(world, "suggested", "2026-06-02", 100, offered_count=40, accepted_count=10)
    lines(world, "accepted", "2026-06-02", 20)
    lines(world, "suggested", "2026-06-09", 60, mode="chat", offered_count=5, accepted_count=4)
    lines(world, "accepted", "2026-06-09", 45, mode="chat")
    lines(world, "accepted", "2026-06-09", 700, tool="windsurf", mode="chat")
    lines(world, "written", "2026-06-03", 30, tool="claude-code", mode="agent")
    lines(world, "committed", "2026-06-04", 18, tool="cursor", mode="agent")
    return world


def test_layers_of_lines_are_never_added_up() -> None:
    """160 suggested, 765 accepted, 30 written, 18 committed in two weeks: halves a week."""
    found = answers("ai_lines_per_week", drawn(), window=FORTNIGHT)
    each = {dict(g)["layer"]: f.value for g, f in found.items() if isinstance(f, Measurement)}
    assert each == {"suggested": 80, "accepted": 382.5, "written": 15, "committed": 9}
    assert () not in found


def test_acceptance_by_offers_and_by_lines_are_two_numbers_and_modes_are_apart() -> None:
    """Completions: 10 of 40 offers, 20 of 100 lines. Chat: 4 of 5 offers, 45 of 60 lines.

    Windsurf's accepted lines are in neither: it does not say how many it offered.
    """
    world = drawn()
    for metric, completion, chat in (
        ("ai_code_accepted_ratio", 10 / 40, 4 / 5),
        ("ai_lines_accepted_ratio", 20 / 100, 45 / 60),
    ):
        assert value(metric, world, ("mode", "completion")) == pytest.approx(completion)
        assert value(metric, world, ("mode", "chat")) == pytest.approx(chat)
    assert measured("ai_code_accepted_ratio", world, ("mode", "completion")).n_of == "offers"
    assert measured("ai_lines_accepted_ratio", world, ("mode", "chat")).n_of == "lines suggested"


def agent() -> Tools:
    """One session writes to three files on 1 June; its commit of 3 June brings two of them.

    ======  =======  ============================================
    file    written  committed
    ======  =======  ============================================
    a.py        100  70 on 3 June
    b.py         40  60 on 3 June, some by hand
    c.py         20  20 on 20 June, in another commit of the session
    ======  =======  ============================================

    And 500 lines of 28 June, too young to be judged.
    """
    world = Tools("2026-06-30")
    for path, count in (("a.py", 60), ("a.py", 40), ("b.py", 40), ("c.py", 20)):
        lines(world, "written", "2026-06-01", count, session_id="s", path=path)
    lines(world, "written", "2026-06-28", 500, session_id="s", path="d.py")
    for commit, when, path, count in (
        ("x", "2026-06-03", "a.py", 70),
        ("x", "2026-06-03", "b.py", 60),
        ("y", "2026-06-20", "c.py", 20),
    ):
        if commit not in {row["commit_id"] for row in world.rows["commit"]}:
            world.change(commit, when, "ann")
            world.tie("s", commit, 0.5)
        world.add("commit_file", commit_id=commit, path=path, lines_added=count)
    return world


def test_lines_in_no_commit_a_week_later_are_thrown_away() -> None:
    """30 of a.py, none of b.py, all 20 of c.py: 50 of 160."""
    found = measured("ai_discarded_lines_ratio", agent())
    assert (found.value, found.coverage) == pytest.approx((50 / 160, 160 / 660))
    assert found.qualifier == "about"


def test_where_the_repository_is_not_collected_nothing_is_said_to_be_thrown_away() -> None:
    world = agent()
    world.rows["commit_file"].clear()
    assert "files of commits" in abstention("ai_discarded_lines_ratio", world).reason
