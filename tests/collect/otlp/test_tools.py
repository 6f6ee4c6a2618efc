"""What each tool sends becomes rows, the same use once, whichever signals tell of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.collect.ai.machine import reference
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

CODEX = {"service.name": "codex_cli_rs"}
GEMINI = {"service.name": "gemini-cli"}
COPILOT = {"service.name": "copilot-chat", "session.id": "window-1"}
REQUEST: Mapping[str, Any] = {
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
    told = {"session__id": "s-1", "model": "claude-sonnet-5", "type": kind, **said}
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
        said = {"session__id": "s-1", "type": "output", "model": "m"}
        readings = ((100, 0, 0), (150, 1, 0), (150, 2, 0), (30, 3, 3), (100, 0, 0))
        for value, minute, start in readings:
            at, begun = AT + minute * 60 * SECOND, AT + start * 60 * SECOND - SECOND
            one = point(value, at, begun, **said)
            send(folder, "metrics", [counter("claude_code.token.usage", one, is_cumulative=True)])
        assert collected(folder).tokens()[3] == 180

    def test_a_counter_without_a_start_begins_anew_where_it_falls(self, folder: Path) -> None:
        """50, 70, 20 are 50 + 20 + 20."""
        said = {"session__id": "s-1", "type": "output", "model": "m"}
        for minute, value in enumerate((50, 70, 20)):
            one = point(value, AT + minute * 60 * SECOND, 0, **said)
            send(folder, "metrics", [counter("claude_code.token.usage", one, is_cumulative=True)])
        assert collected(folder).tokens()[3] == 90

    @pytest.mark.parametrize("are_metrics_first", [True, False])
    def test_metrics_without_a_session_give_way_to_requests_of_the_service(
        self, folder: Path, *, are_metrics_first: bool
    ) -> None:
        """Whichever came first, and in whichever visit."""
        archive = None
        both = {
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
        where = {
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


class TestCodex:
    def test_numbers_written_as_text_and_a_prompt_that_holds_its_cache(self, folder: Path) -> None:
        """1,000 in of which 800 cached; 50 out of which 20 reasoning."""
        said = {
            "conversation__id": "c-1",
            "model": "gpt-5-codex",
            "event__kind": "response.completed",
            "input_token_count": "1000",
            "cached_token_count": "800",
            "output_token_count": "50",
            "reasoning_token_count": "20",
            "tool_token_count": "1050",
        }
        delta = {"conversation__id": "c-1", "event__kind": "response.output_text.delta"}
        send(
            folder,
            "logs",
            [log("codex.sse_event", **said), log("codex.sse_event", AT + 1, **delta)],
            CODEX,
        )
        found = collected(folder)
        row = found.only("ai_request")
        assert found.tokens() == (200, 800, 0, 50)
        assert (row["reasoning_output_tokens"], row["session_id"]) == (20, "openai-codex:c-1")
        assert (row["tool"], row["provider"], row["event_key"]) == ("openai-codex", "openai", None)

    def test_spans_and_metrics_of_codex_repeat_its_logs(self, folder: Path) -> None:
        """They are not read, and the coverage says so."""
        usage = {"gen_ai__usage__input_tokens": 1000, "gen_ai__usage__output_tokens": 50}
        send(folder, "traces", [span("handle_responses", 3, **usage)], CODEX)
        archive = visit(folder)
        assert read(archive)["ai_request"] == []
        (note,) = [one for one in archive.notes if "traces of openai-codex" in one.reason]
        assert (note.expected, note.skipped) == (1, 1)

    def test_calls_and_decisions_and_what_a_commit_printed(self, folder: Path) -> None:
        said = {"conversation__id": "c-1", "tool_name": "shell", "call_id": "x"}
        output = "[main 1a2b3c4] words\n 1 file changed"
        patch = {**said, "tool_name": "apply_patch", "source": "user"}
        send(
            folder,
            "logs",
            [
                log("codex.user_prompt", **said, prompt="words", prompt_length="5"),
                log("codex.tool_result", **said, success="true", output=output, arguments="{}"),
                log("codex.tool_result", AT + 1, **said, success="false", mcp_server="db"),
                log("codex.tool_decision", **patch, decision="approved_for_session"),
                log("codex.tool_decision", AT + 1, **patch, decision="denied"),
                log(
                    "codex.tool_decision",
                    AT + 2,
                    **{**patch, "source": "config"},
                    decision="approved",
                ),
            ],
            CODEX,
        )
        found = collected(folder)
        assert found.acts("tool_call") == {"shell": 2}
        assert (found.acts("tool_failed"), found.acts("mcp")) == ({"shell": 1}, {"db": 1})
        assert found.acts("edit_accepted") == found.acts("edit_rejected") == {"apply_patch": 1}
        assert found.acts("tool_rejected") == {"apply_patch": 1}
        assert found.only("ai_activity", kind="commit")["commit_id"] == "1a2b3c4"


class TestGeminiCli:
    def test_thoughts_come_on_top_and_its_two_metrics_are_the_same_tokens(
        self, folder: Path
    ) -> None:
        """900 in, 700 of them cached, 30 of tools on top; 40 out and 60 thought: 1,030 in all."""
        said = {
            "session__id": "g-1",
            "model": "gemini-3-pro",
            "input_token_count": 900,
            "cached_content_token_count": 700,
            "tool_token_count": 30,
            "output_token_count": 40,
            "thoughts_token_count": 60,
            "total_token_count": 1030,
        }
        send(folder, "logs", [log("gemini_cli.api_response", **said)], GEMINI)
        same = {"session__id": "g-1", "model": "gemini-3-pro"}
        kinds = {"input": 900, "cache": 700, "tool": 30, "output": 40, "thought": 60}
        own = [point(value, type=kind, **same) for kind, value in kinds.items()]
        conventions = [
            point(900, gen_ai__token__type="input", session__id="g-1"),
            point(40, gen_ai__token__type="output", session__id="g-1"),
        ]
        metrics = [
            counter("gemini_cli.token.usage", *own),
            counter("gen_ai.client.token.usage", *conventions),
        ]
        send(folder, "metrics", metrics, GEMINI)
        found = collected(folder)
        assert found.tokens() == (230, 700, 0, 100)
        assert sum(found.tokens()) == 1030
        assert found.only("ai_request")["reasoning_output_tokens"] == 60

    def test_its_counters_alone_give_the_same_buckets(self, folder: Path) -> None:
        kinds = {"input": 900, "cache": 700, "tool": 30, "output": 40, "thought": 60}
        own = [point(n, type=kind, session__id="g-1", model="m") for kind, n in kinds.items()]
        send(folder, "metrics", [counter("gemini_cli.token.usage", *own)], GEMINI)
        assert collected(folder).tokens() == (230, 700, 0, 100)

    def test_edits_are_lines_of_the_model_and_decisions_of_a_person(self, folder: Path) -> None:
        diff = {"model_added_lines": 12, "model_removed_lines": 3, "user_added_lines": 1}
        said = {"session__id": "g-1", "function_name": "replace", "success": True}
        send(
            folder,
            "logs",
            [
                log("gemini_cli.tool_call", **said, decision="modify", metadata={"diffStat": diff}),
                log("gemini_cli.tool_call", AT + 1, **said, decision="auto_accept"),
                log("gemini_cli.tool_call", AT + 2, **said, decision="reject"),
            ],
            GEMINI,
        )
        lines = [point(12, type="added", session__id="g-1", function_name="replace")]
        send(folder, "metrics", [counter("gemini_cli.lines.changed", *lines)], GEMINI)
        found = collected(folder)
        row = found.only("ai_lines")
        assert (row["lines_added"], row["lines_removed"], row["layer"]) == (12, 3, "written")
        assert found.acts("tool_call") == {"replace": 2}
        assert found.acts("edit_accepted") == found.acts("edit_rejected") == {"replace": 1}


def chat(number: int, parent: int, prompt: int, output: int, **said: Any) -> dict[str, Any]:
    told = {
        "gen_ai__operation__name": "chat",
        "gen_ai__provider__name": "github",
        "gen_ai__response__model": "gpt-4.1",
        "gen_ai__usage__input_tokens": prompt,
        "gen_ai__usage__output_tokens": output,
        "copilot_chat__chat_session_id": "v-1",
        **said,
    }
    return span(f"chat gpt-4.1-{number}", number, parent, **told)


class TestCopilot:
    def test_the_span_of_an_agent_repeats_what_is_below_it(self, folder: Path) -> None:
        """17,414 + 18,101 in; the agent says 35,515 once more, a subagent asks inside a tool."""
        agent = {"gen_ai__operation__name": "invoke_agent", "copilot_chat__chat_session_id": "v-1"}
        tool = {
            "gen_ai__operation__name": "execute_tool",
            "gen_ai__tool__name": "runSubagent",
            "copilot_chat__chat_session_id": "v-1",
        }
        where = {
            "copilot_chat__repo__remote_url": "https://github.com/acme/shop",
            "copilot_chat__repo__head_branch_name": "main",
            "copilot_chat__repo__head_commit_hash": SHA,
        }
        spans = [
            chat(2, 1, 17_414, 655, gen_ai__usage__cache_read__input_tokens=2816),
            chat(3, 1, 18_101, 74),
            span("execute_tool runSubagent", 4, 1, **tool),
            span("invoke_agent Explore", 5, 4, **agent, gen_ai__agent__name="Explore"),
            chat(6, 5, 100, 10),
            chat(7, 0, 270, 9, gen_ai__agent__name="title"),
            span(
                "invoke_agent copilot", 1, **agent, **where, gen_ai__usage__input_tokens=35_515,
                gen_ai__usage__output_tokens=729,
            ),
        ]  # fmt: skip
        send(folder, "traces", spans, COPILOT)
        details = {"gen_ai__usage__input_tokens": 17_414, "gen_ai__usage__output_tokens": 655}
        send(folder, "logs", [log("gen_ai.client.inference.operation.details", **details)], COPILOT)
        usage = [point(17_414, gen_ai__token__type="input")]
        send(folder, "metrics", [counter("gen_ai.client.token.usage", *usage)], COPILOT)
        found = collected(folder)
        assert found.tokens() == (17_414 - 2816 + 18_101 + 100 + 270, 2816, 0, 655 + 74 + 10 + 9)
        kinds = sorted(row["agent_kind"] for row in found["ai_request"])
        assert kinds == ["auxiliary", "main", "main", "subagent"]
        session = found.only("ai_session")
        assert session["session_id"] == "copilot:v-1"
        assert session["commit_id"] == f"github.com/acme/shop:{SHA}"
        assert {row["repository_id"] for row in found["ai_request"]} == {"github.com/acme/shop"}
        assert found.acts("subagent") == {"Explore": 1}
        assert found.acts("prompt") == {None: 1}

    @pytest.mark.reference
    def test_the_spans_of_a_real_vs_code_come_to_the_published_totals(self, folder: Path) -> None:
        """71,671 in and 1,696 out in 9 chat spans; the agents' 69,591 and 906 come on top of none."""
        path = reference("copilot/vscode-otel-spans.json")
        spans = []
        for one in json.loads(path.read_text("utf-8")):
            told = {key.replace(".", "__"): value for key, value in one["attributes"].items()}
            made = span(one["name"], 1, **told)
            made |= {
                "traceId": one["trace_id"],
                "spanId": one["span_id"],
                "parentSpanId": one["parent_span_id"] or "",
                "startTimeUnixNano": str(int(one["start_time_ms"] * 1_000_000)),
                "endTimeUnixNano": str(int(one["end_time_ms"] * 1_000_000)),
            }
            spans.append(made)
        send(folder, "traces", spans, COPILOT)
        found = collected(folder)
        uncached, cached, written, output = found.tokens()
        assert (uncached + cached + written, output) == (71_671, 1_696)
        assert len(found["ai_request"]) == 9
        assert {row["session_id"] for row in found["ai_session"]} == {
            "copilot:48eb5d32-e8f9-4528-b791-92cec0da9dce",
            "copilot:f25ea82a-4ef6-4151-9144-46ee55690bcb",
        }


