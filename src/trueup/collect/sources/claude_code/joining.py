"""Two sightings of the same thing united: the same whatever their order, and seen again or not.

Logs repeat themselves: a reply is written line by line while it grows, a session that is resumed
or branched begins with a copy of another, a file is read again. So what is kept of a thing is the
least that holds everything ever seen of it: the largest of counts, the earliest instant, the
union of what is listed.
"""

from __future__ import annotations

from typing import Any

_EARLIEST = frozenset(("at", "begun"))


def joined(one: Any, other: Any, name: str = "") -> Any:
    """Return what holds both; commutative, associative, and the same when one holds the other.

    Objects are united key by key, lists of names as sets. Of other values the larger stands, but
    of ``at`` and ``begun`` the smaller.
    """
    if one is None or other is None:
        return one if other is None else other
    if type(one) is not type(other):
        return max(one, other, key=lambda value: (type(value).__name__, repr(value)))
    if isinstance(one, dict):
        whole = dict(one)
        _take_in(whole, other)
        return whole
    if name in _EARLIEST:
        return min(one, other)
    if isinstance(one, list):
        return sorted({*one, *other})
    return max(one, other)


def add(gathered: dict[str, Any], key: str, seen: dict[str, Any]) -> None:
    """Unite what was seen of a thing with what was gathered of it."""
    known = gathered.get(key)
    if known is None:
        gathered[key] = seen
    else:
        _take_in(known, seen)


def _take_in(known: dict[str, Any], seen: dict[str, Any]) -> None:
    for key, value in seen.items():
        there = known.get(key)
        if there is None:
            known[key] = value
        elif there != value or type(there) is not type(value):
            known[key] = joined(there, value, key)
