"""Sessions of Copilot on a machine: the command line's runs, and spans of editors."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tests.collect.ai.machine import Machine, Rows, jsonl, samples_of
from tests.collect.copilot_local.drawn import (
    BEGAN,
    CHAT,
    EVENTS,
    SESSION,
    SHA,
    Line,
    agent,
    asked,
    at,
    end,
    event,
    ran,
    span,
    start,
)
from trueup.collect.fields import instant
from trueup.collect.sources.copilot_local.source import SOURCE


def read(tmp_path: Path, *lines: Line) -> Rows:
    machine = Machine(SOURCE, tmp_path)
    machine.write(EVENTS, jsonl(*lines))
    return machine.collect()


def read_spans(tmp_path: Path, *spans: Line) -> Rows:
    machine = Machine(SOURCE, tmp_path)
    machine.write("spans.json", json.dumps(spans))
    return machine.collect()


# the command line


def test_a_session_says_where_it_began_and_how_long_it_lasted(tmp_path: Path) -> None:
    (row,) = read(tmp_path, start(), event("user.message", 5, content="x"), end(90))["ai_session"]
    assert row["session_id"] == f"copilot:{SESSION}"
    assert (row["repository_id"], row["branch"]) == ("github.com/acme/shop", "master")
    assert row["commit_id"] == f"github.com/acme/shop:{SHA}"
    assert (row["started_at"], row["ended_at"]) == (instant(at(0)), instant(at(90)))
    assert (row["tool"], row["seen_by"]) == ("copilot", "log")


def test_every_run_of_a_session_has_tokens_of_its_own(tmp_path: Path) -> None:
    """A session that is taken up again ends twice: 1,000 + 400 of input, of which 600 + 100 were
    cached, and 50 + 20 of output; one request of another model."""
    rows = read(
        tmp_path,
        start(),
        event("user.message", 1),
        end(9, gpt_5=(3, 1000, 50, 600)),
        start(100, kind="session.resume"),
        event("user.message", 101),
        end(109, gpt_5=(2, 400, 20, 100), claude_haiku=(1, 30, 5, 0)),
    )
    assert rows.tokens() == {
        "uncached_input": 400 + 300 + 30,
        "cache_read": 700,
        "cache_write_5m": 0,
        "cache_write_1h": 0,
        "output": 75,
    }
    counts = sorted((one["model"], one["request_count"]) for one in rows["ai_request"])
    assert counts == [("claude-haiku", 1), ("gpt-5", 2), ("gpt-5", 3)]
    assert len({one["request_id"] for one in rows["ai_request"]}) == 3
    assert {one["provider"] for one in rows["ai_request"]} == {"github"}


def test_a_run_without_an_end_has_no_tokens_and_is_counted(tmp_path: Path) -> None:
    rows = read(tmp_path, start(), event("user.message", 1))
    assert rows["ai_request"] == []
    assert any("without an end" in note.reason for note in rows.notes)


def test_lines_count_that_a_tool_wrote_and_not_those_it_failed_to(tmp_path: Path) -> None:
    """Two lines created in the checkout, one changed; a failed edit and a file outside of it."""
    machine = Machine(SOURCE, tmp_path)
    root = machine.checkout("shop", "https://github.com/acme/shop.git")
    lines = [
        start(cwd=str(root), gitRoot=str(root)),
        event("session.model_change", 1, newModel="gpt-4.1"),
        *ran(2, "c-1", "create", path=f"{root}/a.py", file_text="one\ntwo\n"),
        *ran(4, "c-2", "edit", path=f"{root}/a.py", old_str="one\n", new_str="three\n"),
        *ran(6, "c-3", "edit", {"result_type": "failure"}, path=f"{root}/a.py", new_str="x\n"),
        *ran(8, "c-4", "create", path="/etc/other.py", file_text="x\n"),
        *ran(10, "c-5", "create", {"result_type": "denied"}, path=f"{root}/b.py", file_text="x\n"),
    ]
    machine.write(EVENTS, jsonl(*lines))
    rows = machine.collect()
    assert rows.lines() == {"a.py": (3, 1)}
    assert {one["layer"] for one in rows["ai_lines"]} == {"written"}
    acts = rows.acts()
    assert acts["tool_call", "create"] == 3
    assert (acts["tool_failed", "edit"], acts["tool_rejected", "create"]) == (1, 1)


def test_commands_are_labels_and_no_text_is_kept(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    committed = {"result_type": "success", "text_result_for_llm": "[main 1a2b3c4] SECRET\n 1 file"}
    lines = [
        start(cwd="/home/SECRET/shop"),
        event("user.message", 1, content="SECRET"),
        event("assistant.message", 2, content="SECRET", toolRequests=[]),
        *ran(3, "c-1", "bash", command="pytest -q SECRET"),
        *ran(5, "c-2", "bash", committed, command="git commit -m SECRET"),
        event("abort", 7, reason="SECRET"),
        event("some.news", 8, thing="SECRET"),
        end(9),
    ]
    machine.write(EVENTS, jsonl(*lines))
    rows = machine.collect()
    acts = rows.acts()
    assert (acts["prompt", None], acts["test_run", None], acts["commit", None]) == (1, 1, 1)
    assert acts["interrupted", None] == 1
    (commit,) = [one for one in rows["ai_activity"] if one["kind"] == "commit"]
    assert commit["commit_id"].endswith("1a2b3c4")
    assert "SECRET" not in machine.kept()
    assert any("some.news" in note.reason or "not known" in note.reason for note in rows.notes)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"not json\n",
        b'{"type": "session.start", "data": null}\n',
        b'{"type": 3, "data": {"context": 7}}\n',
        b'{"type": "session.shutdown", "data": {"modelMetrics": {"gpt-5": {"usage": "many"}}}}\n',
        b'{"type": "session.shutdown", "data": {"modelMetrics": {"gpt-5": null}}}\n',
        b'{"type": "tool.execution_complete", "data": {"toolCallId": []}}\n',
        b'{"type": "user.message", "timestamp": "soon"}\n',
        b"\xff\xfe{\x00",
        b'{"type": "user.message", "data": {"content": "\xe4"}}\n',
        b'{"type": "session.start", "data"',
    ],
)
def test_damage_ends_no_reading(tmp_path: Path, content: bytes) -> None:
    machine = Machine(SOURCE, tmp_path)
    machine.write(EVENTS, content)
    machine.write("session-state/other/events.jsonl", jsonl(start(), end(9, gpt_5=(1, 10, 5, 0))))
    assert machine.collect().total() == 15


# spans


def test_the_span_of_an_agent_repeats_what_is_below_it_and_is_not_added(tmp_path: Path) -> None:
    """17,414 of which 2,816 cached, and 18,101 of which 17,920: 35,515 in, as the agent says."""
    rows = read_spans(
        tmp_path,
        asked("s-1", 1, 17414, 655, 2816),
        asked("s-2", 2, 18101, 74, 17920),
        agent(0, 35515, 729),
    )
    tokens = rows.tokens()
    assert tokens["uncached_input"] + tokens["cache_read"] == 35515
    assert (tokens["cache_read"], tokens["output"]) == (20736, 729)
    assert {one["agent_kind"] for one in rows["ai_request"]} == {"main"}
    assert rows.acts()["prompt", None] == 1


def test_where_the_repository_stands_is_said_by_the_agent(tmp_path: Path) -> None:
    (row,) = read_spans(tmp_path, asked("s-1", 1, 10, 5), agent(0, 10, 5))["ai_session"]
    assert row["session_id"] == f"copilot:{CHAT}"
    assert row["repository_id"] == "github.com/acme/shop"
    assert (row["branch"], row["commit_id"]) == ("master", f"github.com/acme/shop:{SHA}")
    assert row["started_at"] == BEGAN * 1000


def test_titles_are_the_editors_own_requests_and_count(tmp_path: Path) -> None:
    title = asked("s-1", 1, 270, 9, parent_span_id=None, chat_session_id=None) | {
        "attributes": {"copilot_chat.parent_chat_session_id": CHAT}
    }
    (row,) = read_spans(tmp_path, title)["ai_request"]
    assert (row["agent_kind"], row["session_id"]) == ("auxiliary", f"copilot:{CHAT}")
    assert row["uncached_input_tokens"] == 270


def test_a_span_without_a_session_has_that_of_the_span_above_it(tmp_path: Path) -> None:
    rows = read_spans(tmp_path, asked("s-1", 1, 10, 5, chat_session_id=None), agent(0, 10, 5))
    assert {one["session_id"] for one in rows["ai_request"]} == {f"copilot:{CHAT}"}


def test_tools_hooks_and_failures_are_counted(tmp_path: Path) -> None:
    tool = {"tool_name": "apply_patch", "tool_call_id": "c"}
    rows = read_spans(
        tmp_path,
        span("t-1", "execute_tool", 1, **tool),
        span("t-2", "execute_tool", 2, **tool, status_code=2),
        span("h-1", "execute_hook", 3),
        agent(0, 0, 0),
        agent(4, 0, 0, span_id="b", parent_span_id="a", agent_name="searcher"),
    )
    acts = rows.acts()
    assert (acts["tool_call", "apply_patch"], acts["tool_failed", "apply_patch"]) == (2, 1)
    assert (acts["hook", None], acts["subagent", "searcher"], acts["prompt", None]) == (1, 1, 1)


def test_spans_that_an_editor_has_deleted_stay(tmp_path: Path) -> None:
    """Three requests are kept; then the first two are deleted there and a fourth is new."""
    machine = Machine(SOURCE, tmp_path)
    every = [asked(f"s-{n}", n, 100 * n, n) for n in range(1, 5)]
    machine.write("spans.json", json.dumps([*every[:3], agent(0, 600, 6)]), at=1)
    assert machine.collect().total() == 606
    machine.write("spans.json", json.dumps(every[2:]), at=2)
    rows = machine.collect()
    assert rows.total() == 100 + 200 + 300 + 400 + 10
    (session,) = rows["ai_session"]
    assert session["repository_id"] == "github.com/acme/shop"
    before = machine.changes()
    machine.collect(is_reconciling=True)
    assert machine.changes() == before


def test_the_order_of_spans_changes_nothing(tmp_path: Path) -> None:
    spans = [asked("s-1", 1, 10, 5), asked("s-2", 2, 20, 6), agent(0, 30, 11)]
    digests = set()
    for number, order in enumerate((spans, spans[::-1])):
        machine = Machine(SOURCE, tmp_path / str(number))
        machine.write("spans.json", json.dumps(order))
        digests.add(json.dumps(machine.collect()["ai_request"], sort_keys=True, default=str))
    assert len(digests) == 1


# the database of an editor


def store(path: Path, spans: Sequence[Line], *, is_open: bool = False) -> sqlite3.Connection:
    """Keep spans as Copilot Chat does; open: what was written is not yet written back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    if is_open:
        connection.execute("PRAGMA journal_mode = WAL")
    columns = [name for name in spans[0] if name != "attributes"]
    connection.execute(f"CREATE TABLE IF NOT EXISTS spans ({', '.join(columns)})")
    connection.execute("CREATE TABLE IF NOT EXISTS span_attributes (span_id, key, value)")
    for one in spans:
        marks = ", ".join("?" * len(columns))
        values = [one[name] for name in columns]
        connection.execute(f"INSERT INTO spans VALUES ({marks})", values)  # noqa: S608 - marks
        for key, value in one["attributes"].items():
            told = (one["span_id"], key, value)
            connection.execute("INSERT INTO span_attributes VALUES (?, ?, ?)", told)
    connection.commit()
    return connection


