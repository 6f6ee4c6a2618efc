"""Rows of a merge request: itself, the commits it proposes, and what happened to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from trueup.collect.attribution import Attribution, RuleTable
from trueup.collect.forge.accounts import Who
from trueup.collect.forge.fields import Fields
from trueup.collect.forge.marks import add_marks, add_mentions, named_in, people
from trueup.collect.gathering import Rows
from trueup.collect.sources.gitlab.rows.actors import Actors
from trueup.collect.sources.gitlab.rows.reviews import add_reviews

_STATES = {"opened": "open", "locked": "open", "merged": "merged", "closed": "closed"}
_NOTED = ("draft", "ready", "pushed", "review_requested")
_MOVED = {"closed": "closed", "reopened": "reopened"}


class _Commit(NamedTuple):
    fields: Fields
    who: Who
    authored_at: int | None
    committed_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRows:
    """Writes merge requests of one project into `rows`."""

    repository_id: str
    rules: RuleTable
    actors: Actors
    rows: Rows

    def add(self, body: Fields) -> None:
        """Add all rows of a merge request.

        Raises
        ------
        Unreadable
            It has no number.
        """
        change_id = f"{self.repository_id}#{body.needed('iid')}"
        change = _Change(self, change_id, body)
        change.add()
        change.add_commits()
        change.add_events()
        add_reviews(self.rows, self.actors, change.of, body)
        commits = [commit.fields for commit in change.commits]
        add_mentions(self.rows, change.of, named_in((body, *commits)))
        marks = [*self._marks(body), *(m for commit in commits for m in self._commit_marks(commit))]
        add_marks(self.rows, change.of, self.rules.version, marks)

    def _marks(self, body: Fields) -> Iterator[Attribution]:
        """Yield marks by who opened and who commented, by branch, labels and words."""
        for mark in self.actors.marks(body.part("author")):
            yield replace(mark, role="author")
        author = body.part("author").number("id")
        for note in body.parts("notes"):
            if note.part("author").number("id") != author:
                for mark in self.actors.marks(note.part("author")):
                    yield replace(mark, role="reviewer")
        yield from self.rules.branch(body.text("source_branch") or "")
        for label in body.texts("labels"):
            yield from self.rules.label(label)
        yield from body.marks("marks")

    def _commit_marks(self, commit: Fields) -> Iterator[Attribution]:
        yield from commit.marks("marks")
        author = (commit.text("author_name") or "", commit.text("author_email") or "")
        committer = (commit.text("committer_name") or "", commit.text("committer_email") or "")
        is_merge = commit.flag("is_merge") is True
        yield from self.rules.classify(people(author, committer, is_merge=is_merge))


class _Change:
    """One merge request on its way into rows."""

    def __init__(self, into: ChangeRows, change_id: str, body: Fields) -> None:
        self.of = {"change_id": change_id, "repository_id": into.repository_id}
        self._actors = into.actors
        self._rows = into.rows
        self._body = body
        self._author = self._actors.of(body.part("author"))
        self._state = _STATES.get(body.text("state") or "")
        self._opened_at = body.at("created_at")
        self._notes = body.parts("notes")
        self.commits = [self._commit(fields) for fields in body.parts("commits")]

    def _commit(self, fields: Fields) -> _Commit:
        who = self._actors.by_address(fields)
        return _Commit(fields, who, fields.at("authored_date"), fields.at("committed_date"))

    def add(self) -> None:
        body, is_merged = self._body, self._state == "merged"
        landing, landed = self._landed() if is_merged else (None, None)
        merged_at = body.at("merged_at") if is_merged else None
        closed_at = body.at("closed_at") if self._state == "closed" else None
        begun = self._begun(merged_at)
        size = body.part("size")
        lines = size.part("diffStatsSummary")
        merger = self._merger()
        count = size.number("commitCount")
        self._rows.add(
            "change",
            **self.of,
            number=body.number("iid"),
            landing=landing,
            landed_commit_id=f"{self.of['repository_id']}:{landed}" if landed else None,
            landed_at=merged_at,
            author_account_id=self._author.account_id,
            actor_kind=self._author.kind,
            first_commit_at=begun,
            first_commit_evidence=None if begun is None else "forge",
            state=self._state,
            opened_at=self._opened_at,
            ready_at=self._ready_at(),
            closed_at=merged_at if is_merged else closed_at,
            merged_by_account_id=self._actors.of(merger).account_id if merger else None,
            head_sha=body.text("sha"),
            lines_added=lines.number("additions"),
            lines_deleted=lines.number("deletions"),
            file_count=lines.number("fileCount"),
            commit_count=len(self.commits) or None if count is None else count,
        )

    def _merger(self) -> Fields:
        """Return who merged: newer servers say so in another field."""
        newer = self._body.part("merge_user")
        return newer or self._body.part("merged_by")

    def _landed(self) -> tuple[str | None, str | None]:
        """Return how a change landed, and as which commit.

        With neither a merge nor a squash the branch moved on to the head of the change.
        """
        merge, squash = self._body.text("merge_commit_sha"), self._body.text("squash_commit_sha")
        if squash:
            return "squash", merge or squash
        if merge:
            return "merge", merge
        head = self._body.text("sha")
        return ("rebase", head) if head else (None, None)

    def _begun(self, landed_at: int | None) -> int | None:
        """Return when the first commit was written: people's before bots', none after landing."""
        dated = [commit for commit in self.commits if commit.authored_at is not None]
        by_people = [commit for commit in dated if commit.who.kind != "bot"] or dated
        begun = min((c.authored_at for c in by_people if c.authored_at is not None), default=None)
        if begun is not None and landed_at is not None and begun > landed_at:
            return None
        return begun

    def _ready_at(self) -> int | None:
        if self._body.flag("draft") or self._body.flag("work_in_progress"):
            return None
        ready = [note.at("created_at") for note in self._notes if note.text("kind") == "ready"]
        return max((at for at in ready if at is not None), default=self._opened_at)

    def add_commits(self) -> None:
        for position, commit in enumerate(self.commits):
            sha = commit.fields.text("id")
            if sha is None:
                self._body.faults.append("id of a commit is missing")
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
        for note in self._notes:
            kind, at = note.text("kind"), note.at("created_at")
            if kind is None:
                self._event("commented", at, self._actors.of(note.part("author")))
            elif kind in _NOTED:
                self._event(kind, at, self._actors.of(note.part("author")))
        for kind, moved in self._moves():
            self._event(kind, moved.at("created_at"), self._actors.of(self._mover(moved)))
        if self._state == "merged":
            merger = self._merger()
            self._event("merged", self._body.at("merged_at"), self._actors.of(merger))

    def _moves(self) -> list[tuple[str, Fields]]:
        """Return what closed and reopened it: events; before 13.2 GitLab wrote notes instead."""
        found = [(_MOVED.get(e.text("state") or ""), e) for e in self._body.parts("states")]
        if not found:
            found = [(_MOVED.get(n.text("kind") or ""), n) for n in self._notes]
        return [(kind, moved) for kind, moved in found if kind is not None]

    def _mover(self, moved: Fields) -> Fields:
        user = moved.part("user")
        return user or moved.part("author")

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
