"""Tokens are counted once: the rules, and the faults other counters of the same files had."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.collect.ai.machine import Rows
from tests.collect.claude_code.transcripts import (
    MAIN,
    MODEL,
    OTHER,
    call,
    line,
    micros,
    prompt,
    reply,
    usage,
)
from tests.collect.claude_code.visiting import Logs


def collected(folder: Path, *files: list[dict[str, Any]]) -> Rows:
    logs = Logs(folder)
    for number, lines in enumerate(files):
        logs.write(f"p/{number}.jsonl", *lines)
    return logs.collect()


def test_a_reply_written_line_by_line_is_one_request_with_its_largest_counts(
    tmp_path: Path,
) -> None:
    """Regression of ccusage 888, 901, 938: the first line kept, not the last: output 2-3x low.

    Lines of output 2, 91 and 90: it is 91; the buckets beside it are the largest of each.
    """
    lines = [
        reply(0, "msg_aaaaaaaaaaaaaaaa", 2, tokens={"cache_read_input_tokens": 70}),
        reply(1, "msg_aaaaaaaaaaaaaaaa", 91, tokens={"cache_read_input_tokens": 50}),
        reply(2, "msg_aaaaaaaaaaaaaaaa", 90),
    ]
    (row,) = collected(tmp_path, lines)["ai_request"]
    assert (row["output_tokens"], row["cache_read_tokens"]) == (91, 70)
    assert row["requested_at"] == micros(0)
    assert row["event_key"] == "anthropic:msg_aaaaaaaaaaaaaaaa:req_msg_aaaaaaaaaaaaaaaa"


def test_calls_of_tools_are_united_over_the_lines_of_a_reply(tmp_path: Path) -> None:
    """Regression of codeburn 201: about half of the calls stand in the last line only."""
    lines = [
        reply(0, "msg_aaaaaaaaaaaaaaaa", 2, call("toolu_1", "Read", file_path="a")),
        reply(1, "msg_aaaaaaaaaaaaaaaa", 9, call("toolu_2", "Grep", pattern="b")),
        reply(1, "msg_aaaaaaaaaaaaaaaa", 9, call("toolu_2", "Grep", pattern="b")),
    ]
    acts = collected(tmp_path, lines).acts()
    assert acts == {("tool_call", "Read"): 1, ("tool_call", "Grep"): 1}


def test_a_message_in_several_sessions_is_counted_once(tmp_path: Path) -> None:
    """Pain 20, regression of ccusage 1762: dedup within sessions alone counted it twice.

    A session that was resumed begins with a copy of another, under its own session id.
    """
    history = [prompt(0), reply(1, "msg_aaaaaaaaaaaaaaaa", 10, call("toolu_1", "Read"))]
    copied = [{**one, "sessionId": OTHER} for one in history]
    own = [
        prompt(5, sessionId=OTHER),
        reply(6, "msg_bbbbbbbbbbbbbbbb", 20, call("toolu_2", "Edit"), session=OTHER),
    ]
    rows = collected(tmp_path, history, [*copied, *own])
    assert rows.tokens()["output"] == 30
    assert {row["session_id"][-1]: row["output_tokens"] for row in rows["ai_request"]} == {
        MAIN[-1]: 10,
        OTHER[-1]: 20,
    }
    assert rows.acts() == {
        ("prompt", None): 2,
        ("tool_call", "Read"): 1,
        ("tool_call", "Edit"): 1,
    }
    started = {row["session_id"][-1]: row["started_at"] for row in rows["ai_session"]}
    assert started == {MAIN[-1]: micros(0), OTHER[-1]: micros(5)}


def test_a_branch_that_says_where_it_comes_from_gives_its_copies_back(tmp_path: Path) -> None:
    """Regression of ccusage 19 and 294: branches and continued sessions.

    The transcript of the first session is gone: what was copied from it is still its own.
    """
    origin = {"sessionId": OTHER, "messageUuid": "u"}
    lines = [
        prompt(0, forkedFrom=origin),
        reply(1, "msg_aaaaaaaaaaaaaaaa", 10, forkedFrom=origin),
        prompt(5),
        reply(6, "msg_bbbbbbbbbbbbbbbb", 20),
    ]
    rows = collected(tmp_path, lines)
    tokens = {row["session_id"][-1]: row["output_tokens"] for row in rows["ai_request"]}
    assert tokens == {OTHER[-1]: 10, MAIN[-1]: 20}
    parents = {row["session_id"][-1]: row["parent_session_id"] for row in rows["ai_session"]}
    assert parents == {OTHER[-1]: None, MAIN[-1]: f"claude-code:{OTHER}"}


def test_without_the_id_of_a_request_the_message_is_counted_once_all_the_same(
    tmp_path: Path,
) -> None:
    """Regression of ccusage 985: behind gateways every duplicate was counted, +44 %."""
    name = "chatcmpl-9f1b7a6c5d4e"
    lines = [reply(second, name, 30, request=None, model="kimi-k2.5") for second in range(4)]
    (row,) = collected(tmp_path, lines)["ai_request"]
    assert (row["output_tokens"], row["event_key"]) == (30, f"openai:{name}")


def test_a_relay_that_gives_every_reply_the_same_id_does_not_make_them_one(
    tmp_path: Path,
) -> None:
    """Regression of ccusage 1635: 1.21 billion tokens were shown as 750 thousand.

    Two replies called "ocgo", the second written twice at the same instant, copied to a fork.
    """
    lines = [reply(second, "ocgo", 30, request=None) for second in (0, 60, 60)]
    copied = [{**one, "sessionId": OTHER} for one in lines]
    rows = collected(tmp_path, lines, copied)
    assert rows.tokens()["output"] == 60
    assert [row["event_key"] for row in rows["ai_request"]] == [None, None]


@pytest.mark.parametrize("order", [1, -1])
def test_a_message_replayed_by_a_subagent_under_another_request_is_counted_once(
    tmp_path: Path, order: int
) -> None:
    """Regression of ccusage 913; one asked for twice outside of subagents counts twice."""
    name = "msg_aaaaaaaaaaaaaaaa"
    files = [
        [reply(0, name, 10, request="req_1")],
        [reply(1, name, 99, request="req_2", isSidechain=True, agentId="a1")],
    ]
    rows = collected(tmp_path / "one", *files[::order])
    assert rows.tokens()["output"] == 10
    assert [row["agent_kind"] for row in rows["ai_request"]] == ["main"]
    twice = collected(tmp_path / "two", files[0], [reply(1, name, 99, request="req_2")])
    assert twice.tokens()["output"] == 109


def test_only_subagents_asked_for_it_it_is_the_larger_of_theirs(tmp_path: Path) -> None:
    name = "msg_aaaaaaaaaaaaaaaa"
    lines = [
        reply(0, name, 10, request="req_1", isSidechain=True),
        reply(1, name, 99, request="req_2", isSidechain=True),
    ]
    (row,) = collected(tmp_path, lines)["ai_request"]
    assert (row["output_tokens"], row["agent_kind"]) == (99, "subagent")


def test_a_message_seen_with_and_without_its_request_is_one(tmp_path: Path) -> None:
    name = "msg_aaaaaaaaaaaaaaaa"
    lines = [reply(0, name, 10, request=None), reply(1, name, 7)]
    (row,) = collected(tmp_path, lines)["ai_request"]
    assert (row["output_tokens"], row["event_key"]) == (10, f"anthropic:{name}:req_{name}")


def test_messages_of_subagents_wrapped_in_lines_on_progress_are_counted(tmp_path: Path) -> None:
    """The message stands below data.message.message, its instant and request beside it."""
    inner = reply(3, "msg_aaaaaaaaaaaaaaaa", 40, call("toolu_9", "Bash", command="pytest -q"))
    wrapped = {"type": "agent_progress", "agentId": "a1", "message": inner}
    rows = collected(tmp_path, [line("progress", 3, data=wrapped)])
    (row,) = rows["ai_request"]
    assert (row["output_tokens"], row["agent_kind"]) == (40, "subagent")
    assert rows.acts() == {("tool_call", "Bash"): 1, ("test_run", None): 1}


def test_writes_to_the_cache_are_told_apart_by_how_long_they_live_where_that_is_said(
    tmp_path: Path,
) -> None:
    """The split takes the place of the total, whole; without it the total is of 5 minutes."""
    split = {"ephemeral_5m_input_tokens": 30, "ephemeral_1h_input_tokens": 70}
    said = {"cache_creation_input_tokens": 100, "cache_creation": split}
    unsaid = {"cache_creation_input_tokens": 11}
    long = {
        "cache_creation_input_tokens": 500,
        "cache_creation": {"ephemeral_1h_input_tokens": 500},
    }
    rows = collected(
        tmp_path,
        [
            reply(0, "msg_aaaaaaaaaaaaaaaa", 1, tokens=said),
            reply(1, "msg_bbbbbbbbbbbbbbbb", 1, tokens=unsaid),
            reply(2, "msg_bbbbbbbbbbbbbbbb", 1, tokens={**usage(1), "speed": "fast"}),
            reply(3, "msg_cccccccccccccccc", 1, tokens=long),
        ],
    )
    assert rows.tokens() == {
        "uncached_input": 15,
        "cache_read": 0,
        "cache_write_5m": 41,
        "cache_write_1h": 570,
        "output": 3,
    }
    assert [row["service_tier"] for row in rows["ai_request"]] == ["standard", "fast", "standard"]


def test_texts_of_errors_made_up_by_the_tool_are_no_requests(tmp_path: Path) -> None:
    lines = [
        reply(0, "msg_aaaaaaaaaaaaaaaa", 0, model="<synthetic>"),
        reply(1, "msg_bbbbbbbbbbbbbbbb", 3, isApiErrorMessage=True),
    ]
    assert collected(tmp_path, lines)["ai_request"] == []


def test_what_old_versions_guessed_a_request_cost_is_an_estimate_of_the_vendor(
    tmp_path: Path,
) -> None:
    lines = [reply(0, "msg_aaaaaaaaaaaaaaaa", 3, costUSD=0.125)]
    (row,) = collected(tmp_path, lines)["ai_spend"]
    assert (row["cost_basis"], str(row["amount"]), row["currency"]) == (
        "vendor_estimate",
        "0.125000000",
        "USD",
    )
    assert row["event_key"] == "anthropic:msg_aaaaaaaaaaaaaaaa:req_msg_aaaaaaaaaaaaaaaa"


def test_providers_are_known_by_the_ids_of_their_messages(tmp_path: Path) -> None:
    names = (
        "msg_aaaaaaaaaaaaaaaa",
        "msg_bdrk_aaaaaaaaaaa",
        "msg_vrtx_aaaaaaaaaaa",
        "gen-17777777777777",
    )
    lines = [reply(number, name, 1) for number, name in enumerate(names)]
    rows = collected(tmp_path, lines)["ai_request"]
    assert {
        row["request_id"].removeprefix("claude-code:"): row["provider"] for row in rows
    } == dict(zip(names, ("anthropic", "aws", "google", None), strict=True))
    assert {row["model"] for row in rows} == {MODEL}


def test_logs_tell_of_requests_at_least_and_say_that_they_are_logs(tmp_path: Path) -> None:
    """Pain 21: logs omit tokens and vanish; what was collected stays when a file is gone."""
    logs = Logs(tmp_path)
    path = logs.write("p/a.jsonl", prompt(0), reply(1, "msg_aaaaaaaaaaaaaaaa", 10))
    first = logs.collect()
    path.unlink()
    logs.write("p/b.jsonl", reply(9, "msg_bbbbbbbbbbbbbbbb", 5, session=OTHER))
    after = logs.collect()
    assert first.tokens()["output"] == 10
    assert after.tokens()["output"] == 15
    assert {row["seen_by"] for row in after["ai_request"]} == {"log"}
