"""Payloads as GitLab's documentation shows them, drawn by us.

https://docs.gitlab.com/api/projects/ · https://docs.gitlab.com/api/merge_requests/
https://docs.gitlab.com/api/notes/ · https://docs.gitlab.com/api/issues/
https://docs.gitlab.com/api/resource_state_events/ · https://docs.gitlab.com/api/resource_label_events/
https://docs.gitlab.com/api/pipelines/ · https://docs.gitlab.com/api/jobs/
https://docs.gitlab.com/api/deployments/ · https://docs.gitlab.com/api/environments/
https://docs.gitlab.com/api/releases/ · https://docs.gitlab.com/api/groups/
https://docs.gitlab.com/api/members/ · https://docs.gitlab.com/api/epics/
"""

from __future__ import annotations

from typing import Any

Payload = dict[str, Any]


def user(number: int, username: str, name: str = "") -> Payload:
    """A user as other objects carry one."""
    return {
        "id": number,
        "username": username,
        "name": name or f"{username.title()} Example",
        "state": "active",
        "avatar_url": None,
        "web_url": f"https://gitlab.com/{username}",
    }


ADA, BOB, CARL = user(1, "ada"), user(2, "bob"), user(3, "carl")
RABBIT = user(11, "coderabbitai", "CodeRabbit")
DUO = user(12, "GitLabDuo", "GitLab Duo")
DEPENDABOT = user(13, "dependabot-gitlab", "Dependabot")
RENOVATE = user(14, "renovate-bot", "Renovate Bot")
TOKEN_BOT = user(15, "project_7_bot_0a1b2c3d", "deploy token")
GHOST = user(20, "ghost", "Ghost User")


def project(path: str = "acme/shop", number: int = 7, **fields: Any) -> Payload:
    """A project."""
    group, _, _ = path.rpartition("/")
    return {
        "id": number,
        "path_with_namespace": path,
        "description": "A shop",
        "default_branch": "main",
        "http_url_to_repo": f"https://gitlab.com/{path}.git",
        "created_at": "2024-01-01T00:00:00.000Z",
        "namespace": {"id": 70, "full_path": group, "kind": "group"},
        **fields,
    }


def opened(iid: int, author: Payload | None = ADA, **fields: Any) -> Payload:
    """A merge request that is open."""
    return {
        "id": 1000 + iid,
        "iid": iid,
        "project_id": 7,
        "title": "Add a basket",
        "description": "Words nobody needs.",
        "state": "opened",
        "draft": False,
        "created_at": "2024-03-04T09:00:00.000Z",
        "updated_at": "2024-03-04T09:00:00.000Z",
        "merged_at": None,
        "closed_at": None,
        "merge_user": None,
        "author": author,
        "reviewers": [],
        "labels": [],
        "source_branch": "basket",
        "target_branch": "main",
        "sha": f"{iid:040x}",
        "merge_commit_sha": None,
        "squash_commit_sha": None,
        **fields,
    }


def merged(iid: int, author: Payload | None = ADA, **fields: Any) -> Payload:
    """A merge request that was merged by a merge commit."""
    given = {
        "state": "merged",
        "updated_at": "2024-03-05T12:00:00.000Z",
        "merged_at": "2024-03-05T12:00:00.000Z",
        "merge_user": BOB,
        "merge_commit_sha": "a" * 40,
    }
    return opened(iid, author, **{**given, **fields})


def note(number: int, at: str, author: Payload | None, body: str, **fields: Any) -> Payload:
    """A note a person wrote."""
    return {
        "id": number,
        "type": None,
        "body": body,
        "author": author,
        "created_at": at,
        "updated_at": at,
        "system": False,
        "resolvable": False,
        **fields,
    }


def on_code(number: int, at: str, author: Payload | None, body: str = "Why?") -> Payload:
    """A note on a line of the code."""
    return note(number, at, author, body, type="DiffNote", resolvable=True)


def noted(number: int, at: str, author: Payload | None, body: str) -> Payload:
    """A note GitLab wrote."""
    return note(number, at, author, body, system=True)


