"""Rows of an issue: the work item, its course, what happened to it, the incident it may be."""

from __future__ import annotations

from trueup.collect.fields import Fields
from trueup.collect.gathering import Rows
from trueup.collect.sources.jira.rows.actors import Actors, Who
from trueup.collect.sources.jira.rows.course import Course, course_of
from trueup.collect.sources.jira.settings import Options
from trueup.config import ServiceSettings

_EVENTS = {"status": "moved", "Sprint": "moved", "project": "moved", "assignee": "assigned"}
"""Kinds of events by the field that changed; of any other field: ``edited``."""
_CERTAIN = 1.0


class WorkItemRows:
    """Writes issues of one project into `rows`.

    Parameters
    ----------
    lead
        What ids begin with: ``jira:host``.
    """

    def __init__(
        self,
        lead: str,
        options: Options,
        services: tuple[ServiceSettings, ...],
        actors: Actors,
        rows: Rows,
    ) -> None:
        self._lead = lead
        self._options = options
        self._services = {service.name.lower(): service.name for service in services}
        self._actors = actors
        self._rows = rows

    def item_id(self, native: str) -> str:
        """Return the id of a work item: it stays when the issue moves and its key changes."""
        return f"{self._lead}:{native}"

    def add(self, body: Fields) -> None:
        """Add all rows of an issue.

        Raises
        ------
        Unreadable
            It has no id.
        """
        item_id = self.item_id(body.key("id"))
        kind = body.part("type")
        level, is_subtask = kind.number("hierarchyLevel"), kind.flag("subtask") is True
        item_type = self._options.item_type(kind.text("name"), level, is_subtask=is_subtask)
        course = course_of(body, self._options)
        created_at = body.at("created")
        done_at = _done_at(course, created_at, body) if course.now.stage == "done" else None
        is_done = course.now.stage == "done"
        ended = self._options.resolution(body.text("resolution"), course.now.name)
        parent = body.part("parent").text("id")
        caught_in = self._options.caught_in(body.text("found_in"))
        team_id = self._team(body.part("team"))
        self._rows.add(
            "work_item",
            work_item_id=item_id,
            keys=_keys(body),
            tracker="jira",
            team_id=team_id,
            item_type=item_type,
            parent_work_item_id=self.item_id(parent) if parent else None,
            stage=course.now.stage,
            points=body.decimal("points"),
            created_at=created_at,
            done_at=done_at,
            resolution=ended if is_done else None,
            assignee_person_id=self._actors.of(body.part("assignee")).account_id,
            found_in=caught_in if item_type == "bug" else None,
        )
        if item_type == "incident":
            self._incident(item_id, body, course, done_at, team_id)
        self._course(item_id, body, course, created_at)
        self._events(item_id, body, created_at)
        for change_id in body.texts("changes"):
            self._rows.add(
                "work_item_change",
                work_item_id=item_id,
                change_id=change_id,
                grade="declared",
                probability=_CERTAIN,
            )

    def _team(self, team: Fields) -> str | None:
        native, name = team.text("id"), team.text("name")
        if not (native or name):
            return None
        team_id = f"{self._lead}/team/{native or name}"
        self._rows.add("team", team_id=team_id, name=name or native, evidence="tracker")
        return team_id

    def _incident(
        self, item_id: str, body: Fields, course: Course, done_at: int | None, team_id: str | None
    ) -> None:
        begun = [move.at for move in course.moves if move.after.stage not in {None, "queue"}]
        named = {self._services.get(one.lower()) for one in body.texts("components")} - {None}
        self._rows.add(
            "incident",
            incident_id=item_id,
            service_id=named.pop() if len(named) == 1 else None,
            team_id=team_id,
            severity=body.text("severity") or body.text("priority"),
            opened_at=body.at("created"),
            acknowledged_at=min(begun, default=None),
            resolved_at=done_at,
        )

    def _course(self, item_id: str, body: Fields, course: Course, created_at: int | None) -> None:
        if created_at is not None:
            self._rows.add(
                "work_item_transition",
                work_item_id=item_id,
                happened_at=created_at,
                to_stage=course.began.stage,
                person_id=self._actors.of(body.part("creator")).account_id,
                to_status=course.began.name,
            )
        for move in course.moves:
            self._rows.add(
                "work_item_transition",
                work_item_id=item_id,
                happened_at=move.at,
                from_stage=move.before.stage,
                to_stage=move.after.stage,
                person_id=self._actors.of(move.author).account_id,
                to_status=move.after.name,
            )

    def _events(self, item_id: str, body: Fields, created_at: int | None) -> None:
        if created_at is not None:
            self._event(item_id, "created", created_at, self._actors.of(body.part("creator")))
        for entry in body.parts("histories"):
            kinds = {
                _EVENTS.get(item.text("field") or "", "edited") for item in entry.parts("items")
            }
            self._dated(item_id, body, entry, "created", sorted(kinds))
        for comment in body.parts("comments"):
            self._dated(item_id, body, comment, "at", ["commented"])
        for worklog in body.parts("worklogs"):
            self._dated(item_id, body, worklog, "at", ["logged_work"])

    def _dated(
        self, item_id: str, body: Fields, entry: Fields, dated: str, kinds: list[str]
    ) -> None:
        at = entry.at(dated)
        if at is None:
            body.faults.append(f"an event ({', '.join(kinds)}) has no instant")
            return
        who = self._actors.of(entry.part("author"))
        for kind in kinds:
            self._event(item_id, kind, at, who)

    def _event(self, item_id: str, kind: str, at: int, who: Who) -> None:
        self._rows.add(
            "work_item_event",
            work_item_id=item_id,
            kind=kind,
            happened_at=at,
            person_id=who.account_id,
            actor_kind=who.kind,
        )


def _done_at(course: Course, created_at: int | None, body: Fields) -> int | None:
    """Return when the work was done for the last time.

    That is its last entry into a status of stage done from one that is none. Without any, it was
    created done, or its history is lost and the instant of its resolution is all there is.
    """
    entries = [
        move.at
        for move in course.moves
        if move.after.stage == "done" and move.before.stage != "done"
    ]
    if entries:
        return entries[-1]
    resolved = body.at("resolved")
    return created_at if resolved is None else resolved


def _keys(body: Fields) -> list[str] | None:
    """Return every key an issue is or was known by, the present one first."""
    found = [body.text("key")]
    for entry in reversed(body.parts("histories")):
        for item in entry.parts("items"):
            if item.text("field") == "Key":
                found += [item.text("toString"), item.text("fromString")]
    return list(dict.fromkeys(key for key in found if key)) or None
