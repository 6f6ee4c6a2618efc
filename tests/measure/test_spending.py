from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest

from tests.measure.building import DAY, at
from tests.measure.test_ai_cost import billed, drawn
from tests.measure.test_ai_tokens import many
from tests.measure.tools import Tools
from trueup.config import MoneySettings, Settings
from trueup.errors import MeasureError, PersonIsNotAUnit
from trueup.measure.metric import DAYS_A_MONTH
from trueup.measure.spending.currency import of_salary, said_in, scaled
from trueup.measure.spending.sources import Gap, SourceSeen
from trueup.measure.spending.spend import SPLITS, USED, Spend, spend
from trueup.measure.spending.totals import daily, total
from trueup.model.evidence import Abstention, Measurement, Window

FORTNIGHT = Window(start_at=at("2026-06-01"), end_at=at("2026-06-15"))
SPEND = "trueup.measure.spending.spend"
CENTURIES = 146_097 * DAY
USD, EUR = Settings(), Settings(money=MoneySettings(currency="EUR", per_usd=0.9))


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask what things cost: what else `spend` asks has tests of its own."""
    for kind in ("WORTH", "HABITS", "USED"):
        monkeypatch.setattr(f"{SPEND}.{kind}", ())
    monkeypatch.setattr(f"{SPEND}.PER_DEVELOPER", "ai_subagent_tokens_ratio")


@pytest.fixture
def every_kind(quickly: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask one measure of each kind."""
    del quickly
    monkeypatch.setattr(f"{SPEND}.WORTH", ("ai_unattributed_cost_ratio",))
    monkeypatch.setattr(f"{SPEND}.HABITS", ("ai_unpriced_tokens_ratio",))
    monkeypatch.setattr(f"{SPEND}.USED", USED)


def asked(world: Tools, settings: Settings = USD, **how: object) -> Spend:
    return spend(world.ready(), settings, **({"window": FORTNIGHT} | how))  # type: ignore[arg-type]


def amounts(found: Spend) -> dict[tuple[str, str], float]:
    return {
        (dict(one.group)["basis"], one.unit.currency): one.value * 14 / DAYS_A_MONTH
        for one in found.costs
        if isinstance(one, Measurement)
    }


def test_every_basis_has_a_line_of_its_own_and_there_is_no_sum_of_them() -> None:
    assert amounts(asked(billed())) == pytest.approx(
        {
            ("list", "USD"): 8,
            ("invoice", "USD"): 1_000,
            ("invoice", "EUR"): 900,
            ("admin_api", "USD"): 700,
            ("seat", "USD"): 380,
            ("overage", "USD"): 40,
            ("vendor_estimate", "USD"): 11,
        }
    )


def test_list_prices_are_said_in_the_currency_of_the_settings_and_stated_amounts_as_stated() -> (
    None
):
    found = amounts(asked(billed(), EUR))
    assert found["list", "EUR"] == pytest.approx(8 * 0.9)
    assert found["invoice", "USD"] == pytest.approx(1_000)
    assert found["invoice", "EUR"] == pytest.approx(900)


def test_an_interval_is_converted_with_its_value() -> None:
    one = next(each for each in asked(drawn()).costs if isinstance(each, Measurement))
    half = scaled(one, 0.5)
    assert half.value == one.value / 2
    if one.interval and half.interval:
        assert half.interval.high == one.interval.high / 2
    assert said_in([half], USD.money) == [half]


def test_cost_is_set_against_a_salary_only_where_one_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """$4 for each developer-month of June, of 96,000 / 12: one in two thousand."""
    monkeypatch.setattr(f"{SPEND}.PER_DEVELOPER", "ai_cost_per_developer_month")
    world = drawn()
    world.works("dan", "2026-06-08")
    june = Window(start_at=at("2026-06-01"), end_at=at("2026-07-01"))
    paid = Settings(money=MoneySettings(salary_per_year=96_000))
    found = asked(world, paid, window=june).of_salary
    assert isinstance(found, Measurement)
    assert found.value == pytest.approx(4 / 8_000)
    assert found.unit.name == "ratio"
    unknown = Abstention(metric="x", reason="No.", remedy="Do.")
    assert isinstance(of_salary(unknown, paid.money), Abstention)


def test_without_a_salary_no_share_of_one_is_told_and_who_tells_of_cost_is_said() -> None:
    """Of all tools together, the most trusted source first."""
    found = asked(drawn())
    assert found.of_salary is None
    assert found.sources == (
        SourceSeen(
            seen_by="admin_api",
            tools=("claude-code",),
            requests=1,
            tokens=100,
            counted_tokens=100,
        ),
        SourceSeen(
            seen_by="otlp", tools=("claude-code",), requests=5, tokens=500, counted_tokens=400
        ),
    )


def test_where_two_sources_disagree_the_gap_is_printed_over_all_tools() -> None:
    """Logs have 90 + 110 tokens where the vendor has 100 + 150: a fifth less."""
    world = drawn()
    for tool, tokens, other in (("claude-code", 100, 90), ("codex", 150, 110)):
        world.add(
            "ai_gap",
            tool=tool,
            started_at=at("2026-06-02"),
            seen_by="admin_api",
            other_seen_by="log",
            tokens=tokens,
            other_tokens=other,
        )
    (gap,) = asked(world).gaps
    assert gap == Gap(
        seen_by="admin_api", other_seen_by="log", days=2, tokens=250, other_tokens=200
    )
    assert gap.ratio == pytest.approx(-0.2)


