"""The story as Jira's cloud tells it: issues with their whole history.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from trueup.simulate.payloads.instants import with_offset
from trueup.simulate.payloads.story import Actor, Item, Organisation, Repository
from trueup.simulate.payloads.telling import project

Payload = dict[str, Any]
STATUSES = {
    "To Do": ("10000", "new"),
    "In Progress": ("3", "indeterminate"),
    "In Review": ("10001", "indeterminate"),
    "Done": ("10005", "done"),
}
"""Id and category by name."""


def projects(organisation: Organisation) -> dict[str, str]:
    """Return the projects, id to key."""
    return {_native(one): project(one.team) for one in organisation.repositories.values()}


def issues(organisation: Organisation) -> Iterator[Payload]:
    """Yield every issue, its history below ``histories``."""
    for one in organisation.repositories.values():
        for item in one.items:
            yield _issue(one, item)


def _native(one: Repository) -> str:
    return str(20_000 + one.team)


def _issue(one: Repository, item: Item) -> Payload:
    created = item.steps[0][0]
    histories = list(_histories(item))
    updated = max(at for at, _ in (*item.steps, (item.moved_at or created, "")))
    kind = {"id": "1", "name": item.kind, "subtask": False, "hierarchyLevel": 0}
    now = item.steps[-1][1]
    is_done = now == "Done"
    return {
        "id": str(item.number),
        "key": item.key,
        "fields": {
            "project": {"id": _native(one), "key": project(one.team)},
            "summary": "Words nobody may keep",
            "description": "Words nobody may keep",
            "issuetype": kind,
            "status": _status(now),
            "created": with_offset(created),
            "updated": with_offset(updated),
            "creator": _person(item.assignee),
            "reporter": _person(item.assignee),
            "assignee": _person(item.assignee),
            "resolution": {"id": "1", "name": "Done"} if is_done else None,
            "resolutiondate": with_offset(item.steps[-1][0]) if is_done else None,
            "priority": {"id": "3", "name": "Medium"},
            "components": [],
            "comment": {"comments": [], "total": 0, "maxResults": 0, "startAt": 0},
            "worklog": {"worklogs": [], "total": 0, "maxResults": 20, "startAt": 0},
        },
        "histories": histories,
    }


def _histories(item: Item) -> Iterator[Payload]:
    said: list[tuple[int, list[Payload]]] = []
    for (_, before), (at, after) in pairwise(item.steps):
        ids = (STATUSES[before][0], STATUSES[after][0])
        said.append((at, [_changed("status", (before, after), ids)]))
    if item.moved_at is not None and item.old_key is not None:
        key = _changed("Key", (item.old_key, item.key), (None, None))
        said.append((item.moved_at, [key]))
    for number, (at, items) in enumerate(sorted(said, key=lambda one: one[0]), start=1):
        yield {
            "id": str(item.number * 10 + number),
            "created": with_offset(at),
            "author": _person(item.assignee),
            "items": items,
        }


def _changed(field: str, words: tuple[str, str], ids: tuple[str | None, str | None]) -> Payload:
    return {
        "field": field,
        "fieldtype": "jira",
        "from": ids[0],
        "fromString": words[0],
        "to": ids[1],
        "toString": words[1],
    }


def _status(name: str) -> Payload:
    native, category = STATUSES[name]
    return {"id": native, "name": name, "statusCategory": {"key": category, "name": category}}


def _person(actor: Actor) -> Payload | None:
    if actor.is_deleted:
        return None
    return {
        "accountId": f"5b10{actor.number:08x}",
        "displayName": actor.name,
        "accountType": "atlassian",
        "active": True,
        "emailAddress": actor.email,
    }
