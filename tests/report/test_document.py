"""Blocks accept evidence and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.report.sample import YEAR, cannot, number
from trueup.errors import NakedNumber, ReportError
from trueup.report.charts.rows import rows_of
from trueup.report.document import Chart, ScaleRow, Table
from trueup.report.sentence import Name, Sentence
from trueup.units import RATIO

TITLE = Sentence(template="A finding")
SHARE = number("x_ratio", 0.25, RATIO, 8, "commits", spread=0.05, month="2024-03", tool="cursor")


def chart(*points: Any, **drawing: Any) -> Chart:
    """Return a chart of some points."""
    return Chart(id="c", finding=TITLE, subtitle=TITLE, points=points, drawing=drawing)


@pytest.mark.parametrize("naked", [0.25, 13, "13 %", None])
def test_a_table_refuses_what_carries_no_evidence(naked: Any) -> None:
    with pytest.raises(NakedNumber):
        Table(caption=TITLE, columns=("Tool", "Share"), rows=((Name("cursor"), naked),))


def test_a_table_refuses_a_row_of_another_width() -> None:
    with pytest.raises(ReportError, match="one cell per column"):
        Table(caption=TITLE, columns=("Tool", "Share"), rows=((Name("cursor"),),))


def test_the_common_scale_refuses_a_bare_number() -> None:
    naked: Any = -0.04
    with pytest.raises(NakedNumber):
        ScaleRow(label="Throughput", measure="released", outcome=naked)


def test_the_common_scale_refuses_a_number_in_its_label() -> None:
    with pytest.raises(NakedNumber):
        ScaleRow(label="Throughput", measure="after 90 days", outcome=SHARE)


def test_a_chart_refuses_a_bare_number() -> None:
    with pytest.raises(NakedNumber):
        chart(SHARE, 0.3)


@pytest.mark.parametrize("key", ["data", "datasets"])
def test_a_chart_refuses_data_that_are_not_its_points(key: str) -> None:
    with pytest.raises(NakedNumber, match="data of its own"):
        chart(SHARE, **{key: {"values": [1, 2]}})


def test_a_chart_draws_each_measurement_with_its_numbers_and_its_group() -> None:
    (row,) = rows_of(chart(SHARE))
    wanted = {"key": 0, "value": 0.25, "low": 0.2, "high": 0.3, "n": 8, "month": "2024-03"}
    assert {name: row[name] for name in wanted} == wanted
    assert row["tool"] == "cursor"
    assert row["says"] == "25\u00a0%"


def test_what_cannot_be_told_is_a_point_of_the_table_and_not_of_the_drawing() -> None:
    drawn = chart(cannot("x_ratio", "Too few.", "Wait.", month="2024-02"), SHARE)
    assert [row["key"] for row in rows_of(drawn)] == [1]
    assert len(tuple(drawn.shown())) == 2


def test_ages_and_quantiles_become_numbers_on_an_axis() -> None:
    point = number("x_ratio", 0.5, RATIO, 8, "lines", window=YEAR, age_days="90", quantile="0.5")
    (row,) = rows_of(chart(point))
    assert (row["age_days"], row["quantile"]) == (90.0, 0.5)
