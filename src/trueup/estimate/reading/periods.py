"""Reads how people write time: dates, weeks, months, quarters, years, plain numbers."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from trueup.errors import EstimateError
from trueup.estimate.panel import Grain

Base = Literal["day", "month", "number"]
"""What an ordinal counts: days since 1970-01-01, months since year 0, or nothing but order."""

Style = Literal["text", "year", "yyyymm", "yyyyww", "yyyymmdd", "yyyyq", "number"]
"""How a column writes its periods; everything but ``text`` is a whole number."""

YEARS = range(1800, 2201)
EPOCH = dt.date(1970, 1, 1).toordinal()
EVERY: dict[Grain, tuple[Base, int]] = {
    "day": ("day", 1),
    "week": ("day", 7),
    "month": ("month", 1),
    "quarter": ("month", 3),
    "year": ("month", 12),
    "period": ("number", 1),
}
"""Length of each grain in what its base counts."""
_EMPTY = {"", "na", "nan", "nat", "none", "null", "n/a", "never"}
_FORMATS = "a date (2025-01-31), week (2025-W05), month (2025-01), quarter (2025-Q1) or year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One written period: what its ordinal counts, and how many of that it lasts."""

    base: Base
    ordinal: int
    lasts: int


def plain(value: object) -> object:
    """Turn what a cell holds into a whole number, a date, a text, or None where it is empty."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).date() if value.tzinfo else value.date()
    if isinstance(value, float):
        return _from_float(value)
    if isinstance(value, str):
        return _from_written(value.strip())
    return int(value) if isinstance(value, bool) else value


def _from_float(value: float) -> object:
    if math.isnan(value):
        return None
    return int(value) if value.is_integer() else value


def _from_written(text: str) -> object:
    if text.lower() in _EMPTY:
        return None
    return int(text.partition(".")[0]) if re.fullmatch(r"[+-]?\d+(\.0*)?", text) else text


def style_of(values: Sequence[object], column: str, grain: Grain | None) -> Style:
    """Say how a column writes its periods, by all its distinct values.

    Parameters
    ----------
    values
        Distinct values that are not empty, as `plain` returns them.
    column
        Its name, for what is refused.
    grain
        What the reader says a period is; None to infer it.

    Raises
    ------
    EstimateError
        Numbers and texts are mixed, or the numbers look like dates and are not all dates.
    """
    numbers = [value for value in values if isinstance(value, int)]
    if not numbers:
        return "text"
    if len(numbers) < len(values):
        other = next(value for value in values if not isinstance(value, int))
        raise EstimateError(
            f"The column {column!r} holds both {numbers[0]} and {other!r}.",
            hint=f"Write every value alike: {_FORMATS}.",
        )
    if grain == "period":
        return "number"
    for style in _candidates(grain):
        if all(_is(style, number) for number in numbers):
            return style
    _refuse_near_misses(numbers, column)
    return "number"


def _candidates(grain: Grain | None) -> tuple[Style, ...]:
    if grain == "week":
        return ("yyyyww", "yyyymmdd")
    if grain == "quarter":
        return ("yyyyq", "yyyymm", "yyyymmdd")
    return ("year", "yyyymm", "yyyyww", "yyyymmdd")


def _is(style: Style, number: int) -> bool:
    return number > 0 and _BY_STYLE[style](number) is not None


def _refuse_near_misses(numbers: Sequence[int], column: str) -> None:
    """Refuse numbers that look like dates: spaced as numbers they would mean nonsense."""
    digits = {len(str(abs(number))) for number in numbers}
    looks = {5: "quarters (20251)", 6: "months (202501)", 8: "dates (20250131)"}
    if len(digits) != 1 or (length := digits.pop()) not in {*looks, 10, 13, 16}:
        return
    if length in looks and not all(int(str(number)[:4]) in YEARS for number in map(abs, numbers)):
        return
    read = looks.get(length, "instants in seconds or smaller")
    odd = next((n for n in numbers if length in looks and not _is(_STYLE_BY_LENGTH[length], n)), 0)
    because = f", but {odd} is none" if odd else ""
    raise EstimateError(
        f"The column {column!r} holds numbers that look like {read}{because}.",
        hint=f"Write each as {_FORMATS}; pass --grain to say which, or --grain period for "
        "numbers that are only an order.",
    )


def read_moment(value: object, style: Style, column: str) -> Moment:
    """Read one written period.

    Raises
    ------
    EstimateError
        It is not written in a way that is known.
    """
    if isinstance(value, int):
        found = _BY_STYLE["number" if style == "text" else style](value)
    elif isinstance(value, dt.date):
        found = _day(value)
    else:
        found = _from_text(str(value))
    if found is None:
        raise EstimateError(
            f"{value!r} in the column {column!r} is not a period of time.",
            hint=f"Write {_FORMATS}, or a whole number.",
        )
    return found


def label_of(base: Base, ordinal: int, lasts: int) -> str:
    """Write a period as a reader would: ``2025-W05``, ``2025-01``, ``2025-Q1``, ``2025``."""
    if base == "number":
        return str(ordinal)
    if base == "month":
        year, month = divmod(ordinal, 12)
        if lasts == 12 and month == 0:
            return f"{year}"
        if lasts == 3 and month % 3 == 0:
            return f"{year}-Q{month // 3 + 1}"
        return f"{year}-{month + 1:02d}"
    day = dt.date.fromordinal(ordinal + EPOCH)
    if lasts == 7 and day.weekday() == 0:
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    return day.isoformat()


def instant_of(base: Base, ordinal: int) -> int:
    """Return the start of a period in epoch microseconds UTC; nought for plain numbers."""
    if base == "number":
        return 0
    if base == "month":
        ordinal = dt.date(ordinal // 12, ordinal % 12 + 1, 1).toordinal() - EPOCH
    return ordinal * 86_400_000_000


def first_day(moment: Moment) -> int:
    """Return the day a period begins on, in days since 1970-01-01."""
    return instant_of(moment.base, moment.ordinal) // 86_400_000_000


def month_of(day: int) -> int:
    """Return the month a day lies in, in months since year 0."""
    date = dt.date.fromordinal(day + EPOCH)
    return date.year * 12 + date.month - 1


def _day(day: dt.date) -> Moment:
    return Moment(base="day", ordinal=day.toordinal() - EPOCH, lasts=1)


def _from_text(text: str) -> Moment | None:
    if found := re.fullmatch(r"(\d{4})-?W(\d{1,2})", text, re.IGNORECASE):
        return _week(int(found[1]), int(found[2]))
    if found := re.fullmatch(r"(\d{4})[- ]?Q([1-4])", text, re.IGNORECASE):
        return _quarter(int(found[1]), int(found[2]))
    if found := re.fullmatch(r"(\d{4})[-/](\d{1,2})", text):
        return _month(int(found[1]), int(found[2]))
    try:
        return _day(dt.datetime.fromisoformat(text).date())
    except ValueError:
        return None


def _week(year: int, week: int) -> Moment | None:
    try:
        monday = dt.date.fromisocalendar(year, week, 1)
    except ValueError:
        return None
    return Moment(base="day", ordinal=monday.toordinal() - EPOCH, lasts=7)


def _quarter(year: int, quarter: int) -> Moment | None:
    if quarter not in range(1, 5):
        return None
    return Moment(base="month", ordinal=year * 12 + 3 * (quarter - 1), lasts=3)


def _month(year: int, month: int) -> Moment | None:
    if month not in range(1, 13):
        return None
    return Moment(base="month", ordinal=year * 12 + month - 1, lasts=1)


def _split(number: int, below: int) -> tuple[int, int] | None:
    year, rest = divmod(number, below)
    return (year, rest) if year in YEARS else None


def _as_year(number: int) -> Moment | None:
    if number not in YEARS:
        return None
    return Moment(base="month", ordinal=number * 12, lasts=12)


def _as_yyyymm(number: int) -> Moment | None:
    parts = _split(number, 100)
    return _month(*parts) if parts else None


def _as_yyyyww(number: int) -> Moment | None:
    parts = _split(number, 100)
    return _week(*parts) if parts else None


def _as_yyyyq(number: int) -> Moment | None:
    parts = _split(number, 10)
    return _quarter(*parts) if parts else None


def _as_yyyymmdd(number: int) -> Moment | None:
    parts = _split(number, 10_000)
    try:
        return _day(dt.date(parts[0], parts[1] // 100, parts[1] % 100)) if parts else None
    except ValueError:
        return None


def _as_number(number: int) -> Moment | None:
    return Moment(base="number", ordinal=number, lasts=1)


_BY_STYLE: dict[Style, Callable[[int], Moment | None]] = {
    "text": _as_year,
    "year": _as_year,
    "yyyymm": _as_yyyymm,
    "yyyyww": _as_yyyyww,
    "yyyymmdd": _as_yyyymmdd,
    "yyyyq": _as_yyyyq,
    "number": _as_number,
}
_STYLE_BY_LENGTH: dict[int, Style] = {5: "yyyyq", 6: "yyyymm", 8: "yyyymmdd"}
