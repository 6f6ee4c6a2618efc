"""Reads when each unit adopted, however the table says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.panel import NEVER, Bools, Floats, Ints
from trueup.estimate.reading.numbers import counted, named
from trueup.estimate.reading.periods import (
    YEARS,
    Base,
    Moment,
    Style,
    plain,
    read_moment,
    style_of,
)
from trueup.estimate.reading.timeline import Timeline

BEFORE = -2
"""Code of a first treated period that lies before the panel's first."""
AFTER = np.iinfo(np.int64).max
"""Code of a first treated period that lies after every possible one."""
_WAYS = (
    "Give each unit's first treated period (empty for never), or 0 before and 1 from adoption "
    "on, or the number of periods since adoption."
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Rows of a table in order of unit and period, and what they are called.

    Parameters
    ----------
    unit, period
        Codes, ``(n_rows,)``, sorted by unit and then by period.
    labels
        Of units.
    """

    unit: Ints
    period: Ints
    labels: Sequence[str]
    timeline: Timeline

    @property
    def n_units(self) -> int:
        """Units seen."""
        return len(self.labels)

    @property
    def first(self) -> Ints:
        """Return the row at which each unit begins, ``(n_units,)``."""
        return np.searchsorted(self.unit, np.arange(self.n_units)).astype(np.int64)

    @property
    def last(self) -> Ints:
        """Return the row at which each unit ends, ``(n_units,)``."""
        return np.searchsorted(self.unit, np.arange(self.n_units), side="right") - 1

    def names(self, units: Bools) -> str:
        """Name up to five of the chosen units."""
        return named([self.labels[code] for code in np.flatnonzero(units).tolist()])


def read_adoption(codes: Ints, values: Sequence[object], rows: Rows, column: str) -> Ints:
    """Return the code of each unit's first treated period, `NEVER` where it never adopts.

    The code may lie before the unit's first row or after the panel's last period: what that
    means is the caller's to say.

    Parameters
    ----------
    codes
        Of each row's value, ``(n_rows,)``.
    values
        What the codes stand for.

    Raises
    ------
    EstimateError
        The column says neither of the three, or says it inconsistently.
    """
    cleaned = [plain(value) for value in values]
    known = {value for value in cleaned if value is not None}
    if known <= {0, 1} and known:
        return _switched(codes, cleaned, rows, column)
    constant = _constant(codes, cleaned, rows)
    if constant is not None:
        return _first_treated(constant, cleaned, rows, column)
    if all(isinstance(value, int) for value in known):
        return _since(codes, cleaned, rows, column)
    raise EstimateError(
        f"The column {column!r} says two different things of one unit: "
        f"{_varying(codes, cleaned, rows)}.",
        hint=_WAYS,
    )


def _switched(codes: Ints, values: Sequence[object], rows: Rows, column: str) -> Ints:
    """Read 0 before and 1 from adoption on."""
    lookup = np.array([-1 if value is None else value for value in values], dtype=np.int64)
    on = lookup[codes]
    if bool((on < 0).any()):
        unknown = np.bincount(rows.unit[on < 0], minlength=rows.n_units) > 0
        raise EstimateError(
            f"The column {column!r} is empty in {counted(int((on < 0).sum()), 'row')} "
            f"({rows.names(unknown)}), so whether they are treated is not known.",
            hint="Write 0 or 1 in every row, or leave the rows out.",
        )
    off = (np.diff(on) < 0) & (np.diff(rows.unit) == 0)
    if bool(off.any()):
        units = np.bincount(rows.unit[1:][off], minlength=rows.n_units) > 0
        raise EstimateError(
            f"{int(units.sum()):,} of {rows.n_units:,} units switch {column!r} off again: "
            f"{rows.names(units)}.",
            hint="Adoption must stay: leave out those units, or the rows after they stopped, or, "
            "if 1 marks only the period it happened in, give that period for each unit.",
        )
    _refuse_marker(on, rows, column)
    begins = np.full(rows.n_units, NEVER, dtype=np.int64)
    treated = np.flatnonzero(on == 1)
    units, at = np.unique(rows.unit[treated], return_index=True)
    begins[units] = rows.period[treated[at]]
    return begins


def _refuse_marker(on: Ints, rows: Rows, column: str) -> None:
    """Refuse a column that says who adopts and not when."""
    begins, ends = on[rows.first], on[rows.last]
    if bool((begins == ends).all()) and bool((begins == 1).any()) and bool((begins == 0).any()):
        raise EstimateError(
            f"The column {column!r} is the same in all rows of every unit: it says who adopts, "
            "not when.",
            hint=_WAYS,
        )


def _constant(codes: Ints, values: Sequence[object], rows: Rows) -> list[int] | None:
    """Return the code of the one value of each unit, -1 where all are empty; None if any has two.

    A value that stands in some rows of a unit and is empty in its others is its value.
    """
    empty = np.array([value is None for value in values], dtype=np.bool_)
    there = ~empty[codes]
    high = np.full(rows.n_units, -1, dtype=np.int64)
    low = np.full(rows.n_units, len(values), dtype=np.int64)
    np.maximum.at(high, rows.unit[there], codes[there])
    np.minimum.at(low, rows.unit[there], codes[there])
    if bool(((high >= 0) & (high != low)).any()):
        return None
    return [int(code) for code in high]


def _first_treated(
    constant: Sequence[int], values: Sequence[object], rows: Rows, column: str
) -> Ints:
    """Read each unit's first treated period; empty, or 0 beside periods from 1 on, is never."""
    timeline = rows.timeline
    used = [values[code] for code in sorted(set(constant) - {-1})]
    if timeline.base == "number" and timeline.start <= 0 and 0 in used and -1 not in constant:
        raise EstimateError(
            f"0 in the column {column!r} may mean never, or the period 0.",
            hint="Leave it empty for units that never adopt.",
        )
    zero_is_never = timeline.base != "number" or timeline.start > 0
    dated = [value for value in used if not (value == 0 and zero_is_never)]
    dated = [value for value in dated if value != float("inf")]
    _refuse_negative(dated, timeline, column)
    style = timeline.style
    if style == "text" and any(isinstance(value, int) for value in dated):
        style = style_of(dated, column, None)
    when = {
        value: _code(value, _read(value, style, column), timeline, column) for value in set(dated)
    }
    return np.array(
        [when.get(values[code], NEVER) if code >= 0 else NEVER for code in constant],
        dtype=np.int64,
    )


def _read(value: object, style: Style, column: str) -> Moment | None:
    """Read a period; None for a number past all periods, as 9999 is often written for never."""
    if isinstance(value, int) and style == "year" and value >= YEARS.stop:
        return None
    return read_moment(value, style, column)


def _code(value: object, moment: Moment | None, timeline: Timeline, column: str) -> int:
    if moment is None:
        return AFTER
    if (moment.base == "number") != (timeline.base == "number"):
        raise EstimateError(
            f"{value!r} in the column {column!r} cannot be set among the panel's periods, "
            f"{timeline.labels[0]} to {timeline.labels[-1]}.",
            hint="Write both in the same way.",
        )
    if _days(moment.base, moment.lasts) > _days(timeline.base, timeline.lasts):
        raise EstimateError(
            f"The column {column!r} gives {value!r} where a period is one {timeline.grain}: which "
            "one of those adoption fell in is not known.",
            hint="Give adoption as a date, or the panel in longer periods.",
        )
    code = timeline.code(moment)
    return code if code >= 0 else BEFORE


def _refuse_negative(dated: Sequence[object], timeline: Timeline, column: str) -> None:
    negative = [value for value in dated if isinstance(value, int) and value < 0]
    if negative and (timeline.base != "number" or timeline.start >= 0):
        raise EstimateError(
            f"{negative[0]} in the column {column!r} is not a period of the panel.",
            hint="Leave it empty for units that never adopt.",
        )


def _days(base: Base, lasts: int) -> float:
    return lasts * (30.0 if base == "month" else 1.0)


def _since(codes: Ints, values: Sequence[object], rows: Rows, column: str) -> Ints:
    """Read periods since adoption, nought in the first treated one.

    Where only every so many periods are there, they may be counted as they are or as they lie.
    """
    lookup: Floats = np.array([np.nan if value is None else value for value in values], dtype=float)
    since = lookup[codes]
    odd = np.ones(rows.n_units, dtype=np.bool_)
    for apart in (rows.timeline.step // rows.timeline.lasts, 1):
        begins, odd = _begins(since, apart, rows)
        if not bool(odd.any()):
            adopts = np.bincount(rows.unit[~np.isnan(since)], minlength=rows.n_units) > 0
            seen: Ints = np.where(adopts, np.where(begins < 0, BEFORE, begins), NEVER)
            return seen
    raise EstimateError(
        f"The column {column!r} neither stays the same in all rows of a unit nor rises by one "
        f"each period: {rows.names(odd)}.",
        hint=_WAYS,
    )


def _begins(since: Floats, apart: int, rows: Rows) -> tuple[Ints, Bools]:
    """Return the first treated period of each unit, and which units contradict themselves."""
    there = ~np.isnan(since)
    units = rows.unit[there]
    begins = rows.period[there] * apart - since[there].astype(np.int64)
    found = np.zeros(rows.n_units, dtype=np.int64)
    found[units] = begins
    odd = np.bincount(units[found[units] != begins], minlength=rows.n_units) > 0
    return -(-found // apart), odd


def _varying(codes: Ints, values: Sequence[object], rows: Rows) -> str:
    for unit, (start, end) in enumerate(zip(rows.first, rows.last, strict=True)):
        said = {values[code] for code in codes[start : end + 1]} - {None}
        if len(said) > 1:
            return f"{rows.labels[unit]} ({', '.join(sorted(map(str, said))[:3])})"
    return "no unit"
