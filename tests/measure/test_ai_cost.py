from __future__ import annotations

from functools import cache

import pytest

from tests.measure.asking import abstention, answers, ask, measured, value
from tests.measure.building import at
from tests.measure.test_ai_tokens import many
from tests.measure.tools import Tools
from trueup.measure.catalogue import all_metrics
from trueup.measure.metric import DAYS_A_MONTH
from trueup.model.ai_tables import COST_BASES
from trueup.model.evidence import Abstention, Finding, Measurement, Window

FORTNIGHT = Window(start_at=at("2026-06-01"), end_at=at("2026-06-15"))
LIST = (("basis", "list"), ("currency", "USD"))
MONTHS = 14 / DAYS_A_MONTH


def drawn() -> Tools:
    """Two weeks from 1 June 2026: $6 at list price in three sessions, $2 more of no session.

    Session s1 ($4) went into changes a (half) and b (a quarter), s2 ($2) into none, s3 has no
    price. The $2 are told of by a report by day. A row that does not count has $50.
    """
    world = Tools("2026-06-30")
    world.change("a", "2026-06-04", "ann")
    world.change("b", "2026-06-05", "ann")
    world.use("s1", "ann", "2026-06-02", "1.50", 100)
    world.use("s1", "ann", "2026-06-03", "2.50", 100)
    world.use("s2", "bob", "2026-06-09", "2.00", 100)
    world.use("s3", "bob", "2026-06-10", None, 100)
    world.use("", "cleo", "2026-06-11", "2.00", 100, seen_by="admin_api")
    world.use("s1", "ann", "2026-06-02", "50.00", 100, is_counted=False, is_of_session=False)
    world.tie("s1", "a", 0.5)
    world.tie("s1", "b", 0.25)
    return world


def test_a_month_of_list_cost_is_what_requests_cost_by_the_day() -> None:
    """$8 in 14 days; four of five requests have a price."""
    found = measured("ai_list_cost_per_month", drawn(), *LIST, window=FORTNIGHT)
    assert found.value == pytest.approx(8 / MONTHS)
    assert (found.n, found.coverage) == (4, 4 / 5)
    assert found.qualifier == "at least"


def test_the_interval_of_a_month_is_that_of_its_weeks() -> None:
    """Twelve weeks of $7 each: every resample has $7 a week, 30.4375 a month."""
    world = Tools("2026-06-30")
    for week in range(12):
        world.use("s", "ann", f"2026-03-{2 + 7 * (week % 4):02d}", "0", 100)
    span = Window(start_at=at("2026-03-02"), end_at=at("2026-05-25"))
    for day in range(84):
        when = at("2026-03-02") + day * 86_400_000_000
        world.use("s", "ann", "2026-03-02", "1.00", 100)
        world.rows["ai_request"][-1]["requested_at"] = when
    found = measured("ai_list_cost_per_month", world, *LIST, window=span)
    assert found.value == pytest.approx(DAYS_A_MONTH)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((DAYS_A_MONTH,) * 2)


def billed() -> Tools:
    world = drawn()
    world.bill("invoice", "2026-06-01", "1000.00", seen_by="invoice", tool="claude-code")
    world.bill("invoice", "2026-06-01", "900.00", "EUR", seen_by="invoice", tool="cursor")
    world.bill("admin_api", "2026-06-02", "700.00", provider="anthropic")
    world.bill("seat", "2026-06-01", "380.00", tool="copilot")
    world.bill("overage", "2026-06-03", "40.00", tool="copilot")
    world.bill("vendor_estimate", "2026-06-04", "11.00", person_id="ann", tool="claude-code")
    return world


def test_amounts_of_each_basis_and_currency_stand_alone() -> None:
    found = answers("ai_billed_cost_per_month", billed(), window=FORTNIGHT)
    each = {
        (dict(g)["basis"], dict(g)["currency"]): f.value * MONTHS
        for g, f in found.items()
        if isinstance(f, Measurement)
    }
    assert each == pytest.approx(
        {
            ("invoice", "USD"): 1_000,
            ("invoice", "EUR"): 900,
            ("admin_api", "USD"): 700,
            ("seat", "USD"): 380,
            ("overage", "USD"): 40,
        }
    )


COSTS = [name for name in all_metrics() if name.endswith("_cost_per_month")]
OTHERS = [
    metric.name
    for metric in all_metrics().values()
    if metric.unit.currency and metric.name not in COSTS
]


def with_more(*bases: str) -> Tools:
    """A thousand dollars more on each basis."""
    world = billed()
    for basis in bases:
        if basis == "list":
            world.use("s9", "ann", "2026-06-02", "1000.00", 100)
        else:
            person = {"person_id": "ann"} if basis == "vendor_estimate" else {}
            world.bill(basis, "2026-06-02", "1000.00", tool="claude-code", **person)
    return world


@cache
def of_billed(metric: str, by: tuple[str, ...]) -> dict[tuple[tuple[str, str], ...], Finding]:
    return answers(metric, billed(), by=by, window=FORTNIGHT)


