"""Sessions drawn for persons to read: of each tool and month in proportion."""

from __future__ import annotations

from collections import Counter

from tests.measure.building import at
from tests.measure.drawing import Drawing
from trueup.measure.labels.sampling import ToLabel, counts, draw, read_already, to_label
from trueup.model.labelling import MODES, PATTERNS


def listed(**sizes: int) -> list[ToLabel]:
    return [
        ToLabel(session_id=f"{name}:{number}", tool=name.partition("_")[0], month=name)
        for name, size in sizes.items()
        for number in range(size)
    ]


def test_strata_get_their_part_and_what_rounding_leaves_goes_to_the_largest_remainders() -> None:
    """Ten of 55, 30 and 15: 5.5, 3.0, 1.5 are 5, 3, 1; the one left goes to the first of .5."""
    drawn = draw(listed(codex_a=55, codex_b=30, claude_a=15), 10, seed=1)
    found = Counter(one.month for one in drawn)
    assert found == {"codex_a": 5, "codex_b": 3, "claude_a": 2}
    assert len({one.session_id for one in drawn}) == 10


def test_the_same_seed_draws_the_same_and_another_another() -> None:
    sessions = listed(a=200)
    assert draw(sessions, 20, seed=1) == draw(sessions, 20, seed=1)
    assert draw(sessions, 20, seed=1) != draw(sessions, 20, seed=2)


def test_no_more_are_drawn_than_there_are() -> None:
    assert len(draw(listed(a=3, b=1), 50, seed=0)) == 4
    assert draw([], 50, seed=0) == []


def test_sessions_of_subagents_of_nobody_and_elsewhere_are_not_labelled() -> None:
    world = Drawing()
    for name, parent, person in (
        ("codex:1", None, "p"),
        ("codex:2", "codex:1", "p"),
        ("codex:3", None, None),
        ("codex:4", None, "p"),
    ):
        world.add(
            "ai_session",
            session_id=name,
            parent_session_id=parent,
            person_id=person,
            tool="codex",
            started_at=at("2026-05-31T23:00:00"),
        )
    found, elsewhere = to_label(world, {"codex:1", "codex:2", "codex:3"})
    assert found == [ToLabel(session_id="codex:1", tool="codex", month="2026-05")]
    assert elsewhere == 1


def test_acts_are_counted_by_kind_and_sessions_read_by_scheme() -> None:
    world = Drawing()
    for kind, count in (("prompt", 2), ("tool_call", 5), ("tool_call", 1), ("message", 9)):
        world.add("ai_activity", session_id="codex:1", kind=kind, count=count)
    for by, session in (("person", "codex:1"), ("local", "codex:2")):
        world.add(
            "ai_session_label",
            label_id=session,
            session_id=session,
            scheme="patterns",
            label="hybrid",
            labelled_by=by,
            rater="rater 1",
        )
    assert counts(world, ["codex:1", "codex:2"]) == {
        "codex:1": (2, 6, 0, 0, 0, 0, 0),
        "codex:2": (0, 0, 0, 0, 0, 0, 0),
    }
    assert read_already(world, PATTERNS) == {"codex:1"}
    assert read_already(world, MODES) == frozenset()
