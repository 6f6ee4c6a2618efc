"""Days, requests, commits and seats of Cursor as rows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from trueup.collect.ai.reports.counts import Counts
from trueup.collect.ai.reports.people import People
from trueup.collect.ai.tokens import Tokens
from trueup.collect.fields import Unreadable
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Reading
from trueup.collect.sources.cursor.settings import read_options

TOOL = "cursor"
_PROMPTS = {
    "composerRequests": "composer",
    "chatRequests": "chat",
    "agentRequests": "agent",
    "cmdkUsages": "cmdk",
}
_CHARGED = ("usage-based", "on-demand")


class CursorRows:
    """Adds what records tell to `rows`."""

    def __init__(self, reading: Reading, rows: Rows, people: People) -> None:
        self._host = read_options(reading.connection).host
        self._rows = rows
        self._people = people

    def add_day(self, row_id: str, body: Counts) -> None:
        """Add what a person did on a day.

        Lines added in all hold those typed by hand, so no line counts as suggested.
        """
        day = body.day("day") if body.text("day") else body.milliseconds("date")
        if day is None:
            raise Unreadable("its day is missing")
        shared = {
            "report_id": row_id,
            "person_id": self._people.by_address(body.text("email")),
            "tool": TOOL,
            "happened_at": day,
        }
        for field, name in _PROMPTS.items():
            self._activity("prompt", body.count(field), shared, name)
        accepted, rejected = body.count("totalAccepts"), body.count("totalRejects")
        self._activity("edit_accepted", accepted, shared)
        self._activity("edit_rejected", rejected, shared)
        offered = body.count("totalApplies")
        if accepted is not None and rejected is not None:
            offered = accepted + rejected
        lines = body.count("acceptedLinesAdded"), body.count("acceptedLinesDeleted")
        self._offers(shared, None, (offered, accepted), lines)
        tabs = body.count("totalTabsShown"), body.count("totalTabsAccepted")
        self._offers(shared, "completion", tabs)

    def add_event(self, row_id: str, body: Counts) -> None:
        """Add a request, and what it was charged or would have cost."""
        at = body.milliseconds("timestamp")
        if at is None:
            raise Unreadable("its timestamp is missing")
        usage = body.part("tokenUsage")
        conversation = body.text("conversationId")
        shared = {
            "person_id": self._people.by_address(body.text("userEmail")),
            "tool": TOOL,
            "model": body.text("model"),
            "session_id": f"{TOOL}:{conversation}" if conversation else None,
            "seen_by": "admin_api",
        }
        self._rows.add(
            "ai_request",
            request_id=row_id,
            requested_at=at,
            request_count=1,
            **shared,
            **(_tokens(usage).columns() if usage else {}),
        )
        amount, kind = _amount(body, usage), body.text("kind")
        if amount is not None:
            self._rows.add(
                "ai_spend",
                spend_id=row_id,
                cost_basis="overage" if _is_charged(body, kind) else "vendor_estimate",
                amount=amount,
                currency="USD",
                started_at=at,
                line_item=kind,
                **shared,
            )

    def add_commit(self, row_id: str, body: Counts) -> None:
        """Add the lines of a commit that completions and agents wrote; the rest is unmarked."""
        sha, repository = body.key("commitHash").lower(), self._repository(body.text("repoName"))
        person_id = self._people.by_address(body.text("userEmail"))
        for source, mode in (("tab", "completion"), ("composer", "agent")):
            self._rows.add(
                "ai_lines",
                layer="committed",
                happened_at=body.at("commitTs"),
                report_id=row_id,
                person_id=person_id,
                tool=TOOL,
                mode=mode,
                repository_id=repository,
                commit_id=f"{repository}:{sha}" if repository else sha,
                lines_added=body.count(f"{source}LinesAdded"),
                lines_removed=body.count(f"{source}LinesDeleted"),
            )

    def add_seat(self, row_id: str, body: Counts) -> None:
        """Add a member of the team: one who does nothing has a seat too."""
        self._rows.add(
            "ai_seat",
            seat_id=row_id,
            person_id=self._people.by_address(body.text("email")),
            tool=TOOL,
            ended_at=body.tokens("missed_at"),
            seen_at=body.tokens("seen_at"),
        )

    def _activity(
        self, kind: str, count: int | None, shared: Mapping[str, object], name: str | None = None
    ) -> None:
        if count:
            self._rows.add("ai_activity", kind=kind, name=name, count=count, **shared)

    def _offers(
        self,
        shared: Mapping[str, object],
        mode: str | None,
        offers: tuple[int | None, int | None],
        lines: tuple[int | None, int | None] = (None, None),
    ) -> None:
        """Add offers made and taken (how many), and lines taken (added, removed)."""
        offered, accepted = offers
        if offered:
            self._rows.add(
                "ai_lines", layer="suggested", mode=mode, offered_count=offered, **shared
            )
        if any((offered, accepted, *lines)):
            self._rows.add(
                "ai_lines",
                layer="accepted",
                mode=mode,
                accepted_count=accepted,
                lines_added=lines[0],
                lines_removed=lines[1],
                **shared,
            )

    def _repository(self, name: str | None) -> str | None:
        """Return ``host/owner/name``; None where Cursor names none, or the host is not known."""
        if not name:
            return None
        bare = name.removeprefix("https://").removesuffix(".git").strip("/").lower()
        if bare.count("/") >= 2:
            return bare
        return f"{self._host}/{bare}" if self._host else None


def _tokens(usage: Counts) -> Tokens:
    """Return the buckets: input is what was not cached, as Anthropic counts it."""
    return Tokens(
        uncached_input=usage.tokens("inputTokens") or 0,
        cache_read=usage.tokens("cacheReadTokens") or 0,
        cache_write_5m=usage.tokens("cacheWriteTokens") or 0,
        output=usage.tokens("outputTokens") or 0,
    )


def _amount(body: Counts, usage: Counts) -> Decimal | None:
    """Return what a request was charged in dollars: the fee on tokens is in it already.

    Older answers state no charge: cost of the model and fee then make it up.
    """
    charged = body.cents("chargedCents")
    if charged is not None:
        return charged
    model, fee = usage.cents("totalCents"), body.cents("cursorTokenFee")
    return None if model is None else model + (fee or 0)


def _is_charged(body: Counts, kind: str | None) -> bool:
    """Say whether a request is billed beyond what the plan includes."""
    said = body.flag("isChargeable")
    if said is not None:
        return said
    plain = (kind or "").lower().replace("_", "-").replace(" ", "-")
    return any(word in plain for word in _CHARGED)
