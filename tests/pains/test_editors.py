"""What tools in editors report of themselves: pains 22 and 24, through the same door."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from tests.collect.copilot.server import ADA, CopilotServer, credit, feature, seat, user_day
from tests.collect.cursor.server import CursorServer, event
from tests.pains.office import Office
from trueup.collect.ai.reports.counts import day_start
from trueup.collect.sources.copilot.source import SOURCE as COPILOT
from trueup.collect.sources.cursor.source import SOURCE as CURSOR
from trueup.config import Connection

SINCE = {"since": "2026-09-14"}
ACME = Connection(source="copilot", targets=("acme",), options=SINCE)
TEAM = Connection(source="cursor", options=SINCE)
CODE = feature("code_completion", offers=(10, 4), lines=(30, 12, 0))
CHAT = feature("chat_panel_ask_mode", offers=(6, 3), lines=(20, 9, 0), prompts=7)
EDIT = feature("agent_edit", offers=(5, 0), lines=(0, 80, 9))
PEOPLE = [{"user_id": 11 + n, "user_login": name} for n, name in enumerate(("ada", "bob", "eve"))]


def test_pain_22_seats_included_use_and_what_goes_beyond_stay_apart_and_meet_the_invoice(
    office: Office,
) -> None:
    """Copilot in September: two seats at 19.00 are 38.00. Credits for 20.00 and 10.00 at list
    price were used, of which the plan includes 25.00: 5.00 go beyond. The invoice is 43.00.

    Cursor: 37.33 cents beyond the plan, the fee of 1.18 on tokens being in them, and 8 cents of
    included use, which is nobody's bill.
    """
    seats = credit("", 38.0, 0.0, sku="Copilot Business", unitType="user-months", date="2026-09-01")
    office.collect(
        COPILOT,
        ACME,
        CopilotServer(
            bills={"2026-09": [seats]},
            credits={
                "2026-09-15": [credit("gpt-5", 20.0, 15.0)],
                "2026-09-16": [credit("claude-sonnet-4.6", 10.0, 10.0)],
            },
        ).answer,
    )
    usage = {"inputTokens": 1, "outputTokens": 2, "totalCents": 40.167, "discountPercentOff": 10}
    beyond = {"kind": "Usage-based", "isChargeable": True, "chargedCents": 37.33}
    office.collect(
        CURSOR,
        TEAM,
        CursorServer(
            events=[
                event("2026-09-18", 9, tokenUsage=usage, cursorTokenFee=1.18) | beyond,
                event("2026-09-18", 10),
            ]
        ).answer,
    )
    sums: Counter[tuple[str, str]] = Counter()
    for row in office.rows("ai_spend"):
        assert row["currency"] == "USD"
        sums[row["tool"], row["cost_basis"]] += row["amount"]
    assert sums == {
        ("copilot", "seat"): Decimal(38),
        ("copilot", "list"): Decimal(30),
        ("copilot", "overage"): Decimal(5),
        ("cursor", "overage"): Decimal("0.3733"),
        ("cursor", "vendor_estimate"): Decimal("0.08"),
    }
    assert sums["copilot", "seat"] + sums["copilot", "overage"] == 43


def test_pain_22_a_request_or_day_without_an_amount_is_unknown_and_never_free(
    office: Office,
) -> None:
    """One request names no charge, and of six days before the 20th nothing is billed."""
    office.collect(
        CURSOR, TEAM, CursorServer(events=[event("2026-09-18", 9, chargedCents=None)]).answer
    )
    office.collect(COPILOT, ACME, CopilotServer().answer)
    assert office.rows("ai_spend") == []
    assert len(office.rows("ai_request")) == 1


def test_pain_24_rates_of_acceptance_are_told_apart_by_what_they_count(office: Office) -> None:
    """Offers: 4 of 10 and 3 of 6 were taken, 7 of 16 = 43.75 %. Lines: 12 of 30 and 9 of 20 were
    taken, 21 of 50 = 42 %. An agent's 80 lines were never offered: with them the rates would be
    7 of 21 = 33.3 % and 101 of 50 = 202 %.
    """
    report = user_day("2026-09-18", ADA, CODE, CHAT, EDIT)
    office.collect(COPILOT, ACME, CopilotServer(reports={"2026-09-18": [report]}).answer)
    layers: dict[str, Counter[str]] = {}
    for row in office.rows("ai_lines"):
        counts = layers.setdefault(row["layer"], Counter())
        for name in ("offered_count", "accepted_count", "lines_added"):
            counts[name] += row[name] or 0
    offers = layers["accepted"]["accepted_count"], layers["suggested"]["offered_count"]
    lines = layers["accepted"]["lines_added"], layers["suggested"]["lines_added"]
    assert (offers, lines) == ((7, 16), (21, 50))
    assert layers["written"] == {"lines_added": 80, "offered_count": 0, "accepted_count": 0}


def test_pain_24_everyone_with_a_seat_is_in_the_denominator_used_or_not(office: Office) -> None:
    """Three seats from January on, one given back by a visit of the same day; one person is
    active on the 18th: 1 of 3, and not 1 of 1."""
    report = user_day("2026-09-18", ADA, CODE)
    server = CopilotServer(
        reports={"2026-09-18": [report]},
        seats=[seat(who, last_activity_at=None) for who in PEOPLE],
    )
    office.collect(COPILOT, ACME, server.answer)
    server.seats.pop()
    office.collect(COPILOT, ACME, server.answer)
    at = day_start("2026-09-18")
    held = {
        row["person_id"]
        for row in office.rows("ai_seat")
        if row["started_at"] <= at and (row["ended_at"] is None or row["ended_at"] > at)
    }
    active = {row["person_id"] for row in office.rows("ai_lines", happened_at=at)}
    assert (len(active), len(held), active < held) == (1, 3, True)


def test_pain_24_a_missing_day_is_a_gap_that_coverage_counts_and_no_day_without_use(
    office: Office,
) -> None:
    """Reports of 14, 16, 18, 19 and 20 September: the 15th and 17th are not there."""
    days = [f"2026-09-{n}" for n in (14, 16, 18, 19, 20)]
    reports = {day: [user_day(day, ADA, CODE)] for day in days}
    office.collect(COPILOT, ACME, CopilotServer(reports=reports).answer)
    assert {row["happened_at"] for row in office.rows("ai_lines")} == set(map(day_start, days))
    (gap,) = office.rows("coverage", subject="days of reports on Copilot")
    assert (gap["expected"], gap["seen"], gap["skipped"]) == (7, 5, 2)
    assert "2026-09-15, 2026-09-17" in gap["reason"]
