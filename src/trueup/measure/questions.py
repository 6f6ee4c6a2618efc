"""What the report asks of the records, metric by metric."""

from __future__ import annotations

from dataclasses import dataclass

from trueup.measure.windows import Every


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

RECORDS = (*("change.opened_at", "review", "work_item", "pipeline_run", "deployment", "incident"),)
"""What is there only where more than git is connected; without any, `DELIVERY` is not asked."""

DELIVERY = (
    Question(metric="deployments_per_week"),
    Question(metric="deployment_batch_items"),
    Question(metric="lead_time_from_commit_seconds"),
    Question(metric="lead_time_from_ready_seconds"),
    Question(metric="failed_deployments_ratio"),
    Question(metric="failed_deployments_ratio", by=("stage",)),
    Question(metric="failed_deployment_recovery_seconds"),
    Question(metric="deployment_rework_ratio"),
    Question(metric="deployed_changes_ratio"),
    Question(metric="incidents_per_week"),
    Question(metric="rework_free_changes_ratio"),
    Question(metric="rework_free_lines_ratio"),
    Question(metric="cycle_time_seconds"),
    Question(metric="cycle_time_seconds", by=("stage",)),
    Question(metric="stage_level_items"),
    Question(metric="stage_arrivals_per_week"),
    Question(metric="stage_departures_per_week"),
    Question(metric="stage_wait_seconds"),
    Question(metric="pickup_seconds"),
    Question(metric="review_to_landed_seconds"),
    Question(metric="first_ai_review_seconds"),
    Question(metric="changes_reviewed_by_ai_ratio"),
    Question(metric="review_load_per_week"),
    Question(metric="review_depth_comments"),
    Question(metric="changes_with_code_comments_ratio"),
    Question(metric="quick_silent_approvals_ratio"),
    Question(metric="changes_without_human_review_ratio"),
    Question(metric="human_review_comments"),
    Question(metric="machine_review_comments"),
    Question(metric="changes_landed_per_week", by=("actor_kind",)),
    Question(metric="opened_to_landed_seconds", by=("actor_kind",)),
    Question(metric="proposed_size_lines", by=("actor_kind",)),
    Question(metric="changes_without_human_review_ratio", by=("actor_kind",)),
    Question(metric="work_item_flow_seconds"),
    Question(metric="work_item_active_seconds"),
    Question(metric="work_item_waiting_seconds"),
    Question(metric="flow_efficiency_ratio"),
    Question(metric="work_item_age_seconds"),
    Question(metric="old_work_items_ratio"),
    Question(metric="stalled_work_items_ratio"),
    Question(metric="work_restarts_per_item"),
    Question(metric="reopened_work_items_ratio"),
    Question(metric="defects_caught_ratio"),
    Question(metric="defects_escaped_ratio"),
    Question(metric="defect_recovery_seconds"),
    Question(metric="later_defect_recovery_ratio"),
    Question(metric="declared_breaking_changes_ratio"),
    Question(metric="major_releases_ratio"),
    Question(metric="breaking_releases_ratio"),
    Question(metric="checks_passed_first_ratio"),
    Question(metric="flaky_checks_ratio"),
    Question(metric="pipeline_run_seconds"),
    Question(metric="foundation_ratio"),
)
"""What the whole delivery record is asked, of everything together; what lacks its records is not
asked, and stands in `RepositoryFindings.lacking`."""

HANDED_OVER = (
    Question(metric="handed_over_sessions_ratio"),
    Question(metric="own_attempt_first_ratio"),
    Question(metric="unmarked_draft_first_ratio"),
    Question(metric="verbatim_lines_1_day_ratio"),
    Question(metric="verbatim_lines_14_days_ratio"),
    Question(metric="own_later_edits_ratio", by=("origin",), is_long=True),
    Question(metric="review_depth_comments", by=("origin",)),
    Question(metric="review_depth_people", by=("origin",)),
    Question(metric="changes_without_human_review_ratio", by=("origin",)),
    Question(metric="acquainted_people", by=("origin",), is_long=True),
    Question(metric="unaided_first_pass_ratio_per_year", is_long=True),
)
"""What is asked of everything together where AI tools leave marks, notes or sessions, and what a
question needs is recorded."""
