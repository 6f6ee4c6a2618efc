"""Jira keeps what every source must, in the cloud and in a data center."""

from __future__ import annotations

from tests.collect.jira import drawn
from tests.collect.jira.drawn import ADA, BOB, ROBOT, comments, entry, issue, item, moved, worklogs
from tests.collect.jira.server import JiraServer
from tests.collect.jira.visiting import CLOUD, DATA_CENTER
from trueup.collect.sources.jira.source import SOURCE
from trueup.testing.conformance import Case, Conformance
from trueup.testing.scripted import Answering

NEEDED = {"issue": ("id",)}


def filled(*, is_cloud: bool) -> Answering:
    server = JiraServer(is_cloud=is_cloud)
    author = ADA if is_cloud else drawn.member("JIRAUSER1", "Ada", email="ada@example.org")
    server.put(
        issue(10001, "SHOP-1", kind="Epic", creator=author),
        issue(
            10002,
            "SHOP-2",
            entry(1, "2026-03-02T10:00:00.000+0100", moved("To Do", "In Progress"), by=author),
            entry(2, "2026-03-03T10:00:00.000+0100", item("description", "old", "new"), by=None),
            entry(3, "2026-03-04T10:00:00.000+0100", moved("In Progress", "Done"), by=ROBOT),
            now="Done",
            kind="Story",
            creator=author,
            assignee=BOB if is_cloud else author,
            resolution={"id": "1", "name": "Done"},
            resolutiondate="2026-03-04T10:00:00.000+0100",
            comment=comments(*["2026-03-03T11:00:00.000+0100"] * 5),
            worklog=worklogs("2026-03-03T12:00:00.000+0100"),
            **{drawn.POINTS: 3.0, drawn.TEAM: {"id": "t-1", "name": "Basket"}},
            **{drawn.EPIC: "SHOP-1"},
        ),
        issue(10003, "SHOP-3", kind="Incident", creator=None),
        *(issue(10004 + n, f"SHOP-{4 + n}") for n in range(4)),
    )
    return server.answer


class TestInTheCloud(Conformance):
    case = Case(
        source=SOURCE, connection=CLOUD, server=lambda: filled(is_cloud=True), needed=NEEDED
    )


class TestInADataCenter(Conformance):
    case = Case(
        source=SOURCE, connection=DATA_CENTER, server=lambda: filled(is_cloud=False), needed=NEEDED
    )
