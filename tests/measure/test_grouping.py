from __future__ import annotations

import pytest

from tests.measure.asking import abstention, answers, measured, value
from tests.measure.building import World
from trueup.errors import MeasureError, PersonIsNotAUnit
from trueup.measure.frames.grouping import Member, roll_up
from trueup.model.evidence import Abstention

OTHER = "other tools (fewer than 5 authors)"


def world_of(*tools: tuple[str | None, int], commits_each: int = 1) -> World:
    """Each tool with its own authors, `commits_each` commits a head."""
    world, number = World(), 0
    for tool, authors in tools:
        for author in range(authors):
            for _ in range(commits_each):
                number += 1
                name = f"{tool}-{author}"
                world.commit(f"c{number}", "2026-05-04T12:00", name, tool=tool)
    return world


def people(*names: str) -> frozenset[int]:
    return frozenset(hash(name) for name in names)


@pytest.mark.parametrize("name", ["person", "account", "author"])
def test_a_split_by_person_is_refused(name: str) -> None:
    with pytest.raises(PersonIsNotAUnit, match="single persons"):
        answers("commits_per_week", World(), by=(name,))


def test_an_unknown_dimension_is_refused_with_the_known_ones() -> None:
    with pytest.raises(MeasureError, match="origin, tool"):
        answers("commits_per_week", World(), by=("mood",))


def test_a_dimension_the_metric_does_not_have_is_refused() -> None:
    with pytest.raises(MeasureError, match="cannot be split by file_kind"):
        answers("commits_per_week", World(), by=("file_kind",))


def test_what_is_put_together_is_named_after_the_dimension() -> None:
    persons: dict[Member, frozenset[int]] = {
        ("opus",): people(*"abcde"),
        ("sonnet",): people(*"fgh"),
        ("haiku",): people(*"ij"),
    }
    other = ("other models (fewer than 5 authors)",)
    assert roll_up(persons, 5, ("model",)) == {
        ("opus",): ("opus",), ("sonnet",): other, ("haiku",): other,
    }  # fmt: skip


def test_a_tool_with_k_authors_is_shown_and_smaller_ones_go_together() -> None:
    world = world_of((None, 10), ("claude", 5), ("aider", 3), ("devin", 2))
    shares = {
        dict(group)["tool"]: value("ai_marked_commits_ratio", world, *group, by=("tool",))
        for group in answers("ai_marked_commits_ratio", world, by=("tool",))
    }
    assert shares == {"claude": 5 / 20, OTHER: 5 / 20}


def test_parts_add_up_to_the_whole() -> None:
    world = world_of((None, 10), ("claude", 7), ("aider", 3), ("devin", 2))
    world.mark("c1", "claude")
    world.mark("c1", "aider")  # signed by two tools: counted once
    parts = answers("ai_marked_commits_ratio", world, by=("tool",))
    total = value("ai_marked_commits_ratio", world)
    shares = [value("ai_marked_commits_ratio", world, *group, by=("tool",)) for group in parts]
    assert total == 13 / 22
    assert sum(shares) == pytest.approx(total)


def test_a_small_remainder_takes_the_smallest_shown_tool_with_it() -> None:
    """Else total minus the shown tools would tell what two persons did."""
    world = world_of((None, 10), ("claude", 9), ("cursor", 6), ("devin", 2))
    found = answers("ai_marked_commits_ratio", world, by=("tool",))
    assert set(found) == {(("tool", "claude"),), (("tool", OTHER),)}
    other = value("ai_marked_commits_ratio", world, ("tool", OTHER), by=("tool",))
    assert other == 8 / 27


def test_a_split_that_would_point_at_few_is_withheld_and_the_total_still_shown() -> None:
    world = world_of((None, 10), ("devin", 2))
    refused = abstention("ai_marked_commits_ratio", world, by=("tool",))
    assert "fewer than 5 authors" in refused.reason
    assert value("ai_marked_commits_ratio", world) == 2 / 12


def test_marked_and_unmarked_are_shown_only_when_both_have_k_authors() -> None:
    assert len(answers("commits_per_week", world_of((None, 5), ("claude", 5)), by=("origin",))) == 2
    alone = world_of((None, 4), ("claude", 9))
    assert isinstance(answers("commits_per_week", alone, by=("origin",))[()], Abstention)


def test_one_busy_author_is_not_k_authors() -> None:
    world = world_of((None, 6), ("claude", 1), commits_each=40)
    assert isinstance(answers("ai_marked_commits_ratio", world, by=("tool",))[()], Abstention)


def test_two_accounts_of_one_person_count_once() -> None:
    world = World()
    for number in range(6):
        world.commit(f"c{number}", "2026-05-04", f"alias-{number}", tool="claude")
    for row in world.rows["account"]:
        row["person_id"] = "one"
    world.rows["account"] = list(world.rows["account"])
    assert isinstance(answers("ai_marked_commits_ratio", world, by=("tool",))[()], Abstention)


def test_an_agent_account_is_not_a_person_behind_a_tool() -> None:
    world = world_of((None, 9), ("devin", 4))
    world.commit("agent", "2026-05-04", "devin-bot", tool="devin", kind="ai_agent")
    assert isinstance(answers("ai_marked_commits_ratio", world, by=("tool",))[()], Abstention)


def test_the_rule_holds_within_each_month_and_repository() -> None:
    world = World(repositories=("a", "b"))
    for repository, authors in (("a", 6), ("b", 3)):
        for author in range(authors):
            name = f"{repository}{author}"
            world.commit(name, "2026-05-04", name, tool="claude", repository=repository)
    found = answers("ai_marked_commits_ratio", world, by=("repository", "tool"), every="month")
    shown = (("month", "2026-05"), ("repository", "a"), ("tool", "claude"))
    withheld = (("month", "2026-05"), ("repository", "b"))
    assert set(found) == {shown, withheld}
    assert isinstance(found[withheld], Abstention)


def test_repository_and_month_totals_need_no_k() -> None:
    world = World(repositories=("a",))
    world.commit("only", "2026-05-04", "ann", repository="a")
    asked = {"by": ("repository",), "every": "month"}
    group = (("month", "2026-05"), ("repository", "a"))
    assert measured("commits_per_week", world, *group, **asked).n == 1


def test_nothing_small_means_nothing_is_rolled_up() -> None:
    persons: dict[tuple[str, ...], frozenset[int]] = {
        ("x",): people(*"abcde"),
        ("y",): people(*"fghij"),
    }
    assert roll_up(persons, 5, ("tool",)) == {("x",): ("x",), ("y",): ("y",)}


def test_bots_are_left_out_unless_asked_for_by_kind() -> None:
    world = world_of((None, 5))
    for number in range(3):
        world.commit(f"bot{number}", "2026-05-04", "renovate", kind="bot")
    assert measured("commits_per_week", world).n == 5
    kinds = answers("commits_per_week", world, by=("actor_kind",))
    counted = {dict(g)["actor_kind"]: f.n for g, f in kinds.items()}
    assert counted == {"bot": 3, "human": 5}
    assert value("bot_commits_ratio", world) == 3 / 8
