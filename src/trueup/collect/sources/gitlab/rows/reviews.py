"""Rows of the reviews of a merge request and of what was written about it.

GitLab knows no reviews, only notes. What one person writes on the code or in a thread, approves
or objects to within a minute was handed in together: it is one review, and its first instant
is the review's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from trueup.collect.forge.accounts import Who
from trueup.collect.forge.fields import Fields
from trueup.collect.gathering import Rows
from trueup.collect.sources.gitlab.rows.actors import Actors

_VERDICTS = {
    "approved": "approved",
    "changes_requested": "changes_requested",
    "reviewed": "commented",
    "unapproved": "dismissed",
}
_TOGETHER_MICROSECONDS = 60 * 1_000_000
_ON_CODE = "DiffNote"


@dataclass(slots=True)
class _Review:
    """What one account handed in together."""

    native: str
    who: Who
    began_at: int
    last_at: int
    verdict: str = "commented"
    comments: set[str] = field(default_factory=set)


def add_reviews(rows: Rows, actors: Actors, of: Mapping[str, str], body: Fields) -> None:
    """Add each review, oldest first, and every comment.

    Parameters
    ----------
    of
        ``change_id`` and ``repository_id``.
    """
    notes = [(native, note) for note in body.parts("notes") if (native := _native(note))]
    requests = _requests(actors, body)
    of_comment: dict[str, str] = {}
    for review in _reviews(actors, body, notes):
        review_id = f"{of['change_id']}!{review.native}"
        of_comment |= dict.fromkeys(review.comments, review_id)
        rows.add(
            "review",
            **of,
            review_id=review_id,
            reviewer_account_id=review.who.account_id,
            actor_kind=review.who.kind,
            requested_at=_answered(requests.get(review.who.account_id or "", []), review.began_at),
            submitted_at=review.began_at,
            verdict=review.verdict,
            comment_count=len(review.comments),
        )
    for native, note in notes:
        if note.text("kind") is None:
            _add_comment(rows, actors, of, (native, note), of_comment.get(native))


def _add_comment(
    rows: Rows,
    actors: Actors,
    of: Mapping[str, str],
    named: tuple[str, Fields],
    review_id: str | None,
) -> None:
    native, note = named
    who = actors.of(note.part("author"))
    rows.add(
        "review_comment",
        **of,
        comment_id=f"{of['change_id']}!{native}",
        review_id=review_id,
        account_id=who.account_id,
        actor_kind=who.kind,
        written_at=note.at("created_at"),
        length=note.number("length"),
        is_on_code=note.text("type") == _ON_CODE,
    )


def _native(note: Fields) -> str | None:
    number = note.number("id")
    if not number:
        note.faults.append("id of a note is missing")
        return None
    return str(number)


def _reviews(actors: Actors, body: Fields, notes: list[tuple[str, Fields]]) -> Iterator[_Review]:
    """Yield reviews: what the author answers is none."""
    author = actors.of(body.part("author"))
    parts = []
    for native, note in notes:
        who, at = actors.of(note.part("author")), note.at("created_at")
        kind = note.text("kind")
        counts = kind in _VERDICTS or (kind is None and note.flag("resolvable") is True)
        is_author = who.account_id is not None and who.account_id == author.account_id
        if counts and at is not None and not (is_author and kind is None):
            parts.append((at, native, who, kind))
    found: list[_Review] = []
    open_by: dict[str, _Review] = {}
    for at, native, who, kind in sorted(parts, key=lambda part: (part[0], int(part[1]))):
        review = open_by.get(who.account_id or "")
        is_apart = review is None or at - review.last_at > _TOGETHER_MICROSECONDS
        if review is None or is_apart or who.account_id is None:
            review = _Review(native, who, at, at)
            found.append(review)
            open_by[who.account_id or ""] = review
        review.last_at = at
        if kind is None:
            review.comments.add(native)
        else:
            review.verdict = _VERDICTS[kind]
    yield from found


def _requests(actors: Actors, body: Fields) -> dict[str, list[int]]:
    """Return when each account was asked for a review, oldest first."""
    accounts = _known(actors, body)
    found: dict[str, list[int]] = {}
    for note in body.parts("notes"):
        at = note.at("created_at")
        if note.text("kind") != "review_requested" or at is None:
            continue
        for login in note.texts("asked"):
            account_id = accounts.get(login.lower())
            if account_id is not None:
                found.setdefault(account_id, []).append(at)
    return {account_id: sorted(times) for account_id, times in found.items()}


def _known(actors: Actors, body: Fields) -> dict[str, str]:
    """Return the account of each login that is met around a change."""
    users = [*body.parts("reviewers"), *(note.part("author") for note in body.parts("notes"))]
    found = {}
    for user in users:
        login, account_id = user.text("username"), actors.of(user).account_id
        if login is not None and account_id is not None:
            found[login.lower()] = account_id
    return found


def _answered(times: list[int], submitted_at: int) -> int | None:
    """Return the last request before a review, and take it and those before it off the list."""
    before = [at for at in times if at <= submitted_at]
    del times[: len(before)]
    return before[-1] if before else None
