"""Copilot, and whatever else keeps to the conventions for generative AI, in three generations.

https://github.com/open-telemetry/semantic-conventions-genai
Spans tell of requests one by one and count before log records, those before metrics. The span of
an agent repeats the sum of what is below it and never counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trueup.collect.ai.tokens import Tokens
from trueup.collect.sources.otlp.rows.claude import tell_labels, tell_loops
from trueup.collect.sources.otlp.rows.hearing import Heard
from trueup.collect.sources.otlp.rows.ledger import Asked, Ledger

_ASKING = frozenset(("chat", "text_completion", "generate_content", "embeddings", "llm_call"))
_ABOVE = frozenset(("invoke_agent", "create_agent", "execute_tool", "tool_call", "invoke_workflow"))
_PROMPT = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
_OUTPUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
_READ = ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens")
_WRITTEN = (
    *("gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_write.input_tokens"),
    "gen_ai.usage.cache_creation_input_tokens",
)
_REASONING = ("gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens")
_MODEL = ("gen_ai.response.model", "gen_ai.request.model")
_TIER = (
    *("gen_ai.response.service_tier", "gen_ai.openai.response.service_tier"),
    *("openai.response.service_tier", "gen_ai.request.service_tier"),
)
_PROVIDERS = {
    "aws.bedrock": "aws",
    "azure.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "az.ai.openai": "azure",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "vertex_ai": "google",
    "gemini": "google",
    "x_ai": "x-ai",
    "mistral_ai": "mistral",
}
_MCP = "github.copilot.tool.parameters.mcp_tool_name"
_COUNTERS = {
    "gen_ai.client.inference.usage.input_tokens": "input",
    "gen_ai.client.inference.usage.output_tokens": "output",
    "gen_ai.client.inference.usage.cache_read.input_tokens": "cache_read",
    "gen_ai.client.inference.usage.cache_write.input_tokens": "cache_write",
    "gen_ai.client.inference.usage.reasoning.output_tokens": "reasoning",
}


def read(every: list[Heard], ledger: Ledger, *, is_repeated: bool) -> None:
    """Tell the ledger what the records of a session say."""
    spans = {(one.trace, one.span): one for one in every if one.signal == "traces"}
    asking = [one for one in spans.values() if _is_asking(one)]
    logs = [one for one in every if one.signal == "logs"]
    for one in asking:
        _request(one, ledger, _agent(one, spans))
    if not asking:
        for one in logs:
            _request(one, ledger, None)
    for one in spans.values():
        _did(one, ledger, spans)
    tools = [one for one in spans.values() if _operation(one) in {"execute_tool", "tool_call"}]
    tell_loops(tools, ledger, "gen_ai.tool.name")
    points = [one for one in every if one.signal == "metrics"]
    for one in points:
        _outcome(one, ledger)
    if not (asking or logs or is_repeated):
        _counted([one for one in points if one.name.startswith("gen_ai.")], ledger)


def _operation(one: Heard) -> str:
    return one.word("gen_ai.operation.name") or ""


def _is_asking(one: Heard) -> bool:
    """Say whether a span is of one request; older ones do not name their operation."""
    operation = _operation(one)
    if operation:
        return operation in _ASKING
    return one.name.partition(" ")[0] not in _ABOVE and one.count(*_PROMPT) is not None


def _request(one: Heard, ledger: Ledger, agent: str | None) -> None:
    prompt, output = one.count(*_PROMPT), one.count(*_OUTPUT)
    if prompt is None and output is None:
        return
    told = {
        "input": prompt or 0,
        "output": output or 0,
        "cache_read": one.count(*_READ) or 0,
        "cache_write": one.count(*_WRITTEN) or 0,
    }
    reasoning = one.count(*_REASONING)
    provider = provider_of(one)
    key = _key(provider, one.word("gen_ai.response.id"))
    ledger.ask(
        Asked(
            heard=one,
            native=one.span if one.signal == "traces" else key or one.record_id,
            tokens=tokens_of(told, reasoning),
            key=key,
            provider=provider,
            model=one.word(*_MODEL),
            agent=agent,
            tier=one.word(*_TIER),
        )
    )


def tokens_of(told: Mapping[str, int], reasoning: int | None) -> Tokens:
    """Return the buckets; input counts what is cached, unless that is more than all of it.

    Instrumentations older than the rule hand on what Anthropic says, which leaves it out.
    """
    read, written = told.get("cache_read", 0), told.get("cache_write", 0)
    if read + written > told.get("input", 0):
        return Tokens(
            uncached_input=told.get("input", 0),
            cache_read=read,
            cache_write_5m=written,
            output=told.get("output", 0),
            reasoning_output=reasoning,
        )
    return Tokens.of_whole_prompt(
        told.get("input", 0),
        cache_read=read,
        cache_write=written,
        output=told.get("output", 0),
        reasoning_output=reasoning,
    )


def provider_of(one: Heard) -> str | None:
    """Return whose interface was asked, in the vocabulary of rows."""
    said = (one.word("gen_ai.provider.name", "gen_ai.system") or "").lower()
    return _PROVIDERS.get(said, said or None)


def _key(provider: str | None, response: str | None) -> str | None:
    if not response or provider not in {"anthropic", "openai"}:
        return None
    if provider == "anthropic" and response.startswith("req_"):
        return f"anthropic_request:{response}"
    return f"{provider}:{response}"


def _agent(one: Heard, spans: Mapping[tuple[str, str], Heard]) -> str | None:
    """Return who asked: a request below no agent is the tool's own, below two a subagent's."""
    if not one.parent:
        is_copilot = any(name.startswith("copilot_chat.") for name in one.attributes)
        return "auxiliary" if is_copilot or one.word("gen_ai.agent.name") else None
    above = _agents_above(one, spans)
    return None if above == 0 else "main" if above == 1 else "subagent"


def _agents_above(one: Heard, spans: Mapping[tuple[str, str], Heard]) -> int:
    found, seen = 0, {one.span}
    above = spans.get((one.trace, one.parent))
    while above is not None and above.span not in seen:
        seen.add(above.span)
        found += _operation(above) == "invoke_agent"
        above = spans.get((above.trace, above.parent))
    return found


def _did(one: Heard, ledger: Ledger, spans: Mapping[tuple[str, str], Heard]) -> None:
    operation = _operation(one)
    if operation in {"execute_tool", "tool_call"}:
        tool = one.word("gen_ai.tool.name")
        ledger.act(one, "tool_call", tool)
        if one.is_error:
            ledger.act(one, "tool_failed", tool)
        if one.word("gen_ai.tool.type") == "extension":
            ledger.act(one, "mcp", one.word(_MCP) or tool)
        if skill := one.word("github.copilot.tool.parameters.skill_name"):
            ledger.act(one, "skill", skill)
        tell_labels(one, ledger)
    elif operation == "execute_hook":
        ledger.act(one, "hook")
    elif operation == "invoke_agent":
        if _agents_above(one, spans):
            ledger.act(one, "subagent", one.word("gen_ai.agent.name"))
        else:
            ledger.act(one, "prompt")


def _outcome(one: Heard, ledger: Ledger) -> None:
    """Take what Copilot counts of edits; single hunks are left out: their file counts too."""
    count, outcome = round(one.value), one.word("copilot_chat.edit.outcome", "outcome")
    match one.name.removeprefix("copilot_chat."):
        case "edit.acceptance.count":
            source = one.word("copilot_chat.edit.source")
            kind = {"accepted": "edit_accepted", "rejected": "edit_rejected"}.get(outcome or "")
            if kind is not None and source != "chat_editing_hunk":
                ledger.act(one, kind, source, count=count)
        case "lines_of_code.count":
            column = {"added": "lines_added", "removed": "lines_removed"}.get(
                one.word("type") or ""
            )
            if column is not None:
                ledger.write(one, layer="accepted", **{column: count})
        case "agent.summarization.count" if outcome == "applied":
            ledger.act(one, "compacted", count=count)
        case "pull_request.count":
            ledger.act(one, "change_opened", count=count)


def _counted(points: list[Heard], ledger: Ledger) -> None:
    """Take tokens that are only counted; the newer counters say all that the older ones do."""
    newer = [one for one in points if one.name in _COUNTERS]
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in newer or points:
        kind = _COUNTERS.get(one.name) or one.word("gen_ai.token.type") or ""
        key = (one.at, one.ended_at, provider_of(one), one.word(*_MODEL))
        known = found.setdefault(key, {"first": one, "told": {}})
        known["told"][kind] = known["told"].get(kind, 0) + round(one.value)
    for key, known in found.items():
        told = known["told"]
        ledger.ask(
            Asked(
                heard=known["first"],
                native="/".join(map(str, key)),
                tokens=tokens_of(told, told.get("reasoning")),
                provider=key[2],
                model=key[3],
                is_single=False,
            )
        )