def commit(sha: str, at: str, author: Payload = ADA, message: str = "Add a basket") -> Payload:
    """A commit of a merge request."""
    name, email = author["name"], f"{author['username']}@example.org"
    return {
        "id": sha * (40 // len(sha)),
        "short_id": sha[:8],
        "title": message.partition("\n")[0],
        "message": message,
        "parent_ids": [],
        "author_name": name,
        "author_email": email,
        "authored_date": at,
        "committer_name": name,
        "committer_email": email,
        "committed_date": at,
    }


def state(number: int, at: str, who: Payload | None, became: str) -> Payload:
    """A state event."""
    return {"id": number, "user": who, "created_at": at, "state": became}


def labelled(number: int, at: str, label: str, action: str = "add") -> Payload:
    """A label event."""
    named = {"id": 73, "name": label, "color": "#34495E", "description": ""}
    return {"id": number, "user": BOB, "created_at": at, "label": named, "action": action}


def issue(iid: int, **fields: Any) -> Payload:
    """An issue."""
    return {
        "id": 5000 + iid,
        "iid": iid,
        "title": "The basket is empty",
        "description": "Words nobody needs.",
        "state": "opened",
        "created_at": "2024-03-01T09:00:00.000Z",
        "updated_at": "2024-03-01T09:00:00.000Z",
        "closed_at": None,
        "labels": [],
        "author": ADA,
        "assignees": [],
        "issue_type": "issue",
        "type": "ISSUE",
        "weight": None,
        "severity": "UNKNOWN",
        "moved_to_id": None,
        "epic": None,
        **fields,
    }


def pipeline(number: int, status: str = "success", **fields: Any) -> Payload:
    """A pipeline; what GraphQL says of it stands under ``graph``."""
    graph = {
        "startedAt": "2024-03-04T10:00:10Z",
        "finishedAt": "2024-03-04T10:05:00Z",
        "upstream": None,
        "testReportSummary": {"total": {"count": 0, "failed": 0, "skipped": 0, "error": 0}},
        **fields.pop("graph", {}),
    }
    return {
        "id": number,
        "iid": number - 400,
        "project_id": 7,
        "status": status,
        "source": "push",
        "ref": "main",
        "sha": "b" * 40,
        "name": "Build",
        "created_at": "2024-03-04T10:00:00.000Z",
        "updated_at": "2024-03-04T10:05:00.000Z",
        "graph": graph,
        **fields,
    }


def job(name: str, status: str, created: str, finished: str | None) -> Payload:
    """A job of a pipeline."""
    return {"name": name, "status": status, "created_at": created, "finished_at": finished}


def deployment(number: int, sha: str = "c" * 40, **fields: Any) -> Payload:
    """A deployment a job did."""
    deployable = {
        "id": 9000 + number,
        "name": "deploy",
        "status": "success",
        "created_at": "2024-03-06T12:00:00.000Z",
        "started_at": "2024-03-06T12:01:00.000Z",
        "finished_at": "2024-03-06T12:04:00.000Z",
        "commit": {"id": sha, "title": "Words", "message": "Words nobody needs."},
        "pipeline": {"id": 401, "status": "success"},
    }
    return {
        "id": number,
        "iid": number - 300,
        "ref": "main",
        "sha": sha,
        "status": "success",
        "created_at": "2024-03-06T12:00:00.000Z",
        "updated_at": "2024-03-06T12:04:01.000Z",
        "user": BOB,
        "environment": {"id": 9, "name": "production", "slug": "production"},
        "deployable": deployable,
        **fields,
    }


def release(tag: str, at: str = "2024-03-07T00:00:00.000Z", **fields: Any) -> Payload:
    """A release."""
    return {
        "tag_name": tag,
        "name": tag,
        "description": "Words nobody needs.",
        "created_at": at,
        "released_at": at,
        "upcoming_release": False,
        "commit": {"id": "d" * 40, "title": "Words", "message": "Words nobody needs."},
        "assets": {"count": 4, "sources": [], "links": []},
        **fields,
    }


def group(path: str, number: int) -> Payload:
    """A group."""
    return {"id": number, "full_path": path, "name": path.rpartition("/")[2].title()}


def member(who: Payload, since: str = "2024-02-01T08:00:00.000Z") -> Payload:
    """A member of a group."""
    return {**who, "created_at": since, "expires_at": None, "access_level": 30}


def epic(iid: int, group_id: int, **fields: Any) -> Payload:
    """An epic."""
    return {
        "id": 600 + iid,
        "iid": iid,
        "group_id": group_id,
        "title": "Baskets",
        "description": "Words nobody needs.",
        "state": "opened",
        "author": ADA,
        "labels": [],
        "created_at": "2024-02-01T00:00:00.000Z",
        "updated_at": "2024-02-01T00:00:00.000Z",
        "closed_at": None,
        **fields,
    }
