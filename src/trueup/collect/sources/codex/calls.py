"""Calls of tools and what came of them: commands, tests, commits, lines written by path.

Builds tell of the same call in one, two or three ways: as the model asked for it, as an event of
its end, as an item of the turn. What is told last of a call is what came of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from trueup.collect.ai.patches import Lines, count_lines, in_diff, patched
from trueup.collect.ai.sessions.commands import command_of, decoded, patch_in
from trueup.collect.ai.sessions.telling import Session
from trueup.collect.sources.codex.lines import Item, Payload

_SHELLS = frozenset(
    ("shell", "shell_command", "exec_command", "local_shell", "container.exec", "unified_exec")
)
_FAILED = re.compile(r"\A\s*(?:Exit code: [1-9]|(?:apply_patch verification )?failed)")

_WENT_WELL = re.compile(r'"exit_code":\s*0\b')
_TAIL = 200
_MAY_BE_COMMIT = re.compile(r"\[[^\]\n]{1,200} [0-9a-f]{7,40}\] ")


class Calls:
    """Gathers the calls of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._patches: dict[str, tuple[int | None, str | None, tuple[Lines, ...]]] = {}
        self._shells: set[str] = set()

    def asked(self, payload: Payload, at: int | None, model: str | None) -> None:
        """Take a call as the model asked for it."""
        kind, key = payload.type, payload.call_id or payload.id or ""
        if kind == "web_search_call":
            self._session.called("web_search", key, at)
            return
        name = payload.name or ("local_shell" if kind == "local_shell_call" else None)
        text = payload.arguments if payload.arguments is not None else payload.input
        arguments = payload.action if kind == "local_shell_call" else decoded(text)
        self._session.called(name, text or repr(arguments), at)
        if name in _SHELLS:
            self._shells.add(key)
            self._session.ran(command_of(arguments), at)
        patch = patch_in(arguments) if name in _SHELLS or name == "apply_patch" else None
        if patch:
            self._patches[key] = (at, model, tuple(patched(patch)))

    def answered(self, payload: Payload, at: int | None) -> None:
        """Take what a call put out."""
        key = payload.call_id or ""
        text, is_failed = _output(payload.output)
        if is_failed:
            self._session.act("tool_failed", at)
            self._patches.pop(key, None)
        if key in self._shells:
            self._session.printed(text, at)

    def applied(self, payload: Payload, at: int | None, model: str | None) -> None:
        """Take the end of a patch, with what it changed."""
        self._changed(payload.call_id or "", payload.changes, at, model, ok=payload.success)

    def done(self, item: Item, at: int | None, model: str | None) -> None:
        """Take an item of a turn that is done."""
        kind, key = _bare(item.type), item.id or ""
        if kind == "commandexecution":
            if key not in self._shells:
                self._session.ran(command_of(item.command), at)
            self._session.printed(item.aggregated_output or "", at)
            if item.exit_code:
                self._session.act("tool_failed", at)
        elif kind == "filechange":
            ok = item.status not in ("failed", "declined")
            self._changed(key, item.changes, at, model, ok=ok)
        elif kind == "mcptoolcall":
            self._session.act("mcp", at, item.tool)
        elif kind == "subagentactivity" and item.kind == "started":
            self._session.act("subagent", at)

    def end(self) -> None:
        """Hand on the lines of every patch that was not refused."""
        for at, model, files in self._patches.values():
            for one in files:
                self._session.wrote(one.path, one.added, one.removed, at=at, model=model)

    def _changed(
        self, key: str, changes: Any, at: int | None, model: str | None, *, ok: bool | None
    ) -> None:
        known = self._patches.pop(key, None)
        if ok is False:
            self._session.act("tool_failed", at, "apply_patch")
            return
        files = tuple(_changes(changes))
        if files or known is not None:
            self._patches[key] = (at, model, files or (known[2] if known else ()))


def _changes(changes: Any) -> Iterator[Lines]:
    """Yield the files of a change: by path, or as a list of objects that name it."""
    if isinstance(changes, dict):
        named = list(changes.items())
    elif isinstance(changes, list):
        named = [(one.get("path"), one) for one in changes if isinstance(one, dict)]
    else:
        named = []
    for path, change in named:
        if isinstance(path, str) and isinstance(change, dict):
            moved = change.get("move_path")
            added, removed = _counts(change)
            yield Lines(
                path=moved if isinstance(moved, str) and moved else path,
                added=added,
                removed=removed,
            )


def _counts(change: dict[str, Any]) -> tuple[int, int]:
    kind = change.get("type") or change.get("kind")
    kind = kind.get("type") if isinstance(kind, dict) else kind
    diff, content = change.get("unified_diff") or change.get("diff"), change.get("content")
    if isinstance(diff, str) and kind not in ("add", "delete"):
        return in_diff(diff)
    text = content if isinstance(content, str) else diff if isinstance(diff, str) else ""
    return (0, count_lines(text)) if kind == "delete" else (count_lines(text), 0)


def _output(output: Any) -> tuple[str, bool]:
    """Return what a call put out as text, and whether it failed.

    Most calls go well and make no commit: their output, which is most of a log, is not read.
    """
    if isinstance(output, str) and _is_plain(output):
        return "", False
    found = decoded(output) if isinstance(output, str) and output.startswith("{") else output
    if isinstance(found, dict):
        inner = found.get("output", found.get("content"))
        about = found.get("metadata")
        code = about.get("exit_code") if isinstance(about, dict) else None
        is_failed = bool(code) if code is not None else found.get("success") is False
        return (inner if isinstance(inner, str) else ""), is_failed
    if isinstance(found, list):
        parts = [one.get("text") for one in found if isinstance(one, dict)]
        found = "\n".join(part for part in parts if isinstance(part, str))
    text = found if isinstance(found, str) else ""
    return text, _FAILED.match(text) is not None


def _is_plain(output: str) -> bool:
    went_well = _WENT_WELL.search(output, max(0, len(output) - _TAIL))
    return went_well is not None and _MAY_BE_COMMIT.search(output) is None


def _bare(kind: str | None) -> str:
    return (kind or "").replace("_", "").lower()
