"""What OpenAI says of an organisation, in rows, with sums worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.collect.incidents.visiting import NOW, Kept, Read, Tool
from tests.collect.openai.server import ADA, DAY, SHOP, OpenAIServer, cost, usage
from trueup.collect.fields import instant
from trueup.collect.sources.openai.asking import cost as cost_report
from trueup.collect.sources.openai.asking import usage as usage_report
from trueup.collect.sources.openai.door import Door
from trueup.collect.sources.openai.source import SOURCE
from trueup.config import Connection
from trueup.errors import SourceUnavailable
from trueup.testing.scripted import scripted_web

TARGET_ID = "api.openai.com/organisation"
AT = 1_789_862_400  # 2026-09-20T00:00:00Z


def tool_of(**options: Any) -> Tool:
    options = {"since": "2026-09-20"} | options
    return Tool(SOURCE, Connection(source="openai", options=options), TARGET_ID)


TOOL = tool_of()


def read(server: OpenAIServer, tool: Tool = TOOL) -> Read:
    return tool.collected(server.answer)


def test_a_prompt_counts_its_cached_tokens_and_lands_in_buckets_that_do_not() -> None:
    """5,000 in, of these 1,800 read from the cache and 200 written: 3,000 are left."""
    row = read(OpenAIServer(usages={AT: [usage(user_id=ADA)]})).only("ai_request")
    assert {name: row[name] for name in row if name.endswith("tokens")} == {
        "uncached_input_tokens": 3000,
        "cache_read_tokens": 1800,
        "cache_write_5m_tokens": 200,
        "cache_write_1h_tokens": 0,
        "output_tokens": 1000,
        "reasoning_output_tokens": None,
    }
    assert (row["request_count"], row["service_tier"]) == (5, "default")
    assert (row["provider"], row["tool"], row["seen_by"]) == ("openai", None, "admin_api")
    assert row["requested_at"] == instant("2026-09-20T00:00:00Z")
    assert row["ended_at"] == instant("2026-09-21T00:00:00Z")
    assert row["person_id"] == "email|ada@acme.example"


def test_users_are_known_by_their_address_wherever_the_list_has_it() -> None:
    users = [usage(user_id=one) for one in (ADA, "user-bob", "user-gone")]
    found = read(OpenAIServer(usages={AT: [*users, usage()]}))
    assert {row["person_id"] for row in found["ai_request"]} == {
        "email|ada@acme.example", "email|bob@acme.example", "openai|user-gone", None,
    }  # fmt: skip


def test_work_in_batches_has_the_tier_it_is_billed_at() -> None:
    row = read(OpenAIServer(usages={AT: [usage(batch=True)]})).only("ai_request")
    assert row["service_tier"] == "batch"


@pytest.mark.parametrize(
    ("value", "amount"),
    [(0.06, "0.06"), ("1.2345", "1.2345"), (12, "12"), (-3.5, "-3.5"),
     ("0.0003310499999999999999999999999999", "0.000331050")],
)  # fmt: skip
def test_amounts_are_dollars_as_numbers_or_as_text(value: object, amount: str) -> None:
    row = read(OpenAIServer(costs={AT: [cost(value)]})).only("ai_spend")
    assert (row["amount"], row["currency"]) == (Decimal(amount), "USD")
    assert (row["cost_basis"], row["seen_by"], row["provider"]) == (
        "admin_api", "admin_api", "openai",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line_item", "model"),
    [
        ("gpt-5.5-2026-04-23, cached input", "gpt-5.5-2026-04-23"),
        ("priority | gpt-5.6-sol, output, long context", "gpt-5.6-sol"),
        ("gpt-audio-mini-2025-12-15 audio, input", "gpt-audio-mini-2025-12-15"),
        ("web search tool calls", None),
        ("Vector storage", None),
        (None, None),
    ],
)
def test_a_line_item_names_its_model_where_it_has_one(
    line_item: str | None, model: str | None
) -> None:
    row = read(OpenAIServer(costs={AT: [cost(1, line_item)]})).only("ai_spend")
    assert (row["line_item"], row["model"]) == (line_item, model)


@pytest.mark.parametrize("theirs", ["shop", SHOP])
def test_a_project_that_an_operator_names_is_a_team(theirs: str) -> None:
    found = read(OpenAIServer(costs={AT: [cost(1, project_id=SHOP)]}), tool_of(teams={theirs: "A"}))
    assert found.only("ai_spend")["team_id"] == found.only("team")["team_id"]


def test_the_first_visit_asks_by_the_span_and_the_next_for_the_last_three_days() -> None:
    server, tool = OpenAIServer(usages={AT: [usage()]}), tool_of(since="2026-06-01")
    kept = tool.visit(server.answer)
    paths = [question.path.rpartition("/")[2] for question in kept.asked]
    assert paths == ["users", "users", "projects", *["completions"] * 4, "costs"]
    tool.visit(server.answer, kept)
    assert [q.params["start_time"] for q in kept.asked if "costs" in q.path] == [str(AT - DAY)]
    assert kept.written == []


def test_late_numbers_take_the_place_of_early_ones() -> None:
    server = OpenAIServer(usages={AT: [usage(), usage("gpt-4")]})
    kept = TOOL.visit(server.answer)
    server.usages = {AT: [usage(output_tokens=7)]}
    found = TOOL.read(TOOL.visit(server.answer, kept))
    assert (found.only("ai_request")["output_tokens"], len(found.gone)) == (7, 1)


def test_a_day_that_is_not_over_speaks_until_now() -> None:
    row = read(OpenAIServer(usages={AT + DAY: [usage()]})).only("ai_request")
    assert row["ended_at"] == NOW


def test_without_the_right_to_list_users_the_rest_is_read_and_the_gap_told() -> None:
    server = OpenAIServer(usages={AT: [usage(user_id=ADA)]}, closed=frozenset(("users",)))
    kept = TOOL.visit(server.answer, Kept())
    assert [note.subject for note in kept.notes] == ["users of openai"]
    assert TOOL.read(kept).only("ai_request")["person_id"] == f"openai|{ADA}"


def test_a_key_that_may_not_see_cost_is_refused_when_it_is_tried() -> None:
    connection = Connection(source="openai", name="acme")
    assert SOURCE.server is not None
    answering = OpenAIServer(closed=frozenset(("costs",))).answer
    with pytest.raises(SourceUnavailable):
        SOURCE.targets(connection, scripted_web(connection, SOURCE.server, answering))
    asked = scripted_web(connection, SOURCE.server, OpenAIServer().answer)
    assert SOURCE.targets(connection, asked) == [("acme", "api.openai.com/acme")]


def test_every_axis_of_a_report_is_asked_for() -> None:
    """Axes that are not grouped come back null."""
    door = Door(addresses={}, projects={}, until=0)
    asked = {
        report.stream: {
            value
            for name, value in report.params(date(2026, 9, 1), date(2026, 9, 2))
            if name == "group_by"
        }
        for report in (usage_report(door), cost_report(door))
    }
    assert asked == {
        "usage": {"project_id", "user_id", "api_key_id", "model", "batch", "service_tier"},
        "cost": {"project_id", "line_item"},
    }
