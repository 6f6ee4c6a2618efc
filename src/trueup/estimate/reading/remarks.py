"""Says what a reader must know of the rows: gaps, singletons, attrition, mixed units of measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from trueup.estimate.panel import Bools, Floats, Ints, Panel, Remark
from trueup.estimate.reading.balance import balance
from trueup.estimate.reading.numbers import counted, named
from trueup.estimate.reading.timeline import Timeline

FAR_APART = 50.0
"""Ratio of typical sizes, with no unit between, that looks like two units of measure."""
FAR = 0.25
"""Difference in standard deviations that is worth a remark (Imbens, Rubin 2015, section 14.2)."""


def remarks_on(panel: Panel, outcomes: Sequence[str], timeline: Timeline) -> Iterator[Remark]:
    """Yield everything about the rows of a panel that a reader should know."""
    if not panel.n_rows:
        return
    yield _grain(panel, timeline)
    yield from _gaps(panel)
    yield from _singletons(panel)
    yield from _attrition(panel)
    yield from _balance(panel)
    for outcome in outcomes:
        yield from _not_observed(panel, outcome)
        yield from _units_of_measure(panel, outcome)


def _grain(panel: Panel, timeline: Timeline) -> Remark:
    says = (
        f"{counted(panel.n_rows, 'row')} of {counted(panel.n_units, 'unit')} over "
        f"{counted(panel.n_periods, panel.grain)}, {panel.periods[0]} to {panel.periods[-1]}."
    )
    if timeline.step != timeline.lasts:
        every = timeline.step // timeline.lasts
        says += f" Only every {every} of what the time column counts is there; that is one period."
    return Remark(kind="grain", says=says, rows=panel.n_rows, units=panel.n_units)


def _first_and_last(panel: Panel) -> tuple[Ints, Ints, Ints]:
    """Return the first and last period and the number of rows of each unit."""
    first = np.full(panel.n_units, panel.n_periods, dtype=np.int64)
    last = np.full(panel.n_units, -1, dtype=np.int64)
    np.minimum.at(first, panel.unit, panel.period)
    np.maximum.at(last, panel.unit, panel.period)
    return first, last, np.bincount(panel.unit, minlength=panel.n_units).astype(np.int64)


def _names(panel: Panel, chosen: Bools) -> str:
    return named([panel.units[code] for code in np.flatnonzero(chosen)])


def _gaps(panel: Panel) -> Iterator[Remark]:
    first, last, seen = _first_and_last(panel)
    missing = last - first + 1 - seen
    holed = missing > 0
    if bool(holed.any()):
        yield Remark(
            kind="gaps",
            says=f"{counted(int(missing.sum()), 'period')} between the first and the last of "
            f"{counted(int(holed.sum()), 'unit')} are missing and stay unknown: "
            f"{_names(panel, holed)}.",
            rows=int(missing.sum()),
            units=int(holed.sum()),
        )
    unseen = panel.n_periods - int(np.unique(panel.period).size)
    if unseen:
        yield Remark(
            kind="gaps",
            says=f"{unseen:,} of {counted(panel.n_periods, 'period')} without a row of any unit.",
        )


def _singletons(panel: Panel) -> Iterator[Remark]:
    alone = _first_and_last(panel)[2] == 1
    if bool(alone.any()):
        yield Remark(
            kind="singletons",
            says=f"{counted(int(alone.sum()), 'unit')} seen in one period only, which cannot show "
            f"a change: {_names(panel, alone)}.",
            rows=int(alone.sum()),
            units=int(alone.sum()),
        )


def _attrition(panel: Panel) -> Iterator[Remark]:
    """Say who is not there from the first period to the last, adopters apart from the others."""
    first, last, _ = _first_and_last(panel)
    late, gone = first > 0, last < panel.n_periods - 1
    moved = late | gone
    if not bool(moved.any()):
        return
    parts = []
    for chosen, who in ((panel.ever_treated, "that adopt"), (~panel.ever_treated, "that do not")):
        n = int(chosen.sum())
        if n:
            begins, ends = int((late & chosen).sum()), int((gone & chosen).sum())
            parts.append(f"of {n:,} {who}, {begins:,} appear late and {ends:,} disappear early")
    yield Remark(
        kind="attrition",
        says=f"Not all units are there throughout: {'; '.join(parts)}.",
        units=int(moved.sum()),
    )


def _balance(panel: Panel) -> Iterator[Remark]:
    """Say which columns set adopters apart before anyone adopted."""
    rows = [row for row in balance(panel) if row.apart is not None and abs(row.apart) > FAR]
    if rows:
        says = "; ".join(
            f"{row.column} {row.adopters:.4g} among adopters, {row.others:.4g} among the others "
            f"({row.apart:+.2f} standard deviations)"
            for row in rows
        )
        yield Remark(kind="balance", says=f"Before anyone adopted: {says}.", units=panel.n_units)


def _not_observed(panel: Panel, outcome: str) -> Iterator[Remark]:
    empty = np.isnan(panel.column(outcome))
    if bool(empty.any()):
        units = np.bincount(panel.unit[empty], minlength=panel.n_units) > 0
        yield Remark(
            kind="gaps",
            says=f"{outcome} is not known in {int(empty.sum()):,} of "
            f"{counted(panel.n_rows, 'row')}, of {counted(int(units.sum()), 'unit')}; those are "
            "not read as nought.",
            rows=int(empty.sum()),
            units=int(units.sum()),
        )


def _units_of_measure(panel: Panel, outcome: str) -> Iterator[Remark]:
    """Say where part of the units seem to be in another unit of measure than the rest."""
    typical = _typical(panel, panel.column(outcome))
    known = np.flatnonzero(typical > 0)
    if known.size < 4:
        return
    order = known[np.argsort(typical[known], kind="stable")]
    logs = np.log(typical[order])
    widest = int(np.argmax(np.diff(logs)))
    apart = float(logs[widest + 1] - logs[widest])
    spread = max(float(logs[widest] - logs[0]), float(logs[-1] - logs[widest + 1]))
    if apart < np.log(FAR_APART) or apart < spread or widest + 1 in {0, order.size}:
        return
    high = order[widest + 1 :]
    yield Remark(
        kind="units_of_measure",
        says=f"{outcome} is typically {np.exp(apart):,.0f} times larger in "
        f"{counted(high.size, 'unit')} "
        f"than in the other {order.size - high.size:,}, with none between: "
        f"{named([panel.units[code] for code in high])}. Are all in the same unit of measure?",
        units=int(min(high.size, order.size - high.size)),
    )


def _typical(panel: Panel, values: Floats) -> Floats:
    """Return the median of each unit's values above nought, ``(n_units,)``; 0 without any."""
    above = np.flatnonzero(values > 0)
    order = above[np.lexsort((values[above], panel.unit[above]))]
    counts = np.bincount(panel.unit[above], minlength=panel.n_units)
    starts = np.cumsum(counts) - counts
    typical = np.zeros(panel.n_units)
    there = counts > 0
    typical[there] = values[order[(starts + (counts - 1) // 2)[there]]]
    return typical
