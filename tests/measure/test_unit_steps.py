"""What each change went through: rounds, checks, deployments, incidents, and who was at work."""

from __future__ import annotations

import pytest

from tests.measure.forge import Forge, june
from trueup.measure.units.steps import Steps, steps
from trueup.measure.windows import buckets
from trueup.model.evidence import Window

WEEKS = buckets(Window(start_at=june(1), end_at=june(29)), "week", "UTC")


def run(world: Forge, commit: str, days: tuple[float, float], outcome: str, name: str) -> None:
    world.add(
        "pipeline_run",
        run_id=f"{commit}-{name}-{days}",
        pipeline=name,
        commit_id=commit,
        change_id="a",
        queued_at=june(days[0]),
        started_at=june(days[0]),
        finished_at=june(days[1]),
        outcome=outcome,
    )


@pytest.fixture(scope="module")
def found() -> Steps:
    """A change that is asked to be changed by two reviewers, passes, and does harm; and others."""
    world = Forge()
    world.proposed("a", 2.0, 4.0, lines_added=30)
    world.commits_of("a", 1.5, 3.0)
    world.review("a", 2.5, "bob", "changes_requested")
    world.review("a", 2.6, "cy", "changes_requested")
    world.review("a", 3.2, "bob", "changes_requested")
    world.review("a", 3.5, "bob", "approved")
    world.review("a", 3.7, "cy")
    world.commit("own", june(1.5), "ann", change=None)
    run(world, "c", (2.1, 2.3), "success", "test")
    run(world, "c", (2.2, 2.4), "failure", "lint")
    run(world, "e", (3.1, 3.2), "failure", "lint")
    run(world, "e", (3.2, 3.3), "success", "lint")
    run(world, "e", (3.1, 3.4), "cancelled", "test")
    world.deployed("d", 5.0, "a")
    world.add("incident", incident_id="i", opened_at=june(6))
    for kind, name, odds in (("deployment", "d", 0.6), ("change", "a", 0.3)):
        world.add(
            "incident_link", incident_id="i", target_kind=kind, target_id=name, probability=odds
        )
    world.proposed("bot", 2.0, 4.0, "dependabot", kind="bot")
    world.proposed("before", -20.0, -15.0)
    world.proposed("later", 29.5)
    world.proposed("draft", 3.0, draft=True)
    world.proposed("gone", 3.0, closed=5.0)
    world.proposed("open", 3.0)
    world.review("open", 4.0, "bob", "changes_requested")
    return steps(world.ready(), WEEKS)


def test_a_change_is_ready_when_put_up_and_leaves_review_with_the_last_approval(
    found: Steps,
) -> None:
    row = found.changes.to_pylist()[0]

    assert (row["begun_at"], row["ready_at"]) == (june(1.5), june(2.0))
    assert (row["reviewed_at"], row["landed_at"]) == (june(3.5), june(4.0))
    assert (row["unit"], row["lines"], row["is_given_up"]) == ("r", 30, False)
    assert "person" not in row


def test_machines_drafts_and_what_was_over_before_take_no_part(found: Steps) -> None:
    taken = {row["change_id"]: row["is_given_up"] for row in found.changes.to_pylist()}

    assert taken == {"a": False, "gone": True, "open": False}


def test_what_is_open_and_was_not_approved_is_still_in_review(found: Steps) -> None:
    reviewed = {row["change_id"]: row["reviewed_at"] for row in found.changes.to_pylist()}

    assert reviewed == {"a": june(3.5), "gone": None, "open": None}


def test_reviewers_who_ask_before_the_next_commit_ask_in_one_round(found: Steps) -> None:
    rows = [row for row in found.reworks.to_pylist() if row["change_id"] == "a"]
    rounds = [(row["asked_at"], row["answered_at"]) for row in rows]

    assert rounds == [(june(2.5), june(3.0)), (june(3.2), None)]


def test_pipelines_of_one_commit_are_one_check_and_the_last_attempt_counts(found: Steps) -> None:
    checks = [
        (row["started_at"], row["finished_at"], row["is_failed"])
        for row in found.checks.to_pylist()
    ]

    assert checks == [(june(2.1), june(2.4), True), (june(3.1), june(3.3), False)]


def test_an_incident_counts_as_likely_as_its_surest_link(found: Steps) -> None:
    assert [row["probability"] for row in found.incidents.to_pylist()] == [pytest.approx(0.6)]
    assert [row["changes"] for row in found.deployments.to_pylist()] == [1]


def test_people_are_counted_by_week_and_never_named(found: Steps) -> None:
    assert found.people.to_pylist() == [{"unit": "r", "week": 0, "authors": 1, "reviewers": 2}]
    assert (found.author_count, found.reviewer_count) == (1, 2)


def test_tasks_of_a_team_wait_until_they_are_begun_and_old_wishes_are_left_out() -> None:
    world = Forge()
    world.member("ann", "t")
    world.item("begun", ("queue", 2.0), ("active", 9.0), team_id="t")
    world.item("waits", ("queue", 3.0), team_id="t")
    world.item("wish", ("queue", -90.0), team_id="t")
    world.item("epic", ("queue", 3.0), team_id="t", item_type="epic")
    world.item("nobodys", ("queue", 3.0))
    found = steps(world.ready(), WEEKS).items.to_pylist()

    assert [(row["unit"], row["filed_at"], row["begun_at"]) for row in found] == [
        ("t", june(2.0), june(9.0)),
        ("t", june(3.0), None),
    ]
