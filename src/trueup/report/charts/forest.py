"""Results under one another on one scale: dot and whisker, rivals hollow, a shaded band."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from trueup.estimate.studies import Study
from trueup.model.effect import Estimate
from trueup.model.evidence import Measurement
from trueup.report.charts.theme import HAIR, INK, MARKED, MUTED, PAPER, Spec, drawing, per_cent
from trueup.report.words import Shown

ROW = 66
"""Height of one row, in pixels: its name, what it is, its whisker."""

PADDING = {"left": 6, "right": 6, "top": 4, "bottom": 2}
"""There is no value axis: names stand above their whiskers, so that a phone has room."""

_ROUND = (0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the forest.

    Parameters
    ----------
    label, detail
        What it is about, and what a reader must know of it at a glance.
    main
        The result itself.
    rival
        Another answer to the same question, drawn hollow.
    same
        Differences within it count as none; nought draws no band.
    per
        By how much a value in a unit of its own is stretched to stand on the scale.
    mark
        ``dot`` for what was estimated here, ``square`` for what was elsewhere, ``diamond`` for
        what rests on no design; the accent belongs to ``dot``.
    """

    label: str
    detail: str
    main: Shown
    rival: Shown | None = None
    same: float = 0.0
    mark: str = "dot"
    per: float = 1.0


def points_of(lines: Sequence[Line]) -> tuple[Shown, ...]:
    """Return the evidence of the lines, in the order drawn."""
    return tuple(each for line in lines for each in (line.main, line.rival) if each is not None)


def forest_drawing(lines: Sequence[Line], *, most: float = 1.0) -> Spec:
    """Draw one row for each line; what leaves the scale ends in an arrow.

    Parameters
    ----------
    most
        The scale never reaches further than this.
    """
    low, high = ends_of(lines, most)
    x = _axis(low, high)
    layers = [
        _between(),
        _bands(x, low, high),
        _zero(x),
        _whiskers(x),
        _arrows("datum.from_low", low, "triangle-left", x),
        _arrows("datum.to_high", high, "triangle-right", x),
        _rivals(x, low, high),
        _dots(x, low, high),
        *_words(),
        _targets(x),
    ]
    spec = drawing(height=ROW * max(1, len(lines)), layers=layers)
    room = PADDING["left"] + PADDING["right"] + 2
    return {
        **spec,
        "padding": PADDING,
        "usermeta": {"room": room},
        "transform": _facts(lines, low, high),
    }


def ends_of(lines: Sequence[Line], most: float) -> tuple[float, float]:
    """Return where the scale ends on each side: a round number past what is drawn."""
    reach = {-1: 0.1, 1: 0.1}
    for line in lines:
        for end in (number * line.per for number in _numbers(line.main)):
            side = 1 if end >= 0 else -1
            reach[side] = max(reach[side], abs(end))
    low, high = (_round(min(reach[side], most)) for side in (-1, 1))
    return -min(1.0, low), high


def _numbers(point: Shown) -> list[float]:
    if isinstance(point, Study):
        found = [point.effect, point.low, point.high]
    elif isinstance(point, Estimate | Measurement):
        interval = point.interval
        found = [point.value, interval.low, interval.high] if interval else [point.value]
    else:
        found = []
    return [each for each in found if each is not None and math.isfinite(each)]


def _round(reach: float) -> float:
    return next((each for each in _ROUND if each >= reach), _ROUND[-1])


def _facts(lines: Sequence[Line], low: float, high: float) -> list[Spec]:
    """Give every row its place, its words and its ends on the scale, looked up by its key."""
    facts = [
        {
            "place": place,
            "label": line.label,
            "detail": line.detail,
            "same": line.same * line.per,
            "mark": line.mark,
            "per": line.per,
            "main": point is line.main,
        }
        for place, line in enumerate(lines)
        for point in (line.main, line.rival)
        if point is not None
    ]
    looked_up = f"({json.dumps(facts, ensure_ascii=False)})[datum.key]"
    own = [{"calculate": f"{looked_up}.{name}", "as": name} for name in facts[0]] if facts else []
    return [
        *own,
        {"calculate": "datum.value * datum.per", "as": "place_of"},
        *(
            {"calculate": f"datum.{end} === null ? null : datum.{end} * datum.per", "as": end}
            for end in ("low", "high")
        ),
        {"calculate": f"datum.low === null ? {low} : max({low}, datum.low)", "as": "from"},
        {"calculate": f"datum.high === null ? {high} : min({high}, datum.high)", "as": "to"},
        {"calculate": f"max({low}, min({high}, datum.place_of))", "as": "at"},
        {"calculate": f"{_beyond('low', '<', low)} || datum.place_of < {low}", "as": "from_low"},
        {"calculate": f"{_beyond('high', '>', high)} || datum.place_of > {high}", "as": "to_high"},
    ]


def _beyond(end: str, than: str, limit: float) -> str:
    return f"(datum.told && (datum.{end} === null || datum.{end} {than} {limit}))"


def _axis(low: float, high: float) -> Spec:
    return {
        "type": "quantitative",
        "scale": {"domain": [low, high], "nice": False, "clamp": True},
        "axis": {
            "title": None,
            **per_cent("+.0%"),
            "grid": False,
            "tickCount": {"expr": "max(3, floor(width / 90))"},
            "labelOverlap": True,
            "labelSeparation": 10,
        },
    }


def _y(offset: float = 0.0) -> Spec:
    """Encode the row, `offset` pixels below its middle."""
    return {
        "field": "place",
        "type": "ordinal",
        "axis": None,
        "scale": {"paddingInner": 0, "paddingOuter": 0},
        "bandPosition": 0.5 + offset / ROW,
    }


