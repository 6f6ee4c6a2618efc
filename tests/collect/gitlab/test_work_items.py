"""Issues, epics and incidents: of what kind, where they were when, what they led to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.gitlab.drawn import (
    ADA,
    BOB,
    CARL,
    Payload,
    issue,
    labelled,
    note,
    noted,
    state,
)
from tests.collect.gitlab.server import GitLabServer
from tests.collect.gitlab.visiting import CONNECTION, Kept, Read, read, visit
from tests.collect.gitlab.world import world
from trueup.collect.fields import instant
from trueup.config import Connection
from trueup.errors import ConfigError

ITEM = "gitlab.com/acme/shop/issues/7"


def rows_of(item: Payload, options: dict[str, Any] | None = None, **parts: list[Payload]) -> Read:
    server = GitLabServer()
    server.add().put_issue(item, **parts)
    connection = Connection(source="gitlab", targets=("acme/shop",), options=options or {})
    return read(visit(server, connection=connection), connection=connection)


def moves(found: Read) -> list[tuple[str | None, str, str]]:
    return [
        (row["from_stage"], row["to_stage"], row["to_status"])
        for row in found["work_item_transition"]
    ]


def test_an_issue_walks_from_label_to_label_to_done() -> None:
    """In development on 2 March, in review on the 3rd (two labels at one instant), closed on 5."""
    found = read(visit(world()))
    row = found.only("work_item", work_item_id=ITEM)
    assert (row["tracker"], row["item_type"], row["stage"]) == ("gitlab", "bug", "done")
    assert (row["points"], row["resolution"]) == (3.0, "done")
    assert row["done_at"] == instant("2024-03-05T12:00:01Z")
    assert row["assignee_person_id"] == "gitlab:2"
    assert row["parent_work_item_id"] == "gitlab.com/acme/web/epics/5"
    walked = [
        (r["from_stage"], r["to_stage"], r["to_status"], r["happened_at"])
        for r in found.all("work_item_transition", work_item_id=ITEM)
    ]
    assert walked == [
        (None, "queue", "opened", instant("2024-03-01T09:00:00Z")),
        ("queue", "active", "workflow::in dev", instant("2024-03-02T09:00:00Z")),
        ("active", "review", "workflow::in review", instant("2024-03-03T09:00:00Z")),
        ("review", "done", "closed", instant("2024-03-05T12:00:01Z")),
    ]


def test_the_map_of_the_workspace_says_which_label_is_which_stage() -> None:
    labels = [labelled(1, "2024-03-02T09:00:00Z", "Chez le boulanger")]
    assert moves(rows_of(issue(7), labels=labels)) == [(None, "queue", "opened")]
    mapped = rows_of(issue(7), {"statuses": {"chez LE boulanger": "qa"}}, labels=labels)
    assert moves(mapped)[1:] == [("queue", "qa", "Chez le boulanger")]
    assert mapped.only("work_item")["stage"] == "qa"


@pytest.mark.parametrize(
    ("label", "stage"),
    [
        ("To Do", "queue"),
        ("Doing", "active"),
        ("status::in progress", "active"),
        ("workflow::in dev", "active"),
        ("workflow::ready for review", "review"),
        ("QA", "qa"),
        ("workflow::verification", "qa"),
        ("workflow::blocked", "queue"),
    ],
)
def test_usual_labels_are_guessed(label: str, stage: str) -> None:
    found = rows_of(
        issue(7),
        labels=[
            labelled(1, "2024-03-02T08:00:00Z", "workflow::staging"),
            labelled(2, "2024-03-02T09:00:00Z", label),
        ],
    )
    assert found.only("work_item")["stage"] == stage


def test_labels_that_say_nothing_on_a_stage_move_nothing() -> None:
    found = rows_of(issue(7), labels=[labelled(1, "2024-03-02T09:00:00Z", "backend")])
    assert moves(found) == [(None, "queue", "opened")]
    assert [row["kind"] for row in found["work_item_event"]] == ["created"]


def test_an_issue_opened_again_is_not_done_and_goes_back_to_its_label() -> None:
    found = rows_of(
        issue(7),
        labels=[labelled(1, "2024-03-02T09:00:00Z", "Doing")],
        states=[
            state(2, "2024-03-03T09:00:00Z", BOB, "closed"),
            state(3, "2024-03-04T09:00:00Z", ADA, "reopened"),
        ],
    )
    assert [move[:2] for move in moves(found)] == [
        (None, "queue"),
        ("queue", "active"),
        ("active", "done"),
        ("done", "active"),
    ]
    row = found.only("work_item")
    assert (row["stage"], row["done_at"], row["resolution"]) == ("active", None, None)


def test_a_closed_issue_without_events_was_done_when_it_was_closed() -> None:
    found = rows_of(issue(7, state="closed", closed_at="2018-03-05T12:00:00Z"))
    row = found.only("work_item")
    assert (row["stage"], row["done_at"]) == ("done", instant("2018-03-05T12:00:00Z"))


def test_an_issue_that_was_moved_elsewhere_is_given_up_here() -> None:
    closed = {"state": "closed", "closed_at": "2024-03-05T12:00:00Z", "moved_to_id": 99}
    assert rows_of(issue(7, **closed)).only("work_item")["resolution"] == "abandoned"


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"issue_type": "incident", "type": "INCIDENT"}, "incident"),
        ({"issue_type": "task", "type": "TASK"}, "task"),
        ({"issue_type": None, "type": "TASK"}, "task"),
        ({"issue_type": "task", "labels": ["type::bug"]}, "bug"),
        ({"labels": ["type::feature"]}, "feature"),
        ({"labels": [{"name": "bug"}]}, "bug"),
        ({}, "other"),
    ],
)
def test_kinds_of_work_are_told_by_type_and_label(fields: Payload, kind: str) -> None:
    assert rows_of(issue(7, **fields)).only("work_item")["item_type"] == kind


def test_an_incident_begins_with_its_timeline_and_ends_with_it() -> None:
    """Opened at 9:00, but the timeline says that it began at 8:40; acknowledged at 9:07."""
    found = read(visit(world()))
    row = found.only("incident")
    assert row["incident_id"] == "gitlab.com/acme/shop/issues/8"
    assert row["severity"] == "critical"
    assert row["opened_at"] == instant("2024-03-01T08:40:00Z")
    assert row["acknowledged_at"] == instant("2024-03-01T09:07:00Z")
    assert row["resolved_at"] is None


def test_an_incident_without_timeline_ends_when_it_is_resolved_else_when_it_is_closed() -> None:
    closed = issue(
        8, issue_type="incident", state="closed", closed_at="2024-03-02T00:00:00Z", labels=["sev1"]
    )
    resolved = noted(1, "2024-03-01T11:00:00Z", BOB, "changed the incident status to **Resolved**")
    by_note = rows_of(closed, notes=[resolved]).only("incident")
    assert by_note["resolved_at"] == instant("2024-03-01T11:00:00Z")
    by_closing = rows_of(closed).only("incident")
    assert by_closing["resolved_at"] == instant("2024-03-02T00:00:00Z")
    assert by_closing["opened_at"] == instant("2024-03-01T09:00:00Z")
    assert by_closing["severity"] == "sev1"


def test_what_was_written_and_set_is_told_without_its_words() -> None:
    found = rows_of(
        issue(7),
        notes=[
            note(1, "2024-03-02T10:00:00Z", CARL, "Me too"),
            noted(2, "2024-03-02T11:00:00Z", ADA, "assigned to @bob"),
            noted(3, "2024-03-02T12:00:00Z", ADA, "changed title from **a** to **b**"),
            noted(4, "2024-03-02T13:00:00Z", ADA, "mentioned in merge request !3"),
        ],
    )
    told = [(row["kind"], row["person_id"]) for row in found["work_item_event"]]
    assert told == [
        ("created", "gitlab:1"),
        ("commented", "gitlab:3"),
        ("assigned", "gitlab:1"),
        ("edited", "gitlab:1"),
    ]


def test_epics_are_work_items_of_their_group() -> None:
    found = read(visit(world(), Kept(target="@acme")))
    row = found.only("work_item")
    assert (row["work_item_id"], row["item_type"]) == ("gitlab.com/acme/web/epics/5", "epic")
    assert (row["stage"], row["done_at"]) == ("done", instant("2024-05-01T00:00:00Z"))


def test_a_server_without_epics_says_so_and_gives_its_teams() -> None:
    server = world()
    server.is_licensed = False
    kept = visit(server, Kept(target="@acme"))
    assert [note.subject for note in kept.notes] == ["epics"]
    assert len(read(kept)["team"]) == 2


@pytest.mark.parametrize("statuses", [["Doing"], {"Doing": "busy"}])
def test_a_map_of_labels_to_no_stage_is_refused(statuses: Any) -> None:
    connection = Connection(source="gitlab", targets=("acme/shop",), options={"statuses": statuses})
    with pytest.raises(ConfigError, match="statuses"):
        visit(world(), connection=connection)
    assert CONNECTION.options == {}
