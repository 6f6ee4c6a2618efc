"""A merge's difference from all its parents: which line came from which.

As in ``git blame``, a line of the result belongs to the first parent that has it; a line
no parent has belongs to the merge.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int32]

BORN = -1
"""Stands in a merged file for a line that no parent has."""

_HUNK = re.compile(rb"\n@{3,} ((?:-\d+,\d+ )+)\+(\d+),(\d+) @{3,}[^\n]*")


class Merged(NamedTuple):
    """A file as a merge left it: ids per line, `BORN` where the merge wrote the line.

    `dropped` are ids of lines that every parent had and the merge removed.
    """

    ids: Ids
    dropped: list[int]


class _Side:
    """One parent's lines and how far they are used."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids
        self.at = 0

    def take(self, count: int) -> Ids:
        taken = self.ids[self.at : self.at + count]
        self.at += count
        return taken


def merge_lines(text: bytes, parents: Sequence[Ids | None]) -> Merged | None:
    """Work out a merged file's lines from git's combined difference.

    Parameters
    ----------
    text
        One file's part of a combined difference, with one line of context or more.
    parents
        Line ids in each parent; None where the parent does not have the file.

    Returns
    -------
    The merged file, None when the difference does not fit the parents.
    """
    sides = [_Side(ids if ids is not None else np.empty(0, np.int32)) for ids in parents]
    result: list[Ids] = []
    dropped: list[int] = []
    length = 0
    for start, body in _hunks(text):
        gap = start - 1 - length
        if gap < 0 or not _common(sides, gap, result):
            return None
        lines = _hunk(body, sides, dropped)
        if lines is None:
            return None
        length += gap + lines.size
        result.append(lines)
    present = [side for side, ids in zip(sides, parents, strict=True) if ids is not None]
    left = {side.ids.size - side.at for side in present}
    if len(left) > 1 or not _common(present, max(left, default=0), result):
        return None
    return Merged(np.concatenate(result), dropped)


def _hunks(text: bytes) -> list[tuple[int, bytes]]:
    """Cut into (first line in the result, content lines)."""
    found = list(_HUNK.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [
        (int(match[2]), text[match.end() + 1 : end]) for match, end in zip(found, ends, strict=True)
    ]


def _common(sides: Sequence[_Side], count: int, result: list[Ids]) -> bool:
    """Take `count` lines that all sides share; the first side names them."""
    taken = [side.take(count) for side in sides]
    if taken:
        result.append(taken[0])
    return all(lines.size == count for lines in taken)


def _hunk(body: bytes, sides: Sequence[_Side], dropped: list[int]) -> Ids | None:
    ids: list[int] = []
    width = len(sides)
    for line in body.split(b"\n"):
        marks = line[:width]
        if len(marks) < width:
            return None
        if b"-" in marks:
            gone = _next(sides, marks, ord("-"))
            if gone is None:
                return None
            if b" " not in marks:
                dropped += gone
        elif line.startswith(b"\\"):
            continue
        else:
            kept = _next(sides, marks, ord(" "))
            if kept is None:
                return None
            ids.append(kept[0] if kept else BORN)
    return np.array(ids, np.int32)


def _next(sides: Sequence[_Side], marks: bytes, wanted: int) -> list[int] | None:
    """Take one line from every side marked as `wanted`; None when a side has no more."""
    taken = []
    for side, mark in zip(sides, marks, strict=True):
        if mark == wanted:
            if side.at >= side.ids.size:
                return None
            taken.append(int(side.ids[side.at]))
            side.at += 1
    return taken
