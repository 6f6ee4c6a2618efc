"""The lines of a rollout, one after the other, into what is kept of its session."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from trueup.collect.ai.logs.shapes import Shapes
from trueup.collect.ai.sessions.telling import Session, instant_of, label
from trueup.collect.sources.codex.calls import Calls
from trueup.collect.sources.codex.lines import Line, Payload
from trueup.collect.sources.codex.metering import Counted, Meter, Requests, tokens_of, vector
from trueup.collect.sources.codex.replaying import Sight

_PASSED = frozenset(
    (
        *("session_meta", "world_state", "inter_agent_communication", "retained_context"),
        *("inter_agent_communication_metadata", "security_risk_score", "realtime_item"),
    )
)
_UNWRAPPED = frozenset(
    ("message", "reasoning", "function_call", "function_call_output", "local_shell_call")
)
OLD = "it is of before September 2025, when no tokens were logged"
"""Why a line without a payload is not read."""
_EVENTS = re.compile(
    r"(?:agent|user|task|turn|thread|exec|patch|mcp|web|view|context|entered|exited|undo|plan|item"
    r"|raw|collab|sub_agent|session|stream|background|image|guardian|hook|skills?|model|review"
    r"|realtime|dynamic|elicitation|request|apply|list|get|remote|deprecation|shutdown|search"
    r"|terminal|token)_\w+|error|warning"
)
_CALLED = frozenset(
    ("function_call", "custom_tool_call", "local_shell_call", "web_search_call", "tool_search_call")
)
_ANSWERED = frozenset(("function_call_output", "custom_tool_call_output"))
_TIERS = {"default": "standard", "auto": None}


class Rollout:
    """Reads the lines of one session; the first `copied` sights of its counter are its parent's.

    Attributes
    ----------
    session
        What is kept; complete after `end`.
    """

    def __init__(
        self, session: Session, copied: Sequence[Sight], shapes: Shapes, *, is_fork: bool
    ) -> None:
        self.session = session
        self._shapes = shapes
        self._first = copied[-1].line + 1 if copied else 0
        before = copied[-1].total if copied else None
        self._meter = Meter(before=before, inherits=is_fork)
        self._requests = Requests()
        self._calls = Calls(session)
        self._at: int | None = session.started_at
        self._model: str | None = None
        self._tier: str | None = None

    def is_own(self, number: int, text: bytes) -> bool:
        """Say whether a line is of the session itself, or says the model it goes on with."""
        return number >= self._first or b'"turn_context"' in text or b"thread_settings" in text

    def take(self, number: int, line: Line, text: bytes) -> str | None:
        """Take a line; return why it was not understood, None where it was or says nothing."""
        if line.payload is None:
            return OLD if line.type in _UNWRAPPED or line.type is None else self._odd(line, text)
        at = instant_of(line.timestamp)
        if number >= self._first:
            self._at = at if at is not None else self._at
            self.session.saw(at)
        match line.type:
            case "turn_context":
                self._settings(line.payload)
            case "event_msg" if number >= self._first or line.payload.thread_settings:
                return self._event(line.payload, text)
            case "response_item" if number >= self._first:
                self._response(line.payload)
            case "token_usage_record" if number >= self._first:
                self._record(line.payload)
            case "compacted" if number >= self._first:
                self.session.act("compacted", self._at)
            case kind if kind in _PASSED or number < self._first:
                pass
            case _:
                return self._odd(line, text)
        return None

    def end(self) -> Session:
        """Return the session, once all lines were taken."""
        self._calls.end()
        for number, one in enumerate(self._requests.counted):
            key = f"openai:{one.response_id}" if one.response_id else None
            self.session.request(
                one.response_id or f"n{number}",
                one.at,
                tokens_of(one.counts),
                model=one.model,
                tier=one.tier,
                key=key,
            )
        return self.session

    def _settings(self, payload: Any) -> None:
        self._model = label(payload.model) or self._model
        if payload.service_tier:
            tier = label(payload.service_tier)
            self._tier = _TIERS.get(tier or "", tier)

    def _event(self, payload: Payload, text: bytes) -> str | None:
        kind = payload.type
        if kind == "token_count":
            self._count(payload)
        elif kind == "user_message":
            self._prompted()
        elif kind == "patch_apply_end":
            self._calls.applied(payload, self._at, self._model)
        elif kind == "turn_aborted":
            self.session.act("interrupted", self._at)
        elif kind == "item_completed" and payload.item is not None:
            if payload.item.type == "UserMessage":
                self._prompted()
            self._calls.done(payload.item, self._at, self._model)
        elif kind == "thread_settings_applied" and payload.thread_settings is not None:
            self._settings(payload.thread_settings)
        elif kind is None or not _EVENTS.fullmatch(kind):
            return self._shapes.add(f"event_msg_{kind}", text)
        return None

    def _prompted(self) -> None:
        if self.session.agent == "main":
            self.session.act("prompt", self._at)

    def _count(self, payload: Payload) -> None:
        if payload.gauge is None or self._at is None:
            return
        counts = self._meter.new(payload.gauge)
        if counts is not None:
            self._requests.moved(self._counted(counts, label(payload.gauge.model)))

    def _record(self, payload: Payload) -> None:
        counts = vector(payload.usage)
        if counts is not None and self._at is not None and payload.response_id:
            one = self._counted(counts, None)
            one.response_id = payload.response_id
            self._requests.told(one)

    def _counted(self, counts: tuple[int, int, int, int, int], model: str | None) -> Counted:
        return Counted(at=self._at or 0, counts=counts, model=model or self._model, tier=self._tier)

    def _response(self, payload: Payload) -> None:
        if payload.type in _CALLED:
            self._calls.asked(payload, self._at, self._model)
        elif payload.type in _ANSWERED:
            self._calls.answered(payload, self._at)

    def _odd(self, line: Line, text: bytes) -> str:
        return self._shapes.add(line.type, text)
