"""Lines an agent writes, read off the arguments of its tools, whatever these are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trueup.collect.ai.patches import Lines, count_lines, patched, replaced
from trueup.collect.ai.sessions.commands import patch_in

_PATHS = ("file_path", "filePath", "path", "target_file", "filename")
_OLD = ("old_string", "oldString", "old_str", "oldText")
_NEW = ("new_string", "newString", "new_str", "newText")
_WHOLE = ("content", "file_text", "contents")
_WRITING = ("write", "create", "new_file")


def edits(name: str, arguments: Any) -> Iterator[Lines]:
    """Yield the files a call writes to, with the lines it adds and removes.

    A file that is written whole adds all its lines: how many it had before is not said.
    """
    patch = patch_in(arguments)
    if patch is not None:
        yield from patched(patch)
        return
    path = _text(arguments, _PATHS)
    if not path or not isinstance(arguments, Mapping):
        return
    pairs = arguments.get("edits")
    some = pairs if isinstance(pairs, list) else [arguments]
    changes = [_replacement(one) for one in some]
    found = [change for change in changes if change is not None]
    text = _text(arguments, _WHOLE)
    if not found and text and any(word in name.lower() for word in _WRITING):
        found = [(count_lines(text), 0)]
    if found:
        added, removed = (sum(counts) for counts in zip(*found, strict=True))
        yield Lines(path=path, added=added, removed=removed)


def _replacement(one: Any) -> tuple[int, int] | None:
    is_one = isinstance(one, Mapping) and any(name in one for name in _NEW)
    return replaced(_text(one, _OLD), _text(one, _NEW)) if is_one else None


def _text(arguments: Any, names: tuple[str, ...]) -> str:
    if not isinstance(arguments, Mapping):
        return ""
    found = (arguments.get(name) for name in names)
    return next((text for text in found if isinstance(text, str) and text), "")
