"""What is kept of reports of use: counts by feature and of the command line, and whose they are.

https://docs.github.com/en/copilot/reference/copilot-usage-metrics/copilot-usage-metrics
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trueup.collect.ai.reports.counts import Counts
from trueup.collect.answers import objects, part, said
from trueup.collect.recorded import Record

COUNTS = (
    *("user_initiated_interaction_count", "code_generation_activity_count"),
    *("code_acceptance_activity_count", "loc_suggested_to_add_sum", "loc_suggested_to_delete_sum"),
    *("loc_added_sum", "loc_deleted_sum"),
)
_WHO = ("user_id", "user_login", "enterprise_id", "organization_id")
_COMMAND_LINE = ("session_count", "request_count", "prompt_count")
_TOKENS = ("prompt_tokens_sum", "output_tokens_sum")

One = Mapping[str, Any]


def usage_records(value: object) -> Iterator[Record]:
    """Yield a record of each person and day, or of each day of all together.

    Breakdowns are slices of the same whole: that by feature is kept, the others are not.
    """
    for one in objects(value) if isinstance(value, list) else objects([value]):
        if "day_totals" in one:
            for day in objects(one["day_totals"]):
                yield from _record({**day, **{n: one[n] for n in _WHO if n in one}})
        else:
            yield from _record(one)


def _record(one: One) -> Iterator[Record]:
    day, user = said(one, "day"), one.get("user_id") or said(one, "user_login").lower()
    if not day or not any(name in one for name in COUNTS):
        return
    if user:
        yield Record(kind="user_day", key=f"{day}:{user}", body=_kept(one, day))
    else:
        whose = one.get("organization_id") or one.get("enterprise_id") or "all"
        yield Record(kind="total_day", key=f"{day}:all:{whose}", body=_kept(one, day))


def _kept(one: One, day: str) -> dict[str, Any]:
    body: dict[str, Any] = {"day": day, **_picked(one, (*_WHO, *COUNTS, "ai_credits_used"))}
    features = objects(one.get("totals_by_feature"))
    body["features"] = [_picked(feature, ("feature", *COUNTS)) for feature in features]
    command_line = part(one, "totals_by_cli")
    if command_line:
        tokens = _picked(part(command_line, "token_usage"), _TOKENS)
        body["cli"] = _picked(command_line, _COMMAND_LINE) | tokens
    return body


def _picked(one: One, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: one[name] for name in names if name in one}


def count_of(body: Counts, name: str) -> int:
    """Return a count; 0 where there is none."""
    return body.count(name) or 0
