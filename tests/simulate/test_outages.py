"""Days on which tools fail, put into a made-up organisation and found again."""

from __future__ import annotations

from dataclasses import replace

import ibis
import numpy as np
import pytest

from tests.measure.building import EMPTY
from trueup.estimate.offloading.unaided import unaided_work
from trueup.measure.records.authorship import Prepared
from trueup.model.effect import Estimate
from trueup.simulate.organisation import MadeUp, make_organisation
from trueup.simulate.scenario import Outages, Scenario, Use
from trueup.simulate.teams import DAY, FIRST_DAY
from trueup.simulate.usage import failing_days, is_failing

WORLD = Scenario(
    teams=40,
    weeks=64,
    seed=7,
    is_detailed=False,
    use=Use(adopting_ratio=0.5, first_week=4, last_week=12, users_ratio=1.0),
    outages=Outages(count=12, postponed_ratio=0.7),
)


class Made:
    """The records of a made-up organisation as tables."""

    def __init__(self, made: MadeUp) -> None:
        self._tables = {
            name: ibis.memtable(rows) for name, rows in made.tables.items() if rows.num_rows
        }

    def __getitem__(self, name: str) -> ibis.Table:
        return self._tables.get(name, EMPTY[name])


def landed(made: MadeUp) -> np.ndarray:
    at = np.asarray(made.tables["change"]["landed_at"].drop_null().to_numpy())
    return (at - FIRST_DAY) // DAY


def test_what_users_would_land_on_such_a_day_lands_later_and_nothing_else_moves() -> None:
    small = replace(WORLD, teams=20)
    with_them = landed(make_organisation(small))
    without = landed(make_organisation(replace(small, outages=None)))
    days = failing_days(small)
    assert days.size == 12
    assert np.isin(days % 7, range(5)).all()
    fewer = np.isin(without, days).sum() - np.isin(with_them, days).sum()
    assert fewer > 0.15 * np.isin(without, days).sum()
    apart = np.setdiff1d(np.arange(20 * 7), np.concatenate([days, days + 1, days + 3]))
    assert np.isin(with_them, apart).sum() == np.isin(without, apart).sum()


def test_no_session_starts_on_such_a_day_and_none_is_lost() -> None:
    made = make_organisation(replace(WORLD, teams=10))
    started = np.asarray(made.tables["ai_session"]["started_at"].to_numpy())
    assert not is_failing(failing_days(WORLD), started).any()
    assert made.tables["ai_outage"].num_rows == 12
    other = make_organisation(replace(WORLD, teams=10, outages=None))
    assert started.size == other.tables["ai_session"].num_rows
    assert ((started - FIRST_DAY) // DAY % 7 < 5).all()


def test_the_loss_that_was_put_in_lies_in_the_interval() -> None:
    """The truth: changes postponed from the days, over the developers of teams that use tools.

    Counted from the same draws with and without outages: about a tenth of a change for each
    developer and day.
    """
    made, other = make_organisation(WORLD), make_organisation(replace(WORLD, outages=None))
    days = failing_days(WORLD)
    gone = np.isin(landed(other), days).sum() - np.isin(landed(made), days).sum()
    found = unaided_work(Prepared(Made(made)))
    assert isinstance(found, tuple)
    loss = found[0].loss
    assert isinstance(loss, Estimate)
    assert loss.n_units == 40
    assert 8 <= loss.n_clusters <= 12
    using = sum(week >= 0 for week in made.truth.adopted_in.values())
    truth = -gone / days.size / (using * WORLD.people_per_team)
    assert truth == pytest.approx(-0.1, abs=0.04)
    assert loss.interval.low < truth < loss.interval.high < 0
