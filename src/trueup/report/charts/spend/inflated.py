"""Tokens beyond surviving work by week, in teams under a policy and in the others."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.model.evidence import Measurement
from trueup.report.charts.theme import (
    INK,
    MARKED,
    MUTED,
    REST,
    Spec,
    beside,
    catch,
    drawing,
    per_cent,
)

HEIGHT = 240
ARMS = (("exposed", "under the policy", MARKED), ("unexposed", "not under it", REST))


def inflated_drawing(points: Sequence[Measurement], policies: Sequence[int]) -> Spec:
    """Draw both arms with their bands, and each policy's date as a thin line.

    Parameters
    ----------
    policies
        Instants, epoch microseconds UTC.
    """
    low, high = _reach(points)
    x: Spec = {
        "field": "week_of",
        "type": "temporal",
        "scale": {"type": "utc"},
        "axis": {
            "title": None,
            "format": "%b %Y",
            "tickCount": {"expr": "max(2, floor(width / 90))"},
            "labelOverlap": "greedy",
            "labelSeparation": 8,
        },
    }
    y: Spec = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [low, high], "nice": False, "zero": False},
        "axis": {"title": None, "tickCount": 5, **per_cent("+.0%")},
    }
    named = [(arm, label, colour) for arm, label, colour in ARMS if _of(points, arm)]
    if not policies and len(named) == 1:
        named = [(named[0][0], "all teams", named[0][2])]
    layers: list[Spec] = [_line({"y": {"datum": 0}}, MUTED)]
    layers += [_line({"x": {"datum": at // 1_000, **_scale(x)}}, INK) for at in policies]
    for arm, _, colour in named:
        layers += _arm(arm, colour, x, y)
    layers.append(catch(x, y))
    layers += _names(points, named, low, high)
    return drawing(height=HEIGHT, layers=layers, beside_it=[label for _, label, _ in named])


def _of(points: Sequence[Measurement], arm: str) -> list[Measurement]:
    return [point for point in points if dict(point.group)["arm"] == arm]


def _reach(points: Sequence[Measurement]) -> tuple[float, float]:
    """Return where the axis ends: past every value and nine bands of ten."""
    lows = sorted(point.interval.low for point in points if point.interval)
    highs = sorted(point.interval.high for point in points if point.interval)
    values = [point.value for point in points]
    low = min(*values, lows[len(lows) // 10]) if lows else min(values)
    high = max(*values, highs[len(highs) * 9 // 10]) if highs else max(values)
    return min(1.1 * low, -0.1), max(1.1 * high, 0.1)


def _scale(x: Spec) -> Spec:
    return {key: x[key] for key in ("type", "scale", "axis")}


def _line(where: Spec, colour: str) -> Spec:
    return {
        "transform": [{"aggregate": [{"op": "count", "as": "rows"}]}],
        "mark": {"type": "rule", "stroke": colour, "strokeWidth": 1},
        "encoding": where,
    }


def _arm(arm: str, colour: str, x: Spec, y: Spec) -> list[Spec]:
    own = [{"filter": f"datum.arm === '{arm}'"}]
    return [
        {
            "transform": own,
            "mark": {"type": "area", "fill": colour, "opacity": 0.18, "clip": True},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {
            "transform": own,
            "mark": {"type": "line", "stroke": colour, "strokeWidth": 1.5, "clip": True},
            "encoding": {"x": x, "y": y},
        },
    ]


def _names(
    points: Sequence[Measurement],
    named: Sequence[tuple[str, str, str]],
    low: float,
    high: float,
) -> list[Spec]:
    """Name each arm beside its last week; the upper one is never under the lower one's name."""
    ends = []
    for arm, label, colour in named:
        latest = max(_of(points, arm), key=lambda point: dict(point.group)["week_of"])
        ends.append((HEIGHT * (high - latest.value) / (high - low), label, colour))
    found, free = [], 0.0
    for place, label, colour in sorted(ends):
        free = max(place, free)
        found.append(beside(label, free, colour))
        free += 16
    return found
