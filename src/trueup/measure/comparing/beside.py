"""Each row of a published report, computed here as that report computes it.

The published contrast is within teams over time: the two quarters in which a team used AI least
against the two in which it used it most. It is an association, and calendar time is not removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trueup.errors import MeasureError
from trueup.measure.catalogue import find_metric
from trueup.measure.comparing.published import FIGURES, PublishedFigure
from trueup.measure.comparing.quarterly_use import QuarterlyUse, quarterly_use
from trueup.measure.frames.frame import Asked, Frame, fetch
from trueup.measure.metric import Metric, PerWeek, Quantiles, Tables
from trueup.measure.numerics.low_high import FEWEST_QUARTERS, comparable, low_and_high
from trueup.measure.numerics.restricted_mean import restricted_mean
from trueup.measure.plan import measure
from trueup.measure.records.authorship import Prepared, horizon
from trueup.measure.records.presence import missing
from trueup.measure.summarising.intervals import FEWEST_CLUSTERS, quantiles, ratio_spread
from trueup.measure.units.outcome import outcome_like
from trueup.measure.units.weeks import usual_unit
from trueup.measure.windows import DAY
from trueup.model.evidence import Abstention, Finding, Group, Measurement, Window
from trueup.units import RELATIVE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FEWEST_UNITS = 5
"""With fewer teams or repositories than this, their difference is a difference of few."""
_RECENT = 365 * DAY
_PLURAL = {"team": "teams", "repository": "repositories"}
_WAIT = "Wait for a year of records, or connect more teams or repositories."


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One published row and the same of one's own records.

    Parameters
    ----------
    figure
        As published.
    now
        The metric over the year up to the newest record.
    low, high
        Its mean over units, of each unit's two quarters of least and of most use.
    change
        `high` over `low`, less one: what the published figure is.
    change_of_sums
        The same where big units count for what they are; None where a metric is no ratio.
    outcome
        Name of the same on unit-months, which a design can be asked about; may be empty.
    """

    figure: PublishedFigure
    now: Finding
    low: Finding
    high: Finding
    change: Finding
    change_of_sums: Finding | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BesidePublished:
    """All rows, and what "use" is in them.

    Parameters
    ----------
    kind
        Of which units: ``team`` or ``repository``.
    compared
        How many units could be compared at best, among all rows.
    use
        What use is, as the end of a sentence.
    """

    rows: tuple[Beside, ...]
    kind: str
    compared: int
    use: str


def beside_published(
    tables: Tables,
    *,
    k: int = 5,
    timezone: str = "UTC",
    figures: Sequence[PublishedFigure] = FIGURES,
) -> BesidePublished:
    """Compute every published row on one's own records.

    Parameters
    ----------
    k
        Fewer persons than this are never shown.
    timezone
        In which quarters begin.
    figures
        Which rows.
    """
    tables = tables if isinstance(tables, Prepared) else Prepared(tables)
    use = quarterly_use(tables, usual_unit(tables), timezone)
    asking = _Asking(tables=tables, use=use, k=k, timezone=timezone)
    rows = tuple(_row(figure, asking) for figure in figures)
    compared = max((_units(row.change) for row in rows), default=0)
    return BesidePublished(rows=rows, kind=use.kind, compared=compared, use=use.says)


def _units(found: Finding) -> int:
    return found.clusters or 0 if isinstance(found, Measurement) else 0


