"""Rows of invoices and seats: what AI tools cost, as whoever pays for them states it."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

from trueup.collect.fields import Fields, Unreadable
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Reading
from trueup.collect.repositories import repository_id_of
from trueup.collect.sources.events.rows.delivery import day
from trueup.collect.sources.events.rows.naming import kind_id, team_id_of
from trueup.collect.sources.events.schema import schema_of

MONEY = ("ai_spend", "ai_seat")
_SEEN_BY = "invoice"


class MoneyRows:
    """Writes invoices and seats into `rows`."""

    def __init__(self, reading: Reading, zone: ZoneInfo, rows: Rows) -> None:
        self._identify = reading.identify
        self._zone = zone
        self._rows = rows

    def add_spend(self, body: Fields) -> None:
        """Add a line of an invoice.

        Raises
        ------
        Unreadable
            It has no id, or states no amount.
        """
        amount, currency = _money("ai_spend", body)
        if amount is None or currency is None:
            raise Unreadable("it states no amount")
        self._rows.add(
            "ai_spend",
            spend_id=kind_id("ai_spend", body.key("id")),
            cost_basis=_basis(body),
            amount=amount,
            currency=currency,
            started_at=day(body, "from", self._zone, is_end=False),
            ended_at=day(body, "to", self._zone, is_end=True),
            tool=tool_of(body.text("tool")),
            provider=tool_of(body.text("provider")),
            model=body.text("model"),
            line_item=body.text("line_item"),
            person_id=self._person(body),
            team_id=team_id_of(body.text("team")),
            repository_id=repository_id_of(body.text("repository")),
            seen_by=_SEEN_BY,
        )

    def add_seat(self, body: Fields) -> None:
        """Add a seat.

        Raises
        ------
        Unreadable
            It has no id.
        """
        amount, currency = _money("ai_seat", body)
        self._rows.add(
            "ai_seat",
            seat_id=kind_id("ai_seat", body.key("id")),
            person_id=self._person(body),
            team_id=team_id_of(body.text("team")),
            tool=tool_of(body.text("tool")),
            plan=body.text("plan"),
            started_at=day(body, "from", self._zone, is_end=False),
            ended_at=day(body, "to", self._zone, is_end=True),
            amount=amount if currency else None,
            currency=currency if amount is not None else None,
        )

    def _person(self, body: Fields) -> str | None:
        address = (body.text("person") or "").strip().lower()
        return self._identify("email", address, "") if "@" in address else None


def tool_of(said: str | None) -> str | None:
    """Return the name of a tool as other sources write it.

    >>> tool_of("Claude Code")
    'claude-code'
    """
    return "-".join(said.lower().replace("_", " ").split()) if said else None


def _money(kind: str, body: Fields) -> tuple[Decimal | None, str | None]:
    columns = schema_of(kind).columns
    found = []
    for name in ("amount", "currency"):
        text, pattern = body.text(name), columns[name].pattern
        is_sound = text is not None and pattern is not None and pattern.search(text) is not None
        if text is not None and not is_sound:
            body.faults.append(f"{name} has another form than the schema wants")
        found.append(text if is_sound else None)
    amount, currency = found
    return (Decimal(amount) if amount is not None else None), currency


def _basis(body: Fields) -> str:
    said = body.text("cost_basis") or _SEEN_BY
    if said not in schema_of("ai_spend").columns["cost_basis"].choices:
        raise Unreadable("its cost_basis is none that is known")
    return said
