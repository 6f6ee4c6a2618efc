"""Issues as Jira gives them, drawn by hand in the documented forms.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/#api/2/issue
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

Payload = dict[str, Any]

STATUSES: dict[str, tuple[str, str]] = {
    "To Do": ("10000", "new"),
    "In Progress": ("3", "indeterminate"),
    "In Review": ("10001", "indeterminate"),
    "QA": ("10002", "indeterminate"),
    "Blocked": ("10003", "indeterminate"),
    "Ready for QA": ("10004", "indeterminate"),
    "Done": ("10005", "done"),
    "Closed": ("6", "done"),
}
"""Id and category by name."""

POINTS, TEAM, EPIC, DEVELOPMENT, FOUND_IN = (
    *("customfield_10016", "customfield_10001", "customfield_10014"),
    *("customfield_10000", "customfield_10050"),
)
FIELDS: list[Payload] = [
    {"id": "summary", "name": "Summary", "custom": False, "schema": {"type": "string"}},
    {
        "id": POINTS,
        "name": "Story point estimate",
        "custom": True,
        "schema": {"type": "number", "custom": "com.pyxis.greenhopper.jira:jsw-story-points"},
    },
    {
        "id": TEAM,
        "name": "Team",
        "custom": True,
        "schema": {
            "type": "team",
            "custom": "com.atlassian.jira.plugin.system.customfieldtypes:atlassian-team",
        },
    },
    {
        "id": EPIC,
        "name": "Epic Link",
        "custom": True,
        "schema": {"type": "any", "custom": "com.pyxis.greenhopper.jira:gh-epic-link"},
    },
    {
        "id": DEVELOPMENT,
        "name": "development",
        "custom": True,
        "schema": {
            "type": "any",
            "custom": "com.atlassian.jira.plugins.jira-development-integration-plugin:devsummarycf",
        },
    },
    {
        "id": FOUND_IN,
        "name": "Found in",
        "custom": True,
        "schema": {
            "type": "option",
            "custom": "com.atlassian.jira.plugin.system.customfieldtypes:select",
        },
    },
]


def status(name: str) -> Payload:
    """Return a status as it stands in an issue and in lists of statuses."""
    native, category = STATUSES[name]
    return {"id": native, "name": name, "statusCategory": {"key": category, "name": category}}


def person(
    account: str, name: str, *, email: str | None = None, kind: str = "atlassian"
) -> Payload:
    """Return a user of the cloud."""
    shown = {} if email is None else {"emailAddress": email}
    return {"accountId": account, "displayName": name, "accountType": kind, "active": True} | shown


def member(key: str, name: str, *, email: str | None = None) -> Payload:
    """Return a user of a data center."""
    shown = {} if email is None else {"emailAddress": email}
    return {"key": key, "name": key.lower(), "displayName": name, "active": True} | shown


ADA = person("5b10ada", "Ada Lovelace", email="ada@example.org")
BOB = person("5b10b0b", "Bob Stone")
ROBOT = person("557058:f5", "Automation for Jira", kind="app")


def item(name: str, before: str | None, after: str | None, **ids: str | None) -> Payload:
    """Return one change of a field."""
    return {
        "field": name,
        "fieldtype": "jira",
        "from": ids.get("before_id"),
        "fromString": before,
        "to": ids.get("after_id"),
        "toString": after,
    }


def moved(before: str, after: str) -> Payload:
    """Return a change of status."""
    return item("status", before, after, before_id=STATUSES[before][0], after_id=STATUSES[after][0])


def entry(native: int, at: str, *items: Payload, by: Payload | None = ADA) -> Payload:
    """Return an entry of a history."""
    return {"id": str(native), "created": at, "author": by, "items": list(items)}


def issue(
    native: int,
    key: str,
    *histories: Payload,
    now: Any = "To Do",
    kind: Any = "Task",
    created: Any = "2026-03-02T09:00:00.000+0100",
    updated: Any = "2026-03-02T09:00:00.000+0100",
    **fields: Any,
) -> Payload:
    """Return an issue; the server takes its history out where Jira would."""
    return {
        "id": str(native),
        "key": key,
        "fields": {
            "project": {"id": "10000", "key": "SHOP"},
            "summary": f"Words about {key}",
            "description": "Words nobody may keep",
            "issuetype": {"id": "1", "name": kind, "subtask": False, "hierarchyLevel": 0},
            "status": status(now),
            "created": created,
            "updated": updated,
            "creator": ADA,
            "reporter": ADA,
            "assignee": None,
            "resolution": None,
            "resolutiondate": None,
            "priority": {"id": "3", "name": "Medium"},
            "components": [],
            "comment": {"comments": [], "total": 0, "maxResults": 0, "startAt": 0},
            "worklog": {"worklogs": [], "total": 0, "maxResults": 20, "startAt": 0},
        }
        | fields,
        "histories": list(histories),
    }


def comments(*at: str, by: Payload | None = BOB) -> Payload:
    """Return the comments of an issue."""
    listed = [
        {"id": str(n), "created": one, "author": by, "body": "Words nobody may keep"}
        for n, one in enumerate(at)
    ]
    return {"comments": listed, "total": len(listed), "maxResults": len(listed), "startAt": 0}


def worklogs(*at: str, by: Payload | None = BOB) -> Payload:
    """Return the work logs of an issue."""
    listed = [
        {"id": str(n), "started": one, "author": by, "comment": "Words", "timeSpentSeconds": 60}
        for n, one in enumerate(at)
    ]
    return {"worklogs": listed, "total": len(listed), "maxResults": 20, "startAt": 0}


def micros(text: str) -> int:
    """Return epoch microseconds of an instant written with its offset."""
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp()) * 1_000_000
