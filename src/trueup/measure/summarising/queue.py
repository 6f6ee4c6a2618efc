"""Little's law on recorded stages: mean waits by four names."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trueup.measure.frames.frame import Asked, Frame, fetch
from trueup.measure.frames.grouping import Slice, Withheld, slices
from trueup.measure.metric import Metric, Tables, Waits
from trueup.measure.numerics.counts import dispersion
from trueup.measure.summarising.intervals import (
    Spread,
    level_spread,
    rate_spread,
    weekly_mean_spread,
)
from trueup.measure.summarising.littles_law import (
    LittlesLaw,
    life_seen,
    littles_law,
    predicted_waits,
)
from trueup.measure.summarising.summaries import (
    Task,
    coverage_of,
    mean_inside,
    measurement,
    withheld,
)
from trueup.measure.windows import buckets, clip
from trueup.model.evidence import Abstention, Finding, Group, Window

Floats = NDArray[np.float64]
MICRO = 1e-6
WEEK_SECONDS = 7 * 86_400
GUESSING = ("edge-corrected", "survival")
MOST_GUESSED = 0.5
"""Above this share of a wait lies beyond the log, the number would be a guess and is not given."""
DIFFERENT_ITEMS = "Level, arrivals and wait do not describe the same items."
RELEASE, DEVELOP, TASK = "release", "develop", "task"
SEEN_LATE = (DEVELOP, TASK)
"""Stages an item is seen to have been in only once it has left them."""
SEEN_LATE_SHARE = 0.9
"""Share of landed changes whose development must fit between the window's end and the newest
commit: what has not landed yet is not in the log at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Items of one stage in one slice: instants in seconds, inf where not left."""

    entered: Floats
    left: Floats
    window: Window
    until: float

    @property
    def start(self) -> float:
        """Start of the window, seconds."""
        return self.window.start_at * MICRO

    @property
    def end(self) -> float:
        """End of the window, seconds."""
        return self.window.end_at * MICRO


def wait_findings(metric: Metric, tables: Tables, asked: Asked) -> list[Finding]:
    """Answer a metric whose summary is `Waits`."""
    frame = fetch(metric, tables, replace(asked, every=None))
    if frame is None:
        return []
    task = Task(metric=metric, frame=frame, asked=asked)
    found: list[Finding] = []
    for cut in slices(frame, asked.k):
        if isinstance(cut, Withheld):
            found.append(withheld(replace(task, asked=replace(asked, every=None)), cut))
            continue
        found.extend(_waits_of(task, cut))
    return found


def read_log(frame: Frame, cut: Slice, stage: str) -> Log:
    """Return the items of a slice, and the window in which its stage can be seen whole.

    Work under way is recorded only once it lands, so the window of `DEVELOP` ends earlier, by
    the wait that nine in ten landed changes did not exceed.
    """
    rows = cut.rows[(frame.n[cut.rows] > 0) & (frame.at[cut.rows] >= 0)]
    entered = frame.at[rows].astype(float) * MICRO
    left = np.where(frame.until_at[rows] < 0, np.inf, frame.until_at[rows] * MICRO)
    left = np.maximum(left, entered)
    window = frame.window
    until = window.end_at * MICRO
    if stage in SEEN_LATE and rows.size:
        landed = left <= until
        late = float(np.quantile((left - entered)[landed], SEEN_LATE_SHARE)) if landed.any() else 0
        end = max(window.start_at, window.end_at - round(late / MICRO))
        window = Window(start_at=window.start_at, end_at=end)
    return Log(entered=entered, left=left, window=window, until=until)


def law_of(log: Log, window: Window | None = None) -> LittlesLaw | None:
    """Apply Little's law to a log, or to one period of it; None where nothing happened."""
    span = clip(window, log.window) if window else log.window
    start, end = span.start_at * MICRO, span.end_at * MICRO
    if end <= start or not ((log.entered < end) & (log.left > start)).any():
        return None
    left = np.where(log.left <= log.until, log.left, np.inf)
    life = life_seen(log.entered, left, log.start, log.until)
    return littles_law(log.entered, left, start, end, until=log.until, life=life)


def _waits_of(task: Task, cut: Slice) -> list[Finding]:
    summary = task.metric.summary
    assert isinstance(summary, Waits)
    log = read_log(task.frame, cut, dict(cut.group).get("stage", summary.stage))
    every = task.asked.every
    spans: list[tuple[Group, Window]] = [((), log.window)]
    if every:
        cuts = buckets(log.window, every, task.asked.timezone)
        spans = [(((str(every), b.label),), clip(b.window, log.window)) for b in cuts]
    found: list[Finding] = []
    for extra, window in spans:
        group = tuple(sorted((*cut.group, *extra)))
        law = law_of(log, window)
        if law is None:
            found.append(abstain(task.metric, group, "No change passed through.", window))
            continue
        period = Period(log=log, law=law, group=group, window=window, is_whole=not every)
        coverage = coverage_of(task.frame, cut)
        if summary.figure == "wait":
            found.extend(_four_waits(task, period, coverage))
        else:
            found.append(_flow(task, period, summary.figure, coverage))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One span of a log, and what Little's law says of it."""

    log: Log
    law: LittlesLaw
    group: Group
    window: Window
    is_whole: bool


