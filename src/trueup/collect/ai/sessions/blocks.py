"""Messages made of blocks: calls of tools and what they came to, in the form of Anthropic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trueup.collect.ai.sessions.commands import command_of
from trueup.collect.ai.sessions.edits import edits
from trueup.collect.ai.sessions.telling import Session, label
from trueup.collect.answers import objects, part, said

_ASIDE = ("<system-reminder", "<environment_details", "<environment_context")
"""What a text of the user's turn begins with that the tool put there itself."""


class Blocks:
    """Gathers what the blocks of messages tell of a session.

    Parameters
    ----------
    shells
        Names of the tools that run commands, in lower case.
    """

    def __init__(self, session: Session, shells: frozenset[str]) -> None:
        self._session = session
        self._shells = shells
        self._calls: dict[str, tuple[str, Mapping[str, Any], int | None, str | None]] = {}
        self._failed: set[str] = set()

    def take(self, message: Mapping[str, Any], at: int | None, model: object = None) -> None:
        """Take a message: its role and its content."""
        content = message.get("content")
        blocks = objects(content) or ([{"type": "text", "text": content}] if content else [])
        texts = [said(one, "text") for one in blocks if said(one, "type") == "text"]
        is_asked = any(text.strip() and not text.startswith(_ASIDE) for text in texts)
        if said(message, "role") == "user" and is_asked and self._session.agent == "main":
            self._session.act("prompt", at)
        for one in blocks:
            if said(one, "type") == "tool_use":
                self._called(one, at, label(model))
            elif said(one, "type") == "tool_result":
                self._answered(one, at)

    def end(self, model: object = None) -> None:
        """Hand on the lines of every call that did not fail."""
        for key, (name, arguments, at, its_model) in self._calls.items():
            if key not in self._failed:
                for one in edits(name, arguments):
                    its = its_model or model
                    self._session.wrote(one.path, one.added, one.removed, at=at, model=its)

    def _called(self, one: Mapping[str, Any], at: int | None, model: str | None) -> None:
        name, arguments = said(one, "name"), part(one, "input")
        self._session.called(name, repr(sorted(arguments.items(), key=str)), at)
        self._calls[said(one, "id")] = (name, arguments, at, model)
        if name.lower() in self._shells:
            self._session.ran(command_of(dict(arguments)), at)

    def _answered(self, one: Mapping[str, Any], at: int | None) -> None:
        key = said(one, "tool_use_id")
        name = self._calls[key][0] if key in self._calls else ""
        if one.get("is_error") is True:
            self._failed.add(key)
            self._session.act("tool_failed", at, name)
        if name.lower() in self._shells:
            for text in _texts(one.get("content"), 0):
                self._session.printed(text, at)


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list) and depth < 4:
        for below in value.values() if isinstance(value, dict) else value:
            yield from _texts(below, depth + 1)
