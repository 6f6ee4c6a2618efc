from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.measure.asking import answers, ask, measured, value
from tests.measure.building import DAY, at
from tests.measure.drawing import Drawing
from trueup.model.evidence import Abstention, Measurement

HOUR = 3600.0
SHARE, EACH = "failed_deployments_ratio", "incidents_per_deployment"
MEDIAN = ("quantile", "0.5")


def hurt(
    world: Drawing,
    name: str,
    opened: str,
    resolved: str | None,
    *targets: tuple[str, str],
    **link: Any,
) -> None:
    world.add(
        "incident",
        incident_id=name,
        service_id="shop",
        opened_at=at(opened),
        resolved_at=at(resolved) if resolved else None,
    )
    for kind, target in targets:
        world.add("incident_link", incident_id=name, target_kind=kind, target_id=target, **link)


@pytest.fixture
def june() -> Drawing:
    """Four deployments of one service that can be judged, and one that is too young.

    deployment   ended             incident   opened         resolved       linked
    one          2 June 00:00      -
    two          9 June 00:00      A          9 June 02:00   9 June 05:00   to the deployment
                                   B          9 June 03:00   9 June 10:00   to its change c
    three        16 June 00:00     C          16 June 01:00  still open     to the deployment
    four         20 June 00:00     D          20 June 06:00  20 June 08:00  40 % likely
                                   E          29 June        30 June        to four: 9 days later
    five         27 June 00:00     F          27 June 01:00  27 June 03:00  (too young to judge)
    -                              vendor     12 June        13 June        to nothing
    """
    world = Drawing(until="2026-06-30")
    more = {"service_id": "shop", "repository_id": "r"}
    world.change("c", "2026-06-08")
    for name, day, changes in (
        ("one", 2, ()), ("two", 9, ("c",)), ("three", 16, ()), ("four", 20, ()), ("five", 27, ()),
    ):  # fmt: skip
        world.deploy(name, f"2026-06-{day:02}", *changes, **more)
    hurt(world, "A", "2026-06-09T02:00", "2026-06-09T05:00", ("deployment", "two"))
    hurt(world, "B", "2026-06-09T03:00", "2026-06-09T10:00", ("change", "c"))
    hurt(world, "C", "2026-06-16T01:00", None, ("deployment", "three"))
    hurt(
        world, "D", "2026-06-20T06:00", "2026-06-20T08:00", ("deployment", "four"), probability=0.4
    )
    hurt(world, "E", "2026-06-29", "2026-06-30", ("deployment", "four"))
    hurt(world, "F", "2026-06-27T01:00", "2026-06-27T03:00", ("deployment", "five"))
    hurt(world, "vendor", "2026-06-12", "2026-06-13")
    return world


def test_a_deployment_with_two_incidents_has_failed_once(june: Drawing) -> None:
    """two and three failed of one, two, three, four: 2 / 4; three incidents: 3 / 4."""
    assert value(SHARE, june) == pytest.approx(2 / 4)
    assert value(EACH, june) == pytest.approx(3 / 4)


def test_the_share_of_few_has_the_interval_of_wilson(june: Drawing) -> None:
    """2 of 4, z 1.96: (0.5 + 0.4802 -+ 1.96 sqrt(0.0625 + 0.0600)) / 1.9604 = 0.150 and 0.850."""
    interval = measured(SHARE, june).interval
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((0.150, 0.850), abs=5e-4)


def test_an_outage_of_a_vendor_stays_unlinked(june: Drawing) -> None:
    """Pain 4: it is an incident of the week, and nobody's failure."""
    before = value(SHARE, june)
    hurt(june, "cloud", "2026-06-03", "2026-06-04")
    assert value(SHARE, june) == before
    assert value("incidents_per_week", june) > 0


def test_an_old_deployment_is_not_blamed_however_the_link_reads(june: Drawing) -> None:
    """Pain 4: E is linked to four, and opened nine days after it."""
    assert value(SHARE, june) == pytest.approx(2 / 4)


def test_shares_by_grade_of_link_add_up_to_the_whole() -> None:
    world = Drawing(until="2026-06-30")
    for day, grade in ((1, "declared"), (3, "derived"), (5, None), (7, None)):
        world.deploy(f"d{day}", f"2026-06-{day:02}", repository_id="r")
        if grade:
            world.incident(f"i{day}", f"2026-06-{day:02}", "deployment", f"d{day}", grade=grade)
    parts = answers(SHARE, world, by=("stage",))
    assert {dict(group)["stage"]: finding.value for group, finding in parts.items()} == {  # type: ignore[union-attr]
        "declared": 0.25,
        "derived": 0.25,
    }


