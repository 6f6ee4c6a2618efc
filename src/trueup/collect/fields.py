"""Reads what others wrote: a value of the wrong kind is null and noted, never an exception."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Self

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OLDEST_MICROSECONDS = 631_152_000_000_000  # 1990: before there was any of this
_SLACK_MICROSECONDS = 2 * 86_400 * 1_000_000
_LARGEST = 2**31 - 1
_LISTS = (list, tuple)


class Unreadable(Exception):
    """Without this field the record cannot be named."""


def instant(text: str) -> int:
    """Return epoch microseconds UTC of an ISO 8601 instant with its offset.

    >>> instant("2026-03-29T03:30:00.000+0200")
    1774747800000000

    Raises
    ------
    ValueError
        It is none, or names no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return microseconds(moment)


def microseconds(moment: datetime) -> int:
    """Return epoch microseconds UTC of an instant that knows its offset."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def is_absurd(moment: int, now: int) -> bool:
    """Say whether an instant lies before 1990 or more than two days ahead of `now`."""
    return moment < _OLDEST_MICROSECONDS or moment > now + _SLACK_MICROSECONDS


def clean(text: str) -> str:
    """Return a text that can be written as UTF-8: halves of pairs become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


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
        if type(value) is dict or isinstance(value, Mapping):  # an abstract class asks slowly
            self._value: Mapping[str, Any] = value
            return
        self._value = {}
        if value is not None:
            self.faults.append("a part is no object")

    def __bool__(self) -> bool:
        return bool(self._value)

    def text(self, name: str) -> str | None:
        """Return a text that is not empty, else None."""
        value = self._value.get(name)
        if isinstance(value, str):
            return (value if value.isascii() else clean(value)) or None
        if value is not None:
            self._odd(name, "is no text")
        return None

    def number(self, name: str) -> int | None:
        """Return a whole number from 0 to the largest a column takes, else None."""
        value = self._value.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST:
            self._odd(name, "is no count")
            return None
        return value

    def between(self, name: str, lowest: int, highest: int) -> int | None:
        """Return a whole number of a span, both ends included, else None."""
        value = self._value.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            self._odd(name, f"is no whole number from {lowest} to {highest}")
            return None
        return value

    def decimal(self, name: str) -> float | None:
        """Return a number from 0 to the largest a column takes, else None."""
        value = self._value.get(name)
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not isfinite(value) or not 0 <= value <= _LARGEST:
            self._odd(name, "is no number")
            return None
        return float(value)

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
            return clean(value)
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
        if is_absurd(moment, self.now):
            self._odd(name, "is an absurd instant")
            return None
        return moment

    def part(self, name: str) -> Self:
        """Return the object below `name`; an empty one when it is missing."""
        return type(self)(self._value.get(name), self.now, self.faults)

    def parts(self, name: str) -> list[Self]:
        """Return the objects listed below `name`."""
        return [
            type(self)(item, self.now, self.faults)
            for item in self._listed(name)
            if item is not None
        ]

    def texts(self, name: str) -> list[str]:
        """Return the texts listed below `name`."""
        found = self._listed(name)
        if not all(isinstance(item, str) for item in found):
            self._odd(name, "holds what is no text")
        return [clean(item) for item in found if isinstance(item, str) and item]

    def _listed(self, name: str) -> list[Any]:
        value = self._value.get(name)
        if value is None:
            return []
        if not isinstance(value, _LISTS):
            self._odd(name, "is no list")
            return []
        return list(value)

    def _odd(self, name: str, how: str) -> None:
        self.faults.append(f"{name} {how}")
