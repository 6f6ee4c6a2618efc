from __future__ import annotations

import pytest

from tests.measure.asking import abstention, answers, measured, value
from tests.measure.building import at
from tests.measure.drawing import Drawing
from trueup.measure.frames.grouping import Withheld
from trueup.model.evidence import Abstention, Measurement, Window

JUNE = Window(start_at=at("2026-06-01"), end_at=at("2026-06-29"))
"""Four weeks."""


@pytest.fixture
def production() -> Drawing:
    """Two services of one repository, four weeks of June 2026.

    day   deployment   service   kind       brings    incident
     2    one          shop      deploy     a         (the first: nothing is known before)
     9    two          shop      deploy     b, c, d
     9    three        mail      deploy     e         (the first of mail)
    10    four         shop      redeploy             Y open on shop from the 10th, 06:00
    11    five         shop      deploy     f         Y ends on the 11th, 18:00
    16    six          shop      rollback
    23    seven        shop      deploy     g         (failed: does not count)
    24    eight        staging   deploy
    """
    world = Drawing(until="2026-06-28T23:59:59")
    for name in "abcdefg":
        world.change(name, "2026-06-01")
    world.deploy("one", "2026-06-02", "a", service_id="shop", repository_id="r")
    world.deploy("two", "2026-06-09", "b", "c", "d", service_id="shop", repository_id="r")
    world.deploy("three", "2026-06-09T12:00", "e", service_id="mail", repository_id="r")
    more = {"service_id": "shop", "repository_id": "r"}
    world.deploy("four", "2026-06-10T12:00", kind="redeploy", **more)
    world.deploy("five", "2026-06-11T12:00", "f", **more)
    world.deploy("six", "2026-06-16", kind="rollback", **more)
    world.deploy("seven", "2026-06-23", "g", outcome="failure", **more)
    world.deploy("eight", "2026-06-24", environment="staging", **more)
    world.add(
        "incident",
        incident_id="Y",
        service_id="shop",
        opened_at=at("2026-06-10T06:00"),
        resolved_at=at("2026-06-11T18:00"),
    )
    return world


def test_deployments_are_counted_without_rollbacks_failures_and_staging(
    production: Drawing,
) -> None:
    """one, two, three, four, five in four weeks: 1.25 a week."""
    assert value("deployments_per_week", production, window=JUNE) == pytest.approx(5 / 4)


def test_a_day_with_two_deployments_is_one_day(production: Drawing) -> None:
    """The 2nd, 9th, 10th and 11th: 1 a week."""
    assert value("deployment_days_per_week", production, window=JUNE) == pytest.approx(1.0)


def test_days_begin_where_the_workspace_is() -> None:
    """23:30 and 00:30 UTC are two days in London's winter and one in Perth."""
    world = Drawing(until="2026-01-31")
    world.deploy("late", "2026-01-06T23:30", repository_id="r")
    world.deploy("early", "2026-01-07T00:30", repository_id="r")
    weeks = Window(start_at=at("2026-01-05"), end_at=at("2026-01-19"))
    found = [
        value("deployment_days_per_week", world, window=weeks, timezone=zone)
        for zone in ("Europe/London", "Australia/Perth")
    ]
    assert found == pytest.approx([2 / 2, 1 / 2])


def test_services_of_one_repository_are_told_apart_without_persons(production: Drawing) -> None:
    """Pain 5: shop 4 (one, two, four, five), mail 1."""
    found = answers("deployments_per_week", production, by=("service",), window=JUNE)
    assert {
        group: each.value for group, each in found.items() if isinstance(each, Measurement)
    } == {
        (("service", "mail"),): pytest.approx(1 / 4),
        (("service", "shop"),): pytest.approx(4 / 4),
    }


def test_a_split_by_team_counts_the_members_of_the_team(production: Drawing) -> None:
    """shop belongs to team big of five, mail to team small of one: only together are they shown."""
    for person in ("p1", "p2", "p3", "p4", "p5"):
        production.member(person, "big")
    production.member("solo", "small")
    production.add("service", service_id="shop", repository_id="r", team_id="big", path_prefix="")
    found = answers("deployments_per_week", production, by=("team",), window=JUNE)
    assert [dict(group)["team"] for group in found] == ["big"]
    assert not isinstance(found[(("team", "big"),)], Withheld | Abstention)


def test_a_team_of_three_is_not_shown(production: Drawing) -> None:
    for person in ("p1", "p2", "p3"):
        production.member(person, "three")
    production.add("service", service_id="shop", repository_id="r", team_id="three", path_prefix="")
    found = answers("deployments_per_week", production, by=("team",), window=JUNE)
    assert all(isinstance(finding, Abstention) for finding in found.values())


def test_a_batch_is_what_a_deployment_brings_and_the_first_of_a_service_is_not_known(
    production: Drawing,
) -> None:
    """two brought 3, four 0, five 1; one and three are the first: 4 / 3, known of 3 in 5."""
    found = measured("deployment_batch_items", production, window=JUNE)
    assert found.value == pytest.approx(4 / 3)
    assert found.coverage == pytest.approx(3 / 5)


def test_many_changes_in_one_deployment_are_many_deliveries(production: Drawing) -> None:
    """Pain 7: a to f reached production in four weeks, g did not."""
    assert value("changes_deployed_per_week", production, window=JUNE) == pytest.approx(6 / 4)


def test_rework_is_the_rollback_the_redeploy_and_the_hotfix(production: Drawing) -> None:
    """Of six: six (rollback), four (redeploy while Y was open), five (the last before Y ended)."""
    assert value("deployment_rework_ratio", production, window=JUNE) == pytest.approx(3 / 6)
    kinds = answers("deployment_rework_ratio", production, by=("stage",), window=JUNE)
    assert {dict(group)["stage"]: finding.value for group, finding in kinds.items()} == {  # type: ignore[union-attr]
        "rollback": pytest.approx(1 / 6),
        "redeploy": pytest.approx(1 / 6),
        "hotfix": pytest.approx(1 / 6),
    }


def test_a_deployment_after_the_incident_ended_mends_nothing() -> None:
    world = Drawing()
    world.deploy("before", "2026-06-02", service_id="s", repository_id="r")
    world.deploy("after", "2026-06-05", service_id="s", repository_id="r")
    world.add(
        "incident",
        incident_id="Z",
        service_id="s",
        opened_at=at("2026-06-03"),
        resolved_at=at("2026-06-04"),
    )
    assert value("deployment_rework_ratio", world) == 0.0


def test_without_a_deployment_nothing_is_said() -> None:
    git_only = Drawing()
    git_only.change("a", "2026-06-01", released="2026-06-02")
    found = abstention("deployments_per_week", git_only)
    assert found.reason == "No deployments are recorded."
    assert "Connect deployments" in found.remedy
