"""The periods of a panel in order, and where any moment falls among them."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from trueup.errors import EstimateError
from trueup.estimate.panel import Grain
from trueup.estimate.reading.periods import (
    EPOCH,
    EVERY,
    Base,
    Moment,
    Style,
    first_day,
    instant_of,
    label_of,
    month_of,
    plain,
    read_moment,
    style_of,
)
from trueup.model.evidence import Window

MOST_PERIODS = 20_000
SPARSEST = 0.1
_SPARSE_FROM = 100
_MONDAY = -3  # 1969-12-29, in days since 1970-01-01


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Periods of equal length, the first and the last of them seen.

    Parameters
    ----------
    base, start
        What ordinals count, and the ordinal of the first period.
    lasts
        How much of `base` a written period covers.
    step
        How far apart periods begin; more than `lasts` where only every so many are there.
    count
        Periods from the first to the last.
    style
        How the column writes them.
    """

    base: Base
    start: int
    lasts: int
    step: int
    count: int
    style: Style

    @property
    def grain(self) -> Grain:
        """Length of a period, as it is called."""
        known: dict[tuple[Base, int], Grain] = {length: name for name, length in EVERY.items()}
        return known.get((self.base, self.step), "period")

    @property
    def labels(self) -> tuple[str, ...]:
        """Every period as a reader would write it."""
        return tuple(
            label_of(self.base, self.start + code * self.step, self.lasts)
            for code in range(self.count)
        )

    @property
    def window(self) -> Window:
        """From the start of the first period to the end of the last; empty for plain numbers."""
        last = self.start + (self.count - 1) * self.step
        return Window(
            start_at=instant_of(self.base, self.start),
            end_at=instant_of(self.base, last + self.lasts),
        )

    def within(self, since: date | None, until: date | None) -> range:
        """Return the codes of the periods that lie within two days as a whole."""
        if self.base == "number" and (since or until):
            raise EstimateError(
                "The periods are plain numbers, so no day is the first or the last of them.",
                hint="Leave --since and --until out, or give the periods as dates.",
            )
        codes = range(self.count)
        if since:
            first = instant_of("day", since.toordinal() - EPOCH)
            codes = range(bisect_left(codes, first, key=self._begins), self.count)
        if until:
            last = instant_of("day", until.toordinal() - EPOCH)
            codes = range(codes.start, bisect_right(range(self.count), last, key=self._ends))
        return codes

    def only(self, codes: range) -> Timeline:
        """Return the part of the timeline that holds these periods."""
        return replace(self, start=self.start + codes.start * self.step, count=len(codes))

    def _begins(self, code: int) -> int:
        return instant_of(self.base, self.start + code * self.step)

    def _ends(self, code: int) -> int:
        return instant_of(self.base, self.start + code * self.step + self.lasts)

    def code(self, moment: Moment) -> int:
        """Return the period a moment falls in; negative before the first, past the last after it.

        Where only every so many periods are there, a moment between two belongs to the next: what
        was seen before it is not yet changed by it.
        """
        ordinal = _at(moment, self.base, self.lasts, self.start)
        return -((self.start - ordinal) // self.step)


def read_timeline(
    values: Sequence[object], column: str, grain: Grain | None
) -> tuple[Timeline, list[int]]:
    """Work out the periods of a panel from the distinct values of its time column.

    Parameters
    ----------
    values
        Distinct, none empty.
    grain
        What a period is, where the reader says so; None to infer it.

    Returns
    -------
    tuple
        The timeline, and the code of each of `values`.

    Raises
    ------
    EstimateError
        A value is not a period, values are written differently, or hardly any period between
        the first and the last is there.
    """
    cleaned = [plain(value) for value in values]
    style = style_of(cleaned, column, grain)
    moments = [read_moment(value, style, column) for value in cleaned]
    base, lasts = _length(moments, values, column, grain)
    anchor = _anchor(moments, base, lasts, grain)
    ordinals = [_at(moment, base, lasts, anchor) for moment in moments]
    start = min(ordinals)
    apart = math.gcd(*(ordinal - start for ordinal in ordinals))
    step = lasts if grain not in {None, "period"} or not apart else apart
    timeline = Timeline(
        base=base,
        start=start,
        lasts=lasts,
        step=step,
        count=(max(ordinals) - start) // step + 1,
        style=style,
    )
    codes = [(ordinal - start) // step for ordinal in ordinals]
    _refuse_sparse(timeline, len(set(codes)), column)
    return timeline, codes


def _length(
    moments: Sequence[Moment], values: Sequence[object], column: str, grain: Grain | None
) -> tuple[Base, int]:
    kinds = {
        (moment.base, moment.lasts): value for moment, value in zip(moments, values, strict=True)
    }
    if len(kinds) > 1:
        some = " and ".join(repr(str(value)) for value in list(kinds.values())[:2])
        raise EstimateError(
            f"The column {column!r} writes time in different ways: {some}.",
            hint="Write every period alike.",
        )
    ((base, lasts),) = kinds
    if grain is None or grain == "period" or base == "number":
        return _length_of_dates(moments) if (base, lasts) == ("day", 1) else (base, lasts)
    wanted, length = EVERY[grain]
    if wanted == "month" and base == "day" and lasts == 1:
        return wanted, length
    if wanted != base or length < lasts:
        raise EstimateError(
            f"The column {column!r} cannot be read as one {grain} a row: it holds "
            f"{label_of(base, moments[0].ordinal, lasts)!r}.",
            hint="Leave --grain out, or name the one the column is written in.",
        )
    return wanted, length


def _length_of_dates(moments: Sequence[Moment]) -> tuple[Base, int]:
    """Tell weeks, months, quarters and years written as the date they begin or end on."""
    days = sorted({moment.ordinal for moment in moments})
    firsts = all(label_of("day", day, 1).endswith("-01") for day in days)
    lasts = all(label_of("day", day + 1, 1).endswith("-01") for day in days)
    if firsts or lasts:
        months = [month_of(day) for day in days]
        apart = math.gcd(*(month - months[0] for month in months))
        return "month", next((length for length in (12, 3) if apart and apart % length == 0), 1)
    apart = math.gcd(*(day - days[0] for day in days))
    return "day", 7 if apart and apart % 7 == 0 else 1


def _anchor(moments: Sequence[Moment], base: Base, lasts: int, grain: Grain | None) -> int:
    """Return an ordinal at which some period begins."""
    if grain in {None, "period"} or moments[0].lasts == lasts:
        return min(_at(moment, base, 1, 0) for moment in moments)
    return _MONDAY if base == "day" else 0


def _at(moment: Moment, base: Base, lasts: int, anchor: int) -> int:
    """Return the ordinal, in `base`, of the written period of length `lasts` holding a moment."""
    if moment.base == base:
        ordinal = moment.ordinal
    else:
        ordinal = first_day(moment) if base == "day" else month_of(first_day(moment))
    return ordinal - (ordinal - anchor) % lasts


def _refuse_sparse(timeline: Timeline, seen: int, column: str) -> None:
    if timeline.count <= _SPARSE_FROM or (
        timeline.count <= MOST_PERIODS and seen >= SPARSEST * timeline.count
    ):
        return
    first, last = (
        label_of(timeline.base, timeline.start + code * timeline.step, timeline.lasts)
        for code in (0, timeline.count - 1)
    )
    raise EstimateError(
        f"The column {column!r} runs from {first} to {last}, {timeline.count:,} periods, of which "
        f"only {seen:,} are there.",
        hint="Say what a period is with --grain (day, week, month, quarter, year), or number the "
        "periods 1, 2, 3.",
    )
