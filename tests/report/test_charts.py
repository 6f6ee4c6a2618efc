"""Room for labels, ends of axes: what a reader would see cut off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.report import sample
from trueup.model.evidence import Interval
from trueup.report.charts.survival import survival_drawing
from trueup.report.charts.theme import per_cent, share, top_of, width_of
from trueup.units import PER_WEEK, RATIO

ADVANCES = {
    **dict(zip("abcdefghijklm", (675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042),
               strict=True)),
    **dict(zip("nopqrstuvwxyz", (712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582),
               strict=True)),
    **dict(zip("ACEHIKMNOW -/", (774, 734, 683, 837, 372, 775, 995, 837, 850, 1103, 348, 415, 365),
               strict=True)),
}  # fmt: skip
"""Thousandths of an em of letters of DejaVu Sans Bold, from the font's own table."""


@pytest.mark.parametrize(
    "label",
    ["openai-codex", "AI-marked", "unmarked", "released / week", "Claude Code", "mmm", "KIM NOW"],
)
def test_a_label_has_room_in_the_widest_font_a_reader_has_by_default(label: str) -> None:
    set_in_bold = sum(12 * ADVANCES[letter] / 1000 for letter in label)
    assert set_in_bold <= width_of(label) <= 1.4 * set_in_bold


def test_an_axis_reaches_past_intervals_unless_they_would_flatten_what_they_belong_to() -> None:
    """Values of 10: past an end of 15 by a fiftieth, but no further than twice the value."""
    point = sample.number("x_per_week", 10.0, PER_WEEK, 9, "changes")

    def ending(high: float) -> float:
        return top_of([replace(point, interval=Interval(low=0.0, high=high, method="m"))])

    assert ending(11.0) == pytest.approx(12.5)
    assert ending(15.0) == pytest.approx(15.3)
    assert ending(900.0) == pytest.approx(20.0)


def test_shares_on_an_axis_are_written_as_in_the_text() -> None:
    assert "'\u00a0%'" in share("value", top=1.0)["axis"]["labelExpr"]
    assert per_cent("+.0%")["labelExpr"].startswith("datum.value === 0 ? '0'")


def test_the_oldest_age_on_a_curve_is_named_whatever_it_is() -> None:
    points = [
        sample.number("line_survival_ratio", 0.5, RATIO, 9, "lines", age_days=age)
        for age in ("0", "30", "90", "240", "300")
    ]
    spec = survival_drawing(points)
    assert spec["layer"][0]["layer"][0]["encoding"]["x"]["axis"]["values"] == [30.0, 90.0, 300.0]
