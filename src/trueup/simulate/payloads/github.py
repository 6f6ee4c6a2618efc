"""The story as GitHub tells it: GraphQL for changes and teams, REST for the rest.

https://docs.github.com/en/graphql/reference/objects (PullRequest, PullRequestReview, Team);
the REST forms stand in `github_rest`. A deleted account is null, as GitHub has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from trueup.simulate.payloads import github_rest
from trueup.simulate.payloads.coding import Commit
from trueup.simulate.payloads.instants import text
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
Actors = Mapping[str, Actor]
"""Who is behind an address of a commit."""
_TYPENAMES = {"person": "User", "bot": "Bot", "agent": "Bot"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What GitHub says of one repository; `runs` and `deployments` as REST has them.

    Parameters
    ----------
    deployments
        Each with the events GraphQL has below ``_statuses``.
    """

    repository: Payload
    pulls: tuple[Payload, ...]
    runs: tuple[Payload, ...]
    deployments: tuple[Payload, ...]
    team: Payload


def documents(organisation: Organisation) -> dict[str, Documents]:
    """Return everything GitHub says, by ``owner/name``."""
    actors = {one.email: one for one in organisation.people}
    found = {}
    for number, one in enumerate(organisation.on("github"), start=1):
        name = full_name(one)
        found[name] = Documents(
            repository=github_rest.repository(name, 100 + number),
            pulls=tuple(_pull(number, change, actors) for change in one.changes),
            runs=tuple(_run(name, each) for each in one.runs),
            deployments=tuple(_deployment(name, each) for each in one.deployments),
            team=_team(one),
        )
    return found


def full_name(repository: Repository) -> str:
    """Return ``owner/name``."""
    return f"{OWNER}/{repository.name}"


def listed(nodes: Iterable[Any]) -> Payload:
    """Return a whole connection."""
    found = list(nodes)
    page = {"hasNextPage": False, "endCursor": None}
    return {"totalCount": len(found), "pageInfo": page, "nodes": found}


def _who(actor: Actor | None) -> Payload | None:
    if actor is None or actor.is_deleted:
        return None
    return {
        "__typename": _TYPENAMES[actor.kind],
        "login": actor.login,
        "databaseId": actor.number,
    }


def _pull(repository: int, change: Change, actors: Actors) -> Payload:
    state = "MERGED" if change.landed_at else "CLOSED" if change.closed_at else "OPEN"
    reviews = _reviews(f"{repository}_{change.number}", change)
    return {
        "__typename": "PullRequest",
        "id": f"PR_{repository}_{change.number}",
        "number": change.number,
        "state": state,
        "isDraft": change.kind == "draft",
        "createdAt": text(change.opened_at),
        "updatedAt": text(change.updated_at),
        "closedAt": text(change.landed_at or change.closed_at),
        "mergedAt": text(change.landed_at),
        "additions": change.lines,
        "deletions": 0,
        "changedFiles": 1,
        "title": change.title,
        "body": change.body,
        "headRefName": change.branch,
        "headRefOid": change.head,
        "author": _who(change.author),
        "mergedBy": _who(change.merger) if change.landed_at else None,
        "mergeCommit": _landed(change),
        "labels": listed(()),
        "closingIssuesReferences": listed(()),
        "commits": {"totalCount": len(change.proposed)},
        "timelineItems": listed(_timeline(change, actors)),
        "reviews": listed(reviews),
    }


def _landed(change: Change) -> Payload | None:
    if change.landed is None:
        return None
    return {
        "__typename": "Commit",
        "oid": change.landed.sha,
        "messageHeadline": change.landed.message.partition("\n")[0],
        "parents": {"totalCount": len(change.landed.parents)},
    }


