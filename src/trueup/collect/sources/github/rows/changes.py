"""Rows of a change: itself, the commits it proposes, and what happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from trueup.collect.attribution import RuleTable
from trueup.collect.forge.accounts import Who
from trueup.collect.forge.fields import Fields
from trueup.collect.gathering import Rows
from trueup.collect.sources.github.rows.actors import Actors
from trueup.collect.sources.github.rows.marks import add_marked, add_named
from trueup.collect.sources.github.rows.reviews import add_comment, add_reviews

_STATES = {"OPEN": "open", "MERGED": "merged", "CLOSED": "closed"}
_EVENTS = {
    "ReadyForReviewEvent": "ready",
    "ConvertToDraftEvent": "draft",
    "ReviewRequestedEvent": "review_requested",
    "HeadRefForcePushedEvent": "force_pushed",
    "ClosedEvent": "closed",
    "ReopenedEvent": "reopened",
    "MergedEvent": "merged",
}


class _Commit(NamedTuple):
    fields: Fields
    who: Who
    authored_at: int | None
    committed_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRows:
    """Writes changes of one repository into `rows`."""

    repository_id: str
    rules: RuleTable
    actors: Actors
    rows: Rows

    def add(self, body: Fields) -> None:
        """Add all rows of a change.

        Raises
        ------
        Unreadable
            It has no number.
        """
        change_id = f"{self.repository_id}#{body.needed('number')}"
        change = _Change(self, change_id, body)
        change.add()
        change.add_commits()
        change.add_events()
        add_reviews(self.rows, self.actors, change.of, body)
        commits = [commit.fields for commit in change.commits]
        add_named(self.rows, change.of, body, commits)
        add_marked(self.rows, self.rules, self.actors, change.of, (body, *commits))


class _Change:
    """One change on its way into rows."""

    def __init__(self, into: ChangeRows, change_id: str, body: Fields) -> None:
        self.of = {"change_id": change_id, "repository_id": into.repository_id}
        self._actors = into.actors
        self._rows = into.rows
        self._body = body
        self._author = self._actors.of(body.part("author"))
        self._state = _STATES.get(body.text("state") or "")
        self._opened_at = body.at("createdAt")
        self._items = body.nodes("timelineItems")
        self.commits = [
            self._commit(item.part("commit"))
            for item in self._items
            if item.text("__typename") == "PullRequestCommit"
        ]

    def _commit(self, fields: Fields) -> _Commit:
        who = self._actors.by_address(fields.part("author"))
        return _Commit(fields, who, fields.at("authoredDate"), fields.at("committedDate"))

    def add(self) -> None:
        body, merged = self._body, self._state == "merged"
        landed = body.part("mergeCommit").text("oid") if merged else None
        landed_at = body.at("mergedAt") if merged else None
        begun = self._begun(landed_at)
        merged_by = body.part("mergedBy")
        self._rows.add(
            "change",
            **self.of,
            number=body.number("number"),
            landing=body.text("landing") if landed else None,
            landed_commit_id=f"{self.of['repository_id']}:{landed}" if landed else None,
            landed_at=landed_at,
            author_account_id=self._author.account_id,
            actor_kind=self._author.kind,
            first_commit_at=begun,
            first_commit_evidence=None if begun is None else "forge",
            state=self._state,
            opened_at=self._opened_at,
            ready_at=self._ready_at(),
            closed_at=None if self._state == "open" else body.at("closedAt"),
            merged_by_account_id=self._actors.of(merged_by).account_id if merged_by else None,
            head_sha=body.text("headRefOid"),
            lines_added=body.number("additions"),
            lines_deleted=body.number("deletions"),
            file_count=body.number("changedFiles"),
            commit_count=body.part("commits").number("totalCount"),
        )

    def _begun(self, landed_at: int | None) -> int | None:
        """Return when the first commit was written: people's before bots', none after landing."""
        dated = [commit for commit in self.commits if commit.authored_at is not None]
        by_people = [commit for commit in dated if commit.who.kind != "bot"] or dated
        begun = min((c.authored_at for c in by_people if c.authored_at is not None), default=None)
        if begun is not None and landed_at is not None and begun > landed_at:
            return None
        return begun

    def _ready_at(self) -> int | None:
        if self._body.flag("isDraft"):
            return None
        ready = [
            item.at("createdAt")
            for item in self._items
            if item.text("__typename") == "ReadyForReviewEvent"
        ]
        return max((at for at in ready if at is not None), default=self._opened_at)

    def add_commits(self) -> None:
        for position, commit in enumerate(self.commits):
            sha = commit.fields.text("oid")
            if sha is None:
                self._body.faults.append("oid of a commit is missing")
                continue
            self._rows.add(
                "proposed_commit",
                **self.of,
                sha=sha,
                position=position,
                authored_at=commit.authored_at,
                committed_at=commit.committed_at,
                author_account_id=commit.who.account_id,
                actor_kind=commit.who.kind,
            )

    def add_events(self) -> None:
        self._event("opened", self._opened_at, self._author)
        for pushed_at, who in dict.fromkeys(self._pushes()):
            self._event("pushed", pushed_at, who)
        for item in self._items:
            typename = item.text("__typename") or ""
            at = item.at("createdAt")
            if typename == "IssueComment":
                add_comment(self._rows, self._actors, self.of, item)
                self._event("commented", at, self._actors.of(item.part("author")))
            elif typename in _EVENTS and not (typename == "ClosedEvent" and self._ends_merged(at)):
                self._event(_EVENTS[typename], at, self._actors.of(item.part("actor")))

    def _ends_merged(self, closed_at: int | None) -> bool:
        """Say whether a change was closed by its merging, which GitHub tells as a second event."""
        merged_at = self._body.at("mergedAt")
        if self._state != "merged":
            return False
        return merged_at is None or closed_at is None or closed_at >= merged_at

    def _pushes(self) -> list[tuple[int, Who]]:
        """Return commits written after the opening: when they were pushed nobody states."""
        opened_at = self._opened_at
        return [
            (commit.committed_at, commit.who)
            for commit in self.commits
            if opened_at is not None
            and commit.committed_at is not None
            and commit.committed_at > opened_at
        ]

    def _event(self, kind: str, at: int | None, who: Who) -> None:
        if at is None:
            self._body.faults.append(f"an event ({kind}) has no instant")
            return
        self._rows.add(
            "change_event",
            **self.of,
            kind=kind,
            happened_at=at,
            account_id=who.account_id,
            actor_kind=who.kind,
        )
