"""Mending that eats the time: four worlds of a ledger, and what the claim carries."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from benchmarks.rework_load import HEAVY, WORLDS, World, fitted, ledger
from trueup.diagnose.diagnosis import Absent, Answer, Diagnosis
from trueup.diagnose.displacing import displaced
from trueup.diagnose.mechanisms.rework_load import MUCH, NAME, judge
from trueup.diagnose.mending import mending
from trueup.model.evidence import Abstention, Interval, Measurement, Window
from trueup.model.simulated import Simulated
from trueup.simulate.flow import calibrating
from trueup.simulate.flow.outlook import of_work
from trueup.simulate.flow.question import Fitted
from trueup.simulate.flow.team import WhatIf
from trueup.units import RELATIVE

SPAN = Window(start_at=0, end_at=1)
LESS = pytest.MonkeyPatch.context


@cache
def fit(world: World, seed: int = 3) -> Fitted:
    with LESS() as patch:
        patch.setattr(calibrating, "_PLAYED_SERVICES", 2_000)
        found = fitted(world, seed)
    return replace(found, calibrated=found.calibrated.thinned(20))


def judged(name: str) -> Answer:
    return judge(fit(WORLDS[name][1]), remedies=())


def test_where_mending_eats_two_fifths_of_the_time_it_is_found_with_its_rates() -> None:
    said = judge(fit(HEAVY))
    assert isinstance(said, Diagnosis)
    hours, missing, *rates = (one.value for one in said.evidence)
    assert isinstance(hours, Simulated)
    assert isinstance(missing, Measurement)
    assert hours.interval is not None
    assert missing.interval is not None
    assert hours.interval.low > MUCH
    assert missing.interval.low > MUCH
    asked = rates[0]
    assert isinstance(asked, Measurement)
    assert asked.metric == "asked_for_changes_ratio"
    assert said.strength != "strong"  # nobody records who stood still while others mended
    gains = [remedy.gain for remedy in said.remedies]
    assert all(isinstance(gain, Simulated) for gain in gains)
    assert [remedy.least for remedy in said.remedies] == sorted(
        (remedy.least for remedy in said.remedies), reverse=True
    )
    assert said.best is not None
    assert said.best.intervention.does.startswith("Halve the defects")


def test_smaller_changes_are_more_changes_and_no_more_work() -> None:
    """A third more changes of seven tenths the size: 1.3 * 0.7 - 1 is nine hundredths less."""
    more = Simulated(
        quantity="throughput_against_as_it_is",
        value=0.3,
        unit=RELATIVE,
        interval=Interval(low=0.2, high=0.6, method="made up"),
        playing_error=0.0,
        n_draws=60,
        n_runs=2,
        assumptions=(),
        calibrated_by="made up",
    )
    (_, smaller) = fit(HEAVY).play({"smaller": WhatIf(change_size=0.7)})
    gain = of_work(replace(smaller, against=more))
    assert isinstance(gain, Simulated)
    assert gain.interval is not None
    assert [gain.value, gain.interval.low, gain.interval.high] == pytest.approx(
        [-0.09, -0.16, 0.12]
    )
    assert of_work(replace(smaller, against=more, what_if=WhatIf(coding_speed=2.0))) is more


def test_a_tenth_of_the_time_is_not_much_and_waiting_is_no_work() -> None:
    little, waiting = judged("not there"), judged("something else: waiting")
    assert isinstance(little, Absent)
    assert "at most" in little.because
    assert isinstance(waiting, Absent)
    assert "are waiting" in waiting.because
    hours = waiting.evidence[0].value
    assert isinstance(hours, Simulated)
    assert hours.value > MUCH  # on record it is much


def test_two_teams_and_nine_weeks_are_too_little() -> None:
    said = judged("too little: 2 teams, 9 weeks")
    assert isinstance(said, Abstention)
    assert said.metric == NAME
    assert said.reason.startswith("18 weeks of all units")


def test_incidents_nobody_recorded_may_take_what_is_left() -> None:
    records = fit(World()).records
    nothing = np.zeros(records.shape)
    gone = dict.fromkeys(("incident_hours", "incident_timed", "incident_within"), nothing)
    without = replace(fit(World()), records=replace(records, sums={**records.sums, **gone}))
    said = judge(without, remedies=())
    assert isinstance(said, Abstention)
    assert "incident tool" in said.remedy


def test_hours_nobody_recorded_are_no_hours_of_work() -> None:
    records = fit(World()).records
    nothing = np.zeros(records.shape)
    gone = {name: nothing for name in records.sums if name.startswith(("incident_", "recode_"))}
    without = replace(fit(World()), records=replace(records, sums={**records.sums, **gone}))
    assert isinstance(mending(without), Abstention)
    assert isinstance(judge(without), Abstention)


@pytest.mark.parametrize(
    ("worked", "seed"), [(1.0, 1), (1.0, 2), (1.0, 3), (0.0, 1), (0.0, 2), (0.0, 3)]
)
def test_what_is_missing_is_what_was_worked_and_not_what_is_on_record(
    worked: float, seed: int
) -> None:
    """Reworking is a fifth of the time and less, so that only incidents can bring it to 0.25."""
    world = replace(HEAVY, asked_ratio=0.3, worked_ratio=worked)
    records, truth = ledger(world, np.random.default_rng([11, seed]))
    found = displaced(records, SPAN)
    assert isinstance(found, Measurement)
    assert found.interval is not None
    assert found.value == pytest.approx(truth, abs=0.06)
    assert (found.value > 0.25) == (worked == 1.0)


def test_more_new_changes_bring_more_rework_and_that_hides_nothing() -> None:
    """Reworking alone, a third of the time: plain regression on its hours would see far less."""
    records, truth = ledger(
        replace(HEAVY, recode=9.0, asked_ratio=0.5, incidents=0.0), np.random.default_rng(5)
    )
    found = displaced(records, SPAN)
    assert isinstance(found, Measurement)
    assert found.value == pytest.approx(truth, abs=0.06)


def test_hours_that_are_the_same_every_week_tell_nothing() -> None:
    records, _ = ledger(HEAVY, np.random.default_rng(5))
    flat = {name: np.broadcast_to(v.mean(axis=1, keepdims=True), v.shape).copy()
            for name, v in records.sums.items()}  # fmt: skip
    assert isinstance(displaced(replace(records, sums=flat), SPAN), Abstention)


def test_one_coder_more_makes_a_load_that_is_due_to_being_few_lighter() -> None:
    found = mending(fit(HEAVY))
    assert not isinstance(found, Abstention)
    # six coders: the same hours in seven times forty are six sevenths of the share
    assert found.with_one_more.value == pytest.approx(found.whole.value * 6 / 7)
    assert found.unasked.value < found.whole.value
