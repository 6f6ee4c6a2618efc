"""The canonical tables: one schema per noun, and how each one grows.

Ids are strings: a repository is its normalised remote address, else its root commit;
a commit is ``repository_id:sha``. Instants are int64 epoch microseconds UTC and end in
``_at``; durations end in ``_seconds``; shares end in ``_ratio`` and lie in 0..1.
The store adds ``source`` and ``collected_at`` to every row.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from trueup.model.ai_tables import AI_TABLES
from trueup.model.organisation_tables import (
    ARTIFACT,
    CHANGE_EVENT,
    DEPLOYMENT,
    DEPLOYMENT_CHANGE,
    IDENTITY_LINK,
    INCIDENT,
    INCIDENT_LINK,
    MEMBERSHIP,
    PIPELINE_RUN,
    POLICY_EVENT,
    PRACTICE,
    PROPOSED_COMMIT,
    REVIEW,
    REVIEW_COMMENT,
    SERVICE,
    TEAM,
    TOMBSTONE,
    WORK_ITEM,
    WORK_ITEM_CHANGE,
    WORK_ITEM_EVENT,
    WORK_ITEM_MENTION,
    WORK_ITEM_TRANSITION,
)
from trueup.model.surveys.tables import SURVEY_TABLES
from trueup.model.table import AT as _AT
from trueup.model.table import COUNT as _COUNT
from trueup.model.table import NAME as _NAME
from trueup.model.table import TEXT as _TEXT
from trueup.model.table import Table
from trueup.model.table import new_table as _table

ACTOR_KINDS = ("human", "bot", "ai_agent", "deleted", "unknown")
FILE_KINDS = ("code", "test", "docs", "config", "generated", "data", "other")
CHANGE_STATES = ("open", "merged", "closed")
ROLES = ("author", "reviewer", "disclosure", "disclosure_negative")

REPOSITORY = _table(
    "repository",
    "replace",
    ("repository_id",),
    repository_id=_TEXT,
    name=_TEXT,  # owner/name of the remote, else the folder's name
    remote_url=_TEXT,  # without user, password or token; null where there is none
    root_commit_sha=_TEXT,
    default_branch=_TEXT,  # null when HEAD is detached
    head_commit_id=_TEXT,  # null when empty
    is_shallow=pa.bool_(),
    is_partial=pa.bool_(),
    commit_count=_COUNT,  # reachable from HEAD
    first_commit_at=_AT,
    last_commit_at=_AT,  # newest trustworthy committer instant reachable from HEAD
)

ACCOUNT = _table(
    "account",
    "replace",
    ("repository_id", "account_id"),
    repository_id=_NAME,  # or the target that knows the account, where that is no repository
    account_id=_TEXT,  # pseudonym; clear identity only in identity.db
    person_id=_TEXT,  # pseudonym of the person; the account's own until links name one
    platform=_NAME,  # "git", "github", ...: where the account is used
    actor_kind=_NAME,  # ACTOR_KINDS
    tool=_NAME,  # when an AI agent
    link_rule=_NAME,  # by which rule person_id is who it is; null while it is the account itself
)

COMMIT = _table(
    "commit",
    "append",
    ("commit_id",),
    commit_id=_TEXT,
    repository_id=_NAME,
    sha=_TEXT,
    parent_shas=pa.list_(_TEXT),
    author_account_id=_NAME,
    committer_account_id=_NAME,
    authored_at=_AT,
    author_utc_offset_seconds=_COUNT,
    committed_at=_AT,
    committer_utc_offset_seconds=_COUNT,
    clock=_NAME,  # "ok", "too_old", "in_future": only "ok" instants enter time measures
    actor_kind=_NAME,  # of the author
    fix_rule=_NAME,  # null unless the message is fix-like; names the rule
    breaking_rule=_NAME,  # null unless the message declares a breaking change; names the rule
)

COMMIT_DIFF = _table(
    "commit_diff",
    "append",
    ("commit_id",),
    commit_id=_TEXT,
    repository_id=_NAME,
    file_count=_COUNT,
    lines_added=_COUNT,
    lines_deleted=_COUNT,
    binary_file_count=_COUNT,
    patch_id=_TEXT,  # digest of path, removed and added content; null for merges, empty commits
    inverse_patch_id=_TEXT,  # patch_id this commit would have if run backwards
)

COMMIT_FILE = _table(
    "commit_file",
    "append",
    ("commit_id", "path"),
    commit_id=_NAME,
    repository_id=_NAME,
    path=_NAME,
    old_path=_NAME,  # null unless renamed or copied
    status=_NAME,  # A M D R C T
    file_kind=_NAME,  # FILE_KINDS
    is_binary=pa.bool_(),
    lines_added=_COUNT,
    lines_deleted=_COUNT,
)

HUNK = _table(
    "hunk",
    "append",
    (),
    commit_id=_NAME,
    repository_id=_NAME,
    path=_NAME,
    old_start=_COUNT,
    old_lines=_COUNT,
    new_start=_COUNT,
    new_lines=_COUNT,
)

LINE_SPAN = _table(
    "line_span",
    "append",
    ("repository_id", "line_id"),
    repository_id=_NAME,
    line_id=pa.int64(),  # id of the first line; lines of a span have consecutive ids
    line_count=_COUNT,
    commit_id=_NAME,  # origin
    path=_NAME,  # at birth
    file_kind=_NAME,
    first_line=_COUNT,  # 1-based, in the file as the origin commit left it
)

LINE_DEATH = _table(
    "line_death",
    "append",
    (),
    repository_id=_NAME,
    span_line_id=pa.int64(),  # line_id of the span the lines belong to
    line_offset=_COUNT,  # 0-based within the span
    line_count=_COUNT,
    commit_id=_NAME,  # killer; null when an object git lacks hides it
)

LINE_REMOVAL = _table(
    "line_removal",
    "append",
    (),
    repository_id=_NAME,
    span_line_id=pa.int64(),
    line_offset=_COUNT,
    line_count=_COUNT,
    commit_id=_NAME,  # removed the lines, but is not their killer: others did so too, or undid it
)

COMMIT_REVERT = _table(
    "commit_revert",
    "replace",
    (),
    commit_id=_TEXT,
    repository_id=_NAME,
    reverted_commit_id=_TEXT,
    rule=_NAME,  # "message" or "content"
)

RELEASE = _table(
    "release",
    "replace",
    ("release_id",),
    release_id=_TEXT,  # repository_id:tag
    repository_id=_NAME,
    tag=_TEXT,
    commit_id=_TEXT,
    released_at=_AT,
    is_prerelease=pa.bool_(),
)

RELEASE_API_CHANGE = _table(
    "release_api_change",
    "replace",
    (),
    repository_id=_NAME,
    release_id=_TEXT,
    previous_release_id=_TEXT,  # the full release it was compared with
    package=_NAME,  # path of the package in the repository, e.g. "src/flask"
    kind=_NAME,  # of breakage, as griffe names it; null of the row that says it was compared
    breakage_count=_COUNT,
    is_compared=pa.bool_(),  # false where a file could not be read or time ran out
)

CHANGE = _table(
    "change",
    "replace",
    ("change_id",),
    change_id=_TEXT,  # repository_id#number, else repository_id:sha of the landing commit
    repository_id=_NAME,
    number=_COUNT,  # null unless the landing names one
    landing=_NAME,  # "merge", "squash", "rebase", "direct"; null while it has not landed
    landed_commit_id=_TEXT,  # null while it has not landed
    landed_at=_AT,
    author_account_id=_NAME,
    actor_kind=_NAME,
    first_commit_at=_AT,  # null where git cannot show it
    first_commit_evidence=_NAME,  # "merge", "pull_ref" or "forge"; null where it cannot
    first_release_id=_TEXT,  # null while unreleased
    released_at=_AT,
    state=_NAME,  # CHANGE_STATES; git knows only what merged
    opened_at=_AT,  # this and all below: null where only git was read
    ready_at=_AT,  # last put up for review; when it was opened unless it was a draft; null if draft
    closed_at=_AT,  # merged or given up; null while open
    merged_by_account_id=_NAME,
    head_sha=_TEXT,  # newest commit proposed
    lines_added=_COUNT,
    lines_deleted=_COUNT,
    file_count=_COUNT,
    commit_count=_COUNT,  # proposed
)

CHANGE_COMMIT = _table(
    "change_commit",
    "replace",
    ("commit_id",),
    change_id=_NAME,
    repository_id=_NAME,
    commit_id=_TEXT,  # every commit reachable from HEAD belongs to exactly one change
)

AI_ATTRIBUTION = _table(
    "ai_attribution",
    "replace",
    (),
    repository_id=_NAME,
    target_kind=_NAME,  # "commit" or "change"
    target_id=_NAME,
    tool=_NAME,
    model=_NAME,  # null where the marker names none
    role=_NAME,  # ROLES
    rule_id=_NAME,
    rules_version=_NAME,
    session_id=_TEXT,  # null unless the marker carries one
    probability=pa.float32(),
)

AI_EDIT = _table(
    "ai_edit",
    "replace",
    (),
    repository_id=_NAME,
    noted_commit_id=_NAME,  # the commit the note hangs on
    commit_id=_NAME,  # the landed commit it was carried to; null when lost
    carried_by=_NAME,  # "same_commit", "patch", "content"; null when lost
    path=_NAME,
    first_line=_COUNT,
    line_count=_COUNT,
    tool=_NAME,
    model=_NAME,
    session_id=_NAME,
)

STAGE_INTERVAL = _table(
    "stage_interval",
    "replace",
    ("item_kind", "item_id", "stage", "attempt"),
    item_kind=_NAME,
    item_id=_TEXT,
    repository_id=_NAME,
    stage=_NAME,  # docs/reference/tables.md lists them by item_kind
    attempt=_COUNT,
    entered_at=_AT,
    started_at=_AT,  # null = unknown
    left_at=_AT,  # null = still in the stage
    outcome=_NAME,
    size=_COUNT,
    team_id=_NAME,  # null from git, which knows no teams
    service_id=_NAME,  # null from git
)

COVERAGE = _table(
    "coverage",
    "replace",
    (),
    repository_id=_NAME,
    subject=_TEXT,  # what was looked for, e.g. "commits", "file diffs", "releases"
    expected=pa.int64(),  # null when unknown
    seen=pa.int64(),
    skipped=pa.int64(),
    reason=_TEXT,  # why skipped or missing; empty when nothing is
    remedy=_TEXT,  # what would cure it; empty when nothing needs curing
)

REPLAY_STATE = _table(
    "replay_state",
    "replace",
    ("repository_id", "path"),
    repository_id=_NAME,
    path=pa.binary(),  # as git stores it
    blob=_TEXT,
    line_ids=pa.large_binary(),  # little-endian int32 ids, one per line of the blob
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        REPOSITORY,
        ACCOUNT,
        COMMIT,
        COMMIT_DIFF,
        COMMIT_FILE,
        HUNK,
        LINE_SPAN,
        LINE_DEATH,
        LINE_REMOVAL,
        COMMIT_REVERT,
        RELEASE,
        RELEASE_API_CHANGE,
        CHANGE,
        CHANGE_COMMIT,
        AI_ATTRIBUTION,
        AI_EDIT,
        STAGE_INTERVAL,
        COVERAGE,
        REPLAY_STATE,
        TEAM,
        MEMBERSHIP,
        IDENTITY_LINK,
        SERVICE,
        WORK_ITEM,
        WORK_ITEM_TRANSITION,
        WORK_ITEM_EVENT,
        WORK_ITEM_MENTION,
        WORK_ITEM_CHANGE,
        PROPOSED_COMMIT,
        CHANGE_EVENT,
        REVIEW,
        REVIEW_COMMENT,
        PIPELINE_RUN,
        ARTIFACT,
        DEPLOYMENT,
        DEPLOYMENT_CHANGE,
        INCIDENT,
        INCIDENT_LINK,
        *AI_TABLES,
        POLICY_EVENT,
        PRACTICE,
        *SURVEY_TABLES,
        TOMBSTONE,
    )
}
