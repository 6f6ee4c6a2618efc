from __future__ import annotations

import pytest

from tests.measure.asking import abstention, measured, value
from tests.measure.building import at
from tests.measure.tools import Tools
from trueup.model.evidence import Window

SPAN = Window(start_at=at("2026-06-01"), end_at=at("2026-06-15"))


def drawn() -> Tools:
    """Two weeks from Monday 1 June 2026.

    Team t: ann and bob work in both weeks, cleo in the second. Ann uses a tool in both, bob in the
    second, cleo never. Team u: dan works in the first week and uses a tool in the second only, in
    which he is not seen to work.
    """
    world = Tools("2026-06-30")
    for person in ("ann", "bob", "cleo"):
        world.member(person, "t")
    world.member("dan", "u")
    world.works("ann", "2026-06-02", "2026-06-09")
    world.works("bob", "2026-06-03", "2026-06-10")
    world.works("cleo", "2026-06-11")
    world.works("dan", "2026-06-04")
    world.use("s1", "ann", "2026-06-02", "1", 10)
    world.use("s1", "ann", "2026-06-05", "1", 10)
    world.use("s2", "ann", "2026-06-09", "1", 10)
    world.add("ai_lines", layer="accepted", happened_at=at("2026-06-09"), person_id="bob")
    world.use("s3", "dan", "2026-06-10", "1", 10)
    return world


def test_users_are_a_share_of_the_developers_active_in_the_same_week() -> None:
    """Weeks 1 and 2: ann of ann, bob, dan; ann and bob of ann, bob, cleo. 3 of 6."""
    found = measured("ai_active_developers_ratio", drawn(), window=SPAN)
    assert (found.value, found.n, found.qualifier) == (3 / 6, 6, "at least")


def test_a_team_mostly_uses_ai_where_more_than_half_of_its_active_developers_do() -> None:
    """t in week 1: one of two, which is no more than half; in week 2: two of three. u: none."""
    found = measured("teams_mostly_using_ai_ratio", drawn(), window=SPAN)
    assert (found.value, found.n) == pytest.approx((1 / 3, 3))


def test_without_any_record_of_use_it_is_unknown_and_not_nought() -> None:
    world = Tools("2026-06-30")
    world.works("ann", "2026-06-02")
    world.member("ann", "t")
    for metric in ("ai_active_developers_ratio", "teams_mostly_using_ai_ratio"):
        assert abstention(metric, world).reason == "No uses of AI tools are recorded."


def test_records_of_days_alone_are_use_enough() -> None:
    world = Tools("2026-06-30")
    world.works("ann", "2026-06-02")
    world.works("bob", "2026-06-02")
    world.add("ai_lines", layer="accepted", happened_at=at("2026-06-03"), person_id="bob")
    assert value("ai_active_developers_ratio", world, window=SPAN) == 1 / 2
