"""However people write time, a period is what they mean by it."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pyarrow as pa
import pytest

from tests.estimate.reading.tables import COLUMNS, read, table
from trueup.errors import EstimateError
from trueup.estimate.panel import Grain, Panel
from trueup.estimate.reading import panel_from_table

DAY = 86_400_000_000


def morning(day: str) -> dt.datetime:
    """Return nine o'clock of a day, as tables write it: without a time zone."""
    return dt.datetime.fromisoformat(f"{day}T09:00:00")


def over(periods: list[object], grain: Grain | None = None) -> Panel:
    """Return a panel of one unit over the periods, as written."""
    rows = pa.table(
        {
            "repo": ["a"] * len(periods),
            "month": periods,
            "event": pa.array([None] * len(periods), pa.string()),
            "y": [1.0] * len(periods),
        }
    )
    return panel_from_table(rows, dataclasses.replace(COLUMNS, grain=grain), source="written")


@pytest.mark.parametrize(
    ("written", "grain", "labels"),
    [
        (["2025-01", "2025-02"], "month", ("2025-01", "2025-02")),
        (["2025/12", "2026/1"], "month", ("2025-12", "2026-01")),
        ([202412, 202501], "month", ("2024-12", "2025-01")),
        (["202412", "202501"], "month", ("2024-12", "2025-01")),
        ([202452, 202501], "week", ("2024-W52", "2025-W01")),
        (["2020W53", "2021-W01"], "week", ("2020-W53", "2021-W01")),
        (["2025Q1", "2025-Q2"], "quarter", ("2025-Q1", "2025-Q2")),
        ([2003, 2004.0], "year", ("2003", "2004")),
        (["2025-01-06", "2025-01-13"], "week", ("2025-W02", "2025-W03")),
        (["2025-01-05", "2025-01-12"], "week", ("2025-01-05", "2025-01-12")),
        (["2025-01-06", "2025-01-07"], "day", ("2025-01-06", "2025-01-07")),
        ([20250131, 20250228], "month", ("2025-01", "2025-02")),
        (["2025-01-01", "2025-04-01"], "quarter", ("2025-Q1", "2025-Q2")),
        (["2024-01-01", "2025-01-01"], "year", ("2024", "2025")),
        ([dt.date(2025, 1, 1), dt.date(2025, 2, 1)], "month", ("2025-01", "2025-02")),
        ([morning("2025-01-06"), morning("2025-01-13")], "week", ("2025-W02", "2025-W03")),
        ([1, 2, 3], "period", ("1", "2", "3")),
        ([-1, 0, 1], "period", ("-1", "0", "1")),
    ],
)
def test_a_period_is_recognised_as_it_is_written(
    written: list[object], grain: Grain, labels: tuple[str, ...]
) -> None:
    panel = over(written)
    assert (panel.grain, panel.periods) == (grain, labels)


def test_months_written_as_numbers_are_twelve_a_year_and_not_a_hundred() -> None:
    panel = over([202411, 202412, 202501, 202502])
    assert panel.n_periods == 4
    assert panel.period.tolist() == [0, 1, 2, 3]


def test_numbers_that_are_only_an_order_may_look_like_months_when_said_so() -> None:
    assert over([202501, 202502], "period").grain == "period"


@pytest.mark.parametrize(
    ("written", "looks_like"),
    [
        ([202501, 202590], "months"),
        ([20251, 20252], "quarters"),
        ([20250101, 20251340], "dates"),
        ([1735689600, 1738368000], "instants"),
    ],
)
def test_numbers_that_look_like_dates_and_are_none_are_refused(
    written: list[object], looks_like: str
) -> None:
    with pytest.raises(EstimateError, match=f"look like {looks_like}") as refused:
        over(written)
    assert "2025-01" in refused.value.hint


def test_quarters_written_as_numbers_are_read_when_said_so() -> None:
    assert over([20244, 20251], "quarter").periods == ("2024-Q4", "2025-Q1")


def test_a_period_nobody_is_seen_in_keeps_its_place() -> None:
    panel = over(["2025-01", "2025-02", "2025-04"])
    assert panel.periods == ("2025-01", "2025-02", "2025-03", "2025-04")
    assert panel.period.tolist() == [0, 1, 3]


def test_every_other_year_is_a_period_of_two_years_and_is_said() -> None:
    panel = over([2001, 2003, 2007])
    assert (panel.periods, panel.grain) == (("2001", "2003", "2005", "2007"), "period")
    assert "Only every 2" in panel.remarks[0].says


def test_the_window_ends_with_the_last_period() -> None:
    window = over(["2024-01", "2024-02"]).window
    assert (window.end_at - window.start_at) // DAY == 31 + 29
    assert over(["2025-W01", "2025-W02"]).window.days == 14
    assert over([1, 2, 3]).window.days == 0


def test_days_are_gathered_in_the_grain_that_is_named() -> None:
    panel = over(["2025-01-08", "2025-01-14"], "week")
    assert panel.periods == ("2025-W02", "2025-W03")
    assert over(["2025-02-08", "2025-05-14"], "quarter").periods == ("2025-Q1", "2025-Q2")


def test_dates_far_apart_ask_what_a_period_is() -> None:
    days = [f"20{year}-{month:02d}-17" for year in (20, 21, 22) for month in range(1, 13)]
    with pytest.raises(EstimateError, match="only 36 are there") as refused:
        over(list(days))
    assert "--grain" in refused.value.hint
    assert over(list(days), "month").n_periods == 36


@pytest.mark.parametrize("written", [["2025-01", "2025-W02"], ["2025-01", "7"], ["spring", "x"]])
def test_time_written_in_different_ways_or_none_is_refused(written: list[object]) -> None:
    with pytest.raises(EstimateError, match="month"):
        over(written)


def test_months_cannot_be_read_as_weeks() -> None:
    with pytest.raises(EstimateError, match="one week a row"):
        over(["2025-01", "2025-02"], "week")


def test_the_grain_is_stated() -> None:
    panel = read("repo month y event\na 2025-01 1 .\na 2025-02 2 .")
    assert panel.remarks[0].says == "2 rows of 1 unit over 2 months, 2025-01 to 2025-02."


def test_periods_that_lie_within_the_window_only_in_part_are_left_out() -> None:
    rows = table("repo month y event\na 2024-12 1 .\na 2025-01 1 .\na 2025-02 1 .\na 2025-03 1 .")
    between = dataclasses.replace(COLUMNS, since=dt.date(2024, 12, 2), until=dt.date(2025, 3, 1))
    panel = panel_from_table(rows, between, source="written")
    assert panel.periods == ("2025-01", "2025-02")
    with pytest.raises(EstimateError, match="No row lies between"):
        panel_from_table(
            rows, dataclasses.replace(COLUMNS, since=dt.date(2026, 1, 1)), source="written"
        )
