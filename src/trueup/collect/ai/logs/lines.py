"""Lines of JSON into structs that name only what is needed: the rest is passed over unread.

What is wrong with a line costs that line, or the field it is wrong in, and is counted.
"""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

import msgspec
import pyarrow as pa

NO_JSON = "it is no JSON"
OTHER_KIND = "a field is of another kind and was left out"
NO_UTF8 = "it is not in UTF-8: the bytes at fault were replaced"
UTF16 = "it is in UTF-16, or holds empty bytes"
NO_OBJECT = "it is no object of the kind that is read"
PARTLY = frozenset((OTHER_KIND, NO_UTF8))
"""Reasons after which the line is read all the same."""

_BOM = b"\xef\xbb\xbf"
_AT = re.compile(r" - at `(?:key in )?\$([^`]*)`$")
_STEP = re.compile(r"\.?([^.\[\]]+)|(\[)")
_MOST_MENDED = 8
T = TypeVar("T")


class LineReader(Generic[T]):
    """Reads lines into `kind`, and counts what is wrong with them in `faults`."""

    def __init__(self, kind: type[T], faults: Counter[str]) -> None:
        self.faults = faults
        self._kind = kind
        self._decode = msgspec.json.Decoder(kind).decode

    def each(self, lines: list[bytes]) -> Iterator[tuple[bytes, T]]:
        """Yield lines with what they say, those left out that cannot be read.

        As `read` of every line, but that all are looked at once for bytes that are not UTF-8.
        """
        is_sound = _is_utf8([line for line in lines if not line.isascii()])
        read = self._decoded if is_sound else self.read
        for line in lines:
            found = read(line)
            if found is not None:
                yield line, found

    def read(self, line: bytes) -> T | None:
        """Return what a line says; None where it is blank or cannot be read, which is counted."""
        return self._decoded(line if line.isascii() else self._text(line))

    def _decoded(self, line: bytes) -> T | None:
        try:
            return self._decode(line)
        except msgspec.ValidationError as error:
            return self._mended(line, error)
        except msgspec.DecodeError:
            return self._lost(line)

    def _text(self, line: bytes) -> bytes:
        """Return a line as UTF-8, without a byte order mark."""
        line = line.removeprefix(_BOM)
        try:
            line.decode()
        except UnicodeDecodeError:
            if b"\0" in line:
                return line
            self.faults[NO_UTF8] += 1
            return line.decode("utf-8", "replace").encode()
        return line

    def _lost(self, line: bytes) -> T | None:
        if b"\0" in line:
            rest = line.lstrip(b"\0")  # of a machine that lost its power in the middle of a write
            if rest.startswith(b"{") and b"\0" not in rest:
                return self.read(rest)
            self.faults[UTF16] += 1
        elif line.strip():
            self.faults[NO_JSON] += 1
        return None

    def _mended(self, line: bytes, error: msgspec.ValidationError) -> T | None:
        """Return what is left of a line once fields of another kind are out of it."""
        value = msgspec.json.decode(line)
        for _ in range(_MOST_MENDED):
            place = _AT.search(str(error))
            if place is None or not isinstance(value, dict) or not _prune(value, place[1]):
                break
            try:
                found = msgspec.convert(value, self._kind)
            except msgspec.ValidationError as next_error:
                error = next_error
            else:
                self.faults[OTHER_KIND] += 1
                return found
        self.faults[NO_OBJECT] += 1
        return None


def _is_utf8(lines: list[bytes]) -> bool:
    """Say whether all are UTF-8 without a byte order mark; Arrow looks at many bytes at a time."""
    whole = b"\n".join(lines)
    ends = pa.py_buffer(struct.pack("=qq", 0, len(whole)))
    try:
        pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(whole)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return _BOM not in whole


def _prune(value: Any, path: str) -> bool:
    """Take out the field at a path as msgspec writes it; a list with a wrong item goes whole."""
    steps = [name for name, _ in _STEP.findall(path.partition("[")[0]) if name]
    for step in steps[:-1]:
        value = value.get(step) if isinstance(value, dict) else None
    if not steps or not isinstance(value, dict) or steps[-1] not in value:
        return False
    del value[steps[-1]]
    return True
