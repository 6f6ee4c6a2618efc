"""Work below a level of practice: where it is, where not, where too little is seen, and rivals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from trueup.diagnose.diagnosis import Absent, Diagnosis
from trueup.diagnose.mechanisms.practice_gap import Seen, judge
from trueup.measure.practices.blueprint import STEPS, next_step
from trueup.measure.practices.practice import LEVEL_METRIC, METRIC, UnitPractice
from trueup.measure.practices.rubric import CAPACITIES, Points, Standing
from trueup.model.evidence import Abstention, Interval, Measurement, Window
from trueup.units import COUNT

FULL = Standing(points={name: Points(first=True, second=True) for name in CAPACITIES})
UNTESTED = Standing(points={"evaluate": Points(first=False)})
UNSEEN = Standing()


def bounds(metric: str, low: int, high: int, source: str) -> Measurement:
    return Measurement(
        metric=metric, version=1, value=float(low), unit=COUNT,
        interval=Interval(low=low, high=high, level=1.0, method="by hand"), n=3, n_of="artefacts",
        window=Window(start_at=0, end_at=1), source=source,
    )  # fmt: skip


def unit(name: str, standing: Standing, source: str = "git") -> UnitPractice:
    return UnitPractice(
        unit="repository",
        name=name,
        standing=standing,
        points=bounds(METRIC, standing.low, standing.high, source),
        capacities=(),
        level=bounds(LEVEL_METRIC, *standing.levels, source),
        next=next_step(standing),
        in_use=True,
    )


def seen(
    standings: Sequence[Standing], *, commits: int = 900, quarters: int = 5, source: str = "git"
) -> Seen:
    units = tuple(unit(f"r{place}", each, source) for place, each in enumerate(standings))
    return Seen(
        units=units,
        called={each.name: f"service-{each.name}" for each in units},
        commits={each.name: commits for each in units},
        quarters={each.name: quarters for each in units},
    )


def test_repositories_whose_agents_are_surely_unchecked_are_found_and_told_what_to_add() -> None:
    found = judge(seen([UNTESTED, UNTESTED, FULL, UNSEEN], source="git, sessions"))
    assert isinstance(found, Diagnosis)
    assert found.claim.startswith("service-r0 and service-r1 work with AI tools below the third")
    assert found.strength == "moderate"
    assert found.evidence[0].value.value == pytest.approx(2 / 4)
    (remedy,) = found.remedies
    assert remedy.intervention.plays is None
    assert isinstance(remedy.gain, Abstention)
    assert "service-r0 and service-r1" in remedy.intervention.does
    assert remedy.intervention.watch == STEPS["evaluate", 1].watch


def test_where_all_are_at_the_third_level_nothing_is_found() -> None:
    assert isinstance(judge(seen([FULL, FULL])), Absent)


def test_where_files_leave_it_open_or_nothing_is_in_use_nobody_can_tell() -> None:
    for world in ([FULL, UNSEEN], [UNSEEN] * 30, []):
        assert isinstance(judge(seen(world)), Abstention)


def test_a_small_repository_a_new_adopter_or_settings_on_laptops_may_explain_it() -> None:
    worlds = {
        "small_repository": seen([UNTESTED], commits=40, source="git, sessions"),
        "new_adopters": seen([UNTESTED], quarters=1, source="git, sessions"),
        "tools_used_without_files": seen([UNTESTED]),
    }
    for name, world in worlds.items():
        found = judge(world)
        assert isinstance(found, Diagnosis)
        assert found.strength == "weak"
        assert [each.name for each in found.rivals if each.answer != "ruled out"] == [name]


def test_without_history_nobody_is_called_an_old_hand() -> None:
    found = judge(replace(seen([UNTESTED], source="git, sessions"), quarters={}))
    assert isinstance(found, Diagnosis)
    assert {each.name: each.answer for each in found.rivals}["new_adopters"] == "not measured"


def test_the_second_level_is_named_where_even_that_is_ruled_out() -> None:
    lacking = Standing(
        points={
            name: Points(first=False, second=False)
            for name in ("decompose", "evaluate", "integrate")
        }
    )
    found = judge(seen([lacking, lacking]))
    assert isinstance(found, Diagnosis)
    assert "below the second level" in found.claim


@pytest.mark.parametrize("units", [1, 2, 5, 20])
def test_points_refused_by_chance_alone_are_called_a_gap_at_most_once_in_twenty(units: int) -> None:
    rng = np.random.default_rng(units)
    partly = Standing(points={**FULL.points, "evaluate": Points(first=True)})
    refused = Standing(points={**FULL.points, "evaluate": Points(first=False)})
    alarms = [
        isinstance(judge(seen([refused if lot < 0.025 else partly for lot in lots])), Diagnosis)
        for lots in rng.random((150, units))
    ]
    assert np.mean(alarms) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 150)


def test_a_gap_in_a_third_of_twenty_repositories_is_found_four_times_in_five() -> None:
    rng = np.random.default_rng(3)
    found = [
        isinstance(judge(seen([UNTESTED if lot < 1 / 3 else UNSEEN for lot in lots])), Diagnosis)
        for lots in rng.random((60, 20))
    ]
    assert np.mean(found) >= 0.80
