"""Claude Code: requests by its events, else by its metrics; what it did by its events.

https://code.claude.com/docs/en/monitoring-usage
Metrics and events tell of the same requests, and so do spans: one of the three counts, events
before spans before metrics.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from trueup.collect.ai.labels import looped
from trueup.collect.ai.tokens import Tokens
from trueup.collect.sources.otlp.rows.hearing import Heard
from trueup.collect.sources.otlp.rows.ledger import Asked, Ledger

PROVIDER = "anthropic"
_EDITS = frozenset(("Edit", "MultiEdit", "Write", "NotebookEdit"))
_AGENTS = frozenset(("Agent", "Task"))
_KINDS = ("main", "subagent", "auxiliary")
_AUXILIARY = frozenset(
    (
        *(
            "compact",
            "auxiliary",
            "generate_session_title",
            "session_title",
            "title",
            "away_summary",
        ),
        *("prompt_suggestion", "speculation", "side_question", "hook_prompt", "hook_agent"),
        *("extract_memories", "summarize", "web_search_tool", "bash_classifier", "memory"),
    )
)
_COUNTERS = {
    "input": "uncached_input",
    "output": "output",
    "cacheRead": "cache_read",
    "cacheCreation": "cache_write_5m",
}


def read(every: list[Heard], ledger: Ledger, *, is_repeated: bool) -> None:
    """Tell the ledger what the records of a session say.

    Parameters
    ----------
    is_repeated
        Whether metrics of no session tell what sessions tell.
    """
    by_name: dict[str, list[Heard]] = {}
    for one in every:
        by_name.setdefault(one.name.removeprefix("claude_code."), []).append(one)
    requests = by_name.get("api_request") or by_name.get("llm_request", [])
    for one in requests:
        _request(one, ledger)
    if not is_repeated:
        if not requests:
            _counted(by_name.get("token.usage", []), ledger)
        if not by_name.get("api_request"):
            for one in by_name.get("cost.usage", []):
                _counted_cost(one, ledger)
        _counters(by_name, ledger)
    _events(by_name, ledger)


def _request(one: Heard, ledger: Ledger) -> None:
    native = one.word("request_id")
    key = f"anthropic_request:{native}" if native else None
    tokens = Tokens(
        uncached_input=one.count("input_tokens") or 0,
        cache_read=one.count("cache_read_tokens") or 0,
        cache_write_5m=one.count("cache_creation_tokens") or 0,
        output=one.count("output_tokens") or 0,
    )
    model = one.word("model", "gen_ai.request.model")
    name = native or one.record_id
    if tokens.total:
        ledger.ask(
            Asked(
                heard=one,
                native=name,
                tokens=tokens,
                key=key,
                provider=PROVIDER,
                model=model,
                agent=agent_of(one),
                tier=_tier(one),
            )
        )
    columns: dict[str, Any] = {"provider": PROVIDER, "model": model, "event_key": key}
    ledger.cost(one, name, one.dollars(), **columns)


def agent_of(one: Heard) -> str | None:
    """Return who asked: the session itself, a subagent of it, or the tool for its own ends."""
    source = one.word("query_source")
    if source in _KINDS:
        return source
    if one.word("agent.name") or one.word("agent_id") or (source or "").startswith("agent"):
        return "subagent"
    if source is None:
        return None
    if source.startswith(("repl_main_thread", "sdk")):
        return "main"
    return "auxiliary" if source in _AUXILIARY else None


def _tier(one: Heard) -> str | None:
    return "fast" if one.word("speed") == "fast" else None


def _counted(points: list[Heard], ledger: Ledger) -> None:
    """Take tokens that are counted by kind: those of one model and span belong together."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in points:
        bucket = _COUNTERS.get(one.word("type") or "")
        if bucket is None:
            one.faults.append("type of tokens is not known")
            continue
        key = (one.at, one.ended_at, one.word("model"), agent_of(one), _tier(one))
        known = found.setdefault(key, {"first": one, "tokens": {}})
        known["tokens"][bucket] = known["tokens"].get(bucket, 0) + round(one.value)
    for key, known in found.items():
        tokens = Tokens(**known["tokens"])
        if tokens.total:
            one = known["first"]
            ledger.ask(
                Asked(
                    heard=one,
                    native=f"{key[1]}/{key[2]}/{key[3]}/{key[4]}/{key[0]}",
                    tokens=tokens,
                    provider=PROVIDER,
                    model=key[2],
                    agent=key[3],
                    tier=key[4],
                    is_single=False,
                )
            )


