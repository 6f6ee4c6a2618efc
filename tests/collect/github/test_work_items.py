"""Issues: their type, their course from open to closed and back, incidents among them."""

import pytest

from tests.collect.github.drawn import ADA, BOB, Payload, event, issue, micro
from tests.collect.github.server import GitHubServer
from tests.collect.github.visiting import Read, read, visit
from trueup.config import Connection
from trueup.errors import ConfigError
from trueup.testing.scripted import Scripted

ITEM = "github.com/acme/shop/issues/7"


def rows_of(*issues: Payload, knows_types: bool = True, **options: object) -> Read:
    server = GitHubServer(knows_types=knows_types)
    server.add().put(*issues)
    connection = Connection(source="github", targets=("acme/shop",), options=options)
    return read(visit(server, connection=connection), connection=connection)


def test_an_issue_goes_from_open_to_closed_and_back() -> None:
    """Opened by Carl on 1 March, closed by Ada on the 5th, reopened by Bob on the 6th."""
    found = rows_of(
        issue(
            timeline=[
                event("ClosedEvent", "2024-03-05T00:00:00Z", ADA),
                event("ReopenedEvent", "2024-03-06T00:00:00Z", BOB),
            ]
        )
    )
    moves = [
        (row["from_stage"], row["to_stage"], row["to_status"], row["person_id"])
        for row in found["work_item_transition"]
    ]
    assert moves == [
        (None, "queue", "open", "github:3"),
        ("queue", "done", "closed", "github:1"),
        ("done", "queue", "open", "github:2"),
    ]
    row = found.only("work_item")
    assert (row["work_item_id"], row["stage"], row["done_at"]) == (ITEM, "queue", None)


@pytest.mark.parametrize(
    ("reason", "resolution"),
    [
        ("COMPLETED", "done"),
        ("NOT_PLANNED", "abandoned"),
        ("DUPLICATE", "abandoned"),
        (None, "done"),
    ],
)
def test_a_closed_issue_was_done_or_given_up(reason: str | None, resolution: str) -> None:
    closed = issue(state="CLOSED", stateReason=reason, closedAt="2024-03-05T00:00:00Z")
    row = rows_of(closed).only("work_item")
    assert (row["stage"], row["resolution"]) == ("done", resolution)
    assert row["done_at"] == micro("2024-03-05T00:00:00Z")


@pytest.mark.parametrize(
    ("type_name", "labels", "kind"),
    [
        ("Bug", ["enhancement"], "bug"),
        ("Feature", [], "feature"),
        ("Task", [], "task"),
        (None, ["kind/bug"], "bug"),
        (None, ["type: feature request"], "feature"),
        (None, ["good first issue", "C-enhancement"], "feature"),
        (None, ["epic", "enhancement"], "epic"),
        (None, ["bug", "incident"], "incident"),
        (None, ["question"], "other"),
        (None, [], "other"),
        ("Spike", ["bug"], "bug"),
    ],
)
def test_the_type_of_an_issue_is_its_own_else_its_surest_label(
    type_name: str | None, labels: list[str], kind: str
) -> None:
    named = None if type_name is None else {"name": type_name}
    assert rows_of(issue(issueType=named, labels=labels)).only("work_item")["item_type"] == kind


def test_types_of_ones_own_come_first() -> None:
    spike = issue(issueType={"name": "Spike"}, labels=["bug"])
    found = rows_of(spike, issue_types={"Spike": "task"})
    assert found.only("work_item")["item_type"] == "task"


def test_an_unknown_kind_of_work_is_refused() -> None:
    with pytest.raises(ConfigError, match="says 'wish' of 'Spike'"):
        rows_of(issue(), issue_types={"Spike": "wish"})


def test_an_incident_is_a_work_item_and_an_incident() -> None:
    found = rows_of(
        issue(
            labels=["incident", "sev-1"],
            state="CLOSED",
            closedAt="2024-03-01T09:30:00Z",
        )
    )
    assert found.only("work_item")["item_type"] == "incident"
    row = found.only("incident")
    assert (row["incident_id"], row["severity"]) == (ITEM, "sev-1")
    assert row["resolved_at"] - row["opened_at"] == 90 * 60 * 1_000_000


def test_an_incident_that_lasts_is_not_resolved() -> None:
    assert rows_of(issue(labels=["incident"])).only("incident")["resolved_at"] is None


def test_everything_done_to_an_issue_is_an_event() -> None:
    author_of_comment = {
        "__typename": "IssueComment",
        "createdAt": "2024-03-02T00:00:00Z",
        "author": BOB,
    }
    found = rows_of(
        issue(
            timeline=[
                author_of_comment,
                event("AssignedEvent", "2024-03-03T00:00:00Z"),
                event("LabeledEvent", "2024-03-03T01:00:00Z"),
                event("RenamedTitleEvent", "2024-03-03T02:00:00Z"),
                event("MilestonedEvent", "2024-03-03T03:00:00Z", None),
            ]
        )
    )
    said = [(row["kind"], row["actor_kind"]) for row in found["work_item_event"]]
    assert said == [
        ("created", "human"),
        ("commented", "human"),
        ("assigned", "human"),
        ("edited", "human"),
        ("edited", "human"),
        ("moved", "deleted"),
    ]


def test_a_parent_may_be_in_another_repository() -> None:
    parent = {"number": 3, "repository": {"nameWithOwner": "acme/plan"}}
    row = rows_of(issue(parent=parent, assignees=[BOB])).only("work_item")
    assert row["parent_work_item_id"] == "github.com/acme/plan/issues/3"
    assert row["assignee_person_id"] == "github:2"


def test_a_server_without_issue_types_is_not_asked_for_them() -> None:
    server = GitHubServer(knows_types=False)
    server.add().put(issue(labels=["bug"]))
    scripted = Scripted(server.answer)
    assert read(visit(scripted)).only("work_item")["item_type"] == "bug"
    queries = [question.body["query"] for question in scripted.asked if question.body]
    assert len(queries) > 2
    assert not any("issueType" in query for query in queries)
