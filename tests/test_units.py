from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup import units
from trueup.units import (
    COST_PER_CHANGE,
    COST_PER_MONTH,
    COUNT,
    ITEMS,
    LINES,
    PER_WEEK,
    RATIO,
    RATIO_PER_YEAR,
    SECONDS,
    TOKENS_PER_WEEK,
    UNITS,
    Unit,
    say,
    say_duration,
    say_money,
    significant,
)

DAY = 86_400


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (0.0456, "0.046"),
        (-0.0456, "-0.046"),
        (1.26, "1.3"),
        (12.34, "12"),
        (987_654.3, "987,654"),
        (1e-7, "0.00000010"),
    ],
)
def test_two_digits_are_kept_and_none_before_the_point_is_lost(value: float, said: str) -> None:
    assert significant(value) == said


def test_more_digits_may_be_asked_for() -> None:
    assert significant(1.23456, 4) == "1.235"


@given(st.floats(-1e12, 1e12, allow_nan=False).filter(lambda value: abs(value) > 1e-9))
def test_what_is_written_is_within_a_twentieth_of_the_value(value: float) -> None:
    assert float(significant(value).replace(",", "")) == pytest.approx(value, rel=0.05)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (-60, "-1 minute"),
        (90, "1.5 minutes"),
        (3600, "1 hour"),
        (3 * DAY, "3 days"),
        (59.7, "1 minute"),
        (0.997 * DAY, "1 day"),
        (13.9 * DAY, "14 days"),
        (14 * DAY, "2 weeks"),
        (61 * DAY, "2 months"),
        (730.5 * DAY, "2 years"),
    ],
)
def test_a_duration_is_said_in_the_largest_unit_that_keeps_two_digits(
    seconds: float, said: str
) -> None:
    assert say_duration(seconds) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.1234, RATIO, "12 %"),
        (1, RATIO, "100 %"),
        (0.002, RATIO, "0.20 %"),
        (7, COUNT, "7"),
        (3, ITEMS, "3 items"),
        (2.5, ITEMS, "2.5 items"),
        (1_234, LINES, "1,234 lines"),
        (3.21, PER_WEEK, "3.2 per week"),
        (5_400, SECONDS, "1.5 hours"),
        (1_912, COST_PER_MONTH, "$1.9k a month"),
        (41.3, replace(COST_PER_CHANGE, currency="EUR"), "\u20ac41 per change"),
        (3_410_000, TOKENS_PER_WEEK, "3.4m tokens a week"),
        (812, TOKENS_PER_WEEK, "812 tokens a week"),
        (-0.123, RATIO_PER_YEAR, "-12 points a year"),
    ],
)
def test_a_value_is_said_in_its_unit(value: float, unit: Unit, said: str) -> None:
    assert say(value, unit) == said


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_an_interval_without_an_end_is_said_to_have_none(unit: Unit) -> None:
    assert say(math.inf, unit) == "no upper end"
    assert say(-math.inf, unit) == "no lower end"


def test_every_unit_is_listed_once_under_its_name() -> None:
    named = {unit.name for unit in vars(units).values() if isinstance(unit, Unit)}
    assert sorted(unit.name for unit in UNITS) == sorted(named)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "$0"),
        (0.0042, "$0.0042"),
        (0.5, "$0.50"),
        (9.99, "$9.99"),
        (9.996, "$10"),
        (12.3, "$12"),
        (999.4, "$999"),
        (999.6, "$1k"),
        (12_345, "$12k"),
        (999_900, "$1m"),
        (2_500_000_000, "$2.5bn"),
        (-31.5, "-$32"),
    ],
)
def test_money_is_said_as_a_person_says_it(amount: float, said: str) -> None:
    assert say_money(amount, "USD") == said


def test_a_currency_without_a_sign_goes_by_its_code() -> None:
    assert say_money(1_912, "CHF") == "CHF 1.9k"
