"""What logs of agents say again and again: pain 19, through the same door."""

from __future__ import annotations

from tests.collect.codex.rollouts import (
    CHILD,
    OTHER,
    PARENT,
    Line,
    count,
    file_of,
    meta,
    name_of,
    turn,
)
from tests.pains.office import Office
from trueup.collect.sources.codex.source import SOURCE as CODEX
from trueup.config import Connection

HISTORY = [turn(1), count(10, 40, 40), count(11, 40, 40), count(20, 100, 60), count(25, 100, 60)]
SPAWNED = {"subagent": {"thread_spawn": {"parent_thread_id": PARENT}}}


def counted(office: Office, *files: tuple[str, list[Line]]) -> int:
    """Return the tokens that count once rollouts were collected and linked."""
    for native, lines in files:
        path = office.folder / "codex" / name_of(native)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file_of(lines), encoding="utf-8")
    office.collect(CODEX, Connection(source="codex", targets=(str(office.folder / "codex"),)))
    rows = [row for row in office.rows("ai_request") if row["is_counted"] is not False]
    return sum(row["uncached_input_tokens"] for row in rows)


def test_pain_19_a_fork_of_a_session_of_100_that_ends_at_150_makes_150(office: Office) -> None:
    """100 in the parent, of which every count is said twice; 50 more in the fork; not 250."""
    fork = [meta(CHILD, 60, forked_from_id=PARENT), *HISTORY, turn(70), count(80, 150, 50)]
    assert counted(office, (PARENT, [meta(PARENT), *HISTORY]), (CHILD, fork)) == 150


def test_pain_19_a_sub_agent_that_replays_its_parent_adds_its_own_work_alone(
    office: Office,
) -> None:
    """Two sub-agents begin with the parent's 100 within milliseconds, and use 30 and 7: 137."""
    children = [
        (
            native,
            [
                meta(native, 60) | {"payload": {**meta(native, 60)["payload"], "source": SPAWNED}},
                *(count(60 + place / 1000, used, 1) for place, used in enumerate((40, 100))),
                *(turn(61), count(75, own, own)),
            ],
        )
        for native, own in ((CHILD, 30), (OTHER, 7))
    ]
    assert counted(office, *children) == 37
    assert counted(office, (PARENT, [meta(PARENT), *HISTORY])) == 137
    assert counted(office) == 137, "collected again, nothing is added"
