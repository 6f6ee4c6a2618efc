"""Rows of issues, epics and incidents: the work item, where it was when, what happened to it."""

from __future__ import annotations

import re
from itertools import groupby
from typing import NamedTuple

from trueup.collect.forge.accounts import Who
from trueup.collect.forge.fields import Fields
from trueup.collect.forge.options import Options, severity
from trueup.collect.forge.services import failed_service
from trueup.collect.gathering import Rows
from trueup.collect.sources.gitlab.address import Address
from trueup.collect.sources.gitlab.rows.actors import Actors
from trueup.collect.sources.gitlab.settings import Statuses
from trueup.config import ServiceSettings

_NATIVE_TYPES = {"incident": "incident", "task": "task", "requirement": "feature"}
_NOTED = {"assigned": "assigned", "edited": "edited", "moved": "moved"}
_EPIC = re.compile(r"/groups/(?P<group>.+?)/-/(?:epics|work_items)/(?P<number>\d+)")
_SEVERITIES = ("critical", "high", "medium", "low")
_STATES = ("closed", "reopened", "opened")
_LABELLED = ("add", "remove")
_START, _END, _ANSWERED = "start time", "end time", "response initiated"


class _Step(NamedTuple):
    """Something that may move an item: closed or opened, or a label put on or taken off."""

    at: int
    number: int
    state: str
    label: str | None
    who: Who


class _Course(NamedTuple):
    """Where an item came to, and since when it is done; None where no event says so."""

    stage: str | None = None
    done_at: int | None = None


