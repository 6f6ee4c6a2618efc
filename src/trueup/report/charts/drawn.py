"""A chart's drawing with its rows: as a specification for browsers and as a still picture."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import vl_convert

from trueup.report.charts.rows import rows_of
from trueup.report.charts.theme import Spec
from trueup.report.document import Chart

VEGA_LITE = "6.4"
_TOO_FINE = re.compile(r"(\d\.\d\d)\d+")
"""Digits of a place on paper below a hundredth of a pixel."""
_TAG = re.compile(r"<[^>]*>")
"""Places stand in tags; a number between tags is read by people and keeps its digits."""

WIDTHS: Mapping[str, tuple[int, ...]] = {"wide": (720, 358), "small": (300,)}
"""Widths in pixels of the still pictures of each chart."""


def specification(chart: Chart) -> Spec:
    """Return the drawing with its rows; its width is still the page's to say."""
    form = {"parse": {"month": "utc:'%Y-%m'"}}
    rows = rows_of(chart)
    dated = any("month" in row for row in rows)
    values: Spec = {"values": rows, **({"format": form} if dated else {})}
    return {**chart.drawing, "data": values}


def still(chart: Chart, width: int) -> str:
    """Return the chart as SVG, `width` pixels wide, its colours still the page's to say."""
    sized = with_width(specification(chart), plot_width(chart, width))
    picture = vl_convert.vegalite_to_svg(json.dumps(sized, sort_keys=True), vl_version=VEGA_LITE)
    rounded = _TAG.sub(lambda tag: _TOO_FINE.sub(r"\1", tag[0]), str(picture))
    return _own_ids(_at_least(rounded, width), f"{chart.id}-{width}")


def _at_least(svg: str, width: int) -> str:
    """Widen a picture to the width asked for: labels may be set in a wider font elsewhere."""
    return re.sub(
        r'width="(\d+)" height="(\d+)" viewBox="0 0 \d+ \d+"',
        lambda found: (
            f'width="{max(width, int(found[1]))}" height="{found[2]}" '
            f'viewBox="0 0 {max(width, int(found[1]))} {found[2]}"'
        ),
        svg,
        count=1,
    )


def _own_ids(svg: str, owner: str) -> str:
    """Make ids unique in a page of many pictures; what the page itself defines stays."""
    own = re.findall(r'\bid="([^"]+)"', svg)
    for name in own:
        svg = svg.replace(f'id="{name}"', f'id="{owner}-{name}"')
        svg = svg.replace(f"url(#{name})", f"url(#{owner}-{name})")
    return svg


def plot_width(chart: Chart, width: int) -> int:
    """Return how wide the plot itself may be beside axis and labels."""
    return int(width - chart.drawing["usermeta"]["room"])


def with_width(spec: Any, width: int) -> Any:
    """Return the specification with every width that follows the page set to `width`."""
    if isinstance(spec, list):
        return [with_width(each, width) for each in spec]
    if not isinstance(spec, dict):
        return spec
    return {
        key: width if key == "width" and value == "container" else with_width(value, width)
        for key, value in spec.items()
    }


def script() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script that needs nothing from outside."""
    return _script()


@lru_cache(maxsize=1)
def _script() -> str:
    globals_ = "window.vegaEmbed=vegaEmbed;"
    return str(vl_convert.javascript_bundle(globals_, vl_version=VEGA_LITE))