def test_the_database_of_an_editor_tells_what_its_spans_saved_as_json_do(tmp_path: Path) -> None:
    """Read while the editor has it open, and nothing of prompts gets out of it."""
    secret = {"gen_ai.input.messages": "SECRET", "gen_ai.usage.cache_creation.input_tokens": "7"}
    spans = [asked("s-1", 1, 100, 5, 20, attributes=secret), agent(0, 100, 5)]
    machine = Machine(SOURCE, tmp_path)
    with closing(store(machine.logs / "agent-traces.db", spans, is_open=True)):
        rows = machine.collect()
    assert rows.tokens() == {
        "uncached_input": 73,
        "cache_read": 20,
        "cache_write_5m": 7,
        "cache_write_1h": 0,
        "output": 5,
    }
    assert rows["ai_session"][0]["repository_id"] == "github.com/acme/shop"
    assert "SECRET" not in machine.kept()
    saved = Machine(SOURCE, tmp_path / "saved")
    saved.write("spans.json", json.dumps(spans))
    assert saved.collect()["ai_request"] == rows["ai_request"]


def test_what_an_editor_adds_to_its_database_is_read_at_the_next_visit(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    path = machine.logs / "agent-traces.db"
    with closing(store(path, [asked("s-1", 1, 100, 5)], is_open=True)):
        assert machine.collect().total() == 105
        with closing(store(path, [asked("s-2", 2, 40, 2)])):
            assert machine.collect().total() == 147


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"not a database", b"\0" * 5000])
def test_what_is_no_database_is_counted(tmp_path: Path, content: bytes) -> None:
    machine = Machine(SOURCE, tmp_path)
    machine.write("agent-traces.db", content)
    machine.write("other.json", b'{"span_id": 3}')
    machine.write(EVENTS, jsonl(start(), end(9, gpt_5=(1, 10, 5, 0))))
    rows = machine.collect()
    assert rows.total() == 15
    assert any("database of spans" in note.reason for note in rows.notes)