def test_bills_that_do_not_say_it_are_not_split_and_say_so() -> None:
    found = asked(billed(), by=("agent_kind",))
    (bills,) = found.of("ai_billed_cost_per_month")
    assert isinstance(bills, Abstention)
    assert bills.reason == "These amounts do not say which agent kind they are of."


@pytest.mark.parametrize("split", SPLITS)
def test_every_split_that_is_offered_is_answered(split: str) -> None:
    world = billed()
    many(9, "x", world)
    assert asked(world, by=(split,)).costs


@pytest.mark.parametrize("who", ["person", "author", "account"])
def test_no_split_by_person_exists(who: str) -> None:
    with pytest.raises(PersonIsNotAUnit):
        asked(drawn(), by=(who,))


def test_a_split_nobody_knows_is_refused() -> None:
    with pytest.raises(MeasureError, match="cannot be split by 'stage'"):
        asked(drawn(), by=("stage",))


def test_the_settings_may_ask_for_bigger_groups_and_never_for_smaller_ones() -> None:
    world = Tools("2026-06-30")
    many(9, "x", world)
    many(9, "y", world)
    privacy = Settings().privacy
    for least, shown in ((8, True), (10, False)):
        settings = Settings(privacy=replace(privacy, session_k=least))
        tools = {dict(one.group).get("tool") for one in asked(world, settings, by=("tool",)).costs}
        assert ({"x", "y"} <= tools) is shown


def test_where_a_part_may_not_be_shown_the_whole_is() -> None:
    """Three use one tool, three another: too few to be told apart; there is a total."""
    world = Tools("2026-06-30")
    many(3, "x", world)
    many(3, "y", world)
    whole = [one for one in asked(world).costs if isinstance(one, Measurement)]
    found = asked(world, by=("tool",)).costs
    told = [one for one in found if isinstance(one, Measurement)]
    (cut,) = (one for one in found if isinstance(one, Abstention) and one.group)

    assert [(one.value, one.group) for one in told] == [(one.value, one.group) for one in whole]
    assert cut.reason == "A split by tool would show a group of fewer than 8 persons."


@pytest.mark.usefixtures("every_kind")
def test_shifting_every_clock_changes_no_amount() -> None:
    """By 400 years, after which every calendar is the same again: costs, habits and worth."""
    span = Window(start_at=at("2026-06-01"), end_at=at("2026-06-29"))
    was = numbers(asked(drawn(), window=span))
    later = Tools("2026-06-30", repositories=())
    for table, rows in drawn().rows.items():
        for row in rows:
            named = [name for name in row if name.endswith("_at") and row[name] is not None]
            later.rows[table].append(row | {name: row[name] + CENTURIES for name in named})
    after = Window(start_at=span.start_at + CENTURIES, end_at=span.end_at + CENTURIES)
    assert numbers(asked(later, window=after)) == pytest.approx(was)


def numbers(found: Spend) -> list[float]:
    every = (*found.costs, *found.used, *found.habits, *found.worth)
    told = [one.value for one in every if isinstance(one, Measurement)]
    assert len(told) > 3
    return told


def test_totals_of_a_day_are_added_up_and_what_has_no_price_is_named() -> None:
    day = Window(start_at=at("2026-06-10"), end_at=at("2026-06-12"))
    found = total(drawn().ready(), EUR.money, day)
    assert (found.requests, found.priced_requests, found.unpriced_tokens) == (2, 1, 100)
    assert found.cost == pytest.approx(1.8)
    assert found.currency == "EUR"
    assert found.tokens["uncached input"] == 200
    assert sum(found.tokens.values()) == 200


def test_days_are_added_up_in_the_time_zone_and_the_last_is_not_over() -> None:
    """$1.50 and $2.50 on 2 and 3 June, none until $2 on the 9th; on the 10th nothing has a price.

    Records end on the 30th, which is not over. In Auckland 13:00 of 2 June is the 3rd.
    """
    found = daily(drawn().ready(), EUR.money, "UTC")
    assert found is not None
    assert found.start == date(2026, 6, 2)
    assert found.amounts.size == 28
    assert found.amounts[:2] == pytest.approx([1.5 * 0.9, 2.5 * 0.9])
    assert not found.amounts[2:7].any()
    assert found.amounts[7] == pytest.approx(1.8)
    assert math.isnan(found.amounts[8])
    world = Tools("2026-06-30")
    world.use("s", "ann", "2026-06-02T13:00", "1.00", 100)
    there = daily(world.ready(), USD.money, "Pacific/Auckland")
    assert there is not None
    assert there.start == date(2026, 6, 3)


@pytest.mark.usefixtures("every_kind")
def test_without_any_record_everything_says_what_to_connect() -> None:
    found = spend(Tools("2026-06-30").ready(), USD)
    every = (*found.costs, *found.used, *found.habits, *found.worth)
    assert all(isinstance(one, Abstention) and one.remedy for one in every)
    assert (found.sources, found.gaps) == ((), ())
