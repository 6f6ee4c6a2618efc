"""Everything the report says, measured in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from trueup.collect.connector import Progress
from trueup.config import Settings
from trueup.measure.catalogue import all_metrics, find_metric
from trueup.measure.comparing.beside import BesidePublished, beside_published
from trueup.measure.metric import Metric, Quantiles, Survival, Tables
from trueup.measure.plan import measure
from trueup.measure.practices.practice import Practices, practices
from trueup.measure.production.linkage import Linkage, linkage
from trueup.measure.questions import (
    DELIVERY,
    HANDED_OVER,
    QUESTIONS,
    RECORDS,
    STANDING,
    Question,
)
from trueup.measure.records.authorship import Prepared, horizon
from trueup.measure.records.presence import has, missing
from trueup.measure.spending.spend import USES, Spend, in_parts, spend
from trueup.measure.windows import DAY
from trueup.model.evidence import Abstention, Finding, Window
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
class RepositoryFindings:
    """What one run measured.

    Parameters
    ----------
    findings
        By metric name, in the order asked; groups say the slice. With several repositories,
        findings without a ``repository`` member speak of all of them together; with more than
        `MOST_APART` there are no others.
    metrics
        The definition of each metric that `findings`, `lacking` or `beside` names.
    window
        What "now" means in it; None when no repository has a commit.
    repositories
        Ids of the repositories, in alphabetical order.
    lacking
        Why questions about the whole delivery record were not asked: which records they lack. None
        where git is all there is.
    beside
        Published figures beside one's own; None where git is all there is.
    linkage
        How much of what belongs together is tied together.
    spent
        What AI tools cost and what came of it, which `findings` hold too; None where no use of
        any is recorded.
    practices
        How AI tools are put to work, by repository and by team.
    """

    findings: Mapping[str, tuple[Finding, ...]]
    metrics: tuple[Metric, ...]
    window: Window | None
    repositories: tuple[str, ...]
    lacking: tuple[Abstention, ...] = ()
    beside: BesidePublished | None = None
    linkage: tuple[Linkage, ...] = ()
    spent: Spend | None = None
    practices: Practices = field(default_factory=Practices)


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
    ready = Prepared(tables)
    asked, lacking = _questions(ready)
    handed = _handed_over(ready)
    if progress is not None:
        progress.stage("measuring", len(asked) + len(handed))
    since = _since(tables)
    names = tables["repository"].select("repository_id").to_pyarrow()["repository_id"]
    repositories = tuple(sorted(names.to_pylist()))
    found: dict[str, list[Finding]] = {}
    for question in (*asked, *handed):
        for by in _scopes(question, len(repositories)):
            found.setdefault(question.metric, []).extend(
                _answer(replace(question, by=by), ready, settings, window, since)
            )
        if progress is not None:
            progress.advance(1)
    spent = _spent(ready, settings, window, progress)
    for each in spent[1]:
        found.setdefault(each.metric, []).append(each)
    beside = _beside(ready, settings, progress) if len(asked) > len(QUESTIONS) else None
    named = {row.figure.metric for row in beside.rows} if beside else set()
    named |= found.keys() | {why.metric for why in lacking}
    return RepositoryFindings(
        findings={name: tuple(each) for name, each in found.items()},
        metrics=tuple(metric for name, metric in all_metrics().items() if name in named),
        window=window or _window(horizon(ready), RECENT_DAYS, since),
        repositories=repositories,
        lacking=lacking,
        beside=beside,
        linkage=linkage(ready) if beside else (),
        spent=spent[0],
        practices=practices(
            ready, k=settings.privacy.session_k, timezone=settings.workspace.timezone
        ),
    )


def _spent(
    tables: Prepared, settings: Settings, window: Window | None, progress: Progress | None
) -> tuple[Spend | None, tuple[Finding, ...]]:
    """Return what AI tools cost, and all that is to be found about it; nothing without any."""
    if not has(tables, USES):
        return None, ()
    if progress is not None:
        progress.stage("adding up what AI tools cost", None)
    found = spend(tables, settings, window=window)
    return found, (*found.all(), *in_parts(tables, settings, window=window))


def _questions(tables: Prepared) -> tuple[tuple[Question, ...], tuple[Abstention, ...]]:
    """Return what to ask of these records, and what not to for want of them."""
    if not any(has(tables, name) for name in RECORDS):
        return QUESTIONS, ()
    lacks = {q.metric: missing(find_metric(q.metric), tables, None) for q in DELIVERY}
    asked = tuple(question for question in DELIVERY if lacks[question.metric] is None)
    return (*QUESTIONS, *asked), tuple(why for why in lacks.values() if why is not None)


def _handed_over(tables: Prepared) -> tuple[Question, ...]:
    """Return what to ask of how work is handed over; nothing where no tool leaves a trace."""
    if not has(tables, "ai_attribution|ai_edit|ai_session"):
        return ()
    return tuple(q for q in HANDED_OVER if not missing(find_metric(q.metric), tables, None))


def _beside(tables: Prepared, settings: Settings, progress: Progress | None) -> BesidePublished:
    if progress is not None:
        progress.stage("laying it beside published figures", None)
    return beside_published(
        tables, k=settings.privacy.delivery_k, timezone=settings.workspace.timezone
    )


def _scopes(question: Question, repositories: int) -> list[tuple[str, ...]]:
    if question in (*DELIVERY, *HANDED_OVER) or not 2 <= repositories <= MOST_APART:
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
