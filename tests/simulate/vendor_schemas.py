"""Forms of vendors that publish none we can use, written down from their documentation by us.

Only fields the pages name are allowed, and of those the ones the sources read must be there.
GitLab: https://docs.gitlab.com/api/merge_requests/ and, beside it, notes, commits, pipelines,
deployments, resource_state_events. Jira:
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/ . PagerDuty:
https://developer.pagerduty.com/api-reference/ (Incidents, Log Entries, Services).
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_FLAG: Schema = {"type": "boolean"}
_SHA: Schema = {"type": "string", "pattern": "^[0-9a-f]{40}$"}
_ADDRESS: Schema = {"type": "string", "pattern": "^https://"}
_MILLISECONDS: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$",
}
_SECONDS: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$",
}
_JIRA: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}$"}


def _maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _all(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def _one_of(*values: str) -> Schema:
    return {"enum": list(values)}


def _form(**fields: Schema) -> Schema:
    """Return an object that has these fields, all of them and no other."""
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


_USER = _form(
    id=_COUNT,
    username=_TEXT,
    name=_TEXT,
    state=_one_of("active", "blocked", "deactivated"),
    avatar_url=_maybe(_ADDRESS),
    web_url=_ADDRESS,
)
MERGE_REQUEST = _form(
    id=_COUNT,
    iid=_COUNT,
    project_id=_COUNT,
    title=_TEXT,
    description=_maybe(_TEXT),
    state=_one_of("opened", "closed", "locked", "merged"),
    draft=_FLAG,
    created_at=_MILLISECONDS,
    updated_at=_MILLISECONDS,
    merged_at=_maybe(_MILLISECONDS),
    closed_at=_maybe(_MILLISECONDS),
    merge_user=_maybe(_USER),
    author=_USER,
    reviewers=_all(_USER),
    labels=_all(_TEXT),
    source_branch=_TEXT,
    target_branch=_TEXT,
    sha=_SHA,
    merge_commit_sha=_maybe(_SHA),
    squash_commit_sha=_maybe(_SHA),
)
NOTE = _form(
    id=_COUNT,
    type=_maybe(_one_of("DiffNote", "DiscussionNote")),
    body=_TEXT,
    author=_USER,
    created_at=_MILLISECONDS,
    updated_at=_MILLISECONDS,
    system=_FLAG,
    resolvable=_FLAG,
)
COMMIT = _form(
    id=_SHA,
    short_id=_TEXT,
    title=_TEXT,
    message=_TEXT,
    parent_ids=_all(_SHA),
    author_name=_TEXT,
    author_email=_TEXT,
    authored_date=_MILLISECONDS,
    committer_name=_TEXT,
    committer_email=_TEXT,
    committed_date=_MILLISECONDS,
)
STATE_EVENT = _form(
    id=_COUNT,
    user=_maybe(_USER),
    created_at=_MILLISECONDS,
    state=_one_of("closed", "reopened", "merged"),
)
_RUN_STATUS = _one_of(
    *("created", "waiting_for_resource", "preparing", "pending", "running", "success"),
    *("failed", "canceled", "skipped", "manual", "scheduled"),
)
PIPELINE = _form(
    id=_COUNT,
    iid=_COUNT,
    project_id=_COUNT,
    status=_RUN_STATUS,
    source=_one_of("push", "merge_request_event", "schedule", "parent_pipeline", "web"),
    ref=_TEXT,
    sha=_SHA,
    name=_maybe(_TEXT),
    created_at=_MILLISECONDS,
    updated_at=_MILLISECONDS,
)
DEPLOYMENT = _form(
    id=_COUNT,
    iid=_COUNT,
    ref=_TEXT,
    sha=_SHA,
    status=_one_of("created", "running", "success", "failed", "canceled", "blocked"),
    created_at=_MILLISECONDS,
    updated_at=_MILLISECONDS,
    user=_USER,
    environment=_form(id=_COUNT, name=_TEXT, slug=_TEXT),
    deployable=_form(
        id=_COUNT,
        name=_TEXT,
        status=_RUN_STATUS,
        created_at=_MILLISECONDS,
        started_at=_MILLISECONDS,
        finished_at=_MILLISECONDS,
        commit=_form(id=_SHA, title=_TEXT, message=_TEXT),
        pipeline=_form(id=_COUNT, status=_RUN_STATUS),
    ),
)

_PERSON = _form(
    accountId=_TEXT,
    displayName=_TEXT,
    accountType=_one_of("atlassian", "app", "customer"),
    active=_FLAG,
    emailAddress=_TEXT,
)
_STATUS = _form(
    id=_TEXT,
    name=_TEXT,
    statusCategory=_form(key=_one_of("new", "indeterminate", "done"), name=_TEXT),
)
ISSUE = _form(
    id=_TEXT,
    key={"type": "string", "pattern": r"^[A-Z][A-Z0-9]+-\d+$"},
    fields=_form(
        project=_form(id=_TEXT, key=_TEXT),
        summary=_TEXT,
        description=_maybe(_TEXT),
        issuetype=_form(id=_TEXT, name=_TEXT, subtask=_FLAG, hierarchyLevel={"type": "integer"}),
        status=_STATUS,
        created=_JIRA,
        updated=_JIRA,
        creator=_maybe(_PERSON),
        reporter=_maybe(_PERSON),
        assignee=_maybe(_PERSON),
        resolution=_maybe(_form(id=_TEXT, name=_TEXT)),
        resolutiondate=_maybe(_JIRA),
        priority=_form(id=_TEXT, name=_TEXT),
        components=_all(_form(id=_TEXT, name=_TEXT)),
        comment=_form(comments=_all({}), total=_COUNT, maxResults=_COUNT, startAt=_COUNT),
        worklog=_form(worklogs=_all({}), total=_COUNT, maxResults=_COUNT, startAt=_COUNT),
    ),
)
HISTORY = _form(
    id=_TEXT,
    created=_JIRA,
    author=_maybe(_PERSON),
    items=_all(
        _form(
            field=_TEXT,
            fieldtype=_TEXT,
            **{"from": _maybe(_TEXT)},
            fromString=_maybe(_TEXT),
            to=_maybe(_TEXT),
            toString=_maybe(_TEXT),
        )
    ),
)


def _reference(kind: str) -> Schema:
    return _form(
        id=_TEXT,
        type=_one_of(f"{kind}_reference"),
        summary=_TEXT,
        self=_ADDRESS,
        html_url=_ADDRESS,
    )


INCIDENT = _form(
    id={"type": "string", "pattern": "^[A-Z0-9]+$"},
    type=_one_of("incident"),
    summary=_TEXT,
    html_url=_ADDRESS,
    incident_number=_COUNT,
    title=_TEXT,
    created_at=_SECONDS,
    updated_at=_SECONDS,
    status=_one_of("triggered", "acknowledged", "resolved"),
    incident_key=_maybe(_TEXT),
    service=_reference("service"),
    assignments=_all({}),
    last_status_change_at=_SECONDS,
    resolved_at=_maybe(_SECONDS),
    alert_counts=_form(all=_COUNT, triggered=_COUNT, resolved=_COUNT),
    teams=_all(_reference("team")),
    acknowledgements=_all({}),
    last_status_change_by=_reference("user"),
    priority=_maybe({"type": "object"}),
    resolve_reason=_maybe({"type": "object"}),
    urgency=_one_of("high", "low"),
)
LOG_ENTRY = _form(
    id=_TEXT,
    type=_one_of(*(f"{kind}_log_entry" for kind in ("trigger", "acknowledge", "resolve"))),
    summary=_TEXT,
    created_at=_SECONDS,
    agent=_reference("user"),
    channel={"type": "object", "required": ["type"]},
    teams=_all(_reference("team")),
)
