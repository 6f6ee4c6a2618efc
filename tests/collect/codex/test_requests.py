"""Requests of Codex: a counter that only grows, is said again and again, and begins anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.collect.ai.machine import Machine, Rows, jsonl, samples_of
from tests.collect.codex.rollouts import (
    PARENT,
    Line,
    count,
    event,
    file_of,
    line,
    meta,
    name_of,
    response,
    turn,
    usage,
)
from trueup.collect.sources.codex.source import SOURCE


def read(tmp_path: Path, *lines: Line) -> Rows:
    machine = Machine(SOURCE, tmp_path)
    machine.write(name_of(PARENT), file_of(lines))
    return machine.collect()


def test_a_counter_said_again_is_no_new_work(tmp_path: Path) -> None:
    """ccusage#1288: two turns end at 3,300; the counter of the first is said three times."""
    rows = read(
        tmp_path,
        *(meta(PARENT), turn(1), count(10, 1100, 1100), count(11, 1100, 1100)),
        *(count(12, 1100, 1100), turn(20), count(30, 3300, 2200)),
    )
    assert rows.total() == 3300
    assert len(rows["ai_request"]) == 2


def test_a_counter_that_falls_has_begun_anew_and_the_latest_request_counts(tmp_path: Path) -> None:
    """1,000; then 200 of which the latest request is 150; then 500: 1,000 + 150 + 300."""
    rows = read(
        tmp_path,
        *(meta(PARENT), turn(1), count(10, 1000, 1000), count(20, 200, 150)),
        count(30, 500, 300),
    )
    assert rows.total() == 1450


def test_a_counter_that_falls_in_one_bucket_only_has_begun_anew(tmp_path: Path) -> None:
    """Input 900 -> 1,000 while cached 800 -> 0: the latest request, 1,000, is what was used."""
    rows = read(
        tmp_path,
        *(meta(PARENT), turn(1), count(10, usage(900, cached=800), usage(900, cached=800))),
        count(20, usage(1000), usage(1000)),
    )
    assert rows.tokens() == {
        "uncached_input": 1100,
        "cache_read": 800,
        "cache_write_5m": 0,
        "cache_write_1h": 0,
        "output": 0,
    }


def test_counters_without_tokens_and_without_an_instant_cost_nothing(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        *(meta(PARENT), turn(1), event(5, "token_count", info=None, rate_limits={"primary": 1})),
        {**count(6, 100, 100), "timestamp": "soon"},
        count(7, 100, 100),
    )
    assert rows.total() == 100
    assert len(rows["ai_request"]) == 1


def test_cached_input_is_part_of_input_and_reasoning_of_output(tmp_path: Path) -> None:
    """1,000 input of which 250 cached, 125 output of which 75 reasoning: 1,125 tokens."""
    told = usage(1125, cached=250, output=125, reasoning=75)
    rows = read(tmp_path, meta(PARENT), turn(1), count(10, told, told))
    (row,) = rows["ai_request"]
    assert rows.tokens() == {
        "uncached_input": 750,
        "cache_read": 250,
        "cache_write_5m": 0,
        "cache_write_1h": 0,
        "output": 125,
    }
    assert row["reasoning_output_tokens"] == 75


def test_written_cache_is_part_of_input_too(tmp_path: Path) -> None:
    told = {**usage(1000, cached=300), "cache_write_input_tokens": 400}
    rows = read(tmp_path, meta(PARENT), turn(1), count(10, told, told))
    assert rows.tokens() == {
        "uncached_input": 300,
        "cache_read": 300,
        "cache_write_5m": 400,
        "cache_write_1h": 0,
        "output": 0,
    }


def test_the_model_is_that_of_the_latest_turn(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        *(meta(PARENT), turn(1, "gpt-5.2-codex"), count(10, 100, 100)),
        *(turn(20, "gpt-5.2"), count(30, 300, 200)),
        *(turn(40, "codex-auto-review"), count(50, 350, 50)),
    )
    models = [(row["model"], row["uncached_input_tokens"]) for row in rows["ai_request"]]
    assert models == [("gpt-5.2-codex", 100), ("gpt-5.2", 200), ("codex-auto-review", 50)]


def test_requests_are_of_the_session_in_the_words_of_the_tool(tmp_path: Path) -> None:
    rows = read(tmp_path, meta(PARENT, model_provider="openai"), turn(1), count(10, 100, 100))
    (row,) = rows["ai_request"]
    assert row["session_id"] == f"openai-codex:{PARENT}"
    assert (row["tool"], row["provider"], row["seen_by"]) == ("openai-codex", "openai", "log")
    assert (row["agent_kind"], row["request_count"]) == ("main", 1)
    assert (row["event_key"], row["list_cost"], row["is_counted"]) == (None, None, None)


