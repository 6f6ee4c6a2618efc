"""What is finished waits for a release: where it does, where not, where a pause looks like it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.diagnose.test_diagnosis import WAIT
from trueup.diagnose.diagnosis import Absent, Diagnosis
from trueup.diagnose.mechanisms.release_batching import _were_long, judge
from trueup.errors import EstimateError
from trueup.model.evidence import Abstention, Finding, Interval, Measurement, Window
from trueup.model.simulated import Simulated
from trueup.simulate.intervention import ReleaseEvery
from trueup.simulate.releases import wait_against_now
from trueup.units import RATIO

DAY = 86_400.0


def wait(days: float, low: float, high: float) -> Measurement:
    return replace(
        WAIT, value=days * DAY, interval=Interval(low=low * DAY, high=high * DAY, method="by hand")
    )


def test_where_every_quarter_waits_for_weeks_it_is_found_and_weekly_releases_are_played() -> None:
    found = judge(wait(28, 14, 56), [True] * 4)
    assert isinstance(found, Diagnosis)
    assert found.strength == "moderate"  # whether users take it earlier is not measured
    (weekly,) = found.remedies
    assert isinstance(weekly.gain, Simulated)
    assert weekly.gain.value == pytest.approx(3.5 / 28 - 1)  # half of seven days against 28
    assert weekly.gain.interval is not None
    assert weekly.gain.interval.low == pytest.approx(3.5 / 56 - 1)
    assert weekly.gain.interval.high == pytest.approx(3.5 / 14 - 1)
    assert weekly.least == pytest.approx(0.75)


def test_where_half_is_out_within_days_it_is_not_found() -> None:
    assert isinstance(judge(wait(2, 1, 3), []), Absent)


def test_where_the_interval_holds_a_week_nobody_can_tell() -> None:
    found = judge(wait(10, 6, 40), [True] * 4)
    assert isinstance(found, Abstention)
    without = replace(wait(10, 6, 40), interval=None, no_interval_because="one release")
    assert isinstance(judge(without, []), Abstention)


def test_one_long_pause_is_no_habit() -> None:
    """Two quarters released at once, two did not: half of the year is not most of it."""
    found = judge(wait(28, 14, 56), [False, False, True, True])
    assert isinstance(found, Abstention)
    assert "2 of 4 quarters" in found.reason


def test_with_less_than_three_quarters_of_a_year_it_is_a_weak_sign() -> None:
    found = judge(wait(28, 14, 56), [True, True])
    assert isinstance(found, Diagnosis)
    assert found.strength == "weak"


def test_a_quarter_of_which_most_still_waits_was_long_once_it_is_a_week_past() -> None:
    """Until 8 April 2026: of the first quarter most waits, of the second nobody can tell yet."""
    until = 1_775_606_400_000_000
    quarters: list[Finding] = [
        replace(wait(60, 50, 70), group=(("quantile", "0.5"), ("quarter", "2025-Q4"))),
        replace(wait(1, 0.5, 2), group=(("quantile", "0.85"), ("quarter", "2025-Q4"))),
        waiting("2026-Q1", 27),
        waiting("2026-Q2", 4),
        waiting("2025-Q3", 0),
    ]
    assert list(_were_long(quarters, until)) == [True, True]
    assert list(_were_long(quarters, until - 2 * 86_400_000_000)) == [True]


def waiting(quarter: str, n: int) -> Abstention:
    return Abstention(
        metric="a_wait",
        reason="Most still wait.",
        remedy="Wait.",
        group=(("quantile", "0.5"), ("quarter", quarter)),
        n=n,
    )


def test_a_wait_over_three_years_is_said_to_be_one() -> None:
    """The page tells of one year beside it, which may be another wait."""
    three_years = Window(start_at=0, end_at=3 * 365 * 86_400_000_000)
    found = judge(replace(wait(28, 14, 56), window=three_years), [True] * 4)
    assert isinstance(found, Diagnosis)
    assert "over 3 years half of it" in found.claim


def test_only_a_wait_in_time_can_be_played() -> None:
    with pytest.raises(EstimateError, match="no wait"):
        wait_against_now(ReleaseEvery(days=7), replace(WAIT, unit=RATIO))
