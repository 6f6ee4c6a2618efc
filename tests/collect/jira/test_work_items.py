"""Issues as rows; every expected value is worked out by hand from the history drawn."""

from __future__ import annotations

import json

from tests.collect.jira import drawn
from tests.collect.jira.drawn import (
    ADA,
    BOB,
    ROBOT,
    comments,
    entry,
    issue,
    item,
    member,
    micros,
    moved,
    worklogs,
)
from tests.collect.jira.server import JiraServer
from tests.collect.jira.visiting import LEAD, Kept, collected, read, visit
from trueup.config import ServiceSettings

CREATED = "2026-03-02T09:00:00.000+0100"
BEGUN = "2026-03-02T10:00:00.000+0100"
ENDED = "2026-03-04T10:00:00.000+0100"
AGAIN = "2026-03-05T10:00:00.000+0100"
LAST = "2026-03-06T10:00:00.000+0100"


def test_a_work_item_is_named_by_its_id_and_found_by_its_key() -> None:
    found = collected(issue(10002, "SHOP-2", kind="Story")).only("work_item")
    assert found["work_item_id"] == "jira:acme.atlassian.net:10002"
    assert found["keys"] == ["SHOP-2"]
    assert (found["tracker"], found["item_type"], found["stage"]) == ("jira", "feature", "queue")
    assert found["created_at"] == micros("2026-03-02T08:00:00+00:00")
    assert found["done_at"] is None
    assert found["resolution"] is None


def test_pain_18_an_instant_is_read_with_its_offset_on_both_sides_of_a_change_of_clocks() -> None:
    """29 March 2026, Berlin: 01:59:59 is +0100, a second later it is 03:00:00 +0200.

    Written in milliseconds, as the cloud gives histories, both are the same second.
    """
    before, after = "2026-03-29T01:59:59.000+0100", "2026-03-29T03:00:00.000+0200"
    perth = "2026-03-28T23:30:00.000+0800"  # 15:30 UTC: still the same day there and here
    found = collected(
        issue(
            10001,
            "SHOP-1",
            entry(1, before, moved("To Do", "In Progress")),
            entry(2, after, moved("In Progress", "Done")),
            now="Done",
            created=perth,
        )
    )
    at = sorted(row["happened_at"] for row in found["work_item_transition"])
    assert at == [
        micros("2026-03-28T15:30:00+00:00"),
        micros("2026-03-29T00:59:59+00:00"),
        micros("2026-03-29T01:00:00+00:00"),
    ]
    assert at[2] - at[1] == 1_000_000


def test_the_status_at_creation_is_what_the_first_move_left() -> None:
    """Created straight into In Progress: there never was a queue."""
    found = collected(
        issue(
            10001,
            "SHOP-1",
            entry(1, ENDED, moved("In Progress", "Done")),
            now="Done",
        )
    )
    assert found.stages(10001) == [(None, "active"), ("active", "done")]
    assert found.only("work_item")["done_at"] == micros(ENDED)


def test_an_issue_that_never_moved_is_where_it_was_created() -> None:
    found = collected(issue(10001, "SHOP-1", now="In Progress"))
    assert found.stages(10001) == [(None, "active")]


def test_an_issue_created_done_was_done_when_it_was_created() -> None:
    found = collected(issue(10001, "SHOP-1", now="Done")).only("work_item")
    assert found["done_at"] == micros(CREATED)


def test_what_is_opened_again_is_done_at_its_last_end() -> None:
    found = collected(
        issue(
            10001,
            "SHOP-1",
            entry(1, BEGUN, moved("To Do", "Done")),
            entry(2, ENDED, moved("Done", "In Progress")),
            entry(3, AGAIN, moved("In Progress", "Done")),
            entry(4, LAST, moved("Done", "Closed")),
            now="Closed",
        )
    )
    assert found.stages(10001) == [
        *((None, "queue"), ("queue", "done"), ("done", "active"), ("active", "done")),
        ("done", "done"),
    ]
    assert found.only("work_item")["done_at"] == micros(AGAIN)


def test_what_is_open_again_is_not_done() -> None:
    found = collected(
        issue(
            10001,
            "SHOP-1",
            entry(1, BEGUN, moved("To Do", "Done")),
            entry(2, ENDED, moved("Done", "In Progress")),
            now="In Progress",
            resolution={"name": "Done"},
        )
    ).only("work_item")
    assert (found["stage"], found["done_at"], found["resolution"]) == ("active", None, None)


