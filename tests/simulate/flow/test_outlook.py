"""What would happen if: exact where it can be, with an interval where parameters are unsure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trueup.errors import EstimateError
from trueup.model.evidence import Abstention
from trueup.simulate.flow.network import Arriving, Pushed
from trueup.simulate.flow.outlook import AS_IS, Outlook, outlooks
from trueup.simulate.flow.playing import Manner
from trueup.simulate.flow.team import Team, Touch, WhatIf

QUICK = Manner(weeks=10, warm_up_weeks=5, runs=2)
LARGER = WhatIf(coding_speed=1.6, change_size=1.51, defects_per_line=1.28)


def asked(**what_ifs: WhatIf) -> dict[str, Outlook]:
    found = outlooks([Team()], Pushed(), what_ifs, calibrated_by="made up", manner=QUICK)
    return {one.name: one for one in found}


def test_throughput_is_exact_where_nothing_limits_what_is_under_way() -> None:
    # 6 coders over 11.699 hours a change, 40 hours a week; see test_team
    base = asked()[AS_IS]

    assert base.throughput.value == pytest.approx(40 * 6 / 11.6992, rel=1e-4)
    assert (base.throughput.playing_error, base.throughput.n_runs) == (0, 0)
    assert base.throughput.no_interval_because == "parameters are taken as known"
    assert base.against is None


def test_a_network_that_is_overrun_has_no_lead_time_but_a_growth() -> None:
    # coders begin 6 / (9.715...) an hour, reviewers finish 2 / (1.5 * 1.51 * visits)
    found = asked(larger=LARGER)["larger"]

    assert isinstance(found.lead_times, Abstention)
    assert isinstance(found.under_way, Abstention)
    assert found.growth.value > 1
    assert (found.overrun_ratio, found.limits) == (1.0, {"reviewers": 1.0})


def test_two_reviewers_more_make_it_stand_again() -> None:
    found = asked(more=replace(LARGER, reviewers=2))["more"]

    assert not isinstance(found.lead_times, Abstention)
    assert found.growth.value == 0
    assert found.limits == {"coders": 1.0}
    half, most = found.lead_times
    assert 0 < half.value < most.value
    assert half.playing_error > 0


def test_arrivals_that_can_be_served_leave_as_they_come() -> None:
    (found,) = outlooks([Team()], Arriving(per_hour=0.25), {}, calibrated_by="x", manner=QUICK)

    assert found.throughput.value == pytest.approx(10.0)
    # coders: 0.25 an hour times 11.6992 hours over 6
    assert found.utilisation["coders"].value == pytest.approx(0.25 * 11.6992 / 6, rel=1e-4)


def test_unsure_parameters_make_an_interval_and_a_probability_of_the_limit() -> None:
    chance = np.random.default_rng(1)
    # at 2.32 hours of review a change coders and reviewers are busy alike
    hours = 2.32 * np.exp(0.2 * chance.standard_normal(40))
    teams = [replace(Team(), review=Touch(hours=float(one))) for one in hours]
    base, _ = outlooks(
        teams,
        Pushed(),
        {"more": WhatIf(reviewers=1)},
        calibrated_by="x",
        manner=replace(QUICK, runs=1),
    )

    assert base.throughput.interval is not None
    assert base.throughput.interval.low < base.throughput.value <= base.throughput.interval.high
    assert 0.2 < base.limits["reviewers"] < 0.8
    assert sum(base.limits.values()) == pytest.approx(1)


def test_the_same_change_against_itself_is_no_change() -> None:
    found = asked(nothing=WhatIf())["nothing"]

    assert found.against is not None
    assert found.against.value == 0
    assert found.lead_times == asked()[AS_IS].lead_times


def test_nobody_left_at_work_is_refused() -> None:
    with pytest.raises(EstimateError, match="A pool needs someone"):
        asked(nobody=WhatIf(reviewers=-2))
