"""opencode: three generations of storage, of the same message the newest; forks copy messages."""

from __future__ import annotations

import json
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from tests.collect.ai.machine import Machine, samples_of
from tests.collect.opencode.stored import (
    BEGAN,
    FIRST,
    answer,
    first,
    prompt,
    second,
    tokens,
    tool,
)
from trueup.collect.sources.opencode.source import SOURCE

ONE = [("ses_1", None, "/gone/shop")]


def test_cached_tokens_are_outside_the_input(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    used = tokens(10, 20, read=300, write=40)
    first(machine.logs / "opencode.db", ONE, [("msg_1", "ses_1", answer(1, used))])
    rows = machine.collect()
    assert rows.tokens() == {
        "uncached_input": 10,
        "cache_read": 300,
        "cache_write_5m": 40,
        "cache_write_1h": 0,
        "output": 20,
    }
    (row,) = rows["ai_request"]
    assert (row["tool"], row["provider"], row["model"]) == ("opencode", "openai", "gpt-5")
    assert row["request_id"] == "opencode:ses_1:msg_1"


@pytest.mark.parametrize(
    ("used", "output"),
    [
        (tokens(375, 123, reasoning=69, read=65856) | {"total": 66423}, 192),
        (tokens(375, 123, reasoning=69, read=65856) | {"total": 66354}, 123),
        (tokens(375, 123, reasoning=69), 123),
        (tokens(375, 10, reasoning=69), 79),
    ],
    ids=["outside by the total", "inside by the total", "no total", "more than the output"],
)
def test_reasoning_is_where_the_total_says(
    tmp_path: Path, used: dict[str, object], output: int
) -> None:
    machine = Machine(SOURCE, tmp_path)
    first(machine.logs / "opencode.db", ONE, [("msg_1", "ses_1", answer(1, used))])
    rows = machine.collect()
    assert rows.tokens()["output"] == output
    assert rows["ai_request"][0]["reasoning_output_tokens"] == 69


def test_of_the_same_message_the_database_counts_and_not_the_file(tmp_path: Path) -> None:
    """File: 10 and 50 of two messages; database: 99 of the first: 149."""
    machine = Machine(SOURCE, tmp_path)
    for native, count in (("msg_1", 10), ("msg_2", 50)):
        told = answer(1, tokens(count, 0)) | {"id": native, "sessionID": "ses_1"}
        machine.write(f"storage/message/ses_1/{native}.json", json.dumps(told))
    told = {"id": "ses_1", "directory": "/gone/shop", "time": {"created": BEGAN}}
    machine.write("storage/session/p/ses_1.json", json.dumps(told))
    assert machine.collect().total() == 60
    first(machine.logs / "opencode.db", ONE, [("msg_1", "ses_1", answer(1, tokens(99, 0)))])
    rows = machine.collect()
    assert rows.total() == 149
    assert len(rows["ai_session"]) == 1


def test_of_the_same_message_version_2_counts_and_what_it_copied_from_is_stale(
    tmp_path: Path,
) -> None:
    """Version 1 froze at 10; version 2 has it as 30, and one of its own of 7."""
    machine = Machine(SOURCE, tmp_path)
    path = machine.logs / "opencode.db"
    first(path, ONE, [("msg_1", "ses_1", answer(1, tokens(10, 0)))])
    newer = {
        "model": {"id": "claude-opus-4-6", "providerID": "anthropic"},
        "agent": "build",
        "time": {"created": BEGAN + 1000, "completed": BEGAN + 9000},
        "tokens": tokens(30, 0),
        "content": [tool("bash", command="go test ./...") | {"id": "t1", "name": "bash"}],
    }
    own = newer | {"tokens": tokens(7, 0), "content": []}
    rows_ = [
        ("msg_1", "ses_1", "assistant", newer),
        ("msg_9", "ses_1", "assistant", own),
        ("msg_8", "ses_1", "compaction", {}),
        ("msg_7", "ses_1", "telepathy", {}),
    ]
    second(path, ONE, rows_)
    rows = machine.collect()
    assert rows.total() == 37
    assert {row["model"] for row in rows["ai_request"]} == {"claude-opus-4-6"}
    assert rows.acts() == {
        ("tool_call", "bash"): 1,
        ("test_run", None): 1,
        ("compacted", None): 1,
    }
    assert rows.notes[0].skipped == 1


def test_messages_a_fork_copied_are_of_the_session_they_were_made_in(tmp_path: Path) -> None:
    """The fork copies 100 under new ids, and adds 50."""
    machine = Machine(SOURCE, tmp_path)
    copied = answer(1, tokens(100, 0))
    messages = [
        ("msg_0", "ses_2", copied),
        ("msg_1", "ses_1", copied),
        ("msg_2", "ses_2", answer(60, tokens(50, 0))),
    ]
    first(machine.logs / "opencode.db", [*ONE, ("ses_2", None, "/gone/shop")], messages)
    rows = machine.collect()
    assert rows.total() == 150
    counts = {row["session_id"]: row["uncached_input_tokens"] for row in rows["ai_request"]}
    assert counts == {"opencode:ses_1": 100, "opencode:ses_2": 50}


def test_a_session_with_a_parent_is_its_sub_agent(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    messages = [
        ("msg_1", "ses_1", prompt(0)),
        ("msg_2", "ses_1", answer(1, tokens(10, 0))),
        ("msg_3", "ses_1", answer(2, tokens(3, 0), agent="title")),
        ("msg_4", "ses_2", prompt(3)),
        ("msg_5", "ses_2", answer(4, tokens(7, 0))),
    ]
    first(machine.logs / "opencode.db", [*ONE, ("ses_2", "ses_1", "/gone")], messages)
    rows = machine.collect()
    kinds = {row["uncached_input_tokens"]: row["agent_kind"] for row in rows["ai_request"]}
    assert kinds == {10: "main", 3: "auxiliary", 7: "subagent"}
    parents = {row["session_id"]: row["parent_session_id"] for row in rows["ai_session"]}
    assert parents["opencode:ses_2"] == "opencode:ses_1"
    assert rows.acts() == {("prompt", None): 1}


def test_a_cost_is_the_estimate_of_the_tool_and_nothing_is_no_cost(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    messages = [
        ("msg_1", "ses_1", answer(1, tokens(10, 0), cost=0.25)),
        ("msg_2", "ses_1", answer(2, tokens(10, 1), cost=0)),
    ]
    first(machine.logs / "opencode.db", ONE, messages)
    (row,) = machine.collect()["ai_spend"]
    assert (row["amount"], row["cost_basis"]) == (Decimal("0.25"), "vendor_estimate")


def test_what_is_done_is_counted_and_no_text_is_kept(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    shop = machine.checkout("shop", "https://github.com/acme/shop")
    counted = tool("edit", filePath=f"{shop}/a.ts", oldString="canary", newString="canary\nb")
    counted["state"]["metadata"] = {"filediff": {"additions": 5, "deletions": 2}}
    parts = [
        ("p1", "msg_1", counted),
        ("p2", "msg_1", tool("write", filePath=f"{shop}/b.ts", content="1\n2\n")),
        ("p3", "msg_1", tool("write", "error", filePath=f"{shop}/c.ts", content="1\n")),
        ("p4", "msg_1", tool("bash", command="git commit -m canary", output="[main 1a2b3c4] x\n")),
        ("p5", "msg_1", tool("skill", name="release")),
        ("p6", "msg_1", {"type": "text", "text": "canary"}),
    ]
    messages = [("msg_1", "ses_1", answer(1, tokens(10, 0), error={"name": "MessageAbortedError"}))]
    first(machine.logs / "opencode.db", [("ses_1", None, str(shop))], messages, parts)
    rows = machine.collect()
    assert rows.lines() == {"a.ts": (5, 2), "b.ts": (2, 0)}
    assert rows.acts() == {
        ("tool_call", "edit"): 1,
        ("tool_call", "write"): 2,
        ("tool_failed", "write"): 1,
        ("tool_call", "bash"): 1,
        ("commit", None): 1,
        ("tool_call", "skill"): 1,
        ("skill", "release"): 1,
        ("interrupted", None): 1,
    }
    assert rows["ai_session"][0]["repository_id"] == "github.com/acme/shop"
    assert "canary" not in machine.kept()


def test_what_is_not_yet_written_back_to_the_database_is_read(tmp_path: Path) -> None:
    """opencode holds its database open, and the newest rows lie in the log beside it."""
    machine = Machine(SOURCE, tmp_path)
    path = machine.logs / "opencode.db"
    first(path, ONE, [("msg_1", "ses_1", answer(1, tokens(10, 0)))])
    writer = sqlite3.connect(path)
    try:
        writer.execute("PRAGMA journal_mode=WAL")
        assert machine.collect().total() == 10
        told = json.dumps(answer(2, tokens(5, 0)))
        writer.execute("INSERT INTO message VALUES ('msg_2', 'ses_1', 1, 1, ?)", (told,))
        writer.commit()
        assert machine.collect().total() == 15
    finally:
        writer.close()


@pytest.mark.parametrize("content", [b"", b"no database at all" * 99, b"SQLite format 3\0" * 9])
def test_a_file_that_is_no_database_is_counted(tmp_path: Path, content: bytes) -> None:
    machine = Machine(SOURCE, tmp_path)
    machine.write("opencode.db", content)
    told = answer(1, tokens(10, 0)) | {"id": "msg_1", "sessionID": "ses_1"}
    machine.write("storage/message/ses_1/msg_1.json", json.dumps(told))
    rows = machine.collect()
    assert rows.total() == 10
    assert rows.notes[0].skipped == (0 if content == b"" else 1)


def test_rows_that_are_no_messages_are_counted_and_cost_no_other(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    path = machine.logs / "opencode.db"
    first(path, ONE, [("msg_1", "ses_1", answer(1, tokens(10, 0)))])
    with sqlite3.connect(path) as database:
        for number, text in enumerate((None, "", "{", "[]", '{"role":7}', 12, b"\xff")):
            database.execute(
                "INSERT INTO message VALUES (?, 'ses_1', 1, 1, ?)", (f"x{number}", text)
            )
        database.execute("INSERT INTO part VALUES ('p', 'msg_1', 'ses_1', 1, 1, 'no json')")
    database.close()
    rows = machine.collect()
    assert rows.total() == 10
    assert (rows.notes[0].expected, rows.notes[0].skipped) == (9, 8)


@pytest.mark.reference
def test_the_sample_of_real_rows_comes_to_its_one_request(tmp_path: Path) -> None:
    """10 in, 20 out, no cost; one edit whose lines it does not say; a sub-agent's session."""
    machine = Machine(SOURCE, tmp_path)
    tables = json.loads((samples_of("opencode") / "opencode-db-rows.json").read_text())
    with sqlite3.connect(machine.logs / "opencode.db") as database:
        database.executescript(FIRST)
        for table, rows_ in tables.items():
            for row in rows_:
                marks = ", ".join("?" * len(row))
                query = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"  # noqa: S608
                database.execute(query, tuple(row.values()))
    database.close()
    rows = machine.collect()
    assert rows.tokens() == {
        "uncached_input": 10,
        "cache_read": 0,
        "cache_write_5m": 0,
        "cache_write_1h": 0,
        "output": 20,
    }
    assert rows["ai_spend"] == []
    assert rows["ai_request"][0]["agent_kind"] == "subagent"
    assert rows["ai_session"][0]["parent_session_id"] == "opencode:parent-session-456"
    assert rows.acts() == {("tool_call", "edit"): 1}
    assert rows.lines() == {}
