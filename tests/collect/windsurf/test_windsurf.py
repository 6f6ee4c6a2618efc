"""What Windsurf says of lines, messages and seats, in rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.collect.incidents.visiting import NOW, Read, Tool
from tests.collect.windsurf.server import ADA, BOB, WindsurfServer, lines, member, run, taken
from tests.reference import reference
from trueup.collect.ai.reports.counts import day_start
from trueup.collect.fields import instant
from trueup.collect.sources.windsurf.source import SOURCE
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable
from trueup.testing.scripted import Answer, Question, scripted_web

TEAM = "windsurf:server.codeium.com/team"
DAY_MICROSECONDS = 86_400_000_000
ADA_ID, BOB_ID = "email|ada@acme.example", "email|bob@acme.example"
CONNECTION = Connection(source="windsurf", options={"since": "2026-09-01"})
TOOL = Tool(SOURCE, CONNECTION, TEAM, "team")
KEY = "service-key-canary"


def read(server: WindsurfServer) -> Read:
    return TOOL.collected(server.answer)


def read_files(folder: Path) -> tuple[Read, list[str]]:
    tool = Tool(SOURCE, Connection(source="windsurf"), "windsurf:x", str(folder))
    kept = tool.visit(WindsurfServer().answer)
    return tool.read(kept), [note.reason for note in kept.notes]


def test_lines_offered_and_taken_are_layers_of_their_own_and_each_has_its_person() -> None:
    """150 offered and 80 taken of Ada's, 10 and 0 of Bob's: numbers are texts there."""
    server = WindsurfServer(
        lines={ADA: [lines("2026-09-17", 150, 80)], BOB: [lines("2026-09-17", 10, 0)]}
    )
    found = read(server)
    told = {(one["person_id"], one["layer"]): one["lines_added"] for one in found["ai_lines"]}
    assert told == {
        (ADA_ID, "suggested"): 150,
        (ADA_ID, "accepted"): 80,
        (BOB_ID, "suggested"): 10,
        (BOB_ID, "accepted"): 0,
    }
    assert {(one["mode"], one["happened_at"]) for one in found["ai_lines"]} == {
        ("agent", day_start("2026-09-17"))
    }


def test_completions_taken_over_are_of_the_member_whose_key_they_were_asked_for_by() -> None:
    """Twelve completions with 30 lines of Ada's, three with 3 of Bob's."""
    server = WindsurfServer(
        completions={ADA: [taken("2026-09-17", 12, 30)], BOB: [taken("2026-09-17", 3, 3)]}
    )
    found = read(server)
    told = {
        one["person_id"]: (one["layer"], one["mode"], one["accepted_count"], one["lines_added"])
        for one in found["ai_lines"]
    }
    assert told == {
        ADA_ID: ("accepted", "completion", 12, 30),
        BOB_ID: ("accepted", "completion", 3, 3),
    }
    assert {one["offered_count"] for one in found["ai_lines"]} == {None}


def test_a_key_that_may_not_read_completions_is_told_once_and_the_rest_is_read() -> None:
    server = WindsurfServer(lines={BOB: [lines("2026-09-17", 10, 0)]}, has_completions=False)
    kept = TOOL.visit(server.answer)
    assert [one.subject for one in kept.notes] == ["completions of windsurf"]
    assert len(TOOL.read(kept)["ai_lines"]) == 2
    assert len([one for one in kept.asked if one.path.endswith("/Analytics")]) == 1


def test_messages_are_told_by_conversation_and_mode() -> None:
    found = read(WindsurfServer(runs={ADA: [run("2026-09-17", 5)]}))
    row = found.only("ai_activity")
    assert (row["kind"], row["name"], row["count"]) == ("message", "default", 5)
    assert (row["session_id"], row["person_id"]) == ("windsurf:cascade_123", ADA_ID)


def test_two_runs_alike_on_one_day_are_both_counted() -> None:
    found = read(WindsurfServer(runs={ADA: [run("2026-09-17", 5), run("2026-09-17", 5)]}))
    assert sum(one["count"] for one in found["ai_activity"]) == 10


def test_who_signed_up_has_a_seat_and_who_was_shut_out_has_none() -> None:
    server = WindsurfServer(
        members=[
            member(ADA, lastCascadeUsageTime="2026-09-19T07:00:00Z"),
            member(BOB, disableCodeium=True),
            member("new@acme.example", teamStatus="USER_TEAM_STATUS_PENDING"),
        ]
    )
    row = read(server).only("ai_seat")
    assert row["person_id"] == ADA_ID
    assert row["started_at"] == instant("2026-01-15T08:00:00Z")
    assert row["last_active_at"] == instant("2026-09-19T07:00:00Z")
    assert row["seen_at"] == day_start("2026-09-21")


def test_a_seat_ends_when_it_is_missed() -> None:
    server = WindsurfServer()
    kept = TOOL.visit(server.answer)
    server.members.pop()
    later = NOW + DAY_MICROSECONDS
    found = TOOL.read(TOOL.visit(server.answer, kept, now=later), now=later)
    ended = {one["person_id"]: one["ended_at"] for one in found["ai_seat"]}
    assert ended == {ADA_ID: None, BOB_ID: later}


def test_the_hash_of_a_persons_key_is_kept_nowhere_and_no_name_is() -> None:
    kept = TOOL.visit(WindsurfServer().answer)
    said = json.dumps([list(kept.bodies.values()), kept.checkpoints])
    assert "key-canary" not in said
    assert "Lovelace" not in said


def test_the_service_key_goes_in_the_body_and_in_no_header(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WINDSURF_TOKEN", KEY)
    asked: list[Question] = []

    def answer(question: Question) -> Answer:
        asked.append(question)
        return WindsurfServer().answer(question)

    assert SOURCE.server is not None
    connection = Connection(source="windsurf", token="env:WINDSURF_TOKEN")  # noqa: S106 - a place
    web = scripted_web(connection, SOURCE.server, answer)
    assert SOURCE.targets(connection, web) == [("team", TEAM)]
    (question,) = asked
    assert question.body["service_key"] == KEY
    assert KEY not in str(question.headers)


def test_a_key_that_is_refused_is_said_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDSURF_TOKEN", KEY)
    assert SOURCE.server is not None
    connection = Connection(source="windsurf", token="env:WINDSURF_TOKEN")  # noqa: S106 - a place
    refusal = Answer(status=403, body={"message": f"invalid service key {KEY}"})
    web = scripted_web(connection, SOURCE.server, lambda _: refusal)
    with pytest.raises(SourceUnavailable) as refused:
        SOURCE.targets(connection, web)
    assert KEY not in f"{refused.value} {refused.value.hint}"


def test_a_second_visit_asks_for_the_last_days_only() -> None:
    server = WindsurfServer(lines={ADA: [lines("2026-09-17", 150, 80)]})
    kept = TOOL.visit(server.answer)
    kept = TOOL.visit(server.answer, kept)
    starts = {one.body["start_timestamp"] for one in kept.asked if "emails" in one.body}
    assert starts == {"2026-09-18T00:00:00Z"}
    assert kept.written == []


def test_a_day_that_grew_replaces_what_was_known_of_it() -> None:
    server = WindsurfServer(lines={ADA: [lines("2026-09-20", 10, 1)]})
    kept = TOOL.visit(server.answer)
    server.lines[ADA] = [lines("2026-09-20", 30, 7)]
    found = TOOL.read(TOOL.visit(server.answer, kept))
    assert sorted(one["lines_added"] for one in found["ai_lines"]) == [7, 30]


def test_a_date_that_is_none_is_refused() -> None:
    tool = Tool(SOURCE, Connection(source="windsurf", options={"since": "soon"}), TEAM, "team")
    with pytest.raises(ConfigError):
        tool.visit(WindsurfServer().answer)


@pytest.fixture
def samples() -> Path:
    return reference("ai-telemetry", "windsurf", unread="saved answers of Windsurf not read")


def test_documented_examples_come_to_totals_worked_by_hand(samples: Path) -> None:
    """150 + 200 = 350 lines offered, 80 + 120 = 200 taken; 5 + 8 = 13 messages in two
    conversations, one of them only reading; two seats, last used 10:30 and 14:20. The share of
    code written, 6,018 of 8,850 bytes, has no day and no lines."""
    found, notes = read_files(samples)
    sums = {
        layer: sum(one["lines_added"] for one in found["ai_lines"] if one["layer"] == layer)
        for layer in ("suggested", "accepted")
    }
    assert sums == {"suggested": 350, "accepted": 200}
    assert {one["name"]: one["count"] for one in found["ai_activity"]} == {
        "default": 5,
        "read_only": 8,
    }
    assert {one["person_id"] for one in (*found["ai_lines"], *found["ai_activity"])} == {None}
    assert sorted(one["last_active_at"] for one in found["ai_seat"]) == [
        instant("2024-03-17T14:20:00Z"),
        instant("2024-03-18T10:30:00Z"),
    ]
    assert found.skipped == []
    assert ["bytes" in one for one in notes] == [True]
