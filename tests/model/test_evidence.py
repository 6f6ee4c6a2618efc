from __future__ import annotations

import math
from typing import Any

import pytest

from trueup.errors import MeasureError
from trueup.model.evidence import Abstention, Interval, Measurement, Window
from trueup.units import RATIO, SECONDS

DAY = 86_400_000_000
WINDOW = Window(start_at=0, end_at=7 * DAY)


def measurement(**given: Any) -> Measurement:
    usual: dict[str, Any] = {
        "metric": "marked_commits_ratio",
        "version": 1,
        "value": 0.25,
        "unit": RATIO,
        "interval": Interval(low=0.2, high=0.31, method="bootstrap by author"),
        "n": 40,
        "n_of": "commits",
        "window": WINDOW,
        "source": "git",
    }
    return Measurement(**(usual | given))


def test_a_window_is_as_long_as_its_days() -> None:
    assert WINDOW.days == 7.0


def test_a_window_may_be_empty_but_not_backwards() -> None:
    assert Window(start_at=5, end_at=5).days == 0
    with pytest.raises(MeasureError, match="ends before it starts"):
        Window(start_at=5, end_at=4)


@pytest.mark.parametrize(("low", "high"), [(math.nan, 1), (0, math.nan), (1, 0)])
def test_an_interval_has_two_ends_in_order(low: float, high: float) -> None:
    with pytest.raises(MeasureError, match="is not an interval") as refused:
        Interval(low=low, high=high, method="exact")
    assert refused.value.hint == "Abstain when there is no interval."


def test_an_interval_may_have_no_upper_end() -> None:
    interval = Interval(low=86_400, high=math.inf, method="Kaplan-Meier")
    waiting = measurement(value=172_800, unit=SECONDS, interval=interval)
    assert waiting.say_interval() == "1 day to no upper end"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_measurement_is_a_number(value: float) -> None:
    with pytest.raises(MeasureError, match="marked_commits_ratio is not a number"):
        measurement(value=value)


def test_a_measurement_has_an_interval_or_says_why_not() -> None:
    with pytest.raises(MeasureError, match="neither an interval nor a reason"):
        measurement(interval=None)
    counted = measurement(interval=None, no_interval_because="complete count")
    assert counted.say_interval() == "complete count"


def test_a_measurement_says_its_value_with_its_qualifier() -> None:
    assert measurement().say() == "25 %"
    assert measurement(qualifier="at least").say() == "at least 25 %"
    assert measurement().say_interval() == "20 % to 31 %"


def test_what_was_said_cannot_be_changed() -> None:
    said = measurement()
    with pytest.raises(AttributeError):
        said.value = 0.5  # type: ignore[misc]


def test_an_abstention_is_a_value_with_a_reason_and_a_remedy() -> None:
    cannot_tell = Abstention(metric="lead_time_seconds", reason="No tags.", remedy="Tag releases.")
    assert (cannot_tell.group, cannot_tell.n, cannot_tell.window) == ((), 0, None)
    with pytest.raises(TypeError):
        Abstention(metric="lead_time_seconds", reason="No tags.")  # type: ignore[call-arg]
