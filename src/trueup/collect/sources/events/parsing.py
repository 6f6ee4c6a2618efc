"""One event, held against its schema: from a line of a file today, from a request tomorrow.

What a value was is never repeated in what is said about it: it may name a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from trueup.collect.fields import clean, instant, is_absurd, microseconds
from trueup.collect.sources.events.schema import Column, Schema, schema_of

_LOCAL = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_YEARS = range(1950, 2200)
_LONGEST = 1000
_YES = frozenset(("true", "yes", "y", "1"))
_NO = frozenset(("false", "no", "n", "0"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one property of an event.

    Parameters
    ----------
    is_whole
        Whether the event cannot be used for it; else only the property is left out.
    """

    column: str
    problem: str
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event as far as it could be understood.

    Parameters
    ----------
    values
        Those of its properties that are in order.
    """

    kind: str
    values: Mapping[str, Any]
    faults: tuple[Fault, ...]

    @property
    def is_sound(self) -> bool:
        """Whether it can be used."""
        return not any(fault.is_whole for fault in self.faults)


def parse_event(
    kind: str, said: Mapping[str, Any], *, now: int, zone: ZoneInfo | None = None
) -> Event:
    """Read one event; properties the schema does not know are left out.

    Parameters
    ----------
    said
        As JSON has it; see `typed` for text.
    now
        Epoch microseconds UTC: instants more than two days later are refused.
    zone
        Whose clock instants without an offset were read from; None: they are refused.
    """
    schema = schema_of(kind)
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, column in schema.columns.items():
        value = said.get(name)
        if value is None or value == "":
            continue
        value = _placed(value, zone) if column.form == "date-time" else value
        problem = _problem(value, column, now)
        if problem:
            faults.append(Fault(column=name, problem=problem, is_whole=name in schema.required))
        else:
            values[name] = clean(value) if isinstance(value, str) else value
    return Event(kind=kind, values=values, faults=(*faults, *_missing(schema, values, faults)))


def typed(kind: str, said: Mapping[str, str]) -> dict[str, Any]:
    """Return the cells of a line of text as the schema wants them, where they can be that."""
    columns = schema_of(kind).columns
    return {
        name: _typed(value.strip(), columns[name].kind if name in columns else "string")
        for name, value in said.items()
    }


def _typed(text: str, kind: str) -> Any:
    if kind == "integer" and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if kind == "boolean" and text.lower() in _YES | _NO:
        return text.lower() in _YES
    return text


def day_of(text: str, zone: ZoneInfo, *, is_end: bool) -> int | None:
    """Return the instant a span begins or ends with, epoch microseconds UTC; None if it is none.

    A day begins at midnight in `zone`, and as the last day of a span it ends at the next.

    >>> day_of("2026-03-31", ZoneInfo("Europe/Berlin"), is_end=True)
    1774994400000000
    """
    try:
        if not _DAY.fullmatch(text):
            return instant(text)
        day = datetime.fromisoformat(text) + timedelta(days=1 if is_end else 0)
        return microseconds(day.replace(tzinfo=zone).astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _placed(value: Any, zone: ZoneInfo | None) -> Any:
    """Return an instant read from a clock on a wall with the offset of its place and day."""
    if zone is None or not isinstance(value, str) or not _LOCAL.fullmatch(value):
        return value
    try:
        return datetime.fromisoformat(value).replace(tzinfo=zone).isoformat()
    except (ValueError, OverflowError):
        return value


def _missing(schema: Schema, values: Mapping[str, Any], faults: list[Fault]) -> list[Fault]:
    faulty = {fault.column for fault in faults}
    found = [
        Fault(column=name, problem="is missing", is_whole=True)
        for name in schema.required
        if name not in values and name not in faulty
    ]
    found += [
        Fault(
            column=group[0],
            problem=f"is missing, and so is {' and '.join(group[1:])}",
            is_whole=True,
        )
        for group in schema.any_of
        if not values.keys() & set(group)
    ]
    return found


def _problem(value: Any, column: Column, now: int) -> str:
    if column.kind == "integer":
        return _wrong_number(value, column)
    if column.kind == "boolean":
        return "" if isinstance(value, bool) else "is neither true nor false"
    if not isinstance(value, str):
        return "is no text; put it in quotes"
    if column.form:
        is_instant = column.form == "date-time"
        return _wrong_instant(value, column, now) if is_instant else _wrong_day(value, column)
    return _wrong_text(value, column)


def _wrong_text(value: str, column: Column) -> str:
    if len(value) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    if column.choices and value not in column.choices:
        return f"is none of {', '.join(column.choices)}"
    if column.pattern is not None and not column.pattern.search(value):
        return _WRONG_FORM.get(column.name, "has another form than the schema wants")
    return ""


_WRONG_FORM = {
    "commit": "is no full hash; write all 40 characters",
    "change": "names no change; write it as github.com/acme/shop#12",
    "email": "is no address",
    "person": "is no address",
    "amount": "is no amount; write 1234.50, without signs or spaces",
    "currency": "is no code of a currency; write EUR",
}


def _wrong_number(value: Any, column: Column) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return "is no whole number"
    least, most = column.minimum, column.maximum
    if (least is not None and value < least) or (most is not None and value > most):
        return f"is not between {least} and {most}"
    return ""


def _wrong_instant(value: str, column: Column, now: int) -> str:
    if _LOCAL.fullmatch(value):
        return "has no offset; write 2026-03-02T10:00:00+01:00, or name a timezone in options"
    try:
        moment = instant(value) if column.pattern and column.pattern.search(value) else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        return "is no instant; write 2026-03-02T10:00:00+01:00"
    return "lies before 1990 or in the future" if is_absurd(moment, now) else ""


def _wrong_day(value: str, column: Column) -> str:
    moment = day_of(value, ZoneInfo("UTC"), is_end=False)
    if moment is None or column.pattern is None or not column.pattern.search(value):
        return "is no day; write 2026-03-02"
    return "" if int(value[:4]) in _YEARS else "lies in another century"