# samples


def test_a_real_session_of_the_command_line_is_read(tmp_path: Path) -> None:
    """One prompt, one file created; it has no end, so no tokens are known."""
    machine = Machine(SOURCE, tmp_path)
    machine.copy(EVENTS, samples_of("copilot") / "cli-session-events.jsonl")
    rows = machine.collect()
    (session,) = rows["ai_session"]
    assert session["repository_id"] == "github.com/test/repo"
    assert session["commit_id"].endswith(":3a97d3e01e093f632865982193c9506debda3a87")
    assert rows.acts() == {("prompt", None): 1, ("tool_call", "create"): 1}
    assert rows.lines() == {None: (1, 0)}
    assert rows["ai_request"] == []


def test_real_spans_come_to_their_known_totals(tmp_path: Path) -> None:
    """71,671 in and 1,696 out over nine requests; the agents' 69,591 and 906 are not added.
    Cached: 2,816 + 17,920 + 2,432 + 271 + 17,024 = 40,463."""
    machine = Machine(SOURCE, tmp_path)
    machine.copy("vscode-otel-spans.json", samples_of("copilot") / "vscode-otel-spans.json")
    rows = machine.collect()
    tokens = rows.tokens()
    assert tokens["uncached_input"] + tokens["cache_read"] == 71_671
    assert (tokens["cache_read"], tokens["output"]) == (40_463, 1_696)
    kinds = [one["agent_kind"] for one in rows["ai_request"]]
    assert (kinds.count("main"), kinds.count("auxiliary")) == (4, 5)
    known = {one["session_id"]: one["repository_id"] for one in rows["ai_session"]}
    assert known["copilot:48eb5d32-e8f9-4528-b791-92cec0da9dce"] == "github.com/dev/testing-git"
    assert rows.acts()["prompt", None] == 2
    spans = json.loads((samples_of("copilot") / "vscode-otel-spans.json").read_bytes())
    again = Machine(SOURCE, tmp_path / "database")
    with closing(store(again.logs / "agent-traces.db", spans)):
        assert again.collect()["ai_request"] == rows["ai_request"]
