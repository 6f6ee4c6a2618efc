"""What would happen if, asked of a made-up organisation whose reviewers can do too little."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import ibis
import pytest

from tests.measure.building import World
from trueup.config import Settings
from trueup.errors import EstimateError
from trueup.measure.metric import Tables
from trueup.model.evidence import Abstention, Window
from trueup.model.tables import TABLES
from trueup.simulate.flow import calibrating, question
from trueup.simulate.flow.outlook import AS_IS, Outlook
from trueup.simulate.flow.question import Foreseen, foresee
from trueup.simulate.flow.team import WhatIf
from trueup.simulate.organisation import make_organisation
from trueup.simulate.scenario import SCENARIOS
from trueup.simulate.teams import FIRST_DAY, WEEK


def organisation(review_capacity: float) -> Tables:
    demo = SCENARIOS["demo"]
    made = make_organisation(
        replace(
            demo,
            teams=20,
            weeks=70,
            is_detailed=False,
            work=replace(demo.work, review_capacity=review_capacity),
        )
    )
    tables: Mapping[str, ibis.Table] = {
        name: ibis.memtable(made.tables.get(name, table.schema.empty_table()))
        for name, table in TABLES.items()
    }
    return tables


def answered(review_capacity: float) -> Foreseen:
    found = foresee(organisation(review_capacity), Settings())
    assert isinstance(found, Foreseen)
    return found


@pytest.fixture(scope="module", autouse=True)
def played_less() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(question, "PLAYED", 20)
        patch.setattr(question, "DRAWS", 20)
        patch.setattr(calibrating, "_PLAYED_SERVICES", 8_000)
        yield


@pytest.fixture(scope="module")
def halved() -> Foreseen:
    return answered(SCENARIOS["demo"].work.review_capacity / 2)  # type: ignore[operator]


def named(outlooks: tuple[Outlook, ...]) -> dict[str, Outlook]:
    return {one.name: one for one in outlooks}


def gained(one: Outlook) -> float:
    assert one.against is not None
    assert one.against.interval is not None
    return one.against.interval.low


def test_half_the_reviews_make_review_the_limit_and_speed_buys_nothing(halved: Foreseen) -> None:
    found = named(halved.outlooks)

    assert found[AS_IS].limits["reviewers"] > 0.8
    assert found[AS_IS].growth.value > 0.5
    assert isinstance(found[AS_IS].lead_times, Abstention)
    assert found["coding 60 % faster"].against is not None
    assert found["coding 60 % faster"].against.value == pytest.approx(0, abs=0.02)
    assert gained(found["2 more reviewers"]) > 0.05
    assert gained(found["changes 30 % smaller"]) > 0.05


def test_what_brings_work_in_is_asked_all_three_ways(halved: Foreseen) -> None:
    assert halved.demand == "push"
    assert [name.partition("=")[0] for name in halved.beside] == ["arriving", "cap"]
    # a limit is no change to work that comes by itself
    assert "at most 8 under way" not in named(halved.beside["arriving"])


def test_it_says_which_starts_nobody_recorded_and_by_which_calendar(halved: Foreseen) -> None:
    said = " ".join(halved.outlooks[0].throughput.assumptions)

    assert halved.unknown_start_ratio["review"] == 1
    assert "No record says when a reviewer began to read" in said
    assert "Mon, Tue, Wed, Thu, Fri from 9:00 to 17:00 (UTC)" in said
    assert "20 teams in 26 weeks" in halved.outlooks[0].throughput.calibrated_by


def test_with_all_the_reviews_review_is_not_the_limit() -> None:
    found = foresee(
        organisation(2.0), Settings(), what_ifs={"more": WhatIf(coding_speed=1.2)}, demand="cap=30"
    )

    assert isinstance(found, Foreseen)
    assert list(found.beside) == ["push", "arriving"]
    assert found.demand == "cap=30"
    as_it_is, more = found.outlooks
    assert as_it_is.limits.get("reviewers", 0.0) < 0.2
    assert gained(more) > 0.05


def test_git_alone_is_an_abstention_that_says_what_to_connect() -> None:
    world = World()
    for week in range(30):
        instant = FIRST_DAY + week * WEEK
        world.change(f"c{week}", instant)
    world.rows["repository"][0]["last_commit_at"] = FIRST_DAY + 30 * WEEK
    window = Window(start_at=FIRST_DAY, end_at=FIRST_DAY + 30 * WEEK)
    found = foresee(world.ready(), Settings(), window=window)

    assert isinstance(found, Abstention)
    assert "No reviews are recorded" in found.reason
    assert "forge" in found.remedy


def test_an_empty_workspace_is_an_abstention() -> None:
    found = foresee(World(repositories=()).ready(), Settings())

    assert isinstance(found, Abstention)
    assert "0 whole weeks" in found.reason


def test_a_demand_nobody_knows_is_refused() -> None:
    for demand in ("more", "cap=0", "cap=", "push=3"):
        with pytest.raises(EstimateError, match="does not say what brings work in"):
            foresee(World().ready(), Settings(), demand=demand)
