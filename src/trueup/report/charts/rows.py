"""What a drawing reads of a chart: one flat row for each number."""

from __future__ import annotations

import math
from typing import Any

from trueup.estimate.studies import Study
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Interval, Measurement
from trueup.model.simulated import Simulated
from trueup.report.document import Chart
from trueup.report.words import Shown, measure_of, metric_of, short_between, short_of, value_of

NUMERIC = ("age_days", "quantile", "horizon", "dose")
"""Dimensions whose members are places on an axis."""


def rows_of(chart: Chart) -> list[dict[str, Any]]:
    """Return what the drawing reads: one row per number, none for abstentions."""
    rows = (row_of(key, point) for key, point in enumerate(chart.points))
    return [row for row in rows if row]


def row_of(key: int, point: Shown) -> dict[str, Any]:
    """Return one number as a flat row: its ends, its value in words, its group.

    An abstention has none; an end that is infinite is null, as JSON knows no infinity.
    """
    if isinstance(point, Abstention) or (isinstance(point, Study) and point.effect is None):
        return {}
    row = _measured(point) if isinstance(point, Measurement) else _compared(point)
    group = () if isinstance(point, Study) else point.group
    for dimension, member in group:
        row[dimension] = float(member) if dimension in NUMERIC else member
    return {"key": key, **row}


def _measured(point: Measurement) -> dict[str, Any]:
    low, high = _ends(point.interval)
    return {
        "value": point.value,
        "low": low,
        "high": high,
        "n": point.n,
        "metric": point.metric,
        "says": value_of(point),
        "covered": point.coverage,
        "version": point.version,
    }


def _compared(point: Estimate | Simulated | Study) -> dict[str, Any]:
    words = {
        "metric": metric_of(point),
        "measure": measure_of(point),
        "says": short_of(point),
        "between": short_between(point),
    }
    if isinstance(point, Study):
        told = point.low is not None
        found: dict[str, Any] = {"value": point.effect, "low": point.low, "high": point.high}
        return {**found, "n": point.n, **words, "told": told}
    low, high = _ends(point.interval)
    n = point.n_draws if isinstance(point, Simulated) else point.n_units
    found = {"value": point.value, "low": low, "high": high, "n": n}
    return {**found, **words, "told": True}


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    if interval is None:
        return None, None
    low, high = interval.low, interval.high
    return low if math.isfinite(low) else None, high if math.isfinite(high) else None