@pytest.mark.parametrize("metric", COSTS)
@pytest.mark.parametrize("basis", COST_BASES)
def test_no_measure_of_money_adds_amounts_of_two_bases(metric: str, basis: str) -> None:
    """A thousand dollars more on one basis changes numbers of that basis, and no others.

    Whatever the measure is split by, and also where it is not asked to be split at all.
    """
    for by in ((), ("tool",)):
        was = of_billed(metric, by)
        now = answers(metric, with_more(basis), by=by, window=FORTNIGHT)
        for group, found in now.items():
            if dict(group).get("basis") != basis:
                assert found == was[group]


@pytest.mark.parametrize("metric", OTHERS)
def test_every_other_measure_of_money_knows_list_prices_alone(metric: str) -> None:
    bills = [basis for basis in COST_BASES if basis != "list"]
    assert answers(metric, with_more(*bills)) == answers(metric, drawn())


def test_what_tools_guess_stands_beside_other_amounts_and_is_called_a_guess() -> None:
    """One guess of $11 in two weeks."""
    group = (("basis", "vendor_estimate"), ("currency", "USD"))
    found = measured("ai_estimated_cost_per_month", billed(), *group, window=FORTNIGHT)
    assert found.value * MONTHS == pytest.approx(11)
    assert found.qualifier == "about"


def test_a_bill_that_names_no_person_is_told_apart_by_tool() -> None:
    found = answers("ai_billed_cost_per_month", billed(), by=("tool",), window=FORTNIGHT)
    tools = {(dict(g)["basis"], dict(g)["tool"]) for g in found}
    assert ("invoice", "claude-code") in tools
    assert ("admin_api", "anthropic") in tools


def test_what_went_into_no_change_is_all_cost_less_what_did() -> None:
    """$8 in all, of which 3/4 of s1's $4 went into changes: 5/8 did not."""
    assert value("ai_unattributed_cost_ratio", drawn()) == pytest.approx(5 / 8)


def test_where_the_total_is_taken_from_a_report_the_log_still_says_what_went_into_changes() -> None:
    """The report by day has $10 and counts; the log of the session, $4, does not, but is tied."""
    world = Tools("2026-06-30")
    world.change("a", "2026-06-04", "ann")
    world.use("", "ann", "2026-06-02", "10.00", 100, seen_by="admin_api", is_counted=True)
    world.use("s1", "ann", "2026-06-02", "4.00", 50, is_counted=False, is_of_session=True)
    world.tie("s1", "a", 1.0)
    assert value("ai_unattributed_cost_ratio", world) == pytest.approx(6 / 10)
    assert value("ai_list_cost_per_month", world, *LIST, window=FORTNIGHT) == pytest.approx(
        10 / MONTHS
    )


def test_cost_per_developer_is_over_all_who_were_active_whether_or_not_they_use_tools() -> None:
    """$8 in June, in which ann landed changes and dan, who uses no tool, committed."""
    world = drawn()
    world.works("dan", "2026-06-08")
    june = Window(start_at=at("2026-06-01"), end_at=at("2026-07-01"))
    assert value("ai_cost_per_developer_month", world, window=june) == pytest.approx(8 / 2)


def test_parts_of_cost_add_up_to_the_whole_whatever_it_is_split_by() -> None:
    world = Tools("2026-06-30", repositories=("r", "x"))
    for tool in ("a", "b", "c"):
        many(9, tool, world)
    for place, row in enumerate(world.rows["ai_request"]):
        row |= {"list_cost": f"{place}.25", "repository_id": "rx"[place % 2]}
        row |= {"agent_kind": ("main", "subagent")[place % 2], "model": f"m-{place % 3}"}
    whole = value("ai_list_cost_per_month", world, *LIST, window=FORTNIGHT)
    for split in ("tool", "model", "repository", "agent_kind"):
        parts = ask("ai_list_cost_per_month", world, by=(split,), window=FORTNIGHT)
        assert len(parts) > 1
        values = [one.value for one in parts if isinstance(one, Measurement)]
        assert sum(values) == pytest.approx(whole)


def test_a_tool_without_any_price_says_so_and_is_put_with_no_other() -> None:
    """Nine use a, which has prices, and nine b, which has none: a's cost stands alone."""
    world = Tools("2026-06-30")
    many(9, "a", world)
    many(9, "b", world)
    for row in world.rows["ai_request"][9:]:
        row["list_cost"] = None
    found = answers("ai_list_cost_per_month", world, by=("tool",), window=FORTNIGHT)
    told, untold = (found[tuple(sorted((*LIST, ("tool", tool))))] for tool in "ab")
    assert isinstance(told, Measurement)
    assert told.value * MONTHS == pytest.approx(9)
    assert isinstance(untold, Abstention)
    assert untold.reason == "Of 9 requests, 100 % have no price."


def test_without_prices_nothing_costs_nothing_it_cannot_be_told() -> None:
    world = Tools("2026-06-30")
    world.use("s1", "ann", "2026-06-02", None, 100)
    found = abstention("ai_list_cost_per_month", world)
    assert found.reason == "No prices of what AI tools used are recorded."
