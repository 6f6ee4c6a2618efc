"""Months with more marked changes against months with fewer: an association, never an effect."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trueup.measure.frames.frame import Asked, Frame, fetch
from trueup.measure.frames.grouping import Slice
from trueup.measure.metric import Metric, MonthsCompared, Tables
from trueup.measure.numerics.resampling import block_draws, cluster_draws, percentile_interval
from trueup.measure.records.authorship import MARKED
from trueup.measure.summarising.intervals import FEWEST_CLUSTERS
from trueup.measure.summarising.littles_law import guessed_share, life_seen, predicted_waits
from trueup.measure.summarising.queue import MICRO, MOST_GUESSED, Log, abstain, read_log
from trueup.measure.windows import buckets
from trueup.model.evidence import Finding, Group, Interval, Measurement

Floats = NDArray[np.float64]
FEWEST_MONTHS = 8
FEWEST_CHANGES_A_MONTH = 3
LEAST_CONTRAST = 0.1
BLOCK_MONTHS = 3
REPOSITORIES_FOR_PAIRS = 20
DRAWS = 1999


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """Sums per period (month, or repository and arm) from which every ratio is made.

    Parameters
    ----------
    is_heavy
        Shape (n,); which periods are AI-heavy.
    seconds
        Shape (n,); length.
    departures, arrivals
        Shape (n,); items.
    wait_seconds
        Shape (n,); summed edge-corrected waits of the arrivals.
    """

    is_heavy: NDArray[np.bool_]
    seconds: Floats
    departures: Floats
    arrivals: Floats
    wait_seconds: Floats

    def ratios(self, figure: str, draws: Floats) -> Floats:
        """Return heavy over light of `figure` in each resample, shape (draws,); NaN if empty.

        Parameters
        ----------
        draws
            Shape (draws, n); how often each period is drawn.
        """
        top, bottom = (
            (self.departures, self.seconds)
            if figure == "released"
            else (self.wait_seconds, self.arrivals)
        )
        arms = (self.is_heavy, ~self.is_heavy)
        sums = [draws @ (part * arm) for arm in arms for part in (top, bottom)]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((sums[0] / sums[1]) / (sums[2] / sums[3]), dtype=float)


def compare_months(metric: Metric, tables: Tables, asked: Asked) -> list[Finding]:
    """Answer a metric whose summary is `MonthsCompared`."""
    summary = metric.summary
    assert isinstance(summary, MonthsCompared)
    pooled = tuple(name for name in asked.by if name == "repository")
    frame = fetch(metric, tables, replace(asked, by=("repository", "origin"), every=None))
    if frame is None:
        return []
    repository = frame.dimensions["repository"]
    if not pooled:
        return [_association(metric, frame, asked, np.arange(frame.n.size), ())]
    return [
        _association(metric, frame, asked, np.flatnonzero(repository.codes == code), group)
        for code, name in enumerate(repository.names)
        for group in [(("repository", name),)]
    ]


def _association(
    metric: Metric, frame: Frame, asked: Asked, rows: NDArray[np.int64], group: Group
) -> Finding:
    summary = metric.summary
    assert isinstance(summary, MonthsCompared)
    cut = Slice(group=group, rows=rows, base=rows)
    log = read_log(frame, cut, summary.stage)
    kept = rows[(frame.n[rows] > 0) & (frame.at[rows] >= 0)]
    origin = frame.dimensions["origin"]
    marked = np.array([name == MARKED for name in (*origin.names, "")])[origin.codes[kept]]
    repository = frame.dimensions["repository"].codes[kept]
    if np.unique(repository).size >= REPOSITORIES_FOR_PAIRS:
        periods = [
            _periods(log, marked, asked, repository == code, summary.figure)
            for code in np.unique(repository)
        ]
        usable = [p for p in periods if p is not None and _contrast_holds(p)]
        if len(usable) >= REPOSITORIES_FOR_PAIRS:
            return _by_repository(metric, usable, log, group, asked)
    single = _periods(log, marked, asked, np.ones(kept.size, dtype=bool), summary.figure)
    return _by_month(metric, single, log, group, asked)


def _waits(part: Log, left: Floats) -> Floats | None:
    """Return the wait of each item; None where most of it would be guessed."""
    life = life_seen(part.entered, left, part.start, part.until)
    waits = predicted_waits(part.entered, left, part.until, life)
    if waits is None or guessed_share(part.entered, left, part.until, waits) > MOST_GUESSED:
        return None
    return waits


def _periods(
    log: Log,
    marked: NDArray[np.bool_],
    asked: Asked,
    held: NDArray[np.bool_],
    figure: str,
) -> tuple[Periods, Floats] | None:
    """Return the whole months of a log with the marked share of what entered in each."""
    part = Log(entered=log.entered[held], left=log.left[held], window=log.window, until=log.until)
    left = np.where(part.left <= part.until, part.left, np.inf)
    waits = np.zeros(left.size) if figure == "released" else _waits(part, left)
    if waits is None or not np.isfinite(left).any():
        return None
    rows: list[tuple[float, ...]] = []
    for month in buckets(log.window, "month", asked.timezone):
        start, end = month.window.start_at * MICRO, month.window.end_at * MICRO
        came = (part.entered >= start) & (part.entered < end)
        whole = start >= log.start and end <= log.end
        if not whole or came.sum() < FEWEST_CHANGES_A_MONTH:
            continue
        gone = int(((left >= start) & (left < end)).sum())
        part_marked = float(marked[held][came].mean())
        rows.append((part_marked, end - start, gone, float(came.sum()), float(waits[came].sum())))
    columns = np.array(rows, dtype=float).reshape(-1, 5)
    share = columns[:, 0]
    middle = float(np.median(share)) if rows else 0.0
    periods = Periods(
        is_heavy=np.asarray(share > middle, dtype=bool),
        seconds=columns[:, 1],
        departures=columns[:, 2],
        arrivals=columns[:, 3],
        wait_seconds=columns[:, 4],
    )
    return periods, share


def _contrast_holds(found: tuple[Periods, Floats]) -> bool:
    periods, share = found
    heavy = periods.is_heavy
    if min(int(heavy.sum()), int((~heavy).sum())) < FEWEST_MONTHS:
        return False
    return bool(share[heavy].mean() - share[~heavy].mean() >= LEAST_CONTRAST)


def _by_month(
    metric: Metric, found: tuple[Periods, Floats] | None, log: Log, group: Group, asked: Asked
) -> Finding:
    if found is None:
        reason = "Too many changes still wait, or none has left: the waits would be guessed."
        return abstain(metric, group, reason, log.window)
    months = found[0].is_heavy.size
    if months < 2 * FEWEST_MONTHS:
        reason = (
            f"Only {months} whole months have {FEWEST_CHANGES_A_MONTH} changes or more; "
            f"a comparison needs {2 * FEWEST_MONTHS}."
        )
        return abstain(metric, group, reason, log.window)
    if not _contrast_holds(found):
        reason = "The AI-marked share of changes differs too little between months to compare them."
        return abstain(metric, group, reason, log.window)
    draws = block_draws(months, BLOCK_MONTHS, DRAWS, asked.seed)
    method = f"block bootstrap over months, blocks of {BLOCK_MONTHS}"
    return _compared(metric, found[0], draws, months // BLOCK_MONTHS, (log, group, method))


def _by_repository(
    metric: Metric, found: list[tuple[Periods, Floats]], log: Log, group: Group, asked: Asked
) -> Finding:
    parts = [periods for periods, _ in found]
    joined = Periods(
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in Periods.__dataclass_fields__
        }
    )
    drawn = cluster_draws(len(parts), DRAWS, asked.seed)
    draws = np.repeat(drawn, [part.seconds.size for part in parts], axis=1)
    method = "bootstrap over repositories, heavy and light months kept together"
    return _compared(metric, joined, draws, len(parts), (log, group, method))


def _compared(
    metric: Metric, periods: Periods, draws: Floats, clusters: int, of: tuple[Log, Group, str]
) -> Finding:
    log, group, method = of
    summary = metric.summary
    assert isinstance(summary, MonthsCompared)
    value = float(periods.ratios(summary.figure, np.ones((1, periods.seconds.size)))[0])
    spread = percentile_interval(periods.ratios(summary.figure, draws), max(2, clusters))
    if spread is None or not np.isfinite(value) or value <= 0:
        return abstain(metric, group, "Too little left in the lighter months.", log.window)
    return Measurement(
        metric=metric.name,
        version=metric.version,
        value=value,
        unit=metric.unit,
        interval=Interval(low=spread[0], high=spread[1], method=method),
        n=int(periods.arrivals.sum()),
        n_of=metric.n_of,
        clusters=clusters if clusters >= FEWEST_CLUSTERS else periods.seconds.size,
        window=log.window,
        source=metric.source,
        group=group,
        qualifier=metric.qualifier,
    )
