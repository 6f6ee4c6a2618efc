"""From the slices of a frame to findings, one function per kind of summary."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trueup.measure.frames.frame import Asked, Frame
from trueup.measure.frames.grouping import Places, Slice, Withheld, slices
from trueup.measure.metric import (
    FewestOwners,
    Metric,
    OverPersons,
    PerActive,
    PerWeek,
    Quantiles,
    RatioOfSums,
    TimeAverage,
)
from trueup.measure.numerics.counts import dispersion
from trueup.measure.numerics.restricted_mean import restricted_mean
from trueup.measure.summarising.intervals import (
    Spread,
    level_spread,
    quantile_spreads,
    quantiles,
    rate_spread,
    ratio_spread,
)
from trueup.measure.windows import buckets, clip
from trueup.model.evidence import Abstention, Finding, Group, MeanOfRatios, Measurement, Window
from trueup.units import RATIO, say

Floats = NDArray[np.float64]
_FEWEST_UNITS = 2
_AGREEING = 0.1
"""Without an interval, a mean of ratios this close to the ratio of sums, relatively, agrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One metric, its rows, and what is asked of them."""

    metric: Metric
    frame: Frame
    asked: Asked


def summarise(task: Task) -> list[Finding]:
    """Answer for every slice the k-rule lets be shown."""
    summary = task.metric.summary
    if isinstance(summary, TimeAverage):
        return _levels(task)
    parts = summary.parts if isinstance(summary, RatioOfSums) else ()
    found: list[Finding] = []
    for cut in slices(task.frame, task.asked.k, parts):
        if isinstance(cut, Withheld):
            found.append(withheld(task, cut))
        else:
            found.extend(_slice(task, cut))
    return found


def _slice(task: Task, cut: Slice) -> list[Finding]:
    coverage = coverage_of(task.frame, cut) or 0.0
    if not task.frame.n[cut.base].sum() or coverage < task.metric.least_coverage:
        return [nothing(task, cut)]
    summary = task.metric.summary
    match summary:
        case Quantiles():
            return _quantiles(task, cut, summary)
        case OverPersons():
            return _over_persons(task, cut, summary.shares)
        case _:
            return [_single(task, cut)]


def _single(task: Task, cut: Slice) -> Finding:
    match task.metric.summary:
        case PerWeek(signed=True, days=days):
            return _growth(task, cut, days)
        case PerWeek():
            return _rate(task, cut)
        case RatioOfSums() as summary:
            return _ratio(task, cut, summary)
        case PerActive():
            return _ratio(task, cut, RatioOfSums())
        case FewestOwners() as summary:
            return _owners(task, cut, summary.share)
        case _:
            raise AssertionError(task.metric.summary)


def _rate(task: Task, cut: Slice) -> Finding:
    frame, window = task.frame, window_of(task, cut.group)
    count = float(frame.n[cut.rows].sum())
    if window.days < 1:
        return nothing(task, cut)
    per_week = count / (window.days / 7)
    spread = rate_spread(
        _weekly(task, cut.rows, window),
        count,
        per_week,
        dispersion(_weekly(task, _same_repository(frame, cut), frame.window)),
        task.asked.seed,
    )
    return measurement(task, cut.group, per_week, int(count), spread, coverage_of(frame, cut))


def _growth(task: Task, cut: Slice, days: float) -> Finding:
    frame, window = task.frame, window_of(task, cut.group)
    if window.days < 1:
        return nothing(task, cut)
    rate = float(frame.value[cut.rows].sum()) / (window.days / days)
    weekly = _weekly(task, cut.rows, window, frame.value) * (days / 7)
    spread = level_spread(weekly, task.asked.seed)
    n = int(frame.n[cut.rows].sum())
    return measurement(task, cut.group, rate, n, spread, coverage_of(frame, cut))


def _ratio(task: Task, cut: Slice, summary: RatioOfSums) -> Finding:
    frame = task.frame
    bottom = frame.weight[cut.base]
    top = np.where(np.isin(cut.base, cut.rows), frame.value[cut.base], 0.0)
    if bottom.sum() <= 0:
        return nothing(task, cut)
    n = int(frame.n[cut.base].sum())
    spread = ratio_spread(
        top,
        bottom,
        frame.cluster.codes[cut.base],
        _week_numbers(task)[cut.base],
        items=n,
        of_flags=summary.of_flags,
        seed=task.asked.seed,
        clusters_of=summary.clusters_of,
    )
    value = float(top.sum() / bottom.sum())
    found = measurement(task, cut.group, value, n, spread, coverage_of(frame, cut))
    return replace(found, mean_of_ratios=_mean_of_ratios(task, cut, top, found))


def _mean_of_ratios(task: Task, cut: Slice, top: Floats, found: Measurement) -> MeanOfRatios | None:
    """Return the mean over units where it disagrees with the ratio of sums; None where it agrees.

    Teams of fewer than k persons are one unit together.
    """
    frame = task.frame
    if frame.unit is None or len(frame.unit.names) < _FEWEST_UNITS:
        return None
    codes = frame.unit.codes[cut.base]
    if frame.unit_of == "teams":
        codes = _large(codes, frame.person.codes[cut.base], task.asked.k)
    codes = codes + 1  # nobody's, and the small ones together, are the first
    bottoms = np.bincount(codes, weights=frame.weight[cut.base])
    tops = np.bincount(codes, weights=top)
    ratios = tops[bottoms > 0] / bottoms[bottoms > 0]
    if ratios.size < _FEWEST_UNITS:
        return None
    mean = float(ratios.mean())
    interval = found.interval
    apart = abs(mean - found.value) > _AGREEING * abs(found.value)
    if interval is not None:
        apart = not interval.low <= mean <= interval.high
    if not apart:
        return None
    return MeanOfRatios(value=mean, n=int(ratios.size), n_of=frame.unit_of)


def _large(units: NDArray[np.int64], persons: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Return the unit of each row, -1 where it has fewer than `k` persons."""
    pairs = np.unique(np.stack([units, persons])[:, (units >= 0) & (persons >= 0)], axis=1)
    counts = np.bincount(pairs[0], minlength=int(units.max(initial=-1)) + 1)
    return np.where((units >= 0) & (counts[units] >= k), units, -1)


