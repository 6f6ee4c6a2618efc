"""What telemetry reports have published, by their own rows, beside the metric that computes each.

Figures are data: a user's own report is laid beside them, and a row whose value was never
published says so. All of them are associations within teams over time, by a vendor of the
instrument; neither report gives an interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["in the source", "by several others", "by another", "not published"]
TAKEAWAYS_2026 = "https://www.faros.ai/blog/ai-acceleration-whiplash-takeaways"
REPORT_2026 = "https://www.faros.ai/research/ai-acceleration-whiplash"
REPORT_2025 = "https://www.faros.ai/blog/ai-software-engineering"
NOT_PUBLISHED = "not published"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFigure:
    """One row of one edition of a report.

    Parameters
    ----------
    row
        Its id, e.g. ``ttfr_median``.
    edition
        Year of the report.
    title
        The report's words for it.
    metric
        Name of the metric that computes it here; empty where none does.
    group
        Which of the metric's findings, as sorted (dimension, member) pairs.
    figure
        As printed: a change from low to high adoption (``+67.4 %``), a level (``60 %``) or a move
        between levels (``0 % to 25 %``); `NOT_PUBLISHED` where the report gives none.
    change
        The same as a proportional difference; None where it is a level or not published.
    status
        ``in the source``: read in the report itself; ``by several others``: three readers or more
        quote it alike; ``by another``: fewer do.
    remark
        What must be said beside it; may be empty.
    """

    row: str
    edition: int
    title: str
    metric: str
    group: tuple[tuple[str, str], ...] = ()
    figure: str
    change: float | None = None
    status: Status
    link: str
    remark: str = ""


def published(metric: str) -> tuple[PublishedFigure, ...]:
    """Return the rows a metric computes, newest edition first; empty where there is none."""
    return tuple(each for each in FIGURES if each.metric == metric)


_MEDIAN = (("quantile", "0.5"),)
_MEAN = (("quantile", "mean"),)
_TENTH = "From the tenth of the sample that connects CI/CD."


def _row(  # a line of a table: row, title, metric, figure, then what is rarer
    row: str,
    title: str,
    metric: str,
    change: float | str | None,
    status: Status = "by several others",
    *,
    group: tuple[tuple[str, str], ...] = (),
    edition: int = 2026,
    remark: str = "",
) -> PublishedFigure:
    figure = NOT_PUBLISHED if change is None else str(change)
    if isinstance(change, float):
        figure = f"{100 * change:+.1f}".removesuffix(".0") + " %"
    return PublishedFigure(
        row=row,
        edition=edition,
        title=title,
        metric=metric,
        group=group,
        figure=figure,
        change=change if isinstance(change, float) else None,
        status=status if change is not None else "not published",
        link=REPORT_2025 if edition == 2025 else _link(status),
        remark=remark,
    )


def _link(status: Status) -> str:
    return REPORT_2026 if status == "in the source" else TAKEAWAYS_2026


_SOURCE: Status = "in the source"
_ANOTHER: Status = "by another"
FIGURES: tuple[PublishedFigure, ...] = (
    _row(
        "adopt_dev_wau",
        "developers using an AI tool weekly",
        "ai_active_developers_ratio",
        "60 %",
        _SOURCE,
    ),
    _row(
        "adopt_team_over50",
        "teams above 50 % weekly active users",
        "teams_mostly_using_ai_ratio",
        "80 %",
        _SOURCE,
    ),
    _row(
        "accept_rate",
        "AI code acceptance rate",
        "ai_code_accepted_ratio",
        "20 % to 60 %",
        _SOURCE,
        remark="From two sets of records.",
    ),
    _row(
        "pr_agent_reviewed",
        "pull requests reviewed by an AI agent",
        "changes_reviewed_by_ai_ratio",
        "0 % to 25 %",
        _SOURCE,
    ),
    _row(
        "pr_agent_authored",
        "pull requests opened autonomously by an agent",
        "changes_by_ai_agents_ratio",
        "below 1 %",
    ),
    _row(
        "ctx_pr_day",
        "daily pull request contexts per developer",
        "change_contexts_per_developer_day",
        0.674,
    ),
    _row(
        "ctx_task_day",
        "daily task contexts per developer",
        "work_item_contexts_per_developer_day",
        0.17,
        _ANOTHER,
    ),
    _row("work_restarts", "work restarts", "work_restarts_per_item", 0.138),
    _row("stalled_7d", "stalled in-progress tasks", "stalled_work_items_ratio", 0.26),
    _row(
        "tasks_per_dev",
        "task throughput per developer",
        "work_items_done_per_developer_week",
        0.337,
        _SOURCE,
    ),
    _row(
        "epics_per_dev",
        "epics completed per developer",
        "epics_done_per_developer_week",
        0.662,
        _SOURCE,
    ),
    _row(
        "tasks_with_pr_team",
        "tasks with an associated pull request, per team",
        "linked_work_items_done_per_team_week",
        2.1,
        remark="Links between tasks and changes may have moved more than the work did.",
    ),
    _row(
        "pr_merge_per_dev",
        "pull request merge rate per developer",
        "changes_landed_per_developer_week",
        0.162,
        _SOURCE,
    ),
    _row(
        "deploys_week",
        "deployments per week",
        "deployments_per_week",
        -0.117,
        _SOURCE,
        remark=_TENTH,
    ),
    _row("churn_ratio", "code churn", "proposed_churn_ratio", 8.61, _SOURCE),
    _row("pr_size", "average pull request size", "proposed_size_lines", 0.513, _SOURCE),
    _row("files_per_pr", "files edited per pull request", "changed_files", 0.597),
    _row(
        "files_per_dev_month",
        "files touched per developer per month",
        "files_touched_per_developer_month",
        1.499,
        _ANOTHER,
        remark="Distinct files or edits: the report does not say.",
    ),
    _row(
        "repos_per_dev_month",
        "repositories touched per developer per month",
        "repositories_touched_per_developer_month",
        None,
    ),
    _row(
        "review_comments_pr",
        "review comments per pull request",
        "human_review_comments",
        0.25,
        remark="The report does not tell people's comments from machines'.",
    ),
    _row(
        "review_comment_len",
        "length of review comments",
        "human_review_comment_characters",
        0.227,
        remark="The report does not tell people's comments from machines'.",
    ),
    _row("pr_no_review", "pull requests merged with no review", "unreviewed_changes_ratio", 0.313),
    _row("ttfr_median", "median time to first review", "pickup_seconds", 1.566, group=_MEDIAN),
    _row(
        "review_time_avg",
        "average time in review",
        "review_to_landed_seconds",
        1.996,
        group=_MEAN,
        remark="On which of two clocks is not said: opened_to_landed_seconds is the other.",
    ),
    _row(
        "review_time_median",
        "median time in review",
        "review_to_landed_seconds",
        4.415,
        group=_MEDIAN,
        remark="On which of two clocks is not said: opened_to_landed_seconds is the other.",
    ),
    _row(
        "time_in_progress",
        "task time in progress",
        "work_item_active_seconds",
        2.252,
        _ANOTHER,
        group=_MEAN,
    ),
    _row("time_waiting", "task time waiting", "work_item_waiting_seconds", None, group=_MEAN),
    _row("time_qa", "task time in QA", "work_item_qa_seconds", None, group=_MEAN),
    _row(
        "lead_time",
        "lead time",
        "lead_time_from_commit_seconds",
        4.804,
        group=_MEAN,
        remark=_TENTH + " Mean or median is not said.",
    ),
    _row(
        "incidents_per_pr",
        "incidents-to-pull-request ratio",
        "incidents_per_change",
        2.427,
        _SOURCE,
        remark="Beside incidents_month it implies that 54 % fewer changes were merged.",
    ),
    _row("incidents_month", "monthly incidents", "incidents_per_week", 0.579, _SOURCE),
    _row("bugs_per_dev", "bugs per developer", "bugs_per_developer_month", 0.54, _SOURCE),
    _row("bugs_per_pr", "bugs per pull request", "bugs_per_change", 0.287, _SOURCE),
    _row("tickets_reopened", "reopened tickets", "reopened_work_items_ratio", 0.126, _ANOTHER),
    _row(
        "tasks_per_dev",
        "tasks completed per developer",
        "work_items_done_per_developer_week",
        0.21,
        _SOURCE,
        edition=2025,
    ),
    _row(
        "pr_merge_per_dev",
        "pull requests merged",
        "changes_landed_per_developer_week",
        0.98,
        _SOURCE,
        edition=2025,
    ),
    _row(
        "review_time_avg",
        "pull request review time",
        "review_to_landed_seconds",
        0.91,
        _SOURCE,
        group=_MEAN,
        edition=2025,
    ),
    _row(
        "pr_size", "average pull request size", "proposed_size_lines", 1.54, _SOURCE, edition=2025
    ),
    _row(
        "bugs_per_dev",
        "bugs per developer",
        "bugs_per_developer_month",
        0.09,
        _SOURCE,
        edition=2025,
    ),
    _row(
        "ctx_task_day",
        "tasks touched per developer per day",
        "work_item_contexts_per_developer_day",
        0.09,
        _ANOTHER,
        edition=2025,
    ),
    _row(
        "ctx_pr_day",
        "pull requests touched per developer per day",
        "change_contexts_per_developer_day",
        0.47,
        edition=2025,
    ),
    _row(
        "adopt_dev_wau",
        "engineers using AI tools",
        "ai_active_developers_ratio",
        "75 %",
        _ANOTHER,
        edition=2025,
    ),
    *(
        _row(
            row,
            title,
            metric,
            "no significant correlation with adoption",
            _SOURCE,
            group=group,
            edition=2025,
        )
        for row, title, metric, group in (
            ("deploys_week", "deployment frequency, by company", "deployments_per_week", ()),
            ("lead_time", "lead time, by company", "lead_time_from_commit_seconds", _MEDIAN),
            (
                "change_failure_ratio",
                "change failure rate, by company",
                "failed_deployments_ratio",
                (),
            ),
            (
                "recovery",
                "recovery time, by company",
                "failed_deployment_recovery_seconds",
                _MEDIAN,
            ),
        )
    ),
)
"""Every row of the 2026 report in its order, then those of 2025."""
