"""A metric's rows added up by unit and week, as the metric itself adds them up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.errors import MeasureError
from trueup.measure.frames.frame import Asked, Frame, Labels, fetch
from trueup.measure.metric import Metric, PerWeek, Quantiles, Tables
from trueup.measure.records.delivery import UnitKind
from trueup.measure.units.delivery_outcomes import LONGEST_DAYS
from trueup.measure.windows import Bucket
from trueup.model.evidence import Window

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_LONGEST = LONGEST_DAYS * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Of which units, in which weeks, a metric is asked.

    Parameters
    ----------
    units
        In the order of the rows of what comes back.
    weeks
        In the order of its columns.
    """

    kind: UnitKind
    units: Sequence[str]
    weeks: Sequence[Bucket]
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What a metric divides by what, each ``(units, weeks)``; nought over nought is not known."""

    tops: Floats
    bottoms: Floats

    @property
    def values(self) -> Floats:
        """The metric of each unit in each week; NaN where it is not observed."""
        nowhere: Floats = np.full(self.tops.shape, np.nan)
        values: Floats = np.divide(self.tops, self.bottoms, out=nowhere, where=self.bottoms > 0)
        return values


def added_up(metric: Metric, tables: Tables, asking: Asking) -> Sums:
    """Add up a metric's rows by unit and week.

    A rate divides by one a week, from the unit's first week with a row on: before it, nothing says
    that a source was connected. Durations are means, cut off at `LONGEST_DAYS`; what was given up
    earlier is left out.
    """
    shape = (len(asking.units), len(asking.weeks))
    window = Window(start_at=asking.weeks[0].window.start_at, end_at=asking.weeks[-1].window.end_at)
    asked = Asked(by=(asking.kind,), every="week", window=window, timezone=asking.timezone)
    try:
        frame = fetch(metric, tables, asked)
    except MeasureError:  # its rows belong to no unit of this kind
        frame = None
    if frame is None:
        return Sums(tops=np.zeros(shape), bottoms=np.zeros(shape))
    top, bottom = _parts(metric, frame)
    unit = _places(frame.dimensions[asking.kind], asking.units)
    week = _places(frame.dimensions["week"], [each.label for each in asking.weeks])
    held = (unit >= 0) & (week >= 0)
    tops, bottoms = (_grid(part, unit, week, held, shape) for part in (top, bottom))
    if isinstance(metric.summary, PerWeek):
        bottoms = (np.cumsum(tops, axis=1) > 0).astype(float)
    return Sums(tops=tops, bottoms=bottoms)


def _parts(metric: Metric, frame: Frame) -> tuple[Floats, Floats]:
    if isinstance(metric.summary, PerWeek):
        return frame.n, frame.n
    if isinstance(metric.summary, Quantiles):
        seen = (frame.n > 0) & (~frame.censored | (frame.value >= _LONGEST))
        whole = np.rint(np.minimum(frame.value, _LONGEST) * 1e6)  # equal sums in any order of rows
        return np.where(seen, whole, 0.0) / 1e6, seen.astype(float)
    return frame.value, frame.weight


def _grid(
    part: Floats, unit: Ints, week: Ints, held: NDArray[np.bool_], shape: tuple[int, int]
) -> Floats:
    cells = unit[held] * shape[1] + week[held]
    sums = np.bincount(cells, part[held], shape[0] * shape[1]).astype(np.float64)
    return sums.reshape(shape)


def _places(column: Labels, names: Sequence[str]) -> Ints:
    """Return where each row's label stands among `names`, -1 where it does not."""
    rank = {name: place for place, name in enumerate(names)}
    places = np.array([*(rank.get(name, -1) for name in column.names), -1], dtype=np.int64)
    return places[column.codes]
