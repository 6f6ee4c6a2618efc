"""A session of Droid: its messages, and the totals in the settings beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trueup.collect.ai.logs.lines import LineReader
from trueup.collect.ai.sessions.blocks import Blocks
from trueup.collect.ai.sessions.files import LogFile, document
from trueup.collect.ai.sessions.models import provider_of
from trueup.collect.ai.sessions.telling import Session, instant_of, label, whole
from trueup.collect.ai.sessions.visiting import Found, Surroundings
from trueup.collect.ai.tokens import Tokens
from trueup.collect.answers import part, said

_SETTINGS = ".settings.json"
_SHELLS = frozenset(("execute",))
_KNOWN = frozenset(("session_start", "message", "todo_state", "compaction_state", "session_end"))
One = Mapping[str, Any]


def read_session(paths: tuple[Path, ...], native: str, around: Surroundings) -> Found:
    """Read one session.

    Parameters
    ----------
    paths
        Its messages, its settings, or both.
    native
        Its id, as its files are named.
    """
    talk = _Talk(Session(native=native), around)
    faults, lines = Counter[str](), 0
    settings: One = {}
    for path in paths:
        if path.name.endswith(_SETTINGS):
            told = document(path, faults)
            settings = told if isinstance(told, dict) else {}
            lines += 1
            continue
        reader, file = LineReader(dict[str, Any], faults), LogFile(path, faults)
        for _, text in file:
            line = reader.read(text)
            if line is not None and not talk.take(line):
                faults[around.shapes.add(said(line, "type"), text)] += 1
        lines += file.lines
    return Found(sessions=[talk.end(settings)], lines=lines, faults=faults)


class _Talk:
    """Gathers the messages of a session."""

    def __init__(self, session: Session, around: Surroundings) -> None:
        self._session = session
        self._around = around
        self._blocks = Blocks(session, _SHELLS)
        self._answers = 0

    def take(self, line: One) -> bool:
        """Take a line; say whether its type is known."""
        kind, at = said(line, "type"), instant_of(line.get("timestamp"))
        self._session.saw(at)
        if kind == "session_start":
            self._session.place = self._around.place(said(line, "cwd"))
            parent = said(line, "parentSessionId") or said(line, "callingSessionId")
            if parent:
                self._session.parent, self._session.agent = parent, "subagent"
        elif kind == "compaction_state":
            self._session.act("compacted", at)
        elif kind == "message":
            message = part(line, "message")
            self._answers += said(message, "role") == "assistant"
            self._blocks.take(message, at)
        return kind in _KNOWN

    def end(self, settings: One) -> Session:
        """Return the session with the totals its settings state."""
        session, model = self._session, label(settings.get("model"))
        session.person = self._around.person(session.place)
        session.saw(instant_of(settings.get("providerLockTimestamp")))
        session.active_seconds = whole(settings.get("assistantActiveTimeMs")) // 1000 or None
        self._blocks.end(model)
        session.request(
            "total",
            session.started_at,
            _tokens(part(settings, "tokenUsage")),
            ended_at=None if session.ended_at is None else session.ended_at + 1,
            model=model,
            provider=provider_of(settings.get("providerLock")),
            count=max(self._answers, 1),
        )
        return session


def _tokens(told: One) -> Tokens:
    """Return disjoint buckets: cached tokens are outside the input, thoughts part of the output."""
    output, thinking = whole(told.get("outputTokens")), whole(told.get("thinkingTokens"))
    return Tokens(
        uncached_input=whole(told.get("inputTokens")),
        cache_read=whole(told.get("cacheReadTokens")),
        cache_write_5m=whole(told.get("cacheCreationTokens")),
        output=output if thinking <= output else output + thinking,
        reasoning_output=thinking,
    )
