"""What AI tools cost: pains 21 and 22, from what vendors and invoices say to the rows of money."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.collect.anthropic.server import AnthropicServer, cost, model, usage, worked
from tests.collect.litellm.server import LiteLLMServer
from tests.collect.litellm.server import row as request
from tests.pains.office import Office
from trueup.collect.sources.anthropic.source import SOURCE as ANTHROPIC
from trueup.collect.sources.litellm.source import SOURCE as LITELLM
from trueup.config import Connection

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's

ADA = "ada@acme.example"
WORKED = 21
"""Days of August 2026 on which anybody worked; on the other ten nothing was used."""


def days() -> list[str]:
    """Mondays to Fridays of August 2026."""
    month = (date(2026, 8, 1) + timedelta(days=step) for step in range(31))
    return [day.isoformat() for day in month if day.weekday() < 5]


def august() -> AnthropicServer:
    """21 days of $21.50 for tokens in and $18.62 for tokens out, and $3.33 of searches on one.

    21 x (21.50 + 18.62) + 3.33 = 842.52 + 3.33 = 845.85 dollars, which the invoice says too.
    """
    server = AnthropicServer()
    for day in days():
        tokens = [cost("2150"), cost("1862", description="Out")]
        server.costs[day] = tokens
        server.messages[day] = [usage()]
        server.claude_code[day] = [worked(ADA, model("claude-opus-4-5", 1300))]
    searched = {"cost_type": "web_search", "model": None, "token_type": None}
    server.costs[days()[0]].append(cost("333", description="Web Search Usage", **searched))
    return server


def collected(office: Office) -> dict[str, Decimal]:
    """Collect the month and its invoices; return the sum of each kind of amount."""
    assert len(days()) == WORKED
    office.collect(
        ANTHROPIC,
        Connection(source="anthropic", options={"since": "2026-08-01"}),
        august().answer,
    )
    office.files(
        invoices="id,provider,tool,amount,currency,from,to,cost_basis\n"
        "INV-8,anthropic,,845.85,USD,2026-08-01,2026-08-31,\n"
        "PLAN-8,,claude-code,600.00,USD,2026-08-01,2026-08-31,seat\n"
        "OVER-8,,claude-code,75.00,USD,2026-08-01,2026-08-31,overage\n"
    )
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in office.rows("ai_spend"):
        assert row["currency"] == "USD"
        sums[row["cost_basis"]] += row["amount"]
    return sums


def test_pain_22_a_hand_checked_month_reconciles_to_its_invoice_to_the_cent(
    office: Office,
) -> None:
    """Fee, overage, list price and guess stay apart: the guess is 21 x $13.00 = $273.00."""
    office.links = False
    sums = collected(office)
    assert sums["invoice"] == sums["admin_api"] == Decimal("845.85")
    assert (sums["seat"], sums["overage"]) == (Decimal(600), Decimal(75))
    assert sums["vendor_estimate"] == Decimal(273)


def test_pain_22_a_day_without_use_has_no_row_and_never_costs_nothing(office: Office) -> None:
    """21 days of use, 31 days of August, and 21 more days of September that were asked for."""
    office.links = False
    collected(office)
    said = office.rows("ai_spend", cost_basis="admin_api")
    assert len({row["started_at"] for row in said}) == WORKED
    assert min(row["amount"] for row in office.rows("ai_spend")) > 0
    assert all(row["list_cost"] is None for row in office.rows("ai_request"))


def test_pain_21_every_amount_says_who_told_it_so_that_the_surest_can_count(
    office: Office,
) -> None:
    """What a vendor guesses is a third of what it bills; both are there, told apart."""
    office.links = False
    sums = collected(office)
    told = {(row["cost_basis"], row["seen_by"]) for row in office.rows("ai_spend")}
    assert told == {
        ("invoice", "invoice"), ("seat", "invoice"), ("overage", "invoice"),
        ("admin_api", "admin_api"), ("vendor_estimate", "admin_api"),
    }  # fmt: skip
    assert round(sums["vendor_estimate"] / sums["invoice"], 4) == Decimal("0.3228")
    of_tools = {row["tool"] for row in office.rows("ai_request")}
    assert of_tools == {None, "claude-code"}, "what stands in two reports is never one sum"


def test_pain_21_of_what_a_gateway_and_the_vendor_tell_the_vendor_counts_and_the_gap_is_kept(
    office: Office,
) -> None:
    """The vendor knows of 6,500 tokens a day of Ada's; on one day the gateway saw 1,700 of them."""
    office.links = False
    collected(office)
    seen = request("msg_1", "2026-08-03T10:00:00.500Z")
    gateway = Connection(source="litellm", options={"since": "2026-08-03"})
    office.collect(LITELLM, gateway, LiteLLMServer(rows=[seen]).answer)
    office.link()
    counted = [one for one in office.rows("ai_request") if one["is_counted"]]
    assert {(one["tool"], one["seen_by"]) for one in counted} == {("claude-code", "admin_api")}
    (gap,) = office.rows("ai_gap", tool="claude-code")
    assert (gap["seen_by"], gap["other_seen_by"]) == ("admin_api", "gateway")
    assert (gap["tokens"], gap["other_tokens"]) == (6500, 1700)
