"""A plan of an experiment, as registered."""

from __future__ import annotations

import datetime as dt
from typing import Any

from trueup.estimate.experiments.plan import ExperimentPlan


def a_plan(**more: Any) -> ExperimentPlan:
    """Return a plan of eight weeks of five days; name what differs."""
    usual: dict[str, Any] = {
        "name": "autumn",
        "unit": "day",
        "outcome": "changes_landed",
        "smallest": 0.1,
        "without_ai": 0.4,
        "weeks": 8,
        "starts_on": dt.date(2026, 3, 9),
        "weekdays": ("mon", "tue", "wed", "thu", "fri"),
        "timezone": "UTC",
        "seed": 1,
        "usual": 3.0,
        "persons": 12,
        "registered_on": dt.date(2026, 3, 5),
        "promised_power": 0.5,
        "promised_detectable": 0.2,
    }
    return ExperimentPlan(**(usual | more))
