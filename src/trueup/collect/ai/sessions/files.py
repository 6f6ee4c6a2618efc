"""Files of sessions, read whole: lines of JSON, or one document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from trueup.collect.ai.logs.growing import GrowingFile, Mark

LARGEST = 512 << 20
"""Bytes of the largest document that is read."""
_BLOCK = 4 << 20
_HEAD = 64 << 10
NO_DOCUMENT = "its file is no JSON"
_TOO_LARGE = f"its file is larger than {LARGEST >> 20} MB"


class LogFile:
    """The lines of a file with their places, from 0.

    Parameters
    ----------
    faults
        Where lines that are too long are counted.
    is_head
        Whether only the first lines are wanted: the file is read in small pieces.

    Attributes
    ----------
    lines
        How many there are, once all were yielded.
    """

    def __init__(self, path: Path, faults: Counter[str], *, is_head: bool = False) -> None:
        self.lines = 0
        self._file = GrowingFile(path, Mark(), faults, block=_HEAD if is_head else _BLOCK)

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Yield places and lines.

        Raises
        ------
        OSError
            The file may not be read, or is gone.
        """
        number = 0
        for lines in self._file:
            for text in lines:
                yield number, text
                number += 1
            self.lines = self._file.mark.lines


def document(path: Path, faults: Counter[str]) -> Any:
    """Return what a file of JSON holds; None where it holds none, which is counted.

    Raises
    ------
    OSError
        The file may not be read, or is gone.
    """
    if path.stat().st_size > LARGEST:
        faults[_TOO_LARGE] += 1
        return None
    text = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = _mended(text)
    if found is None:
        faults[NO_DOCUMENT] += 1
    return found


def _mended(text: bytes) -> Any:
    """Return what a text says once bytes that are no UTF-8 are replaced."""
    try:
        return msgspec.json.decode(text.decode("utf-8", "replace"))
    except msgspec.DecodeError:
        return None
