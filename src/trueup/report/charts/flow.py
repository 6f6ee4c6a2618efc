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
    layers = [_line(landed, top, dash=[6, 4], colour=REST)]
    if released:
        layers.append(_line(released, top, dash=[1, 0], colour=INK))
    if not small:
        ends = [("landed / week", landed, REST), ("released / week", released, INK)]
        layers += end_labels(ends, top, height)
    layers.append(catch(months(), amount("value", top=top), where=where))
    return {"width": "container", "height": height, "layer": layers}


def _is(metric: str) -> str:
    return f"datum.metric === '{metric}'"


def _line(series: Sequence[Finding], top: float, *, dash: list[int], colour: str) -> Spec:
    interval = {
        "mark": {"type": "rule", "stroke": colour, "opacity": 0.25, "clip": True},
        "transform": [{"filter": "datum.low !== null"}],
        "encoding": {"x": months(), "y": amount("low", top=top), "y2": {"field": "high"}},
    }
    where = {"x": months(), "y": amount("value", top=top)}
    line = {
        "mark": {"type": "line", "stroke": colour, "strokeWidth": 2, "strokeDash": dash},
        "encoding": where,
    }
    dots = {
        "mark": {"type": "point", "filled": True, "fill": colour, "size": 22},
        "encoding": where,
    }
    layers = [interval, line, dots] if has_intervals(series) else [line, dots]
    return {"transform": [{"filter": _is(series[0].metric)}], "layer": layers}


def _stock(waiting: Sequence[Finding], *, small: bool) -> Spec:
    height, top = 50 if small else 80, top_of(waiting)
    y = amount("value", top=top, ticks=3)
    area = {
        "transform": [{"filter": _is(waiting[0].metric)}],
        "mark": {"type": "area", "fill": UNKNOWN, "line": {"stroke": MUTED}},
        "encoding": {"x": months(), "y": y},
    }
    layers: list[Spec] = [area]
    if not small:
        layers += end_labels([("waiting", waiting, MUTED)], top, height)
    layers.append(catch(months(), y, where=_is(waiting[0].metric)))
    return {"width": "container", "height": height, "layer": layers}
