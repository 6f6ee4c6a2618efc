"""Counters that only grow, as what was added between two readings of them.

https://opentelemetry.io/docs/specs/otel/metrics/data-model/#temporality
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from trueup.collect.fields import is_absurd

_KEPT_NANOSECONDS = 7 * 86_400 * 1_000_000_000


class Series:
    """The last reading of each counter: value, count, instant.

    A counter that begins anew has another start, and is another series; one that does not name
    its start has begun anew where its value falls.

    Parameters
    ----------
    known
        As `said` returned it.
    """

    def __init__(self, known: dict[str, list[Any]]) -> None:
        self._known = known

    def added(self, record: dict[str, Any], scope: str) -> dict[str, Any] | None:
        """Return a reading as what it added; None where it was seen before, or is out of turn.

        Parameters
        ----------
        record
            A point for which `is_sound` holds.
        scope
            What tells its source from others: resource and tool.
        """
        value, at = record["value"], record["time"]
        key = _key(record, scope)
        last = self._known.get(key)
        if last is not None and at <= last[2]:
            return None
        count = record.get("count") if _is_number(record.get("count")) else 0
        self._known[key] = [value, count, at]
        delta = {**record, "temporality": "delta", "series": key}
        if last is None:
            return delta
        delta["start"] = last[2]
        if value >= last[0]:
            delta |= {"value": value - last[0], "count": max((count or 0) - (last[1] or 0), 0)}
        return delta

    def said(self) -> dict[str, list[Any]]:
        """Return what the next visit needs; counters long silent are left out."""
        newest = max((last[2] for last in self._known.values()), default=0)
        return {
            key: last for key, last in self._known.items() if last[2] > newest - _KEPT_NANOSECONDS
        }


def is_sound(record: dict[str, Any], received: int) -> bool:
    """Say whether a reading has a value and an instant, not far from when it was received.

    Parameters
    ----------
    received
        Epoch microseconds UTC.
    """
    value, at = record.get("value"), record.get("time")
    return _is_number(value) and isinstance(at, int) and not is_absurd(at // 1000, received)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _key(record: dict[str, Any], scope: str) -> str:
    told = [scope, record.get("name"), record.get("start"), record.get("attributes")]
    text = msgspec.json.encode(told, order="deterministic")
    return hashlib.blake2b(text, digest_size=8).hexdigest()
