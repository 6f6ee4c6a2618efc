"""How much a mean rises in a year: the slope of a straight line, resampled by cluster."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trueup.measure.frames.frame import Asked, fetch
from trueup.measure.frames.grouping import Slice, Withheld, slices
from trueup.measure.metric import Metric, Tables
from trueup.measure.numerics.places import places_of
from trueup.measure.numerics.resampling import cluster_draws, percentile_interval
from trueup.measure.summarising.intervals import DRAWS, FEWEST_CLUSTERS, Spread
from trueup.measure.summarising.summaries import Task, coverage_of, measurement, withheld
from trueup.measure.windows import DAY
from trueup.model.evidence import Abstention, Finding, Interval

Floats = NDArray[np.float64]
_YEAR = 365.25 * DAY
SHORTEST_DAYS = 90
"""Over a shorter span than this no trend by the year is told."""


def trend_findings(metric: Metric, tables: Tables, asked: Asked) -> list[Finding]:
    """Answer a metric whose summary is `Trend`."""
    frame = fetch(metric, tables, asked)
    if frame is None:
        return []
    task = Task(metric=metric, frame=frame, asked=asked)
    return [
        withheld(task, cut) if isinstance(cut, Withheld) else _trend(task, cut)
        for cut in slices(frame, asked.k)
    ]


def _trend(task: Task, cut: Slice) -> Finding:
    frame = task.frame
    rows = cut.rows[(frame.n[cut.rows] > 0) & (frame.at[cut.rows] >= 0)]
    at = frame.at[rows]
    days = float(np.ptp(at)) / DAY if rows.size else 0.0
    clusters = places_of(frame.cluster.codes[rows])[1] if rows.size else rows
    count = int(clusters.max(initial=-1)) + 1
    if days < SHORTEST_DAYS or count < FEWEST_CLUSTERS:
        reason = (
            f"{rows.size:,} {task.metric.n_of} by {count} authors over {days:.0f} days; "
            f"{FEWEST_CLUSTERS} authors and {SHORTEST_DAYS} days are needed."
        )
        return Abstention(
            metric=task.metric.name,
            reason=reason,
            remedy=task.metric.remedy,
            group=cut.group,
            n=int(rows.size),
            n_of=task.metric.n_of,
            window=frame.window,
        )
    years = (at - int(at.mean())) / _YEAR
    sums = _sums(years, frame.value[rows], clusters)
    value = float(_slopes(sums.sum(axis=1, keepdims=True))[0])
    drawn = _slopes(sums @ cluster_draws(count, DRAWS, task.asked.seed).T)
    found = percentile_interval(drawn, count)
    spread = Spread(interval=None, because="too few authors to resample", clusters=count)
    if found is not None:
        method = "cluster bootstrap over authors, expanded percentile"
        spread = Spread(
            interval=Interval(low=found[0], high=found[1], method=method), clusters=count
        )
    coverage = coverage_of(frame, cut)
    return measurement(task, cut.group, value, int(rows.size), spread, coverage)


def _sums(x: Floats, y: Floats, clusters: NDArray[np.int64]) -> Floats:
    """Return what a slope is made of, by cluster, shape (5, clusters)."""
    parts = (np.ones(x.size), x, y, x * x, x * y)
    return np.stack([np.bincount(clusters, weights=part) for part in parts])


def _slopes(sums: Floats) -> Floats:
    """Return the least-squares slope of each column of sums; NaN where there is none."""
    ones, x, y, xx, xy = sums
    below = ones * xx - x * x
    nowhere = np.full(below.shape, np.nan)
    slopes = np.divide(ones * xy - x * y, below, out=nowhere, where=below > 1e-12)
    return np.asarray(slopes, dtype=float)
