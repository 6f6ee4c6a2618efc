"""A made-up forge and tracker, drawn by hand: proposed changes, who looks at them, and work."""

from __future__ import annotations

from typing import Any

from tests.measure.building import at
from tests.measure.drawing import Drawing

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def june(day: float) -> int:
    """The instant `day` days after 1 June 2026, 00:00 UTC: the 1st is day 1."""
    return at("2026-05-31") + round(day * DAY * 1_000_000)


class Forge(Drawing):
    """Rows as the forge of one repository and a tracker would give them."""

    def proposed(
        self,
        name: str,
        opened: float,
        landed: float | None = None,
        author: str | None = "ann",
        *,
        kind: str = "human",
        ready: float | None = None,
        closed: float | None = None,
        draft: bool = False,
        repository: str = "r",
        **more: Any,
    ) -> None:
        """A change of the forge; days count in June 2026. There is no clone, so no commit row."""
        if author is not None:
            self.person(author, kind, repository)
        ended = landed if landed is not None else closed
        state = "merged" if landed is not None else "closed" if closed is not None else "open"
        self.add(
            "change",
            change_id=name,
            repository_id=repository,
            author_account_id=author,
            actor_kind=kind,
            landing="squash" if landed is not None else None,
            landed_at=None if landed is None else june(landed),
            state=state,
            opened_at=june(opened),
            ready_at=None if draft else june(opened if ready is None else ready),
            closed_at=None if ended is None else june(ended),
            **more,
        )

    def commits_of(self, change: str, *days: float, author: str = "ann", **more: Any) -> None:
        """Commits as proposed, written on these days."""
        for position, day in enumerate(days):
            self.add(
                "proposed_commit",
                change_id=change,
                sha=f"{change}-{position}",
                position=position,
                authored_at=june(day),
                committed_at=june(day),
                author_account_id=author,
                actor_kind="human",
                **more,
            )

    def review(
        self,
        change: str,
        day: float,
        reviewer: str | None = "bob",
        verdict: str = "commented",
        *,
        kind: str = "human",
        repository: str = "r",
    ) -> None:
        """A submitted review."""
        if reviewer is not None:
            self.person(reviewer, kind, repository)
        self.add(
            "review",
            review_id=f"{change}!{len(self.rows['review'])}",
            change_id=change,
            repository_id=repository,
            reviewer_account_id=reviewer,
            actor_kind=kind,
            submitted_at=june(day),
            verdict=verdict,
        )

    def comment(
        self,
        change: str,
        day: float,
        author: str | None = "bob",
        *,
        kind: str = "human",
        length: int = 10,
        on_code: bool = False,
        repository: str = "r",
    ) -> None:
        """A comment on a change."""
        if author is not None:
            self.person(author, kind, repository)
        self.add(
            "review_comment",
            comment_id=f"{change}?{len(self.rows['review_comment'])}",
            change_id=change,
            repository_id=repository,
            account_id=author,
            actor_kind=kind,
            written_at=june(day),
            length=length,
            is_on_code=on_code,
        )

    def item(self, name: str, *moves: tuple[str, float], **more: Any) -> None:
        """A work item that enters these stages on these days; it is what its last stage says."""
        done = [day for stage, day in moves if stage == "done"]
        stage = moves[-1][0]
        is_done = stage == "done"
        row = {
            "item_type": "task",
            "assignee_person_id": "ann",
            "resolution": "done" if is_done else None,
        }
        self.add(
            "work_item",
            work_item_id=name,
            stage=stage,
            created_at=june(moves[0][1]),
            done_at=june(done[-1]) if is_done else None,
            **(row | more),
        )
        before = None
        for entered, day in moves:
            self.add(
                "work_item_transition",
                work_item_id=name,
                from_stage=before,
                to_stage=entered,
                happened_at=june(day),
            )
            before = entered

    def touched(self, name: str, day: float, person: str = "ann", kind: str = "human") -> None:
        """An event of a work item."""
        self.add(
            "work_item_event",
            work_item_id=name,
            kind="commented",
            happened_at=june(day),
            person_id=person,
            actor_kind=kind,
        )

    def linked(self, item: str, change: str, probability: float = 1.0) -> None:
        """A link from work item to change."""
        self.add("work_item_change", work_item_id=item, change_id=change, probability=probability)

    def deployed(self, name: str, day: float, *changes: str, repository: str = "r") -> None:
        """A successful production deployment that brings these changes."""
        self.add(
            "deployment",
            deployment_id=name,
            repository_id=repository,
            environment="production",
            kind="deploy",
            outcome="success",
            started_at=june(day),
            finished_at=june(day),
        )
        for change in changes:
            self.add("deployment_change", deployment_id=name, change_id=change)
