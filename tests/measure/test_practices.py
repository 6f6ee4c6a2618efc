from __future__ import annotations

import random
from itertools import product
from pathlib import Path

import pytest

from tests.measure.building import at
from tests.measure.drawing import Drawing
from trueup.errors import PersonIsNotAUnit
from trueup.measure.practices.blueprint import STEPS, next_step
from trueup.measure.practices.facts import Beside
from trueup.measure.practices.grading import no_less_tested
from trueup.measure.practices.practice import UnitPractice, practices
from trueup.measure.practices.rubric import CAPACITIES, POINTS, Points, Standing, level
from trueup.model.cohort import Cohort

DAY = 86_400_000_000
END = at("2026-06-30")


class Practised(Drawing):
    """A repository with artefacts, commits of files, and sessions."""

    def __init__(self, *, read: bool = True) -> None:
        super().__init__()
        if read:
            self.add("ai_artefact", path="", kind=None, seen_at=END)

    def file(self, path: str, kind: str, *labels: str, size: int = 4000) -> None:
        self.add(
            "ai_artefact", path=path, kind=kind, labels=list(labels), size_bytes=size, seen_at=END
        )

    def touch(self, days_ago: int, *paths: str, tool: str | None = None, **more: object) -> str:
        name = f"c{len(self.rows['commit'])}"
        self.commit(name, END - days_ago * DAY, tool=tool, **more)  # type: ignore[arg-type]
        for path in paths:
            kind = "test" if path.startswith("test") else "code" if path[-3:] == ".py" else "docs"
            self.add("commit_file", commit_id=name, path=path, status="M", file_kind=kind)
        return name

    def worked(self, *, marked_tested: int, other_tested: int) -> None:
        """Forty marked commits to code and forty others, so many of them with tests."""
        for turn in range(40):
            tests = ("test_a.py",) if turn < marked_tested else ()
            self.touch(30 + turn, "a.py", "b.py", *tests, tool="claude-code")
            tests = ("test_a.py",) if turn < other_tested else ()
            self.touch(30 + turn, "a.py", *tests)

    def kept(self, path: str, kind: str, *labels: str) -> None:
        """An artefact changed twice, together with code."""
        self.file(path, kind, *labels)
        self.touch(60, path)
        self.touch(20, path, "a.py")

    def sessions(self, persons: int = 8, each: int = 5, **acts: int) -> None:
        """Sessions of a team `t`, each with so many acts of each kind."""
        for person in range(persons):
            name = f"p{person}"
            self.member(name, "t")
            for turn in range(each):
                self.acted(f"{name}-{turn}", name, **acts)

    def acted(self, session: str, person: str, **acts: int) -> None:
        who = {"person_id": person, "tool": "claude-code"}
        self.add("ai_session", session_id=session, started_at=END - DAY, **who)
        for kind, count in acts.items():
            self.add(
                "ai_activity",
                session_id=session,
                happened_at=END - DAY,
                kind=kind,
                count=count,
                **who,
            )

    def seen(self, unit: str = "repository") -> UnitPractice:
        (found,) = (u for u in practices(self, k=8).units if u.unit == unit)
        return found


def test_a_repository_without_any_trace_has_an_interval_and_no_advice() -> None:
    world = Practised()
    world.touch(5, "a.py")
    found = world.seen()
    assert (found.standing.low, found.standing.high, found.standing.levels) == (0, 9, (1, 3))
    assert not found.in_use
    assert found.next is None


def test_where_no_tree_was_read_no_file_is_said_to_be_lacking() -> None:
    world = Practised(read=False)
    world.touch(5, "a.py", tool="claude-code")
    found = world.seen()
    assert found.standing.of("integrate") == Points()
    assert found.next == STEPS["evaluate", 1]


