"""What lands, what is released, and what waits in between."""

from __future__ import annotations

from trueup.report.charts.theme import (
    INK,
    MUTED,
    REST,
    Spec,
    amount,
    catch,
    frame,
    months,
)


def flow_drawing(landed: str, released: str, waiting: str, *, small: bool = False) -> Spec:
    """Draw arrivals and departures above, what is in between below, on one time axis.

    The three names are metrics; rows of others are not drawn.
    """
    rates = {
        "width": "container",
        "height": 110 if small else 150,
        "layer": [
            _line(landed, "landed", dash=[6, 4], colour=REST),
            _line(released, "released", dash=[1, 0], colour=INK),
            catch(
                months(),
                amount("value", title="a week"),
                where=f"datum.metric === '{landed}' || datum.metric === '{released}'",
            ),
        ],
    }
    stock = {
        "width": "container",
        "height": 60 if small else 90,
        "layer": [_stock(waiting), catch(months(), _waiting(), where=_is(waiting))],
    }
    return {**frame(8 if small else 90), "spacing": 18, "vconcat": [rates, stock]}


def _is(metric: str) -> str:
    return f"datum.metric === '{metric}'"


def _waiting() -> Spec:
    return amount("value", title="waiting", ticks=3)


def _line(metric: str, label: str, *, dash: list[int], colour: str) -> Spec:
    y = amount("value", title="a week")
    return {
        "transform": [{"filter": _is(metric)}],
        "layer": [
            {
                "mark": {"type": "area", "fill": colour, "opacity": 0.12},
                "transform": [{"filter": "datum.low !== null"}],
                "encoding": {"x": months(), "y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "stroke": colour, "strokeWidth": 2, "strokeDash": dash},
                "encoding": {"x": months(), "y": y},
            },
            _end_label(label, colour, y, dy=-7 if label == "landed" else 8),
        ],
    }


def _end_label(label: str, colour: str, y: Spec, *, dy: int) -> Spec:
    return {
        "transform": [
            {
                "window": [{"op": "row_number", "as": "from_end"}],
                "sort": [{"field": "month", "order": "descending"}],
            },
            {"filter": "datum.from_end === 1"},
        ],
        "mark": {
            "type": "text",
            "text": label,
            "align": "left",
            "dx": 8,
            "dy": dy,
            "fill": colour,
            "fontWeight": 600,
        },
        "encoding": {"x": months(), "y": y},
    }


def _stock(metric: str) -> Spec:
    y = _waiting()
    return {
        "transform": [{"filter": _is(metric)}],
        "layer": [
            {
                "mark": {"type": "area", "fill": "url(#hatch)", "line": {"stroke": MUTED}},
                "encoding": {"x": months(), "y": y},
            },
            _end_label("not yet released", MUTED, y, dy=0),
        ],
    }


