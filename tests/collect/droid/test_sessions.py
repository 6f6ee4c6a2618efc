"""Sessions of Droid: totals only, beside what was done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.collect.ai.machine import Machine, jsonl, samples_of
from trueup.collect.sources.droid.source import SOURCE

ID = "052cb8d0-4616-488a-99fe-bfbbbe9429b3"
Line = dict[str, Any]


def message(second: int, role: str, *content: Line) -> Line:
    """Draw a message."""
    return {
        "type": "message",
        "id": f"m{second}",
        "timestamp": f"2026-05-01T10:00:{second:02}.000Z",
        "message": {"role": role, "content": list(content)},
    }


def text(words: str) -> Line:
    """Draw a part of text."""
    return {"type": "text", "text": words}


def call(native: str, name: str, **arguments: Any) -> Line:
    """Draw a call of a tool."""
    return {"type": "tool_use", "id": native, "name": name, "input": arguments}


def result(native: str, content: str, *, is_error: bool = False) -> Line:
    """Draw what a call came to."""
    return {
        "type": "tool_result",
        "tool_use_id": native,
        "content": content,
        "is_error": is_error,
    }


SETTINGS = {
    "assistantActiveTimeMs": 27913,
    "model": "claude-opus-4-6",
    "providerLock": "anthropic",
    "tokenUsage": {
        "inputTokens": 100,
        "outputTokens": 50,
        "cacheCreationTokens": 30,
        "cacheReadTokens": 400,
        "thinkingTokens": 20,
    },
}


def test_a_session_is_one_row_of_its_totals_over_its_span(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    lines = [
        {"type": "session_start", "id": ID, "cwd": "/gone", "title": "canary"},
        message(1, "user", text("canary"), text("<system-reminder>canary")),
        *(message(9, "assistant", text("canary")), message(20, "assistant", text("canary"))),
    ]
    machine.write(f"-gone/{ID}.jsonl", jsonl(*lines))
    machine.write(f"-gone/{ID}.settings.json", json.dumps(SETTINGS))
    rows = machine.collect()
    assert rows.tokens() == {
        "uncached_input": 100,
        "cache_read": 400,
        "cache_write_5m": 30,
        "cache_write_1h": 0,
        "output": 50,
    }
    (row,) = rows["ai_request"]
    assert (row["request_count"], row["reasoning_output_tokens"]) == (2, 20)
    assert (row["provider"], row["model"]) == ("anthropic", "claude-opus-4-6")
    assert row["ended_at"] - row["requested_at"] == 19_000_001
    assert rows["ai_session"][0]["active_seconds"] == 27
    assert rows.acts() == {("prompt", None): 1}
    assert "canary" not in machine.kept()


def test_thoughts_that_exceed_the_output_are_outside_of_it(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    usage = {"outputTokens": 50, "thinkingTokens": 80}
    machine.write(f"{ID}.jsonl", jsonl(message(1, "assistant")))
    machine.write(f"{ID}.settings.json", json.dumps({"tokenUsage": usage}))
    assert machine.collect().tokens()["output"] == 130


def test_messages_without_settings_still_tell_what_was_done(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    shop = machine.checkout("shop", "https://github.com/acme/shop")
    patch = f"*** Begin Patch\n*** Update File: {shop}/a.ts\n@@\n-x\n+y\n+z\n*** End Patch"
    lines = [
        {"type": "session_start", "id": ID, "cwd": str(shop)},
        message(1, "assistant", call("c1", "ApplyPatch", input=patch)),
        message(2, "user", result("c1", '{"success":true}')),
        message(3, "assistant", call("c2", "Create", file_path=f"{shop}/b.ts", content="1\n2\n")),
        message(4, "user", result("c2", "no", is_error=True)),
        message(5, "assistant", call("c3", "Execute", command="npm test && git commit -am x")),
        message(6, "user", result("c3", "[main 1a2b3c4] x\n")),
        {"type": "todo_state", "todos": {}},
        {"type": "mystery", "timestamp": "2026-05-01T10:00:07.000Z"},
    ]
    machine.write(f"{ID}.jsonl", jsonl(*lines))
    rows = machine.collect()
    assert rows["ai_request"] == []
    assert rows.lines() == {"a.ts": (2, 1)}
    acts = rows.acts()
    assert acts["tool_failed", "Create"] == acts["test_run", None] == acts["commit", None] == 1
    assert rows.notes[0].skipped == 1


@pytest.mark.reference
def test_the_sample_comes_to_the_totals_of_its_settings(tmp_path: Path) -> None:
    """6,743 input beside 42,496 read from the cache: the input cannot hold them.

    1,088 thoughts of 1,450 output: what is left is about the length of what was said.
    """
    machine = Machine(SOURCE, tmp_path)
    for path in samples_of("droid").iterdir():
        machine.copy(path.name, path)
    rows = machine.collect()
    assert rows.tokens() == {
        "uncached_input": 6743,
        "cache_read": 42496,
        "cache_write_5m": 0,
        "cache_write_1h": 0,
        "output": 1450,
    }
    (row,) = rows["ai_request"]
    assert (row["reasoning_output_tokens"], row["request_count"]) == (1088, 5)
    assert row["model"] == "custom:BYOK-GPT-5-MINI-0"
    assert rows.acts() == {
        ("prompt", None): 1,
        ("tool_call", "Read"): 2,
        ("tool_call", "TodoWrite"): 2,
        ("plan", "TodoWrite"): 2,
        ("tool_call", "ApplyPatch"): 1,
    }
    assert rows.lines() == {None: (1, 1)}
    assert (rows.notes[0].expected, rows.notes[0].skipped) == (14, 0)