def _over_persons(task: Task, cut: Slice, shares: tuple[float, ...]) -> list[Finding]:
    """Return quantiles over persons of what each does in a period in which they do anything."""
    frame = task.frame
    rows = cut.rows[(frame.person.codes[cut.rows] >= 0) & (frame.n[cut.rows] > 0)]
    codes = frame.person.codes[rows]
    periods = np.bincount(codes, weights=frame.weight[rows])
    values = np.bincount(codes, weights=frame.value[rows])[periods > 0] / periods[periods > 0]
    if values.size < task.asked.k:
        reason = f"Fewer than {task.asked.k} persons: a quantile of few is a report on one."
        return [_abstain(task, cut.group, int(values.size), reason)]
    ended, alone = np.ones(values.size, dtype=bool), np.arange(values.size)
    spreads = quantile_spreads(
        values, ended, alone, shares, clusters_of="persons", seed=task.asked.seed
    )
    points = quantiles(values, ended, shares)
    return [
        measurement(
            task,
            tuple(sorted((*cut.group, ("quantile", f"{share:g}")))),
            value or 0.0,
            int(values.size),
            spread,
            coverage_of(frame, cut),
        )
        for share, value, spread in zip(shares, points, spreads, strict=True)
    ]


def _quantiles(task: Task, cut: Slice, summary: Quantiles) -> list[Finding]:
    frame = task.frame
    rows = cut.rows[frame.n[cut.rows] > 0]
    values, ended = frame.value[rows], ~frame.censored[rows]
    spreads = quantile_spreads(
        values,
        ended,
        frame.cluster.codes[rows],
        summary.shares,
        clusters_of=summary.clusters_of,
        seed=task.asked.seed,
    )
    found: list[Finding] = []
    points = quantiles(values, ended, summary.shares)
    for share, value, spread in zip(summary.shares, points, spreads, strict=True):
        group = tuple(sorted((*cut.group, ("quantile", f"{share:g}"))))
        if value is None:
            waiting = int((~ended).sum())
            reason = f"{waiting} of {rows.size} {task.metric.n_of} still wait: too many."
            found.append(_abstain(task, group, rows.size, reason))
            continue
        coverage = coverage_of(frame, cut)
        found.append(measurement(task, group, value, rows.size, spread, coverage))
    if summary.with_mean:
        found.append(_mean(task, cut, rows))
    return found


