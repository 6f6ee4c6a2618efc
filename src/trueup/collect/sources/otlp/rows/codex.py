"""Codex: its log events; its spans and metrics tell the same and are not read.

https://developers.openai.com/codex/config-advanced
Counts may come as text. Input includes what was cached, output includes reasoning.
"""

from __future__ import annotations

from trueup.collect.ai.tokens import Tokens
from trueup.collect.sources.otlp.rows.claude import tell_labels, tell_loops
from trueup.collect.sources.otlp.rows.hearing import Heard
from trueup.collect.sources.otlp.rows.ledger import Asked, Ledger

_PROVIDERS = {"openai": "openai", "azure": "azure", "openai chatgpt": "openai"}
_EDITS = frozenset(("apply_patch",))


def read(every: list[Heard], ledger: Ledger, *, is_repeated: bool) -> None:
    """Tell the ledger what the records of a session say."""
    del is_repeated
    provider: str | None = "openai"
    for one in every:
        match one.name:
            case "codex.conversation_starts":
                said = one.word("provider_name")
                provider = _PROVIDERS.get((said or "openai").lower(), (said or "").lower())
            case "codex.sse_event":
                _request(one, ledger, provider)
            case "codex.user_prompt":
                ledger.act(one, "prompt")
            case "codex.tool_decision":
                _decided(one, ledger)
            case "codex.tool_result":
                _result(one, ledger)
    calls = [one for one in every if one.name == "codex.tool_result"]
    tell_loops(calls, ledger, "tool_name")


def _request(one: Heard, ledger: Ledger, provider: str | None) -> None:
    prompt, output = one.count("input_token_count"), one.count("output_token_count")
    if prompt is None and output is None:
        return
    ledger.ask(
        Asked(
            heard=one,
            native=one.record_id,
            tokens=Tokens.of_whole_prompt(
                prompt or 0,
                cache_read=one.count("cached_token_count") or 0,
                output=output or 0,
                reasoning_output=one.count("reasoning_token_count"),
            ),
            provider=provider,
            model=one.word("model"),
        )
    )


def _decided(one: Heard, ledger: Ledger) -> None:
    tool, decision = one.word("tool_name"), one.word("decision") or ""
    is_person = (one.word("source") or "").lower() == "user"
    if decision in {"denied", "abort"}:
        ledger.act(one, "tool_rejected", tool)
    if decision == "abort":
        ledger.act(one, "interrupted", tool)
    if tool in _EDITS and is_person:
        kind = "edit_accepted" if decision.startswith("approved") else "edit_rejected"
        ledger.act(one, kind, tool)


def _result(one: Heard, ledger: Ledger) -> None:
    tool = one.word("tool_name")
    ledger.act(one, "tool_call", tool)
    if one.is_yes("success") is False:
        ledger.act(one, "tool_failed", tool)
    server = one.attributes.get("mcp_server")
    if isinstance(server, str) and server:
        ledger.act(one, "mcp", server)
    tell_labels(one, ledger)
