from __future__ import annotations

import json

import numpy as np
import pytest

from tests.measure.asking import abstention, ask, measured
from tests.measure.building import DAY, at
from tests.measure.tools import Tools
from trueup.errors import MeasureError
from trueup.measure.numerics.two_way import two_way_slope, within
from trueup.model.evidence import Measurement

METRIC = "ai_surviving_output_elasticity"


def drawn(slope: float, teams: int = 14, weeks: int = 12) -> Tools:
    """Each week a team of one uses tokens and writes lines, in proportion tokens ** slope.

    Teams differ in size and weeks in how busy they are, in both; 50 lines of each commit are gone
    a week later.
    """
    world, random = Tools("2026-12-31"), np.random.default_rng(11)
    size, busy = np.exp(random.normal(0, 0.3, teams)), np.exp(random.normal(0, 0.3, weeks))
    for team in range(teams):
        world.member(f"p{team}", f"t{team}")
        for week in range(weeks):
            when = at("2026-03-03") + week * 7 * DAY
            use = float(np.exp(random.normal(0, 0.7)))
            tokens = round(1e6 * size[team] * busy[week] * use)
            world.use(f"s{team}", f"p{team}", "2026-03-03", "1", tokens)
            world.rows["ai_request"][-1]["requested_at"] = when
            commit, made = f"c{team}-{week}", size[team] * busy[week] * use**slope
            world.commit(commit, when + DAY, f"p{team}")
            left = round(1_000 * made)
            line = world.lines(commit, left + 50)
            killer = f"k{team}-{week}"
            world.commit(killer, when + 8 * DAY, "zoe")
            world.kill(line, 50, killer)
    return world


def test_the_slope_within_teams_and_weeks_is_found_whatever_their_size() -> None:
    found = measured(METRIC, drawn(0.4))
    assert found.value == pytest.approx(0.4, abs=0.01)
    assert found.interval is not None
    assert found.interval.low < 0.4 < found.interval.high
    assert (found.n, found.clusters, found.n_of) == (14 * 12, 14, "team-weeks")


def test_the_slope_is_that_of_a_regression_with_a_dummy_for_each_team_and_week() -> None:
    """Beside least squares on the dummies, with a fifth of the cells missing."""
    random = np.random.default_rng(3)
    team, week = (part.ravel() for part in np.indices((9, 14)))
    kept = random.random(team.size) > 0.2
    team, week = team[kept], week[kept]
    x = random.normal(size=team.size) + 0.3 * team
    y = 0.7 * x + 2.0 * team - 0.5 * week + random.normal(size=team.size)
    dummies = np.hstack([np.eye(9)[team], np.eye(14)[week]])
    solved = np.linalg.lstsq(np.column_stack([x, dummies]), y, rcond=None)[0][0]
    found = two_way_slope(y, x, team.astype(np.int64), week.astype(np.int64))
    assert found is not None
    assert found.value == pytest.approx(solved, rel=1e-8)
    left = [
        np.linalg.lstsq(np.column_stack([x, dummies])[team != one], y[team != one], rcond=None)[0]
        for one in range(9)
    ]
    jackknife = np.sqrt(8 / 9 * sum((float(each[0]) - solved) ** 2 for each in left))
    assert found.error == pytest.approx(jackknife, rel=1e-6)


def test_what_is_constant_of_a_team_and_of_a_week_is_taken_out() -> None:
    team, week = (part.ravel().astype(np.int64) for part in np.indices((4, 5)))
    assert np.abs(within(3.0 * team + 7.0 * week, team, week)).max() < 1e-9


def test_few_teams_tell_nothing() -> None:
    found = abstention(METRIC, drawn(0.4, teams=6))
    assert found.reason.startswith("6 teams were seen with both in 12 weeks")


def test_it_is_of_all_teams_together_and_never_of_one() -> None:
    with pytest.raises(MeasureError, match="cannot be split"):
        ask(METRIC, drawn(0.4, teams=2), by=("team",))


def test_shifting_every_clock_by_whole_weeks_changes_nothing() -> None:
    world, later = drawn(0.4), Tools("2026-12-31")
    for table, rows in json.loads(json.dumps(world.rows)).items():
        later.rows[table] = [
            {
                name: value + 5 * 7 * DAY if name.endswith("_at") and value is not None else value
                for name, value in row.items()
            }
            for row in rows
        ]
    (was,), (now,) = ask(METRIC, world), ask(METRIC, later)
    assert isinstance(was, Measurement)
    assert isinstance(now, Measurement)
    assert (now.value, now.interval) == (was.value, was.interval)
