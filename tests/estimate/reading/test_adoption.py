"""When a unit adopted is read however a table says it, or refused with the units named."""

from __future__ import annotations

import dataclasses

import pyarrow as pa
import pytest

from tests.estimate.reading.tables import COLUMNS, grid, read
from trueup.errors import EstimateError
from trueup.estimate.panel import NEVER, Panel
from trueup.estimate.reading import panel_from_table

MONTHS = ["2025-01", "2025-02", "2025-03", "2025-04"]


def adopted(panel: Panel) -> dict[str, int]:
    """Return the first treated period of each unit."""
    return dict(zip(panel.units, panel.adopted_in.tolist(), strict=True))


def from_first(first: dict[str, str | None], periods: list[str] = MONTHS) -> Panel:
    """Read a panel that gives each unit's first treated period."""
    return panel_from_table(grid(periods, first), COLUMNS, source="written")


def column(values: dict[str, list[object]]) -> Panel:
    """Read a panel of four months with any adoption column."""
    rows = pa.table(
        {
            "repo": [unit for unit in values for _ in MONTHS],
            "month": MONTHS * len(values),
            "event": [value for unit in values for value in values[unit]],
            "y": [1.0] * len(MONTHS) * len(values),
        }
    )
    return panel_from_table(rows, COLUMNS, source="written")


def test_three_ways_of_saying_it_give_the_same_panel() -> None:
    by_period = from_first({"a": "2025-03", "b": None})
    by_switch = column({"a": [0, 0, 1, 1], "b": [0, 0, 0, 0]})
    by_event_time = column({"a": [-2, -1, 0, 1], "b": [None] * 4})
    assert adopted(by_period) == {"a": 2, "b": NEVER}
    assert adopted(by_switch) == adopted(by_period)
    assert adopted(by_event_time) == adopted(by_period)


def test_a_date_within_a_month_counts_from_that_month() -> None:
    assert adopted(from_first({"a": "2025-03-31", "b": ""})) == {"a": 2, "b": NEVER}


def test_a_date_within_a_week_counts_from_that_week() -> None:
    weeks = ["2025-W01", "2025-W02", "2025-W03"]
    assert adopted(from_first({"a": "2025-01-12", "b": None}, weeks)) == {"a": 1, "b": NEVER}


def test_nought_beside_years_is_never() -> None:
    years = ["2003", "2004", "2005"]
    assert adopted(from_first({"a": "2004", "b": "0"}, years)) == {"a": 1, "b": NEVER}


def test_years_with_a_fraction_of_nought_are_years() -> None:
    years = ["2003", "2004", "2005"]
    assert adopted(from_first({"a": "2004.0", "b": None}, years)) == {"a": 1, "b": NEVER}


def test_a_year_beyond_all_is_not_within_the_window_and_is_said() -> None:
    panel = from_first({"a": "2004", "b": "9999"}, ["2003", "2004", "2005"])
    assert adopted(panel) == {"a": 1, "b": NEVER}
    assert [remark.units for remark in panel.remarks if remark.kind == "adopts_later"] == [1]


def test_adoption_between_two_periods_counts_from_the_next() -> None:
    years = ["2001", "2003", "2005"]
    assert adopted(from_first({"a": "2002", "b": "0"}, years)) == {"a": 1, "b": NEVER}


def test_event_time_in_years_is_read_where_every_other_year_is_seen() -> None:
    rows = pa.table(
        {
            "repo": ["a"] * 3 + ["b"] * 3,
            "month": [2001, 2003, 2005] * 2,
            "event": [-1, 1, 3, None, None, None],
            "y": [1.0] * 6,
        }
    )
    panel = panel_from_table(rows, COLUMNS, source="written")
    assert adopted(panel) == {"a": 1, "b": NEVER}


@pytest.mark.parametrize("first", ["2024-11", "2025-01"])
def test_who_adopted_before_being_seen_is_left_out_and_counted(first: str) -> None:
    panel = from_first({"a": first, "b": None, "c": "2025-02"})
    assert panel.units == ("b", "c")
    (left_out,) = (remark for remark in panel.remarks if remark.kind == "dropped_rows")
    assert (left_out.units, left_out.rows) == (1, 4)
    assert left_out.says.endswith(": a.")


def test_who_is_first_seen_after_adopting_is_left_out_too() -> None:
    panel = read(
        """repo month y event
        a 2025-03 1 2025-02
        b 2025-01 1 .
        b 2025-03 1 .
        c 2025-02 1 2025-03
        c 2025-03 1 2025-03"""
    )
    assert panel.units == ("b", "c")


def test_switching_off_again_is_refused_and_names_the_units() -> None:
    with pytest.raises(EstimateError, match="1 of 2 units switch 'event' off again: a"):
        column({"a": [0, 1, 0, 0], "b": [0, 0, 1, 1]})


def test_a_column_that_says_who_and_not_when_is_refused() -> None:
    with pytest.raises(EstimateError, match="who adopts, not when"):
        column({"a": [1, 1, 1, 1], "b": [0, 0, 0, 0]})


def test_an_empty_cell_of_a_switch_is_not_nought() -> None:
    with pytest.raises(EstimateError, match="empty in 1 row"):
        column({"a": [0, None, 1, 1], "b": [0, 0, 0, 0]})


def test_event_time_that_jumps_is_refused() -> None:
    with pytest.raises(EstimateError, match="neither stays the same"):
        column({"a": [-2, -1, 5, 6], "b": [None] * 4})


def test_two_first_periods_of_one_unit_are_refused() -> None:
    with pytest.raises(EstimateError, match=r"two different things of one unit: a \("):
        column({"a": ["2025-02", "2025-02", "2025-03", "2025-03"], "b": [None] * 4})


def test_a_month_does_not_say_which_week() -> None:
    with pytest.raises(EstimateError, match="which one of those adoption fell in is not known"):
        from_first({"a": "2025-01", "b": None}, ["2025-W01", "2025-W02"])


def test_minus_one_is_no_way_to_write_never() -> None:
    with pytest.raises(EstimateError, match="-1 in the column 'event'"):
        from_first({"a": "2004", "b": "-1"}, ["2003", "2004", "2005"])


def test_nought_that_may_be_a_period_must_be_told_from_never() -> None:
    with pytest.raises(EstimateError, match="may mean never, or the period 0"):
        from_first({"a": "2", "b": "0"}, ["0", "1", "2"])
    assert adopted(from_first({"a": "2", "b": None}, ["0", "1", "2"])) == {"a": 2, "b": NEVER}


def test_a_panel_of_doses_needs_no_adoption() -> None:
    columns = dataclasses.replace(COLUMNS, adopted=None)
    panel = panel_from_table(grid(MONTHS, {"a": None}), columns, source="written")
    assert adopted(panel) == {"a": NEVER}
