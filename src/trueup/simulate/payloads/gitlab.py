"""The story as GitLab tells it.

https://docs.gitlab.com/api/merge_requests/ · https://docs.gitlab.com/api/notes/
https://docs.gitlab.com/api/pipelines/ · https://docs.gitlab.com/api/deployments/
https://docs.gitlab.com/api/projects/ · https://docs.gitlab.com/api/members/
A deleted account is the ghost user, as GitLab has it
(https://docs.gitlab.com/user/profile/account/delete_account/).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from trueup.simulate.payloads.coding import Commit
from trueup.simulate.payloads.instants import in_milliseconds, text
from trueup.simulate.payloads.story import (
    OWNER,
    RABBIT,
    Actor,
    Change,
    Deployment,
    Organisation,
    Repository,
    Run,
)

Payload = dict[str, Any]
_GHOST = {"id": 5, "username": "ghost", "name": "Ghost User", "state": "active"}
_BOTS = {
    "dependabot": ("dependabot-gitlab", "Dependabot"),
    "copilot-swe-agent": ("GitLabDuo", "GitLab Duo"),
    "coderabbitai": ("coderabbitai", "CodeRabbit"),
    "acme-setup": ("project_1_bot_5f0e1d2c", "deploy token"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What GitLab says of one project; parts of a merge request and its size by its number.

    Parameters
    ----------
    pipelines, deployments
        What only GraphQL says stands below ``graph``, or as ``finishedAt``.
    sizes
        What GraphQL says of the size of a merge request.
    """

    project: Payload
    changes: tuple[Payload, ...]
    notes: dict[int, list[Payload]]
    commits: dict[int, list[Payload]]
    states: dict[int, list[Payload]]
    sizes: dict[int, Payload]
    pipelines: tuple[Payload, ...]
    deployments: tuple[Payload, ...]
    environments: tuple[Payload, ...]


def documents(organisation: Organisation) -> dict[str, Documents]:
    """Return everything GitLab says, by the path of the project."""
    return {
        f"{OWNER}/{one.name}": _project(number, one)
        for number, one in enumerate(organisation.on("gitlab"), start=1)
    }


def group() -> Payload:
    """Return the group all projects are in."""
    return {"id": 70, "full_path": OWNER, "name": OWNER.title()}


def _project(number: int, one: Repository) -> Documents:
    path = f"{OWNER}/{one.name}"
    ids = count(number * 1_000_000)
    return Documents(
        project={
            "id": number,
            "path_with_namespace": path,
            "description": "Words nobody may keep.",
            "default_branch": "main",
            "http_url_to_repo": f"https://gitlab.com/{path}.git",
            "created_at": in_milliseconds(one.history[0].committed_at),
            "namespace": {"id": 70, "full_path": OWNER, "kind": "group"},
        },
        changes=tuple(_change(number, change) for change in one.changes),
        notes={change.number: _notes(ids, change) for change in one.changes},
        commits={change.number: _commits(change) for change in one.changes},
        states={change.number: _states(ids, change) for change in one.changes},
        sizes={change.number: _size(change) for change in one.changes},
        pipelines=tuple(_pipeline(number, n, run) for n, run in enumerate(one.runs, start=1)),
        deployments=tuple(_deployment(n, each) for n, each in enumerate(one.deployments, start=1)),
        environments=({"id": 9, "name": "production", "tier": "production"},),
    )


def user(actor: Actor | None) -> Payload | None:
    """Return a user as other objects carry one."""
    if actor is None:
        return None
    if actor.is_deleted:
        return {**_GHOST, "avatar_url": None, "web_url": "https://gitlab.com/ghost"}
    login, name = _BOTS.get(actor.login, (actor.login, actor.name))
    return {
        "id": actor.number,
        "username": login,
        "name": name,
        "state": "active",
        "avatar_url": None,
        "web_url": f"https://gitlab.com/{login}",
    }


def _change(project: int, change: Change) -> Payload:
    state = "merged" if change.landed_at else "closed" if change.closed_at else "opened"
    landed = change.landed.sha if change.landed else None
    is_merge = change.landing == "merge"
    return {
        "id": project * 100_000 + change.number,
        "iid": change.number,
        "project_id": project,
        "title": change.title,
        "description": change.body,
        "state": state,
        "draft": change.kind == "draft",
        "created_at": in_milliseconds(change.opened_at),
        "updated_at": in_milliseconds(change.updated_at),
        "merged_at": in_milliseconds(change.landed_at),
        "closed_at": in_milliseconds(change.closed_at),
        "merge_user": user(change.merger) if change.landed_at else None,
        "author": user(change.author),
        "reviewers": [user(change.reviewer)] if change.reviewer else [],
        "labels": [],
        "source_branch": change.branch,
        "target_branch": "main",
        "sha": change.head,
        "merge_commit_sha": landed if is_merge else None,
        "squash_commit_sha": None if is_merge else landed,
    }


