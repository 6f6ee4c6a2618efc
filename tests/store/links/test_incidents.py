"""Which deployment an incident came with, and how sure that is."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.store.links.world import SHOP, Row, World, at, deployment, proposal
from trueup.config import LinkSettings, Settings
from trueup.store.links.delivery.incidents import PEAK


def incident(name: str, hours: float, service: str | None = SHOP, **more: object) -> Row:
    """Make an incident that opened at an hour."""
    return {"incident_id": name, "service_id": service, "opened_at": at(hours), **more}


def told(world: World, deployments: list[Row], incidents: list[Row], **more: list[Row]) -> World:
    """Land deployments of the forge and incidents of a pager, and link them."""
    changes = [proposal(1, 0, 1, landed_commit_id=f"{SHOP}:c1", head_sha="h1")]
    world.land("github", change=changes, deployment=deployments)
    return world.land("pagerduty", "pagerduty", incident=incidents, **more).linked()


def links(world: World) -> dict[tuple[str, str], float]:
    """Return the probability of each link of an incident."""
    return {
        (row["incident_id"], row["target_id"]): row["probability"]
        for row in world.read("incident_link")
    }


def test_pain_04_an_incident_long_after_the_last_deployment_is_not_blamed_on_it(
    world: World,
) -> None:
    """The window is 24 hours: 30 hours later nothing is tied, two hours later it is."""
    told(world, [deployment("d1", 10, "c1")], [incident("late", 40), incident("soon", 12)])
    assert set(links(world)) == {("soon", "d1")}


def test_pain_04_the_outage_of_a_vendor_stays_unlinked(world: World) -> None:
    told(world, [deployment("d1", 10, "c1")], [incident("vendor", 11, "some cloud")])
    assert links(world) == {}
    row = world.covered("incidents tied to a deployment or change")
    assert (row["expected"], row["seen"], row["skipped"]) == (1, 0, 1)


def test_pain_04_an_incident_is_shared_by_its_candidates_so_that_none_counts_twice(
    world: World,
) -> None:
    """Hand-worked: weights r e^(-t/8h) at 1 and 5 hours beside a steady rate of 1, r = 7.37."""
    told(
        world,
        [deployment("d1", 6, "c1"), deployment("d2", 10, "c2")],
        [incident("i", 11)],
    )
    near, far = PEAK * math.exp(-1 / 8), PEAK * math.exp(-5 / 8)
    found = links(world)
    assert found["i", "d2"] == pytest.approx(near / (1 + near + far), abs=1e-6)
    assert found["i", "d1"] == pytest.approx(far / (1 + near + far), abs=1e-6)
    assert sum(found.values()) < 1


def test_seven_in_ten_incidents_in_the_window_after_a_lone_deployment_came_with_it() -> None:
    """The integral of the model over the window, by brute force."""
    steps = [(place + 0.5) / 10_000 for place in range(10_000)]
    added = sum(PEAK * math.exp(-3 * step) for step in steps) / len(steps)
    assert added / (1 + added) == pytest.approx(0.7, abs=1e-3)


def test_the_probability_falls_with_time(world: World) -> None:
    told(
        world,
        [deployment("d1", 10, "c1")],
        [incident("at once", 10), incident("in a while", 18), incident("much later", 33)],
    )
    found = links(world)
    first, second, third = (found[name, "d1"] for name in ("at once", "in a while", "much later"))
    assert first == pytest.approx(PEAK / (1 + PEAK), abs=1e-6)
    assert first > second > 0.5 > third


def test_where_no_service_is_named_time_alone_is_a_guess_below_one_half(world: World) -> None:
    told(world, [deployment("d1", 10, "c1")], [incident("i", 10, None)])
    (row,) = world.read("incident_link")
    assert (row["grade"], row["rule"]) == ("guessed", "time")
    assert row["probability"] < 0.5


def test_what_a_source_states_is_kept_and_nothing_is_guessed_beside_it(world: World) -> None:
    stated = {
        "incident_id": "i",
        "target_kind": "deployment",
        "target_id": "d1",
        "rule": "stated",
        "grade": "declared",
        "probability": 1.0,
    }
    told(
        world,
        [deployment("d1", 2, "c1"), deployment("d2", 10, "c2")],
        [incident("i", 11)],
        incident_link=[stated],
    )
    assert links(world) == {("i", "d1"): 1.0}


def test_a_rollback_and_another_environment_are_no_candidates(world: World) -> None:
    told(
        world,
        [
            deployment("d1", 1, "c1"),
            deployment("d2", 2, "c2"),
            deployment("back", 30, "c1"),
            deployment("test", 30, "c3", environment="staging"),
        ],
        [incident("i", 31)],
    )
    assert links(world) == {}


def test_the_window_is_the_operators(tmp_path: Path) -> None:
    world = World(tmp_path / "w", Settings(links=LinkSettings(incident_window_hours=1)))
    told(world, [deployment("d1", 10, "c1")], [incident("i", 12)])
    assert links(world) == {}


def test_an_incident_opens_and_ends_as_a_stage(world: World) -> None:
    told(world, [], [incident("i", 5, resolved_at=at(9), acknowledged_at=at(6))])
    stages = {
        row["stage"]: (row["entered_at"], row["left_at"], row["outcome"])
        for row in world.read("stage_interval")
        if row["item_kind"] == "incident"
    }
    assert stages == {
        "open": (at(5), at(9), "resolved"),
        "unacknowledged": (at(5), at(6), "acknowledged"),
    }


def test_an_incident_that_names_a_commit_is_tied_to_its_change(world: World) -> None:
    stated = {
        "incident_id": "i",
        "target_kind": "commit",
        "target_id": f"{SHOP}:c1",
        "rule": "stated",
        "grade": "declared",
    }
    world.land(
        "git",
        change=[
            {
                "change_id": f"{SHOP}:c1",
                "repository_id": SHOP,
                "landed_commit_id": f"{SHOP}:c1",
                "landed_at": at(1),
                "landing": "direct",
                "state": "merged",
            }
        ],
        change_commit=[
            {"change_id": f"{SHOP}:c1", "repository_id": SHOP, "commit_id": f"{SHOP}:c1"}
        ],
        commit=[
            {
                "commit_id": f"{SHOP}:c1",
                "repository_id": SHOP,
                "sha": "c1",
                "parent_shas": [],
                "clock": "ok",
                "authored_at": at(1),
            }
        ],
    )
    told(world, [], [incident("i", 2)], incident_link=[stated])
    assert links(world)["i", f"{SHOP}#1"] == 1.0
