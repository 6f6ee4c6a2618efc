"""The metrics the report speaks of, by name: the one place where report and measure meet."""

from __future__ import annotations

MARKED_COMMITS = "ai_marked_commits_ratio"
MARKED_ADDED_LINES = "ai_marked_added_lines_ratio"
MARKED_SURVIVING_LINES = "ai_marked_surviving_lines_ratio"

LANDED = "changes_landed_per_week"
RELEASED = "changes_released_per_week"
IN_PROGRESS = "changes_awaiting_release_items"
LANDED_TO_RELEASED = "landed_to_release_seconds"
FIRST_COMMIT_TO_LANDED = "first_commit_to_landed_seconds"
CHANGE_SIZE = "change_size_lines"

SURVIVAL = "line_survival_ratio"
SURVIVAL_DIFFERENCE = "line_survival_difference_ratio"
REVERTED = "reverted_changes_ratio"
FIX_FOLLOWED = "fix_follow_up_within_30_days_ratio"
CHURN = "churn_ratio"
OWNERS = "knowledge_spread_people"

QUEUE_GROWTH = "queue_growth_per_week"
THROUGHPUT_ASSOCIATION = "released_in_marked_months_ratio"
LEAD_TIME_ASSOCIATION = "lead_time_in_marked_months_ratio"
MEAN_WAIT = "landed_to_release_wait_seconds"
MEAN_TIME_TO_LAND = "first_commit_to_landed_wait_seconds"
BEING_WRITTEN = "changes_in_progress_items"
