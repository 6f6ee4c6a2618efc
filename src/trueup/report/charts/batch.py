"""How big changes are, over time: the median with its interval, and the larger ones."""

from __future__ import annotations

from trueup.report.charts.theme import INK, MUTED, Spec, amount, catch, drawing, months


def batch_drawing(*, small: bool = False) -> Spec:
    """Draw the median change size by month with its interval, and a high quantile above."""
    y = amount("value", title="lines")
    layers: list[Spec] = [_band(), _line("0.5", INK, [1, 0])]
    layers.append(_line("0.85", MUTED, [2, 3]))
    if not small:
        layers += [_label("0.5", "half are smaller", INK), _label("0.85", "six in seven", MUTED)]
    layers.append(catch(months(), y))
    return drawing(height=120 if small else 200, right=8 if small else 112, layers=layers)


def _band() -> Spec:
    y = amount("low", title="lines")
    return {
        "transform": [{"filter": "datum.low !== null && datum.quantile === 0.5"}],
        "mark": {"type": "area", "fill": INK, "opacity": 0.14},
        "encoding": {"x": months(), "y": y, "y2": {"field": "high"}},
    }


def _line(quantile: str, colour: str, dash: list[int]) -> Spec:
    return {
        "transform": [{"filter": f"datum.quantile === {quantile}"}],
        "mark": {"type": "line", "stroke": colour, "strokeWidth": 2, "strokeDash": dash},
        "encoding": {"x": months(), "y": amount("value", title="lines")},
    }


def _label(quantile: str, words: str, colour: str) -> Spec:
    return {
        "transform": [
            {"filter": f"datum.quantile === {quantile}"},
            {
                "window": [{"op": "row_number", "as": "from_end"}],
                "sort": [{"field": "month", "order": "descending"}],
            },
            {"filter": "datum.from_end === 1"},
        ],
        "mark": {
            "type": "text",
            "text": words,
            "align": "left",
            "dx": 8,
            "fill": colour,
            "fontWeight": 600,
        },
        "encoding": {"x": months(), "y": amount("value", title="lines")},
    }
