"""What Anthropic says of an organisation, in rows, with sums worked out by hand."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.collect.anthropic.server import (
    ADA,
    ORGANISATION,
    SHOP,
    AnthropicServer,
    cost,
    model,
    usage,
    worked,
)
from tests.collect.incidents.visiting import NOW, Kept, Killed, Read, Tool
from tests.reference import reference
from trueup.collect.connector import Batch
from trueup.collect.fields import instant
from trueup.collect.recorded import Gone, Reading, Record
from trueup.collect.sources.anthropic.asking import cost as cost_report
from trueup.collect.sources.anthropic.asking import messages
from trueup.collect.sources.anthropic.door import Door
from trueup.collect.sources.anthropic.source import SOURCE
from trueup.config import Connection, Settings
from trueup.errors import ConfigError, SourceIncomplete, SourceUnavailable
from trueup.testing.scripted import Answer, Question, Scripted, scripted_web

TARGET_ID = f"api.anthropic.com/{ORGANISATION}"
DAY = "2026-09-18"
AT, NEXT = instant("2026-09-18T00:00:00Z"), instant("2026-09-19T00:00:00Z")
A_DAY = 86_400_000_000


def tool_of(**options: Any) -> Tool:
    options = {"since": DAY} | options
    return Tool(SOURCE, Connection(source="anthropic", options=options), TARGET_ID)


TOOL = tool_of()


def read(server: AnthropicServer, tool: Tool = TOOL) -> Read:
    return tool.collected(server.answer)


def test_tokens_of_a_day_land_in_five_buckets_of_the_person_whose_account_it_is() -> None:
    writes = {"ephemeral_5m_input_tokens": 30, "ephemeral_1h_input_tokens": 40}
    one = usage(account_id=ADA, cache_creation=writes, cache_read_input_tokens=3_000_000_000)
    found = read(AnthropicServer(messages={DAY: [one]}))
    row = found.only("ai_request")
    assert row["person_id"] == "email|ada@acme.example"
    assert (row["provider"], row["tool"], row["model"]) == ("anthropic", None, "claude-opus-4-5")
    assert (row["requested_at"], row["ended_at"]) == (AT, NEXT)
    assert row["request_count"] is None, "the report does not say how many requests there were"
    assert {name: row[name] for name in row if name.endswith("tokens")} == {
        "uncached_input_tokens": 100,
        "cache_read_tokens": 3_000_000_000,
        "cache_write_5m_tokens": 30,
        "cache_write_1h_tokens": 40,
        "output_tokens": 10,
        "reasoning_output_tokens": None,
    }
    assert (row["service_tier"], row["seen_by"]) == ("standard", "admin_api")
    assert found.only("account")["platform"] == "email"
    assert found.skipped == []


def test_a_report_that_is_not_grouped_has_nulls_and_no_invented_names() -> None:
    bare = usage() | dict.fromkeys(("model", "service_tier", "context_window"))
    found = read(AnthropicServer(messages={DAY: [bare]}))
    row = found.only("ai_request")
    assert (row["model"], row["service_tier"], row["person_id"]) == (None, None, None)
    assert found["account"] == []


def test_amounts_of_the_cost_report_are_cents_in_a_text() -> None:
    """ "123.45" is one dollar and twenty-three cents and a half: documentation of the report."""
    found = read(AnthropicServer(costs={DAY: [cost("123.45", workspace_id=SHOP)]}))
    row = found.only("ai_spend")
    assert row["amount"] == Decimal("1.234500000")
    assert (row["currency"], row["cost_basis"], row["seen_by"]) == ("USD", "admin_api", "admin_api")
    assert row["line_item"] == "tokens: uncached_input_tokens"
    assert (row["started_at"], row["ended_at"], row["provider"]) == (AT, NEXT, "anthropic")
    assert (row["tool"], row["person_id"], row["team_id"]) == (None, None, None)


@pytest.mark.parametrize("theirs", ["Shop", SHOP])
def test_a_workspace_that_an_operator_names_is_a_team(theirs: str) -> None:
    server = AnthropicServer(costs={DAY: [cost("100", workspace_id=SHOP), cost("100")]})
    found = read(server, tool_of(teams={theirs: "Till"}))
    team = found.only("team")
    assert (team["name"], team["team_id"]) == ("Till", f"{TARGET_ID}/team/till")
    assert sorted(str(row["team_id"]) for row in found["ai_spend"]) == ["None", team["team_id"]]


def test_an_amount_that_cannot_be_read_is_counted_and_never_zero() -> None:
    odd = [cost(amount) for amount in ("", "about 5", "1e40")]
    found = read(AnthropicServer(costs={DAY: [*odd, cost("1", currency="")]}))
    assert found["ai_spend"] == []
    whole = [skip.reason for skip in found.skipped if skip.is_whole]
    assert sorted(whole) == [*["it states no amount"] * 3, "its amount is in no currency"]


def test_claude_code_sums_the_terminals_of_a_person_and_keeps_customers_apart() -> None:
    """Two terminals as API customer: 2 x 1,000 in, 2 x 200 out, 186 + 14 cents; one subscribed."""
    server = AnthropicServer(claude_code={DAY: [
        worked("ada@acme.example", model("claude-opus-4-5", 186)),
        worked("ada@acme.example", model("claude-opus-4-5", 14), terminal_type="iTerm.app"),
        worked("Ada@acme.example", model("claude-opus-4-5", 50), customer_type="subscription"),
    ]})  # fmt: skip
    found = read(server)
    mine = found.only("ai_request", service_tier=None)
    assert (mine["uncached_input_tokens"], mine["output_tokens"]) == (2000, 400)
    assert (mine["cache_read_tokens"], mine["cache_write_5m_tokens"]) == (10_000, 600)
    assert (mine["tool"], mine["person_id"]) == ("claude-code", "email|ada@acme.example")
    spend = found.only("ai_spend", spend_id=mine["request_id"])
    assert (spend["amount"], spend["cost_basis"]) == (Decimal("2.000000000"), "vendor_estimate")
    other = found.only("ai_request", service_tier="subscription")
    assert (other["uncached_input_tokens"], other["person_id"]) == (1000, mine["person_id"])

    lines = {row["report_id"]: row for row in found["ai_lines"]}
    assert sorted(row["lines_added"] for row in lines.values()) == [100, 200]
    assert sorted(row["offered_count"] for row in lines.values()) == [14, 28]
    assert sorted(row["accepted_count"] for row in lines.values()) == [11, 22]
    assert {row["layer"] for row in lines.values()} == {"written"}
    done = {(r["kind"], r["count"]) for r in found["ai_activity"]}
    assert done == {("session", 10), ("session", 5), ("commit", 4), ("commit", 2),
                    ("change_opened", 2), ("change_opened", 1)}  # fmt: skip
    assert len(found["account"]) == 1


def test_use_through_a_key_is_nobodys_and_the_name_of_the_key_is_not_kept() -> None:
    actor = {"type": "api_actor", "api_key_name": "nightly-build"}
    kept = TOOL.visit(
        AnthropicServer(
            claude_code={DAY: [worked("", model("claude-opus-4-5", 1), actor=actor)]}
        ).answer
    )
    assert "nightly" not in json.dumps([list(kept.bodies.items())], default=str)
    found = TOOL.read(kept)
    assert (found.only("ai_request")["person_id"], found["account"]) == (None, [])


def test_the_two_reports_on_the_same_use_can_be_told_apart() -> None:
    """Claude Code of API customers stands in both: one without a tool, one with it."""
    server = AnthropicServer(
        messages={DAY: [usage()]},
        claude_code={DAY: [worked("ada@acme.example", model("claude-opus-4-5", 1))]},
    )
    tools = [row["tool"] for row in read(server)["ai_request"]]
    assert sorted(map(str, tools)) == ["None", "claude-code"]


def test_the_first_visit_asks_by_the_month_and_the_next_for_the_last_three_days() -> None:
    server = AnthropicServer(messages={DAY: [usage()]})
    tool = tool_of(since="2026-06-01", reports=["messages", "cost"])
    kept = tool.visit(server.answer)
    spans = [q.params["starting_at"] for q in kept.asked if "messages" in q.path]
    assert spans == [f"2026-0{m}T00:00:00Z" for m in ("6-01", "7-02", "8-02", "9-02")]
    tool.visit(server.answer, kept)
    again = [q.params["starting_at"][:10] for q in kept.asked if "messages" in q.path]
    assert (again, kept.written) == (["2026-09-19"], [])
    tool.visit(server.answer, kept, now=NOW + A_DAY)
    assert [q.params["starting_at"][:10] for q in kept.asked if "cost" in q.path] == ["2026-09-19"]


def test_late_numbers_take_the_place_of_early_ones_and_what_is_no_longer_said_is_gone() -> None:
    server = AnthropicServer(messages={"2026-09-20": [usage(), usage("claude-haiku-4-5")]})
    kept = TOOL.visit(server.answer)
    haiku = TOOL.read(kept).only("ai_request", model="claude-haiku-4-5")
    server.messages["2026-09-20"] = [usage(output_tokens=99)]
    found = TOOL.read(TOOL.visit(server.answer, kept))
    assert found.only("ai_request")["output_tokens"] == 99
    (gone,) = found.gone
    assert (gone.table, gone.row_id) == ("ai_request", haiku["request_id"])


def test_a_day_that_is_not_over_speaks_until_an_hour_ago() -> None:
    """The visit is at 14:13:20 UTC; Claude Code's report leaves out the last hour."""
    today = AnthropicServer(messages={"2026-09-21": [usage()]})
    assert read(today).only("ai_request")["ended_at"] == NOW - 3600 * 1_000_000


