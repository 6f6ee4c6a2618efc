"""Seats and bills of Copilot, in rows."""

from __future__ import annotations

from decimal import Decimal

from tests.collect.copilot.reading import (
    ADA_ID,
    BOB_ID,
    DAY_MICROSECONDS,
    TOOL,
    tool_of,
)
from tests.collect.copilot.server import (
    ADA,
    BOB,
    CopilotServer,
    credit,
    seat,
)
from tests.collect.incidents.visiting import NOW
from trueup.collect.ai.reports.counts import day_start
from trueup.collect.fields import instant

# seats


def test_a_seat_nobody_uses_stays_in_the_denominator() -> None:
    server = CopilotServer(seats=[seat(ADA), seat(BOB, last_activity_at=None)], page=1)
    found = TOOL.collected(server.answer)
    assert {one["person_id"] for one in found["ai_seat"]} == {ADA_ID, BOB_ID}
    row = found.only("ai_seat", person_id=BOB_ID)
    assert row["last_active_at"] is None
    assert row["started_at"] == instant("2026-01-06T00:00:00Z")
    assert (row["plan"], row["team_id"]) == ("business", "github:github.com/acme/basket")
    assert row["seen_at"] == day_start("2026-09-21")
    assert row["amount"] is None


def test_a_seat_ends_when_it_is_missed_and_one_given_anew_is_another() -> None:
    server = CopilotServer(seats=[seat(ADA), seat(BOB)])
    kept = TOOL.visit(server.answer)
    server.seats = [seat(ADA)]
    kept = TOOL.visit(server.answer, kept, now=NOW + DAY_MICROSECONDS)
    server.seats.append(seat(BOB, created_at="2026-09-23T00:00:00Z"))
    later = NOW + 3 * DAY_MICROSECONDS
    kept = TOOL.visit(server.answer, kept, now=later)
    rows = [one for one in TOOL.read(kept, now=later)["ai_seat"] if one["person_id"] == BOB_ID]
    assert sorted((one["started_at"], one["ended_at"]) for one in rows if one["ended_at"]) == [
        (instant("2026-01-06T00:00:00Z"), NOW + DAY_MICROSECONDS)
    ]
    assert [one["started_at"] for one in rows if one["ended_at"] is None] == [
        instant("2026-09-23T00:00:00Z")
    ]


def test_a_seat_that_is_cancelled_ends_on_its_day() -> None:
    found = TOOL.collected(
        CopilotServer(seats=[seat(ADA, pending_cancellation_date="2026-12-01")]).answer
    )
    assert found.only("ai_seat")["ended_at"] == day_start("2026-12-01")


# bills


def test_bills_are_by_month_where_it_is_over_and_by_day_since() -> None:
    tool = tool_of(since="2026-07-20")
    some = {"2026-07-03": 2, "2026-08-30": 3, "2026-09-02": 4, "2026-09-03": 5}
    server = CopilotServer(credits={day: [credit("gpt-5", n, 0)] for day, n in some.items()})
    kept = tool.visit(server.answer)
    rows = [one for one in tool.read(kept)["ai_spend"] if one["cost_basis"] == "overage"]
    assert sorted((one["started_at"], one["ended_at"], one["amount"]) for one in rows) == [
        (day_start("2026-07-01"), day_start("2026-08-01"), Decimal(2)),
        (day_start("2026-08-01"), day_start("2026-09-01"), Decimal(3)),
        (day_start("2026-09-02"), day_start("2026-09-03"), Decimal(4)),
        (day_start("2026-09-03"), day_start("2026-09-04"), Decimal(5)),
    ]
    kept = tool.visit(server.answer, kept)
    asked = [one.params for one in kept.asked if "ai_credit" in one.path]
    assert [one.get("day") for one in asked] == ["18", "19", "20", "21"]


def test_a_day_asked_for_again_replaces_what_was_billed_and_adds_nothing() -> None:
    server = CopilotServer(credits={"2026-09-20": [credit("gpt-5", 4, 1)]})
    kept = TOOL.visit(server.answer)
    server.credits["2026-09-20"] = [credit("gpt-5", 6, 1)]
    kept = TOOL.visit(server.answer, kept)
    found = TOOL.read(kept)
    amounts = {one["cost_basis"]: one["amount"] for one in found["ai_spend"]}
    assert (amounts, len(found["ai_spend"])) == ({"list": Decimal(6), "overage": Decimal(5)}, 2)


def test_a_line_a_bill_no_longer_has_is_gone_with_both_its_amounts() -> None:
    server = CopilotServer(credits={"2026-09-20": [credit("gpt-5", 4, 1), credit("auto", 2, 2)]})
    kept = TOOL.visit(server.answer)
    server.credits["2026-09-20"] = [credit("gpt-5", 6, 1)]
    found = TOOL.read(TOOL.visit(server.answer, kept))
    assert {one["model"] for one in found["ai_spend"]} == {"gpt-5"}
    assert sorted(one.row_id.rpartition(":")[2] for one in found.gone) == ["list", "overage"]


def test_lines_alike_in_one_answer_are_all_counted() -> None:
    server = CopilotServer(credits={"2026-09-20": [credit("gpt-5", 4, 4), credit("gpt-5", 4, 4)]})
    rows = TOOL.collected(server.answer)["ai_spend"]
    assert sum(one["amount"] for one in rows if one["cost_basis"] == "list") == 8


def test_other_products_are_no_spend_on_ai() -> None:
    bill = [credit("", 9, 0, product="Actions", sku="Actions Linux", unitType="minutes",
                   date="2026-09-01T00:00:00Z")]  # fmt: skip
    assert TOOL.collected(CopilotServer(bills={"2026-09": bill}).answer)["ai_spend"] == []
