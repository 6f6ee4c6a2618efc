"""A trace record as it is written, and what is kept of it: places, counts and labels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from trueup.collect.ai.logs.checkouts import Place

_HOOKS = frozenset((
    "conversation_id", "generation_id", "session_id", "tool_use_id", "tool_name", "event",
))  # fmt: skip
"""Keys of metadata that hooks of tools write while a session goes on, before any commit."""
_NO_FILES = frozenset((".shell-history", ".sessions", ".unknown"))
"""Names under which the reference hook writes what is about no file."""
_GIT = "git"
_FULL = frozenset((40, 64))
_LONGEST_RANGE = 10_000_000


class Contributor(msgspec.Struct):
    """Who wrote lines."""

    type: str = "unknown"
    model_id: str | None = None


class Range(msgspec.Struct):
    """Lines, the first and the last."""

    start_line: int = 0
    end_line: int = 0
    contributor: Contributor | None = None


class Conversation(msgspec.Struct):
    """What was written in one conversation."""

    url: str | None = None
    contributor: Contributor | None = None
    ranges: list[Range] = []


class TracedFile(msgspec.Struct):
    """A file, and what wrote into it."""

    path: str = ""
    conversations: list[Conversation] = []


class Revision(msgspec.Struct):
    """What was checked out."""

    type: str = ""
    revision: str = ""


class Program(msgspec.Struct):
    """The program that wrote the record."""

    name: str = ""


class Trace(msgspec.Struct):
    """A record; fields that are not named are passed over unread."""

    id: str = ""
    timestamp: str = ""
    vcs: Revision | None = None
    tool: Program | None = None
    files: list[TracedFile] = []
    metadata: dict[str, msgspec.Raw] = {}


def kept(trace: Trace, place: Place) -> dict[str, Any]:
    """Return what is kept of a record.

    Parameters
    ----------
    place
        The checkout it lies in: what is outside of it is dropped.
    """
    return {
        "timestamp": trace.timestamp,
        "commit": _commit(trace),
        "tool": trace.tool.name if trace.tool is not None else None,
        "repository_id": place.repository_id,
        "spans": [span for file in trace.files for span in _spans(file, place)],
    }


def _commit(trace: Trace) -> str | None:
    """Return the commit whose lines a record names; None where it was written before a commit.

    By the specification ranges are positions at the revision. Hooks write what was checked out
    when an agent edited, of which the lines are no part yet.
    """
    vcs = trace.vcs
    if vcs is None or vcs.type != _GIT or len(vcs.revision) not in _FULL:
        return None
    is_hash = all(digit in "0123456789abcdef" for digit in vcs.revision.lower())
    is_of_session = any(trace.metadata.get(key) is not None for key in _HOOKS)
    return vcs.revision.lower() if is_hash and not is_of_session else None


def _spans(file: TracedFile, place: Place) -> Iterator[dict[str, Any]]:
    path = None if file.path in _NO_FILES else place.path_of(file.path) or _relative(file.path)
    if not path:
        return
    for talk in file.conversations:
        for lines in talk.ranges:
            who = lines.contributor or talk.contributor or Contributor()
            yield {
                "path": path,
                "type": who.type,
                "model": who.model_id,
                "session": _session(talk.url),
                "first": lines.start_line,
                "last": lines.end_line,
            }


def _relative(path: str) -> str | None:
    """Return a path that leads nowhere else; None for any other."""
    is_inside = not path.startswith(("/", "\\", "~")) and ":" not in path[:3]
    return path if is_inside and ".." not in path.replace("\\", "/").split("/") else None


def _session(url: str | None) -> str | None:
    """Return the last part of an address, which names the conversation; never a whole path."""
    last = (url or "").split("?", 1)[0].rstrip("/").replace("\\", "/").rpartition("/")[2]
    return last.rsplit(".", 1)[0] or None


def is_span(first: int | None, last: int | None) -> bool:
    """Say whether two numbers are the first and the last of some lines."""
    return first is not None and last is not None and 1 <= first <= last <= _LONGEST_RANGE
