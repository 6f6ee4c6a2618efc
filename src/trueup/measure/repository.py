"""Everything the report on git history says, measured in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from trueup.collect.connector import Progress
from trueup.config import Settings
from trueup.measure.authorship import Prepared, horizon
from trueup.measure.catalogue import all_metrics, find_metric
from trueup.measure.metric import Metric, Quantiles, Survival, Tables
from trueup.measure.plan import measure
from trueup.measure.windows import DAY, Every
from trueup.model.evidence import Finding, Window
from trueup.units import SECONDS

RECENT_DAYS = 365
"""What "now" means: totals speak of this many days up to the newest commit."""
YEARS_BACK = 3
"""How far series by month, line lives and comparisons of months reach back."""
DISTRIBUTION = (0.1, 0.25, 0.5, 0.75, 0.85, 0.95)
MOST_APART = 12
"""With more repositories than this they are measured together only: nobody reads sixty columns."""
AGES = (0, 1, 3, 7, 14, 21, 30, 45, 60, 75, 90, 120, 150, 180, 240, 300, 365, 480, 600, 730)
"""Ages at which survival curves are drawn, in days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One metric at one grain, as the report asks it.

    Parameters
    ----------
    is_long
        Over the years of history instead of the recent days.
    """

    metric: str
    by: tuple[str, ...] = ()
    every: Every | None = None
    is_long: bool = False


QUESTIONS = (
    Question(metric="ai_marked_commits_ratio"),
    Question(metric="ai_marked_commits_ratio", every="month", is_long=True),
    Question(metric="ai_marked_commits_ratio", by=("tool",)),
    Question(metric="ai_marked_commits_ratio", by=("tool",), every="month", is_long=True),
    Question(metric="ai_marked_commits_ratio", by=("model",)),
    Question(metric="ai_marked_added_lines_ratio"),
    Question(metric="ai_marked_surviving_lines_ratio", is_long=True),
    Question(metric="bot_commits_ratio"),
    Question(metric="commits_per_week"),
    Question(metric="changes_landed_per_week"),
    Question(metric="changes_landed_per_week", every="month", is_long=True),
    Question(metric="changes_released_per_week"),
    Question(metric="changes_released_per_week", every="month", is_long=True),
    Question(metric="changes_awaiting_release_items"),
    Question(metric="changes_awaiting_release_items", every="month", is_long=True),
    Question(metric="changes_in_progress_items"),
    Question(metric="queue_growth_per_week"),
    Question(metric="landed_to_release_seconds"),
    Question(metric="first_commit_to_landed_seconds"),
    Question(metric="landed_to_release_wait_seconds"),
    Question(metric="landed_to_release_wait_seconds", every="quarter", is_long=True),
    Question(metric="first_commit_to_landed_wait_seconds"),
    Question(metric="change_size_lines"),
    Question(metric="change_size_lines", every="month", is_long=True),
    Question(metric="change_size_lines", by=("origin",)),
    Question(metric="reverted_changes_ratio"),
    Question(metric="reverted_changes_ratio", by=("origin",)),
    Question(metric="fix_follow_up_within_30_days_ratio"),
    Question(metric="fix_follow_up_within_30_days_ratio", by=("origin",)),
    Question(metric="churn_ratio"),
    Question(metric="knowledge_spread_people", is_long=True),
    Question(metric="line_survival_ratio", is_long=True),
    Question(metric="line_survival_ratio", by=("origin",), is_long=True),
    Question(metric="line_survival_difference_ratio", is_long=True),
    Question(metric="released_in_marked_months_ratio", is_long=True),
    Question(metric="lead_time_in_marked_months_ratio", is_long=True),
)
STANDING = ("ai_marked_surviving_lines_ratio", "knowledge_spread_people")
"""Metrics of what stands today, whenever it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryFindings:
    """What one run measured.

    Parameters
    ----------
    findings
        By metric name, in the order asked; groups say the slice. With several repositories,
        findings without a ``repository`` member speak of all of them together; with more than
        `MOST_APART` there are no others.
    metrics
        The definition of each metric in `findings`.
    window
        What "now" means in it; None when no repository has a commit.
    repositories
        Ids of the repositories, in alphabetical order.
    """

    findings: Mapping[str, tuple[Finding, ...]]
    metrics: tuple[Metric, ...]
    window: Window | None
    repositories: tuple[str, ...]


def measure_repository(
    tables: Tables,
    settings: Settings,
    *,
    window: Window | None = None,
    progress: Progress | None = None,
) -> RepositoryFindings:
    """Measure everything the report needs, for each repository and for all together.

    Parameters
    ----------
    window
        Asked of every metric; by default totals take the last 365 days up to the newest commit,
        and series three years, or as long as there are commits.
    progress
        Told how many questions there are, and of each one answered.
    """
    if progress is not None:
        progress.stage("measuring", len(QUESTIONS))
    ready = Prepared(tables)
    since = _since(tables)
    names = tables["repository"].select("repository_id").to_pyarrow()["repository_id"]
    repositories = tuple(sorted(names.to_pylist()))
    found: dict[str, list[Finding]] = {}
    for question in QUESTIONS:
        for by in _scopes(question, len(repositories)):
            found.setdefault(question.metric, []).extend(
                _answer(replace(question, by=by), ready, settings, window, since)
            )
        if progress is not None:
            progress.advance(1)
    return RepositoryFindings(
        findings={name: tuple(each) for name, each in found.items()},
        metrics=tuple(metric for name, metric in all_metrics().items() if name in found),
        window=window or _window(horizon(ready), RECENT_DAYS, since),
        repositories=repositories,
    )


def _scopes(question: Question, repositories: int) -> list[tuple[str, ...]]:
    if not 2 <= repositories <= MOST_APART:
        return [question.by]
    return [question.by, ("repository", *question.by)]


def _answer(
    question: Question,
    tables: Prepared,
    settings: Settings,
    window: Window | None,
    since: int | None,
) -> list[Finding]:
    metric = find_metric(question.metric)
    days = 365 * YEARS_BACK if question.is_long else RECENT_DAYS
    span = window or _window(horizon(tables), days, since)
    if metric.name in STANDING and window is None:
        span = None
    return measure(
        _drawn(metric, question),
        tables,
        by=question.by,
        every=question.every,
        window=span,
        k=settings.privacy.delivery_k,
        timezone=settings.workspace.timezone,
    )


def _drawn(metric: Metric, question: Question) -> Metric:
    """Return the metric with as many points as its chart draws."""
    summary = metric.summary
    if isinstance(summary, Quantiles) and question.every is None and metric.unit == SECONDS:
        return replace(metric, summary=replace(summary, shares=DISTRIBUTION))
    if isinstance(summary, Survival) and not summary.difference:
        return replace(metric, summary=replace(summary, ages_days=AGES))
    return metric


def _window(until: int | None, days: int, since: int | None) -> Window | None:
    """Return so many days, or the history there is: nothing can be said of a time before it."""
    if until is None:
        return None
    start = until - days * DAY
    return Window(start_at=max(start, min(until, since or start)), end_at=until)


def _since(tables: Tables) -> int | None:
    """Return the first instant with a commit on a default branch; None where there is none."""
    rows = tables["repository"].select("first_commit_at").to_pyarrow()["first_commit_at"]
    known = [at for at in rows.to_pylist() if at is not None]
    return min(known, default=None)
