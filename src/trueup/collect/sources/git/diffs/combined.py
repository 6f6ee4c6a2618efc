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

_HUNK = re.compile(rb"@{3,} (?:-\d+,\d+ )+\+(\d+),")
_SPACE, _PLUS, _MINUS, _AT, _BACKSLASH, _NEWLINE = b" +-@\\\n"
_ZERO = np.zeros(1, np.int64)


class Merged(NamedTuple):
    """A file as a merge left it: ids per line, `BORN` where the merge wrote the line.

    `dropped` are ids of lines that every parent had and the merge removed.
    """

    ids: Ids
    dropped: Ids


class _Rows(NamedTuple):
    """The lines git shows, a hunk's header standing for the common lines before it.

    One item per row: how many lines it stands for, whether each parent has them, whether the
    result has them.
    """

    weight: npt.NDArray[np.int64]
    uses: npt.NDArray[np.bool_]  # (rows, parents)
    kept: npt.NDArray[np.bool_]


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
    begin = text.find(b"\n@@@") + 1
    rows = _rows(text[begin:], len(parents)) if begin else None
    if rows is None:
        return None
    absent = np.array([ids is None for ids in parents])
    rows.uses[:, absent] = False
    used = rows.uses * rows.weight[:, None]
    before = used.cumsum(axis=0) - used
    sizes = np.array([0 if ids is None else ids.size for ids in parents])
    left = (sizes - used.sum(axis=0))[~absent]
    if left.size and (left[0] < 0 or (left != left[0]).any()):
        return None
    tail = int(left[0]) if left.size else 0
    lines = np.concatenate([np.empty(0, np.int32) if ids is None else ids for ids in parents])
    at = before + (sizes.cumsum() - sizes)
    dropped = rows.uses.all(axis=1) & ~rows.kept
    return Merged(_result(rows, at, lines, parents, tail), lines[at[dropped].ravel()])


def _result(
    rows: _Rows,
    at: npt.NDArray[np.int64],
    lines: Ids,
    parents: Sequence[Ids | None],
    tail: int,
) -> Ids:
    """Lay out the result: every kept row from the first parent that has it."""
    kept = rows.kept.nonzero()[0]
    first = rows.uses[kept].argmax(axis=1)
    weight = rows.weight[kept]
    start = np.where(rows.uses[kept].any(axis=1), at[kept, first], BORN)
    ends = weight.cumsum()
    step = np.arange(ends[-1] if ends.size else 0) - (ends - weight).repeat(weight)
    source = start.repeat(weight)
    ids = np.full(source.size, BORN, np.int32)
    known = source >= 0
    ids[known] = lines[source[known] + step[known]]
    rest = next((side[side.size - tail :] for side in parents if side is not None), ids[:0])
    return np.concatenate([ids, rest])


def _rows(text: bytes, width: int) -> _Rows | None:
    """Read the first `width` characters of every line; None where they make no sense."""
    content = np.frombuffer(text, np.uint8)
    starts = np.concatenate([_ZERO, (content == _NEWLINE).nonzero()[0] + 1])
    starts = starts[starts + width <= content.size]
    first = content[starts]
    starts, first = starts[first != _BACKSLASH], first[first != _BACKSLASH]
    header = first == _AT
    marks = content[starts[:, None] + np.arange(width)]
    minus, space = marks == _MINUS, marks == _SPACE
    if not (minus | space | (marks == _PLUS) | header[:, None]).all():
        return None
    removed = minus.any(axis=1) & ~header
    uses = np.where(removed[:, None], minus, space) | header[:, None]
    weight = np.ones(starts.size, np.int64)
    headers = [_HUNK.match(text, start) for start in starts[header].tolist()]
    at = np.array([int(match[1]) - 1 for match in headers if match])
    shown = (~removed & ~header).cumsum()[header]
    if at.size != shown.size:
        return None
    gaps = at - shown
    gaps[1:] -= gaps[:-1].copy()
    weight[header] = gaps
    return _Rows(weight, uses, ~removed) if (weight >= 0).all() else None
