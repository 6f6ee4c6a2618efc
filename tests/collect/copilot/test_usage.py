"""What reports say of Copilot's use, in rows."""

from __future__ import annotations

import pytest

from tests.collect.copilot.reading import (
    ACME,
    ADA_ID,
    BOB_ID,
    CHAT,
    CODE,
    EDIT,
    TOOL,
    lines_of,
    read_day,
    tool_of,
)
from tests.collect.copilot.server import (
    ADA,
    BOB,
    CopilotServer,
    counts,
    feature,
    user_day,
)
from tests.collect.incidents.visiting import Tool
from trueup.collect.ai.reports.counts import day_start
from trueup.collect.sources.copilot.source import SOURCE
from trueup.config import Connection


def test_lines_an_agent_writes_are_written_and_never_offered() -> None:
    """Completions: 10 offers of 30 lines, 4 taken with 12. An agent wrote 80 and deleted 9."""
    assert lines_of(read_day(CODE, EDIT)) == [
        ("accepted", "completion", None, 4, 12, 0),
        ("suggested", "completion", 10, None, 30, 0),
        ("written", "agent", None, None, 80, 9),
    ]


def test_slices_of_the_same_whole_are_not_added() -> None:
    """The line holds the day five times: in totals, by feature, by editor, language and model."""
    found = read_day(CODE, CHAT)
    accepted = [one for one in found["ai_lines"] if one["layer"] == "accepted"]
    assert sum(one["lines_added"] for one in accepted) == 12 + 9
    assert found.only("ai_activity", kind="prompt")["count"] == 7


def test_what_features_leave_out_of_the_totals_is_of_no_known_feature() -> None:
    """25 offers in all, 10 of completions: 15 are of nothing known, and so are 38 lines of 50."""
    totals = counts(offers=(25, 9), lines=(70, 50, 3), prompts=4)
    found = read_day(CODE, **totals)
    assert lines_of(found) == [
        ("accepted", "completion", None, 4, 12, 0),
        ("accepted", None, None, 5, 38, 3),
        ("suggested", "completion", 10, None, 30, 0),
        ("suggested", None, 15, None, 40, 0),
    ]
    assert found.only("ai_activity")["name"] is None
    assert found.skipped == []


def test_totals_less_than_their_features_are_counted_as_odd() -> None:
    found = read_day(CODE, loc_added_sum=11)
    assert found.reasons() == {"loc_added_sum is less than its features add up to"}
    assert found.only("ai_lines", layer="accepted")["lines_added"] == 12


def test_a_day_of_nothing_is_no_row() -> None:
    found = read_day()
    assert found["ai_lines"] == found["ai_activity"] == found["ai_request"] == []


CLI = {
    "session_count": 2,
    "request_count": 5,
    "prompt_count": 3,
    "token_usage": {"prompt_tokens_sum": 3800, "output_tokens_sum": 500},
}


def test_tokens_are_known_of_the_command_line_alone() -> None:
    found = read_day(CODE, totals_by_cli=CLI)
    row = found.only("ai_request")
    assert (row["request_count"], row["seen_by"], row["model"]) == (5, "admin_api", None)
    assert (row["uncached_input_tokens"], row["output_tokens"]) == (3800, 500)
    assert row["requested_at"] == day_start("2026-09-18")
    assert row["ended_at"] == day_start("2026-09-19")
    assert found.only("ai_activity", kind="session")["count"] == 2


def test_a_command_line_that_counts_no_tokens_has_unknown_ones() -> None:
    row = read_day(CODE, totals_by_cli={**CLI, "token_usage": {}}).only("ai_request")
    assert (row["uncached_input_tokens"], row["output_tokens"]) == (None, None)


