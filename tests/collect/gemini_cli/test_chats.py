"""Chats of Gemini CLI: thoughts are outside the output, and what is taken back was used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.collect.ai.machine import Machine, Rows, jsonl, samples_of
from tests.collect.gemini_cli.chats import (
    CHILD,
    FOLDER,
    MAIN,
    SESSION,
    Line,
    answer,
    at,
    call,
    head,
    prompt,
    tokens,
)
from trueup.collect.sources.gemini_cli.source import SOURCE


def read(tmp_path: Path, *lines: Line) -> Rows:
    machine = Machine(SOURCE, tmp_path)
    machine.write(f"{MAIN}.jsonl", jsonl(*lines))
    return machine.collect()


def test_thoughts_are_outside_the_output_and_cached_tokens_inside_the_input(
    tmp_path: Path,
) -> None:
    """1,000 input of which 600 cached, 50 output, 200 thoughts: 1,250 tokens."""
    used = tokens(1000, 50, cached=600, thoughts=200)
    rows = read(tmp_path, head(), prompt(1, "u1"), answer(9, "g1", used))
    assert rows.tokens() == {
        "uncached_input": 400,
        "cache_read": 600,
        "cache_write_5m": 0,
        "cache_write_1h": 0,
        "output": 250,
    }
    (row,) = rows["ai_request"]
    assert row["reasoning_output_tokens"] == 200
    assert (row["tool"], row["provider"], row["model"]) == (
        "gemini-cli",
        "google",
        "gemini-2.5-pro",
    )
    assert row["session_id"] == f"gemini-cli:{SESSION}"


@pytest.mark.parametrize(("total", "expected"), [(1150, 1150), (1050, 1050), (0, 1150)])
def test_tokens_of_tools_count_as_the_total_says(tmp_path: Path, total: int, expected: int) -> None:
    """1,000 input, 50 output, 100 of tools: outside the input, unless the total holds no room."""
    used = tokens(1000, 50, tool=100) | {"total": total}
    assert read(tmp_path, head(), answer(9, "g1", used)).total() == expected


def test_a_message_written_again_counts_as_it_was_last_written(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        *(head(), answer(9, "g1", tokens(100, 1)), {"$set": {"lastUpdated": at(9)}}),
        answer(9, "g1", tokens(100, 30)),
    )
    assert rows.total() == 130
    assert len(rows["ai_request"]) == 1


def test_answers_that_were_taken_back_were_used_all_the_same(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        *(head(), prompt(1, "u1"), answer(9, "g1", tokens(100, 10))),
        *({"$rewindTo": "u1"}, prompt(20, "u2"), answer(30, "g2", tokens(200, 20))),
        {"$set": {"messages": [answer(40, "g3", tokens(300, 30))]}},
    )
    assert rows.total() == 660
    assert rows.notes[0].skipped == 0


def test_an_older_file_and_the_newer_one_it_became_are_one_chat(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    old = head() | {"messages": [answer(9, "g1", tokens(100, 10))]}
    machine.write(f"{MAIN}.json", json.dumps(old))
    assert machine.collect().total() == 110
    lines = [head(), answer(9, "g1", tokens(100, 10)), answer(20, "g2", tokens(200, 20))]
    machine.write(f"{MAIN}.jsonl", jsonl(*lines))
    rows = machine.collect()
    assert rows.total() == 330
    assert len(rows["ai_session"]) == 1


def test_a_chat_below_another_is_its_sub_agent(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    machine.write(f"{MAIN}.jsonl", jsonl(head(), answer(9, "g1", tokens(100, 10))))
    lines = [head(CHILD, kind="subagent"), prompt(1, "u9"), answer(8, "g9", tokens(40, 2))]
    machine.write(f"{FOLDER}/{SESSION}/{CHILD}.jsonl", jsonl(*lines))
    rows = machine.collect()
    parents = {row["session_id"]: row["parent_session_id"] for row in rows["ai_session"]}
    assert parents == {
        f"gemini-cli:{SESSION}": None,
        f"gemini-cli:{CHILD}": f"gemini-cli:{SESSION}",
    }
    kinds = {row["uncached_input_tokens"]: row["agent_kind"] for row in rows["ai_request"]}
    assert kinds == {100: "main", 40: "subagent"}
    assert rows.acts() == {}


def test_the_folder_of_a_project_names_its_repository_and_paths_in_it(tmp_path: Path) -> None:
    """Two lines stand for one; a new file has three; what was refused and lies outside is none."""
    machine = Machine(SOURCE, tmp_path)
    shop = machine.checkout("shop", "https://github.com/acme/shop.git")
    machine.write("tmp/shop/.project_root", str(shop))
    inside = {"file_path": str(shop / "a.ts"), "old_string": "x", "new_string": "x\ny"}
    written = {"file_path": str(shop / "b.ts"), "content": "1\n2\n3\n"}
    shown = call(13, "replace", file_path=str(shop / "c.ts"))
    shown["resultDisplay"] = {"diffStat": {"model_added_lines": 7, "model_removed_lines": 4}}
    calls = [
        *(call(10, "replace", **inside), call(11, "write_file", **written), shown),
        call(12, "write_file", "cancelled", **written),
        call(14, "write_file", file_path="/etc/hosts", content="x"),
    ]
    machine.write(f"{MAIN}.jsonl", jsonl(head(), answer(9, "g1", tokens(9, 9), *calls)))
    rows = machine.collect()
    assert rows.lines() == {"a.ts": (1, 0), "b.ts": (3, 0), "c.ts": (7, 4)}
    assert rows["ai_session"][0]["repository_id"] == "github.com/acme/shop"
    assert rows.acts()["tool_rejected", "write_file"] == 1
    assert str(shop) not in machine.kept()


def test_commands_run_tests_and_make_commits_and_no_text_is_kept(tmp_path: Path) -> None:
    run = call(10, "run_shell_command", command="npm test && git commit -am canary-7")
    output = {"output": "[main 1a2b3c4] canary-7"}
    run["result"] = [{"functionResponse": {"response": output}}]
    machine = Machine(SOURCE, tmp_path)
    lines = [
        *(head(), prompt(1, "u1", "canary-7"), prompt(2, "u2", "/stats canary-7")),
        answer(9, "g1", tokens(9, 9), run, call(12, "read_file", "error", file_path="canary-7")),
    ]
    machine.write(f"{MAIN}.jsonl", jsonl(*lines))
    rows = machine.collect()
    assert rows.acts() == {
        ("prompt", None): 1,
        ("tool_call", "run_shell_command"): 1,
        ("tool_call", "read_file"): 1,
        ("tool_failed", "read_file"): 1,
        ("test_run", None): 1,
        ("commit", None): 1,
    }
    assert "canary-7" not in machine.kept()


def test_lines_of_no_known_kind_are_counted(tmp_path: Path) -> None:
    rows = read(tmp_path, head(), {"odd": 1}, answer(9, "g1", tokens(100, 10)))
    assert rows.total() == 110
    assert (rows.notes[0].expected, rows.notes[0].skipped) == (3, 1)


@pytest.mark.reference
def test_the_sample_comes_to_its_calls(tmp_path: Path) -> None:
    """Trimmed: no tokens. One prompt; one line more, then one in the place of another."""
    machine = Machine(SOURCE, tmp_path)
    machine.copy(f"{MAIN}.jsonl", samples_of("gemini") / "chat-session.jsonl")
    rows = machine.collect()
    assert rows["ai_request"] == []
    assert rows.acts() == {
        ("prompt", None): 1,
        ("tool_call", "replace"): 2,
        ("tool_call", "read_file"): 2,
    }
    assert rows.lines() == {None: (2, 1)}
    assert rows.notes[0].expected == 7
    assert rows.notes[0].skipped == 0
