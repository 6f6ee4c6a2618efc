"""How long things wait: quantiles of each wait on one named log scale."""

from __future__ import annotations

import json
from collections.abc import Mapping

from trueup.report.charts.theme import INK, LEFT, MUTED, Spec, catch, drawing

PADDING = {"left": 2 + LEFT // 2, "right": 24 + LEFT // 2, "top": 8, "bottom": 2}
"""There is no value axis: its room is shared between both sides."""

_TICKS = {
    60: "a minute",
    3600: "an hour",
    86400: "a day",
    604_800: "a week",
    2_629_800: "a month",
    31_557_600: "a year",
    315_576_000: "ten years",
}


def waits_drawing(
    labels: Mapping[str, str], longest: float, *, with_intervals: bool = True
) -> Spec:
    """Draw a row for each wait in `labels` (metric name to words), a dot for each quantile.

    `longest` is the largest wait drawn, in seconds: the scale ends at the next round time.
    """
    end = next((tick for tick in _TICKS if tick >= longest), max(_TICKS))
    steps = {"calculate": f"({json.dumps(dict(labels))})[datum.metric]", "as": "wait"}
    clip = {"calculate": "max(60, datum.value)", "as": "at_least_a_minute"}
    known = {"filter": f"indexof({json.dumps(list(labels))}, datum.metric) >= 0"}
    y: Spec = {"field": "wait", "type": "nominal", "sort": list(labels.values()), "axis": None}
    x = _seconds("at_least_a_minute", end)
    layers = [_spread(x, y), _dots(x, y), _says(x, y), _name(y), catch(x, y)]
    if with_intervals:
        layers.insert(1, _uncertainty(x, y, end))
    spec = drawing(height=max(1, len(labels)) * 96, layers=layers)
    sides = {"padding": PADDING, "usermeta": {"room": PADDING["left"] + PADDING["right"] + 2}}
    return {**spec, **sides, "transform": [known, steps, clip]}


def _seconds(field: str, end: int) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"type": "log", "domain": [60, end], "nice": False, "clamp": True},
        "axis": {
            "title": "log scale",
            "values": [tick for tick in _TICKS if tick <= end],
            "labelExpr": f"({json.dumps({str(k): v for k, v in _TICKS.items()})})[datum.value]",
            "labelOverlap": True,
            "grid": True,
            "labelBound": False,
        },
    }


def _spread(x: Spec, y: Spec) -> Spec:
    return {
        "mark": {"type": "line", "stroke": MUTED, "strokeWidth": 2},
        "encoding": {"x": x, "y": y, "detail": {"field": "wait"}},
    }


def _uncertainty(x: Spec, y: Spec, end: int) -> Spec:
    return {
        "transform": [
            {"filter": "datum.low !== null"},
            {"calculate": "max(60, datum.low)", "as": "from"},
            {"calculate": f"min({end}, max(60, datum.high))", "as": "to"},
        ],
        "mark": {"type": "rule", "stroke": INK, "strokeWidth": 9, "opacity": 0.2},
        "encoding": {"x": {**x, "field": "from"}, "x2": {"field": "to"}, "y": y},
    }


def _dots(x: Spec, y: Spec) -> Spec:
    return {
        "mark": {"type": "point", "filled": True, "fill": INK, "opacity": 1},
        "encoding": {
            "x": x,
            "y": y,
            "size": {"condition": {"test": "datum.quantile === 0.5", "value": 110}, "value": 46},
        },
    }


def _says(x: Spec, y: Spec) -> Spec:
    def words(where: str, text: str, **mark: object) -> Spec:
        return {
            "transform": [{"filter": where}, {"calculate": text, "as": "words"}],
            "mark": {"type": "text", "fill": INK, **mark},
            "encoding": {"x": x, "y": y, "text": {"field": "words"}},
        }

    in_hundred = "round(100 * datum.quantile) + ' in 100 within ' + datum.says"
    return {
        "layer": [
            words("datum.quantile === 0.5", "'half within ' + datum.says", dy=22),
            words("datum.quantile === 0.85", in_hundred, dy=-15, dx=6, align="right"),
        ]
    }


def _name(y: Spec) -> Spec:
    return {
        "transform": [{"aggregate": [{"op": "count", "as": "rows"}], "groupby": ["wait"]}],
        "mark": {"type": "text", "align": "left", "dy": -34, "fill": INK, "fontWeight": 600},
        "encoding": {"x": {"value": 0}, "y": y, "text": {"field": "wait"}},
    }
