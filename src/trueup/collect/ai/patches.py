"""Lines that a patch adds and removes, by path: counts, never content."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

_FILE = ("*** Add File: ", "*** Update File: ", "*** Delete File: ")
_MOST_LINES = 4000
"""Texts longer than this are not compared line by line: it would take too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Lines of one file that a patch touches."""

    path: str
    added: int
    removed: int


def patched(patch: str) -> Iterator[Lines]:
    """Yield the files of a patch in the form agents write: ``*** Begin Patch``, ``*** End Patch``.

    A file that is deleted whole yields no removed lines: the patch does not say how many it had.
    """
    path, added, removed = "", 0, 0
    for line in patch.split("\n"):
        head = next((head for head in _FILE if line.startswith(head)), "")
        if head or line.startswith("*** End Patch"):
            if path:
                yield Lines(path=path, added=added, removed=removed)
            path, added, removed = line[len(head) :].strip() if head else "", 0, 0
        elif line.startswith("*** Move to: "):
            path = line[len("*** Move to: ") :].strip()
        elif line.startswith("+"):
            added += 1
        elif line.startswith("-"):
            removed += 1
    if path:
        yield Lines(path=path, added=added, removed=removed)


def in_diff(diff: str) -> tuple[int, int]:
    """Return (added, removed) lines of a unified diff of one file."""
    added = removed = 0
    is_head = not diff.startswith("@@")
    for line in diff.split("\n"):
        if line.startswith("@@"):
            is_head = False
        elif not is_head:
            added += line.startswith("+")
            removed += line.startswith("-")
    return added, removed


def count_lines(text: str) -> int:
    """Return how many lines a text has; a last one without an end counts."""
    return text.count("\n") + (bool(text) and not text.endswith("\n"))


def replaced(old: str, new: str) -> tuple[int, int]:
    """Return (added, removed) lines where a tool puts `new` in the place of `old`.

    Lines both have in common, in order, are neither.
    """
    before, after = old.splitlines(), new.splitlines()
    if len(before) + len(after) > _MOST_LINES:
        return len(after), len(before)
    matches = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    common = sum(block.size for block in matches)
    return len(after) - common, len(before) - common
