"""The two reports of an organisation, and how each is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from trueup.collect.ai.reports.buckets import Report
from trueup.collect.ai.reports.days import seconds
from trueup.collect.ai.reports.paging import Params
from trueup.collect.sources.openai.door import GROUPS, Door

COSTS = "v1/organization/costs"
_USAGE_DAYS, _COST_DAYS = 31, 180

Row = Mapping[str, Any]


def usage(door: Door) -> Report:
    """Return the report on tokens of completions and responses."""
    return Report(
        stream="usage",
        path="v1/organization/usage/completions",
        params=lambda first, end: _span((first, end), _USAGE_DAYS, *GROUPS),
        day_of=_day_of,
        kept=door.usage,
        most_days=_USAGE_DAYS,
    )


def cost(door: Door) -> Report:
    """Return the report on cost."""
    return Report(
        stream="cost",
        path=COSTS,
        params=lambda first, end: _span((first, end), _COST_DAYS, "project_id", "line_item"),
        day_of=_day_of,
        kept=door.cost,
        most_days=_COST_DAYS,
    )


def _span(days: tuple[date, date | None], most: int, *groups: str) -> Params:
    first, end = days
    return [
        ("start_time", str(seconds(first))),
        *([("end_time", str(seconds(end)))] if end else []),
        ("bucket_width", "1d"),
        ("limit", str(most)),
        *(("group_by", name) for name in groups),
    ]


def _day_of(bucket: Row) -> str | None:
    start = bucket.get("start_time")
    if isinstance(start, bool) or not isinstance(start, int) or not 0 < start < 2**33:
        return None
    return datetime.fromtimestamp(start, UTC).date().isoformat()
