"""Throughput after over before: counted, and as Little's law implies it, with intervals.

Output counted always beats output implied; the implied ratio is an audit of it. It is refused where
arrivals and departures part, where few teams are seen, and where level, rate and wait contradict
each other. Special cases of published aggregates:
`trueup.measure.summarising.littles_law.implied_throughput`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from trueup.estimate.estimator import SEED
from trueup.estimate.numerics.log_means import LogMeans, Sample, delta_error, log_means
from trueup.estimate.panel import NEVER, Bools, Floats, Ints, Panel
from trueup.measure.summarising.littles_law import GROWTH_BOUND, Consistency, consistency
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Interval, Window
from trueup.units import RATIO, RELATIVE, say, significant

FEWEST_TEAMS = 20
DRAWS = 1999
METRIC = "throughput ratio"
IN_PROGRESS, ARRIVED, LEFT, WAIT = (
    "changes_under_way_items",
    "arrived_changes_per_week",
    "deployed_changes_per_week",
    "lead_time_mean_seconds",
)
"""Columns of a panel: mean level in a period; changes begun and changes deployed a week in it;
their mean wait, seconds."""
_WEEK_SECONDS = 604_800.0
_PERIOD_WEEKS = {"week": 1.0, "month": 365.25 / 12 / 7}
SEEN = 0.8
"""Share of a unit's window in which it must be seen."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flow:
    """What each of some units had inside, took in and let out in one window.

    Parameters
    ----------
    level
        Time average of items inside (L), ``(n_units,)``.
    arrivals, departures
        Items in the window, ``(n_units,)``.
    wait
        Mean wait of the departures (W), seconds, ``(n_units,)``; anything where none left.
    seconds
        Length of the window.
    """

    level: Floats
    arrivals: Floats
    departures: Floats
    wait: Floats
    seconds: float

    @property
    def waited(self) -> Floats:
        """Seconds all departures waited, ``(n_units,)``: a mean over items, not over units."""
        return np.where(self.departures > 0, self.departures * self.wait, 0.0)

    @property
    def rate(self) -> Floats:
        """Departures per second, ``(n_units,)``."""
        return self.departures / self.seconds

    @property
    def surplus(self) -> float:
        """Arrivals less departures, as a share of departures."""
        gone = float(self.departures.sum())
        return (float(self.arrivals.sum()) - gone) / gone if gone > 0 else math.inf

    def law(self, tolerance: float) -> Consistency:
        """Say whether level, rate and wait describe the same items."""
        gone = float(self.departures.sum())
        wait = float(self.waited.sum()) / gone
        return consistency(float(self.level.sum()), gone / self.seconds, wait, tolerance=tolerance)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughputRatio:
    """Output after over before, as a proportion: counted, and implied by Little's law.

    Parameters
    ----------
    counted
        From departures; what to believe.
    implied
        ``(L1 / L0) / (W1 / W0)``, an audit of it; abstains where the law does not apply.
    """

    counted: Estimate | Abstention
    implied: Estimate | Abstention


def throughput_ratio(
    before: Flow,
    after: Flow,
    *,
    is_paired: bool,
    window: Window,
    source: str,
    level: float = 0.95,
    seed: int = SEED,
) -> ThroughputRatio:
    """Compare two windows of the same units (paired), or two sets of units.

    Paired units are resampled with both their windows, so that what a unit always was like drops
    out. ``log theta = log L1 - log L0 - log W1 + log W0``; waits are averaged over items.
    """
    few = _few(before, after)
    if few is not None:
        return ThroughputRatio(counted=few, implied=few)
    frame = _Frame(is_paired=is_paired, window=window, source=source, level=level, seed=seed)
    counted = frame.estimate(
        (before.rate[:, None], after.rate[:, None]),
        np.array([1.0]),
        before=before,
        estimator="departures counted",
        assumptions=(_NOTHING_ELSE,),
    )
    if isinstance(counted, Abstention):
        return ThroughputRatio(counted=counted, implied=counted)
    refused = _growing(before, after) or _contradictory(before, after)
    if refused is not None:
        return ThroughputRatio(counted=counted, implied=refused)
    figures = tuple(
        np.column_stack((flow.level, flow.waited, flow.departures)) for flow in (before, after)
    )
    implied = frame.estimate(
        (figures[0], figures[1]),
        np.array([1.0, -1.0, 1.0]),
        before=before,
        estimator="Little's law",
        assumptions=(_NOTHING_ELSE, "What enters leaves within the window, or as much does."),
    )
    return ThroughputRatio(counted=counted, implied=implied)


