"""How often changes made with AI tools pass the first time, quarter by quarter."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.model.evidence import Finding, Measurement
from trueup.report.charts.theme import MARKED, Spec, catch, drawing, has_intervals, share

HEIGHT = 200


def passing_drawing(points: Sequence[Finding]) -> Spec:
    """Draw a dot for each quarter with its interval, on a scale of all changes."""
    told = [each for each in points if isinstance(each, Measurement)]
    order = sorted({dict(each.group)["quarter"] for each in told})
    x: Spec = {
        "field": "quarter",
        "type": "ordinal",
        "scale": {"domain": order},
        "axis": {"title": None, "labelAngle": 0, "labelOverlap": "greedy"},
    }
    y = share("value", top=1.0)
    layers: list[Spec] = []
    if has_intervals(points):
        layers.append(
            {
                "transform": [{"filter": "datum.low !== null"}],
                "mark": {"type": "rule", "stroke": MARKED, "strokeWidth": 2},
                "encoding": {"x": x, "y": share("low", top=1.0), "y2": {"field": "high"}},
            }
        )
    dot: Spec = {"type": "point", "filled": True, "size": 80, "fill": MARKED, "opacity": 1}
    layers.append({"mark": dot, "encoding": {"x": x, "y": y}})
    layers.append(catch(x, y))
    return drawing(height=HEIGHT, layers=layers)
