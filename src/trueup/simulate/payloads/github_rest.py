"""Forms of GitHub's REST interface: whole documents, every field of the published schema filled.

https://docs.github.com/en/rest/repos/repos · https://docs.github.com/en/rest/actions/workflow-runs
https://docs.github.com/en/rest/deployments/deployments
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

Payload = dict[str, Any]
API = "https://api.github.com"


def account(login: str, number: int, kind: str = "User") -> Payload:
    """A user as REST has it."""
    url = f"{API}/users/{quote(login)}"
    links = ("followers", "gists", "starred", "subscriptions", "organizations", "repos", "events")
    return {
        "login": login,
        "id": number,
        "node_id": f"U_{number}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"https://github.com/{quote(login)}",
        "following_url": f"{url}/following",
        "received_events_url": f"{url}/received_events",
        **{f"{name}_url": f"{url}/{name}" for name in links},
        "type": kind,
        "site_admin": False,
    }


_REPOSITORY_LINKS = (
    *("archive", "assignees", "blobs", "branches", "collaborators", "comments", "commits"),
    *("compare", "contents", "contributors", "deployments", "downloads", "events", "forks"),
    *("git_commits", "git_refs", "git_tags", "hooks", "issue_comment", "issue_events", "issues"),
    *("keys", "labels", "languages", "merges", "milestones", "notifications", "pulls", "releases"),
    *("stargazers", "statuses", "subscribers", "subscription", "tags", "teams", "trees"),
)


def repository(full_name: str, number: int, **given: Any) -> Payload:
    """A repository as REST has it."""
    owner, _, name = full_name.partition("/")
    url, page = f"{API}/repos/{full_name}", f"https://github.com/{full_name}"
    counts = ("forks", "forks_count", "open_issues", "open_issues_count", "stargazers_count")
    made: Payload = {
        "id": number,
        "node_id": f"R_{number}",
        "name": name,
        "full_name": full_name,
        "owner": account(owner, 900, "Organization"),
        "private": True,
        "description": "What must not be kept",
        "fork": False,
        "url": url,
        "html_url": page,
        **{f"{link}_url": f"{url}/{link}" for link in _REPOSITORY_LINKS},
        "clone_url": f"{page}.git",
        "git_url": f"git://github.com/{full_name}.git",
        "ssh_url": f"git@github.com:{full_name}.git",
        "svn_url": page,
        "mirror_url": None,
        "homepage": None,
        "language": None,
        "license": None,
        "default_branch": "main",
        **dict.fromkeys(counts, 0),
        **dict.fromkeys(("watchers", "watchers_count", "size", "network_count"), 0),
        "subscribers_count": 0,
        **dict.fromkeys(("has_issues", "has_projects", "has_wiki"), True),
        **dict.fromkeys(("has_pages", "has_discussions", "archived", "disabled"), False),
        "pushed_at": "2024-03-01T00:00:00Z",
        "created_at": "2024-01-01T00:00:00Z",
        "updated_at": "2024-03-01T00:00:00Z",
    }
    return made | given


def _minimal(full_name: str) -> Payload:
    whole = repository(full_name, 100)
    names = ("id", "node_id", "name", "full_name", "owner", "private", "description", "fork")
    kept = {name: whole[name] for name in (*names, "url", "html_url")}
    return kept | {f"{link}_url": whole[f"{link}_url"] for link in _REPOSITORY_LINKS}


def run(number: int, full_name: str, **given: Any) -> Payload:
    """A workflow run that succeeded on the default branch, as REST has it."""
    url = f"{API}/repos/{full_name}/actions/runs/{number}"
    links = ("jobs", "logs", "cancel", "rerun", "artifacts", "workflow", "check_suite")
    made: Payload = {
        "id": number,
        "node_id": f"WFR_{number}",
        "name": "build",
        "path": ".github/workflows/build.yml",
        "workflow_id": 11,
        "run_number": number,
        "run_attempt": 1,
        "event": "push",
        "status": "completed",
        "conclusion": "success",
        "head_branch": "main",
        "head_sha": f"{number:040x}",
        "display_title": "What must not be kept",
        "created_at": "2024-03-05T10:00:00Z",
        "run_started_at": "2024-03-05T10:00:00Z",
        "updated_at": "2024-03-05T10:07:30Z",
        "url": url,
        "html_url": f"https://github.com/{full_name}/actions/runs/{number}",
        **{f"{link}_url": f"{url}/{link}" for link in links},
        "pull_requests": [],
        "head_commit": {
            "id": f"{number:040x}",
            "tree_id": "0" * 40,
            "message": "What must not be kept",
            "timestamp": "2024-03-05T09:59:00Z",
            "author": {"name": "Ada", "email": "ada@acme.example"},
            "committer": {"name": "Ada", "email": "ada@acme.example"},
        },
        "repository": _minimal(full_name),
        "head_repository": _minimal(full_name),
        "actor": account("ada", 1),
        "triggering_actor": account("ada", 1),
    }
    return made | given


def in_run(number: int, full_name: str) -> Payload:
    """A change as a run lists it."""
    repo = {"id": 100, "url": f"{API}/repos/{full_name}", "name": full_name.rpartition("/")[2]}
    side = {"ref": "basket", "sha": "0" * 40, "repo": repo}
    url = f"{API}/repos/{full_name}/pulls/{number}"
    return {"id": 9000 + number, "number": number, "url": url, "head": side, "base": side}


def deployment(number: int, full_name: str, sha: str, **given: Any) -> Payload:
    """A deployment as REST has it; `statuses` are those GraphQL has, (state, instant) each."""
    url = f"{API}/repos/{full_name}/deployments/{number}"
    statuses = [
        {"__typename": "DeploymentStatus", "state": state, "createdAt": at, "logUrl": log}
        for state, at, log in (
            (*status, None) if len(status) == 2 else status for status in given.pop("statuses", ())
        )
    ]
    made: Payload = {
        "id": number,
        "node_id": f"DE_{number}",
        "url": url,
        "sha": sha,
        "ref": "main",
        "task": "deploy",
        "payload": {},
        "original_environment": "production",
        "environment": "production",
        "description": "What must not be kept",
        "creator": account("ada", 1),
        "created_at": "2024-03-06T12:00:00Z",
        "updated_at": "2024-03-06T12:05:00Z",
        "statuses_url": f"{url}/statuses",
        "repository_url": f"{API}/repos/{full_name}",
        "transient_environment": False,
        "production_environment": True,
    }
    made |= given
    made["_statuses"] = statuses
    return made
