"""Spans that VS Code keeps of Copilot's chats: what was asked of models, tools, repositories.

Columns are those of its table ``spans``; attributes stand below ``attributes`` by name. The span
of an agent repeats the sum of the requests below it, so it tells of the session and of no tokens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from trueup.collect.ai.sessions.telling import (
    Session,
    instant_of,
    label,
    repository_of,
    sha_of,
    whole,
)
from trueup.collect.ai.tokens import Tokens
from trueup.collect.answers import part, said

NO_SESSION = "a span of no session"
_FAILED = 2
"""Status of a span that ended in an error: opentelemetry.proto.trace.v1.Status."""
_WRITTEN = "gen_ai.usage.cache_creation.input_tokens"
_REMOTE = "copilot_chat.repo.remote_url"
_BRANCH = "copilot_chat.repo.head_branch_name"
_SHA = "copilot_chat.repo.head_commit_hash"
_SESSIONS = (
    *("copilot_chat.chat_session_id", "copilot_chat.parent_chat_session_id"),
    "copilot_chat.session_id",
)
ATTRIBUTES = (_WRITTEN, _REMOTE, _BRANCH, _SHA, *_SESSIONS)
"""All that is read of a span's attributes."""
_LONGEST = 15
One = Mapping[str, Any]


def is_span(one: One) -> bool:
    """Say whether an object is a span as VS Code keeps it."""
    return "span_id" in one and "operation_name" in one


def sessions_of(spans: Iterable[One], faults: Counter[str]) -> list[Session]:
    """Return the sessions that spans tell of; in whatever order they come."""
    every = {said(one, "span_id"): one for one in spans if said(one, "span_id")}
    found: dict[str, Session] = {}
    for _, one in sorted(every.items()):
        native = _session_of(one, every)
        if not native:
            faults[NO_SESSION] += 1
            continue
        session = found.setdefault(
            native, Session(native=native, provider="github", surface="editor")
        )
        _take(session, one, every)
    return list(found.values())


def _session_of(one: One, every: Mapping[str, One]) -> str:
    """Return the session of a span: its own, else that of the nearest span above it."""
    seen: set[str] = set()
    above: One | None = one
    while above is not None and said(above, "span_id") not in seen:
        seen.add(said(above, "span_id"))
        attributes = part(above, "attributes")
        named = said(above, "chat_session_id")
        named = named or next((said(attributes, n) for n in _SESSIONS if said(attributes, n)), "")
        if named:
            return named
        above = every.get(said(above, "parent_span_id"))
    return said(one, "conversation_id") or said(one, "trace_id")


def _take(session: Session, one: One, every: Mapping[str, One]) -> None:
    at, ended = instant_of(one.get("start_time_ms")), instant_of(one.get("end_time_ms"))
    session.saw(at)
    session.saw(ended)
    match said(one, "operation_name"):
        case "chat":
            _asked(session, one, at, every)
        case "execute_tool":
            tool = said(one, "tool_name")
            call = said(one, "tool_call_id") or said(one, "span_id")
            session.called(tool, call, at)
            if one.get("status_code") == _FAILED:
                session.act("tool_failed", at, tool)
        case "execute_hook":
            session.act("hook", at)
        case "invoke_agent":
            _invoked(session, one, at, every)


def _asked(session: Session, one: One, at: int | None, every: Mapping[str, One]) -> None:
    attributes = part(one, "attributes")
    reasoning = one.get("reasoning_tokens")
    prompt, read = whole(one.get("input_tokens")), whole(one.get("cached_tokens"))
    tokens = Tokens.of_whole_prompt(
        max(prompt, read),
        cache_read=read,
        cache_write=_whole_text(attributes.get(_WRITTEN)),
        output=whole(one.get("output_tokens")),
        reasoning_output=None if reasoning is None else whole(reasoning),
    )
    session.request(
        said(one, "span_id"),
        at,
        tokens,
        model=label(one.get("response_model")) or label(one.get("request_model")),
        agent=_agent(one, every),
    )


def _invoked(session: Session, one: One, at: int | None, every: Mapping[str, One]) -> None:
    if _agents_above(one, every):
        session.act("subagent", at, one.get("agent_name"))
    else:
        session.act("prompt", at)
    attributes = part(one, "attributes")
    session.repository_id = session.repository_id or repository_of(attributes.get(_REMOTE))
    session.branch = session.branch or label(attributes.get(_BRANCH))
    session.sha = session.sha or sha_of(attributes.get(_SHA))


def _agent(one: One, every: Mapping[str, One]) -> str | None:
    """Return who asked: a request below no agent is the editor's own, below two a subagent's."""
    parent = said(one, "parent_span_id")
    if parent and parent not in every:
        return None
    return ("auxiliary", "main", "subagent")[min(_agents_above(one, every), 2)]


def _agents_above(one: One, every: Mapping[str, One]) -> int:
    found, seen = 0, {said(one, "span_id")}
    above = every.get(said(one, "parent_span_id"))
    while above is not None and said(above, "span_id") not in seen:
        seen.add(said(above, "span_id"))
        found += said(above, "operation_name") == "invoke_agent"
        above = every.get(said(above, "parent_span_id"))
    return found


def _whole_text(value: object) -> int:
    is_text = isinstance(value, str) and value.isdecimal() and len(value) <= _LONGEST
    return int(str(value)) if is_text else whole(value)
