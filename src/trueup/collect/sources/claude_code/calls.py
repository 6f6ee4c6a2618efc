"""Calls of tools and what came of them, as labels, counts and paths; the text stays behind."""

from __future__ import annotations

import posixpath
import re
from typing import Any, TypeVar

import msgspec

from trueup.collect.ai.labels import commits_made, digest_of, runs_tests
from trueup.collect.ai.logs.checkouts import Checkouts, Place, asked_git
from trueup.collect.ai.patches import count_lines
from trueup.collect.sources.claude_code.line import Arguments, Block, Line, Message, Result
from trueup.collect.sources.claude_code.naming import name_of

_SHELLS = frozenset(("Bash", "PowerShell"))
_DERIVED = frozenset((*_SHELLS, "Skill", "Task", "Agent"))
_COMMITS = re.compile(r"\bgit\b.*\b(?:commit|merge|cherry-pick|revert|rebase|am|pull)\b", re.DOTALL)
_OPENS_CHANGE = re.compile(r"\b(?:gh\s+pr|glab\s+mr)\s+create\b")
_REFUSED = (
    "The user doesn't want to",
    "User rejected tool use",
    "[Request interrupted by user",
)
_ARGUMENTS = msgspec.json.Decoder(Arguments)
_RESULT = msgspec.json.Decoder(Result)
_TEXT = msgspec.json.Decoder(str)
_BLOCKS = msgspec.json.Decoder(list[Block])
_LOOKED_AT = 4096
T = TypeVar("T")


def call_of(block: Block, at: int, model: str | None) -> dict[str, Any]:
    """Return what is kept of a call.

    ``hash`` tells calls with other arguments from it; nothing of them can be read off it.
    """
    name, arguments = name_of(block.name) or "other", bytes(block.input)
    call: dict[str, Any] = {"at": at, "name": name, "hash": digest_of(arguments).hex()}
    if model:
        call["model"] = model
    said = _decoded(_ARGUMENTS, arguments) if name in _DERIVED else None
    if said is None:
        return call
    detail = name_of(said.skill) if name == "Skill" else name_of(said.subagent_type)
    if detail and name not in _SHELLS:
        call["detail"] = detail
    if name in _SHELLS and said.command:
        labels = {
            "tests": runs_tests(said.command),
            "commits": _COMMITS.search(said.command) is not None,
            "opens": _OPENS_CHANGE.search(said.command) is not None,
        }
        call |= {label: True for label, holds in labels.items() if holds}
    return call


def result_of(block: Block, line: Line, *, is_only: bool, checkouts: Checkouts) -> dict[str, Any]:
    """Return what is kept of what came of a call: how it ended, lines by path, commits.

    Parameters
    ----------
    is_only
        Whether the line is on no other call, so that its details are of this one.
    """
    details = bytes(line.tool_use_result) if is_only else b""
    found: dict[str, Any] = {"end": _end(block, line, details)}
    if not details.startswith(b"{"):
        return found
    if b'"structuredPatch"' in details or (b'"stdout"' in details and b"[" in details):
        said = _decoded(_RESULT, details)
        if said is not None and said.structured_patch is not None and said.file_path:
            found |= _written(said, said.file_path, checkouts.place(line.cwd), checkouts)
        if said is not None and said.stdout:
            found |= _commits(said.stdout, checkouts.place(line.cwd))
    return found


def words_of(message: Message) -> str | None:
    """Return how the words of a person begin, empty for a picture; None where there are none."""
    if not isinstance(message.content, list):
        return message.content
    texts = [block for block in message.content if block.type == "text"]
    if texts:
        return _decoded(_TEXT, bytes(texts[0].text)) or ""
    return "" if any(block.type in {"image", "document"} for block in message.content) else None


def _end(block: Block, line: Line, details: bytes) -> str:
    if not block.is_error:
        return "ok"
    if line.tool_denial_kind is not None:
        return "rejected" if line.tool_denial_kind.startswith("user") else "failed"
    said = (_text_of(bytes(block.content)), _decoded(_TEXT, details) or "")
    return "rejected" if any(text.startswith(_REFUSED) for text in said) else "failed"


def _text_of(content: bytes) -> str:
    """Return the beginning of what a tool answered, given as a text or as blocks of text."""
    if content.startswith(b"["):
        blocks = _decoded(_BLOCKS, content) or []
        content = bytes(blocks[0].text) if blocks else b""
    return (_decoded(_TEXT, content) or "")[:_LOOKED_AT]


def _written(said: Result, file: str, cwd: Place, checkouts: Checkouts) -> dict[str, Any]:
    """Return the lines a call wrote to a file; nothing of files outside of checkouts.

    Where the checkout is not on this machine the lines count, and the path is not kept.
    """
    place = checkouts.place(posixpath.dirname(file))
    path = place.path_of(file)
    if path is None and cwd.root is not None:
        return {"outside": True}
    lines = [line for hunk in said.structured_patch or () for line in hunk.lines]
    added = sum(line.startswith("+") for line in lines)
    removed = sum(line.startswith("-") for line in lines)
    if said.type == "create" and not lines:
        added = count_lines(_decoded(_TEXT, bytes(said.content)) or "")
    found: dict[str, Any] = {"added": added, "removed": removed}
    if path is not None:
        found["path"] = path
        if place.repository_id:
            found["repository"] = place.repository_id
    if said.user_modified:
        found["modified"] = True
    return found


def _commits(output: str, place: Place) -> dict[str, Any]:
    """Return the commits that were made, by their whole hashes where the checkout has them."""
    shas = commits_made(output)
    if not shas:
        return {}
    if place.root is not None:
        root = place.root
        asked = (f"{sha}^{{commit}}" for sha in shas)
        whole = [asked_git(root, "rev-parse", "--verify", "--quiet", one) for one in asked]
        shas = [long or short for long, short in zip(whole, shas, strict=True)]
    found: dict[str, Any] = {"shas": sorted(set(shas))}
    return found | ({"repository": place.repository_id} if place.repository_id else {})


def _decoded(decoder: msgspec.json.Decoder[T], text: bytes) -> T | None:
    try:
        return decoder.decode(text) if text else None
    except msgspec.DecodeError:
        return None