class WorkItemRows:
    """Writes issues and epics into `rows`."""

    def __init__(
        self,
        target_id: str,
        address: Address,
        settings: tuple[Options, Statuses],
        services: tuple[ServiceSettings, ...],
        actors: Actors,
        rows: Rows,
    ) -> None:
        self._target_id = target_id
        self._address = address
        self._options, self._statuses = settings
        self._services = services
        self._actors = actors
        self._rows = rows

    def add_issue(self, body: Fields) -> None:
        """Add all rows of an issue.

        Raises
        ------
        Unreadable
            It has no number.
        """
        item_id = f"{self._target_id}/issues/{body.needed('iid')}"
        labels = body.texts("labels")
        item_type = self._item_type(body, labels)
        course = self._course(item_id, body)
        is_closed = body.text("state") == "closed"
        stage = course.stage or self._stage_by(labels)
        stage = "done" if is_closed else stage
        closed_at = body.at("closed_at") if is_closed else None
        assignees = body.parts("assignees")
        is_moved = body.number("moved_to_id") is not None
        self._rows.add(
            "work_item",
            work_item_id=item_id,
            tracker="gitlab",
            item_type=item_type,
            parent_work_item_id=self._epic_id(body.part("epic")),
            stage=stage,
            points=body.decimal("weight"),
            created_at=body.at("created_at"),
            done_at=(course.done_at or closed_at) if stage == "done" else None,
            resolution=("abandoned" if is_moved else "done") if stage == "done" else None,
            assignee_person_id=self._actors.of(assignees[0]).account_id if assignees else None,
        )
        if item_type == "incident":
            self._incident(item_id, body, closed_at)
        self._noted(item_id, body)

    def add_epic(self, body: Fields) -> None:
        """Add all rows of an epic.

        Raises
        ------
        Unreadable
            It has no number or no group.
        """
        item_id = self._address.full_id(f"{body.key('group')}/epics/{body.needed('iid')}")
        is_done = body.text("state") == "closed"
        self._rows.add(
            "work_item",
            work_item_id=item_id,
            tracker="gitlab",
            item_type="epic",
            stage="done" if is_done else "queue",
            created_at=body.at("created_at"),
            done_at=body.at("closed_at") if is_done else None,
            resolution="done" if is_done else None,
        )
        self._course(item_id, body)

    def _item_type(self, body: Fields, labels: list[str]) -> str:
        """Return what kind of work it is: GitLab calls nearly everything an issue."""
        native = (body.text("issue_type") or body.text("type") or "").lower()
        known = _NATIVE_TYPES.get(native)
        if known == "incident":
            return known
        by_label = self._options.item_type(None, labels)
        return known or by_label if by_label == "other" else by_label

    def _epic_id(self, epic: Fields) -> str | None:
        found = _EPIC.search(epic.text("url") or "")
        if found is None:
            return None
        return self._address.full_id(f"{found['group']}/epics/{int(found['number'][:18])}")

    def _incident(self, item_id: str, body: Fields, done_at: int | None) -> None:
        """Add an incident: its timeline where somebody kept one, else what was set and noted."""
        said = _timeline(body)
        noted = {"acknowledged": list[int](), "resolved": list[int]()}
        for note in body.parts("notes"):
            at, kind = note.at("created_at"), note.text("kind") or ""
            if at is not None and kind in noted:
                noted[kind].append(at)
        resolved = max(noted["resolved"], default=done_at)
        level = (body.text("severity") or "").lower()
        self._rows.add(
            "incident",
            incident_id=item_id,
            service_id=failed_service(self._services, self._target_id, body.texts("labels")),
            severity=level if level in _SEVERITIES else severity(body.texts("labels")),
            opened_at=said.get(_START, body.at("created_at")),
            acknowledged_at=said.get(_ANSWERED, min(noted["acknowledged"], default=None)),
            resolved_at=said.get(_END, resolved),
        )

    def _stage_by(self, labels: list[str]) -> str:
        """Return where labels say an open item is: the furthest they name."""
        named = {self._statuses.stage(label) for label in labels} - {None, "done"}
        furthest = [stage for stage in ("qa", "review", "active") if stage in named]
        return furthest[0] if furthest else "queue"

    def _course(self, item_id: str, body: Fields) -> _Course:
        """Add every move; what was set at one instant is one move."""
        created_at, author = body.at("created_at"), self._actors.of(body.part("author"))
        if created_at is not None:
            self._event(item_id, "created", created_at, author)
            self._move(item_id, created_at, (None, "queue", "opened"), author)
        is_closed, on, stage = False, list[str](), "queue"
        course = _Course()
        for at, together in groupby(self._steps(body), key=lambda step: step.at):
            step = None
            for step in together:
                self._event(item_id, "edited" if step.label else "moved", at, step.who)
                if step.label is None:
                    is_closed = step.state == "closed"
                else:
                    on = [label for label in on if label != step.label]
                    on += [step.label] if step.state == "add" else []
            now = "done" if is_closed else self._latest(on)
            if now != stage and step is not None:
                status = "closed" if is_closed else on[-1] if on else "opened"
                self._move(item_id, at, (stage, now, status), step.who)
                course = _Course(now, at if now == "done" else None)
            elif course.stage is None:
                course = _Course(now)
            stage = now
        return course

    def _latest(self, labels: list[str]) -> str:
        """Return where the label put on last says an open item is."""
        stage = self._statuses.stage(labels[-1]) if labels else None
        return stage or "queue"

    def _steps(self, body: Fields) -> list[_Step]:
        found = []
        for event in (*body.parts("states"), *body.parts("label_events")):
            at, label = event.at("created_at"), event.text("label")
            state = event.text("action") or event.text("state") or ""
            is_known = label is None or self._statuses.stage(label) is not None
            if at is None:
                body.faults.append("an event has no instant")
            elif is_known and state in (_LABELLED if label else _STATES):
                who = self._actors.of(event.part("user"))
                found.append(_Step(at, event.number("id") or 0, state, label, who))
        return sorted(found, key=lambda step: (step.at, step.state == "add", step.number))

    def _noted(self, item_id: str, body: Fields) -> None:
        for note in body.parts("notes"):
            kind, at = note.text("kind"), note.at("created_at")
            if at is None:
                body.faults.append("a note has no instant")
            elif kind is None or kind in _NOTED:
                who = self._actors.of(note.part("author"))
                self._event(item_id, "commented" if kind is None else _NOTED[kind], at, who)

    def _event(self, item_id: str, kind: str, at: int, who: Who) -> None:
        self._rows.add(
            "work_item_event",
            work_item_id=item_id,
            kind=kind,
            happened_at=at,
            person_id=who.account_id,
            actor_kind=who.kind,
        )

    def _move(self, item_id: str, at: int, move: tuple[str | None, str, str], who: Who) -> None:
        from_stage, to_stage, status = move
        self._rows.add(
            "work_item_transition",
            work_item_id=item_id,
            happened_at=at,
            from_stage=from_stage,
            to_stage=to_stage,
            person_id=who.account_id,
            to_status=status,
        )


def _timeline(body: Fields) -> dict[str, int]:
    """Return the first instant of each tag of a timeline; of the end the last."""
    found: dict[str, int] = {}
    for event in body.parts("timeline"):
        at = event.at("occurredAt")
        for tag in event.texts("tags"):
            name = tag.lower()
            if at is not None:
                pick = max if name == _END else min
                found[name] = pick(found.get(name, at), at)
    return found
