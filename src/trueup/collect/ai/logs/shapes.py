"""What lines of types nobody knows look like: type, paths of keys, sizes; never a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec

from trueup.collect.recorded import Record

KIND = "unknown_line"
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_-]{0,39}")
_MOST_LINES = 20
_MOST_TYPES = 200
_MOST_PATHS = 200
_MOST_KEYS = 30
"""An object of more keys is a table of something: its keys are values."""
_DEEPEST = 8


class Shapes:
    """Gathers the shapes of lines by their type."""

    def __init__(self) -> None:
        self._paths: dict[str, dict[str, int]] = {}
        self._lines: dict[str, int] = {}

    def add(self, type_name: str | None, line: bytes) -> str:
        """Take a line of an unknown type; return the reason to count it under."""
        name = type_name if type_name and _NAME.fullmatch(type_name) else "without a type"
        if name not in self._paths and len(self._paths) >= _MOST_TYPES:
            return "its type is not known"
        paths = self._paths.setdefault(name, {})
        self._lines[name] = self._lines.get(name, 0) + 1
        if self._lines[name] <= _MOST_LINES:
            with suppress(msgspec.DecodeError):
                _walk(msgspec.json.decode(line), "", paths, 0)
        return f"its type {name!r} is not known"

    def records(self) -> tuple[Record, ...]:
        """Return a record for each type: which keys it has, and the largest size of each.

        Sizes are rounded up to powers of two, so that records change only when shapes do.
        """
        return tuple(
            Record(kind=KIND, key=name, body={"paths": dict(sorted(paths.items()))})
            for name, paths in sorted(self._paths.items())
        )


def _walk(value: Any, path: str, paths: dict[str, int], depth: int) -> None:
    for key, part in _parts(value):
        here = f"{path}.{key}" if path else key
        if len(paths) >= _MOST_PATHS and here not in paths:
            return
        size = 1 << (_size(part) - 1).bit_length() if _size(part) else 0
        paths[here] = max(paths.get(here, 0), size)
        if depth < _DEEPEST:
            _walk(part, here, paths, depth + 1)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        is_table = len(value) > _MOST_KEYS
        for key, part in value.items():
            yield ("*" if is_table or not _NAME.fullmatch(key) else key), part
    elif isinstance(value, list):
        yield from (("[]", part) for part in value[:_MOST_KEYS])


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str | list | dict) else 0