def test_work_that_will_not_be_done_is_abandoned() -> None:
    found = collected(
        issue(10001, "SHOP-1", now="Done", resolution={"name": "Won't Do"}),
        issue(10002, "SHOP-2", now="Done", resolution={"name": "Done"}),
        issue(10003, "SHOP-3", now="Done"),
    )
    ended = {row["work_item_id"][-5:]: row["resolution"] for row in found["work_item"]}
    assert ended == {"10001": "abandoned", "10002": "done", "10003": "done"}


def test_entries_of_a_history_are_put_in_order_whatever_order_they_come_in() -> None:
    first = entry(1, BEGUN, moved("To Do", "In Progress"))
    second = entry(2, BEGUN, moved("In Progress", "In Review"))  # the same instant
    third = entry(10, BEGUN, moved("In Review", "Done"))
    found = collected(issue(10001, "SHOP-1", third, second, first, now="Done"))
    assert found.skipped == []
    assert found.only("work_item_transition", from_stage=None)["to_stage"] == "queue"


def test_points_team_parent_and_assignee_are_read_from_the_fields_that_hold_them() -> None:
    found = collected(
        issue(10001, "SHOP-1", kind="Epic"),
        issue(
            10002,
            "SHOP-2",
            parent={"id": "10001", "key": "SHOP-1"},
            assignee=BOB,
            **{drawn.POINTS: 5.5, drawn.TEAM: {"id": "t-1", "name": "Basket"}},
        ),
    )
    row = found.only("work_item", keys=["SHOP-2"])
    assert row["points"] == 5.5
    assert row["parent_work_item_id"] == f"{LEAD}:10001"
    assert row["assignee_person_id"] == "jira|5b10b0b"
    assert row["team_id"] == f"{LEAD}/team/t-1"
    assert found.only("team")["name"] == "Basket"


def test_a_data_center_names_epics_by_key_and_users_by_key() -> None:
    server = JiraServer(is_cloud=False)
    ada = member("JIRAUSER1", "Ada Lovelace", email="Ada@Example.org")
    server.put(
        issue(10001, "SHOP-1", kind="Epic", creator=ada),
        issue(10002, "SHOP-2", creator=ada, **{drawn.EPIC: "SHOP-1"}),
        issue(10003, "SHOP-3", creator=ada, **{drawn.EPIC: "GONE-9"}),
    )
    found = read(visit(server))
    parents = {row["keys"][0]: row["parent_work_item_id"] for row in found["work_item"]}
    assert parents == {"SHOP-1": None, "SHOP-2": f"{LEAD}:10001", "SHOP-3": None}
    account = found.only("account", platform="jira:acme.atlassian.net")
    address = found.only("account", platform="email")
    assert address["person_id"] == account["account_id"]
    assert address["account_id"] == "email|ada@example.org"


def test_what_happened_to_an_issue_is_dated_and_its_words_are_not_kept() -> None:
    kept_words = item("summary", "Secret words", "Other secret words")
    server = JiraServer()
    server.put(
        issue(
            10001,
            "SHOP-1",
            entry(1, BEGUN, item("assignee", None, "Bob", after_id="5b10b0b"), kept_words),
            entry(2, ENDED, moved("To Do", "Done"), by=ROBOT),
            now="Done",
            comment=comments(*[BEGUN] * 5),
            worklog=worklogs(ENDED, ENDED, ENDED),
        )
    )
    kept = visit(server)
    found = read(kept)
    kinds = sorted(row["kind"] for row in found["work_item_event"])
    assert kinds == sorted(
        ["created", "assigned", "edited", "moved", *["commented"] * 5, *["logged_work"] * 3]
    )
    assert found.only("work_item_event", kind="moved")["actor_kind"] == "bot"
    text = json.dumps(kept.bodies)
    assert not any(word in text for word in ("Secret", "Words", "words about"))


def test_the_changelog_of_words_is_kept_without_the_words() -> None:
    server = JiraServer()
    server.put(issue(10001, "SHOP-1", entry(1, BEGUN, item("description", "old", "new text"))))
    body = visit(server).bodies["10001"]
    assert body is not None
    assert body["histories"][0]["items"] == [{"field": "description"}]


def test_pain_11_users_that_are_gone_are_a_class_and_no_ghost_of_a_person() -> None:
    former = {"accountId": "712020:x", "displayName": "Former user", "accountType": "atlassian"}
    erased = {"accountId": "unknown", "displayName": "Somebody", "accountType": "atlassian"}
    found = collected(
        issue(
            10001,
            "SHOP-1",
            entry(1, BEGUN, moved("To Do", "In Progress"), by=None),
            entry(2, ENDED, moved("In Progress", "In Review"), by=former),
            entry(3, AGAIN, moved("In Review", "Done"), by=erased),
            now="Done",
            creator=None,
            reporter=None,
        )
    )
    assert found["account"] == []
    assert [row["person_id"] for row in found["work_item_transition"]] == [None] * 4
    assert {row["actor_kind"] for row in found["work_item_event"]} == {"deleted"}