AGENT = {"service.name": "in-house-agent"}


class TestConventions:
    @pytest.mark.parametrize(
        "said",
        [
            {
                "gen_ai__system": "anthropic",
                "gen_ai__request__model": "claude-sonnet-5",
                "gen_ai__usage__prompt_tokens": 100,
                "gen_ai__usage__completion_tokens": 20,
                "gen_ai__usage__cache_read_input_tokens": 60,
                "gen_ai__usage__cache_creation_input_tokens": 10,
            },
            {
                "gen_ai__provider__name": "anthropic",
                "gen_ai__operation__name": "chat",
                "gen_ai__response__model": "claude-sonnet-5",
                "gen_ai__usage__input_tokens": 100,
                "gen_ai__usage__output_tokens": 20,
                "gen_ai__usage__cache_read__input_tokens": 60,
                "gen_ai__usage__cache_creation__input_tokens": 10,
            },
            {
                "gen_ai__provider__name": "anthropic",
                "gen_ai__operation__name": "chat",
                "gen_ai__response__model": "claude-sonnet-5",
                "gen_ai__usage__input_tokens": 100,
                "gen_ai__usage__output_tokens": 20,
                "gen_ai__usage__cache_read__input_tokens": 60,
                "gen_ai__usage__cache_write__input_tokens": 10,
            },
        ],
    )
    def test_three_generations_say_the_same(self, said: dict[str, Any], folder: Path) -> None:
        send(folder, "traces", [span("chat", 1, **said)], AGENT)
        found = collected(folder)
        row = found.only("ai_request")
        assert found.tokens() == (30, 60, 10, 20)
        assert (row["provider"], row["model"]) == ("anthropic", "claude-sonnet-5")
        assert row["tool"] == "in-house-agent"

    def test_an_input_smaller_than_its_cache_leaves_it_out(self, folder: Path) -> None:
        """Old instrumentations of Anthropic hand on its own counts."""
        said = {
            "gen_ai__system": "anthropic",
            "gen_ai__usage__input_tokens": 5,
            "gen_ai__usage__output_tokens": 20,
            "gen_ai__usage__cache_read_input_tokens": 900,
        }
        send(folder, "traces", [span("anthropic.chat", 1, **said)], AGENT)
        assert collected(folder).tokens() == (5, 900, 0, 20)

    @pytest.mark.parametrize(
        ("provider", "response", "key"),
        [
            ("anthropic", "msg_1", "anthropic:msg_1"),
            ("anthropic", "req_1", "anthropic_request:req_1"),
            ("openai", "resp_1", "openai:resp_1"),
            ("gcp.vertex_ai", "x", None),
        ],
    )
    def test_a_request_is_named_where_its_response_is(
        self, provider: str, response: str, key: str | None, folder: Path
    ) -> None:
        said = {"gen_ai__usage__input_tokens": 1, "gen_ai__operation__name": "chat"}
        named = {"gen_ai__provider__name": provider, "gen_ai__response__id": response}
        send(folder, "traces", [span("chat", 1, **said, **named)], AGENT)
        assert collected(folder).only("ai_request")["event_key"] == key

    def test_the_newest_counters_hold_subsets_and_win_over_the_histogram(
        self, folder: Path
    ) -> None:
        """100 in with 60 read and 10 written; 20 out with 5 of reasoning; one service, one day."""
        lead = "gen_ai.client.inference.usage."
        said = {"gen_ai__provider__name": "openai", "gen_ai__response__model": "gpt-5"}
        counts = {
            "input_tokens": 100,
            "cache_read.input_tokens": 60,
            "cache_write.input_tokens": 10,
            "output_tokens": 20,
            "reasoning.output_tokens": 5,
        }
        metrics = [counter(lead + name, point(n, **said)) for name, n in counts.items()]
        older = {
            "name": "gen_ai.client.token.usage",
            "histogram": {
                "aggregationTemporality": "AGGREGATION_TEMPORALITY_DELTA",
                "dataPoints": [{**point(0, gen_ai__token__type="input", **said), "sum": 100}],
            },
        }
        del older["histogram"]["dataPoints"][0]["asDouble"]  # type: ignore[index]
        send(folder, "metrics", [*metrics, older], AGENT)
        found = collected(folder)
        assert found.tokens() == (30, 60, 10, 20)
        assert found.only("ai_request")["reasoning_output_tokens"] == 5
        assert found["ai_session"] == []

    def test_the_histogram_alone_counts_by_its_sums(self, folder: Path) -> None:
        points = [
            {**point(0, gen_ai__token__type=kind, gen_ai__system="openai"), "sum": n, "count": "2"}
            for kind, n in (("input", 100.0), ("output", 20.0))
        ]
        for one in points:
            del one["asDouble"]
        told = {"aggregationTemporality": 1, "dataPoints": points}
        send(folder, "metrics", [{"name": "gen_ai.client.token.usage", "histogram": told}], AGENT)
        assert collected(folder).tokens() == (100, 0, 0, 20)


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