def _counted_cost(one: Heard, ledger: Ledger) -> None:
    ledger.cost(
        one,
        one.record_id,
        Decimal(str(one.value)),
        provider=PROVIDER,
        model=one.word("model"),
        ended_at=one.ended_at,
    )


def _counters(by_name: dict[str, list[Heard]], ledger: Ledger) -> None:
    """Take what only metrics tell, and what they tell where there are no events."""
    for one in by_name.get("active_time.total", []):
        ledger.active_seconds = (ledger.active_seconds or 0.0) + one.value
    for one in by_name.get("lines_of_code.count", []):
        column = {"added": "lines_added", "removed": "lines_removed"}.get(one.word("type") or "")
        if column is not None:
            ledger.write(one, model=one.word("model"), **{column: round(one.value)})
    for one in by_name.get("pull_request.count", []):
        ledger.act(one, "change_opened", count=round(one.value))
    if not any(one.words("trueup.commits") for one in by_name.get("tool_result", [])):
        for one in by_name.get("commit.count", []):
            ledger.act(one, "commit", count=round(one.value))
    if not by_name.get("tool_decision"):
        for one in by_name.get("code_edit_tool.decision", []):
            _edit_decided(one, ledger, one.word("decision"), round(one.value))


def _events(by_name: dict[str, list[Heard]], ledger: Ledger) -> None:
    for one in by_name.get("user_prompt", []):
        ledger.act(one, "prompt")
    for one in by_name.get("tool_decision", []):
        _decided(one, ledger)
    for one in by_name.get("permission_mode_changed", []):
        if one.word("to_mode") == "plan":
            ledger.act(one, "plan")
    for one in by_name.get("compaction", []):
        ledger.act(one, "compacted", one.word("trigger"))
    for one in by_name.get("skill_activated", []):
        ledger.act(one, "skill", one.word("skill.name"))
    for one in by_name.get("hook_execution_complete", []):
        ledger.act(one, "hook", count=one.count("num_hooks") or 1)
    for one in by_name.get("subagent_completed", []):
        ledger.act(one, "subagent", one.word("agent_type"))
    _results(by_name, ledger)


def _results(by_name: dict[str, list[Heard]], ledger: Ledger) -> None:
    results = by_name.get("tool_result", [])
    for one in results:
        tool = one.word("tool_name")
        ledger.act(one, "tool_call", tool)
        if one.is_yes("success") is False:
            ledger.act(one, "tool_failed", tool)
        if tool == "mcp_tool" or (tool or "").startswith("mcp__") or one.word("mcp_server_scope"):
            ledger.act(one, "mcp", one.word("trueup.mcp_server"))
        if tool == "Skill" and not by_name.get("skill_activated"):
            ledger.act(one, "skill", one.word("trueup.skill"))
        if tool in _AGENTS and not by_name.get("subagent_completed"):
            ledger.act(one, "subagent", one.word("trueup.subagent"))
        tell_labels(one, ledger)
    tell_loops(results, ledger, "tool_name")


def tell_labels(one: Heard, ledger: Ledger) -> None:
    """Take what the door read off the arguments and the output of a call."""
    for sha in one.words("trueup.commits"):
        ledger.act(one, "commit", commit=sha)
    if one.is_yes("trueup.test_run"):
        ledger.act(one, "test_run")


def tell_loops(calls: list[Heard], ledger: Ledger, name: str) -> None:
    """Take calls that came again and again with the same arguments."""
    told = [
        (one, (tool, digest.encode()))
        for one in calls
        if (tool := one.word(name)) and (digest := one.word("trueup.arguments"))
    ]
    counts = looped(call for _, call in told)
    first = {call[0]: one for one, call in reversed(told)}
    for tool, count in counts.items():
        ledger.act(first[tool], "looped_call", tool, count=count)


def _decided(one: Heard, ledger: Ledger) -> None:
    tool, decision = one.word("tool_name"), one.word("decision")
    if decision == "reject":
        ledger.act(one, "tool_rejected", tool)
    if one.word("source") == "user_abort":
        ledger.act(one, "interrupted", tool)
    _edit_decided(one, ledger, decision, 1)


def _edit_decided(one: Heard, ledger: Ledger, decision: str | None, count: int) -> None:
    """Count what a person decided of an edit; rules and hooks are no person."""
    tool = one.word("tool_name", "tool")
    if tool not in _EDITS or not (one.word("source") or "").startswith("user_"):
        return
    kind = {"accept": "edit_accepted", "reject": "edit_rejected"}.get(decision or "")
    if kind is not None:
        ledger.act(one, kind, tool, count=count)
