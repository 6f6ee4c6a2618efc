"""Rows of the three reports. Amounts are in cents; tokens of a prompt exclude cached ones."""

from __future__ import annotations

from decimal import Decimal

from trueup.collect.ai.reports.counts import Counts
from trueup.collect.ai.reports.naming import Teams, currency_of
from trueup.collect.ai.reports.people import People
from trueup.collect.ai.tokens import Tokens
from trueup.collect.fields import Unreadable, instant
from trueup.collect.gathering import Rows

PROVIDER, TOOL = "anthropic", "claude-code"
_SEEN_BY = "admin_api"
_DAY = 86_400_000_000
_MOST = 2**31 - 1
_SUBSCRIBED = "subscription"
_DONE = {
    "num_sessions": "session",
    "commits_by_claude_code": "commit",
    "pull_requests_by_claude_code": "change_opened",
}


class ReportRows:
    """Writes rows of reports."""

    def __init__(self, rows: Rows, people: People, teams: Teams) -> None:
        self._rows = rows
        self._people = people
        self._teams = teams

    def messages(self, row_id: str, body: Counts) -> None:
        """Add tokens of a day, of all there is: what used them is not said."""
        started_at, ended_at = _span(body)
        writes = body.part("cache_creation")
        person_id = self._people.by_either(body.text("email"), PROVIDER, body.text("account_id"))
        tokens = Tokens(
            uncached_input=body.bucket("uncached_input_tokens"),
            cache_read=body.bucket("cache_read_input_tokens"),
            cache_write_5m=writes.bucket("ephemeral_5m_input_tokens"),
            cache_write_1h=writes.bucket("ephemeral_1h_input_tokens"),
            output=body.bucket("output_tokens"),
        )
        self._rows.add(
            "ai_request",
            request_id=row_id,
            person_id=person_id,
            provider=PROVIDER,
            model=body.text("model"),
            requested_at=started_at,
            ended_at=ended_at,
            service_tier=body.text("service_tier"),
            seen_by=_SEEN_BY,
            **tokens.columns(),
        )
        searches = body.number("web_search_requests")
        if searches:
            self._rows.add(
                "ai_activity",
                report_id=row_id,
                person_id=person_id,
                happened_at=started_at,
                kind="tool_call",
                name="web_search",
                count=searches,
            )

    def cost(self, row_id: str, body: Counts) -> None:
        """Add cost of a day, as Anthropic accounts for it."""
        started_at, ended_at = _span(body)
        amount = body.cents("amount")
        if amount is None:
            raise Unreadable("it states no amount")
        words = [body.text("cost_type"), body.text("token_type")]
        self._rows.add(
            "ai_spend",
            spend_id=row_id,
            cost_basis="admin_api",
            amount=amount,
            currency=currency_of(body, "currency"),
            started_at=started_at,
            ended_at=ended_at,
            provider=PROVIDER,
            model=body.text("model"),
            line_item=": ".join(word for word in words if word) or None,
            team_id=self._teams.of(body.text("workspace_id"), body.text("workspace")),
            seen_by=_SEEN_BY,
        )

    def claude_code(self, row_id: str, body: Counts) -> None:
        """Add what somebody did with Claude Code on a day."""
        about = self._about(body)
        parts = body.parts("parts")
        lines = [one.part("lines") for one in parts]
        tools = [tool for one in parts for tool in one.parts("tools")]
        accepted, rejected = _sum(tools, "accepted"), _sum(tools, "rejected")
        for name, kind in _DONE.items():
            count = _sum(parts, name)
            if count:
                self._rows.add("ai_activity", report_id=row_id, kind=kind, count=count, **about)
        self._rows.add(
            "ai_lines",
            report_id=row_id,
            layer="written",
            mode="agent",
            lines_added=_sum(lines, "added"),
            lines_removed=_sum(lines, "removed"),
            offered_count=None if accepted is None else accepted + (rejected or 0),
            accepted_count=accepted,
            **about,
        )

    def claude_code_model(self, row_id: str, body: Counts) -> None:
        """Add tokens somebody used by a model in Claude Code on a day, and their guessed cost."""
        about = self._about(body)
        started_at = about.pop("happened_at")
        parts = body.parts("parts")
        ended_at = _until(body, _midnight_after(started_at))
        used = [one.part("tokens") for one in parts]
        tokens = Tokens(
            uncached_input=_tokens(used, "input"),
            cache_read=_tokens(used, "cache_read"),
            cache_write_5m=_tokens(used, "cache_creation"),
            output=_tokens(used, "output"),
        )
        shared = {**about, "provider": PROVIDER, "model": body.text("model"), "ended_at": ended_at}
        self._rows.add(
            "ai_request",
            request_id=row_id,
            requested_at=started_at,
            service_tier=_SUBSCRIBED if body.text("customer") == _SUBSCRIBED else None,
            seen_by=_SEEN_BY,
            **tokens.columns(),
            **shared,
        )
        amounts = _by_currency(parts)
        if len(amounts) > 1:
            body.faults.append("its cost is stated in several currencies")
        for currency, amount in sorted(amounts.items())[:1]:
            self._rows.add(
                "ai_spend",
                spend_id=row_id,
                cost_basis="vendor_estimate",
                amount=amount,
                currency=currency,
                started_at=started_at,
                line_item="tokens",
                seen_by=_SEEN_BY,
                **shared,
            )

    def _about(self, body: Counts) -> dict[str, object]:
        return {
            "person_id": self._people.by_either(body.text("email"), PROVIDER, None),
            "tool": TOOL,
            "happened_at": _midnight(body),
        }


def _span(body: Counts) -> tuple[int, int | None]:
    started_at = body.at("starting_at")
    if started_at is None:
        raise Unreadable("it is of no day")
    return started_at, _until(body, body.at("ending_at"))


def _until(body: Counts, ended_at: int | None) -> int | None:
    """Return the end of a day, or up to when it was known while it lasted."""
    until = body.at("until")
    return until if ended_at is not None and until is not None and until < ended_at else ended_at


def _midnight(body: Counts) -> int:
    try:
        return instant(f"{body.text('day')}T00:00:00Z")
    except (ValueError, OverflowError):
        raise Unreadable("it is of no day") from None


def _midnight_after(started_at: object) -> int | None:
    return started_at + _DAY if isinstance(started_at, int) else None


def _by_currency(parts: list[Counts]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for one in parts:
        amount = one.cents("amount")
        if amount is None:
            continue
        try:
            currency = currency_of(one, "currency")
        except Unreadable as error:
            one.faults.append(str(error))
            continue
        found[currency] = found.get(currency, Decimal(0)) + amount
    return found


def _sum(parts: list[Counts], name: str) -> int | None:
    """Return the sum of what is stated; None where nothing is."""
    stated = [value for one in parts if (value := one.number(name)) is not None]
    return min(sum(stated), _MOST) if stated else None


def _tokens(parts: list[Counts], name: str) -> int:
    return sum(one.bucket(name) for one in parts)
