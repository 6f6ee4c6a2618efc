"""The nouns of an organisation: teams, work, delivery, incidents, policies.

A ``grade`` says on what a row rests, best first: ``declared`` (a person or the tool itself says
so), ``derived`` (an unambiguous rule), ``guessed`` (a probability below 1 stands beside it).
"""

from __future__ import annotations

import pyarrow as pa

from trueup.model.table import AT as _AT
from trueup.model.table import COUNT as _COUNT
from trueup.model.table import NAME as _NAME
from trueup.model.table import RATIO as _RATIO
from trueup.model.table import TEXT as _TEXT
from trueup.model.table import new_table as _table

GRADES = ("declared", "derived", "guessed")
STAGE_CATEGORIES = ("queue", "active", "review", "qa", "done")
CHANGE_EVENTS = (
    *("opened", "ready", "draft", "pushed", "force_pushed", "review_requested"),
    *("commented", "closed", "reopened", "merged"),
)
DEFECT_STAGES = ("work_item", "review", "ci", "production")
MENTION_PLACES = ("branch", "title", "body", "commit")
POLICIES = ("roll_out", "leaderboard", "minimum_spend", "cap")

TEAM = _table(
    "team",
    "replace",
    ("team_id",),
    team_id=_TEXT,
    name=_TEXT,
    parent_team_id=_NAME,  # null at the top
    evidence=_NAME,  # "file", "forge_team", "codeowners", "tracker"
)

MEMBERSHIP = _table(
    "membership",
    "replace",
    (),
    team_id=_NAME,
    person_id=_NAME,  # pseudonym
    started_at=_AT,  # null = before anything recorded
    ended_at=_AT,  # null = still; the span is half open
    evidence=_NAME,  # "file", "forge_team", "codeowners"
)

IDENTITY_LINK = _table(
    "identity_link",
    "replace",
    ("account_id", "person_id", "linked_at"),
    account_id=_TEXT,
    person_id=_TEXT,  # the account that stands for the person: the first of those linked
    rule=_NAME,
    score=_RATIO,  # 1 = certain
    decided_by=_NAME,  # "rule" or "operator"
    linked_at=_AT,
    unlinked_at=_AT,  # null = still; a link taken back stays as a row
)

SERVICE = _table(
    "service",
    "replace",
    ("service_id", "repository_id", "path_prefix"),
    service_id=_TEXT,
    name=_TEXT,
    team_id=_NAME,  # who owns it; null when unknown
    repository_id=_NAME,
    path_prefix=_TEXT,  # "" = the whole repository
    evidence=_NAME,  # "file", "catalogue", "codeowners"
)

WORK_ITEM = _table(
    "work_item",
    "replace",
    ("work_item_id",),
    work_item_id=_TEXT,
    keys=pa.list_(pa.string()),  # as people write them, now and before a move; null: it is its id
    tracker=_NAME,
    team_id=_NAME,  # null when the tracker does not say
    item_type=_NAME,  # "feature", "task", "bug", "incident", "epic", "other"
    parent_work_item_id=_TEXT,
    stage=_NAME,  # STAGE_CATEGORIES: where it is now
    points=pa.float32(),  # null where not estimated
    created_at=_AT,
    done_at=_AT,  # last entry into "done"; null while it is not there
    resolution=_NAME,  # "done" or "abandoned"; null while it is not done
    assignee_person_id=_NAME,  # now; null when nobody
    found_in=_NAME,  # of a bug, DEFECT_STAGES: where it was caught; null where nobody says
)

WORK_ITEM_TRANSITION = _table(
    "work_item_transition",
    "replace",
    (),
    work_item_id=_NAME,
    happened_at=_AT,
    from_stage=_NAME,  # STAGE_CATEGORIES; null at creation
    to_stage=_NAME,  # STAGE_CATEGORIES
    person_id=_NAME,  # who moved it; null when unlinked or not a person
    to_status=_NAME,  # in the words of the tracker
)

WORK_ITEM_EVENT = _table(
    "work_item_event",
    "replace",
    (),
    work_item_id=_NAME,
    kind=_NAME,  # "created", "commented", "edited", "assigned", "moved", "logged_work"
    happened_at=_AT,
    person_id=_NAME,
    actor_kind=_NAME,
)

WORK_ITEM_CHANGE = _table(
    "work_item_change",
    "replace",
    ("work_item_id", "change_id"),
    work_item_id=_NAME,
    change_id=_NAME,
    grade=_NAME,
    probability=_RATIO,
)

WORK_ITEM_MENTION = _table(
    "work_item_mention",
    "replace",
    (),
    repository_id=_NAME,
    target_kind=_NAME,  # "change" or "commit": whose words name the work item
    target_id=_NAME,
    key=_NAME,  # "SHOP-12" as trackers write it, or the work_item_id of a forge's issue
    place=_NAME,  # MENTION_PLACES
    is_closing=pa.bool_(),  # the words say it closes, fixes or resolves the work item
)

PROPOSED_COMMIT = _table(
    "proposed_commit",
    "replace",
    ("change_id", "sha"),
    change_id=_NAME,
    repository_id=_NAME,
    sha=_TEXT,  # as proposed: squashing and rebasing land others
    position=_COUNT,  # 0 = the first
    authored_at=_AT,
    committed_at=_AT,
    author_account_id=_NAME,
    actor_kind=_NAME,
)