def test_a_response_with_a_record_of_its_own_is_counted_once_and_named(tmp_path: Path) -> None:
    """Records of 990 and 1,250 come before the counter moves by as much: 2,240 in all."""
    one, two = usage(990, cached=100, output=40), usage(1250, cached=200, output=50)
    both = {name: one[name] + two[name] for name in one}
    rows = read(
        tmp_path,
        *(meta(PARENT), turn(1), response(10, "resp_1", one), count(10.1, one, one)),
        *(response(20, "resp_2", two), response(20, "resp_2", two), count(20.1, both, two)),
        count(21, both, two),
    )
    assert rows.total() == 2240
    assert [row["event_key"] for row in rows["ai_request"]] == ["openai:resp_1", "openai:resp_2"]


def test_a_record_after_the_counter_moved_names_the_request_and_adds_none(tmp_path: Path) -> None:
    told = usage(990, cached=100, output=40)
    rows = read(
        tmp_path, meta(PARENT), turn(1), count(10, told, told), response(10.1, "resp_1", told)
    )
    assert rows.total() == 990
    assert [row["event_key"] for row in rows["ai_request"]] == ["openai:resp_1"]


def test_a_counter_that_moved_by_more_than_the_records_tell_counts_the_rest(
    tmp_path: Path,
) -> None:
    rows = read(
        tmp_path,
        *(meta(PARENT), turn(1), response(10, "resp_1", usage(300)), count(11, 1000, 700)),
    )
    assert sorted(row["uncached_input_tokens"] for row in rows["ai_request"]) == [300, 700]


def test_the_tier_is_read_where_newer_builds_write_it(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        *(meta(PARENT), turn(1), count(10, 100, 100)),
        event(15, "thread_settings_applied", thread_settings={"service_tier": "priority"}),
        count(20, 300, 200),
        event(25, "thread_settings_applied", thread_settings={"service_tier": "default"}),
        count(30, 400, 100),
    )
    assert [row["service_tier"] for row in rows["ai_request"]] == [None, "priority", "standard"]


def test_the_output_of_codex_exec_is_a_running_total(tmp_path: Path) -> None:
    """A thread of two turns says 1,050 and then 2,300 in all: 1,050 and 1,250."""
    machine = Machine(SOURCE, tmp_path)
    lines: list[Line] = [
        {"type": "thread.started", "thread_id": PARENT},
        {"type": "turn.started"},
        {"type": "item.completed", "item": {"type": "command_execution", "command": "pytest -q"}},
        {"type": "turn.completed", "usage": usage(1050, cached=100, output=50)},
        {"type": "turn.completed", "usage": usage(2300, cached=300, output=100)},
    ]
    machine.write("ci/run.jsonl", jsonl(*lines), at=1_780_000_000)
    rows = machine.collect()
    assert [row["output_tokens"] for row in rows["ai_request"]] == [50, 50]
    assert (rows.total(), rows.tokens()["cache_read"]) == (2300, 300)
    assert rows.acts() == {("test_run", None): 1}
    assert rows["ai_session"][0]["session_id"] == f"openai-codex:{PARENT}"


def test_the_output_of_codex_exec_is_left_out_where_the_rollout_is_there(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    machine.write(name_of(PARENT, "all"), file_of([meta(PARENT), turn(1), count(10, 1050, 1050)]))
    lines: list[Line] = [
        {"type": "thread.started", "thread_id": PARENT},
        {"type": "turn.completed", "usage": usage(1050)},
    ]
    machine.write("all/run.jsonl", jsonl(*lines), at=1_780_000_000)
    assert machine.collect().total() == 1050


@pytest.mark.reference
def test_the_samples_come_to_what_they_say(tmp_path: Path) -> None:
    """Of the counter: 3,500 input of which 750 cached, 425 output of which 275 reasoning.

    The rollout without a counter: one patch that puts two lines in the place of one, one command
    that runs tests.
    """
    machine = Machine(SOURCE, tmp_path)
    for path in sorted(samples_of("codex").iterdir()):
        machine.copy(path.name, path)
    rows = machine.collect()
    assert rows.tokens() == {
        "uncached_input": 2750,
        "cache_read": 750,
        "cache_write_5m": 0,
        "cache_write_1h": 0,
        "output": 425,
    }
    assert [row["reasoning_output_tokens"] for row in rows["ai_request"]] == [75, 200]
    assert [row["model"] for row in rows["ai_request"]] == ["gpt-5.2-codex", "gpt-5.3-codex"]
    assert rows.acts() == {
        ("tool_call", "apply_patch"): 1,
        ("tool_call", "shell_command"): 1,
        ("test_run", None): 1,
    }
    assert rows.lines() == {None: (2, 1)}
    assert rows.notes[0].skipped == 0


def test_a_line_of_before_tokens_were_logged_is_counted_and_not_read(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        {"id": PARENT, "timestamp": "2025-06-01T10:00:00Z", "instructions": None},
        {"type": "message", "role": "user", "content": []},
        line(1, "turn_context", model="gpt-5"),
    )
    assert "before September 2025" in rows.notes[0].reason
    assert rows.notes[0].skipped == 2
