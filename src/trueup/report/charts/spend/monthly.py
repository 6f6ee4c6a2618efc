"""Cost by month at list price; use that has no price is drawn, as unknown."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.model.evidence import Finding, Measurement
from trueup.report.charts.theme import (
    INK,
    MUTED,
    REST,
    UNKNOWN,
    Spec,
    amount,
    beside,
    drawing,
    has_intervals,
    months,
    top_of,
)

HEIGHT = 220
CAP = 0.08
"""Height of what is unknown above each month, as a share of the axis: its cost has no size."""


def monthly_drawing(costs: Sequence[Finding]) -> Spec:
    """Draw a bar for each month with its interval, and a hatched cap where use has no price."""
    told = [each for each in costs if isinstance(each, Measurement)]
    unpriced = any((each.coverage or 1.0) < 1.0 for each in told)
    top = top_of(costs) * (1 + (2 * CAP if unpriced else 0))
    layers = [_bars(top)]
    if unpriced:
        layers.append(_caps(top))
    if has_intervals(costs):
        layers.append(_whiskers(top))
    named = ("no price:", "unknown") if unpriced else ()
    if unpriced:
        height = HEIGHT * (1 - _latest(told) / top)
        layers += [
            beside(word, height - 22 + 14 * rank, MUTED, weight="normal")
            for rank, word in enumerate(named)
        ]
    return drawing(height=HEIGHT, layers=layers, beside_it=named)


def _latest(told: Sequence[Measurement]) -> float:
    return max(told, key=lambda each: dict(each.group)["month"]).value


def _picked() -> Spec:
    return {"condition": {"test": "datum.key === picked", "value": 2}, "value": 0}


def _bars(top: float) -> Spec:
    return {
        "mark": {"type": "bar", "fill": REST, "stroke": INK, "binSpacing": 1},
        "encoding": {"x": months(), "y": amount("value", top=top), "strokeWidth": _picked()},
    }


def _caps(top: float) -> Spec:
    return {
        "transform": [
            {"filter": "datum.covered !== null && datum.covered < 1"},
            {"calculate": f"datum.value + {CAP * top}", "as": "cap"},
        ],
        "mark": {"type": "bar", "fill": UNKNOWN, "binSpacing": 1},
        "encoding": {"x": months(), "y": amount("value", top=top), "y2": {"field": "cap"}},
    }


def _whiskers(top: float) -> Spec:
    return {
        "transform": [{"filter": "datum.low !== null"}],
        "mark": {"type": "rule", "stroke": INK, "strokeWidth": 1, "clip": True},
        "encoding": {
            "x": {**months(), "bandPosition": 0.5},
            "y": amount("low", top=top),
            "y2": {"field": "high"},
        },
    }