def test_recovery_runs_from_the_deployment_to_the_last_incident_and_open_ones_stay_in(
    june: Drawing,
) -> None:
    """two 10 h; five 3 h; three 14 days and counting: the median of three is 10 h."""
    found = measured("failed_deployment_recovery_seconds", june, MEDIAN)
    assert (found.value, found.n) == (10 * HOUR, 3)


def test_noticing_and_mending_are_told_apart(june: Drawing) -> None:
    """Noticed: two after 2 h, three 1 h, five 1 h; mended: two 8 h, five 2 h, three counting."""
    assert value("failure_detection_seconds", june, ("quantile", "mean")) == pytest.approx(
        4 / 3 * HOUR
    )
    assert value("failure_repair_seconds", june, MEDIAN) == 8 * HOUR


def test_every_incident_has_a_length_linked_or_not(june: Drawing) -> None:
    """D 2, F 2, A 3, B 7, vendor 24, E 24 hours; C counting: the middle of seven is the 4th, 7."""
    assert value("incident_resolution_seconds", june, MEDIAN) == 7 * HOUR


def test_instants_are_those_of_the_source_so_reading_again_moves_nothing(june: Drawing) -> None:
    """Pain 3: the same rows read again, later, and a deployment gone inactive since."""
    before = [ask(name, june) for name in (SHARE, EACH, "deployments_per_week")]
    june.add("tombstone", table_name="deployment", row_id="none", gone_at=at("2026-07-30"))
    june._cache.clear()
    assert [ask(name, june) for name in (SHARE, EACH, "deployments_per_week")] == before


def test_incidents_of_staging_are_none_of_production(june: Drawing) -> None:
    june.add(
        "incident", incident_id="test", environment="staging", opened_at=at("2026-06-16T02:00")
    )
    june.add("incident_link", incident_id="test", target_kind="deployment", target_id="one")
    assert value(SHARE, june) == pytest.approx(2 / 4)


LINKS = st.lists(
    st.tuples(
        st.integers(0, 9),  # incident
        st.sampled_from(["deployment", "change"]),
        st.integers(0, 5),  # target
        st.sampled_from([None, 0.1, 0.5, 0.9, 1.0]),
    ),
    max_size=40,
)
OPENED = st.lists(st.integers(0, 40), min_size=10, max_size=10)
KINDS = st.lists(st.sampled_from(["deploy", "redeploy", "rollback"]), min_size=6, max_size=6)


@settings(max_examples=3, deadline=None)
@given(st.lists(st.tuples(LINKS, OPENED, KINDS), min_size=6, max_size=6))
def test_no_set_of_links_makes_a_share_exceed_one(
    drawn: list[tuple[list[tuple[int, str, int, float | None]], list[int], list[str]]],
) -> None:
    """Pain 4: and a deployment that failed has one incident or more; in each of six services."""
    world = Drawing(until="2026-08-01", repositories=())
    for number, (links, opened, kinds) in enumerate(drawn):
        world.take(hurt_at_random(links, opened, kinds), str(number))
    for name in (SHARE, "deployment_rework_ratio"):
        for found in ask(name, world, by=("repository",)):
            assert isinstance(found, Abstention) or 0.0 <= found.value <= 1.0
    shares = answers(SHARE, world, by=("repository",))
    for group, each in answers(EACH, world, by=("repository",)).items():
        share = shares[group]
        if isinstance(share, Measurement) and isinstance(each, Measurement):
            assert each.value >= share.value


def hurt_at_random(
    links: list[tuple[int, str, int, float | None]], opened: list[int], kinds: list[str]
) -> Drawing:
    world = Drawing(until="2026-08-01")
    start = at("2026-06-01")
    for number, kind in enumerate(kinds):
        world.change(f"c{number}", start)
        ended = start + number * 5 * DAY
        world.deploy(
            f"d{number}", "2026-06-01", f"c{number}", kind=kind, repository_id="r",
            started_at=ended, finished_at=ended,
        )  # fmt: skip
    for number, day in enumerate(opened):
        world.add("incident", incident_id=f"i{number}", opened_at=start + day * DAY)
    for incident, kind, target, probability in links:
        world.add(
            "incident_link", incident_id=f"i{incident}", target_kind=kind,
            target_id=f"{kind[0]}{target}", probability=probability,
        )  # fmt: skip
    return world
