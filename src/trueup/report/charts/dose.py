"""Outcome against dose: means in bins, and where a jump may lie."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.model.evidence import Measurement
from trueup.report.charts.theme import INK, MARKED, MUTED, UNKNOWN, Spec, catch, drawing

HEIGHT = 240


def dose_drawing(
    curve: Sequence[Measurement],
    pieces: Sequence[tuple[float, float]],
    location: float | None,
    *,
    dose: str,
) -> Spec:
    """Draw the mean of each bin with its interval, the threshold's set shaded, its best place.

    Parameters
    ----------
    pieces
        The confidence set of the threshold, which may have holes.
    location
        Where the fit jumps; None where there is no evidence that it does.
    dose
        What stands under the horizontal axis.
    """
    x = _dose(curve, pieces, dose)
    y = _outcome(curve)
    layers = [
        *(_piece(low, high, x) for low, high in pieces),
        *([_place(location, x)] if location is not None else []),
        _whiskers(x, y),
        _line(x, y),
        _dots(x, y),
        catch(x, y),
    ]
    return drawing(height=HEIGHT, layers=layers)


def _dose(curve: Sequence[Measurement], pieces: Sequence[tuple[float, float]], dose: str) -> Spec:
    doses = [float(dict(each.group)["dose"]) for each in curve]
    ends = [end for piece in pieces for end in piece]
    low, high = min([*doses, *ends]), max([*doses, *ends])
    margin = 0.03 * (high - low or 1.0)
    return {
        "field": "dose",
        "type": "quantitative",
        "scale": {"domain": [low - margin, high + margin], "nice": False, "zero": False},
        "axis": {"title": dose, "format": "~g", "tickCount": {"expr": "max(3, floor(width / 80))"}},
    }


def _outcome(curve: Sequence[Measurement]) -> Spec:
    ends = [
        end
        for each in curve
        for end in ((each.interval.low, each.interval.high) if each.interval else (each.value,))
    ]
    low, high = min(ends), max(ends)
    margin = 0.08 * (high - low or 1.0)
    return {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [low - margin, high + margin], "nice": False, "zero": False},
        "axis": {"title": None, "format": "~g", "tickCount": 5},
    }


def _scale(encoding: Spec) -> Spec:
    return {key: encoding[key] for key in ("type", "scale", "axis")}


def _piece(low: float, high: float, x: Spec) -> Spec:
    return {
        "transform": [{"aggregate": [{"op": "count", "as": "rows"}]}],
        "mark": {"type": "rect", "fill": UNKNOWN, "stroke": MUTED, "strokeWidth": 0.5},
        "encoding": {"x": {"datum": low, **_scale(x)}, "x2": {"datum": high}},
    }


def _place(location: float, x: Spec) -> Spec:
    return {
        "transform": [{"aggregate": [{"op": "count", "as": "rows"}]}],
        "mark": {"type": "rule", "stroke": INK, "strokeDash": [4, 3]},
        "encoding": {"x": {"datum": location, **_scale(x)}},
    }


def _whiskers(x: Spec, y: Spec) -> Spec:
    return {
        "transform": [{"filter": "datum.low !== null"}],
        "mark": {"type": "rule", "stroke": MARKED, "opacity": 0.55, "strokeWidth": 1.5},
        "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
    }


def _line(x: Spec, y: Spec) -> Spec:
    return {
        "mark": {"type": "line", "stroke": MARKED, "strokeWidth": 1, "opacity": 0.5},
        "encoding": {"x": x, "y": y},
    }


def _dots(x: Spec, y: Spec) -> Spec:
    return {
        "mark": {"type": "point", "filled": True, "fill": MARKED, "size": 55, "opacity": 1},
        "encoding": {"x": x, "y": y},
    }
