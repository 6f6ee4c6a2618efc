"""From lines of a transcript to what is kept of sessions and requests: counts, labels, paths."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from trueup.collect.ai.logs.checkouts import Checkouts, Place
from trueup.collect.ai.logs.machine import machine_person
from trueup.collect.ai.logs.shapes import Shapes
from trueup.collect.sources.claude_code.calls import call_of, result_of, words_of
from trueup.collect.sources.claude_code.joining import add
from trueup.collect.sources.claude_code.line import PASSED_OVER, Line, Message, Usage
from trueup.collect.sources.claude_code.naming import branch_of, instant_of, name_of

NO_INSTANT = "it says no instant"
_SYNTHETIC = "<synthetic>"
_INTERRUPTED = "[Request interrupted by user"
_ENVELOPE = re.compile(r"\s*<[a-z]+(?:-[a-z]+)+>")
"""Of texts that Claude Code puts where prompts are: output of commands, reminders."""
_UNIQUE = 16
"""Ids of messages this long are drawn at random; a shorter one a relay may give to any reply."""
_MOST = 2**53


class Gathering:
    """What a page of lines says, gathered by session and by request.

    Parameters
    ----------
    person
        Whose logs these are, as `machine_person` has it; None: who git says it is, by checkout.
    checkouts
        Of this visit.

    Attributes
    ----------
    sessions
        Bodies by session id.
    requests
        Bodies by id of the message.
    shapes
        Of lines of types that are not known.
    """

    def __init__(self, person: dict[str, str] | None, checkouts: Checkouts) -> None:
        self.sessions: dict[str, dict[str, Any]] = {}
        self.requests: dict[str, dict[str, Any]] = {}
        self._person = person
        self._people: dict[str | None, dict[str, str]] = {}
        self._checkouts = checkouts
        self.shapes = Shapes()

    def take(self, line: Line, raw: bytes, native: str, faults: Counter[str]) -> None:
        """Take a line of the file of session `native`."""
        kind = line.type
        if kind is None and line.message is not None and line.message.usage is not None:
            kind = "assistant"  # as the oldest versions wrote it
        if kind in {"assistant", "user", "system", "progress"}:
            at = instant_of(line.timestamp)
            if at is None:
                faults[NO_INSTANT] += 1
            elif kind == "progress":
                self._progress(line, raw, native, faults)
            else:
                self._known(kind or "", line, at, native)
        elif kind not in PASSED_OVER:
            faults[self.shapes.add(kind, raw)] += 1

    def _progress(self, line: Line, raw: bytes, native: str, faults: Counter[str]) -> None:
        """Take a message of a subagent that is wrapped, as some versions did, or a hook."""
        inner = line.wrapped.message if line.wrapped is not None else None
        if inner is not None:
            inner.is_sidechain = True
            inner.session_id = inner.session_id or line.session_id
            inner.timestamp = inner.timestamp or line.timestamp
            inner.cwd = inner.cwd or line.cwd
            inner.git_branch = inner.git_branch or line.git_branch
            self.take(inner, raw, native, faults)
        elif line.wrapped is not None and line.wrapped.type == "hook_progress":
            self._known("hook", line, instant_of(line.timestamp) or 0, native)

    def _known(self, kind: str, line: Line, at: int, native: str) -> None:
        native = self._native(line, native)
        place = self._checkouts.place(line.cwd)
        session = self._session(native, line, at, place)
        if kind == "assistant":
            self._reply(line, at, native)
        elif kind == "user":
            self._told(line, at, session)
        elif kind == "hook":
            event = name_of(line.wrapped.hook_event) if line.wrapped is not None else None
            _note(session, "hooks", line, at, **({"name": event} if event else {}))
        elif line.subtype == "compact_boundary":
            cause = name_of(line.compact_metadata.trigger) if line.compact_metadata else None
            _note(session, "compacted", line, at, **({"name": cause} if cause else {}))
        elif line.subtype == "turn_duration" and 0 < (line.duration_ms or 0) < _MOST:
            _note(session, "turns", line, at, ms=int(line.duration_ms or 0))

    def _native(self, line: Line, native: str) -> str:
        """Return the session a line belongs to; a copied line, to the one it comes from."""
        own = name_of(line.session_id) or native
        origin = name_of(line.forked_from.session_id) if line.forked_from is not None else None
        if origin is None or origin == own:
            return own
        session = self.sessions.setdefault(own, {})
        if origin not in session.setdefault("from", []):
            session["from"] = sorted([*session["from"], origin])
        return origin

    def _session(self, native: str, line: Line, at: int, place: Place) -> dict[str, Any]:
        session = self.sessions.setdefault(native, {})
        if "ended" not in session:
            session |= {"ended": at, "person": self._who(place)}
        known = session.get("begun")
        if known is None or at <= known[0]:
            begun = [at, place.repository_id or "", branch_of(line.git_branch) or ""]
            session["begun"] = begun if known is None else min(begun, known)
        session["ended"] = max(session["ended"], at)
        return session

    def _who(self, place: Place) -> dict[str, str]:
        if self._person is not None:
            return self._person
        if place.root not in self._people:
            folder = Path(place.root) if place.root is not None else None
            self._people[place.root] = machine_person(folder)
        return self._people[place.root]

    def _reply(self, line: Line, at: int, native: str) -> None:
        message = line.message
        if message is None or message.model == _SYNTHETIC or line.is_api_error_message:
            return
        session = self.sessions[native]
        session["replied"] = max(at, session.get("replied", at))
        if isinstance(message.content, list):
            for block in message.content:
                if block.type == "tool_use":
                    calls = session.setdefault("calls", {})
                    call = call_of(block, at, name_of(message.model))
                    add(calls, name_of(block.id) or f"@{at}", call)
        if message.usage is not None:
            self._request(line, message, message.usage, at, native)

    def _request(self, line: Line, message: Message, usage: Usage, at: int, native: str) -> None:
        name, request = name_of(message.id), name_of(line.request_id) or ""
        if name is None:
            name = f"uuid:{line.uuid}" if name_of(line.uuid) else f"@{at}"
        elif not request and len(name) < _UNIQUE:
            name = f"{name}@{at}"
        seen: dict[str, Any] = {"at": at, "last": at, "in": [native], "tokens": _tokens(usage)}
        if not (line.is_sidechain or line.agent_id):
            seen["main"] = True
        if usage.speed == "fast":
            seen["fast"] = True
        labels = {
            "model": name_of(message.model),
            "tier": name_of(usage.service_tier),
            "repository": self._checkouts.place(line.cwd).repository_id,
        }
        seen |= {key: value for key, value in labels.items() if value}
        if line.cost is not None and 0 <= line.cost < _MOST:
            seen["cost"] = line.cost
        person = self.sessions[native].get("person", {})
        add(self.requests, name, {"person": person, "seen": {request: seen}})

    def _told(self, line: Line, at: int, session: dict[str, Any]) -> None:
        """Take a line in the place of a person: results of tools, prompts, interruptions."""
        message = line.message
        if message is None:
            return
        blocks = message.content if isinstance(message.content, list) else []
        results = [block for block in blocks if block.type == "tool_result"]
        if results:
            calls, is_only = session.setdefault("calls", {}), len(results) == 1
            for block in results:
                name = name_of(block.tool_use_id)
                if name is not None:
                    found = result_of(block, line, is_only=is_only, checkouts=self._checkouts)
                    add(calls, name, found)
            return
        if line.is_compact_summary:
            _note(session, "summaries", line, at)
            return
        words = words_of(message)
        if words is None or line.is_meta:
            return
        if words.startswith(_INTERRUPTED):
            _note(session, "interrupted", line, at)
        elif is_prompt(line, words):
            plan = {"plan": True} if line.permission_mode == "plan" else {}
            _note(session, "prompts", line, at, **plan)


def is_prompt(line: Line, words: str) -> bool:
    """Say whether what stands in the place of a person's words was written by one."""
    is_inner = line.is_sidechain or line.agent_id or line.is_meta or line.is_compact_summary
    return not (is_inner or words.startswith(_INTERRUPTED) or _ENVELOPE.match(words))


def _note(session: dict[str, Any], kind: str, line: Line, at: int, **more: Any) -> None:
    add(session.setdefault(kind, {}), name_of(line.uuid) or f"@{at}", {"at": at, **more})


def _tokens(usage: Usage) -> dict[str, int]:
    writes = usage.cache_creation
    counts = {
        "input": usage.input_tokens,
        "output": usage.output_tokens,
        "read": usage.cache_read_input_tokens,
        "write": usage.cache_creation_input_tokens,
        "write_5m": writes.ephemeral_5m_input_tokens if writes else None,
        "write_1h": writes.ephemeral_1h_input_tokens if writes else None,
    }
    return {name: count for name, count in counts.items() if count and 0 < count < _MOST}