def _row(figure: PublishedFigure, asking: _Asking) -> Beside:
    metric, tables = find_metric(figure.metric), asking.tables
    lacking = missing(metric, tables, None)
    if lacking is not None:
        return Beside(figure=figure, now=lacking, low=lacking, high=lacking, change=lacking)
    found = asking.recently(metric)
    low, high, change, of_sums = _contrast(metric, figure.group, asking.cells(metric), asking.use)
    like = outcome_like(metric.name)
    return Beside(
        figure=figure,
        now=next((one for one in found if one.group == figure.group), found[0]),
        low=low,
        high=high,
        change=change,
        change_of_sums=of_sums,
        outcome=like.name if like else "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """Of which records, and what use was in them."""

    tables: Prepared
    use: QuarterlyUse
    k: int
    timezone: str

    def recently(self, metric: Metric) -> list[Finding]:
        """Answer a metric over the year up to the newest record."""
        until = horizon(self.tables) or 0
        window = Window(start_at=max(0, until - _RECENT), end_at=until)
        return self.tables.remember(
            ("recently", metric.name),
            lambda: measure(metric, self.tables, window=window, k=self.k, timezone=self.timezone),
        )

    def cells(self, metric: Metric) -> _Cells | None:
        """Return a metric's rows by unit and quarter; None where they have none."""
        return self.tables.remember(
            ("cells", metric.name), lambda: _cells(metric, self.tables, self.use, self.timezone)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """The rows of a metric, and the cell ``unit * quarters + quarter`` of each (-1: none)."""

    frame: Frame
    cell: Ints
    shape: tuple[int, int]

    def summed(self, part: Floats) -> Floats:
        """Add up rows by cell."""
        held = self.cell >= 0
        size = self.shape[0] * self.shape[1]
        return np.bincount(self.cell[held], part[held], size).reshape(self.shape).astype(float)


def _cells(metric: Metric, tables: Tables, use: QuarterlyUse, timezone: str) -> _Cells | None:
    if not use.quarters or missing(metric, tables, None) is not None:
        return None
    window = Window(start_at=use.quarters[0].window.start_at, end_at=use.quarters[-1].window.end_at)
    asked = Asked(by=(use.kind,), every="quarter", window=window, timezone=timezone)
    try:
        frame = fetch(metric, tables, asked)
    except MeasureError:  # its rows belong to no unit of this kind
        return None
    if frame is None:
        return None
    unit = _place(frame, use.kind, {name: row for row, name in enumerate(use.units)})
    quarter = _place(frame, "quarter", {one.label: n for n, one in enumerate(use.quarters)})
    cell = np.where((unit >= 0) & (quarter >= 0), unit * len(use.quarters) + quarter, -1)
    return _Cells(frame=frame, cell=cell, shape=use.shares.shape)


def _place(frame: Frame, dimension: str, rank: dict[str, int]) -> Ints:
    column = frame.dimensions[dimension]
    places = np.array([*(rank.get(name, -1) for name in column.names), -1], dtype=np.int64)
    return places[column.codes]


def _values(metric: Metric, group: Group, cells: _Cells, use: QuarterlyUse) -> Floats:
    """Return the metric of each unit in each quarter; NaN where it is not observed."""
    frame = cells.frame
    counts = cells.summed(frame.n)
    nowhere = np.full(cells.shape, np.nan)
    if isinstance(metric.summary, PerWeek):
        weeks = np.array([one.window.days / 7 for one in use.quarters])
        known = np.cumsum(counts, axis=1) > 0
        return np.where(known, counts / weeks, np.nan)
    if isinstance(metric.summary, Quantiles):
        return _durations(dict(group)["quantile"], cells)
    bottoms = cells.summed(frame.weight)
    values: Floats = np.divide(cells.summed(frame.value), bottoms, out=nowhere, where=bottoms > 0)
    return values


def _durations(quantile: str, cells: _Cells) -> Floats:
    frame, found = cells.frame, np.full(cells.shape[0] * cells.shape[1], np.nan)
    rows = np.flatnonzero((cells.cell >= 0) & (frame.n > 0))
    rows = rows[np.argsort(cells.cell[rows], kind="stable")]
    places, starts = np.unique(cells.cell[rows], return_index=True)
    for place, own in zip(places, np.split(rows, starts)[1:], strict=True):
        values, ended = frame.value[own], ~frame.censored[own]
        if not ended.any():
            continue
        if quantile == "mean":
            found[place] = restricted_mean(values, ended).value
        else:
            middle = quantiles(values, ended, (float(quantile),))[0]
            found[place] = np.nan if middle is None else middle
    return found.reshape(cells.shape)


_Contrast = tuple[Finding, Finding, Finding, Finding | None]


def _contrast(metric: Metric, group: Group, cells: _Cells | None, use: QuarterlyUse) -> _Contrast:
    if cells is None:
        reason = f"Its rows belong to no {use.kind}, or there is no whole quarter."
        return _untold(metric, reason, group)
    values = _values(metric, group, cells, use)
    chosen = np.flatnonzero(comparable(use.shares, values))
    if chosen.size < FEWEST_UNITS:
        reason = (
            f"{chosen.size} {_PLURAL[use.kind]} were seen in {FEWEST_QUARTERS} whole quarters or "
            f"more with use that differs; {FEWEST_UNITS} are needed."
        )
        return _untold(metric, reason, group)
    return _told(_Chosen(metric=metric, group=group, cells=cells, use=use, units=chosen), values)


def _untold(metric: Metric, reason: str, group: Group) -> _Contrast:
    why = Abstention(
        metric=metric.name,
        reason=reason,
        remedy=_WAIT,
        group=_named("low", group),
        n_of=metric.n_of,
    )
    change = replace(why, group=_named("high over low", group))
    return why, replace(why, group=_named("high", group)), change, None


def _named(adoption: str, group: Group) -> Group:
    return tuple(sorted((("adoption", adoption), *group)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """A metric, and the units that can be compared in it."""

    metric: Metric
    group: Group
    cells: _Cells
    use: QuarterlyUse
    units: Ints

    def finding(self, adoption: str, top: Floats, bottom: Floats, n: int, less: float) -> Finding:
        """Return a ratio of sums over units, less a number."""
        whole = float(bottom.sum())
        group = _named(adoption, self.group)
        if whole <= 0:
            reason = "It is nought in the quarters of least use, and nought has no proportions."
            return Abstention(
                metric=self.metric.name,
                reason=reason,
                remedy=_WAIT,
                group=group,
                n=n,
                n_of=self.metric.n_of,
            )
        alone, nowhere = np.arange(top.size), np.full(top.size, -1)
        spread = ratio_spread(
            top,
            bottom,
            alone,
            nowhere,
            items=n,
            of_flags=False,
            seed=0,
            clusters_of=_PLURAL[self.use.kind],
        )
        interval = spread.interval
        if interval is not None:
            interval = replace(interval, low=interval.low - less, high=interval.high - less)
        return Measurement(
            metric=self.metric.name,
            version=self.metric.version,
            value=float(top.sum()) / whole - less,
            unit=RELATIVE if less else self.metric.unit,
            interval=interval,
            no_interval_because=""
            if interval
            else f"no interval: fewer than {FEWEST_CLUSTERS} {_PLURAL[self.use.kind]}",
            n=n,
            n_of=self.metric.n_of,
            clusters=int(top.size),
            window=self.cells.frame.window,
            source=self.metric.source,
            group=group,
        )


def _told(chosen: _Chosen, values: Floats) -> _Contrast:
    use, cells = chosen.use, chosen.cells
    ends = low_and_high(use.shares[chosen.units], values[chosen.units])
    low, high = (np.take_along_axis(values[chosen.units], end, axis=1).mean(axis=1) for end in ends)
    counts = cells.summed(cells.frame.n)[chosen.units]
    n = [int(np.take_along_axis(counts, end, axis=1).sum()) for end in ends]
    ones = np.ones(low.size)
    change = chosen.finding("high over low", high, low, sum(n), 1.0)
    of_sums = None
    if not isinstance(chosen.metric.summary, Quantiles | PerWeek):
        of_sums = _of_sums(chosen, ends, sum(n))
    return (
        chosen.finding("low", low, ones, n[0], 0.0),
        chosen.finding("high", high, ones, n[1], 0.0),
        change,
        of_sums,
    )


def _of_sums(chosen: _Chosen, ends: tuple[Ints, Ints], n: int) -> Finding | None:
    """Return the change of the ratio of sums: what all units together do, big or small."""
    cells, metric = chosen.cells, chosen.metric
    parts = (cells.frame.value, cells.frame.weight)
    top, bottom = (cells.summed(part)[chosen.units] for part in parts)
    sums = [
        [float(np.take_along_axis(part, end, axis=1).sum()) for part in (top, bottom)]
        for end in ends
    ]
    (low, of_low), (high, of_high) = sums
    if min(low, of_low, of_high) <= 0:
        return None
    return Measurement(
        metric=metric.name,
        version=metric.version,
        value=(high / of_high) / (low / of_low) - 1.0,
        unit=RELATIVE,
        interval=None,
        no_interval_because="shown to check the mean over units",
        n=n,
        n_of=metric.n_of,
        clusters=int(chosen.units.size),
        window=cells.frame.window,
        source=metric.source,
        group=_named("high over low, of sums", chosen.group),
    )
