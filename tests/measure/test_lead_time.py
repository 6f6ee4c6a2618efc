from __future__ import annotations

from typing import Any

import pytest

from tests.measure.asking import abstention, answers, measured, value
from tests.measure.building import at
from tests.measure.drawing import Drawing
from trueup.model.evidence import Measurement

DAY = 86_400.0
FROM_COMMIT, FROM_READY = "lead_time_from_commit_seconds", "lead_time_from_ready_seconds"


def proposed(
    world: Drawing, name: str, begun: str, ready: str, landed: str | None, **more: Any
) -> None:
    """A change the forge recorded, of one commit written at `begun`."""
    author = more.pop("author", "ann")
    world.person(author)
    row = {
        "state": "merged" if landed else "open",
        "opened_at": at(ready),
        "ready_at": at(ready),
        "landed_at": at(landed) if landed else None,
        "closed_at": at(landed) if landed else None,
        "landing": "squash" if landed else None,
        "author_account_id": author,
        "actor_kind": "human",
    }
    world.add("change", change_id=name, **(row | more))
    world.add(
        "proposed_commit",
        change_id=name,
        sha=name,
        position=0,
        authored_at=at(begun),
        author_account_id=author,
        actor_kind="human",
    )


@pytest.fixture
def june() -> Drawing:
    """One service; days of June 2026; records end on the 30th.

    change  begun  ready  landed  deployed   from commit   from ready
    old       1      2      3       (the first deployment, on the 5th, swallowed it)
    a         4      6      8       10            6             4
    b         6      8      9       10            4             2
    c         8      9     12       20           12            11
    d        18     19     21        -     12 and counting   11 and counting
    open     28     29      -        -      2 and counting    1 and counting
    """
    world = Drawing(until="2026-06-30")
    proposed(world, "old", "2026-06-01", "2026-06-02", "2026-06-03")
    proposed(world, "a", "2026-06-04", "2026-06-06", "2026-06-08")
    proposed(world, "b", "2026-06-06", "2026-06-08", "2026-06-09")
    proposed(world, "c", "2026-06-08", "2026-06-09", "2026-06-12")
    proposed(world, "d", "2026-06-18", "2026-06-19", "2026-06-21")
    proposed(world, "open", "2026-06-28", "2026-06-29", None)
    world.deploy("first", "2026-06-05", repository_id="r")
    world.deploy("second", "2026-06-10", "a", "b", repository_id="r")
    world.deploy("third", "2026-06-20", "c", repository_id="r")
    world.add("change_event", change_id="open", kind="pushed", happened_at=at("2026-06-30"))
    return world


def test_the_median_is_over_what_is_open_and_waits_as_well(june: Drawing) -> None:
    """Of a 6, b 4, c 12, d 12+, open 2+: the curve is 1 - 1/4 at 4, 1/2 at 6, so the median is 6;
    0.25 remains at 12 (c ends there, d is cut off at the same instant): p75 is 12.
    """
    found = answers(FROM_COMMIT, june)
    assert found[(("quantile", "0.5"),)].value == 6 * DAY  # type: ignore[union-attr]
    assert found[(("quantile", "0.75"),)].value == 12 * DAY  # type: ignore[union-attr]
    assert not isinstance(found[(("quantile", "0.9"),)], Measurement)


def test_from_ready_is_a_clock_of_its_own(june: Drawing) -> None:
    """a 4, b 2, c 11, d 11+, open 1+: of four still in at 2, one ends: 3/4; at 4: 1/2."""
    assert value(FROM_READY, june, ("quantile", "0.5")) == 4 * DAY


def test_what_landed_before_the_first_known_deployment_is_unmapped_never_waiting(
    june: Drawing,
) -> None:
    """Pain 1: old is unmapped, so 5 of 6 are covered; of five landed, 1 is unmapped."""
    found = measured(FROM_COMMIT, june, ("quantile", "0.5"))
    assert (found.n, found.coverage) == pytest.approx((5, 5 / 6))
    assert value("unmapped_changes_ratio", june) == pytest.approx(1 / 5)
    parts = answers("unmapped_changes_ratio", june, by=("stage",))
    assert [dict(group)["stage"] for group in parts] == ["before the first deployment"]


def test_starting_in_the_middle_of_history_makes_no_lead_time_of_years() -> None:
    """Pain 1: 200 changes of years before, deployments known from June on."""
    world = Drawing(until="2026-06-30")
    for number in range(200):
        year, month = 2022 + number // 50, 1 + number % 12
        day = f"{year}-{month:02}-10"
        proposed(world, f"old{number}", day, day, f"{year}-{month:02}-11")
    proposed(world, "new", "2026-06-08", "2026-06-08", "2026-06-09")
    world.deploy("first", "2026-06-05", repository_id="r")
    world.deploy("second", "2026-06-10", "new", repository_id="r")
    found = measured(FROM_COMMIT, world, ("quantile", "0.5"))
    assert (found.value, found.n) == (2 * DAY, 1)
    assert found.coverage == pytest.approx(1 / 201)


