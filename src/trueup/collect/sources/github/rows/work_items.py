"""Rows of an issue: the work item, when it was open and closed, what happened to it."""

from __future__ import annotations

from trueup.collect.forge.accounts import Who
from trueup.collect.forge.fields import Fields
from trueup.collect.forge.options import Options, severity
from trueup.collect.forge.services import failed_service
from trueup.collect.gathering import Rows
from trueup.collect.sources.github.rows.actors import Actors
from trueup.config import ServiceSettings

_MOVES = {"ClosedEvent": ("queue", "done", "closed"), "ReopenedEvent": ("done", "queue", "open")}
_EVENTS = {
    "IssueComment": "commented",
    "AssignedEvent": "assigned",
    "UnassignedEvent": "assigned",
    "LabeledEvent": "edited",
    "UnlabeledEvent": "edited",
    "RenamedTitleEvent": "edited",
    "MilestonedEvent": "moved",
    "DemilestonedEvent": "moved",
    "TransferredEvent": "moved",
    "ClosedEvent": "moved",
    "ReopenedEvent": "moved",
}
_ABANDONED = ("NOT_PLANNED", "DUPLICATE")


class WorkItemRows:
    """Writes issues of one repository into `rows`.

    GitHub's issues are open or closed: what lies between is known to a project board at most.
    """

    def __init__(
        self,
        repository_id: str,
        options: Options,
        services: tuple[ServiceSettings, ...],
        actors: Actors,
        rows: Rows,
    ) -> None:
        self._repository_id = repository_id
        self._options = options
        self._services = services
        self._actors = actors
        self._rows = rows

    def add(self, body: Fields) -> None:
        """Add all rows of an issue.

        Raises
        ------
        Unreadable
            It has no number.
        """
        item_id = f"{self._repository_id}/issues/{body.needed('number')}"
        labels = [name for label in body.nodes("labels") if (name := label.text("name"))]
        item_type = self._options.item_type(body.part("issueType").text("name"), labels)
        is_done = body.text("state") == "CLOSED"
        done_at = body.at("closedAt") if is_done else None
        reason = body.text("stateReason")
        assignees = body.nodes("assignees")
        self._rows.add(
            "work_item",
            work_item_id=item_id,
            tracker="github",
            item_type=item_type,
            parent_work_item_id=self._parent(body.part("parent")),
            stage="done" if is_done else "queue",
            created_at=body.at("createdAt"),
            done_at=done_at,
            resolution=("abandoned" if reason in _ABANDONED else "done") if is_done else None,
            assignee_person_id=self._actors.of(assignees[0]).account_id if assignees else None,
        )
        if item_type == "incident":
            self._incident(item_id, body, labels, done_at)
        self._course(item_id, body)

    def _parent(self, parent: Fields) -> str | None:
        number, owner = parent.number("number"), parent.part("repository").text("nameWithOwner")
        if number is None or owner is None:
            return None
        return f"{self._repository_id.partition('/')[0]}/{owner}/issues/{number}"

    def _incident(self, item_id: str, body: Fields, labels: list[str], done_at: int | None) -> None:
        self._rows.add(
            "incident",
            incident_id=item_id,
            service_id=failed_service(self._services, self._repository_id, labels),
            severity=severity(labels),
            opened_at=body.at("createdAt"),
            resolved_at=done_at,
        )

    def _course(self, item_id: str, body: Fields) -> None:
        created_at = body.at("createdAt")
        author = self._actors.of(body.part("author"))
        if created_at is not None:
            self._event(item_id, "created", created_at, author)
            self._move(item_id, created_at, (None, "queue", "open"), author.account_id)
        for item in body.nodes("timelineItems"):
            typename, at = item.text("__typename") or "", item.at("createdAt")
            if typename not in _EVENTS:
                continue
            if at is None:
                body.faults.append(f"an event ({typename}) has no instant")
                continue
            who = self._actors.of(item.part("author" if typename == "IssueComment" else "actor"))
            self._event(item_id, _EVENTS[typename], at, who)
            if typename in _MOVES:
                self._move(item_id, at, _MOVES[typename], who.account_id)

    def _event(self, item_id: str, kind: str, at: int, who: Who) -> None:
        self._rows.add(
            "work_item_event",
            work_item_id=item_id,
            kind=kind,
            happened_at=at,
            person_id=who.account_id,
            actor_kind=who.kind,
        )

    def _move(
        self, item_id: str, at: int, move: tuple[str | None, str, str], account_id: str | None
    ) -> None:
        from_stage, to_stage, status = move
        self._rows.add(
            "work_item_transition",
            work_item_id=item_id,
            happened_at=at,
            from_stage=from_stage,
            to_stage=to_stage,
            person_id=account_id,
            to_status=status,
        )
