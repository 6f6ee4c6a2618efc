"""Mean durations of one stage over those of the stage before it, with an interval."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from trueup.measure.frames.frame import Asked, Frame, fetch
from trueup.measure.frames.grouping import Slice, Withheld, slices
from trueup.measure.metric import Metric, Steps, Tables
from trueup.measure.numerics.resampling import cluster_draws, percentile_interval
from trueup.measure.numerics.restricted_mean import restricted_mean
from trueup.measure.summarising.intervals import DRAWS, FEWEST_CLUSTERS, Spread
from trueup.measure.summarising.summaries import Task, coverage_of, measurement, withheld
from trueup.model.evidence import Abstention, Finding, Group, Interval

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FEWEST = 5
"""A stage with fewer items is not compared."""


def step_findings(metric: Metric, tables: Tables, asked: Asked) -> list[Finding]:
    """Answer a metric whose summary is `Steps`."""
    frame = fetch(metric, tables, asked)
    if frame is None:
        return []
    task = Task(metric=metric, frame=frame, asked=asked)
    rest = {name: column for name, column in frame.dimensions.items() if name != "stage"}
    found: list[Finding] = []
    for cut in slices(replace(frame, dimensions=rest), asked.k):
        if isinstance(cut, Withheld):
            found.append(withheld(task, cut))
        else:
            found.extend(_steps(task, cut))
    return found


def _steps(task: Task, cut: Slice) -> list[Finding]:
    summary, frame = task.metric.summary, task.frame
    assert isinstance(summary, Steps)
    stage = frame.dimensions["stage"]
    rows = cut.rows[frame.n[cut.rows] > 0]
    held = {
        name: rows[stage.codes[rows] == stage.names.index(name)]
        for name in summary.order
        if name in stage.names
    }
    present = [name for name, places in held.items() if places.size]
    found: list[Finding] = []
    for early, late in itertools.pairwise(present):
        pairs = (*cut.group, ("against", early), ("stage", late))
        pair = replace(cut, group=tuple(sorted(pairs)))
        found.append(_step(task, pair, held[early], held[late]))
    return found


def _step(task: Task, cut: Slice, early: Ints, late: Ints) -> Finding:
    n = int(early.size + late.size)
    if min(early.size, late.size) < FEWEST:
        return _abstain(task, cut.group, n, f"One of the two stages caught fewer than {FEWEST}.")
    below, above = (_parts(task.frame, places) for places in (early, late))
    if below.mean() <= 0 or above.mean() <= 0:
        return _abstain(task, cut.group, n, "Defects of one of the two stages lasted no time.")
    spread = _spread(task, (early, late), (below, above))
    value = float(above.mean() / below.mean())
    return measurement(task, cut.group, value, n, spread, coverage_of(task.frame, cut))


def _parts(frame: Frame, places: Ints) -> Floats:
    return restricted_mean(frame.value[places], ~frame.censored[places]).parts


def _spread(task: Task, places: tuple[Ints, Ints], parts: tuple[Floats, Floats]) -> Spread:
    """Resample what is independent in each stage; the ratio in logs, as it is skew."""
    clusters, seed = task.frame.cluster.codes, task.asked.seed
    counts = [np.unique(clusters[rows]).size for rows in places]
    by_cluster = min(counts) >= FEWEST_CLUSTERS
    logs: list[Floats] = []
    for turn, (rows, own) in enumerate(zip(places, parts, strict=True)):
        kinds = clusters[rows] if by_cluster else np.arange(rows.size)
        _, place = np.unique(kinds, return_inverse=True)
        draws = cluster_draws(int(place.max()) + 1, DRAWS, seed + turn)
        sums, sizes = draws @ np.bincount(place, weights=own), draws @ np.bincount(place)
        logs.append(np.log(np.maximum(sums / sizes, 1e-9)))
    smallest = min(counts) if by_cluster else min(rows.size for rows in places)
    found = percentile_interval(logs[1] - logs[0], smallest)
    if found is None:
        return Spread(interval=None, because="too few items to resample", clusters=min(counts))
    summary = task.metric.summary
    assert isinstance(summary, Steps)
    what = summary.clusters_of if by_cluster else "items, taken as independent"
    low, high = float(np.exp(found[0])), float(np.exp(found[1]))
    method = f"cluster bootstrap over {what}, expanded percentile of logarithms"
    return Spread(interval=Interval(low=low, high=high, method=method), clusters=min(counts))


def _abstain(task: Task, group: Group, n: int, reason: str) -> Abstention:
    return Abstention(
        metric=task.metric.name,
        reason=reason,
        remedy=task.metric.remedy,
        group=group,
        n=n,
        n_of=task.metric.n_of,
        window=task.frame.window,
    )
