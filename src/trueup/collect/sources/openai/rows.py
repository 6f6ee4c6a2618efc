"""Rows of the two reports. Amounts are in dollars; a prompt counts its cached tokens too."""

from __future__ import annotations

import re

from trueup.collect.ai.reports.counts import Counts
from trueup.collect.ai.reports.naming import Teams, currency_of
from trueup.collect.ai.reports.people import People
from trueup.collect.ai.tokens import Tokens
from trueup.collect.fields import Unreadable, is_absurd
from trueup.collect.gathering import Rows

PROVIDER = "openai"
_SEEN_BY = "admin_api"
_MICROSECONDS = 1_000_000
_BATCH = "batch"
_OF_MODEL = re.compile(r"(?:\w+ \| )?(?P<model>[\w.:-]+)(?: (?:audio|image|text))?, [\w ,]+")
"""Line items as they are met: ``gpt-5.5-2026-04-23, cached input``; others are of no model."""


class ReportRows:
    """Writes rows of reports."""

    def __init__(self, rows: Rows, people: People, teams: Teams) -> None:
        self._rows = rows
        self._people = people
        self._teams = teams

    def usage(self, row_id: str, body: Counts) -> None:
        """Add tokens of a day, of all there is: what used them is not said."""
        started_at, ended_at = _span(body)
        tokens = Tokens.of_whole_prompt(
            body.bucket("input_tokens"),
            cache_read=body.bucket("input_cached_tokens"),
            cache_write=body.bucket("input_cache_write_tokens"),
            output=body.bucket("output_tokens"),
        )
        tier = body.text("service_tier")
        self._rows.add(
            "ai_request",
            request_id=row_id,
            person_id=self._people.by_either(body.text("email"), PROVIDER, body.text("user_id")),
            provider=PROVIDER,
            model=body.text("model"),
            requested_at=started_at,
            ended_at=ended_at,
            request_count=body.number("num_model_requests"),
            service_tier=_BATCH if body.flag("batch") else tier,
            seen_by=_SEEN_BY,
            **tokens.columns(),
        )

    def cost(self, row_id: str, body: Counts) -> None:
        """Add cost of a day, as OpenAI accounts for it."""
        started_at, ended_at = _span(body)
        amount = body.money("value")
        if amount is None:
            raise Unreadable("it states no amount")
        item = body.text("line_item")
        found = _OF_MODEL.fullmatch(item or "")
        self._rows.add(
            "ai_spend",
            spend_id=row_id,
            cost_basis="admin_api",
            amount=amount,
            currency=currency_of(body, "currency"),
            started_at=started_at,
            ended_at=ended_at,
            provider=PROVIDER,
            model=found["model"] if found else None,
            line_item=item,
            team_id=self._teams.of(body.text("project_id"), body.text("project")),
            seen_by=_SEEN_BY,
        )


def _span(body: Counts) -> tuple[int, int | None]:
    started_at, ended_at = (body.bucket(name) for name in ("start_time", "end_time"))
    started_at, ended_at = started_at * _MICROSECONDS, ended_at * _MICROSECONDS
    if is_absurd(started_at, body.now):
        raise Unreadable("it is of no day")
    until = body.bucket("until") * _MICROSECONDS
    if is_absurd(ended_at, body.now):
        return started_at, None
    return started_at, min(ended_at, until) if not is_absurd(until, body.now) else ended_at
