"""Practice at past dates: what had landed by then, and nothing that came later."""

from __future__ import annotations

from tests.measure.building import at
from tests.measure.test_practices import DAY, Practised
from trueup.measure.practices.history import Dated
from trueup.measure.practices.practice import practices

START = at("2025-07-02")


class Remembered(Practised):
    """A repository whose versions of artefacts are known since July 2025."""

    def __init__(self) -> None:
        super().__init__()
        self.add("ai_artefact_version", path="", commit_id="r:0", seen_at=START)
        self.commit("first", START)

    def landed(self, path: str, kind: str | None, day: str, *labels: str, size: int = 900) -> None:
        name = f"v{len(self.rows['ai_artefact_version'])}"
        self.add(
            "ai_artefact_version", path=path, commit_id=name, seen_at=at(day), kind=kind,
            labels=list(labels), size_bytes=size,
        )  # fmt: skip

    def edit(self, path: str, *days: str) -> None:
        """Edit an artefact together with code on some days."""
        for day in days:
            name = f"e{len(self.rows['commit'])}"
            self.commit(name, day)
            for each, kind in ((path, "docs"), ("a.py", "code")):
                self.add("commit_file", commit_id=name, path=each, status="M", file_kind=kind)

    def quarters(self, unit: str = "repository") -> dict[str, Dated]:
        return {each.quarter: each for each in practices(self, k=8).history if each.unit == unit}


def test_a_context_file_counts_from_its_upkeep_on_and_decays_when_it_is_left() -> None:
    world = Remembered()
    world.landed("CLAUDE.md", "context", "2025-11-10")
    world.edit("CLAUDE.md", "2025-11-10", "2025-12-20")
    found = world.quarters()
    earned = {name: each.standing.of("integrate").first for name, each in found.items()}
    # 31 December is 11 days after the last edit, 31 March is 101 and more than 90.
    assert earned == {"2025-Q4": True, "2026-Q1": False}
    assert found["2026-Q1"].standing.of("integrate").seen == ("context file not kept up",)


def test_a_file_stands_from_its_landing_until_its_removal() -> None:
    world = Remembered()
    world.landed("CLAUDE.md", "context", "2025-08-01")
    world.landed(".mcp.json", "mcp", "2025-11-10", "mcpServers")
    world.landed(".mcp.json", None, "2026-02-01")
    second = {q: each.standing.of("integrate").second for q, each in world.quarters().items()}
    assert second == {"2025-Q3": None, "2025-Q4": True, "2026-Q1": None}


def test_what_comes_later_changes_no_quarter_before_it() -> None:
    early, late = Remembered(), Remembered()
    for world in (early, late):
        world.landed("CLAUDE.md", "context", "2025-08-01")
        world.edit("CLAUDE.md", "2025-08-01", "2025-09-20")
    late.landed(".claude/skills/x/SKILL.md", "skill", "2026-01-10")
    late.edit(".claude/skills/x/SKILL.md", "2026-01-10", "2026-02-10")
    late.edit("CLAUDE.md", "2026-01-20")  # 31 December is 102 days after the edit before it
    late.landed("CLAUDE.md", None, "2026-02-11")
    for turn in range(20):
        late.touch(100 - turn, "a.py", "b.py", tool="claude-code")  # from 22 March on
    before = ("2025-Q3", "2025-Q4")
    assert [early.quarters()[q] for q in before] == [late.quarters()[q] for q in before]
    after = late.quarters()["2026-Q1"].standing
    assert after.of("orchestrate").second is True
    assert after.of("integrate").first is False


def test_a_repository_is_left_out_before_its_history_is_known() -> None:
    world = Practised()
    world.kept("CLAUDE.md", "context")
    assert practices(world, k=8).history == ()


def test_sessions_count_in_the_quarter_in_which_they_began_for_eight_persons() -> None:
    world = Remembered()
    for person in range(8):
        world.member(f"p{person}", "t")
        for turn in range(5):
            _session(world, f"p{person}", turn, "2026-02-10", test_run=2)
            if person < 7:
                _session(world, f"p{person}", turn, "2025-11-10", test_run=2)
    found = world.quarters("team")
    assert set(found) == {"2026-Q1"}  # seven persons of the quarter before are not shown
    assert found["2026-Q1"].standing.of("evaluate").first is True
    of_repository = world.quarters()
    assert of_repository["2025-Q4"].standing.of("evaluate").first is None
    assert of_repository["2026-Q1"].standing.of("evaluate").first is True


def test_what_a_tool_records_only_later_is_not_held_against_it_before() -> None:
    world = Remembered()
    for person in range(8):
        world.member(f"p{person}", "t")
        for turn in range(5):
            _session(world, f"p{person}", turn, "2025-11-10", prompt=4)
            _session(world, f"p{person}", turn, "2026-02-10", prompt=4, plan=int(turn == 0))
    found = {name: each.standing.of("decompose") for name, each in world.quarters("team").items()}
    assert found["2025-Q4"].first is None
    assert found["2026-Q1"].first is True  # a plan in eight of forty sessions
    assert found["2026-Q1"].second is False


def _session(world: Practised, person: str, turn: int, day: str, **acts: int) -> None:
    name, when = f"{person}-{turn}-{day}", at(day) + turn * DAY // 24
    who = {"person_id": person, "tool": "claude-code", "repository_id": "r"}
    world.add("ai_session", session_id=name, started_at=when, **who)
    for kind, count in acts.items():
        if count:
            world.add(
                "ai_activity", session_id=name, happened_at=when, kind=kind, count=count, **who
            )