def test_a_visit_that_was_killed_goes_on_where_it_was() -> None:
    server = AnthropicServer(page=7, messages={"2026-06-02": [usage()], DAY: [usage()]})
    tool = tool_of(since="2026-06-01", reports=["messages"])
    kept = Kept()
    with pytest.raises(Killed):
        tool.visit(server.answer, kept, killed_after=7)
    tool.visit(server.answer, kept)
    assert kept.asked[3].params["starting_at"][:10] == "2026-06-29"
    assert len(tool.read(kept)["ai_request"]) == 2


def test_a_report_the_key_may_not_see_is_told_and_costs_none_of_the_others() -> None:
    server = AnthropicServer(costs={DAY: [cost("100")]}, messages={DAY: [usage(account_id=ADA)]})
    server.closed = frozenset(("usage_report/claude_code", "users"))
    kept = TOOL.visit(server.answer)
    assert [note.subject for note in kept.notes] == [
        "users of anthropic", "claude_code report of anthropic",
    ]  # fmt: skip
    found = TOOL.read(kept)
    assert found.only("ai_spend")["amount"] == Decimal("1.000000000")
    assert found.only("ai_request")["person_id"] == f"anthropic|{ADA}"


def test_cost_of_the_priority_tier_is_said_to_be_missing_for_as_long_as_it_is() -> None:
    server = AnthropicServer(messages={DAY: [usage(service_tier="priority")]})
    kept = TOOL.visit(server.answer)
    for _ in range(2):
        assert [n.subject for n in kept.notes] == ["cost of the priority tier of anthropic"]
        TOOL.visit(server.answer, kept, now=NOW + 9 * A_DAY)


