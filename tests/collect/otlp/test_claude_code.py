"""Claude Code by OTLP: the same use once, whichever signals tell of it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.collect.otlp.sending import (
    AT,
    CLAUDE,
    NOW,
    SECOND,
    SHA,
    collected,
    counter,
    log,
    point,
    read,
    send,
    span,
    visit,
)

REQUEST: dict[str, Any] = {
    "session__id": "s-1",
    "model": "claude-sonnet-5",
    "input_tokens": 10,
    "output_tokens": 200,
    "cache_read_tokens": 3000,
    "cache_creation_tokens": 40,
    "request_id": "req_1",
    "query_source": "repl_main_thread",
    "cost_usd_micros": 12_500,
    "user__email": "Ada@Example.org",
}


def claude(name: str, at: int = AT, **said: Any) -> dict[str, Any]:
    return log(f"claude_code.{name}", at, **{"session__id": "s-1", **said})


def tokens(kind: str, value: float, **said: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"session__id": "s-1", "model": "claude-sonnet-5", "type": kind, **said}
    return point(value, **told)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "otlp"


class TestClaudeCode:
    def test_a_request_is_five_buckets_a_key_and_an_estimate(self, folder: Path) -> None:
        """Input leaves the cache out; 12,500 millionths of a dollar are 0.0125."""
        send(folder, "logs", [claude("api_request", **REQUEST)])
        found = collected(folder)
        row = found.only("ai_request")
        assert found.tokens() == (10, 3000, 40, 200)
        assert row["event_key"] == "anthropic_request:req_1"
        assert (row["session_id"], row["tool"], row["agent_kind"], row["seen_by"]) == (
            *("claude-code:s-1", "claude-code"),
            *("main", "otlp"),
        )
        assert (row["provider"], row["model"]) == ("anthropic", "claude-sonnet-5")
        assert (row["request_count"], row["requested_at"]) == (1, AT // 1000)
        assert row["person_id"] == "email|ada@example.org"
        spent = found.only("ai_spend")
        assert (spent["amount"], spent["currency"]) == (Decimal("0.0125"), "USD")
        assert (spent["cost_basis"], spent["team_id"]) == ("vendor_estimate", "otlp:till")
        assert spent["event_key"] == row["event_key"]

    def test_events_metrics_and_spans_of_one_session_count_once(self, folder: Path) -> None:
        """Events win over spans, spans over metrics; all three say the same request."""
        counted = [
            counter("claude_code.token.usage", tokens("input", 10), tokens("output", 200)),
            counter("claude_code.cost.usage", tokens("", 0.0125)),
        ]
        send(folder, "metrics", counted)
        assert collected(folder).tokens() == (10, 0, 0, 200)
        send(folder, "traces", [span("claude_code.llm_request", 7, **REQUEST)])
        assert collected(folder).tokens() == (10, 3000, 40, 200)
        send(folder, "logs", [claude("api_request", **REQUEST)])
        found = collected(folder)
        assert found.tokens() == (10, 3000, 40, 200)
        assert len(found["ai_request"]) == len(found["ai_spend"]) == 1

    def test_spans_and_events_of_a_gateway_that_names_no_request_count_once(
        self, folder: Path
    ) -> None:
        nameless = {key: value for key, value in REQUEST.items() if key != "request_id"}
        send(folder, "traces", [span("claude_code.llm_request", 7, **nameless)])
        send(folder, "logs", [claude("api_request", **nameless)])
        assert collected(folder).tokens() == (10, 3000, 40, 200)

    def test_metrics_alone_are_requests_of_unknown_number(self, folder: Path) -> None:
        """Four kinds of tokens of one model and minute are one row; a subagent's another."""
        kinds = {"input": 10, "output": 200, "cacheRead": 3000, "cacheCreation": 40}
        points = [tokens(kind, value) for kind, value in kinds.items()]
        points.append(tokens("output", 5, query_source="subagent"))
        send(folder, "metrics", [counter("claude_code.token.usage", *points)])
        found = collected(folder)
        assert found.tokens() == (10, 3000, 40, 205)
        assert {row["agent_kind"] for row in found["ai_request"]} == {None, "subagent"}
        assert all(row["request_count"] is None for row in found["ai_request"])
        assert all(row["ended_at"] == AT // 1000 for row in found["ai_request"])

    def test_cumulative_counters_are_what_they_grew_by_also_after_a_reset(
        self, folder: Path
    ) -> None:
        """100, 150, 150, then a new start at 30: 180 in all; a late repetition of 100 adds none."""
        said: dict[str, Any] = {"session__id": "s-1", "type": "output", "model": "m"}
        readings = ((100, 0, 0), (150, 1, 0), (150, 2, 0), (30, 3, 3), (100, 0, 0))
        for value, minute, start in readings:
            at, begun = AT + minute * 60 * SECOND, AT + start * 60 * SECOND - SECOND
            one = point(value, at, begun, **said)
            send(folder, "metrics", [counter("claude_code.token.usage", one, is_cumulative=True)])
        assert collected(folder).tokens()[3] == 180

    def test_a_counter_without_a_start_begins_anew_where_it_falls(self, folder: Path) -> None:
        """50, 70, 20 are 50 + 20 + 20."""
        said: dict[str, Any] = {"session__id": "s-1", "type": "output", "model": "m"}
        for minute, value in enumerate((50, 70, 20)):
            one = point(value, AT + minute * 60 * SECOND, 0, **said)
            send(folder, "metrics", [counter("claude_code.token.usage", one, is_cumulative=True)])
        assert collected(folder).tokens()[3] == 90

    def test_a_clock_far_ahead_makes_no_counter_forget(self, folder: Path) -> None:
        """A reading of next year is left out and counted; 100 and 150 stay 150."""
        said: dict[str, Any] = {"session__id": "s-1", "type": "output", "model": "m"}
        far = AT + 300 * 86_400 * SECOND
        archive = None
        for value, at in ((100, AT), (9, far), (150, AT + SECOND)):
            one = point(value, at, AT - SECOND if at < far else far - SECOND, **said)
            send(folder, "metrics", [counter("claude_code.token.usage", one, is_cumulative=True)])
            archive = visit(folder, archive)
        assert archive is not None
        assert read(archive).tokens()[3] == 150
        assert [note.skipped for note in archive.notes if "damaged" in note.subject] == [1]

    @pytest.mark.parametrize("are_metrics_first", [True, False])
    def test_metrics_without_a_session_give_way_to_requests_of_the_service(
        self, folder: Path, *, are_metrics_first: bool
    ) -> None:
        """Whichever came first, and in whichever visit."""
        archive = None
        both: dict[str, list[Any]] = {
            "metrics": [counter("claude_code.token.usage", point(200, type="output", model="m"))],
            "logs": [claude("api_request", **REQUEST)],
        }
        for signal in sorted(both, reverse=are_metrics_first):
            send(folder, signal, both[signal])
            archive = visit(folder, archive)
        assert archive is not None
        found = read(archive)
        assert found.tokens() == (10, 3000, 40, 200)
        taken_back = [gone.row_id for gone in found.gone]
        day = "claude-code:day/claude-code/metrics/2026-09-20"
        assert taken_back == ([day] if are_metrics_first else [])

    def test_a_session_has_its_span_its_seconds_and_its_repository(self, folder: Path) -> None:
        where: dict[str, Any] = {
            **CLAUDE,
            "vcs.repository.url.full": "https://ada:secret@github.com/acme/shop.git",
            "vcs.ref.head.name": "refs/heads/main",
        }
        active = [tokens("user", 90.4), tokens("cli", 30.2)]
        send(folder, "metrics", [counter("claude_code.active_time.total", *active)], where)
        send(folder, "logs", [claude("user_prompt", AT + 9 * SECOND)], where)
        row = collected(folder).only("ai_session")
        assert row["session_id"] == "claude-code:s-1"
        assert row["started_at"] == (AT - 60 * SECOND) // 1000
        assert row["ended_at"] == (AT + 9 * SECOND) // 1000
        assert (row["active_seconds"], row["branch"]) == (121, "main")
        assert row["repository_id"] == "github.com/acme/shop"

    def test_what_was_done_is_counted_by_kind(self, folder: Path) -> None:
        details = json.dumps({"full_command": "git commit -m words", "git_commit_id": SHA})
        tests = json.dumps({"full_command": "pytest -q"})
        send(
            folder,
            "logs",
            [
                claude("user_prompt"),
                claude("tool_result", tool_name="Bash", success="true", tool_parameters=details),
                *(
                    claude(
                        "tool_result",
                        AT + n,
                        tool_name="Bash",
                        success="false",
                        tool_parameters=tests,
                    )
                    for n in range(3)
                ),
                claude("tool_result", tool_name="mcp__db__query", success="true"),
                claude("tool_decision", tool_name="Edit", decision="accept", source="config"),
                claude(
                    "tool_decision", tool_name="Edit", decision="accept", source="user_temporary"
                ),
                claude("tool_decision", tool_name="Write", decision="reject", source="user_reject"),
                claude("tool_decision", tool_name="Bash", decision="reject", source="user_abort"),
                claude("permission_mode_changed", from_mode="default", to_mode="plan"),
                claude("permission_mode_changed", from_mode="plan", to_mode="acceptEdits"),
                claude("compaction", trigger="auto"),
                claude("subagent_completed", agent_type="Explore"),
            ],
        )
        found = collected(folder)
        assert found.acts("prompt") == {None: 1}
        assert found.acts("tool_call") == {"Bash": 4, "mcp__db__query": 1}
        assert found.acts("tool_failed") == {"Bash": 3}
        assert found.acts("test_run") == {None: 3}
        assert found.acts("looped_call") == {"Bash": 3}
        assert found.acts("mcp") == {None: 1}
        assert found.acts("edit_accepted") == {"Edit": 1}  # what a rule accepts, nobody did
        assert found.acts("edit_rejected") == {"Write": 1}
        assert found.acts("tool_rejected") == {"Write": 1, "Bash": 1}
        assert found.acts("interrupted") == {"Bash": 1}
        assert (found.acts("plan"), found.acts("compacted")) == ({None: 1}, {"auto": 1})
        assert found.acts("subagent") == {"Explore": 1}
        assert found.only("ai_activity", kind="commit")["commit_id"] == SHA

    def test_lines_commits_and_decisions_of_metrics(self, folder: Path) -> None:
        """Commits are counted where no event names one; a rule's decision is nobody's."""
        decided = [
            tokens("", 3, tool_name="Edit", decision="accept", source="user_permanent"),
            tokens("", 5, tool_name="Edit", decision="accept", source="config"),
            tokens("", 1, tool_name="Write", decision="reject", source="user_reject"),
        ]
        metrics = [
            counter("claude_code.lines_of_code.count", tokens("added", 120), tokens("removed", 7)),
            counter("claude_code.commit.count", tokens("", 2)),
            counter("claude_code.pull_request.count", tokens("", 1)),
            counter("claude_code.code_edit_tool.decision", *decided),
        ]
        send(folder, "metrics", metrics)
        found = collected(folder)
        rows = found["ai_lines"]
        assert sum(row["lines_added"] or 0 for row in rows) == 120
        assert sum(row["lines_removed"] or 0 for row in rows) == 7
        assert {(row["layer"], row["mode"], row["model"]) for row in rows} == {
            ("written", "agent", "claude-sonnet-5")
        }
        assert (found.acts("commit"), found.acts("change_opened")) == ({None: 2}, {None: 1})
        assert found.acts("edit_accepted") == {"Edit": 3}
        assert found.acts("edit_rejected") == {"Write": 1}
        details = json.dumps({"git_commit_id": SHA})
        send(folder, "logs", [claude("tool_result", tool_name="Bash", tool_parameters=details)])
        assert collected(folder).acts("commit") == {None: 1}

    @pytest.mark.parametrize(
        ("said", "kind"),
        [
            ({"query_source": "repl_main_thread"}, "main"),
            ({"query_source": "auxiliary"}, "auxiliary"),
            ({"query_source": "compact"}, "auxiliary"),
            ({"query_source": "Explore", "agent__name": "Explore"}, "subagent"),
            ({"query_source": "agent:builtin:Plan"}, "subagent"),
            ({"query_source": "something newer"}, None),
        ],
    )
    def test_who_asked_is_told_or_unknown(
        self, said: dict[str, str], kind: str | None, folder: Path
    ) -> None:
        send(folder, "logs", [claude("api_request", **{**REQUEST, "query_source": "", **said})])
        assert collected(folder).only("ai_request")["agent_kind"] == kind

    def test_a_dashboard_that_was_opened_is_no_session(self, folder: Path) -> None:
        opened = point(1, session__id="s-2", start_type="agents_view")
        begun = point(1, session__id="s-3", start_type="fresh")
        send(folder, "metrics", [counter("claude_code.session.count", opened, begun)])
        assert collected(folder).only("ai_session")["session_id"] == "claude-code:s-3"


def test_the_same_records_sent_again_and_in_any_order_give_the_same_rows(tmp_path: Path) -> None:
    """An exporter that lost an answer sends its batch again, into a later segment."""
    first, again = tmp_path / "first", tmp_path / "again"
    batches: list[tuple[str, list[Any]]] = [
        ("logs", [claude("api_request", AT + n, **REQUEST | {"request_id": f"req_{n}"})])
        for n in range(6)
    ]
    batches.append(("metrics", [counter("claude_code.active_time.total", tokens("user", 9))]))
    for signal, records in batches:
        send(first, signal, records)
    archive = None
    for signal, records in [*reversed(batches), *batches[::2]]:
        send(again, signal, records)
        archive = visit(again, archive)
    assert archive is not None
    assert _sorted(read(archive).tables) == _sorted(collected(first).tables)
    assert len(collected(first)["ai_request"]) == 6


def _sorted(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    return {name: sorted(map(str, rows)) for name, rows in tables.items()}


def test_a_request_of_tomorrow_is_left_out_and_counted(folder: Path) -> None:
    """Two days ahead is no clock that is off by a little."""
    later = (NOW + 3 * 86_400 * 1_000_000) * 1000
    send(folder, "logs", [claude("api_request", later, **REQUEST)])
    found = collected(folder)
    assert found["ai_request"] == []
    assert [skip.reason for skip in found.skipped] == ["a record cannot be read"]


def test_a_session_that_goes_on_after_its_time_keeps_its_first_rows(folder: Path) -> None:
    """The archive knows it and holds its body no more: what comes now is a part of its own."""
    archive = None
    for number in range(3):
        said = REQUEST | {"request_id": f"req_{number}"}
        send(folder, "logs", [claude("api_request", AT + number, **said)])
        archive = visit(folder, archive)
        if number == 0:
            archive.past.add(("session", "claude-code:s-1"))
    assert archive is not None
    rows = read(archive)["ai_request"]
    assert [row["session_id"].partition(":")[2] for row in rows] == ["s-1", "s-1~2", "s-1~2"]
