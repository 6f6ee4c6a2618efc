"""A log of aider's analytics: runs one after the other, each with its messages and their cost."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from trueup.collect.ai.logs.lines import LineReader
from trueup.collect.ai.sessions.files import LogFile
from trueup.collect.ai.sessions.models import model_of
from trueup.collect.ai.sessions.telling import Session, instant_of, whole
from trueup.collect.ai.sessions.visiting import Found, Surroundings
from trueup.collect.ai.tokens import Tokens
from trueup.collect.answers import said

_KNOWN = frozenset(
    (
        *("launched", "exit", "cli session", "gui session", "repo", "no-repo", "auto_commits"),
        *("message_send", "message_send_starting", "message_send_exception", "model warning"),
        *("ai-comments file-add", "ai-comments execute"),
    )
)
_BEGINS = "launched"
_ASKED = "message_send"


class Line(msgspec.Struct):
    """One event."""

    event: str | None = None
    properties: dict[str, Any] = {}
    time: float | int | None = None


def read_log(path: Path, name: str, around: Surroundings) -> Found:
    """Read a log.

    aider names no sessions: one is what lies between two launches. Where several run at once and
    share a log, what they do is told of the latest launch.
    """
    faults = Counter[str]()
    reader, file = LineReader(Line, faults), LogFile(path, faults)
    runs = _Runs(name)
    for number, text in file:
        line = reader.read(text)
        if line is not None and not runs.take(number, line):
            faults[around.shapes.add(line.event, text)] += 1
    return Found(sessions=runs.sessions, lines=file.lines, faults=faults)


class _Runs:
    """Gathers the runs of a log."""

    def __init__(self, name: str) -> None:
        self.sessions: list[Session] = []
        self._name = name

    def take(self, number: int, line: Line) -> bool:
        """Take an event; say whether it is one of those there are."""
        kind, at = line.event or "", instant_of(line.time)
        if kind == _BEGINS or not self.sessions:
            self.sessions.append(Session(native=f"{self._name}-{number}"))
        session = self.sessions[-1]
        session.saw(at)
        if kind == _ASKED:
            self._asked(session, f"l{number}", line.properties, at)
        elif kind == "command_test":
            session.act("test_run", at)
        elif kind == "command_commit":
            session.act("commit", at)
        return kind in _KNOWN or kind.startswith("command_")

    def _asked(self, session: Session, native: str, told: dict[str, Any], at: int | None) -> None:
        """Add a request; ``total_cost`` runs through the session and is never added."""
        provider, model = model_of(said(told, "main_model"))
        tokens = Tokens(
            uncached_input=whole(told.get("prompt_tokens")),
            output=whole(told.get("completion_tokens")),
        )
        session.request(native, at, tokens, model=model, provider=provider)
        cost = told.get("cost")
        if isinstance(cost, int | float) and not isinstance(cost, bool) and cost > 0:
            session.paid(
                native, cost, at, item=said(told, "edit_format"), model=model, provider=provider
            )