def _mean(task: Task, cut: Slice, rows: Places) -> Finding:
    """Return the mean of durations; those still running count for as long as they are known to."""
    frame, size = task.frame, int(rows.size)
    group = tuple(sorted((*cut.group, ("quantile", "mean"))))
    found = restricted_mean(frame.value[rows], ~frame.censored[rows])
    if not (~frame.censored[rows]).any():
        reason = f"{size} of {size} {task.metric.n_of} still wait: too many."
        return _abstain(task, group, size, reason)
    spread = ratio_spread(
        found.parts,
        np.ones(size),
        frame.cluster.codes[rows],
        _week_numbers(task)[rows],
        items=size,
        of_flags=False,
        seed=task.asked.seed,
    )
    metric = replace(task.metric, qualifier="at least") if found.is_short else task.metric
    task = replace(task, metric=metric)
    return measurement(task, group, found.value, size, spread, coverage_of(frame, cut))


def _owners(task: Task, cut: Slice, share: float) -> Finding:
    frame = task.frame
    rows = cut.rows[frame.cluster.codes[cut.rows] >= 0]
    held = np.sort(np.bincount(frame.cluster.codes[rows], weights=frame.value[rows]))[::-1]
    if held.sum() <= 0:
        return nothing(task, cut)
    fewest = int(np.searchsorted(held.cumsum(), share * held.sum() - 1e-9)) + 1
    spread = Spread(interval=None, because="complete count", clusters=int((held > 0).sum()))
    n = int(frame.value[rows].sum())
    return measurement(task, cut.group, float(fewest), n, spread, coverage_of(frame, cut))


def _levels(task: Task) -> list[Finding]:
    found: list[Finding] = []
    frame, asked = task.frame, task.asked
    spans = [("", frame.window)]
    if asked.every:
        cut = buckets(frame.window, asked.every, asked.timezone)
        spans = [(span.label, clip(span.window, frame.window)) for span in cut]
    for cut_out in slices(_without_bucket(frame, asked), asked.k):
        if isinstance(cut_out, Withheld):
            found.append(withheld(task, cut_out))
            continue
        for label, window in spans:
            extra = ((str(asked.every), label),) if label else ()
            group = tuple(sorted((*cut_out.group, *extra)))
            found.append(_level(task, cut_out, group, window))
    return found


def _level(task: Task, cut: Slice, group: Group, window: Window) -> Finding:
    frame = task.frame
    rows = cut.rows[(frame.n[cut.rows] > 0) & (frame.at[cut.rows] >= 0)]
    entered = frame.at[rows].astype(float)
    left = np.where(frame.until_at[rows] < 0, np.inf, frame.until_at[rows].astype(float))
    if (
        window.days <= 0
        or not rows.size
        or (coverage_of(frame, cut) or 0) < task.metric.least_coverage
    ):
        return nothing(task, cut)
    weeks = [
        clip(span.window, window)
        for span in buckets(window, "week", task.asked.timezone)
        if span.window.start_at >= window.start_at and span.window.end_at <= window.end_at
    ]
    inside = int(((entered < window.end_at) & (left > window.start_at)).sum())
    weekly = np.array([mean_inside(entered, left, week) for week in weeks])
    spread = level_spread(weekly, task.asked.seed)
    value = mean_inside(entered, left, window)
    return measurement(task, group, value, inside, spread, coverage_of(frame, cut), window=window)


def mean_inside(entered: Floats, left: Floats, window: Window) -> float:
    """Return how many items are inside on average over `window` (epoch microseconds)."""
    overlap = np.minimum(left, window.end_at) - np.maximum(entered, window.start_at)
    return float(np.clip(overlap, 0, None).sum() / (window.end_at - window.start_at))


