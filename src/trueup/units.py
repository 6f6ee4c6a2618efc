"""Units of measure: what a number counts, and how a person says it.

Storage and computation use one unit per dimension (seconds, ratio in 0..1, plain counts);
only `say` turns a value into the words a reader would use.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """What one of a number stands for.

    Parameters
    ----------
    name
        Identifier and suffix of metric names, e.g. ``seconds``.
    symbol
        Written after a number on an axis, e.g. ``days``.
    """

    name: str
    symbol: str


SECONDS = Unit("seconds", "s")
RATIO = Unit("ratio", "")
COUNT = Unit("count", "")
LINES = Unit("lines", "lines")
PER_WEEK = Unit("per_week", "per week")
PER_DAY = Unit("per_day", "per day")
ITEMS = Unit("items", "items")
PEOPLE = Unit("people", "people")
PER_DEVELOPER_DAY = Unit("per_developer_day", "per developer-day")
PER_DEVELOPER_WEEK = Unit("per_developer_week", "per developer-week")
PER_DEVELOPER_MONTH = Unit("per_developer_month", "per developer-month")
PER_TEAM_WEEK = Unit("per_team_week", "per team-week")
PER_ITEM = Unit("per_item", "per item")
PER_CHANGE = Unit("per_change", "per change")
PER_DEPLOYMENT = Unit("per_deployment", "per deployment")
COMMENTS = Unit("comments", "comments")
CHARACTERS = Unit("characters", "characters")
FILES = Unit("files", "files")
RELATIVE = Unit("relative", "%")
"""A proportional difference: 0.1 is ten per cent more."""

UNITS: tuple[Unit, ...] = (
    *(SECONDS, RATIO, COUNT, LINES, ITEMS, PEOPLE, COMMENTS, CHARACTERS, FILES, RELATIVE),
    *(PER_WEEK, PER_DAY, PER_ITEM, PER_CHANGE, PER_DEPLOYMENT, PER_TEAM_WEEK),
    *(PER_DEVELOPER_DAY, PER_DEVELOPER_WEEK, PER_DEVELOPER_MONTH),
)

_DURATIONS = (
    (60.0, 1.0, "second"),
    (3600.0, 60.0, "minute"),
    (86400.0, 3600.0, "hour"),
    (86400.0 * 14, 86400.0, "day"),
    (86400.0 * 60, 86400.0 * 7, "week"),
    (86400.0 * 730, 86400.0 * 30.4375, "month"),
    (math.inf, 86400.0 * 365.25, "year"),
)


_FILLED = ("second", "minute", "hour")
"""Of which so many as make one of the next unit are called one of that."""


def significant(value: float, digits: int = 2) -> str:
    """Write a number with at least `digits` significant digits and no exponent.

    >>> significant(0.04567), significant(1234.5), significant(12.34), significant(0.0)
    ('0.046', '1,234', '12', '0')
    """
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{decimals}f}"


def say_duration(seconds: float, digits: int = 2) -> str:
    """Say a duration as a person would, in the next larger unit where rounding fills it.

    >>> say_duration(5400), say_duration(86400 * 3), say_duration(86400 * 40)
    ('1.5 hours', '3 days', '5.7 weeks')

    >>> say_duration(86100), say_duration(86100, 4)
    ('1 day', '23.92 hours')
    """
    for below, scale, noun in _DURATIONS:
        amount = significant(seconds / scale, digits)
        if "." in amount:
            amount = amount.rstrip("0").rstrip(".")
        fills = noun in _FILLED and amount.lstrip("-") == significant(below / scale)
        if abs(seconds) < below and fills:
            seconds = math.copysign(below, seconds)
        if abs(seconds) < below:
            return f"{amount} {noun}" + ("" if amount in {"1", "-1"} else "s")
    return _say_endless(seconds)


def say(value: float, unit: Unit, digits: int = 2) -> str:
    """Say a value in its unit: whole numbers of things whole, else at least `digits` digits.

    >>> say(0.1234, RATIO), say(1234, LINES), say(3, ITEMS), say(3.21, PER_WEEK)
    ('12 %', '1,234 lines', '3 items', '3.2 per week')

    >>> say(0.188, RELATIVE), say(-0.04, RELATIVE)
    ('+19 %', '-4.0 %')

    The end of an interval may be infinite.

    >>> say(math.inf, SECONDS)
    'no upper end'
    """
    if math.isinf(value):
        return _say_endless(value)
    if unit == SECONDS:
        return say_duration(value, digits)
    if unit == RATIO:
        return f"{significant(100 * value, digits)} %"
    if unit == RELATIVE:
        return f"{'+' if value > 0 else ''}{significant(100 * value, digits)} %"
    amount = f"{value:,.0f}" if float(value).is_integer() else significant(value, digits)
    return f"{amount} {unit.symbol}".strip()


def _say_endless(value: float) -> str:
    return "no upper end" if value > 0 else "no lower end"
