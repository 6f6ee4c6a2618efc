"""Rows of the reviews of a change and of what was written about it."""

from __future__ import annotations

from collections.abc import Mapping

from trueup.collect.forge.fields import Fields
from trueup.collect.gathering import Rows
from trueup.collect.sources.github.rows.actors import Actors

_VERDICTS = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "changes_requested",
    "COMMENTED": "commented",
    "DISMISSED": "dismissed",
}


def add_reviews(rows: Rows, actors: Actors, of: Mapping[str, str], body: Fields) -> None:
    """Add each review that was handed in, oldest first, with all its comments.

    Parameters
    ----------
    of
        ``change_id`` and ``repository_id``.
    """
    requests = _requests(actors, body)
    handed_in = [r for r in body.nodes("reviews") if r.text("state") != "PENDING"]
    for review in sorted(handed_in, key=lambda each: each.at("submittedAt") or 0):
        native = review.text("id")
        if native is None:
            body.faults.append("id of a review is missing")
            continue
        _add_review(
            rows, actors, {**of, "review_id": f"{of['change_id']}!{native}"}, review, requests
        )


def _add_review(
    rows: Rows,
    actors: Actors,
    of: Mapping[str, str],
    review: Fields,
    requests: Mapping[str, list[int]],
) -> None:
    who = actors.of(review.part("author"))
    submitted_at = review.at("submittedAt")
    rows.add(
        "review",
        **of,
        reviewer_account_id=who.account_id,
        actor_kind=who.kind,
        requested_at=_answered(requests.get(who.account_id or "", []), submitted_at),
        submitted_at=submitted_at,
        verdict=_VERDICTS.get(review.text("state") or ""),
        comment_count=review.part("comments").number("totalCount"),
    )
    if review.number("length"):
        add_comment(rows, actors, of, review, written="submittedAt")
    for comment in review.nodes("comments"):
        add_comment(rows, actors, of, comment, is_on_code=True)


def add_comment(
    rows: Rows,
    actors: Actors,
    of: Mapping[str, str],
    comment: Fields,
    *,
    is_on_code: bool = False,
    written: str = "createdAt",
) -> None:
    """Add a comment: who, when, how long.

    Parameters
    ----------
    of
        ``change_id`` and ``repository_id``, and ``review_id`` within a review.
    written
        Which field says when.
    """
    native = comment.text("id")
    if native is None:
        comment.faults.append("id of a comment is missing")
        return
    who = actors.of(comment.part("author"))
    rows.add(
        "review_comment",
        **of,
        comment_id=f"{of['change_id']}!{native}",
        account_id=who.account_id,
        actor_kind=who.kind,
        written_at=comment.at(written),
        length=comment.number("length"),
        is_on_code=is_on_code,
    )


def _requests(actors: Actors, body: Fields) -> dict[str, list[int]]:
    """Return when each account was asked for a review, oldest first."""
    found: dict[str, list[int]] = {}
    for item in body.nodes("timelineItems"):
        if item.text("__typename") != "ReviewRequestedEvent":
            continue
        at, reviewer = item.at("createdAt"), item.part("requestedReviewer")
        if at is None or not reviewer or reviewer.text("__typename") == "Team":
            continue
        account_id = actors.of(reviewer).account_id
        if account_id is not None:
            found.setdefault(account_id, []).append(at)
    return {account_id: sorted(times) for account_id, times in found.items()}


def _answered(times: list[int], submitted_at: int | None) -> int | None:
    """Return the last request before a review, and take it and those before it off the list."""
    if submitted_at is None:
        return None
    before = [at for at in times if at <= submitted_at]
    del times[: len(before)]
    return before[-1] if before else None
