"""A task as the extensions keep it: the messages of its window, each request among them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trueup.collect.ai.patches import replaced
from trueup.collect.ai.sessions.commands import decoded
from trueup.collect.ai.sessions.edits import edits
from trueup.collect.ai.sessions.files import document
from trueup.collect.ai.sessions.models import model_of, provider_of
from trueup.collect.ai.sessions.telling import Session, instant_of, label, whole
from trueup.collect.ai.tokens import Tokens
from trueup.collect.answers import objects, part, said

WINDOW = "ui_messages.json"
METADATA = "task_metadata.json"
TALK = "api_conversation_history.json"
_ASKED = frozenset(("api_req_started", "deleted_api_reqs", "subagent_usage"))
_PROMPTS = frozenset(("task", "user_feedback"))
_BLOCK = re.compile(
    r"^[-<]{3,} SEARCH>?\n(.*?)^={3,}\n(.*?)^[+>]{3,} REPLACE>?", re.MULTILINE | re.DOTALL
)
_PLACE = re.compile(r"\A(?::\w+:.*\n)*-{3,}\n")
_MODEL = re.compile(rb"<model>([^<\\]{1,80})</model>")
_NO_TASK = "its file holds no messages of a task"
One = Mapping[str, Any]


class Task:
    """Reads the messages of one task into its session."""

    def __init__(self, session: Session, folder: Path, faults: Counter[str]) -> None:
        self._session = session
        self._faults = faults
        self._models = _models(folder, faults)
        self._number = 0

    def read(self, path: Path) -> bool:
        """Read the window; say whether there was one."""
        messages = document(path, self._faults)
        if not isinstance(messages, list):
            if messages is not None:
                self._faults[_NO_TASK] += 1
            return False
        for message in objects(messages):
            if message.get("partial") is not True:
                self._take(message)
        return True

    def _take(self, message: One) -> None:
        kind, at = said(message, "say") or said(message, "ask"), instant_of(message.get("ts"))
        text, session = said(message, "text"), self._session
        session.saw(at)
        if kind in _ASKED:
            self._asked(kind, message, decoded(text), at)
        elif kind in _PROMPTS:
            session.act("prompt", at)
        elif kind == "tool":
            self._called(decoded(text), at, self._model(message, at)[1])
        elif kind == "command":
            session.called("command", text, at)
            session.ran(text, at)
        elif kind == "command_output":
            session.printed(text, at)
        elif kind == "use_mcp_server":
            session.act("mcp", at, said(_object(decoded(text)), "toolName"))
        elif kind == "plan_mode_respond":
            session.act("plan", at)
        elif kind in ("condense", "condense_context", "summarize_task"):
            session.act("compacted", at)
        elif kind == "diff_error":
            session.act("tool_failed", at)

    def _asked(self, kind: str, message: One, told: Any, at: int | None) -> None:
        """Add a request, or what several that were deleted or made by sub-agents used."""
        one = _object(told)
        provider, model = self._model(message, at)
        native, self._number = f"r{self._number}", self._number + 1
        agent = "subagent" if kind == "subagent_usage" else None
        self._session.request(native, at, _tokens(one), model=model, provider=provider, agent=agent)
        cost = one.get("cost")
        if isinstance(cost, int | float) and not isinstance(cost, bool) and cost > 0:
            self._session.paid(native, cost, at, model=model, provider=provider)
        if one.get("cancelReason"):
            self._session.act("interrupted", at)

    def _called(self, told: Any, at: int | None, model: str | None) -> None:
        one = _object(told)
        name, path, text = said(one, "tool"), said(one, "path"), said(one, "content")
        self._session.called(name, repr(sorted(one.items(), key=str)), at)
        pairs = [
            (_PLACE.sub("", old), new) for old, new in _BLOCK.findall(text or said(one, "diff"))
        ]
        if path and pairs:
            added, removed = (
                sum(c) for c in zip(*(replaced(*pair) for pair in pairs), strict=True)
            )
            self._session.wrote(path, added, removed, at=at, model=model)
        elif not pairs:
            for found in edits(name, one):
                self._session.wrote(found.path, found.added, found.removed, at=at, model=model)

    def _model(self, message: One, at: int | None) -> tuple[str | None, str | None]:
        """Return (provider, model): of the message, else the last one before it."""
        told = part(message, "modelInfo")
        if label(told.get("modelId")):
            return provider_of(told.get("providerId")), label(told.get("modelId"))
        found: tuple[str | None, str | None] = (None, None)
        for since, provider, model in self._models:
            if since <= (at or 0) or found == (None, None):
                found = (provider, model)
        return found


def totals_of(item: One) -> Tokens:
    """Return what a line of the history says a task used."""
    return _tokens(item)


def _tokens(told: One) -> Tokens:
    """Return disjoint buckets.

    Cline's input is without what the cache holds. Roo Code names its protocol beside the counts,
    and its input holds the cached tokens too, since November 2025 whatever the protocol.
    """
    prompt, output = whole(told.get("tokensIn")), whole(told.get("tokensOut"))
    read, written = whole(told.get("cacheReads")), whole(told.get("cacheWrites"))
    if said(told, "apiProtocol") and prompt >= read + written:
        return Tokens.of_whole_prompt(prompt, cache_read=read, cache_write=written, output=output)
    return Tokens(uncached_input=prompt, cache_read=read, cache_write_5m=written, output=output)


def _models(folder: Path, faults: Counter[str]) -> list[tuple[int, str | None, str | None]]:
    """Return when which model was chosen: by the metadata, else the one that is talked of."""
    path = folder / METADATA
    told = document(path, faults) if path.is_file() else {}
    found = [
        (
            instant_of(one.get("ts")) or 0,
            provider_of(one.get("model_provider_id")),
            label(one.get("model_id")),
        )
        for one in objects(_object(told).get("model_usage"))
    ]
    return sorted(found, key=lambda one: one[0]) or list(_talked_of(folder / TALK))


def _talked_of(path: Path) -> Iterator[tuple[int, str | None, str | None]]:
    if path.is_file():
        names = set(_MODEL.findall(path.read_bytes()))
        if len(names) == 1:
            yield (0, *model_of(names.pop().decode("utf-8", "replace")))


def _object(value: Any) -> One:
    return value if isinstance(value, dict) else {}
