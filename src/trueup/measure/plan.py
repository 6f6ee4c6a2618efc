"""One way to ask any metric at any grain: grouping, windows, n, coverage, intervals, k-rule."""

from __future__ import annotations

from dataclasses import replace

from trueup.measure.frames.frame import SEED, Asked, fetch
from trueup.measure.metric import (
    FEWEST_USERS,
    Elasticity,
    Metric,
    MonthsCompared,
    Steps,
    Survival,
    Tables,
    Trend,
    Waits,
)
from trueup.measure.records.presence import missing
from trueup.measure.summarising.elasticity import elasticity_findings
from trueup.measure.summarising.marked_months import compare_months
from trueup.measure.summarising.queue import wait_findings
from trueup.measure.summarising.stage_costs import step_findings
from trueup.measure.summarising.summaries import Task, summarise
from trueup.measure.summarising.survival import survive
from trueup.measure.summarising.trend import trend_findings
from trueup.measure.windows import Every
from trueup.model.evidence import Abstention, Finding, Window


def measure(  # the front door of the room: each option is one the command line offers
    metric: Metric,
    tables: Tables,
    *,
    by: tuple[str, ...] = (),
    every: Every | None = None,
    window: Window | None = None,
    k: int = 5,
    timezone: str = "UTC",
    seed: int = SEED,
) -> list[Finding]:
    """Answer a metric's question for every slice asked for.

    Parameters
    ----------
    by
        Dimensions to split by, of `trueup.measure.metric.DIMENSIONS`. Splits by team, service,
        tool, model, origin or actor kind show groups of at least `k` persons; smaller ones roll
        up. Metrics of what AI tools record never show groups of fewer than 8.
    every
        Also split by calendar month, quarter or ISO week of `timezone`.
    window
        Only rows in it; by default all of history up to the newest commit.
    seed
        Of the resampling; the same seed gives the same intervals.

    Raises
    ------
    PersonIsNotAUnit
        `by` names persons.
    MeasureError
        The metric cannot be split so.
    """
    by = (*dict.fromkeys((*metric.apart, *by)),)
    k = max(k, FEWEST_USERS) if metric.of_sessions else k
    asked = Asked(by=by, every=every, window=window, k=k, timezone=timezone, seed=seed)
    lacking = missing(metric, tables, window)
    if lacking is not None:
        return [lacking]
    if metric.is_bound is not None and metric.is_bound(tables):
        metric = replace(metric, qualifier="at least")
    if isinstance(metric.summary, Survival):
        found = survive(metric, tables, asked)
    elif isinstance(metric.summary, Waits):
        found = wait_findings(metric, tables, asked)
    elif isinstance(metric.summary, Steps):
        found = step_findings(metric, tables, asked)
    elif isinstance(metric.summary, MonthsCompared):
        found = compare_months(metric, tables, asked)
    elif isinstance(metric.summary, Trend):
        found = trend_findings(metric, tables, asked)
    elif isinstance(metric.summary, Elasticity):
        found = elasticity_findings(metric, tables, asked)
    else:
        frame = fetch(metric, tables, asked)
        found = summarise(Task(metric=metric, frame=frame, asked=asked)) if frame else []
    return found or [_empty(metric, window)]


def _empty(metric: Metric, window: Window | None) -> Abstention:
    return Abstention(
        metric=metric.name,
        reason=f"There are no {metric.n_of} in the window.",
        remedy="Widen the window, or connect a repository that has some.",
        n_of=metric.n_of,
        window=window,
    )
