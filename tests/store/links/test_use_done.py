"""What is done, written and spent with AI tools counts once, for the person it is of."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.store.links.using import (
    ANN,
    BEN,
    LOG,
    REPORT,
    WIRE,
    activity,
    counted,
    day,
    of_session,
    only,
    request,
)
from tests.store.links.world import SHOP, Row, World, account, at, commit, landing, part, proposal
from trueup.config import PriceSettings, Settings


class TestWhatIsDone:
    """Activity, lines and money."""

    def test_of_a_session_two_targets_tell_of_one_tells_of_each_kind(self, world: World) -> None:
        world.land(
            "claude_code",
            LOG,
            ai_activity=[activity("s", 1, "tool_call", 9), activity("s", 1, "looped_call", 4)],
        )
        world.land(
            "otlp",
            WIRE,
            ai_activity=[activity("s", 1, "tool_call", 8), activity("s", 1, "interrupted", 1)],
        )
        found = {row["kind"]: row["count"] for row in world.linked().read("ai_activity")}
        assert found == {"tool_call": 9, "looped_call": 4, "interrupted": 1}

    def test_a_report_of_a_day_gives_way_to_sessions_of_the_day_only(self, world: World) -> None:
        def lines(hours: float, count: int, **more: Any) -> Row:
            return {
                "layer": "written",
                "tool": "claude-code",
                "happened_at": at(hours),
                "lines_added": count,
                **more,
            }

        world.land("claude_code", LOG, ai_lines=[lines(0.1, 10, **ANN, **of_session("s"))])
        world.land(
            "anthropic",
            REPORT,
            ai_lines=[
                lines(0, 12, report_id="d0", **ANN),
                lines(30, 5, report_id="d1", **ANN),
                lines(0, 7, report_id="d2", **BEN),
                lines(0, 3, report_id="d3", **{**ANN, "layer": "suggested"}),
            ],
        )
        rows = world.linked().read("ai_lines")
        assert sorted(row["lines_added"] for row in rows) == [3, 5, 7, 10]

    def test_pain_22_kinds_of_money_are_never_ranked_against_each_other(self, world: World) -> None:
        def money(name: str, basis: str, amount: str, seen_by: str) -> Row:
            return {
                "spend_id": name,
                "cost_basis": basis,
                "amount": Decimal(amount),
                "currency": "USD",
                "started_at": at(0.1),
                "tool": "claude-code",
                "seen_by": seen_by,
                **ANN,
            }

        world.land(
            "anthropic",
            REPORT,
            ai_spend=[
                money("bill", "invoice", "9", "invoice"),
                money("estimate", "vendor_estimate", "8", "admin_api"),
                money("seat", "seat", "30", "invoice"),
            ],
        )
        world.land("otlp", WIRE, ai_spend=[money("w", "vendor_estimate", "7", "otlp")])
        found = {row["spend_id"] for row in world.linked().read("ai_spend")}
        assert found == {"bill", "estimate", "seat"}


class TestPersonsAndPrices:
    """What rests on who is who and on prices."""

    def test_ranking_knows_that_two_accounts_are_one_person(self, world: World) -> None:
        world.vault.identify("git", "ann@acme.example", "Ann")
        world.land(
            "anthropic",
            REPORT,
            account=[account("p_mail", "anthropic", person_id="p_ann")],
            ai_request=[day("d", 0, 400, person_id="p_mail")],
        )
        world.land("claude_code", LOG, ai_request=[request("a", 0.1, 390, **ANN)])
        assert counted(world.linked()) == 400
        assert {row["person_id"] for row in world.read("ai_request")} == {"p_ann"}

    def test_nothing_new_links_nothing_and_a_new_price_links_again(self, tmp_path: Path) -> None:
        world = World(tmp_path / ".trueup")
        world.land("claude_code", LOG, ai_request=[request("a", 1, 1_000_000, model="ours")])
        assert world.link().targets == (LOG,)
        assert (only(world)["list_cost"], only(world)["price_source"]) == (None, None)
        unpriced = world.covered("tokens of AI tools with a list price")
        assert (unpriced["skipped"], "ours" in unpriced["reason"]) == (1_000_000, True)
        assert world.link().targets == ()
        world.settings = Settings(prices=(PriceSettings(model="our*", input=2, output=9),))
        assert world.link().targets == (LOG,)
        assert only(world)["list_cost"] == Decimal(2)
        assert only(world)["price_source"] == "trueup.toml"

    def test_a_repository_is_not_linked_again_for_new_use(self, world: World) -> None:
        world.land("claude_code", LOG, ai_request=[request("a", 1)])
        world.land(
            "git",
            commit=[commit("c", 1)],
            change=[landing("c", 1)],
            change_commit=part(f"{SHOP}:c", "c"),
        )
        world.land("github", change=[proposal(1, 0)])
        world.link()
        world.land("claude_code", LOG, ai_request=[request("a", 1), request("b", 2)])
        assert world.link().targets == (LOG,)