CHANGE_EVENT = _table(
    "change_event",
    "replace",
    (),
    change_id=_NAME,
    repository_id=_NAME,
    kind=_NAME,  # CHANGE_EVENTS
    happened_at=_AT,
    account_id=_NAME,
    actor_kind=_NAME,
)

REVIEW = _table(
    "review",
    "replace",
    ("review_id",),
    review_id=_TEXT,
    change_id=_NAME,
    repository_id=_NAME,
    reviewer_account_id=_NAME,
    actor_kind=_NAME,
    requested_at=_AT,  # null where the forge does not say
    submitted_at=_AT,
    verdict=_NAME,  # "approved", "changes_requested", "commented", "dismissed"
    comment_count=_COUNT,
)

REVIEW_COMMENT = _table(
    "review_comment",
    "replace",
    ("comment_id",),
    comment_id=_TEXT,
    review_id=_TEXT,  # null outside a review
    change_id=_NAME,
    repository_id=_NAME,
    account_id=_NAME,
    actor_kind=_NAME,
    written_at=_AT,
    length=_COUNT,  # characters; the text itself is never kept
    is_on_code=pa.bool_(),
)

PIPELINE_RUN = _table(
    "pipeline_run",
    "replace",
    ("run_id",),
    run_id=_TEXT,
    parent_run_id=_TEXT,  # of a child or downstream pipeline; null at the top
    repository_id=_NAME,
    service_id=_NAME,
    pipeline=_NAME,  # its name at the source
    attempt=_COUNT,  # 1 = the first
    trigger=_NAME,  # "push", "change", "schedule", "manual", "other"
    commit_id=_TEXT,
    change_id=_NAME,  # null when the source names none
    is_default_branch=pa.bool_(),
    queued_at=_AT,
    started_at=_AT,
    finished_at=_AT,  # null while it runs
    outcome=_NAME,  # "success", "failure", "cancelled", "timed_out", "skipped"; null while it runs
    tests_run=_COUNT,  # without those skipped; null where no test report is seen
    tests_failed=_COUNT,
    tests_skipped=_COUNT,
    account_id=_NAME,  # who started it; null when a machine did, or the source does not say
    actor_kind=_NAME,
)

ARTIFACT = _table(
    "artifact",
    "replace",
    ("artifact_id",),
    artifact_id=_TEXT,
    repository_id=_NAME,
    commit_id=_TEXT,
    run_id=_TEXT,  # the pipeline run that built it; null when unknown
    version=_TEXT,
    built_at=_AT,
)

DEPLOYMENT = _table(
    "deployment",
    "replace",
    ("deployment_id",),
    deployment_id=_TEXT,
    service_id=_NAME,
    repository_id=_NAME,
    environment=_NAME,  # "production", "staging", ...
    kind=_NAME,  # "deploy", "redeploy", "rollback"
    commit_id=_TEXT,  # null when the source names none
    started_at=_AT,
    finished_at=_AT,  # null while it runs
    outcome=_NAME,  # "success", "failure", "cancelled"; null while it runs
    evidence=_NAME,  # "forge_deployment", "pipeline", "tag", "webhook", "file"
    artifact_id=_TEXT,  # null when the source names none
    run_id=_TEXT,  # the pipeline run that deployed; null when unknown
)

DEPLOYMENT_CHANGE = _table(
    "deployment_change",
    "replace",
    ("deployment_id", "change_id"),
    deployment_id=_NAME,
    change_id=_NAME,  # each change the deployment brought that the one before it had not
    grade=_NAME,
    probability=_RATIO,
)

INCIDENT = _table(
    "incident",
    "replace",
    ("incident_id",),
    incident_id=_TEXT,
    service_id=_NAME,
    team_id=_NAME,
    severity=_NAME,  # in the words of the tracker
    opened_at=_AT,
    acknowledged_at=_AT,
    resolved_at=_AT,  # null while it lasts
    environment=_NAME,  # null when the source does not say
)

INCIDENT_LINK = _table(
    "incident_link",
    "replace",
    ("incident_id", "target_kind", "target_id"),
    incident_id=_NAME,
    target_kind=_NAME,  # "change", "deployment" or "work_item"
    target_id=_NAME,
    rule=_NAME,
    grade=_NAME,
    probability=_RATIO,
)

POLICY_EVENT = _table(
    "policy_event",
    "replace",
    ("policy_event_id",),
    policy_event_id=_TEXT,
    kind=_NAME,  # POLICIES
    team_id=_NAME,  # null = everyone
    tool=_NAME,  # null = every tool
    started_at=_AT,
    ended_at=_AT,  # null = still in force
)

PRACTICE = _table(
    "practice",
    "replace",
    ("repository_id", "practice", "seen_at"),
    repository_id=_NAME,
    practice=_NAME,  # e.g. "tests", "automated_deployment", "small_changes"
    seen_at=_AT,
    level_ratio=_RATIO,  # 0 = absent, 1 = everywhere
    rule_id=_NAME,
)

TOMBSTONE = _table(
    "tombstone",
    "replace",
    ("table_name", "row_id"),
    table_name=_NAME,
    row_id=_TEXT,  # value of the first key column of the row that is gone
    gone_at=_AT,  # when its absence was noticed
    reason=_NAME,  # "deleted", "moved", "merged" (into another), "not_visible"
)
