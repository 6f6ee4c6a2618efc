"""How big changes are, over time: the median with its interval, and the larger ones."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.model.evidence import Finding
from trueup.report.charts.theme import (
    INK,
    MUTED,
    Spec,
    catch,
    drawing,
    end_labels,
    has_intervals,
    months,
    top_of,
)

_TICKS = (1, 10, 100, 1000, 10_000, 100_000)
NAMES = ("half are under", "85 in 100 under")


def batch_drawing(half: Sequence[Finding], most: Sequence[Finding], *, small: bool = False) -> Spec:
    """Draw the median change size by month with its interval, and a high quantile above."""
    height, top = 110 if small else 200, top_of([*half, *most])
    layers: list[Spec] = [_band(top)] if has_intervals(half) else []
    layers.append(_line("0.5", INK, [1, 0], top))
    layers.append(_line("0.85", MUTED, [2, 3], top))
    if not small:
        ends = [(NAMES[0], half, INK), (NAMES[1], most, MUTED)]
        layers += end_labels(ends, top, height, is_log=True)
    layers.append(catch(months(), _lines("value", top)))
    return drawing(height=height, layers=layers, beside_it=() if small else NAMES)


def _band(top: float) -> Spec:
    return {
        "transform": [{"filter": "datum.low !== null && datum.quantile === 0.5"}],
        "mark": {"type": "area", "fill": INK, "opacity": 0.14, "clip": True},
        "encoding": {"x": months(), "y": _lines("low", top), "y2": {"field": "high"}},
    }


def _line(quantile: str, colour: str, dash: list[int], top: float) -> Spec:
    return {
        "transform": [{"filter": f"datum.quantile === {quantile}"}],
        "mark": {"type": "line", "stroke": colour, "strokeWidth": 2, "strokeDash": dash},
        "encoding": {"x": months(), "y": _lines("value", top)},
    }


def _lines(field: str, top: float) -> Spec:
    """Encode a number of lines on a log scale from one line up."""
    end = max(10.0, top)
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"type": "log", "domain": [1, end], "nice": False, "clamp": True},
        "axis": {"title": None, "format": "~s", "values": [t for t in _TICKS if t <= end]},
    }
