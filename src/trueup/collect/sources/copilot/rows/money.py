"""Seats and bills as rows."""

from __future__ import annotations

from decimal import Decimal

from trueup.collect.ai.reports.counts import Counts
from trueup.collect.ai.reports.people import People
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Reading
from trueup.collect.sources.copilot.rows.usage import TOOL
from trueup.collect.sources.copilot.settings import host_of


class MoneyRows:
    """Adds what seats and bills tell to `rows`."""

    def __init__(self, reading: Reading, rows: Rows, people: People) -> None:
        self._reading = reading
        self._rows = rows
        self._people = people
        self._host = host_of(reading.connection)

    def add_seat(self, row_id: str, body: Counts) -> None:
        """Add a seat: it ends on the day it is cancelled for, or when it is no longer listed."""
        host = "" if self._host == "github.com" else self._host
        missed = body.tokens("missed_at")
        self._rows.add(
            "ai_seat",
            seat_id=row_id,
            person_id=self._people.on_github(body.count("id"), body.text("login"), host),
            team_id=self._team(body),
            tool=TOOL,
            plan=body.text("plan_type"),
            started_at=body.at("created_at"),
            ended_at=missed if missed is not None else _ahead(body),
            last_active_at=body.at("last_activity_at"),
            seen_at=body.tokens("seen_at"),
        )

    def add_use(self, row_id: str, body: Counts) -> None:
        """Add credits or requests: their price before what plans include, and what was billed."""
        gross, net = body.money("grossAmount"), body.money("netAmount")
        self._spend(row_id, body, "list", gross)
        self._spend(row_id, body, "overage", net)

    def add_seat_fee(self, row_id: str, body: Counts) -> None:
        """Add what was billed for seats."""
        self._spend(row_id, body, "seat", body.money("netAmount"))

    def _spend(self, row_id: str, body: Counts, basis: str, amount: Decimal | None) -> None:
        first, after = body.day("first"), _ahead(body, "after")
        if amount is None:
            body.faults.append(f"it states no amount of basis {basis}")
            return
        self._rows.add(
            "ai_spend",
            spend_id=f"{row_id}:{basis}",
            cost_basis=basis,
            amount=amount,
            currency="USD",
            started_at=first,
            ended_at=after,
            tool=TOOL,
            model=body.text("model"),
            line_item=body.text("sku"),
            seen_by="admin_api",
        )

    def _team(self, body: Counts) -> str | None:
        slug, organisation = body.text("team"), body.text("organisation")
        whose = organisation or self._reading.target
        return f"github:{self._host}/{whose}/{slug}" if slug and "/" not in whose else None


def _ahead(body: Counts, name: str = "pending_cancellation_date") -> int | None:
    """Return the start of a day, which may be months ahead, as epoch microseconds UTC."""
    text = body.text(name)
    return None if text is None else Counts({name: text}, 2**62, body.faults).day(name)
