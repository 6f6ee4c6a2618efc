"""Work items of changes, and everything that flows as stages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.store.links.world import (
    DAY,
    SHOP,
    Row,
    World,
    account,
    at,
    commit,
    deployment,
    landing,
    part,
    proposal,
    proposed,
)
from trueup.model.stages import STAGES

TRACKER = "jira.acme.org/SHOP"


def item(number: int, **more: Any) -> Row:
    """Make a work item of the tracker."""
    return {
        "work_item_id": f"jira.acme.org:SHOP-{number}",
        "tracker": "jira",
        "item_type": "task",
        "stage": "done",
        "created_at": at(0),
        **more,
    }


def moved(number: int, *steps: tuple[float, str | None, str]) -> list[Row]:
    """Make the moves of a work item."""
    return [
        {
            "work_item_id": f"jira.acme.org:SHOP-{number}",
            "happened_at": at(hours),
            "from_stage": before,
            "to_stage": after,
        }
        for hours, before, after in steps
    ]


def named(key: str, place: str, *, number: int = 1, is_closing: bool = False) -> Row:
    """Say that a change names a work item."""
    return {
        "repository_id": SHOP,
        "target_kind": "change",
        "target_id": f"{SHOP}#{number}",
        "key": key,
        "place": place,
        "is_closing": is_closing,
    }


def linked_items(world: World) -> dict[str, tuple[str, float]]:
    """Return grade and probability of each work item of change 1."""
    return {
        row["work_item_id"]: (row["grade"], round(row["probability"], 3))
        for row in world.read("work_item_change")
        if row["change_id"] == f"{SHOP}#1"
    }


def test_only_words_that_are_work_items_are_keys(world: World) -> None:
    world.land("jira", TRACKER, work_item=[item(12), item(13)])
    world.land(
        "github",
        change=[proposal(1, 0, 1)],
        work_item_mention=[
            named("UTF-8", "title"),
            named("SHOP-12", "title"),
            named("SHOP-99", "body"),
            named("SHOP-13", "body"),
        ],
    ).link()
    assert linked_items(world) == {
        "jira.acme.org:SHOP-12": ("derived", 0.95),
        "jira.acme.org:SHOP-13": ("guessed", 0.6),
    }
    row = world.covered("work items named by changes")
    assert (row["expected"], row["seen"]) == (3, 2)


def test_the_best_evidence_of_several_counts(world: World) -> None:
    world.land("jira", TRACKER, work_item=[item(12)])
    mentions = [
        named("SHOP-12", "body"),
        named("SHOP-12", "branch"),
        named("SHOP-12", "body", is_closing=True),
    ]
    world.land("github", change=[proposal(1, 0, 1)], work_item_mention=mentions).link()
    assert linked_items(world) == {"jira.acme.org:SHOP-12": ("declared", 1.0)}


def test_what_the_tracker_states_itself_is_not_said_twice(world: World) -> None:
    stated = {
        "work_item_id": "jira.acme.org:SHOP-12",
        "change_id": f"{SHOP}#1",
        "grade": "declared",
        "probability": 1.0,
    }
    world.land("jira", TRACKER, work_item=[item(12)], work_item_change=[stated])
    world.land(
        "github", change=[proposal(1, 0, 1)], work_item_mention=[named("SHOP-12", "title")]
    ).link()
    assert [row["source"] for row in world.read("work_item_change")] == ["jira"]


def test_an_issue_of_the_forge_is_known_by_its_address(world: World) -> None:
    issue = {**item(1), "work_item_id": f"{SHOP}/issues/5", "tracker": "github"}
    world.land(
        "github",
        change=[proposal(1, 0, 1)],
        work_item=[issue],
        work_item_mention=[named(f"{SHOP}/issues/5", "body", is_closing=True)],
    ).link()
    assert linked_items(world) == {f"{SHOP}/issues/5": ("declared", 1.0)}


def test_a_key_in_a_commit_that_landed_directly_ties_its_change(world: World) -> None:
    world.land("jira", TRACKER, work_item=[item(12)])
    world.land(
        "git",
        commit=[commit("c1", 1)],
        change=[landing("c1", 1)],
        change_commit=part(f"{SHOP}:c1", "c1"),
        work_item_mention=[
            {
                "repository_id": SHOP,
                "target_kind": "commit",
                "target_id": f"{SHOP}:c1",
                "key": "SHOP-12",
                "place": "commit",
                "is_closing": False,
            }
        ],
    ).link()
    (row,) = world.read("work_item_change")
    assert (row["change_id"], row["work_item_id"]) == (f"{SHOP}:c1", "jira.acme.org:SHOP-12")


def review(name: str, hours: float, who: str, verdict: str = "commented", **more: Any) -> Row:
    """Make a review of change 1."""
    return {
        "review_id": name,
        "change_id": f"{SHOP}#1",
        "repository_id": SHOP,
        "reviewer_account_id": who,
        "actor_kind": "human",
        "submitted_at": at(hours),
        "verdict": verdict,
        **more,
    }


def stages_of(world: World, item_id: str) -> dict[tuple[str, int], tuple[Any, Any, Any]]:
    """Return when each stage of an item was entered and left, in hours, and how it ended."""

    def hours(instant: int | None) -> float | None:
        return None if instant is None else (instant - at(0)) / 3_600_000_000

    return {
        (row["stage"], row["attempt"]): (
            hours(row["entered_at"]),
            hours(row["left_at"]),
            row["outcome"],
        )
        for row in world.read("stage_interval")
        if row["item_id"] == item_id
    }


def test_a_change_passes_every_boundary_from_task_to_quiet_in_production(world: World) -> None:
    """Hand-drawn: begun 2, opened 4, ready 5, reviewed 8, approved 9, merged 10, deployed 20.

    A bot answers at 5.5 and the author at 6; neither is a review. An incident at hour 44 begins
    the seven days anew.
    """
    world.land(
        "jira",
        TRACKER,
        work_item=[item(1)],
        work_item_transition=moved(1, (0, None, "queue"), (2, "queue", "active")),
    )
    incident = {"incident_id": "i", "service_id": SHOP, "opened_at": at(44)}
    stated = {
        "incident_id": "i",
        "target_kind": "deployment",
        "target_id": "d2",
        "rule": "stated",
        "grade": "declared",
        "probability": 1.0,
    }
    world.land("pagerduty", "pagerduty", incident=[incident], incident_link=[stated])
    world.land(
        "github",
        account=[account("p_hub", "github"), account("p_bot", "github", "bot")],
        change=[
            proposal(1, 4, 10, ready_at=at(5), landed_commit_id=f"{SHOP}:c1"),
            proposal(2, 1, 3, landed_commit_id=f"{SHOP}:c0"),
        ],
        proposed_commit=proposed(1, ("w1", 3)),
        review=[
            review("r0", 5.5, "p_bot", actor_kind="bot"),
            review("r1", 6, "p_hub"),
            review("r2", 8, "p_rev"),
            review("r3", 9, "p_rev", "approved"),
            review("r4", 11, "p_rev", "approved"),
        ],
        work_item_mention=[named("SHOP-1", "branch")],
        deployment=[deployment("d1", 3.5, "c0"), deployment("d2", 20, "c1")],
    ).link()
    week = 7 * DAY / 3_600_000_000
    assert stages_of(world, f"{SHOP}#1") == {
        ("task", 1): (2, 4, "opened"),
        ("draft", 1): (4, 5, "ready"),
        ("pickup", 1): (5, 8, "reviewed"),
        ("review", 1): (8, 9, "approved"),
        ("merge", 1): (9, 10, "landed"),
        ("deploy", 1): (10, 20, "deployed"),
        ("soak", 1): (20, 44, "incident"),
        ("soak", 2): (44, 44 + week, "settled"),
        ("develop", 1): (3, 10, "landed"),
        ("release", 1): (10, None, None),
    }
    assert {stage for stage, _ in stages_of(world, f"{SHOP}#1")} == set(STAGES["change"])


@pytest.mark.parametrize(
    ("reviews", "expected"),
    [
        ([], {"pickup": (4, 10, "landed_unreviewed")}),
        (
            [review("r", 6, "p_rev")],
            {"pickup": (4, 6, "reviewed"), "review": (6, 10, "landed_unapproved")},
        ),
        (
            [review("r", 3, "p_rev"), review("s", 7, "p_rev", "approved")],
            {
                "pickup": (4, 4, "reviewed"),
                "review": (4, 7, "approved"),
                "merge": (7, 10, "landed"),
            },
        ),
    ],
)
def test_between_ready_and_landed_no_time_is_left_over(
    reviews: list[Row], expected: dict[str, tuple[int, int, str]], world: World
) -> None:
    world.land("github", change=[proposal(1, 4, 10)], review=reviews).link()
    found = stages_of(world, f"{SHOP}#1")
    within = {stage: spell for (stage, _), spell in found.items() if stage in expected}
    assert within == expected
    assert sum(left - entered for entered, left, _ in within.values()) == 6


def test_a_work_item_that_comes_back_has_a_second_attempt(world: World) -> None:
    world.land(
        "jira",
        TRACKER,
        work_item=[item(1, points=3.0)],
        work_item_transition=moved(
            1,
            (2, "queue", "active"),
            (3, "active", "active"),
            (5, "active", "qa"),
            (6, "qa", "active"),
            (9, "active", "done"),
        ),
    ).link()
    assert stages_of(world, "jira.acme.org:SHOP-1") == {
        ("queue", 1): (0, 2, "active"),
        ("active", 1): (2, 5, "qa"),
        ("qa", 1): (5, 6, "active"),
        ("active", 2): (6, 9, "done"),
    }
    rows = [r for r in world.read("stage_interval") if r["stage"] == "active"]
    assert all(row["started_at"] == row["entered_at"] and row["size"] == 3 for row in rows)


def mark(target_kind: str, target_id: str, role: str = "author") -> Row:
    """Make a mark of an AI tool."""
    return {
        "repository_id": SHOP,
        "target_kind": target_kind,
        "target_id": target_id,
        "tool": "claude-code",
        "role": role,
        "rule_id": "trailer",
        "rules_version": "1",
        "probability": 1.0,
    }


def test_pain_23_a_mark_that_squashing_dropped_is_carried_to_the_change_and_its_landing(
    world: World,
) -> None:
    world.land(
        "git",
        repository=[{"repository_id": SHOP, "head_commit_id": f"{SHOP}:s", "is_shallow": False}],
        commit=[commit("s", 10)],
        change=[landing("s", 10, "squash", number=1)],
        change_commit=part(f"{SHOP}#1", "s"),
    )
    world.land(
        "github",
        change=[proposal(1, 3, 10, landed_commit_id=f"{SHOP}:s", head_sha="w2")],
        proposed_commit=proposed(1, ("w1", 1), ("w2", 2)),
        ai_attribution=[mark("commit", f"{SHOP}:w1")],
    ).link()
    found = {(r["target_kind"], r["target_id"]): r["rule_id"] for r in world.read("ai_attribution")}
    assert found == {
        ("commit", f"{SHOP}:w1"): "trailer",
        ("commit", f"{SHOP}:s"): "trailer@proposed",
        ("change", f"{SHOP}#1"): "trailer@proposed",
    }


def test_pain_23_what_carries_no_mark_stays_unknown(world: World) -> None:
    world.land(
        "github",
        change=[proposal(1, 3, 10)],
        proposed_commit=proposed(1, ("w1", 1)),
    ).link()
    assert world.read("ai_attribution") == []
