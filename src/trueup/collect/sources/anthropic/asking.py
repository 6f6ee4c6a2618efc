"""The three reports of an organisation, and how each is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from trueup.collect.ai.reports.buckets import Report, Reports
from trueup.collect.ai.reports.days import midnight
from trueup.collect.ai.reports.paging import Params, address, pages
from trueup.collect.answers import mapping, objects, said
from trueup.collect.recorded import Fetched
from trueup.collect.sources.anthropic.door import Door

_CLAUDE_CODE = "v1/organizations/usage_report/claude_code"
_MOST_DAYS = 31
_MOST_ROWS = "1000"

Row = Mapping[str, Any]


def messages(door: Door) -> Report:
    """Return the report on tokens."""
    return Report(
        stream="messages",
        path="v1/organizations/usage_report/messages",
        params=lambda first, end: _span(
            (first, end),
            *("model", "workspace_id", "api_key_id", "account_id", "service_account_id"),
            *("service_tier", "context_window"),
        ),
        day_of=_day_of,
        kept=door.messages,
        most_days=_MOST_DAYS,
    )


def cost(door: Door) -> Report:
    """Return the report on cost."""
    return Report(
        stream="cost",
        path="v1/organizations/cost_report",
        params=lambda first, end: _span((first, end), "workspace_id", "description"),
        day_of=_day_of,
        kept=door.cost,
        most_days=_MOST_DAYS,
    )


def claude_code(reports: Reports, door: Door) -> Iterator[Fetched]:
    """Yield what Claude Code did, a call for each day."""
    web, stream = reports.visit.web, "claude_code"
    whole: list[str] = []
    asked = {address(_CLAUDE_CODE, _one(day)): day for day in reports.days(stream)}
    for path, reply in web.many(asked):
        day = asked[path].isoformat()
        first = mapping(reply or web.get(path))
        answers = pages(web, _CLAUDE_CODE, _one(asked[path]), first=first)
        rows = [row for answer in answers for row in objects(answer.get("data"))]
        sound = reports.unnamed.left_out(rows, lambda row: isinstance(row.get("actor"), Mapping))
        whole += [day] if len(sound) == len(rows) else []
        yield reports.page(stream, door.claude_code(day, sound), day)
    for kind in ("claude_code", "claude_code_model"):
        yield from reports.gone(kind, whole)


def _span(days: tuple[date, date | None], *groups: str) -> Params:
    first, end = days
    return [
        ("starting_at", midnight(first)),
        *([("ending_at", midnight(end))] if end else []),
        ("bucket_width", "1d"),
        ("limit", str(_MOST_DAYS)),
        *(("group_by[]", name) for name in groups),
    ]


def _one(day: date) -> Params:
    return [("starting_at", day.isoformat()), ("limit", _MOST_ROWS)]


def _day_of(bucket: Row) -> str | None:
    day = said(bucket, "starting_at")[:10]
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        return None
