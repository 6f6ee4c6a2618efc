"""The body of an HTTP request, read as far as it may be and no further."""

from __future__ import annotations

import re
from email.message import Message
from io import BufferedIOBase

_LONGEST_LINE = 1024
_SIZE = re.compile(rb"[0-9a-fA-F]{1,8}")


class Unfit(Exception):
    """A body that is not read; the status that says so, and why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def read_body(stream: BufferedIOBase, headers: Message, most: int) -> bytes | None:
    """Return a body of up to `most` bytes; None where the sender went away in its middle.

    Raises
    ------
    Unfit
        It is larger, or does not say where it ends.
    """
    coding = headers.get("Transfer-Encoding", "").strip().lower()
    if coding == "chunked":
        return _chunked(stream, most)
    length = headers.get("Content-Length", "").strip()
    if coding or not length.isascii() or not length.isdigit():
        raise Unfit(411, "the length of the message is missing")
    if len(length) > len(str(most)) or int(length) > most:
        raise Unfit(413, f"a message holds at most {most} bytes")
    content = stream.read(int(length))
    return content if len(content) == int(length) else None


def _chunked(stream: BufferedIOBase, most: int) -> bytes | None:
    """Read chunks to the last one (RFC 9112, 7.1); what follows them is left out."""
    parts: list[bytes] = []
    left = most
    while True:
        line = stream.readline(_LONGEST_LINE)
        if not line.endswith(b"\n"):
            return None
        size = _size(line.partition(b";")[0].strip())
        left -= size
        if left < 0:
            raise Unfit(413, f"a message holds at most {most} bytes")
        if size == 0:
            return b"".join(parts) if _is_ended(stream) else None
        part = stream.read(size)
        if len(part) < size or stream.readline(3).strip():
            return None
        parts.append(part)


def _size(text: bytes) -> int:
    if not _SIZE.fullmatch(text):
        raise Unfit(400, "a chunk does not say its size")
    return int(text, 16)


def _is_ended(stream: BufferedIOBase) -> bool:
    """Read what follows the last chunk, up to an empty line."""
    for _ in range(32):
        line = stream.readline(_LONGEST_LINE)
        if line in {b"\r\n", b"\n"}:
            return True
        if not line.endswith(b"\n"):
            return False
    return False
