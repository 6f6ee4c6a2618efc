"""The effect by time since adoption: before it stands the check, after it the answer."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trueup.model.effect import Estimate
from trueup.report.charts.theme import (
    INK,
    MARKED,
    MUTED,
    REST,
    UNKNOWN,
    Spec,
    catch,
    drawing,
    per_cent,
)
from trueup.units import RELATIVE

HEIGHT = 280
_ROOM_FOR_WORDS = 0.34
"""Share of the width from which on "before: a check" fits to the left of the adoption line."""


def path_drawing(
    points: Sequence[Estimate], *, reference: int, smallest: float, grain: str
) -> Spec:
    """Draw one point for each horizon with its band, the line of adoption, the leads shaded.

    Parameters
    ----------
    reference
        The horizon that is nought by construction.
    smallest
        Differences within it count as none.
    """
    horizons = [int(dict(each.group)["horizon"]) for each in points]
    first, last = min(horizons) - 0.5, max(horizons) + 0.5
    low, high = reach_of(points, smallest)
    x, y = _since(first, last, grain), _effect("value", low, high, points)
    before = (-0.5 - first) / (last - first)
    layers = [
        _leads(first, x),
        _same(smallest, y),
        _rule({"y": {"datum": 0}}, MUTED),
        *_side("datum.horizon >= 0", MARKED, x, y, (low, high)),
        *_side("datum.horizon < 0", REST, x, y, (low, high)),
        _built(reference, x, y),
        _rule({"x": {"datum": -0.5}}, INK, dash=(4, 3)),
        *_words(before, x),
        catch(x, y),
    ]
    return drawing(height=HEIGHT, layers=layers)


def reach_of(points: Sequence[Estimate], smallest: float) -> tuple[float, float]:
    """Return where the axis ends: past every value and most bands; a few wide bands are cut."""
    furthest = max((abs(each.value) for each in points), default=smallest)
    ends = sorted(
        abs(end)
        for each in points
        for end in (each.interval.low, each.interval.high)
        if math.isfinite(end)
    )
    most = ends[int(0.9 * (len(ends) - 1))] if ends else furthest
    reach = 1.15 * max(furthest, min(most, 4 * furthest), 2 * smallest)
    floor = -1.0 if points and points[0].unit == RELATIVE else -math.inf
    return max(-reach, floor), reach


def _since(first: float, last: float, grain: str) -> Spec:
    return {
        "field": "horizon",
        "type": "quantitative",
        "scale": {"domain": [first, last], "nice": False},
        "axis": {
            "title": f"{grain}s since adoption",
            "format": ",d",
            "tickMinStep": 1,
            "tickCount": {"expr": "max(3, floor(width / 60))"},
        },
    }


def _effect(field: str, low: float, high: float, points: Sequence[Estimate]) -> Spec:
    proportion = bool(points) and points[0].unit == RELATIVE
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [low, high], "nice": False, "zero": False},
        "axis": {
            "title": None,
            **per_cent("+.0%" if proportion else "+.3~g"),
            "tickCount": 6,
        },
    }


def _leads(first: float, x: Spec) -> Spec:
    return {
        "transform": [{"aggregate": [{"op": "count", "as": "rows"}]}],
        "mark": {"type": "rect", "fill": UNKNOWN},
        "encoding": {"x": {"datum": first, **_scale(x)}, "x2": {"datum": -0.5}},
    }


def _scale(encoding: Spec) -> Spec:
    return {key: encoding[key] for key in ("type", "scale", "axis")}


def _same(smallest: float, y: Spec) -> Spec:
    return {
        "transform": [{"aggregate": [{"op": "count", "as": "rows"}]}],
        "mark": {"type": "rect", "fill": "var(--band)", "clip": True},
        "encoding": {"y": {"datum": -smallest, **_scale(y)}, "y2": {"datum": smallest}},
    }


def _rule(where: Spec, colour: str, dash: tuple[int, int] = (1, 0)) -> Spec:
    return {
        "transform": [{"aggregate": [{"op": "count", "as": "rows"}]}],
        "mark": {"type": "rule", "stroke": colour, "strokeDash": list(dash)},
        "encoding": where,
    }


def _side(where: str, colour: str, x: Spec, y: Spec, ends: tuple[float, float]) -> list[Spec]:
    """Draw one side of adoption: band, line and points; hollow points before it."""
    low = f"datum.low === null ? {ends[0]} : datum.low"
    high = f"datum.high === null ? {ends[1]} : datum.high"
    bands = [{"filter": where}, {"calculate": low, "as": "from"}, {"calculate": high, "as": "to"}]
    after = ">=" in where
    point = {"filled": True, "fill": colour} if after else {"fill": "var(--paper)"}
    return [
        {
            "transform": bands,
            "mark": {"type": "area", "fill": colour, "opacity": 0.18, "clip": True},
            "encoding": {"x": x, "y": {**y, "field": "from"}, "y2": {"field": "to"}},
        },
        {
            "transform": [{"filter": where}],
            "mark": {"type": "line", "stroke": colour, "strokeWidth": 1.5, "clip": True},
            "encoding": {"x": x, "y": y},
        },
        {
            "transform": [{"filter": where}],
            "mark": {"type": "point", "size": 30, "stroke": colour, "opacity": 1, **point},
            "encoding": {"x": x, "y": y},
        },
    ]


def _built(reference: int, x: Spec, y: Spec) -> Spec:
    """Mark the horizon that is nought by construction with a square."""
    return {
        "transform": [{"filter": f"datum.horizon === {reference}"}],
        "mark": {
            "type": "point",
            "shape": "square",
            "size": 60,
            "filled": True,
            "fill": "var(--paper)",
            "stroke": INK,
            "opacity": 1,
        },
        "encoding": {"x": x, "y": y},
    }


def _words(before: float, x: Spec) -> list[Spec]:
    check = "before: a check" if before >= _ROOM_FOR_WORDS else "before"
    return [_word(check, x, "right", -7), _word("after adoption", x, "left", 7)]


def _word(text: str, x: Spec, align: str, dx: int) -> Spec:
    return {
        "transform": [{"aggregate": [{"op": "count", "as": "rows"}]}],
        "mark": {"type": "text", "text": text, "align": align, "dx": dx, "fill": MUTED},
        "encoding": {"x": {"datum": -0.5, **_scale(x)}, "y": {"value": 10}},
    }
