"""What was not kept: how often, of which type and size; never a value."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

_NAME = re.compile(r"[A-Za-z_][\w./:-]{0,79}")
_MOST_NAMES = 64
_REST = "(others)"


@dataclass(slots=True)
class Tally:
    """Counts of one block.

    Parameters
    ----------
    dropped
        Attributes known to carry text, by name.
    unknown
        Attributes nobody knows: type, count and largest size by name.
    others
        Records of kinds that no table has a place for, by name.
    """

    dropped: Counter[str] = field(default_factory=Counter)
    unknown: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)

    def drop(self, name: str) -> None:
        """Count an attribute that carries text."""
        self.dropped[named(name)] += 1

    def meet(self, name: str, value: Any) -> None:
        """Count an attribute nobody knows."""
        name = named(name)
        if name not in self.unknown and len(self.unknown) >= _MOST_NAMES:
            name = _REST
        kind, count, largest = self.unknown.get(name, (type(value).__name__, 0, 0))
        self.unknown[name] = (kind, count + 1, max(largest, _size(value)))

    def pass_over(self, name: str) -> None:
        """Count a record that is not kept."""
        name = named(name)
        self.others[name if name in self.others or len(self.others) < _MOST_NAMES else _REST] += 1

    def said(self) -> dict[str, Any]:
        """Return it as a line says it; empty parts are left out."""
        parts = {"dropped": self.dropped, "unknown": self.unknown, "others": self.others}
        return {name: part for name, part in parts.items() if part}


def named(name: str) -> str:
    """Return a name that is one; text in its place is not repeated."""
    return name if _NAME.fullmatch(name) else "(no name)"


def _size(value: Any) -> int:
    if isinstance(value, str | bytes | list | dict):
        return len(value)
    return 0
