"""Excess tokens by week in the two arms, for a chart; never of one team."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np

from trueup.estimate.estimator import need
from trueup.estimate.goodhart.excess import before_policies
from trueup.estimate.panel import Bools, Floats, Panel
from trueup.model.evidence import Interval, Measurement, Window
from trueup.units import RELATIVE

FEWEST_TEAMS = 8
"""Teams with tokens in an arm's week, or it is not drawn: at least so many persons are behind it,
whatever their teams' sizes."""


def weekly_path(panel: Panel, beyond: Floats) -> tuple[Measurement, ...]:
    """Return the mean excess of each arm and week, against each team's mean before any policy."""
    earlier = before_policies(panel)
    seen = np.isfinite(beyond)
    usual = np.bincount(panel.unit[earlier & seen], beyond[earlier & seen], panel.n_units)
    weeks = np.bincount(panel.unit[earlier & seen], minlength=panel.n_units)
    known: Bools = seen & (weeks[panel.unit] > 0)
    left = beyond - (usual / np.maximum(weeks, 1))[panel.unit]
    found = []
    for arm, under in (("exposed", True), ("unexposed", False)):
        own = known & (panel.ever_treated[panel.unit] == under)
        for period in np.unique(panel.period[own]).tolist():
            values = left[own & (panel.period == period)]
            if values.size >= FEWEST_TEAMS:
                found.append(_point(panel, arm, int(period), values))
    return tuple(found)


def _point(panel: Panel, arm: str, period: int, values: Floats) -> Measurement:
    many = values.size
    mean = float(values.mean())
    reach = float(need("scipy.stats").t.ppf(0.975, many - 1))
    reach *= float(values.std(ddof=1)) / math.sqrt(many)
    span = (panel.window.end_at - panel.window.start_at) / panel.n_periods
    start = panel.window.start_at + round(period * span)
    return Measurement(
        metric="excess_tokens",
        version=1,
        value=math.expm1(mean),
        unit=RELATIVE,
        interval=Interval(
            low=math.expm1(mean - reach), high=math.expm1(mean + reach), method="Student's t"
        ),
        n=many,
        n_of="teams",
        clusters=many,
        window=Window(start_at=start, end_at=start + round(span)),
        source=panel.source,
        group=(("arm", arm), ("week_of", _day(start))),
    )


def _day(instant: int) -> str:
    """Return the day nearest to the start of a week, which is a midnight of some time zone."""
    middle = dt.datetime.fromtimestamp(instant // 1_000_000, dt.UTC) + dt.timedelta(hours=12)
    return middle.date().isoformat()
