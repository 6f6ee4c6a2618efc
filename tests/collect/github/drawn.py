"""Payloads in the form GitHub documents, drawn by hand; every one is whole.

GraphQL: https://docs.github.com/en/graphql/reference/objects (PullRequest, Issue,
PullRequestReview, Deployment, Release, Team). REST:
https://docs.github.com/en/rest/actions/workflow-runs, .../rest/deployments/deployments,
.../rest/repos/repos. `tests/contract/github_prism.py` holds them against the published schemas.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

Payload = dict[str, Any]
API = "https://api.github.com"


def micro(text: str) -> int:
    """Return epoch microseconds of an ISO instant, by whole seconds and by hand of the library."""
    moment = datetime.fromisoformat(text)
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000


def user(login: str = "ada", number: int = 1, typename: str = "User") -> Payload:
    """An actor as GraphQL has it."""
    return {"__typename": typename, "login": login, "databaseId": number}


ADA, BOB, CARL = user("ada", 1), user("bob", 2), user("carl", 3)
RABBIT = user("coderabbitai", 136622811, "Bot")
COPILOT_REVIEWER = user("copilot-pull-request-reviewer", 175728472, "Bot")
COPILOT = user("copilot-swe-agent", 198982749, "Bot")
DEPENDABOT = user("dependabot", 49699333, "Bot")


def listed(nodes: Iterable[Any]) -> Payload:
    """A whole connection."""
    found = list(nodes)
    page = {"hasNextPage": False, "endCursor": None}
    return {"totalCount": len(found), "pageInfo": page, "nodes": found}


def commit(
    sha: str,
    at: str,
    *,
    authored: str | None = None,
    message: str = "Change the basket",
    author: Mapping[str, Any] | None = None,
    account: Payload | None = ADA,
    parents: int = 1,
) -> Payload:
    """A commit on a change's timeline; `account` is the user GitHub states for its address."""
    by = author or {"name": "Ada", "email": "ada@acme.example"}
    return {
        "__typename": "PullRequestCommit",
        "commit": {
            "__typename": "Commit",
            "oid": sha,
            "authoredDate": authored or at,
            "committedDate": at,
            "message": message,
            "parents": {"totalCount": parents},
            "author": {**by, "user": account},
            "committer": {"name": "GitHub", "email": "noreply@github.com"},
        },
    }


def event(typename: str, at: str, actor: Payload | None = ADA, **more: Any) -> Payload:
    """Something on a timeline."""
    return {"__typename": typename, "createdAt": at, "actor": actor, **more}


def asked(at: str, reviewer: Payload | None, actor: Payload | None = ADA) -> Payload:
    """A request for a review."""
    return event("ReviewRequestedEvent", at, actor, requestedReviewer=reviewer)


def comment(
    name: str, at: str, author: Payload | None = BOB, body: str = "Why?", kind: str = "IssueComment"
) -> Payload:
    """A comment, on the change or on its code."""
    return {"__typename": kind, "id": name, "createdAt": at, "body": body, "author": author}


def review(
    name: str,
    at: str | None,
    author: Payload | None = BOB,
    *,
    state: str = "APPROVED",
    body: str = "",
    comments: Iterable[Payload] = (),
) -> Payload:
    """A review with its comments on code."""
    return {
        "__typename": "PullRequestReview",
        "id": name,
        "state": state,
        "submittedAt": at,
        "body": body,
        "author": author,
        "comments": listed(comments),
    }


def pull(number: int = 1, **given: Any) -> Payload:
    """An open change of Ada's, proposed on Monday 2024-03-04; `given` overrides any field."""
    timeline, reviews = given.pop("timeline", ()), given.pop("reviews", ())
    labels, closes = given.pop("labels", ()), given.pop("closes", ())
    made: Payload = {
        "__typename": "PullRequest",
        "id": f"PR_{number}",
        "number": number,
        "state": "OPEN",
        "isDraft": False,
        "createdAt": "2024-03-04T09:00:00Z",
        "updatedAt": "2024-03-04T09:00:00Z",
        "closedAt": None,
        "mergedAt": None,
        "additions": 30,
        "deletions": 10,
        "changedFiles": 2,
        "title": "Change the basket",
        "body": "",
        "headRefName": "basket",
        "headRefOid": f"{number:040x}",
        "author": ADA,
        "mergedBy": None,
        "mergeCommit": None,
        "labels": listed({"name": label} for label in labels),
        "closingIssuesReferences": listed(
            {"number": n, "repository": {"nameWithOwner": owner}} for owner, n in closes
        ),
        "timelineItems": listed(timeline),
        "reviews": listed(reviews),
    }
    made |= given
    proposed = [item for item in timeline if item["__typename"] == "PullRequestCommit"]
    made.setdefault("commits", {"totalCount": len(proposed)})
    return made