WHISKER, RIVAL, MIDDLE = 12.0, 23.0, 17.0
"""Pixels below the middle of a row at which its whisker, its rival and its band stand."""
BAND = 24
"""Height of the band, in pixels."""


def _bands(x: Spec, low: float, high: float) -> Spec:
    """Draw what counts as no difference, behind the whisker alone: words stay on paper."""
    return {
        "transform": [
            {"filter": "datum.main && datum.same > 0"},
            {"calculate": f"max({low}, -datum.same)", "as": "less"},
            {"calculate": f"min({high}, datum.same)", "as": "more"},
        ],
        "mark": {"type": "rule", "stroke": "var(--band)", "strokeWidth": BAND},
        "encoding": {"x": {**x, "field": "less"}, "x2": {"field": "more"}, "y": _y(MIDDLE)},
    }


def _zero(x: Spec) -> Spec:
    return {
        "transform": [{"filter": "datum.main"}],
        "mark": {"type": "rule", "stroke": MUTED},
        "encoding": {
            "x": {**x, "datum": 0},
            "y": _y(MIDDLE - BAND / 2),
            "y2": {"field": "place", "bandPosition": 0.5 + (MIDDLE + BAND / 2) / ROW},
        },
    }


def _between() -> Spec:
    return {
        "transform": [{"filter": "datum.main && datum.place > 0"}],
        "mark": {"type": "rule", "stroke": HAIR},
        "encoding": {"y": {**_y(), "bandPosition": 0}},
    }


def _colour() -> Spec:
    return {"condition": {"test": "datum.mark === 'dot'", "value": MARKED}, "value": INK}


def _whiskers(x: Spec) -> Spec:
    return {
        "transform": [{"filter": "datum.main && datum.told"}],
        "mark": {"type": "rule", "strokeWidth": 2.5},
        "encoding": {
            "x": {**x, "field": "from"},
            "x2": {"field": "to"},
            "y": _y(WHISKER),
            "stroke": _colour(),
        },
    }


def _arrows(where: str, end: float, shape: str, x: Spec) -> Spec:
    return {
        "transform": [{"filter": f"datum.main && {where}"}],
        "mark": {"type": "point", "shape": shape, "size": 70, "filled": True, "opacity": 1},
        "encoding": {"x": {**x, "datum": end}, "y": _y(WHISKER), "fill": _colour()},
    }


def _rivals(x: Spec, low: float, high: float) -> Spec:
    """Draw rivals hollow; one beyond the scale as a hollow arrow at its end."""
    below, above = f"datum.place_of < {low}", f"datum.place_of > {high}"
    shape = f"{below} ? 'triangle-left' : {above} ? 'triangle-right' : 'circle'"
    return {
        "transform": [{"filter": "!datum.main"}, {"calculate": shape, "as": "shape"}],
        "mark": {
            "type": "point",
            "size": 70,
            "strokeWidth": 2,
            "filled": False,
            "fill": PAPER,
            "stroke": MUTED,
            "opacity": 1,
        },
        "encoding": {
            "x": {**x, "field": "at"},
            "y": _y(RIVAL),
            "shape": {"field": "shape", "scale": None, "legend": None},
        },
    }


def _dots(x: Spec, low: float, high: float) -> Spec:
    inside = f"datum.place_of >= {low} && datum.place_of <= {high}"
    shapes = {"dot": "circle", "square": "square", "diamond": "diamond"}
    return {
        "transform": [
            {"filter": f"datum.main && {inside}"},
            {"calculate": f"({json.dumps(shapes)})[datum.mark]", "as": "shape"},
        ],
        "mark": {"type": "point", "filled": True, "size": 95, "strokeWidth": 2, "opacity": 1},
        "encoding": {
            "x": {**x, "field": "at"},
            "y": _y(WHISKER),
            "shape": {"field": "shape", "scale": None, "legend": None},
            "stroke": _colour(),
            "fill": _fill(),
        },
    }


def _fill() -> Spec:
    return {
        "condition": [
            {"test": "datum.mark === 'diamond'", "value": PAPER},
            {"test": "datum.mark === 'dot'", "value": MARKED},
        ],
        "value": INK,
    }


def _words() -> list[Spec]:
    room = {"expr": "max(90, width - 172)"}
    return [
        _word("label", "left", -21.0, {"fontWeight": 600, "limit": room}),
        _word("detail", "left", -6.0, {"fill": MUTED, "limit": {"expr": "width - 8"}}),
        _says(),
    ]


def _word(field: str, align: str, offset: float, mark: Spec) -> Spec:
    x: Spec = {"value": 0} if align == "left" else {"value": {"expr": "width"}}
    return {
        "transform": [{"filter": "datum.main"}],
        "mark": {"type": "text", "align": align, "fill": INK, **mark},
        "encoding": {"x": x, "y": _y(offset), "text": {"field": field}},
    }


def _says() -> Spec:
    told = "datum.says + (datum.told ? ' (' + datum.between + ')' : '')"
    words = _word("words", "right", -21.0, {})
    return {**words, "transform": [{"filter": "datum.main"}, {"calculate": told, "as": "words"}]}


def _targets(x: Spec) -> Spec:
    """Draw unseen targets that make a result easy to point at, and a ring round the one picked."""
    ring: Spec = {"condition": {"test": "datum.key === picked", "value": 1}, "value": 0}
    return {
        "mark": {"type": "point", "size": 240, "fill": "transparent", "strokeWidth": 2},
        "encoding": {
            "x": {**x, "field": "at"},
            "y": _y(WHISKER),
            "stroke": {"value": INK},
            "strokeOpacity": ring,
        },
    }
