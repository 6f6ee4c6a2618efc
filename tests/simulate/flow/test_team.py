"""A team as a network: capacities worked out by hand, and what speed does when review is short."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trueup.simulate.flow.closed_forms import capacity
from trueup.simulate.flow.engine import Player
from trueup.simulate.flow.network import Network, Pushed
from trueup.simulate.flow.team import (
    Scaling,
    Team,
    WhatIf,
    changed,
    demand_of,
    network_of,
)

LARGER = WhatIf(coding_speed=1.6, change_size=1.51, defects_per_line=1.28)


def of(what_if: WhatIf, team: Team | None = None) -> Network:
    return network_of(changed(team or Team(), what_if), demand_of(Pushed(), what_if))


def rate(network: Network, weeks: int = 50, runs: int = 12) -> float:
    player = Player(network, np.random.default_rng(7))
    return float(np.mean([player.play(40.0 * weeks).finished for _ in range(runs)])) / (40 * weeks)


def test_the_capacity_of_coders_is_their_number_over_the_hours_a_change_asks_of_them() -> None:
    # of each review 0.3 come back, of the 0.7 that run 0.1 fail, of the 0.63 deployed 0.03 do harm:
    # reviews a change 1 / (1 - 0.37 - 0.0189) = 1.6364; 10 + 2.5 * 0.37 * 1.6364
    # + 6 * 0.0189 * 1.6364 = 11.699 hours; 6 coders: 0.5129 an hour
    found = capacity(of(WhatIf()))

    assert found.per_hour == pytest.approx(6 / 11.6992, rel=1e-4)
    assert "code" in of(WhatIf()).pools[found.pool].stations


def test_faster_and_larger_makes_review_the_limit_and_more_speed_buys_nothing() -> None:
    fast, faster = of(LARGER), of(replace(LARGER, coding_speed=3.0))

    for network in (fast, faster):
        assert network.pools[capacity(network).pool].stations == ("review",)
    assert capacity(fast).per_hour == pytest.approx(capacity(faster).per_hour)
    assert rate(faster) == pytest.approx(rate(fast), rel=0.03)


def test_two_more_reviewers_or_smaller_changes_buy_what_speed_does_not() -> None:
    now = rate(of(LARGER))

    assert rate(of(replace(LARGER, reviewers=2))) > 1.2 * now
    assert rate(of(WhatIf(coding_speed=1.6, change_size=0.7))) > 1.8 * now


def test_a_team_that_finishes_first_limits_itself() -> None:
    shared = replace(Team(), sharing="shared")
    player = Player(of(replace(LARGER, coding_speed=3.0), shared), np.random.default_rng(3))
    runs = [player.play(2_000) for _ in range(5)]

    assert np.mean([run.level_at_end.sum() for run in runs]) < 10


def test_nothing_changed_is_the_same_team() -> None:
    assert changed(Team(), WhatIf()) == Team()


def test_mishaps_of_larger_changes_add_up_as_independent_chances() -> None:
    # twice as large: 1 - 0.9^2 of runs fail; twice as large and twice the defects: 1 - 0.97^4
    found = changed(Team(), WhatIf(change_size=2.0, defects_per_line=2.0), Scaling())

    assert found.ci_fail_ratio == pytest.approx(0.19)
    assert found.incident_ratio == pytest.approx(1 - 0.97**4)
    assert found.review.hours == pytest.approx(3.0)
    assert found.code.hours == pytest.approx(10 * 2**0.5)


def test_a_limit_on_what_is_under_way_is_kept() -> None:
    player = Player(of(replace(LARGER, most_under_way=12)), np.random.default_rng(3))

    assert player.play(500).level_at_end.sum() == 12
