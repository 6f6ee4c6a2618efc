"""What lands, what is released, and what waits in between."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.model.evidence import Finding
from trueup.report.charts.theme import (
    INK,
    MUTED,
    REST,
    UNKNOWN,
    Spec,
    amount,
    catch,
    end_labels,
    frame,
    has_intervals,
    months,
    top_of,
)


def flow_drawing(
    landed: Sequence[Finding],
    released: Sequence[Finding],
    waiting: Sequence[Finding],
    *,
    small: bool = False,
) -> Spec:
    """Draw arrivals and departures above, what is in between below, on one time axis."""
    panels = [_rates(landed, released, small=small)]
    if waiting:
        panels.append(_stock(waiting, small=small))
    return {
        **frame(() if small else ("released / week",)),
        "spacing": 14,
        "vconcat": panels,
        **_SAME_MONTHS,
    }


_SAME_MONTHS: Spec = {"resolve": {"scale": {"x": "shared"}}}


def _rates(landed: Sequence[Finding], released: Sequence[Finding], *, small: bool) -> Spec:
    height, top = 100 if small else 150, top_of([*landed, *released])
    names = {each.metric for each in (*landed, *released)}
    where = " || ".join(_is(name) for name in sorted(names))
    layers = [_line(landed, top)]
    if released:
        layers.insert(0, _bars(released, top))
    if not small:
        ends = [("landed / week", landed, INK), ("released / week", released, REST)]
        layers += end_labels(ends, top, height)
    layers.append(catch(_middle(), amount("value", top=top), where=where))
    return {"width": "container", "height": height, "layer": layers}


def _is(metric: str) -> str:
    return f"datum.metric === '{metric}'"


def _line(series: Sequence[Finding], top: float) -> Spec:
    where = {"x": _middle(), "y": amount("value", top=top)}
    line = {
        "mark": {"type": "line", "stroke": INK, "strokeWidth": 2, "strokeDash": [6, 4]},
        "encoding": where,
    }
    dots = {"mark": {"type": "point", "filled": True, "fill": INK, "size": 22}, "encoding": where}
    return _series(series, [line, dots], top)


def _bars(series: Sequence[Finding], top: float) -> Spec:
    """Draw departures as bars: a month without a release has none, and no line bridges it."""
    bars = {
        "mark": {"type": "bar", "fill": REST, "opacity": 0.55, "binSpacing": 2},
        "encoding": {"x": months(), "y": amount("value", top=top)},
    }
    return _series(series, [bars], top)


def _series(series: Sequence[Finding], layers: list[Spec], top: float) -> Spec:
    interval = {
        "mark": {"type": "rule", "stroke": MUTED, "opacity": 0.35, "clip": True},
        "transform": [{"filter": "datum.low !== null"}],
        "encoding": {"x": _middle(), "y": amount("low", top=top), "y2": {"field": "high"}},
    }
    drawn = [interval, *layers] if has_intervals(series) else layers
    return {"transform": [{"filter": _is(series[0].metric)}], "layer": drawn}


def _middle() -> Spec:
    return {**months(), "bandPosition": 0.5}


def _stock(waiting: Sequence[Finding], *, small: bool) -> Spec:
    height, top = 50 if small else 80, top_of(waiting)
    y = amount("value", top=top, ticks=3)
    area = {
        "transform": [{"filter": _is(waiting[0].metric)}],
        "mark": {"type": "area", "fill": UNKNOWN, "line": {"stroke": MUTED}},
        "encoding": {"x": _middle(), "y": y},
    }
    layers: list[Spec] = [area]
    if not small:
        layers += end_labels([("waiting", waiting, MUTED)], top, height)
    layers.append(catch(_middle(), y, where=_is(waiting[0].metric)))
    return {"width": "container", "height": height, "layer": layers}
