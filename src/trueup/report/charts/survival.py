"""How long lines live, by origin: curves with bands, marked solid, unmarked dashed."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.model.evidence import Finding, Measurement
from trueup.report.charts.theme import (
    MARKED,
    REST,
    Spec,
    beside,
    catch,
    drawing,
    has_intervals,
    share,
)

NAMED_AGES = (14, 30, 90, 365, 730)
"""Ages that are marked on a curve, in days."""

_LABELS = {"marked": "AI-marked", "unmarked": "unmarked"}
_COLOURS = {"marked": MARKED, "unmarked": REST}


def survival_drawing(points: Sequence[Finding], *, small: bool = False) -> Spec:
    """Draw one curve for each origin there is; everything together is drawn as unmarked."""
    height = 120 if small else 260
    bands = [_band(points)] if has_intervals(points) else []
    curves: list[Spec] = [{"layer": [*bands, _line(points), _dots(points)]}]
    if not small:
        curves += _labels(points, height)
    targets = catch(_age(points), share("value", top=1.0))
    return drawing(
        height=height,
        beside_it=() if small else tuple(_LABELS.values()),
        layers=[_with_ages(curve, points) for curve in curves] + [targets],
    )


def _age(points: Sequence[Finding]) -> Spec:
    told = [each for each in points if isinstance(each, Measurement)]
    ages = sorted({float(dict(each.group)["age_days"]) for each in told})
    return {
        "field": "age_days",
        "type": "quantitative",
        "scale": {"type": "sqrt", "domain": [0, max(ages, default=365)], "nice": False},
        "axis": {
            "values": [age for age in ages if age in NAMED_AGES or age == ages[-1]],
            "title": "age of the line in days (square-root scale)",
            "format": ",d",
            "labelOverlap": True,
        },
    }


def _with_ages(curve: Spec, points: Sequence[Finding]) -> Spec:
    if "layer" not in curve:
        return curve
    x = _age(points)
    layers = [{**layer, "encoding": {**layer["encoding"], "x": x}} for layer in curve["layer"]]
    return {"layer": layers}


def _colour(points: Sequence[Finding]) -> Spec:
    if not _has_origins(points):
        return {"value": REST}
    return {
        "field": "origin",
        "scale": {"domain": list(_COLOURS), "range": list(_COLOURS.values())},
        "legend": None,
    }


def _has_origins(points: Sequence[Finding]) -> bool:
    return any("origin" in dict(each.group) for each in points)


def _band(points: Sequence[Finding]) -> Spec:
    return {
        "transform": [{"filter": "datum.low !== null"}],
        "mark": {"type": "area", "opacity": 0.18},
        "encoding": {
            "y": share("low", top=1.0, title=None),
            "y2": {"field": "high"},
            "color": _colour(points),
        },
    }


def _line(points: Sequence[Finding]) -> Spec:
    return {
        "mark": {"type": "line", "strokeWidth": 2.25},
        "encoding": {
            "y": share("value", top=1.0),
            "color": _colour(points),
            "strokeDash": {
                "field": "origin",
                "scale": {"domain": ["marked", "unmarked"], "range": [[1, 0], [6, 4]]},
                "legend": None,
            },
        },
    }


def _dots(points: Sequence[Finding]) -> Spec:
    return {
        "transform": [{"filter": f"indexof({list(NAMED_AGES)}, datum.age_days) >= 0"}],
        "mark": {"type": "point", "filled": True, "size": 42, "opacity": 1},
        "encoding": {
            "y": share("value", top=1.0),
            "color": _colour(points),
            "shape": {
                "field": "origin",
                "scale": {"domain": list(_COLOURS), "range": ["circle", "square"]},
                "legend": None,
            },
        },
    }


def _labels(points: Sequence[Finding], height: int) -> list[Spec]:
    """Name each curve at its end, the upper one first, never one on the other."""
    ends: dict[str, tuple[float, float]] = {}
    for each in points:
        if isinstance(each, Measurement):
            group = dict(each.group)
            origin, age = group.get("origin", ""), float(group["age_days"])
            ends[origin] = max(ends.get(origin, (0.0, 0.0)), (age, each.value))
    placed: list[Spec] = []
    lowest = -height * 0.1
    for origin, (_, value) in sorted(ends.items(), key=lambda item: -item[1][1]):
        y = max(height * (1 - value), lowest + 17)
        lowest = y
        label, colour = _LABELS.get(origin, "all lines"), _COLOURS.get(origin, REST)
        placed.append(beside(label, y, colour))
    return placed