def _notes(ids: count[int], change: Change) -> list[Payload]:
    found = []
    if change.reviewer is not None and change.reviewed_at is not None:
        by, at = change.reviewer, change.reviewed_at
        name = "ghost" if by.is_deleted else by.login
        asked = f"requested review from @{name}"
        found.append(_note(ids, change.opened_at, change.author, asked, system=True))
        found += [_on_code(ids, at, by) for _ in range(change.comments)]
        found.append(_note(ids, at, by, "approved this merge request", system=True))
    if change.robot_at is not None:
        found.append(_on_code(ids, change.robot_at, RABBIT))
    return found


def _note(
    ids: count[int], at: int, author: Actor, body: str, *, system: bool = False, **more: Any
) -> Payload:
    return {
        "id": next(ids),
        "type": None,
        "body": body,
        "author": user(author),
        "created_at": in_milliseconds(at),
        "updated_at": in_milliseconds(at),
        "system": system,
        "resolvable": False,
        **more,
    }


def _on_code(ids: count[int], at: int, author: Actor) -> Payload:
    return _note(ids, at, author, "Words nobody may keep.", type="DiffNote", resolvable=True)


def _commits(change: Change) -> list[Payload]:
    """Return the commits of a branch, newest first; after a fast-forward still those."""
    return [_commit(one) for one in reversed(change.proposed)]


def _commit(one: Commit) -> Payload:
    return {
        "id": one.sha,
        "short_id": one.sha[:8],
        "title": one.message.partition("\n")[0],
        "message": one.message,
        "parent_ids": list(one.parents),
        "author_name": one.author.name,
        "author_email": one.author.email,
        "authored_date": in_milliseconds(one.authored_at),
        "committer_name": one.committer.name,
        "committer_email": one.committer.email,
        "committed_date": in_milliseconds(one.committed_at),
    }


def _states(ids: count[int], change: Change) -> list[Payload]:
    ended = change.landed_at or change.closed_at
    if ended is None:
        return []
    became = "merged" if change.landed_at else "closed"
    at = in_milliseconds(ended)
    return [{"id": next(ids), "user": user(change.merger), "created_at": at, "state": became}]


def _size(change: Change) -> Payload:
    lines = {"additions": change.lines, "deletions": 0, "fileCount": 1}
    return {"commitCount": len(change.proposed), "diffStatsSummary": lines}


def _pipeline(project: int, iid: int, run: Run) -> Payload:
    change = run.change
    graph = {
        "startedAt": text(run.started_at),
        "finishedAt": text(run.ended_at),
        "upstream": None,
        "testReportSummary": {"total": {"count": 90, "failed": 0, "skipped": 2, "error": 0}},
    }
    return {
        "id": run.number,
        "iid": iid,
        "project_id": project,
        "status": "success" if run.is_success else "failed",
        "source": "push" if change is None else "merge_request_event",
        "ref": "main" if change is None else f"refs/merge-requests/{change.number}/head",
        "sha": run.sha,
        "name": "Build",
        "created_at": in_milliseconds(run.started_at),
        "updated_at": in_milliseconds(run.ended_at),
        "graph": graph,
    }


def _deployment(iid: int, one: Deployment) -> Payload:
    status = "success" if one.is_success else "failed"
    asked, began, ended = map(in_milliseconds, (one.asked_at, one.started_at, one.ended_at))
    job = {
        "id": 9_000_000 + one.number,
        "name": "deploy",
        "status": status,
        "created_at": asked,
        "started_at": began,
        "finished_at": ended,
        "commit": {"id": one.sha, "title": "Words", "message": "Words nobody may keep."},
        "pipeline": {"id": one.number, "status": status},
    }
    return {
        "id": one.number,
        "iid": iid,
        "ref": "main",
        "sha": one.sha,
        "status": status,
        "created_at": asked,
        "updated_at": ended,
        "user": user(one.by),
        "environment": {"id": 9, "name": "production", "slug": "production"},
        "deployable": job,
    }