def _four_waits(task: Task, period: Period, coverage: float | None) -> list[Finding]:
    law, window = period.law, period.window
    named = [
        ("departed", law.wait_departed, law.departures),
        ("completed arrivals", law.wait_completed_arrivals, law.completed),
        ("edge-corrected", law.wait_edge, law.arrivals),
    ]
    if period.is_whole:
        named.append(("survival", law.wait_survival, law.arrivals))
    metric = replace(task.metric, qualifier="at least") if law.is_growing else task.metric
    task = replace(task, metric=metric)
    found: list[Finding] = []
    for name, value, n in named:
        group = tuple(sorted((*period.group, ("wait", name))))
        if value is None or n == 0:
            found.append(abstain(metric, group, "Nothing came or nothing left.", window))
        elif name in GUESSING and law.guessed > MOST_GUESSED:
            reason = f"{law.guessed:.0%} of this wait would be guessed: too many still wait."
            found.append(abstain(metric, group, reason, window))
        elif name == "edge-corrected" and not keeps_the_law(law, value):
            found.append(abstain(metric, group, DIFFERENT_ITEMS, window))
        else:
            spread = _wait_spread(period.log, window, name, task.asked.seed)
            found.append(measurement(task, group, value, n, spread, coverage, window=window))
    return found


def _flow(task: Task, period: Period, figure: str, coverage: float | None) -> Finding:
    """Return the level or a rate of the very items, in the very window, the waits are of."""
    law, seed = period.law, task.asked.seed
    weeks = law.seconds / WEEK_SECONDS
    if figure == "level":
        inside = law.open_at_start + law.arrivals
        spread = level_spread(_weekly_levels(period), seed)
        value, n = law.level, inside
    else:
        n = law.arrivals if figure == "arrivals" else law.departures
        value = n / weeks
        weekly = _weekly_counts(period, figure)
        spread = rate_spread(weekly, float(n), value, dispersion(weekly), seed)
    return measurement(task, period.group, value, n, spread, coverage, window=period.window)


def _weekly_counts(period: Period, figure: str) -> Floats:
    log, start = period.log, period.window.start_at * MICRO
    instants = log.entered if figure == "arrivals" else log.left[np.isfinite(log.left)]
    weeks = int(period.law.seconds // WEEK_SECONDS)
    place = (instants - start) // WEEK_SECONDS
    held = (place >= 0) & (place < weeks)
    return np.bincount(place[held].astype(np.int64), minlength=weeks).astype(float)


def _weekly_levels(period: Period) -> Floats:
    log, start = period.log, period.window.start_at
    week = round(WEEK_SECONDS / MICRO)
    spans = [
        Window(start_at=start + place * week, end_at=start + (place + 1) * week)
        for place in range(int(period.law.seconds // WEEK_SECONDS))
    ]
    entered, left = log.entered / MICRO, log.left / MICRO
    return np.array([mean_inside(entered, left, span) for span in spans])


def keeps_the_law(law: LittlesLaw, wait: float) -> bool:
    """Say whether a wait can be that of the items whose level and arrivals were counted."""
    if min(law.level, law.arrival_rate, wait) <= 0:
        return True
    return law.check(law.level, law.arrival_rate, wait).holds


def _wait_spread(log: Log, window: Window, name: str, seed: int) -> Spread:
    if name in ("completed arrivals", "survival"):
        return Spread(interval=None, because="shown to check the edge-corrected wait")
    start, end = window.start_at * MICRO, window.end_at * MICRO
    left = np.where(log.left <= log.until, log.left, np.inf)
    life = life_seen(log.entered, left, log.start, log.until)
    waits = predicted_waits(log.entered, left, log.until, life)
    if waits is None:
        return Spread(interval=None, because="nothing has left yet")
    instants = left if name == "departed" else log.entered
    held = (instants >= start) & (instants < end)
    weeks = ((instants[held] - start) // WEEK_SECONDS).astype(np.int64)
    return weekly_mean_spread(waits[held], weeks, seed)


def abstain(metric: Metric, group: Group, reason: str, window: Window) -> Abstention:
    """Say what could not be told of a slice, and what would change it."""
    return Abstention(
        metric=metric.name, reason=reason, remedy=metric.remedy, group=group, window=window
    )
