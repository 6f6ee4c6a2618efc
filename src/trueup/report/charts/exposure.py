"""AI-marked share over time, by tool; what is unmarked is drawn, as unknown."""

from __future__ import annotations

import json
from collections.abc import Sequence

from trueup.model.evidence import Finding, Measurement
from trueup.report.charts.theme import (
    INK,
    MARKED,
    MUTED,
    PAPER,
    TOOL_SHADES,
    UNKNOWN,
    Spec,
    beside,
    drawing,
    has_intervals,
    months,
    share,
)

_TOPS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)


def tools_by_weight(split: Sequence[Finding]) -> tuple[str, ...]:
    """Return the tools shown, the one with most marked commits first; at most five."""
    weight: dict[str, float] = {}
    for each in split:
        if isinstance(each, Measurement):
            tool = dict(each.group)["tool"]
            weight[tool] = weight.get(tool, 0.0) + each.value * each.n
    return tuple(sorted(weight, key=lambda tool: -weight[tool])[: len(TOOL_SHADES)])


def top_of(shares: Sequence[Finding]) -> float:
    """Return where the scale stops: the first round share above everything drawn."""
    highest = max(
        (
            max(each.value, each.interval.high if each.interval else 0.0)
            for each in shares
            if isinstance(each, Measurement)
        ),
        default=1.0,
    )
    return next((top for top in _TOPS if top >= highest), 1.0)


def exposure_drawing(
    shares: Sequence[Finding], split: Sequence[Finding], *, small: bool = False, top: float = 0
) -> Spec:
    """Draw shares by month, split by tool where that is allowed."""
    top = top or top_of(shares)
    tools = tools_by_weight(split)
    layers = [_unknown(top), _marked(top, TOOL_SHADES[2] if tools else MARKED)]
    if tools:
        layers.append(_tools(tools, top))
    if has_intervals(shares):
        layers.append(_whisker(top))
    height = 120 if small else 260
    if tools and not small:
        layers.append(_labels(tools, _label_places(tools, split, top), height))
    named = () if small or not tools else (*map(_short, tools), "no mark:")
    return drawing(height=height, layers=layers, beside_it=named)


def _picked(width: float = 0) -> Spec:
    return {"condition": {"test": "datum.key === picked", "value": 2}, "value": width}


def _unknown(top: float) -> Spec:
    return {
        "transform": [{"filter": "!datum.tool"}, {"calculate": str(top), "as": "top"}],
        "mark": {"type": "bar", "fill": UNKNOWN, "stroke": INK, "binSpacing": 0},
        "encoding": {
            "x": months(),
            "y": share("value", top=top),
            "y2": {"field": "top"},
            "strokeWidth": _picked(),
        },
    }


def _marked(top: float, colour: str) -> Spec:
    return {
        "transform": [{"filter": "!datum.tool"}],
        "mark": {"type": "bar", "fill": colour, "stroke": INK, "binSpacing": 1},
        "encoding": {"x": months(), "y": share("value", top=top), "strokeWidth": _picked()},
    }


def _tools(tools: tuple[str, ...], top: float) -> Spec:
    return {
        "transform": [
            {"filter": {"field": "tool", "oneOf": list(tools)}},
            {"calculate": f"indexof({json.dumps(tools)}, datum.tool)", "as": "tool_rank"},
        ],
        "mark": {"type": "bar", "stroke": PAPER, "clip": True, "binSpacing": 1},
        "encoding": {
            "x": months(),
            "y": share("value", top=top),
            "color": {
                "field": "tool",
                "scale": {"domain": list(tools), "range": list(TOOL_SHADES[: len(tools)])},
                "legend": None,
            },
            "order": {"field": "tool_rank", "type": "quantitative"},
            "strokeWidth": _picked(0.75),
        },
    }


def _whisker(top: float) -> Spec:
    return {
        "transform": [{"filter": "!datum.tool && datum.low !== null && datum.value > 0"}],
        "mark": {"type": "rule", "stroke": MUTED, "strokeWidth": 1, "clip": True},
        "encoding": {
            "x": {**months(), "bandPosition": 0.5},
            "y": share("low", top=top),
            "y2": {"field": "high"},
        },
    }


def _label_places(tools: tuple[str, ...], split: Sequence[Finding], top: float) -> list[float]:
    """Return how high each tool's name stands, 0..1: beside its part, never on another name."""
    final = max(dict(each.group)["month"] for each in split)
    latest = {
        dict(each.group)["tool"]: each.value
        for each in split
        if isinstance(each, Measurement) and dict(each.group)["month"] == final
    }
    places, stacked, free = [], 0.0, 0.02
    for tool in tools:
        height = latest.get(tool, 0.0) / top
        place = max(stacked + height / 2, free)
        places.append(place)
        stacked, free = stacked + height, place + _NAME_HEIGHT
    return places


def _short(tool: str) -> str:
    return tool.split(" (", maxsplit=1)[0]


def _labels(tools: tuple[str, ...], places: list[float], height: int) -> Spec:
    names = [
        beside(_short(tool), height * (1 - place), f"var(--tool-text-{rank + 1})")
        for rank, (tool, place) in enumerate(zip(tools, places, strict=True))
    ]
    highest = min((height * (1 - place) for place in places), default=height)
    top = max(-4, min(10, highest - 28))
    return {
        "layer": [
            *names,
            beside("no mark:", top, MUTED, weight="normal"),
            beside("unknown", top + 14, MUTED, weight="normal"),
        ]
    }


_NAME_HEIGHT = 0.065
