"""Bodies out of their compression, up to a size and no further."""

from __future__ import annotations

import zlib

_EITHER = 32 + zlib.MAX_WBITS
"""Forms of zlib and of gzip, told apart by their heads."""


class TooLarge(Exception):
    """What is inside is larger than it may be."""


class Damaged(Exception):
    """What is there is not in the form it is said to be."""


def expanded(content: bytes, most: int) -> bytes:
    """Return what gzip or deflate holds.

    Raises
    ------
    TooLarge
        It is more than `most` bytes; no more than these were ever in memory.
    Damaged
        It is cut off, or of no such form.
    """
    parts: list[bytes] = []
    left = most
    while content:
        one = zlib.decompressobj(_EITHER)
        try:
            part = one.decompress(content, left + 1)
        except zlib.error as error:
            raise Damaged from error
        left -= len(part)
        if left < 0:
            raise TooLarge
        if not one.eof:
            raise Damaged
        parts.append(part)
        content = one.unused_data
    return b"".join(parts)
