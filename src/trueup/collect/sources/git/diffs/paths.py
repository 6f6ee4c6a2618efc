"""Paths as git prints them: quoted where they hold odd bytes, not always UTF-8."""

from __future__ import annotations

import re

_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_NAMED = {
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
}


def unquote(path: bytes) -> bytes:
    """Return the path git meant; it quotes, in C's way, one that holds odd bytes."""
    if not path.startswith(b'"'):
        return path
    return _ESCAPE.sub(_unescape, path[1:-1])


def text(path: bytes) -> str:
    r"""Return a path as text; bytes that are not UTF-8 are spelled ``\xNN``."""
    return path.decode("utf-8", "backslashreplace")


def is_utf8(path: bytes) -> bool:
    """Tell whether `path` is UTF-8."""
    try:
        path.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes((int(code, 8),)) if len(code) == 3 else _NAMED.get(code, code)