def _without_bucket(frame: Frame, asked: Asked) -> Frame:
    kept = {name: column for name, column in frame.dimensions.items() if name != asked.every}
    return Frame(
        dimensions=kept,
        **{
            name: getattr(frame, name)
            for name in Frame.__dataclass_fields__
            if name != "dimensions"
        },
    )


def _same_repository(frame: Frame, cut: Slice) -> Places:
    repository = frame.dimensions.get("repository")
    if repository is None or not cut.rows.size:
        return np.arange(frame.n.size)
    return np.flatnonzero(repository.codes == repository.codes[cut.rows[0]])


def _weekly(task: Task, rows: Places, window: Window, of: Floats | None = None) -> Floats:
    """Return the counts (or sums of `of`) of the complete weeks in `window`, in order."""
    frame = task.frame
    spans = buckets(window, "week", task.asked.timezone)
    place = {span.label: number for number, span in enumerate(spans)}
    by_name = [place.get(name, -1) for name in frame.week.names]
    numbers = np.array([*by_name, -1])[frame.week.codes[rows]]
    held = numbers >= 0
    amounts = (frame.n if of is None else of)[rows][held]
    counts = np.bincount(numbers[held], weights=amounts, minlength=len(spans))
    whole = [
        span.window.start_at >= window.start_at and span.window.end_at <= window.end_at
        for span in spans
    ]
    return np.asarray(counts[np.array(whole, dtype=bool)], dtype=float)


def _week_numbers(task: Task) -> NDArray[np.int64]:
    frame = task.frame
    spans = buckets(frame.window, "week", task.asked.timezone)
    place = {span.label: number for number, span in enumerate(spans)}
    names = np.array([*(place.get(name, -1) for name in frame.week.names), -1])
    return names[frame.week.codes]


def coverage_of(frame: Frame, cut: Slice) -> float | None:
    """Return the share of rows that should be in a number and are; None when there are none."""
    expected = frame.expected[cut.base].sum()
    return float(frame.n[cut.base].sum() / expected) if expected else None


def window_of(task: Task, group: Group) -> Window:
    """Return the span a group speaks of: its month or week, within the window."""
    every = task.asked.every
    if every is None:
        return task.frame.window
    label = dict(group)[every]
    spans = buckets(task.frame.window, every, task.asked.timezone)
    whole = next(span.window for span in spans if span.label == label)
    return clip(whole, task.frame.window)


def measurement(
    task: Task,
    group: Group,
    value: float,
    n: int,
    spread: Spread,
    coverage: float | None,
    *,
    window: Window | None = None,
) -> Measurement:
    """Pack a value with everything its reader needs."""
    metric = task.metric
    return Measurement(
        metric=metric.name,
        version=metric.version,
        value=value,
        unit=metric.unit,
        interval=spread.interval,
        no_interval_because=spread.because,
        n=n,
        n_of=metric.n_of,
        clusters=spread.clusters,
        window=window or window_of(task, group),
        coverage=coverage,
        source=metric.source,
        group=group,
        qualifier=metric.qualifier,
    )


def withheld(task: Task, cut: Withheld) -> Abstention:
    """Say that a split would point at too few persons."""
    split = " and ".join(cut.split)
    whom = "persons" if task.metric.of_sessions else "authors"
    return Abstention(
        metric=task.metric.name,
        reason=f"A split by {split} would show a group of fewer than {task.asked.k} {whom}.",
        remedy="Widen the window, or measure more repositories together; the total is shown.",
        group=cut.group,
        n=cut.n,
        n_of=task.metric.n_of,
        window=window_of(task, cut.group),
    )


def nothing(task: Task, cut: Slice) -> Abstention:
    """Say that too little of the slice can be used: which share cannot, or too short a time."""
    frame, metric = task.frame, task.metric
    expected, known = int(frame.expected[cut.base].sum()), int(frame.n[cut.base].sum())
    reason = f"There are no {metric.n_of} to measure."
    if expected and known == expected and window_of(task, cut.group).days < 1:
        reason = f"All {expected:,} {metric.n_of} lie within a day: too little for a rate."
    elif expected:
        missing = say(1 - known / expected, RATIO)
        reason = f"Of {expected:,} {metric.n_of}, {missing} {metric.unknown_because}."
    return _abstain(task, cut.group, known, reason)


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