@pytest.mark.parametrize(
    ("day", "total", "known", "unknown"),
    [
        ("2026-04-09", 7, {"chat_panel_ask_mode": 7, "copilot_cli": 3}, 0),
        ("2026-04-09", 9, {"chat_panel_ask_mode": 7, "copilot_cli": 3}, 2),
        ("2026-04-10", 10, {"chat_panel_ask_mode": 7, "copilot_cli": 3}, 0),
        ("2026-04-10", 12, {"chat_panel_ask_mode": 7, "copilot_cli": 3}, 2),
    ],
    ids=["before it joined", "before, and two more", "since it joined", "since, and two more"],
)
def test_prompts_of_the_command_line_count_once_before_and_since_totals_hold_them(
    day: str, total: int, known: dict[str, int], unknown: int
) -> None:
    """Seven in the editor, three on the command line: ten on either side of 10 April 2026."""
    line = user_day(day, ADA, CHAT, totals_by_cli=CLI, user_initiated_interaction_count=total)
    tool = tool_of(since=day)
    found = tool.collected(CopilotServer(reports={day: [line]}).answer)
    prompts = {one["name"]: one["count"] for one in found["ai_activity"] if one["kind"] == "prompt"}
    assert prompts == known | ({None: unknown} if unknown else {})
    assert found.skipped == []


def test_a_feature_of_the_command_line_is_not_counted_beside_its_own_totals() -> None:
    cli = feature("copilot_cli", offers=(2, 0), lines=(8, 21, 4), prompts=3)
    found = read_day(CHAT, cli, totals_by_cli=CLI)
    prompts = [one["count"] for one in found["ai_activity"] if one["kind"] == "prompt"]
    assert sorted(prompts) == [3, 7]
    assert ("written", "agent", None, None, 21, 4) in lines_of(found)


def test_a_person_is_the_account_the_forge_knows_and_on_another_server_another() -> None:
    assert {one["person_id"] for one in read_day(CODE)["ai_lines"]} == {ADA_ID}
    connection = Connection(
        source="copilot",
        targets=("acme",),
        url="https://api.acme.ghe.com",
        options={"since": "2026-09-14"},
    )
    tool = Tool(SOURCE, connection, "copilot:acme.ghe.com/acme", "acme")
    server = CopilotServer(reports={"2026-09-18": [user_day("2026-09-18", ADA, CODE)]})
    found = tool.collected(server.answer)
    assert {one["person_id"] for one in found["ai_lines"]} == {"github|acme.ghe.com/11"}
    assert found.only("account")["platform"] == "github"


def test_reports_come_as_objects_a_line_or_as_one_list() -> None:
    reports = {"2026-09-18": [user_day("2026-09-18", who, CODE) for who in (ADA, BOB)]}
    for as_list in (False, True):
        found = TOOL.collected(CopilotServer(reports=reports, as_list=as_list).answer)
        assert {one["person_id"] for one in found["ai_lines"]} == {ADA_ID, BOB_ID}


def test_totals_name_nobody_and_are_never_read_beside_persons() -> None:
    line = user_day("2026-09-18", {}, CODE, enterprise_id="2")
    server = CopilotServer(
        reports={"2026-09-18": [user_day("2026-09-18", ADA, CODE)]}, totals={"2026-09-18": [line]}
    )
    users, totals = tool_of(), tool_of("enterprises/acme", level="totals")
    assert {one["person_id"] for one in users.collected(server.answer)["ai_lines"]} == {ADA_ID}
    kept = totals.visit(server.answer)
    assert any(one.path.endswith("enterprise-1-day") for one in kept.asked)
    found = totals.read(kept)
    assert {one["person_id"] for one in found["ai_lines"]} == {None}
    assert len(found["ai_lines"]) == 2


def test_reading_at_another_level_takes_away_what_the_first_brought() -> None:
    line = user_day("2026-09-18", {}, CODE)
    server = CopilotServer(
        reports={"2026-09-18": [user_day("2026-09-18", ADA, CODE)]}, totals={"2026-09-18": [line]}
    )
    kept = TOOL.visit(server.answer)
    (first,) = {one["report_id"] for one in TOOL.read(kept)["ai_lines"]}
    totals = tool_of(level="totals")
    kept = totals.visit(server.answer, kept)
    found = totals.read(kept)
    assert {one["person_id"] for one in found["ai_lines"]} == {None}
    assert [one.row_id for one in found.gone] == [first]


def test_ids_of_rows_name_nobody() -> None:
    """The key of the record has the number of the user at GitHub; the id of its rows has not."""
    server = CopilotServer(reports={"2026-09-18": [user_day("2026-09-18", ADA, CODE)]})
    kept = TOOL.visit(server.answer)
    named = {one["report_id"] for one in TOOL.read(kept)["ai_lines"]}

    assert all(len(one.removeprefix(f"{ACME}:")) == 24 for one in named)
