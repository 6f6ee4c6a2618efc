"""Days of reports: read once, missed, asked for again; and parts that are refused."""

from __future__ import annotations

import json

import pytest

from tests.collect.copilot.reading import (
    ACME,
    CODE,
    DAY_MICROSECONDS,
    TOOL,
    tool_of,
)
from tests.collect.copilot.server import (
    ADA,
    CopilotServer,
    credit,
    seat,
    user_day,
)
from tests.collect.incidents.visiting import NOW, Kept, Killed, Tool
from trueup.collect.ai.reports.counts import day_start
from trueup.collect.sources.copilot.source import SOURCE
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable
from trueup.testing.scripted import scripted_web


def test_a_day_that_is_not_there_stays_a_gap_and_is_asked_for_again() -> None:
    """Reports of the 16th and 18th to 20th; the 14th, 15th and 17th are gaps: 17 September is
    four days before the visit, so all three are named."""
    reports = {
        day: [user_day(day, ADA, CODE)]
        for day in ("2026-09-16", "2026-09-18", "2026-09-19", "2026-09-20")
    }
    server = CopilotServer(reports=reports)
    kept = TOOL.visit(server.answer)
    (note,) = kept.notes
    assert (note.expected, note.seen, note.skipped) == (7, 4, 3)
    assert "2026-09-14, 2026-09-15, 2026-09-17" in note.reason
    days = {one["happened_at"] for one in TOOL.read(kept)["ai_lines"]}
    assert days == {day_start(day) for day in reports}
    server.reports["2026-09-15"] = [user_day("2026-09-15", ADA, CODE)]
    kept = TOOL.visit(server.answer, kept)
    assert kept.notes[0].skipped == 2
    asked = [
        one.params["day"] for one in kept.asked if "day" in one.params and "reports" in one.path
    ]
    assert asked == ["2026-09-14", "2026-09-15", "2026-09-17"]


def test_the_last_days_are_in_work_and_no_gap_yet() -> None:
    """At noon of the 21st the 18th to the 20th are not there, and nothing is said of it."""
    reports = {f"2026-09-{n}": [user_day(f"2026-09-{n}", ADA, CODE)] for n in range(14, 18)}
    assert TOOL.visit(CopilotServer(reports=reports).answer).notes == []


def test_a_gap_is_given_up_after_four_weeks_and_said_for_ever() -> None:
    server = CopilotServer()
    kept = TOOL.visit(server.answer)
    later = NOW + 40 * DAY_MICROSECONDS
    kept = TOOL.visit(server.answer, kept, now=later)
    kept = TOOL.visit(server.answer, kept, now=later)
    asked = {one.params["day"] for one in kept.asked if "reports" in one.path}
    assert min(asked) == "2026-10-03"
    assert "2026-09-14" in kept.notes[0].reason


def test_a_link_that_has_expired_is_a_day_to_ask_for_again() -> None:
    server = CopilotServer(
        reports={"2026-09-15": [user_day("2026-09-15", ADA, CODE)]}, expired=("2026-09-15",)
    )
    kept = TOOL.visit(server.answer)
    assert TOOL.read(kept)["ai_lines"] == []
    server.expired = ()
    kept = TOOL.visit(server.answer, kept)
    assert len(TOOL.read(kept)["ai_lines"]) == 2


def test_a_visit_killed_between_two_days_goes_on_with_the_next() -> None:
    reports = {f"2026-09-{n}": [user_day(f"2026-09-{n}", ADA, CODE)] for n in range(14, 21)}
    server, kept = CopilotServer(reports=reports), Kept()
    with pytest.raises(Killed):
        TOOL.visit(server.answer, kept, killed_after=3)
    kept = TOOL.visit(server.answer, kept)
    asked = [one.params["day"] for one in kept.asked if "reports" in one.path]
    assert asked == [f"2026-09-{n}" for n in range(17, 21)]
    assert len(kept.bodies) == 7


def test_nothing_before_the_first_report_nor_of_more_than_a_year_ago_is_asked_for() -> None:
    kept = tool_of(since="2020-01-01").visit(CopilotServer().answer)
    asked = [one.params["day"] for one in kept.asked if "reports" in one.path]
    assert asked[0] == "2025-10-10"
    kept = tool_of(since="2020-01-01").visit(
        CopilotServer().answer, now=NOW + 60 * DAY_MICROSECONDS
    )
    asked = [one.params["day"] for one in kept.asked if "reports" in one.path]
    assert asked[0] == "2025-11-21"


# rights


@pytest.mark.parametrize(
    ("refused", "subject"),
    [
        ("users-1-day", "reports on Copilot"),
        ("seats", "seats of Copilot"),
        ("settings/billing", "bills of Copilot"),
    ],
)
def test_a_part_the_token_may_not_read_is_told_and_the_rest_is_read(
    refused: str, subject: str
) -> None:
    server = CopilotServer(
        reports={f"2026-09-{n}": [user_day(f"2026-09-{n}", ADA, CODE)] for n in range(14, 21)},
        seats=[seat(ADA)],
        credits={"2026-09-20": [credit("gpt-5", 4, 4)]},
        refuses=(refused,),
    )
    kept = TOOL.visit(server.answer)
    assert [note.subject for note in kept.notes] == [subject]
    assert len({kind for kind, _ in kept.bodies}) == 2


def test_an_organisation_that_is_not_there_is_refused_at_once() -> None:
    connection = Connection(source="copilot", targets=("acme",))
    assert SOURCE.server is not None
    web = scripted_web(connection, SOURCE.server, CopilotServer(refuses=("reports",)).answer)
    with pytest.raises(SourceUnavailable, match="not open to the token"):
        SOURCE.targets(connection, web)
    web = scripted_web(connection, SOURCE.server, CopilotServer().answer)
    assert SOURCE.targets(connection, web) == [("acme", ACME)]


@pytest.mark.parametrize("options", [{"level": "teams"}, {"since": "soon"}])
def test_an_option_that_is_none_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        Tool(SOURCE, Connection(source="copilot", targets=("acme",), options=options), ACME).visit(
            CopilotServer().answer
        )


def test_no_name_address_or_text_is_kept() -> None:
    server = CopilotServer(
        reports={"2026-09-20": [user_day("2026-09-20", ADA, CODE, note="SECRET")]},
        seats=[seat(ADA, assignee={"login": "ada", "id": 11, "avatar_url": "SECRET"})],
        credits={"2026-09-20": [credit("gpt-5", 4, 4, description="SECRET")]},
    )
    kept = TOOL.visit(server.answer)
    assert "SECRET" not in json.dumps([list(kept.bodies.values()), kept.checkpoints])
