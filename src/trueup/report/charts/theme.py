"""How every chart looks: colours by role, type, axes, and the parts drawn alike.

Colours are CSS variables of the page, so that one drawing serves light, dark and print.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from trueup.model.evidence import Finding, Measurement

Spec = dict[str, Any]

INK, MUTED, HAIR = "var(--ink)", "var(--muted)", "var(--hair)"
MARKED, REST, PAPER = "var(--marked)", "var(--rest)", "var(--paper)"
UNKNOWN = "url(#hatch)"
TOOL_SHADES = tuple(f"var(--tool-{rank})" for rank in range(1, 6))
"""Shades of the accent, strongest first; labels tell the tools apart, not hues."""

FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
"""By name: what measures text to keep labels apart does not know the page's variables."""

LEFT = 46
"""Room for the value axis, so that charts under each other line up."""

_WIDE, _NARROW = frozenset("mwMW%@"), frozenset("fijlrtI-.,:;'|/() ")

LINE_HEIGHT = 16.0
"""Least distance of two labels, in pixels."""

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

CONFIG: Mapping[str, Any] = MappingProxyType(
    {
        "font": FONTS,
        "background": None,
        "aria": False,
        "view": {"stroke": None},
        "axis": {
            "labelColor": MUTED,
            "titleColor": MUTED,
            "gridColor": HAIR,
            "domainColor": MUTED,
            "tickColor": MUTED,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "labelPadding": 6,
        },
        "axisY": {"domain": False, "ticks": False, "minExtent": LEFT, "maxExtent": LEFT},
        "axisX": {"grid": False, "tickSize": 4},
        "text": {"fontSize": 12, "fill": INK},
    }
)


def drawing(*, height: int, layers: Sequence[Spec], beside_it: Sequence[str] = ()) -> Spec:
    """Wrap layers into a specification as wide as the page lets it be.

    `beside_it` are the labels to the right of the plot, which need room.
    """
    return {
        **frame(beside_it),
        "width": "container",
        "height": height,
        "layer": list(layers),
    }


def frame(beside_it: Sequence[str] = ()) -> Spec:
    """Return what every specification starts with.

    ``usermeta.room`` is how many pixels of the width are not plot: axis, labels and edges.
    """
    labels = max((14 + width_of(label) for label in beside_it), default=10.0)
    return {
        "$schema": SCHEMA,
        "padding": {"left": 2, "right": 2, "top": 8, "bottom": 2},
        "usermeta": {"room": math.ceil(LEFT + 4 + labels)},
        "params": [{"name": "picked", "value": -1}],
        "config": dict(CONFIG),
    }


def width_of(label: str) -> float:
    """Return the room a bold label takes at most, in pixels.

    Bounds the widest font readers have by default, DejaVu Sans Bold at 12 pixels: a label wider
    than its room loses its last letter in print.
    """
    return sum(
        13.3 if c in _WIDE else 6.6 if c in _NARROW else 10.5 if c.isupper() else 9.3 for c in label
    )


def months(axis_title: str | None = None) -> Spec:
    """Encode the month of a row on the horizontal axis."""
    return {
        "field": "month",
        "type": "temporal",
        "timeUnit": "utcyearmonth",
        "scale": {"type": "utc"},
        "axis": {
            "title": axis_title,
            "format": "%b %Y",
            "tickCount": {"expr": "max(2, floor(width / 90))"},
            "labelOverlap": "greedy",
            "labelSeparation": 8,
            "labelFlush": False,
        },
    }


def share(field: str, *, top: float | None = None, title: str | None = None) -> Spec:
    """Encode a share on the vertical axis, from zero."""
    scale: Spec = {"zero": True, "nice": top is None}
    if top is not None:
        scale["domain"] = [0, top]
    return {
        "field": field,
        "type": "quantitative",
        "scale": scale,
        "axis": {"title": title, "tickCount": 5, **per_cent(".0%" if (top or 1) > 0.05 else ".1%")},
    }


def per_cent(form: str) -> Spec:
    """Write the labels of an axis as the page writes shares: 20 %, with a space; plain 0."""
    spaced = "replace(datum.label, '%', '\u00a0%')"
    signed = form.startswith("+")
    return {
        "format": form,
        "labelExpr": f"datum.value === 0 ? '0' : {spaced}" if signed else spaced,
    }


def amount(field: str, *, top: float, ticks: int = 4) -> Spec:
    """Encode an amount on the vertical axis, from zero to `top`."""
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [0, top], "nice": False},
        "axis": {"title": None, "tickCount": ticks, "format": "~s"},
    }


def top_of(points: Sequence[Finding]) -> float:
    """Return where an axis ends: past every interval, unless that would flatten the values."""
    told = [each for each in points if isinstance(each, Measurement)]
    highest = max((each.value for each in told), default=0.8)
    ends = [each.interval.high for each in told if each.interval]
    return max(1.25 * highest, min(2 * highest, 1.02 * max(ends, default=0.0))) or 1.0


def has_intervals(points: Sequence[Finding]) -> bool:
    """Return whether there is any interval to draw."""
    return any(isinstance(each, Measurement) and each.interval for each in points)


def end_labels(
    series: Sequence[tuple[str, Sequence[Finding], str]],
    top: float,
    height: int,
    *,
    is_log: bool = False,
) -> list[Spec]:
    """Name each line at its last point, never one name on another; a log scale starts at 1."""
    ends = []
    for label, points, colour in series:
        told = [each for each in points if isinstance(each, Measurement)]
        if told:
            latest = max(told, key=lambda each: dict(each.group).get("month", ""))
            share = math.log(max(1, latest.value), max(10, top)) if is_log else latest.value / top
            ends.append((height * (1 - share), label, colour))
    placed, free = [], -100.0
    for y, label, colour in sorted(ends):
        free = max(y, free + LINE_HEIGHT)
        placed.append(beside(label, free, colour))
    return placed


def catch(x: Spec, y: Spec, *, where: str = "true") -> Spec:
    """Draw unseen targets that make single rows easy to point at, and the one picked."""
    ring: Spec = {
        "condition": {"test": "datum.key === picked", "value": 1},
        "value": 0,
    }
    return {
        "transform": [{"filter": where}],
        "mark": {"type": "point", "size": 130, "fill": "transparent", "strokeWidth": 2},
        "encoding": {
            "x": x,
            "y": y,
            "stroke": {"value": INK},
            "strokeOpacity": ring,
        },
    }


def beside(text: str, y: float, colour: str, *, weight: int | str = 600) -> Spec:
    """Write a label to the right of the plot, `y` pixels below its top."""
    return {
        "transform": [{"aggregate": [{"op": "count", "as": "rows"}]}],
        "mark": {
            "type": "text",
            "text": text,
            "align": "left",
            "baseline": "middle",
            "dx": 10,
            "fill": colour,
            "fontWeight": weight,
        },
        "encoding": {"x": {"value": {"expr": "width"}}, "y": {"value": y}},
    }
