"""JSON values of reports: one in all or one a line, from an answer or from a file of any size."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any

WHOLE_BYTES = 64 << 20
"""A file up to this size may be one value; a larger one holds a value a line."""
LINE_BYTES = 16 << 20
"""A longer line is no report of one person and day."""
_BOM = b"\xef\xbb\xbf"


def values_of(content: bytes) -> tuple[list[Any], int]:
    """Return the JSON values of a content, and how many lines of it are none."""
    whole = content.removeprefix(_BOM)
    try:
        return [json.loads(whole)], 0
    except (ValueError, RecursionError):
        pass
    found, unread = [], 0
    for line in whole.splitlines():
        if line.strip():
            try:
                found.append(json.loads(line))
            except (ValueError, RecursionError):
                unread += 1
    return found, unread


def values_in(path: Path) -> Iterator[tuple[list[Any], int]]:
    """Yield the JSON values of a file, some at a time, and how many lines were none.

    Raises
    ------
    OSError
        It may not be read.
    """
    if path.stat().st_size <= WHOLE_BYTES:
        yield values_of(path.read_bytes())
        return
    with path.open("rb") as file:
        while line := file.readline(LINE_BYTES):
            if len(line) == LINE_BYTES and not line.endswith(b"\n"):
                _pass_over(file)
                yield [], 1
            elif line.strip():
                yield values_of(line)


def _pass_over(file: BufferedReader) -> None:
    """Read to the end of the line."""
    while (piece := file.readline(LINE_BYTES)) and not piece.endswith(b"\n"):
        pass
