"""By how much output moves with input, within teams and weeks: an association."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trueup.errors import MeasureError
from trueup.measure.frames.frame import Asked, fetch
from trueup.measure.metric import Metric, Tables
from trueup.measure.numerics.places import places_of
from trueup.measure.numerics.resampling import t_quantile
from trueup.measure.numerics.two_way import Slope, two_way_slope
from trueup.measure.summarising.intervals import FEWEST_CLUSTERS, Spread
from trueup.measure.summarising.summaries import Task, measurement
from trueup.model.evidence import Abstention, Finding, Interval

_FEWEST_WEEKS = 10


def elasticity_findings(metric: Metric, tables: Tables, asked: Asked) -> list[Finding]:
    """Answer a metric whose summary is `Elasticity`: of all teams together.

    Raises
    ------
    MeasureError
        It is asked of parts.
    """
    if asked.by or asked.every:
        raise MeasureError(
            f"{metric.name} compares teams and weeks, and cannot be split.",
            hint="Ask for it without --by and --every.",
        )
    asked = replace(asked, by=("team",), every="week")
    frame = fetch(metric, tables, asked)
    if frame is None:
        return []
    task = Task(metric=metric, frame=frame, asked=replace(asked, by=(), every=None))
    team, week = (frame.dimensions[name].codes for name in ("team", "week"))
    held = (team >= 0) & (week >= 0)
    weeks = len(frame.dimensions["week"].names)
    cells, place = places_of(team[held] * weeks + week[held])
    value, weight = (np.bincount(place, own[held]) for own in (frame.value, frame.weight))
    seen = (value > 0) & (weight > 0)
    cells = cells[seen]
    unit, period = (places_of(part)[1] for part in (cells // weeks, cells % weeks))
    slope = two_way_slope(np.log(value[seen]), np.log(weight[seen]), unit, period)
    coverage = float(seen.sum() / max(1, (weight > 0).sum()))
    return [_finding(task, slope, int(seen.sum()), int(np.unique(period).size), coverage)]


def _finding(task: Task, slope: Slope | None, n: int, weeks: int, coverage: float) -> Finding:
    units = slope.units if slope else 0
    if slope is None or units < FEWEST_CLUSTERS or weeks < _FEWEST_WEEKS or slope.error is None:
        return Abstention(
            metric=task.metric.name,
            reason=f"{units} teams were seen with both in {weeks} weeks; {FEWEST_CLUSTERS} of each "
            "are needed.",
            remedy=task.metric.remedy,
            n=n,
            n_of=task.metric.n_of,
            window=task.frame.window,
        )
    half = t_quantile(0.975, units - 1) * slope.error
    method = "constants of teams and weeks, jackknife over teams, t"
    interval = Interval(low=slope.value - half, high=slope.value + half, method=method)
    spread = Spread(interval=interval, clusters=units)
    return measurement(task, (), slope.value, n, spread, coverage)