def throughput_of_adopters(
    panel: Panel, *, level: float = 0.95, seed: int = SEED
) -> ThroughputRatio | None:
    """Compare adopters' windows before and after adoption; None where a column is missing.

    Each unit's windows are equally long and touch at its adoption. Their length is the longest
    that half of the adopters, and no fewer than twenty, have on both sides.
    """
    weeks = _PERIOD_WEEKS.get(panel.grain)
    if weeks is None or not {IN_PROGRESS, ARRIVED, LEFT, WAIT} <= set(panel.columns):
        return None
    flows = _Flows(panel=panel, weeks=weeks)
    starts = panel.adopted_in
    adopters = np.flatnonzero(starts != NEVER)
    reach = np.minimum(starts[adopters], flows.seen_until - starts[adopters])
    needed = max(FEWEST_TEAMS, math.ceil(adopters.size / 2))
    if adopters.size < needed or (span := int(np.sort(reach)[-needed])) < 1:
        few = _too_few(int((reach > 0).sum()))
        return ThroughputRatio(counted=few, implied=few)
    chosen = adopters[reach >= span]
    before, after = (flows.over(chosen, shift, span) for shift in (-span, 0))
    whole = np.isfinite(before.level + after.level)
    return throughput_ratio(
        _taken(before, whole),
        _taken(after, whole),
        is_paired=True,
        window=panel.window,
        source=panel.source,
        level=level,
        seed=seed,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Flows:
    """Flow of chosen units in windows about their adoption."""

    panel: Panel
    weeks: float

    @property
    def seen_until(self) -> int:
        """Periods up to the last in which work in progress was observed anywhere."""
        known = np.isfinite(self.panel.column(IN_PROGRESS) + self.panel.column(ARRIVED))
        return int(self.panel.period[known].max(initial=-1)) + 1

    def over(self, chosen: Ints, shift: int, span: int) -> Flow:
        """Return what went on in `span` periods from `shift` after adoption on.

        Periods in which a unit is not seen are taken to be like those in which it is; with too
        few of those its level is NaN.
        """
        at = self.panel.adopted_in[chosen][:, None] + shift + np.arange(span)
        level, arrivals, left, wait = (
            self.panel.wide(name)[chosen[:, None], at]
            for name in (IN_PROGRESS, ARRIVED, LEFT, WAIT)
        )
        seen = np.isfinite(level + arrivals + left)
        timed = seen & (left > 0) & np.isfinite(wait)
        return Flow(
            level=np.where(seen.mean(axis=1) >= SEEN, _mean(level, seen), np.nan),
            arrivals=_mean(arrivals, seen) * span * self.weeks,
            departures=_mean(left, seen) * span * self.weeks,
            wait=_mean(wait * left, timed) / np.maximum(_mean(left, timed), 1e-12),
            seconds=span * self.weeks * _WEEK_SECONDS,
        )


def _mean(values: Floats, chosen: Bools) -> Floats:
    """Return the mean of the chosen values of each row, nought without any."""
    sums = np.where(chosen, values, 0.0).sum(axis=1)
    mean: Floats = sums / np.maximum(chosen.sum(axis=1), 1)
    return mean


def _taken(flow: Flow, whole: Bools) -> Flow:
    return replace(
        flow,
        level=flow.level[whole],
        arrivals=flow.arrivals[whole],
        departures=flow.departures[whole],
        wait=flow.wait[whole],
    )


_NOTHING_ELSE = "Nothing else changed between the two windows: no controls are set beside them."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What both ratios share."""

    is_paired: bool
    window: Window
    source: str
    level: float
    seed: int

    def estimate(
        self,
        figures: tuple[Floats, Floats],
        powers: Floats,
        *,
        before: Flow,
        estimator: str,
        assumptions: tuple[str, ...],
    ) -> Estimate | Abstention:
        samples = _samples(figures, powers, is_paired=self.is_paired)
        found = log_means(samples, level=self.level, draws=DRAWS, seed=self.seed)
        if found is None:
            return Abstention(
                metric=METRIC,
                reason="In one of the two windows nothing was inside, or nothing left.",
                remedy="Use longer windows.",
            )
        n = sum(len(sample.figures) for sample in samples)
        return Estimate(
            outcome="throughput",
            estimand="Output after over output before, all units together",
            design="before and after in the same units"
            if self.is_paired
            else "two sets of units side by side",
            estimator=estimator,
            value=math.expm1(found.value),
            unit=RELATIVE,
            standard_error=found.error,
            interval=_interval(found, self.level),
            speaks_of="units like these",
            n_rows=2 * len(before.level) if self.is_paired else n,
            n_units=n,
            n_treated=len(figures[1]),
            n_clusters=n,
            assumptions=assumptions,
            window=self.window,
            source=self.source,
            seed=self.seed,
        )


def _samples(
    figures: tuple[Floats, Floats], powers: Floats, *, is_paired: bool
) -> tuple[Sample, ...]:
    before, after = figures
    if is_paired:
        both = np.hstack((before, after))
        return (Sample(figures=both, powers=np.concatenate((-powers, powers))),)
    return (Sample(figures=before, powers=-powers), Sample(figures=after, powers=powers))


def _interval(found: LogMeans, level: float) -> Interval:
    return Interval(
        low=math.expm1(found.low),
        high=math.expm1(found.high),
        level=level,
        method="units resampled whole, bootstrap-t",
    )


def _few(before: Flow, after: Flow) -> Abstention | None:
    seen = min(len(before.level), len(after.level))
    return _too_few(seen) if seen < FEWEST_TEAMS else None


def _too_few(seen: int) -> Abstention:
    return Abstention(
        metric=METRIC,
        reason=f"{seen} units are seen on both sides; under {FEWEST_TEAMS} an interval is too "
        "narrow to be honest.",
        remedy=f"Wait until {FEWEST_TEAMS} units have a window before and after adoption.",
        n=seen,
        n_of="units",
    )


def _growing(before: Flow, after: Flow) -> Abstention | None:
    """Refuse where what enters and what leaves part: the law then speaks of unfinished work."""
    for name, flow in (("before", before), ("after", after)):
        if abs(flow.surplus) > GROWTH_BOUND:
            return Abstention(
                metric=METRIC,
                reason=f"In the window {name}, arrivals differ from departures by "
                f"{say(flow.surplus, RELATIVE)}: the law would count work that never left.",
                remedy="Read the departures that were counted; or choose windows in which as much "
                f"leaves as enters, within {say(GROWTH_BOUND, RATIO)}.",
            )
    return None


def _contradictory(before: Flow, after: Flow) -> Abstention | None:
    """Refuse where level, rate and wait cannot describe the same items."""
    for name, flow in (("before", before), ("after", after)):
        figures = np.column_stack((flow.level, flow.waited))
        error = delta_error(Sample(figures=figures, powers=np.array([1.0, -1.0])))
        law = flow.law(math.log1p(GROWTH_BOUND) + 2 * error)
        if not law.holds:
            return Abstention(
                metric=METRIC,
                reason=f"In the window {name}, work in progress is "
                f"{significant(math.exp(law.gap))} times what rate and wait imply: "
                "the three do not describe the same items.",
                remedy="Make all three speak of the same items between the same two boundaries.",
            )
    return None
