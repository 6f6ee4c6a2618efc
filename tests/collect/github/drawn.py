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

from trueup.simulate.payloads import github_rest
from trueup.simulate.payloads.github_rest import API

Payload = dict[str, Any]


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
    return github_rest.account(login, number, kind)


def repository(full_name: str = "acme/shop", number: int = 100, **given: Any) -> Payload:
    """A repository as REST has it."""
    return github_rest.repository(full_name, number, **given)


def run(number: int = 500, **given: Any) -> Payload:
    """A workflow run that succeeded on the default branch, as REST has it."""
    return github_rest.run(number, given.pop("repository_name", "acme/shop"), **given)


def in_run(number: int) -> Payload:
    """A change as a run lists it."""
    return github_rest.in_run(number, "acme/shop")


def deployment(number: int = 300, sha: str = "a" * 40, **given: Any) -> Payload:
    """A deployment as REST has it; `statuses` are those GraphQL has, (state, instant) each."""
    return github_rest.deployment(number, "acme/shop", sha, **given)


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
