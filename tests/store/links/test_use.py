"""What several sources tell of one use of an AI tool counts once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.store.links.using import (
    ANN,
    BEN,
    LOG,
    OTLP,
    REPORT,
    WIRE,
    activity,
    day,
    of_session,
    only,
    request,
    session,
    total,
)
from tests.store.links.world import SHOP, Row, World, at


class TestOneRequest:
    """The same request, seen by several."""

    def test_keys_that_name_one_request_make_one_row(self, world: World) -> None:
        """The log has whole keys and one without a request id; telemetry and a gateway, halves."""
        log = {
            1: "anthropic:msg_1:req_1",
            2: "anthropic:msg_2:req_2",
            3: "anthropic:msg_3",
            4: "openai:resp_4",
        }
        wire = {
            1: "anthropic_request:req_1",
            2: "anthropic:msg_2:req_2",
            3: "anthropic:msg_3",
            4: "openai:resp_4",
        }
        for source, target, keys, more in (
            ("claude_code", LOG, log, {}),
            ("otlp", WIRE, wire, OTLP),
        ):
            given = [request(f"{source}{n}", n, 100, event_key=k, **more) for n, k in keys.items()]
            world.land(source, target, ai_request=given)
        rows = world.linked().read("ai_request")
        assert sorted(row["event_key"] for row in rows) == sorted(log.values())
        assert {(total(row), row["seen_by"]) for row in rows} == {(100, "otlp")}

    def test_both_halves_of_a_key_meet_in_the_row_that_has_both(self, world: World) -> None:
        for target, key in (
            ("claude_code:m1", "anthropic:msg_1"),
            ("claude_code:m2", "anthropic:msg_1:req_1"),
            ("claude_code:m3", "anthropic_request:req_1"),
        ):
            world.land("claude_code", target, ai_request=[request(target, 1, event_key=key)])
        assert len(world.linked().read("ai_request")) == 1

    def test_other_keys_are_other_requests(self, world: World) -> None:
        world.land(
            "claude_code",
            LOG,
            ai_request=[
                request("a", 1, event_key="anthropic:msg_1:req_1"),
                request("b", 1, event_key="anthropic:msg_2:req_2"),
                request("c", 1, event_key="anthropic_request:req_3"),
                request("d", 1),
                request("e", 1),
            ],
        )
        assert len(world.linked().read("ai_request")) == 5

    def test_the_largest_prompt_and_parts_win_and_a_cache_told_apart_adds_nothing(
        self, world: World
    ) -> None:
        """By hand: the gateway books 1,000 to the prompt; the log tells 900 of them apart."""
        log = request(
            "a",
            1.0,
            100,
            event_key="openai:1",
            cache_read_tokens=600,
            cache_write_1h_tokens=300,
            output_tokens=40,
        )
        gateway = request(
            "b",
            1.5,
            900,
            event_key="openai:1",
            cache_write_5m_tokens=100,
            output_tokens=70,
            seen_by="gateway",
            model="gpt-5",
        )
        world.land("codex", "codex:m1", ai_request=[log])
        world.land("litellm", "litellm:all", ai_request=[gateway])
        row = only(world.linked())
        buckets = ("uncached_input", "cache_read", "cache_write_5m", "cache_write_1h", "output")
        assert [row[f"{name}_tokens"] for name in buckets] == [100, 600, 0, 300, 70]
        assert (row["requested_at"], row["model"]) == (at(1), "gpt-5")

    def test_the_session_is_that_of_the_first_that_has_one(self, world: World) -> None:
        key: dict[str, Any] = {"event_key": "anthropic:msg_1:req_1"}
        world.land("otlp", WIRE, ai_request=[request("w", 0.9, **key, **OTLP)])
        world.land(
            "claude_code",
            LOG,
            ai_request=[request("resumed", 2, **key, **of_session("s2"))],
        )
        world.land(
            "claude_code",
            "claude_code:m2",
            ai_request=[request("first", 1, **key, **of_session("s1"))],
        )
        row = only(world.linked())
        assert (row["session_id"], row["requested_at"]) == ("claude-code:s1", at(0.9))

    def test_one_record_read_for_two_targets_is_one_request(self, world: World) -> None:
        same = [request("s1/4", 1, 50, tool="openai-codex", session_id="openai-codex:s1")]
        world.land("codex", "codex:home", ai_request=same)
        world.land("codex", "codex:backup", ai_request=same)
        assert len(world.linked().read("ai_request")) == 1

    def test_a_session_several_saw_is_one_row(self, world: World) -> None:
        world.land("otlp", WIRE, ai_session=[session("s", 1.1, 3, seen_by="otlp", **ANN)])
        world.land(
            "claude_code",
            LOG,
            ai_session=[session("s", 1, 2, repository_id=SHOP, branch="topic")],
        )
        (row,) = world.linked().read("ai_session")
        assert (row["started_at"], row["ended_at"]) == (at(1), at(3))
        assert (row["person_id"], row["repository_id"], row["branch"]) == ("p_ann", SHOP, "topic")
        assert row["seen_by"] == "otlp"


def some_use() -> list[tuple[str, str, dict[str, Sequence[Row]]]]:
    """Return what three sources and two machines tell of some days."""
    key: list[dict[str, Any]] = [{"event_key": f"anthropic:m{i}:r{i}"} for i in range(6)]
    return [
        (
            "claude_code",
            "claude_code:m1",
            {
                "ai_request": [
                    request(f"l{i}", 1 + i, 100 + i, **key[i], **of_session("s"), **ANN)
                    for i in range(4)
                ],
                "ai_session": [session("s", 1, 6, **ANN)],
                "ai_activity": [activity("s", 1, "tool_call", 7)],
            },
        ),
        (
            "claude_code",
            "claude_code:m2",
            {
                "ai_request": [
                    request(f"k{i}", 1.5 + i, 90, **key[i], **of_session("t")) for i in range(2, 6)
                ],
                "ai_session": [session("t", 2, 9)],
            },
        ),
        (
            "otlp",
            WIRE,
            {
                "ai_request": [
                    request("w1", 1.1, 99, event_key="anthropic_request:r1", **OTLP, **BEN),
                    request("w9", 1.1, 20, **OTLP, **BEN),
                ],
                "ai_session": [session("s", 0.9, 5, seen_by="otlp")],
                "ai_activity": [activity("s", 1, "tool_call", 5)],
            },
        ),
        ("anthropic", REPORT, {"ai_request": [day("d0", 0, 320, **ANN), day("d1", 0, 9, **BEN)]}),
    ]


AI_TABLES = ("ai_request", "ai_session", "ai_activity", "ai_lines", "ai_spend", "ai_gap")


def everything(world: World) -> list[list[str]]:
    """Return all linked rows, without when they were landed."""
    return [
        sorted(
            repr(sorted((k, v) for k, v in row.items() if k != "collected_at"))
            for row in world.read(table)
        )
        for table in AI_TABLES
    ]


def test_the_order_of_landing_changes_nothing(tmp_path: Path) -> None:
    seen = set()
    for number, order in enumerate(list(itertools.permutations(some_use()))[::9]):
        world = World(tmp_path / str(number))
        for source, target, tables in order:
            world.land(source, target, **tables)
            if number == 1:  # in one world, linking goes on while sources land
                world.link()
        seen.add(repr(everything(world.linked())))
    assert len(seen) == 1
    assert "'is_counted', False" in seen.pop()


def test_the_rows_that_do_not_count_are_counted(world: World) -> None:
    for source, target, tables in some_use():
        world.land(source, target, **tables)
    row = world.linked().covered("rows on requests to models that count")
    requests = world.read("ai_request")
    assert (row["expected"], row["seen"]) == (12, sum(r["is_counted"] for r in requests))
