from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.measure.asking import abstention, answers, measured, value
from tests.measure.building import at
from tests.measure.tools import Tools
from trueup.model.evidence import Abstention, Measurement, Window

FORTNIGHT = Window(start_at=at("2026-06-01"), end_at=at("2026-06-15"))


def drawn() -> Tools:
    """Two weeks from Monday 1 June 2026, by two persons.

    ======  ======  =====  =======  =======  ======  ======  =====  ========
    day     person  fresh  read     5 min    1 hour  output  cost   agent
    ======  ======  =====  =======  =======  ======  ======  =====  ========
    2 June  ann       100      700      150      50     200   1.00  main
    3 June  ann       100      300        0       0     100   0.50  subagent
    9 June  bob       200      600        0       0     300   none  main
    10 June bob       400        0        0       0     400   2.00  not told
    ======  ======  =====  =======  =======  ======  ======  =====  ========

    And one request of ann's that a more trusted source tells of too, and so does not count.
    """
    world = Tools("2026-06-30")
    world.use("s1", "ann", "2026-06-02", "1.00", 100, 700, 150, 50, 200)
    world.use("s1", "ann", "2026-06-03", "0.50", 100, 300, 0, 0, 100, agent_kind="subagent")
    world.use("s2", "bob", "2026-06-09", None, 200, 600, 0, 0, 300, model="m-2")
    world.use("s3", "bob", "2026-06-10", "2.00", 400, 0, 0, 0, 400, agent_kind=None)
    world.use("s1", "ann", "2026-06-02", "9.00", 9_000, is_counted=False)
    return world


def test_tokens_are_counted_in_five_kinds_that_add_up_to_all_of_them() -> None:
    """In two weeks: 800 fresh, 1,600 read, 150 and 50 written, 1,000 out; 3,600 in all."""
    found = answers("ai_tokens_per_week", drawn(), window=FORTNIGHT)
    each = {dict(g)["token_kind"]: f.value for g, f in found.items() if isinstance(f, Measurement)}
    assert each == {
        "uncached input": 400,
        "cache read": 800,
        "cache write 5m": 75,
        "cache write 1h": 25,
        "output": 500,
    }
    assert sum(each.values()) == 3_600 / 2


def test_the_cached_share_is_of_what_is_read_not_of_what_is_written() -> None:
    """1,600 of 800 + 1,600 + 200."""
    assert value("ai_cache_read_ratio", drawn()) == pytest.approx(1_600 / 2_600)


def test_tokens_without_a_price_are_counted_and_never_free() -> None:
    """Bob's request of 9 June: 1,100 of 3,600."""
    assert value("ai_unpriced_tokens_ratio", drawn()) == pytest.approx(1_100 / 3_600)


def test_requests_that_do_not_say_which_agent_made_them_lower_coverage_only() -> None:
    """Of three requests that say it, 1,200 + 500 + 1,100 tokens, 500 are a subagent's."""
    found = measured("ai_subagent_tokens_ratio", drawn())
    assert (found.value, found.coverage) == pytest.approx((500 / 2_800, 3 / 4))


def test_looped_calls_are_a_share_of_all_calls() -> None:
    """30 + 10 calls, of which 6 repeat what was called before; rejections are no calls."""
    world = drawn()
    for count, kind in ((30, "tool_call"), (6, "looped_call"), (4, "tool_rejected")):
        act = {"kind": kind, "count": count, "session_id": "s1", "person_id": "ann"}
        world.add("ai_activity", happened_at=at("2026-06-02"), **act)
    world.add(
        "ai_activity", happened_at=at("2026-06-09"), kind="tool_call", count=10, person_id="bob"
    )
    found = measured("ai_looped_calls_ratio", world)
    assert (found.value, found.n) == pytest.approx((6 / 40, 40))


def test_totals_that_logs_tell_of_are_said_to_be_lower_bounds() -> None:
    """All from telemetry and priced: a figure. One from a log, or one without a price: at least."""
    world = Tools("2026-06-30")
    world.use("s1", "ann", "2026-06-02", "1.00", 100)
    group = ("token_kind", "uncached input")
    assert measured("ai_tokens_per_week", world, group).qualifier == ""
    world.use("s2", "ann", "2026-06-03", "1.00", 100, seen_by="log")
    assert measured("ai_tokens_per_week", world, group).qualifier == "at least"
    assert measured("ai_tokens_per_week", drawn(), group).qualifier == "at least"


def many(persons: int, tool: str, world: Tools) -> None:
    for number in range(persons):
        world.use(f"{tool}{number}", f"{tool}-{number}", "2026-06-02", "1.00", 100, tool=tool)


def test_no_group_of_fewer_than_eight_persons_is_shown_by_tool_or_by_repository() -> None:
    """Nine use a, four b and five c: b and c are shown together; asking for k of 1 changes nought.

    Seven use d, in a workspace of their own: nothing is told apart, whatever they used.
    """
    world = Tools("2026-06-30")
    for persons, tool in ((9, "a"), (4, "b"), (5, "c")):
        many(persons, tool, world)
    for k in (1, 8):
        found = answers("ai_cache_read_ratio", world, by=("tool",), k=k)
        others = "other tools (fewer than 8 authors)"
        assert {dict(g)["tool"]: getattr(f, "n", 0) for g, f in found.items()} == {
            "a": 9,
            others: 9,
        }
    few = Tools("2026-06-30")
    many(7, "d", few)
    for split in ("tool", "repository", "model", "agent_kind"):
        (alone,) = answers("ai_cache_read_ratio", few, by=(split,)).values()
        assert isinstance(alone, Abstention)
        assert "fewer than 8" in alone.reason


def test_a_bigger_k_of_the_settings_holds() -> None:
    world = Tools("2026-06-30")
    many(9, "a", world)
    many(9, "b", world)
    assert len(answers("ai_cache_read_ratio", world, by=("tool",), k=9)) == 2
    (together,) = answers("ai_cache_read_ratio", world, by=("tool",), k=10)
    assert together == (("tool", "other tools (fewer than 10 authors)"),)


def test_without_requests_the_metrics_name_what_to_connect() -> None:
    found = abstention("ai_cache_read_ratio", Tools("2026-06-30"))
    assert found.reason == "No requests of AI tools to models are recorded."
    assert found.remedy.startswith("Connect AI tools")


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=5))
def test_whoever_uses_what_no_group_is_small_and_groups_add_up_to_the_whole(
    sizes: list[int],
) -> None:
    """One request each: what a group rests on is how many persons stand behind it."""
    world = Tools("2026-06-30")
    for tool, persons in zip("abcde", sizes, strict=False):
        many(persons, tool, world)
    found = list(answers("ai_cache_read_ratio", world, by=("tool",)).values())
    told = [one for one in found if isinstance(one, Measurement)]
    assert all(one.n >= 8 for one in told)
    if told:
        assert sum(one.n for one in told) == sum(sizes)
    else:
        assert [type(one) for one in found] == [Abstention]
