"""Weeks become months without a ratio of ratios, and no month is treated in part."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow as pa
import pytest

from tests.measure.building import at
from trueup.measure.units.months import unit_months

MONDAYS = {
    "2025-W01": "2024-12-30",
    "2025-W02": "2025-01-06",
    "2025-W03": "2025-01-13",
    "2025-W06": "2025-02-03",
    "2025-W07": "2025-02-10",
}


def weeks(**columns: Sequence[float | None]) -> pa.Table:
    """Make the weeks of one team that adopts in 2025-W07; two developers, then four."""
    labels = list(MONDAYS)
    given: dict[str, Sequence[float | None]] = {"active_developers": [2, 2, 4, 2, 2], **columns}
    table = pa.table(
        {
            "unit": ["core"] * 5,
            "week": labels,
            "week_start_at": [at(MONDAYS[label]) for label in labels],
            "cluster": ["core"] * 5,
            "adopted_week": ["2025-W07"] * 5,
            "is_adopted": [False] * 4 + [True],
            **{name: pa.array(values, pa.float64()) for name, values in given.items()},
        }
    )
    return table.replace_schema_metadata({b"remarks": b"[]"})


def month(table: pa.Table, label: str, column: str) -> object:
    """Return one cell of a table of months."""
    place = table.column("month").to_pylist().index(label)
    return table.column(column)[place].as_py()


def test_a_week_lies_in_the_month_it_begins_in() -> None:
    labels = unit_months(weeks()).column("month").to_pylist()
    assert labels == ["2024-12", "2025-01", "2025-02"]


def test_a_months_rate_per_developer_is_of_all_its_developer_weeks() -> None:
    """January: 2 developers at 1.0 and 4 at 2.5 made 2 + 10 changes in 6 developer-weeks: 2."""
    name = "merged_changes_per_developer_week"
    table = unit_months(weeks(**{name: [9, 1.0, 2.5, 9, 9]}))
    assert month(table, "2025-01", name) == pytest.approx(2.0)


def test_a_months_ratio_per_change_is_of_all_its_changes() -> None:
    """January: 2 and 12 changes in production, 1 and 0 of them fail: 1 in 14."""
    table = unit_months(
        weeks(
            deployed_changes_per_developer_week=[1, 1.0, 3.0, 1, 1],
            change_failure_ratio=[0, 0.5, 0.0, 0, 0],
        )
    )
    assert month(table, "2025-01", "change_failure_ratio") == pytest.approx(1 / 14)


def test_a_months_lead_time_is_of_all_its_changes_and_its_flow_a_mean_of_its_weeks() -> None:
    """January: 1 change of 10 days, 3 of 2: 4 days; 2 a week in production, 5 under way."""
    table = unit_months(
        weeks(
            deployed_changes_per_week=[1, 1.0, 3.0, 1, 1],
            changes_under_way_items=[1, 4.0, 6.0, 1, 1],
            lead_time_mean_seconds=[1, 10.0, 2.0, 1, 1],
        )
    )
    assert month(table, "2025-01", "lead_time_mean_seconds") == pytest.approx(4)
    assert month(table, "2025-01", "deployed_changes_per_week") == 2
    assert month(table, "2025-01", "changes_under_way_items") == 5


def test_what_no_week_knows_the_month_does_not_know() -> None:
    name = "sound_changes_per_developer_week"
    table = unit_months(weeks(**{name: [1, None, 3.0, 1, None]}))
    assert month(table, "2025-01", name) == 3.0
    assert month(table, "2025-02", name) is None


def test_the_month_of_adoption_holds_no_week_before_it_and_says_so() -> None:
    name = "merged_changes_per_developer_week"
    table = unit_months(weeks(**{name: [1, 1, 1, 1, 5.0]}))
    assert table.column("adopted_month").to_pylist() == ["2025-02"] * 3
    assert month(table, "2025-02", name) == 5.0
    assert table.column("is_adopted").to_pylist() == [False, False, True]
    (remark,) = json.loads(table.schema.metadata[b"remarks"])
    assert remark["rows"] == 1