def test_an_app_is_a_bot_and_a_person_is_known_by_the_address_jira_shows() -> None:
    found = collected(issue(10001, "SHOP-1", creator=ADA, assignee=ROBOT))
    kinds = {row["account_id"]: row["actor_kind"] for row in found["account"]}
    assert kinds == {
        "jira|5b10ada": "human",
        "email|ada@example.org": "human",
        "jira|557058:f5": "bot",
    }
    link = found.only("account", platform="email")
    assert (link["person_id"], link["link_rule"]) == ("jira|5b10ada", "tracker_profile")


def test_an_issue_of_type_incident_is_an_incident_until_it_is_none() -> None:
    shop = ServiceSettings(name="basket", repository="git.example/acme/shop")
    server = JiraServer()
    drawn_one = issue(
        10001,
        "SHOP-1",
        entry(1, BEGUN, moved("To Do", "In Progress")),
        entry(2, ENDED, moved("In Progress", "Done")),
        now="Done",
        kind="[System] Incident",
        components=[{"name": "Basket"}, {"name": "Tomatoes"}],
        priority={"name": "Highest"},
    )
    server.put(drawn_one)
    found = read(visit(server), services=(shop,))
    incident = found.only("incident")
    assert incident == incident | {
        "incident_id": f"{LEAD}:10001",
        "service_id": "basket",
        "severity": "Highest",
        "opened_at": micros(CREATED),
        "acknowledged_at": micros(BEGUN),
        "resolved_at": micros(ENDED),
    }
    other = read(visit(server), options={"issue_types": {"[System] Incident": "task"}})
    assert other["incident"] == []


def test_where_a_bug_was_found_is_read_of_bugs_alone() -> None:
    found_in = {drawn.FOUND_IN: {"value": "Production"}}
    found = collected(
        issue(10001, "SHOP-1", kind="Bug", **found_in), issue(10002, "SHOP-2", **found_in)
    )
    caught = {row["keys"][0]: row["found_in"] for row in found["work_item"]}
    assert caught == {"SHOP-1": "production", "SHOP-2": None}


def test_changes_of_the_development_panel_are_asked_for_only_where_it_is_wished_for() -> None:
    server = JiraServer()
    counted = "{pullrequest={dataType=pullrequest, state=MERGED, stateCount=2}, json={...}}"
    server.put(
        issue(10001, "SHOP-1", **{drawn.DEVELOPMENT: counted}),
        issue(10002, "SHOP-2", **{drawn.DEVELOPMENT: "{}"}),
        issue(10003, "SHOP-3", **{drawn.DEVELOPMENT: counted}),
    )
    server.panels["10001"] = [
        "https://github.com/acme/shop/pull/15",
        "https://gitlab.example/acme/till/-/merge_requests/7",
        "https://example.org/something/else",
    ]
    assert read(visit(server))["work_item_change"] == []
    kept = visit(server, Kept(), options={"development": True})
    links = read(kept)["work_item_change"]
    assert [(row["work_item_id"], row["change_id"], row["grade"]) for row in links] == [
        (f"{LEAD}:10001", "github.com/acme/shop#15", "declared"),
        (f"{LEAD}:10001", "gitlab.example/acme/till#7", "declared"),
    ]
    assert [n.skipped for n in kept.notes if "panel" in n.subject] == [1]


def test_a_missing_optional_field_costs_nothing_and_a_missing_id_costs_the_issue() -> None:
    kept = visit(_one(issue(10001, "SHOP-1")))
    body = dict(kept.bodies["10001"] or {})
    for name in list(body):
        damaged = {key: value for key, value in body.items() if key != name}
        found = read(Kept(bodies={"10001": damaged}))
        assert len(found["work_item"]) == (0 if name == "id" else 1), name
        lost = [skip.reason for skip in found.skipped if skip.is_whole]
        assert lost == (["id is missing"] if name == "id" else []), name


def test_a_field_of_the_wrong_type_is_null_and_counted() -> None:
    found = collected(issue(10001, "SHOP-1", created=5, **{drawn.POINTS: "many"}))
    row = found.only("work_item")
    assert (row["created_at"], row["points"]) == (None, None)
    assert {skip.reason for skip in found.skipped} == {
        "created is no instant",
        "points is no number",
    }


def _one(one: drawn.Payload) -> JiraServer:
    server = JiraServer()
    server.put(one)
    return server