def test_files_added_once_do_not_reach_the_second_level() -> None:
    world = Practised()
    gamed = {
        "CLAUDE.md": "context",
        "plans/x.md": "plan",
        "evals/x.yaml": "eval",
        ".claude/skills/x/SKILL.md": "skill",
        ".claude/agents/x.md": "subagent",
    }
    for path, kind in gamed.items():
        world.file(path, kind)
    world.touch(10, *gamed)
    world.worked(marked_tested=0, other_tested=0)
    found = world.seen()
    earned = [name for name in CAPACITIES if found.standing.of(name).low]
    assert earned == ["orchestrate", "evaluate"]  # of the commits, not of the files
    assert found.standing.levels[0] == 1


def test_empty_files_changed_again_and_again_are_no_upkeep() -> None:
    world = Practised()
    world.file("CLAUDE.md", "context", size=10)
    for days in (50, 30, 10):
        world.touch(days, "CLAUDE.md", "a.py")
    assert world.seen().standing.of("integrate").first is False


def test_a_context_file_counts_while_it_is_kept_up_and_decays() -> None:
    fresh, stale = Practised(), Practised()
    for world, last in ((fresh, 80), (stale, 100)):
        world.file("CLAUDE.md", "context")
        world.touch(300, "CLAUDE.md")
        world.touch(last, "CLAUDE.md", "a.py")
    assert fresh.seen().standing.of("integrate").first is True
    assert stale.seen().standing.of("integrate").first is False


def test_edits_that_touch_no_work_are_no_upkeep() -> None:
    world = Practised()
    world.file("CLAUDE.md", "context")
    for days in (50, 30, 10):
        world.touch(days, "CLAUDE.md")
    assert world.seen().standing.of("integrate").first is False


def test_a_context_file_edited_after_a_revert_counts_and_one_mended_beside_code_does_not() -> None:
    world, fixed = Practised(), Practised()
    for each in (world, fixed):
        each.kept("CLAUDE.md", "context")
        marked = each.touch(15, "a.py", tool="claude-code")
        back = each.touch(14, "a.py", fix_rule="subject")
        if each is world:
            each.add("commit_revert", commit_id=back, reverted_commit_id=marked, rule="message")
    world.touch(12, "CLAUDE.md")
    fixed.touch(12, "CLAUDE.md", "a.py", fix_rule="subject")
    assert world.seen().standing.of("adapt").second is True
    assert fixed.seen().standing.of("adapt").second is None


def test_where_reverts_are_everyday_an_edit_after_one_is_no_sign() -> None:
    world = Practised()
    world.kept("CLAUDE.md", "context")
    for days in range(14, 140, 8):
        marked = world.touch(days + 1, "a.py", tool="claude-code")
        back = world.touch(days, "a.py")
        world.add("commit_revert", commit_id=back, reverted_commit_id=marked, rule="message")
    world.touch(12, "CLAUDE.md")
    assert world.seen().standing.of("adapt").second is None


def test_a_planted_third_level_is_found() -> None:
    world = Practised()
    world.worked(marked_tested=38, other_tested=30)
    world.kept("evals/x.yaml", "eval")
    world.kept(".claude/skills/x/SKILL.md", "skill")
    found = world.seen()
    assert found.standing.levels == (3, 3)
    assert found.next is None


@pytest.mark.parametrize("seed", range(25))
def test_a_planted_practice_lies_within_the_interval_whatever_is_hidden(seed: int) -> None:
    rng = random.Random(seed)
    truth = {name: (rng.random() < 0.5, rng.random() < 0.5) for name in CAPACITIES}
    shown = Standing(
        points={
            name: Points(
                first=pair[0] if rng.random() < 0.5 else None,
                second=pair[1] if rng.random() < 0.5 else None,
            )
            for name, pair in truth.items()
        }
    )
    true_level = level({name: sum(pair) for name, pair in truth.items()})
    assert shown.low <= sum(sum(pair) for pair in truth.values()) <= shown.high
    assert shown.levels[0] <= true_level <= shown.levels[1]


def test_the_level_rule_never_falls_when_a_point_is_added() -> None:
    for points in product(range(3), repeat=5):
        here = level(dict(zip(CAPACITIES, points, strict=True)))
        for place, each in enumerate(points):
            more = [*points]
            more[place] = min(each + 1, 2)
            assert level(dict(zip(CAPACITIES, more, strict=True))) >= here


