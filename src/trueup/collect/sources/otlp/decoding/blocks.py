"""Records as they come out of a body: neither form of OTLP is seen beyond here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SIGNALS = ("metrics", "logs", "traces")
DEEPEST = 6
"""Values of attributes nested deeper are left out."""


class Malformed(Exception):
    """A body that cannot be read at all; says why, without a value."""


@dataclass(slots=True, kw_only=True)
class Block:
    """Records of one resource and one instrumentation scope.

    Parameters
    ----------
    records
        ``name``, ``time`` (nanoseconds since 1970), ``attributes`` and, by signal, ``start``,
        ``end``, ``trace``, ``span``, ``parent``, ``status``, ``event``, ``body``, ``unit``,
        ``value``, ``count``, ``temporality``.
    """

    resource: dict[str, Any]
    scope: str
    records: list[dict[str, Any]]


@dataclass(slots=True, kw_only=True)
class Decoded:
    """What a body says, and how many of its records could not be read."""

    blocks: list[Block] = field(default_factory=list)
    rejected: int = 0
    reason: str = ""

    def reject(self, reason: str, count: int = 1) -> None:
        """Count records that could not be read; the first reason is told."""
        self.rejected += count
        self.reason = self.reason or reason