def merged(number: int = 1, at: str = "2024-03-05T09:00:00Z", **given: Any) -> Payload:
    """A change Bob merged with a merge commit."""
    landed = {
        "__typename": "Commit",
        "oid": f"{number + 0xABC000:040x}",
        "messageHeadline": given.pop("headline", f"Merge pull request #{number} from ada/basket"),
        "parents": {"totalCount": given.pop("parents", 2)},
    }
    timeline = [
        *given.pop("timeline", ()),
        event("MergedEvent", at, BOB),
        event("ClosedEvent", at, BOB),
    ]
    given = {"updatedAt": at, **given}
    return pull(
        number,
        state="MERGED",
        closedAt=at,
        mergedAt=at,
        mergedBy=BOB,
        mergeCommit=landed,
        timeline=timeline,
        **given,
    )


def issue(number: int = 7, **given: Any) -> Payload:
    """An open issue of Carl's."""
    timeline, labels = given.pop("timeline", ()), given.pop("labels", ())
    made = {
        "__typename": "Issue",
        "id": f"I_{number}",
        "number": number,
        "state": "OPEN",
        "stateReason": None,
        "createdAt": "2024-03-01T08:00:00Z",
        "updatedAt": "2024-03-01T08:00:00Z",
        "closedAt": None,
        "author": CARL,
        "assignees": listed(given.pop("assignees", ())),
        "labels": listed({"name": label} for label in labels),
        "issueType": None,
        "parent": None,
        "timelineItems": listed(timeline),
    }
    return made | given


def account(login: str = "ada", number: int = 1, kind: str = "User") -> Payload:
    """A user as REST has it."""
    url = f"{API}/users/{login}"
    links = ("followers", "gists", "starred", "subscriptions", "organizations", "repos", "events")
    return {
        "login": login,
        "id": number,
        "node_id": f"U_{number}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"https://github.com/{login}",
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


def repository(full_name: str = "acme/shop", number: int = 100, **given: Any) -> Payload:
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
    whole = repository(full_name)
    names = ("id", "node_id", "name", "full_name", "owner", "private", "description", "fork")
    kept = {name: whole[name] for name in (*names, "url", "html_url")}
    return kept | {f"{link}_url": whole[f"{link}_url"] for link in _REPOSITORY_LINKS}


def run(number: int = 500, **given: Any) -> Payload:
    """A workflow run that succeeded on the default branch, as REST has it."""
    full_name = given.pop("repository_name", "acme/shop")
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
        "actor": account(),
        "triggering_actor": account(),
    }
    return made | given


def in_run(number: int) -> Payload:
    """A change as a run lists it."""
    repo = {"id": 100, "url": f"{API}/repos/acme/shop", "name": "shop"}
    side = {"ref": "basket", "sha": "0" * 40, "repo": repo}
    url = f"{API}/repos/acme/shop/pulls/{number}"
    return {"id": 9000 + number, "number": number, "url": url, "head": side, "base": side}


def deployment(number: int = 300, sha: str = "a" * 40, **given: Any) -> Payload:
    """A deployment as REST has it; `statuses` are those GraphQL has, (state, instant) each."""
    full_name = "acme/shop"
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
        "creator": account(),
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


def release(tag: str, at: str | None, sha: str = "b" * 40, **given: Any) -> Payload:
    """A release as GraphQL has it."""
    made = {
        "__typename": "Release",
        "tagName": tag,
        "isDraft": False,
        "isPrerelease": False,
        "publishedAt": at,
        "tagCommit": {"__typename": "Commit", "oid": sha},
        "releaseAssets": {"totalCount": 0},
    }
    return made | given


def team(slug: str, members: Iterable[Payload], parent: str | None = None) -> Payload:
    """A team as GraphQL has it."""
    return {
        "__typename": "Team",
        "id": f"T_{slug}",
        "slug": slug,
        "name": slug.title(),
        "parentTeam": None if parent is None else {"__typename": "Team", "slug": parent},
        "members": listed(members),
    }


def rest_issue(number: int, full_name: str) -> Payload:
    """An issue as REST has it, which is asked only for where it went."""
    place = f"{API}/repos/{full_name}"
    links = ("comments", "events", "labels")
    return {
        "id": 7000 + number,
        "node_id": f"I_{full_name}_{number}",
        "number": number,
        "repository_url": place,
        "url": f"{place}/issues/{number}",
        "html_url": f"https://github.com/{full_name}/issues/{number}",
        **{f"{link}_url": f"{place}/issues/{number}/{link}" for link in links},
        "title": "What must not be kept",
        "state": "open",
        "locked": False,
        "user": account(),
        "assignee": None,
        "milestone": None,
        "labels": [],
        "comments": 0,
        "created_at": "2024-03-01T08:00:00Z",
        "updated_at": "2024-03-01T08:00:00Z",
        "closed_at": None,
    }
