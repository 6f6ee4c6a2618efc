"""Owners of lines drawn by hand: ann 40, bob 30, cleo 20, dan 10, a bot 500, an agent 300."""

from __future__ import annotations

from tests.measure.asking import measured
from tests.measure.building import World


def owned(**lines: int) -> World:
    world = World()
    for name, count in lines.items():
        world.commit(name, "2026-06-01", name)
        world.lines(name, count)
    return world


def test_knowledge_spread_people_is_the_fewest_who_hold_half() -> None:
    """ann and bob hold 70 of 100; ann alone 40."""
    found = measured("knowledge_spread_people", owned(ann=40, bob=30, cleo=20, dan=10))
    assert (found.value, found.n, found.no_interval_because) == (2, 100, "complete count")


def test_exactly_half_is_enough() -> None:
    assert measured("knowledge_spread_people", owned(ann=50, bob=30, cleo=20)).value == 1


def test_bots_and_agents_own_nothing() -> None:
    world = owned(ann=40, bob=30, cleo=20, dan=10)
    world.commit("bot", "2026-06-01", "renovate", kind="bot")
    world.lines("bot", 500)
    world.commit("agent", "2026-06-01", "devin", kind="ai_agent", tool="devin")
    world.lines("agent", 300)
    assert measured("knowledge_spread_people", world).value == 2


def test_only_lines_still_there_count() -> None:
    world = owned(ann=40, bob=30, cleo=20, dan=10)
    world.commit("removal", "2026-06-05", "bob")
    world.kill(0, 40, "removal")
    assert measured("knowledge_spread_people", world).value == 1
