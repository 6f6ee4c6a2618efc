"""What persons wrote in rollouts of Codex, in memory alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from trueup.collect.ai.logs.lines import LineReader
from trueup.collect.ai.sessions.files import LogFile
from trueup.collect.sources.codex.source import SOURCE, Rollouts
from trueup.collect.web.nowhere import NoWeb
from trueup.config import Connection


class _Payload(msgspec.Struct):
    type: str | None = None
    role: str | None = None
    message: str | None = None
    content: Any = None
    item: Any = None


class _Line(msgspec.Struct):
    type: str | None = None
    payload: _Payload | None = None


def located(connection: Connection) -> dict[str, Path]:
    """Return where the rollout of each session lies, by the names of files alone.

    Raises
    ------
    SourceUnavailable
        There are no rollouts.
    """
    return {
        f"{SOURCE.tool}:{unit.name}": unit.paths[0]
        for target, _ in SOURCE.targets(connection, NoWeb(SOURCE.name))
        for unit in Rollouts(Path(target)).units()
    }


def prompts(path: Path) -> Iterator[str]:
    """Yield what a person wrote, in order.

    A rollout tells it up to three times: as an event, as a thing done, as what was sent to the
    model. The last has also what Codex puts before it, and serves where neither other is there.

    Raises
    ------
    OSError
        The file may not be read, or is gone.
    """
    told: dict[str, list[str]] = {"event": [], "item": [], "sent": []}
    unread: Counter[str] = Counter()
    reader = LineReader(_Line, unread)
    for _, text in LogFile(path, unread):
        line = reader.read(text) if b"user" in text or b"User" in text else None
        if line is not None and line.payload is not None:
            for form, words in _told(line.type, line.payload):
                told[form].append(words)
    yield from told["event"] or told["item"] or told["sent"]


def _told(kind: str | None, payload: _Payload) -> Iterator[tuple[str, str]]:
    if kind == "event_msg" and payload.type == "user_message" and payload.message:
        yield "event", payload.message
    elif kind == "event_msg" and payload.type == "item_completed":
        item = payload.item if isinstance(payload.item, dict) else {}
        words = _words(item.get("content"))
        if item.get("type") == "UserMessage" and words:
            yield "item", words
    elif kind == "response_item" and payload.type == "message" and payload.role == "user":
        words = _words(payload.content)
        if words and not words.lstrip().startswith(("<", "# AGENTS.md")):
            yield "sent", words


def _words(content: object) -> str:
    parts = content if isinstance(content, list) else []
    said = [part.get("text") for part in parts if isinstance(part, dict)]
    return "\n".join(text for text in said if isinstance(text, str))