@pytest.mark.parametrize("body", [{"data": None}, {"data": [], "has_more": True}, [], {}])
def test_an_answer_that_is_no_report_ends_the_visit_before_anything_is_swept(body: Any) -> None:
    server = AnthropicServer(messages={DAY: [usage()]})
    kept = TOOL.visit(server.answer)

    def answer(question: Question) -> Answer:
        is_report = question.path.endswith("/messages")
        return Answer(body=body) if is_report else server.answer(question)

    with pytest.raises(SourceIncomplete):
        TOOL.visit(answer, kept)
    assert len(TOOL.read(kept)["ai_request"]) == 1


@pytest.mark.parametrize(
    "options",
    [{"reports": []}, {"reports": ["bills"]}, {"reports": "cost"}, {"teams": {"Shop": 3}},
     {"since": "yesterday"}],
)  # fmt: skip
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        tool_of(**options).visit(AnthropicServer().answer)


def test_the_target_is_the_organisation_and_a_key_of_none_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ADMIN_KEY", "sk-ant-admin-1")
    connection = Connection(source="anthropic", token="env:ADMIN_KEY")  # noqa: S106 - a place
    carrier = Scripted(AnthropicServer().answer)
    assert SOURCE.server is not None
    asked = scripted_web(connection, SOURCE.server, carrier)
    assert SOURCE.targets(connection, asked) == [("Acme", TARGET_ID)]
    assert carrier.asked[0].headers["x-api-key"] == "sk-ant-admin-1"
    nobody = scripted_web(connection, SOURCE.server, lambda _: Answer(body={}))
    with pytest.raises(SourceUnavailable, match="which organisation"):
        SOURCE.targets(connection, nobody)


