"""Codex, Gemini CLI and Copilot by OTLP: the same use once, whichever signals tell of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.collect.ai.machine import samples_of
from tests.collect.otlp.sending import (
    AT,
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

INPUT: dict[str, Any] = {"gen_ai__token__type": "input"}
OUTPUT: dict[str, Any] = {"gen_ai__token__type": "output"}
CODEX = {"service.name": "codex_cli_rs"}
GEMINI = {"service.name": "gemini-cli"}
COPILOT = {"service.name": "copilot-chat", "session.id": "window-1"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "otlp"


class TestCodex:
    def test_numbers_written_as_text_and_a_prompt_that_holds_its_cache(self, folder: Path) -> None:
        """1,000 in of which 800 cached; 50 out of which 20 reasoning."""
        said: dict[str, Any] = {
            "conversation__id": "c-1",
            "model": "gpt-5-codex",
            "event__kind": "response.completed",
            "input_token_count": "1000",
            "cached_token_count": "800",
            "output_token_count": "50",
            "reasoning_token_count": "20",
            "tool_token_count": "1050",
        }
        delta: dict[str, Any] = {
            "conversation__id": "c-1",
            "event__kind": "response.output_text.delta",
        }
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
        usage: dict[str, Any] = {
            "gen_ai__usage__input_tokens": 1000,
            "gen_ai__usage__output_tokens": 50,
        }
        send(folder, "traces", [span("handle_responses", 3, **usage)], CODEX)
        archive = visit(folder)
        assert read(archive)["ai_request"] == []
        (note,) = [one for one in archive.notes if "traces of openai-codex" in one.reason]
        assert (note.expected, note.skipped) == (1, 1)

    def test_calls_and_decisions_and_what_a_commit_printed(self, folder: Path) -> None:
        said: dict[str, Any] = {"conversation__id": "c-1", "tool_name": "shell", "call_id": "x"}
        output = "[main 1a2b3c4] words\n 1 file changed"
        patch: dict[str, Any] = {**said, "tool_name": "apply_patch", "source": "user"}
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
        said: dict[str, Any] = {
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
        same: dict[str, Any] = {"session__id": "g-1", "model": "gemini-3-pro"}
        kinds = {"input": 900, "cache": 700, "tool": 30, "output": 40, "thought": 60}
        own = [point(value, type=kind, **same) for kind, value in kinds.items()]
        conventions = [
            point(900, **INPUT, session__id="g-1"),
            point(40, **OUTPUT, session__id="g-1"),
        ]
        metrics = [
            counter("gemini_cli.token.usage", *own),
            counter("gen_ai.client.token.usage", *conventions),
        ]
        send(folder, "metrics", metrics, GEMINI)
        archive = visit(folder)
        found = read(archive)
        assert found.tokens() == (230, 700, 0, 100)
        assert sum(found.tokens()) == 1030
        assert [note.skipped for note in archive.notes if "repeated" in note.subject] == [2]
        assert found.only("ai_request")["reasoning_output_tokens"] == 60

    def test_a_process_is_a_session_where_a_record_names_none(self, folder: Path) -> None:
        where = {**GEMINI, "session.id": "g-2"}
        send(folder, "logs", [log("gemini_cli.user_prompt", prompt_length=3)], where)
        assert collected(folder).only("ai_session")["session_id"] == "gemini-cli:g-2"

    def test_its_counters_alone_give_the_same_buckets(self, folder: Path) -> None:
        kinds = {"input": 900, "cache": 700, "tool": 30, "output": 40, "thought": 60}
        own = [point(n, type=kind, session__id="g-1", model="m") for kind, n in kinds.items()]
        send(folder, "metrics", [counter("gemini_cli.token.usage", *own)], GEMINI)
        assert collected(folder).tokens() == (230, 700, 0, 100)

    def test_edits_are_lines_of_the_model_and_decisions_of_a_person(self, folder: Path) -> None:
        diff = {"model_added_lines": 12, "model_removed_lines": 3, "user_added_lines": 1}
        said: dict[str, Any] = {"session__id": "g-1", "function_name": "replace", "success": True}
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
    told: dict[str, Any] = {
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
        agent: dict[str, Any] = {
            "gen_ai__operation__name": "invoke_agent",
            "copilot_chat__chat_session_id": "v-1",
        }
        tool: dict[str, Any] = {
            "gen_ai__operation__name": "execute_tool",
            "gen_ai__tool__name": "runSubagent",
            "copilot_chat__chat_session_id": "v-1",
        }
        where: dict[str, Any] = {
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
        details: dict[str, Any] = {
            "gen_ai__usage__input_tokens": 17_414,
            "gen_ai__usage__output_tokens": 655,
        }
        send(folder, "logs", [log("gen_ai.client.inference.operation.details", **details)], COPILOT)
        usage = [point(17_414, **INPUT)]
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

    @pytest.mark.parametrize(
        ("said", "repository"),
        [
            ("acme/shop", "github.com/acme/shop"),
            ("git@github.example.org:acme/shop.git", "github.example.org/acme/shop"),
            ("/home/ada/shop", None),
            ("shop", None),
        ],
    )
    def test_a_repository_may_be_named_without_its_host(
        self, said: str, repository: str | None, folder: Path
    ) -> None:
        where: dict[str, Any] = {"github__copilot__git__repository": said}
        send(folder, "traces", [chat(1, 0, 10, 1, **where)], COPILOT)
        assert collected(folder).only("ai_request")["repository_id"] == repository

    def test_what_is_done_with_edits_is_counted_by_metrics(self, folder: Path) -> None:
        """Two files accepted and one rejected; a hunk is part of a file; 12 lines stayed."""

        def decided(number: float, source: str, outcome: str) -> dict[str, Any]:
            said: dict[str, Any] = {"copilot_chat__edit__source": source}
            return point(number, **said, copilot_chat__edit__outcome=outcome)

        edits = [
            decided(2, "chat_editing", "accepted"),
            decided(1, "inline_chat", "rejected"),
            decided(5, "chat_editing_hunk", "accepted"),
        ]
        lines = [point(12, type="added"), point(3, type="removed")]
        metrics = [
            counter("copilot_chat.edit.acceptance.count", *edits),
            counter("copilot_chat.lines_of_code.count", *lines),
            counter("copilot_chat.agent.summarization.count", point(1, outcome="applied")),
        ]
        send(folder, "metrics", metrics, COPILOT)
        send(folder, "traces", [chat(1, 0, 10, 1)], COPILOT)
        found = collected(folder)
        assert found.acts("edit_accepted") == {"chat_editing": 2}
        assert found.acts("edit_rejected") == {"inline_chat": 1}
        assert found.acts("compacted") == {None: 1}
        assert {row["layer"] for row in found["ai_lines"]} == {"accepted"}
        assert sum(row["lines_added"] or 0 for row in found["ai_lines"]) == 12
        assert found.tokens() == (10, 0, 0, 1)

    def test_calls_skills_and_hooks_are_told_by_their_spans(self, folder: Path) -> None:
        common: dict[str, Any] = {
            "copilot_chat__chat_session_id": "v-1",
            "gen_ai__operation__name": "execute_tool",
        }
        lead = "github__copilot__tool__parameters__"
        shell = {**common, "gen_ai__tool__name": "run", f"{lead}command": "npm test"}
        asked = {**common, "gen_ai__tool__name": "ask", "gen_ai__tool__type": "extension"}
        asked |= {f"{lead}mcp_tool_name": "search", f"{lead}skill_name": "profile"}
        hook = {**common, "gen_ai__operation__name": "execute_hook"}
        spans = [span("a", 1, **shell), span("b", 2, **asked), span("c", 3, **hook)]
        send(folder, "traces", spans, COPILOT)
        found = collected(folder)
        assert found.acts("tool_call") == {"run": 1, "ask": 1}
        assert (found.acts("mcp"), found.acts("skill")) == ({"search": 1}, {"profile": 1})
        assert (found.acts("hook"), found.acts("test_run")) == ({None: 1}, {None: 1})

    @pytest.mark.reference
    def test_the_spans_of_a_real_vs_code_come_to_the_published_totals(self, folder: Path) -> None:
        """71,671 in and 1,696 out in 9 chat spans; the agents' 69,591 and 906 are not added."""
        path = samples_of("copilot/vscode-otel-spans.json")
        spans = []
        for one in json.loads(path.read_text("utf-8")):
            told: dict[str, Any] = {
                key.replace(".", "__"): value for key, value in one["attributes"].items()
            }
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