@pytest.mark.parametrize(
    ("tested", "answer"),
    [
        (Beside(marked=200, marked_tested=150, other=200, other_tested=150), True),
        (Beside(marked=200, marked_tested=60, other=200, other_tested=150), False),
        (Beside(marked=1000, marked_tested=720, other=1000, other_tested=750), True),
        (Beside(marked=12, marked_tested=7, other=200, other_tested=150), None),
        (Beside(marked=12, marked_tested=10, other=200, other_tested=150), None),
        (Beside(marked=9, marked_tested=9, other=200, other_tested=150), None),
    ],
)
def test_tests_beside_marked_commits_are_compared_only_where_counts_allow(
    tested: Beside, answer: bool | None
) -> None:
    assert no_less_tested(tested) is answer


def test_the_bounds_of_the_difference_are_those_of_newcombe() -> None:
    # Newcombe (1998), table II (a): 56/70 - 48/80 is 0.0524 to 0.3339 by method 10; turned round
    # it is -0.3339 to -0.0524: below nought, so fewer tests are certain.
    fewer = Beside(marked=80, marked_tested=48, other=70, other_tested=56)
    assert no_less_tested(fewer) is False
    assert no_less_tested(Beside(marked=70, marked_tested=56, other=80, other_tested=48)) is True


def test_sessions_of_a_team_show_what_no_file_does() -> None:
    world = Practised()
    world.sessions(prompt=4, plan=1, tool_call=9, test_run=2, subagent=1, mcp=1, tool_rejected=0)
    world.acted("other", "x", tool_rejected=1)
    found = world.seen("team")
    assert {name: found.standing.of(name).low for name in CAPACITIES} == {
        "decompose": 2,
        "orchestrate": 2,
        "evaluate": 1,
        "integrate": 1,
        "adapt": 0,
    }
    assert found.standing.of("adapt").first is False  # nothing is ever turned down
    assert found.standing.levels == (2, 3)


def test_what_a_tool_never_records_is_unknown_and_not_absent() -> None:
    world = Practised()
    world.sessions(prompt=4, tool_call=9)
    found = world.seen("team").standing
    assert found.of("decompose").first is None
    assert found.of("evaluate").first is None
    assert found.of("orchestrate").first is True


def test_seven_persons_and_one_who_dominates_are_not_shown() -> None:
    small, lopsided = Practised(), Practised()
    small.sessions(persons=7, each=9, prompt=4)
    lopsided.sessions(persons=9, each=3, prompt=4)
    for turn in range(30):
        lopsided.acted(f"more-{turn}", "p0", prompt=4)
    for world in (small, lopsided):
        found = practices(world, k=8)
        assert all(unit.unit == "repository" for unit in found.units)
        assert found.hidden == 2  # the team, and the sessions of the repository


def test_no_setting_shows_fewer_than_eight_persons() -> None:
    world = Practised()
    world.sessions(persons=7, each=9, prompt=4)
    assert practices(world, k=1).hidden == 2
    with pytest.raises(PersonIsNotAUnit, match="point at persons"):
        Cohort(about="behaviour", persons=7, largest_ratio=0.2)


def test_the_next_step_is_what_is_seen_to_be_absent_and_checks_come_first() -> None:
    absent = Standing(points={"integrate": Points(first=False)})
    assert next_step(absent) == STEPS["integrate", 1]
    assert next_step(Standing()) == STEPS["evaluate", 1]
    second = {name: Points(first=True) for name in CAPACITIES}
    assert next_step(Standing(points=second)) == STEPS["evaluate", 2]


def test_every_step_names_its_evidence_and_what_to_watch() -> None:
    for step in STEPS.values():
        assert step.link.startswith("https://")
        assert step.evidence
        assert step.watch


def test_the_page_prints_the_rubric_as_it_is() -> None:
    page = Path(__file__).parents[2] / "docs/explanation/how-ai-tools-are-put-to-work.md"
    printed = page.read_text(encoding="utf-8")
    for name, (first, second) in POINTS.items():
        assert f"| {name.capitalize()} | {first} | {second} |" in printed