def test_every_axis_of_a_report_is_asked_for() -> None:
    """Axes that are not grouped come back null."""
    door = Door(addresses={}, workspaces={}, until="")
    asked = {
        report.stream: {
            value
            for name, value in report.params(date(2026, 9, 1), date(2026, 9, 2))
            if name == "group_by[]"
        }
        for report in (messages(door), cost_report(door))
    }
    assert asked == {
        "messages": {"model", "workspace_id", "api_key_id", "account_id", "service_account_id",
                     "service_tier", "context_window"},
        "cost": {"workspace_id", "description"},
    }  # fmt: skip


def told(kept: Kept) -> tuple[dict[str, list[dict[str, Any]]], list[str]]:
    """Return rows by table, and ids of rows that are gone; all persons have one pseudonym."""
    reading = Reading(
        target="Acme",
        target_id=TARGET_ID,
        connection=TOOL.connection,
        settings=Settings(),
        identify=lambda *_: "p_1",
        now=NOW,
    )
    records = [Record(kind=kind, key=key, body=body) for (kind, key), body in kept.bodies.items()]
    found = list(SOURCE.normalise(records, reading))
    tables = {one.table: one.rows.to_pylist() for one in found if isinstance(one, Batch)}
    return tables, [one.row_id for one in found if isinstance(one, Gone)]


def test_no_row_carries_an_address_or_the_id_of_a_user_in_clear() -> None:
    """Ids of rows are digests, and the same of rows that are gone."""
    server = AnthropicServer(
        messages={"2026-09-20": [usage(account_id=ADA)]},
        claude_code={"2026-09-20": [worked("Ada@acme.example", model("claude-opus-4-5", 1))]},
    )
    kept = TOOL.visit(server.answer)
    tables, _ = told(kept)
    server.messages, server.claude_code = {}, {}
    _, gone = told(TOOL.visit(server.answer, kept))
    ids = [row["request_id"] for row in tables["ai_request"]]
    ids += [row["report_id"] for row in tables["ai_lines"]]
    assert sorted(gone) == sorted(ids)
    assert [word for word in (ADA, "ada@") if word in repr((tables, gone)).lower()] == []


@pytest.mark.reference
def test_the_published_sample_comes_to_its_hand_worked_totals() -> None:
    """Sums of the file: 45,230 + 23,100 + 32,100 in, 12,450 + 5,680 + 8,900 out,
    2,340 + 890 + 1,500 written to and 8,790 + 3,420 + 6,200 read from caches;
    186 + 42 + 125 cents; lines 342 + 210 and 128 + 95; sessions 15 + 10."""
    name = "claude_code_usage_report.json"
    sample = reference("ai-telemetry", "claude-admin", name, unread="the sample is not read")
    rows = json.loads(sample.read_text(encoding="utf-8"))["data"]
    server = AnthropicServer()
    for row in rows:
        server.claude_code.setdefault(row["date"][:10], []).append(row)
    found = read(server, tool_of(since="2025-08-08", reports=["claude_code"]))
    sums = {
        name: sum(row[name] for row in found["ai_request"])
        for name in ("uncached_input_tokens", "output_tokens", "cache_read_tokens")
    }
    assert sums == {
        "uncached_input_tokens": 100_430,
        "output_tokens": 27_030,
        "cache_read_tokens": 18_410,
    }
    assert sum(row["cache_write_5m_tokens"] for row in found["ai_request"]) == 4730
    assert sum(row["amount"] for row in found["ai_spend"]) == Decimal("3.53")
    lines = [(row["lines_added"], row["lines_removed"]) for row in found["ai_lines"]]
    assert sorted(lines) == [(210, 95), (342, 128)]
    assert [r["count"] for r in found["ai_activity"] if r["kind"] == "session"] == [15, 10]