def _timeline(change: Change, actors: Actors) -> list[Payload]:
    found = [_commit(one, actors) for one in change.proposed]
    if change.reviewer is not None:
        asked = {"actor": _who(change.author), "requestedReviewer": _who(change.reviewer)}
        found.append(_event("ReviewRequestedEvent", change.opened_at, asked))
    if change.landed_at is not None:
        found.append(_event("MergedEvent", change.landed_at, {"actor": _who(change.merger)}))
    ended = change.landed_at or change.closed_at
    if ended is not None:
        found.append(_event("ClosedEvent", ended, {"actor": _who(change.merger)}))
    return found


def _event(typename: str, at: int, more: Payload) -> Payload:
    return {"__typename": typename, "createdAt": text(at), **more}


def _commit(one: Commit, actors: Actors) -> Payload:
    signed = {"name": one.author.name, "email": one.author.email}
    return {
        "__typename": "PullRequestCommit",
        "commit": {
            "__typename": "Commit",
            "oid": one.sha,
            "authoredDate": text(one.authored_at),
            "committedDate": text(one.committed_at),
            "message": one.message,
            "parents": {"totalCount": len(one.parents)},
            "author": {**signed, "user": _who(actors.get(one.author.email))},
            "committer": {"name": one.committer.name, "email": one.committer.email},
        },
    }


def _reviews(lead: str, change: Change) -> list[Payload]:
    found = []
    if change.robot_at is not None:
        remarks = [_remark(f"RC_{lead}_r", change.robot_at, RABBIT)]
        found.append(_review(f"R_{lead}_r", change.robot_at, RABBIT, "COMMENTED", remarks))
    if change.reviewer is not None and change.reviewed_at is not None:
        at, by = change.reviewed_at, change.reviewer
        remarks = [_remark(f"RC_{lead}_{n}", at, by) for n in range(change.comments)]
        found.append(_review(f"R_{lead}_h", at, by, "APPROVED", remarks))
    return found


def _review(name: str, at: int, by: Actor, state: str, remarks: list[Payload]) -> Payload:
    return {
        "__typename": "PullRequestReview",
        "id": name,
        "state": state,
        "submittedAt": text(at),
        "body": "",
        "author": _who(by),
        "comments": listed(remarks),
    }


def _remark(name: str, at: int, by: Actor) -> Payload:
    return {
        "__typename": "PullRequestReviewComment",
        "id": name,
        "createdAt": text(at),
        "body": "Words nobody may keep.",
        "author": _who(by),
    }


def _account(actor: Actor) -> Payload:
    kind = _TYPENAMES[actor.kind]
    login = actor.login if kind == "User" else f"{actor.login}[bot]"
    return github_rest.account(login, actor.number, kind)


def _run(name: str, run: Run) -> Payload:
    change = run.change
    started = text(run.started_at)
    by = _account(run.by)
    return github_rest.run(
        run.number,
        name,
        run_number=run.number % 100_000,
        event="push" if change is None else "pull_request",
        conclusion="success" if run.is_success else "failure",
        head_branch="main" if change is None else change.branch,
        head_sha=run.sha,
        created_at=started,
        run_started_at=started,
        updated_at=text(run.ended_at),
        pull_requests=[] if change is None else [github_rest.in_run(change.number, name)],
        actor=by,
        triggering_actor=by,
    )


def _deployment(name: str, one: Deployment) -> Payload:
    ended = "SUCCESS" if one.is_success else "FAILURE"
    said = [("IN_PROGRESS", text(one.started_at)), (ended, text(one.ended_at))]
    return github_rest.deployment(
        one.number,
        name,
        one.sha,
        created_at=text(one.asked_at),
        updated_at=text(one.ended_at),
        creator=_account(one.by),
        statuses=said,
    )


def _team(one: Repository) -> Payload:
    there = [actor for actor, _, left in one.members if left is None]
    return {
        "__typename": "Team",
        "id": f"T_{one.team}",
        "slug": f"team-{one.team + 1:04d}",
        "name": f"Team {one.team + 1:04d}",
        "parentTeam": None,
        "members": listed(_who(actor) for actor in there),
    }
