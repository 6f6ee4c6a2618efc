"""A typical team fitted to records: of worlds that work as the model has it, it finds the truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.flow_calibration import world
from trueup.model.evidence import Abstention
from trueup.simulate.flow import calibrating
from trueup.simulate.flow.calibrating import Calibrated, calibrate, touch_hours
from trueup.simulate.flow.closed_forms import time_with_many_servers
from trueup.simulate.flow.made_up import made_up_records
from trueup.simulate.flow.network import Pushed
from trueup.simulate.flow.outlook import AS_IS, Outlook, outlooks
from trueup.simulate.flow.playing import Manner
from trueup.simulate.flow.recorded import Recorded
from trueup.simulate.flow.team import Team, Touch, WhatIf

TIMES = {"code": 10.0, "review": 1.5, "recode": 2.5, "ci": 0.5, "deploy": 0.25, "incident": 6.0}
PLAIN = replace(
    Team(),
    **{name: Touch(hours=hours, form="exponential") for name, hours in TIMES.items()},  # type: ignore[arg-type]
)
SHORT_OF_REVIEW = replace(PLAIN, review=Touch(hours=3.4, form="exponential"))
WHAT_IFS = {
    "faster": WhatIf(coding_speed=1.6),
    "smaller": WhatIf(change_size=0.7),
    "reviewers": WhatIf(reviewers=2),
}


@pytest.fixture(autouse=True)
def played_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrating, "_PLAYED_SERVICES", 8_000)


def records(team: Team, units: int = 20, seed: int = 1) -> Recorded:
    return made_up_records(
        team, Pushed(), units=units, weeks=26, random=np.random.default_rng(seed)
    )


def fitted(of: Recorded) -> Calibrated:
    found = calibrate(of, k=5, draws=40)
    assert isinstance(found, Calibrated)
    return found


def asked(of: Recorded) -> dict[str, Outlook]:
    found = outlooks(
        fitted(of).pushed,
        Pushed(),
        WHAT_IFS,
        calibrated_by="x",
        manner=Manner(weeks=8, warm_up_weeks=4, runs=1),
    )
    return {one.name: one for one in found}


def against(one: Outlook) -> tuple[float, float]:
    assert one.against is not None
    assert one.against.interval is not None
    return one.against.interval.low, one.against.interval.high


def test_touch_time_is_that_at_which_so_many_are_inside() -> None:
    # one server busy for 0.8 of its time has 0.8 / 0.2 = 4 inside
    assert touch_hours(0.8, 4.0, 1) == pytest.approx(1.0)
    for servers, hours in ((1, 0.5), (3, 2.0), (12, 7.5)):
        inside = 1.5 * time_with_many_servers(1.5, hours, servers) if 1.5 * hours < servers else 0
        assert not inside or touch_hours(1.5, inside, servers) == pytest.approx(hours)


def test_a_queue_without_end_makes_reviewers_as_slow_as_what_leaves_them() -> None:
    # 300 are inside and 2 leave an hour: three reviewers are never idle, 1.5 hours each
    assert touch_hours(2.0, 300.0, 3) == pytest.approx(1.5, rel=0.01)


def test_intervals_hold_the_parameters_of_worlds_that_work_as_the_model_has_it() -> None:
    found = [answer for seed in range(3) for answer in world(seed, 20, 20).values()]

    # of 24 intervals of 95 % fewer than 19 would hold in less than 1 of 300 times
    assert sum(held for held, _ in found) >= 19
    assert np.median([abs(error) for _, error in found]) < 0.05


def test_where_review_is_short_speed_buys_nothing_and_reviewers_or_smaller_changes_do() -> None:
    found = asked(records(SHORT_OF_REVIEW))

    assert found[AS_IS].limits["reviewers"] > 0.9
    assert found[AS_IS].growth.value > 0
    assert found["faster"].growth.value > found[AS_IS].growth.value
    assert against(found["faster"]) == pytest.approx((0, 0), abs=0.01)
    assert against(found["reviewers"])[0] > 0.05
    assert against(found["smaller"])[0] > 0.05


def test_where_coders_are_short_speed_buys_output_and_reviewers_do_not() -> None:
    found = asked(records(PLAIN))

    assert found[AS_IS].limits == {"coders": 1.0}
    assert against(found["faster"])[0] > 0.3
    assert against(found["reviewers"]) == pytest.approx((0, 0), abs=0.01)


def test_weeks_in_which_less_is_begun_and_reviewed_alike_do_not_make_review_the_limit() -> None:
    whole = records(PLAIN)
    slack = np.ones((1, 26))
    slack[0, 10:14] = 0.55
    people = {"authors", "reviewers"}
    sums = {n: v if n in people else v * slack for n, v in whole.sums.items()}

    assert asked(replace(whole, sums=sums))[AS_IS].limits == {"coders": 1.0}


def test_what_is_being_reworked_is_not_in_review() -> None:
    hours = [team.review.hours for team in fitted(records(PLAIN)).pushed]

    assert np.median(hours) == pytest.approx(1.5, rel=0.04)


def test_few_units_are_drawn_by_blocks_of_weeks() -> None:
    whole = records(PLAIN, units=3)
    busy = np.linspace(0.5, 1.5, 26)[None, :]
    found = fitted(replace(whole, sums={n: v * busy for n, v in whole.sums.items()}))

    assert np.std([rate.per_hour for rate in found.arrivals]) > 0.01


def test_what_nobody_recorded_takes_no_time_and_is_said() -> None:
    whole = records(PLAIN)
    dark = {"check_hours", "check_timed", "failed", "incidents", "incident_timed", "recode_timed"}
    sums = {n: np.zeros_like(v) if n in dark else v for n, v in whole.sums.items()}
    found = fitted(replace(whole, sums=sums))

    assert found.pushed[0].ci.hours < 1e-6
    assert found.pushed[0].incident_ratio == found.pushed[0].ci_fail_ratio == 0
    said = " ".join(found.assumptions)
    for words in ("No pipeline runs", "No incidents", "How long reworking", "began to read"):
        assert words in said
    assert found.unknown_start_ratio["review"] == 1
    assert found.unknown_start_ratio["rework"] == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"reviewer_count": 4}, "Fewer than 5 people"),
        ({"author_count": 4}, "Fewer than 5 people"),
        ({"sums": "reviewed"}, "No reviews are recorded"),
    ],
)
def test_too_little_is_an_abstention(change: dict[str, object], reason: str) -> None:
    whole = records(PLAIN)
    if "sums" in change:
        change = {"sums": {**whole.sums, "reviewed": 0 * whole.sums["reviewed"]}}
    found = calibrate(replace(whole, **change), k=5)  # type: ignore[arg-type]

    assert isinstance(found, Abstention)
    assert reason in found.reason
    assert found.remedy


def test_few_changes_or_weeks_are_an_abstention() -> None:
    whole = records(PLAIN)
    few = replace(whole, sums={n: v / 500 for n, v in whole.sums.items()})
    short = replace(whole, sums={n: v[:, :5] for n, v in whole.sums.items()})

    for records_, words in ((few, "put up for review in 26 weeks"), (short, "Only 5 weeks")):
        found = calibrate(records_, k=5)
        assert isinstance(found, Abstention)
        assert words in found.reason
