"""Gemini CLI: its log events, else its counters; the conventions it also sends say the same.

https://geminicli.com/docs/cli/telemetry
Input includes what was cached; thoughts come on top of output, tool results on top of input.
"""

from __future__ import annotations

from typing import Any

from trueup.collect.ai.tokens import Tokens
from trueup.collect.sources.otlp.rows.claude import tell_labels, tell_loops
from trueup.collect.sources.otlp.rows.hearing import Heard
from trueup.collect.sources.otlp.rows.ledger import Asked, Ledger

_PROVIDER = "google"
_EDITS = frozenset(("replace", "write_file", "edit"))
_NAMED = {
    "gemini_cli.user_prompt": ("prompt", ()),
    "gemini_cli.chat_compression": ("compacted", ()),
    "gemini_cli.agent.start": ("subagent", ("agent_name",)),
    "gemini_cli.plan_execution": ("plan", ()),
    "plan_execution": ("plan", ()),
}


def read(every: list[Heard], ledger: Ledger, *, is_repeated: bool) -> None:
    """Tell the ledger what the records of a session say."""
    logs = [one for one in every if one.signal == "logs"]
    responses = [one for one in logs if one.name == "gemini_cli.api_response"]
    calls = [one for one in logs if one.name == "gemini_cli.tool_call"]
    for one in responses:
        _request(one, ledger)
    for one in logs:
        if one.name in _NAMED:
            kind, names = _NAMED[one.name]
            ledger.act(one, kind, one.word(*names))
    for one in calls:
        _call(one, ledger)
    tell_loops(calls, ledger, "function_name")
    if is_repeated:
        return
    if not responses:
        _counted([one for one in every if one.name == "gemini_cli.token.usage"], ledger)
    if not any("trueup.model_added_lines" in one.attributes for one in calls):
        for one in every:
            if one.name == "gemini_cli.lines.changed":
                _lines(one, ledger)


def _request(one: Heard, ledger: Ledger) -> None:
    role = one.word("role") or ""
    thoughts = one.count("thoughts_token_count")
    ledger.ask(
        Asked(
            heard=one,
            native=one.record_id,
            tokens=_tokens(
                input=one.count("input_token_count") or 0,
                tool=one.count("tool_token_count") or 0,
                cache=one.count("cached_content_token_count") or 0,
                output=one.count("output_token_count") or 0,
                thought=thoughts,
            ),
            provider=_PROVIDER,
            model=one.word("model"),
            agent=_agent(role),
        )
    )


def _agent(role: str) -> str | None:
    if role.startswith("utility"):
        return "auxiliary"
    return role if role in {"main", "subagent"} else None


def _tokens(**told: int | None) -> Tokens:
    thought = told.get("thought")
    return Tokens.of_whole_prompt(
        (told.get("input") or 0) + (told.get("tool") or 0),
        cache_read=told.get("cache") or 0,
        output=(told.get("output") or 0) + (thought or 0),
        reasoning_output=thought,
    )


def _counted(points: list[Heard], ledger: Ledger) -> None:
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in points:
        known = found.setdefault(
            (one.at, one.ended_at, one.word("model")), {"first": one, "told": {}}
        )
        kind = one.word("type") or ""
        known["told"][kind] = known["told"].get(kind, 0) + round(one.value)
    for key, known in found.items():
        ledger.ask(
            Asked(
                heard=known["first"],
                native="/".join(map(str, key)),
                tokens=_tokens(**known["told"]),
                provider=_PROVIDER,
                model=key[2],
                is_single=False,
            )
        )


def _call(one: Heard, ledger: Ledger) -> None:
    tool, decision = one.word("function_name"), one.word("decision")
    if decision == "reject":
        ledger.act(one, "tool_rejected", tool)
    else:
        ledger.act(one, "tool_call", tool)
        if one.is_yes("success") is False:
            ledger.act(one, "tool_failed", tool)
    if one.word("tool_type") == "mcp":
        ledger.act(one, "mcp")
    if tool in _EDITS and decision in {"accept", "modify", "reject"}:
        ledger.act(one, "edit_rejected" if decision == "reject" else "edit_accepted", tool)
    added, removed = (one.count(f"trueup.model_{what}_lines") for what in ("added", "removed"))
    if decision != "reject" and one.is_yes("success") is not False and (added or removed):
        ledger.write(one, lines_added=added or 0, lines_removed=removed or 0)
    tell_labels(one, ledger)


def _lines(one: Heard, ledger: Ledger) -> None:
    column = {"added": "lines_added", "removed": "lines_removed"}.get(one.word("type") or "")
    if column is not None:
        ledger.write(one, **{column: round(one.value)})
