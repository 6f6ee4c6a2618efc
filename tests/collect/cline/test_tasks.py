"""Tasks of Cline and its kin: what input means differs between them, and between generations."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.collect.ai.machine import Machine, Rows
from trueup.collect.sources.cline.source import SOURCE

BEGAN = 1_777_629_600_000
ID = "1777629600000"
Message = dict[str, Any]


def say(second: int, kind: str, told: Any = "", **more: Any) -> Message:
    """Draw a message of the window."""
    text = told if isinstance(told, str) else json.dumps(told)
    return {"ts": BEGAN + second * 1000, "type": "say", "say": kind, "text": text, **more}


def asked(second: int, kind: str = "api_req_started", /, **told: Any) -> Message:
    """Draw a request."""
    about = {"providerId": "anthropic", "modelId": "claude-sonnet-4-5", "mode": "act"}
    return say(second, kind, {"request": "canary", **told}, modelInfo=about)


def read(tmp_path: Path, *messages: Message, **files: Any) -> Rows:
    machine = Machine(SOURCE, tmp_path)
    machine.write(f"tasks/{ID}/ui_messages.json", json.dumps(messages))
    for name, told in files.items():
        machine.write(name.replace("__", "/") + ".json", json.dumps(told))
    return machine.collect()


def test_the_input_of_cline_is_without_what_the_cache_holds(tmp_path: Path) -> None:
    told = {"tokensIn": 100, "tokensOut": 20, "cacheReads": 3000, "cacheWrites": 400, "cost": 0.05}
    rows = read(tmp_path, say(0, "task", "hello"), asked(5, **told))
    assert rows.tokens() == {
        "uncached_input": 100,
        "cache_read": 3000,
        "cache_write_5m": 400,
        "cache_write_1h": 0,
        "output": 20,
    }
    (row,) = rows["ai_request"]
    assert (row["tool"], row["provider"], row["model"]) == (
        "cline",
        "anthropic",
        "claude-sonnet-4-5",
    )
    assert [row["amount"] for row in rows["ai_spend"]] == [Decimal("0.05")]
    assert rows["ai_spend"][0]["cost_basis"] == "vendor_estimate"


@pytest.mark.parametrize(
    ("prompt", "uncached"), [(3500, 100), (100, 100)], ids=["whole prompt", "rest of it"]
)
def test_the_input_of_roo_code_holds_the_cache_unless_it_cannot(
    tmp_path: Path, prompt: int, uncached: int
) -> None:
    """Of 3,500 input 3,400 are cached; an input of 100 has no room for them."""
    told = {"apiProtocol": "anthropic", "cacheReads": 3000, "cacheWrites": 400, "tokensOut": 20}
    rows = read(tmp_path, asked(5, tokensIn=prompt, **told))
    assert rows.tokens()["uncached_input"] == uncached
    assert rows.total() == uncached + 3420


def test_requests_that_were_deleted_or_made_by_sub_agents_were_made(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        asked(5, tokensIn=100),
        asked(6, "deleted_api_reqs", tokensIn=30),
        asked(7, "subagent_usage", tokensIn=7),
        asked(8, cancelReason="user_cancelled"),
    )
    kinds = {row["uncached_input_tokens"]: row["agent_kind"] for row in rows["ai_request"]}
    assert kinds == {100: "main", 30: "main", 7: "subagent"}
    assert rows.acts() == {("interrupted", None): 1}


def test_the_model_is_the_last_one_chosen_where_a_request_names_none(tmp_path: Path) -> None:
    chosen = [
        {"ts": BEGAN, "model_id": "claude-sonnet-4-5", "model_provider_id": "anthropic"},
        {"ts": BEGAN + 6000, "model_id": "gemini-2.5-pro", "model_provider_id": "gemini"},
    ]
    requests = [
        say(5, "api_req_started", {"tokensIn": 1}),
        say(9, "api_req_started", {"tokensIn": 2}),
    ]
    rows = read(tmp_path, *requests, **{f"tasks__{ID}__task_metadata": {"model_usage": chosen}})
    models = [(row["provider"], row["model"]) for row in rows["ai_request"]]
    assert models == [("anthropic", "claude-sonnet-4-5"), ("google", "gemini-2.5-pro")]


def test_the_model_of_roo_code_is_the_one_that_is_talked_of(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    folder = f"roo-cline/tasks/{ID}"
    request = say(5, "api_req_started", {"tokensIn": 1})
    machine.write(f"{folder}/ui_messages.json", json.dumps([request]))
    talk = [{"role": "user", "content": "canary <model>anthropic/claude-sonnet-4</model>"}]
    machine.write(f"{folder}/api_conversation_history.json", json.dumps(talk))
    (row,) = machine.collect()["ai_request"]
    assert (row["provider"], row["model"]) == ("anthropic", "claude-sonnet-4")
    assert "canary" not in machine.kept()


@pytest.mark.parametrize(
    ("folder", "tool"),
    [
        ("saoudrizwan.claude-dev", "cline"),
        ("rooveterinaryinc.roo-cline", "roo-code"),
        ("kilocode.kilo-code", "kilo"),
        ("roosters", "cline"),
    ],
)
def test_the_tool_is_told_by_the_folder_of_its_extension(folder: str, tool: str) -> None:
    assert SOURCE.tool_of(f"logs/{folder}/tasks") == tool


def test_what_is_done_is_counted_and_lines_are_those_of_the_blocks(tmp_path: Path) -> None:
    """One line of two is replaced; a new file has two; what comes from Roo names its place."""
    machine = Machine(SOURCE, tmp_path)
    shop = machine.checkout("shop", "https://github.com/acme/shop")
    block = "------- SEARCH\na\nb\n=======\na\nc\n+++++++ REPLACE"
    roo = "<<<<<<< SEARCH\n:start_line:1\n-------\nx\n=======\ny\nz\n>>>>>>> REPLACE"
    messages = [
        say(0, "task", "canary"),
        say(1, "tool", {"tool": "editedExistingFile", "path": "a.ts", "content": block}),
        say(2, "tool", {"tool": "newFileCreated", "path": "b.ts", "content": "1\n2\n"}),
        say(3, "tool", {"tool": "appliedDiff", "path": "c.ts", "diff": roo}),
        say(4, "tool", {"tool": "readFile", "path": "a.ts", "content": "canary"}),
        say(5, "tool", {"tool": "readFile", "path": "half"}, partial=True),
        say(6, "command", "npm test && git commit -m canary"),
        say(7, "command_output", "[main 1a2b3c4] canary\n"),
        say(8, "user_feedback", "canary"),
        asked(9, tokensIn=1),
    ]
    machine.write(f"tasks/{ID}/ui_messages.json", json.dumps(messages))
    item = {"id": ID, "ts": BEGAN, "cwdOnTaskInitialization": str(shop), "task": "canary"}
    machine.write("state/taskHistory.json", json.dumps([item]))
    rows = machine.collect()
    assert rows.lines() == {"a.ts": (1, 1), "b.ts": (2, 0), "c.ts": (2, 1)}
    assert rows.acts() == {
        ("prompt", None): 2,
        ("tool_call", "editedExistingFile"): 1,
        ("tool_call", "newFileCreated"): 1,
        ("tool_call", "appliedDiff"): 1,
        ("tool_call", "readFile"): 1,
        ("tool_call", "command"): 1,
        ("test_run", None): 1,
        ("commit", None): 1,
    }
    assert "canary" not in machine.kept()


def test_a_task_the_history_alone_knows_has_its_totals_and_one_that_was_read_keeps_its_own(
    tmp_path: Path,
) -> None:
    """One of 40 tokens is known by the history only; the other was read before it was deleted."""
    machine = Machine(SOURCE, tmp_path)
    path = machine.write(f"tasks/{ID}/ui_messages.json", json.dumps([asked(5, tokensIn=100)]))
    item = {"id": ID, "ts": BEGAN, "tokensIn": 99, "tokensOut": 0}
    other = {"id": "1", "ts": BEGAN, "tokensIn": 30, "tokensOut": 10, "totalCost": 0.5}
    machine.write("state/taskHistory.json", json.dumps([item, other]))
    assert machine.collect().total() == 140
    path.unlink()
    machine.write("state/taskHistory.json", json.dumps([item, other, {"id": "2"}]))
    rows = machine.collect()
    assert rows.total() == 140
    assert [row["amount"] for row in rows["ai_spend"]] == [Decimal("0.5")]


def test_newer_editions_keep_messages_with_metrics_whose_input_holds_the_cache(
    tmp_path: Path,
) -> None:
    """24,067 input of which 18,432 cached, 193 output: 24,260 tokens."""
    machine = Machine(SOURCE, tmp_path)
    shop = machine.checkout("shop", "https://github.com/acme/shop")
    metrics = {
        "inputTokens": 24067,
        "outputTokens": 193,
        "cacheReadTokens": 18432,
        "cacheWriteTokens": 0,
        "cost": 0.0110232,
    }
    write = {"path": f"{shop}/a.ts", "content": "1\n2\n"}
    call = {"type": "tool_use", "id": "c", "name": "write_to_file", "input": write}
    messages = [
        {"role": "user", "content": "canary", "ts": BEGAN},
        {"role": "assistant", "content": [call], "ts": BEGAN + 9000, "metrics": metrics},
    ]
    manifest = {"session_id": "s1", "provider": "anthropic", "model": "claude-opus-4-6"}
    machine.write("sessions/s1/s1.messages.json", json.dumps({"messages": messages}))
    machine.write("sessions/s1/s1.json", json.dumps({**manifest, "cwd": str(shop)}))
    rows = machine.collect()
    assert rows.tokens() == {
        "uncached_input": 5635,
        "cache_read": 18432,
        "cache_write_5m": 0,
        "cache_write_1h": 0,
        "output": 193,
    }
    (row,) = rows["ai_request"]
    assert (row["session_id"], row["model"]) == ("cline:s1", "claude-opus-4-6")
    assert [row["amount"] for row in rows["ai_spend"]] == [Decimal("0.0110232")]
    assert rows.lines() == {"a.ts": (2, 0)}
    assert rows["ai_session"][0]["repository_id"] == "github.com/acme/shop"
    assert "canary" not in machine.kept()


@pytest.mark.parametrize("content", [b"", b"{}", b"[", b"\xff\xfe", b"null"])
def test_a_window_that_cannot_be_read_is_counted(tmp_path: Path, content: bytes) -> None:
    machine = Machine(SOURCE, tmp_path)
    machine.write(f"tasks/{ID}/ui_messages.json", content)
    machine.write("tasks/9/ui_messages.json", json.dumps([asked(5, tokensIn=5)]))
    rows = machine.collect()
    assert rows.total() == 5
    assert (rows.notes[0].expected, rows.notes[0].skipped) == (2, 1)
