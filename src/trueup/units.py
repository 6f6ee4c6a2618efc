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
    currency
        ISO 4217 code where one of it is money; then `symbol` says per what.
    is_counted_large
        Millions and more of it are said as such: ``3.4m tokens``.
    """

    name: str
    symbol: str
    currency: str = ""
    is_counted_large: bool = False


SECONDS = Unit("seconds", "s")
RATIO = Unit("ratio", "")
COUNT = Unit("count", "")
LINES = Unit("lines", "lines")
PER_WEEK = Unit("per_week", "per week")
PER_DAY = Unit("per_day", "per day")
ITEMS = Unit("items", "items")
POINTS = Unit("points", "points")
"""Of a questionnaire or a rubric."""
PEOPLE = Unit("people", "people")
PER_DEVELOPER_DAY = Unit("per_developer_day", "per developer-day")
PER_DEVELOPER_DAY_PER_YEAR = Unit("per_developer_day_per_year", "per developer-day a year")
PER_DEVELOPER_WEEK = Unit("per_developer_week", "per developer-week")
PER_DEVELOPER_MONTH = Unit("per_developer_month", "per developer-month")
PER_TEAM_WEEK = Unit("per_team_week", "per team-week")
PER_ITEM = Unit("per_item", "per item")
PER_CHANGE = Unit("per_change", "per change")
PER_DEPLOYMENT = Unit("per_deployment", "per deployment")
COMMENTS = Unit("comments", "comments")
CHARACTERS = Unit("characters", "characters")
FILES = Unit("files", "files")
WORKING_HOURS = Unit("working_hours", "hours of work")
RELATIVE = Unit("relative", "%")
"""A proportional difference: 0.1 is ten per cent more."""
PERCENTAGE_POINTS = Unit("percentage_points", "percentage points")
"""One proportional difference less another: 0.1 is ten points."""
RATIO_PER_YEAR = Unit("ratio_per_year", "points a year")
"""How much a share rises in a year: 0.1 is ten percentage points."""
KAPPA = Unit("kappa", "")
"""Agreement beyond chance: 1 always, 0 no more than chance."""
ELASTICITY = Unit("elasticity", "% for each 1 % more")
TOKENS_PER_WEEK = Unit("tokens_per_week", "tokens a week", is_counted_large=True)
TOKENS = Unit("tokens", "tokens", is_counted_large=True)
LINES_PER_WEEK = Unit("lines_per_week", "lines a week")
COST = Unit("cost", "", currency="USD")
COST_PER_MONTH = Unit("cost_per_month", "a month", currency="USD")
COST_PER_CHANGE = Unit("cost_per_change", "per change", currency="USD")
COST_PER_LINE = Unit("cost_per_line", "per line", currency="USD")
COST_PER_DEVELOPER_MONTH = Unit("cost_per_developer_month", "per developer-month", currency="USD")

UNITS: tuple[Unit, ...] = (
    *(SECONDS, WORKING_HOURS, RATIO, COUNT, LINES, ITEMS, PEOPLE, COMMENTS, CHARACTERS),
    *(FILES, RELATIVE, POINTS, PERCENTAGE_POINTS),
    *(PER_WEEK, PER_DAY, PER_ITEM, PER_CHANGE, PER_DEPLOYMENT, PER_TEAM_WEEK),
    *(PER_DEVELOPER_DAY, PER_DEVELOPER_DAY_PER_YEAR, PER_DEVELOPER_WEEK, PER_DEVELOPER_MONTH),
    *(RATIO_PER_YEAR, KAPPA, ELASTICITY, TOKENS, TOKENS_PER_WEEK, LINES_PER_WEEK),
    *(COST, COST_PER_MONTH, COST_PER_CHANGE, COST_PER_LINE, COST_PER_DEVELOPER_MONTH),
)
_HUNDREDTHS = {
    RATIO: "%",
    RELATIVE: "%",
    PERCENTAGE_POINTS: "percentage points",
    RATIO_PER_YEAR: "points a year",
}
"""Units said in hundredths, and what those are called."""
_SIGNS = {"USD": "$", "EUR": "\u20ac", "GBP": "\u00a3", "JPY": "\u00a5", "INR": "\u20b9"}
_LARGE = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))

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
    if unit in _HUNDREDTHS:
        sign = "+" if value > 0 and unit != RATIO else ""
        return f"{sign}{significant(100 * value, digits)} {_HUNDREDTHS[unit]}"
    return f"{_amount(value, unit, digits)} {unit.symbol}".strip()


def _amount(value: float, unit: Unit, digits: int) -> str:
    if unit.currency:
        return say_money(value, unit.currency, digits)
    if unit.is_counted_large and abs(value) >= 1e4:
        return _large(value, digits)
    return f"{value:,.0f}" if float(value).is_integer() else significant(value, digits)


def say_money(amount: float, currency: str, digits: int = 2) -> str:
    """Say an amount as a person would, its currency first.

    >>> say_money(1912, "USD"), say_money(0.0042, "USD"), say_money(-31.5, "CHF")
    ('$1.9k', '$0.0042', '-CHF 32')

    >>> say_money(2_500_000, "JPY"), say_money(999.6, "USD"), say_money(4.5, "USD")
    ('\u00a52.5m', '$1k', '$4.50')
    """
    size = abs(amount)
    sign = _SIGNS.get(currency, f"{currency} ")
    in_cents = digits == 2 and 0.095 <= size < 9.995
    said = f"{size:.2f}" if in_cents else _large(size, digits, from_=999.5).removesuffix(".0")
    return f"{'-' if amount < 0 else ''}{sign}{said}"


def _large(value: float, digits: int, *, from_: float = 1e4) -> str:
    """Write a number in thousands, millions or billions where it has as many as `from_`."""
    size = abs(value)
    if size < from_:
        return significant(value, digits)
    for least, letter in _LARGE:
        if size >= 0.9995 * least or letter == "k":
            said = significant(value / least, digits)
            return (said.rstrip("0").rstrip(".") if "." in said else said) + letter
    raise AssertionError(value)


def _say_endless(value: float) -> str:
    return "no upper end" if value > 0 else "no lower end"
