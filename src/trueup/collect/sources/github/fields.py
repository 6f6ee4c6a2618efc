"""Reads what others wrote: a value of the wrong kind is null and noted, never an exception."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from trueup.collect.attribution import Attribution

_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
_SLACK_MICROSECONDS = 2 * 86_400 * 1_000_000
_LARGEST = 2**31 - 1


class Unreadable(Exception):
    """Without this field the record cannot be named."""


def instant(text: str) -> int:
    """Return epoch microseconds UTC of an ISO 8601 instant with its offset.

    Raises
    ------
    ValueError
        It is none, or names no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


class Fields:
    """One object of an answer, read field by field.

    Parameters
    ----------
    value
        The object; anything else reads as an empty one and is noted.
    now
        Epoch microseconds UTC: instants more than two days later are absurd.
    faults
        Where findings go; parts of an object share the list of the whole.
    """

    __slots__ = ("_value", "faults", "now")

    def __init__(self, value: object, now: int, faults: list[str] | None = None) -> None:
        self.faults: list[str] = [] if faults is None else faults
        self.now = now
        self._value: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        if value is not None and not isinstance(value, Mapping):
            self.faults.append("a part is no object")

    def __bool__(self) -> bool:
        return bool(self._value)

    def text(self, name: str) -> str | None:
        """Return a text that is not empty, else None."""
        value = self._value.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            self._odd(name, "is no text")
            return None
        return value.encode("utf-8", "replace").decode("utf-8")

    def number(self, name: str) -> int | None:
        """Return a whole number from 0 to the largest a column takes, else None."""
        value = self._value.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST:
            self._odd(name, "is no count")
            return None
        return value

    def needed(self, name: str) -> int:
        """Return a whole number.

        Raises
        ------
        Unreadable
            There is none.
        """
        value = self.number(name)
        if value is None:
            raise Unreadable(f"{name} is missing")
        return value

    def key(self, name: str) -> str:
        """Return what names the object: a text, or a whole number as text.

        Raises
        ------
        Unreadable
            There is none.
        """
        value = self._value.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return str(value)
        if isinstance(value, str) and value.strip():
            return value.encode("utf-8", "replace").decode("utf-8")
        raise Unreadable(f"{name} is missing")

    def flag(self, name: str) -> bool | None:
        """Return a yes or no, else None."""
        value = self._value.get(name)
        if value is None or isinstance(value, bool):
            return value
        self._odd(name, "is no yes or no")
        return None

    def at(self, name: str) -> int | None:
        """Return an instant as epoch microseconds UTC, None when missing or absurd."""
        value = self._value.get(name)
        if value is None:
            return None
        try:
            moment = instant(value) if isinstance(value, str) else None
        except (ValueError, OverflowError):
            moment = None
        if moment is None:
            self._odd(name, "is no instant")
            return None
        if moment < int(_OLDEST.timestamp()) * 1_000_000 or moment > self.now + _SLACK_MICROSECONDS:
            self._odd(name, "is an absurd instant")
            return None
        return moment

    def part(self, name: str) -> Fields:
        """Return the object below `name`; an empty one when it is missing."""
        return Fields(self._value.get(name), self.now, self.faults)

    def parts(self, name: str) -> list[Fields]:
        """Return the objects listed below `name`."""
        value = self._value.get(name)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self._odd(name, "is no list")
            return []
        return [Fields(item, self.now, self.faults) for item in value if item is not None]

    def nodes(self, name: str) -> list[Fields]:
        """Return the objects of a GraphQL connection below `name`."""
        return self.part(name).parts("nodes")

    def numbers(self, name: str) -> list[int]:
        """Return the whole numbers listed below `name`."""
        value = self._value.get(name)
        if not isinstance(value, list | tuple):
            return []
        return [item for item in value if isinstance(item, int) and not isinstance(item, bool)]

    def marks(self, name: str) -> list[Attribution]:
        """Return the marks archived below `name` (see `door.words`)."""
        found = []
        for entry in self._entries(name, 6):
            tool, model, role, rule_id, session_id, probability = entry
            if isinstance(probability, int | float) and all(
                isinstance(part, str) for part in (tool, role, rule_id)
            ):
                mark = Attribution(tool, model, role, rule_id, session_id, float(probability))
                found.append(mark)
        return found

    def mentions(self, name: str) -> list[tuple[str, str, bool]]:
        """Return the work items archived below `name`: key, place, whether it is closed."""
        return [
            (key, place, is_closing is True)
            for key, place, is_closing in self._entries(name, 3)
            if isinstance(key, str) and isinstance(place, str)
        ]

    def _entries(self, name: str, length: int) -> list[Sequence[Any]]:
        value = self._value.get(name)
        if not isinstance(value, list | tuple):
            return []
        return [e for e in value if isinstance(e, list | tuple) and len(e) == length]

    def _odd(self, name: str, how: str) -> None:
        self.faults.append(f"{name} {how}")