def test_a_repository_without_any_deployment_is_unmapped_and_landing_does_not_stand_in(
    june: Drawing,
) -> None:
    """Pain 7: one more change, of a repository nobody deploys; its release says nothing."""
    june.add("repository", repository_id="lib", name="lib", last_commit_at=at("2026-06-30"))
    proposed(
        june,
        "x",
        "2026-06-09",
        "2026-06-09",
        "2026-06-10",
        repository_id="lib",
        released_at=at("2026-06-10"),
    )
    found = measured(FROM_COMMIT, june, ("quantile", "0.5"))
    assert (found.value, found.n, found.coverage) == pytest.approx((6 * DAY, 5, 5 / 7))
    parts = answers("unmapped_changes_ratio", june, by=("stage",))
    assert {dict(group)["stage"] for group in parts} == {
        "before the first deployment",
        "no deployment recorded",
    }


def test_five_merges_and_one_deployment_are_five_lead_times() -> None:
    """Pain 7: five changes landed on five days, deployed together on the 20th of May."""
    world = Drawing(until="2026-05-31")
    world.deploy("first", "2026-05-01", repository_id="r")
    for number in range(1, 6):
        day = f"2026-05-{10 + number}"
        proposed(world, f"c{number}", day, day, day)
    world.deploy("only", "2026-05-20", "c1", "c2", "c3", "c4", "c5", repository_id="r")
    found = measured(FROM_COMMIT, world, ("quantile", "0.5"))
    assert (found.n, found.value) == (5, 7 * DAY)  # of 9, 8, 7, 6, 5 days
    assert value("deployment_batch_items", world) == 5.0


def test_two_services_of_one_repository_have_lead_times_of_their_own() -> None:
    """Pain 5: paths shop/ and mail/; shop is known from the 2nd, mail from the 15th.

    s lands on the 3rd and is deployed on the 10th. m lands on the 3rd too: mail's first deployment
    of the 15th swallowed it. n lands on the 16th and is deployed on the 20th.
    """
    world = Drawing(until="2026-06-30")
    for service in ("shop", "mail"):
        world.add("service", service_id=service, repository_id="r", path_prefix=f"{service}/")
    for name, day, path in (("s", 3, "shop"), ("m", 3, "mail"), ("n", 16, "mail")):
        when = f"2026-06-{day:02}"
        proposed(world, name, when, when, when)
        world.add("change_commit", change_id=name, commit_id=name)
        world.add("commit_file", commit_id=name, path=f"{path}/a.py", file_kind="code")
    shop, mail = ({"service_id": name, "repository_id": "r"} for name in ("shop", "mail"))
    world.deploy("s1", "2026-06-02", **shop)
    world.deploy("s2", "2026-06-10", "s", **shop)
    world.deploy("m1", "2026-06-15", **mail)
    world.deploy("m2", "2026-06-20", "n", **mail)
    found = answers(FROM_COMMIT, world)
    assert found[(("quantile", "mean"),)].value == pytest.approx((7 + 4) / 2 * DAY)  # type: ignore[union-attr]
    assert found[(("quantile", "mean"),)].coverage == pytest.approx(2 / 3)  # type: ignore[union-attr]


@pytest.mark.parametrize("landing", ["merge", "squash", "rebase"])
def test_however_a_change_lands_its_lead_time_is_the_same(landing: str) -> None:
    """The measuring side of pain 2: 6 days from commit, 4 from ready."""
    world = Drawing(until="2026-06-30")
    world.deploy("first", "2026-06-01", repository_id="r")
    proposed(world, "a", "2026-06-04", "2026-06-06", "2026-06-08", landing=landing)
    world.deploy("second", "2026-06-10", "a", repository_id="r")
    assert value(FROM_COMMIT, world, ("quantile", "0.5")) == 6 * DAY
    assert value(FROM_READY, world, ("quantile", "0.5")) == 4 * DAY


def test_a_link_less_likely_than_half_brings_nothing(june: Drawing) -> None:
    june.add("deployment_change", deployment_id="third", change_id="d", probability=0.4)
    assert value("deployed_changes_ratio", june) == pytest.approx(3 / 4)


def test_a_rollback_brings_nothing_new(june: Drawing) -> None:
    june.deploy("back", "2026-06-25", "d", kind="rollback", repository_id="r")
    assert value("deployed_changes_ratio", june) == pytest.approx(3 / 4)


def test_from_git_alone_lead_time_abstains_and_names_what_is_missing() -> None:
    world = Drawing()
    world.change("a", "2026-06-08", first="2026-06-04", released="2026-06-10", release="v1")
    found = abstention(FROM_COMMIT, world)
    assert "No deployments are recorded" in found.reason
