"""What PagerDuty says of an incident, in rows."""

from __future__ import annotations

import json

import pytest

from tests.collect.incidents.visiting import NOW, Kept, Killed, Read, Tool
from tests.collect.pagerduty.server import (
    PagerDutyServer,
    Payload,
    entry,
    incident,
    reference,
    service,
)
from trueup.collect.fields import instant
from trueup.collect.sources.pagerduty import asking
from trueup.collect.sources.pagerduty.source import SOURCE
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable
from trueup.testing.scripted import scripted_web

HOST = "acme.pagerduty.com"
TOOL = Tool(SOURCE, Connection(source="pagerduty", targets=("*",)), f"{HOST}/PSHOP")
DAY = 86_400 * 1_000_000


def read(one: Payload, *log: Payload, tool: Tool = TOOL) -> Read:
    server = PagerDutyServer()
    server.put(one, *log)
    return tool.collected(server.answer)


def with_options(**options: object) -> Tool:
    return Tool(SOURCE, Connection(source="pagerduty", options=options), TOOL.target_id)


def test_an_incident_becomes_a_row_with_its_instants_whatever_their_offset() -> None:
    """Opened 10:00 in Lima is 15:00 UTC; the first acknowledgement counts, the last end.

    Calling Lima UTC would give 10:00, and taking the second acknowledgement 15:07.
    """
    found = read(
        incident(
            "PT4KHLK",
            "2026-03-02T10:00:00-05:00",
            resolved_at="2026-03-02T16:00:00Z",
            priority=reference("priority", "P53ZZH5", "P2"),
        ),
        entry("trigger", "2026-03-02T10:00:00-05:00"),
        entry("acknowledge", "2026-03-02T10:07:00-05:00"),
        entry("acknowledge", "2026-03-02T16:05:00+01:00"),
        entry("resolve", "2026-03-02T17:00:00+01:00"),
    )
    assert found["incident"] == [
        {
            "incident_id": f"pagerduty:{HOST}:PT4KHLK",
            "service_id": "checkout",
            "team_id": f"pagerduty:{HOST}/team/PTEAM",
            "severity": "P2",
            "opened_at": instant("2026-03-02T15:00:00Z"),
            "acknowledged_at": instant("2026-03-02T15:05:00Z"),
            "resolved_at": instant("2026-03-02T16:00:00Z"),
            "environment": None,
        }
    ]
    assert found.only("team")["name"] == "Basket"
    assert found.skipped == []


def test_without_a_priority_the_urgency_is_the_severity() -> None:
    assert read(incident("P1", "2026-03-02T10:00:00Z")).only("incident")["severity"] == "high"


def test_an_incident_that_lasts_has_no_end_though_it_was_resolved_before() -> None:
    """Reopened: the log keeps the earlier end, the status says that it lasts."""
    found = read(
        incident("P1", "2026-03-02T10:00:00Z", status="triggered"),
        entry("resolve", "2026-03-02T11:00:00Z"),
    )
    assert found.only("incident")["resolved_at"] is None


@pytest.mark.parametrize(
    ("log", "changed", "expected"),
    [
        (["2026-03-02T11:00:00Z", "2026-03-02T12:00:00Z"], None, "2026-03-02T12:00:00Z"),
        ([], "2026-03-02T13:00:00Z", "2026-03-02T13:00:00Z"),
    ],
    ids=["from the log", "from the last change of status"],
)
def test_an_end_that_is_not_stated_is_found_elsewhere(
    log: list[str], changed: str | None, expected: str
) -> None:
    one = incident("P1", "2026-03-02T10:00:00Z", status="resolved", last_status_change_at=changed)
    found = read(one, *(entry("resolve", at) for at in log))
    assert found.only("incident")["resolved_at"] == instant(expected)


def test_an_incident_merged_into_another_is_none_and_no_longer_one_if_it_was() -> None:
    server = PagerDutyServer()
    server.put(incident("PONE", "2026-03-02T10:00:00Z"))
    server.put(incident("PTWO", "2026-03-02T10:01:00Z"))
    kept = TOOL.visit(server.answer)
    assert len(TOOL.read(kept)["incident"]) == 2
    into = {"type": "merge_resolve_reason", "incident": reference("incident", "PONE", "x")}
    end = "2026-09-21T14:00:00Z"
    server.put(incident("PTWO", "2026-03-02T10:01:00Z", resolved_at=end, resolve_reason=into))
    found = TOOL.read(TOOL.visit(server.answer, kept, now=NOW + DAY))
    assert [row["incident_id"] for row in found["incident"]] == [f"pagerduty:{HOST}:PONE"]
    (gone,) = found.gone
    assert (gone.row_id, gone.reason) == (f"pagerduty:{HOST}:PTWO", "merged")
    assert gone.noticed_at == NOW + DAY


def test_what_title_trigger_and_notes_name_is_linked_and_what_mended_it_is_not() -> None:
    sha = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    found = read(
        incident("P1", "2026-03-02T10:00:00Z", title="Errors since PR 12, commit abc1234"),
        entry("trigger", "2026-03-02T10:00:00Z", channel={"details": {"revision": sha}}),
        entry("annotate", "2026-03-02T10:30:00Z", channel={"summary": "see acme/pay#7"}),
        entry("annotate", "2026-03-02T11:00:00Z", note="Fixed by acme/shop#13."),
    )
    assert found.links() == {
        ("change", "github.com/acme/shop#12"),
        ("change", "github.com/acme/pay#7"),
        ("commit", f"github.com/acme/shop:{sha}"),
    }
    assert found.reasons() == {"a commit is named by a part of its hash"}
    assert {row["grade"] for row in found["incident_link"]} == {"declared"}


def test_no_title_no_summary_and_nobodys_name_is_kept() -> None:
    server = PagerDutyServer()
    one = incident("P1", "2026-03-02T10:00:00Z", title="SECRET", summary="SECRET")
    server.put(one, entry("annotate", "2026-03-02T10:30:00Z", note="SECRET", summary="SECRET"))
    kept = json.dumps(list(TOOL.visit(server.answer).bodies.values()))
    assert "SECRET" not in kept
    assert "Earline" not in kept


def test_services_and_environments_are_named_by_options() -> None:
    tool = with_options(
        services={"Checkout (live)": "checkout"}, environments={"checkout (LIVE)": "prod-eu"}
    )
    live = reference("service", "PSHOP", "Checkout (live)")
    row = read(incident("P1", "2026-03-02T10:00:00Z", service=live), tool=tool).only("incident")
    assert (row["service_id"], row["environment"]) == ("checkout", "production")


def test_a_service_nobody_deploys_keeps_its_name_and_a_null_one_stays_null() -> None:
    other = reference("service", "PSHOP", "Card vendor")
    row = read(incident("P1", "2026-03-02T10:00:00Z", service=other)).only("incident")
    assert row["service_id"] == "Card vendor"
    kept = Kept()
    kept.bodies["incident", "P1"] = {"id": "P1", "service": None, "created_at": None}
    kept.seen_at["incident", "P1"] = NOW
    assert TOOL.read(kept).only("incident")["service_id"] is None


def test_several_teams_are_no_team_and_a_null_agent_is_nothing_to_stumble_over() -> None:
    teams = [reference("team", "PA", "A"), reference("team", "PB", "B")]
    found = read(
        incident("P1", "2026-03-02T10:00:00Z", teams=teams, last_status_change_by=None),
        entry("acknowledge", "2026-03-02T10:01:00Z", agent=None),
    )
    assert found.only("incident")["team_id"] is None
    assert len(found["team"]) == 2
    assert found.only("incident")["acknowledged_at"] == instant("2026-03-02T10:01:00Z")


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("created_at", "yesterday", "created_at is no instant"),
        ("created_at", "2026-03-02T10:00:00", "created_at is no instant"),
        ("created_at", "1970-01-01T00:00:00Z", "created_at is an absurd instant"),
        ("urgency", 7, "urgency is no text"),
        ("service", "PSHOP", "a part is no object"),
        ("teams", {"id": "PA"}, "teams is no list"),
    ],
)
def test_a_value_of_the_wrong_kind_costs_itself_and_is_counted(
    field: str, value: object, reason: str
) -> None:
    kept = Kept()
    body = {"id": "P1", "created_at": "2026-03-02T10:00:00Z", "urgency": "low"}
    kept.bodies["incident", "P1"] = body | {field: value}
    kept.seen_at["incident", "P1"] = NOW
    found = TOOL.read(kept)
    assert len(found["incident"]) == 1
    assert found.reasons() == {reason}
    assert not any(skip.is_whole for skip in found.skipped)


def test_an_incident_without_its_id_is_skipped_and_counted() -> None:
    kept = Kept()
    kept.bodies["incident", "P1"] = {"created_at": "2026-03-02T10:00:00Z"}
    kept.seen_at["incident", "P1"] = NOW
    found = TOOL.read(kept)
    assert found["incident"] == []
    assert [(skip.reason, skip.is_whole) for skip in found.skipped] == [("id is missing", True)]


def test_an_end_before_the_beginning_is_no_end() -> None:
    one = incident("P1", "2026-03-02T10:00:00Z", resolved_at="2026-03-02T09:00:00Z")
    found = read(one)
    assert found.only("incident")["resolved_at"] is None
    assert found.reasons() == {"resolved_at lies before it was opened"}


# visits


def filled(count: int, **more: object) -> PagerDutyServer:
    """Return a server with incidents every 12 hours of the first 28 days of months, resolved."""
    server = PagerDutyServer(**more)  # type: ignore[arg-type]
    for number in range(count):
        at = f"2026-{1 + number // 56:02}-{1 + number % 56 // 2:02}T{12 * (number % 2):02}:30:00Z"
        server.put(incident(f"P{number:04}", at, resolved_at=at.replace(":30:", ":45:")))
    return server


def test_all_incidents_are_read_over_pages_and_windows_of_less_than_six_months() -> None:
    kept = TOOL.visit(filled(300, page=100).answer)
    assert len(kept.bodies) == 300
    assert len(kept.written) == 300


def test_more_incidents_in_a_second_than_fit_a_page_are_all_read() -> None:
    server = PagerDutyServer(page=10)
    for number in range(35):
        server.put(incident(f"P{number:02}", "2026-02-01T10:00:00Z", status="resolved"))
    assert len(TOOL.visit(server.answer).bodies) == 35


def test_a_page_after_page_that_promises_more_and_gives_nothing_ends() -> None:
    server = filled(2)

    def promising(question):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        answer = server.answer(question)
        if "incidents" in answer.body:
            answer.body["more"] = True
        return answer

    assert len(TOOL.visit(promising).bodies) == 2


def test_log_entries_are_read_over_pages() -> None:
    server = PagerDutyServer(page=2)
    log = [entry("annotate", "2026-03-02T10:00:00Z") for _ in range(4)]
    server.put(
        incident("P1", "2026-03-02T10:00:00Z"), *log, entry("acknowledge", "2026-03-02T10:20:00Z")
    )
    row = TOOL.collected(server.answer).only("incident")
    assert row["acknowledged_at"] == instant("2026-03-02T10:20:00Z")


def test_a_second_visit_reads_what_is_new_updated_or_was_open_and_nothing_else() -> None:
    server = filled(60)
    server.put(incident("POPEN", "2026-01-03T10:00:00Z"))
    kept = TOOL.visit(server.answer)
    end = "2026-09-22T08:00:00Z"
    server.put(incident("POPEN", "2026-01-03T10:00:00Z", resolved_at=end))
    server.put(incident("PNEW", "2026-09-22T09:00:00Z"))
    kept = TOOL.visit(server.answer, kept, now=NOW + DAY)
    assert sorted(kept.written) == ["PNEW", "POPEN"]
    assert len([one for one in kept.asked if "log_entries" in one.path]) == 2
    found = TOOL.read(kept, now=NOW + DAY)
    resolved = found.only("incident", incident_id=f"pagerduty:{HOST}:POPEN")
    assert resolved["resolved_at"] == instant(end)
    assert TOOL.visit(server.answer, kept, now=NOW + DAY).written == []


def test_a_resolved_incident_that_was_changed_since_is_read_again() -> None:
    """Opened ten days before the last visit: its priority was set after the post-mortem."""
    server = PagerDutyServer()
    one = incident("P1", "2026-09-11T10:00:00Z", resolved_at="2026-09-11T11:00:00Z")
    server.put(one)
    kept = TOOL.visit(server.answer)
    server.put(
        one | {"updated_at": "2026-09-22T09:00:00Z", "priority": reference("priority", "PX", "P1")}
    )
    kept = TOOL.visit(server.answer, kept, now=NOW + DAY)
    assert kept.written == ["P1"]
    assert TOOL.read(kept).only("incident")["severity"] == "P1"


def test_an_open_incident_that_is_deleted_or_moved_is_noticed_without_looking_for_it() -> None:
    server = PagerDutyServer()
    for native_id in ("PGONE", "PMOVED", "PSTAYS"):
        server.put(incident(native_id, "2026-01-03T10:00:00Z"))
    kept = TOOL.visit(server.answer)
    del server.incidents["PGONE"]
    other = reference("service", "PELSE", "Else")
    server.put(incident("PMOVED", "2026-01-03T10:00:00Z", service=other))
    kept = TOOL.visit(server.answer, kept, now=NOW + DAY)
    there = {key for (_, key), body in kept.bodies.items() if body is not None}
    assert there == {"PSTAYS"}
    assert len(TOOL.read(kept).gone) == 2


def test_a_resolved_incident_that_is_deleted_is_noticed_when_all_are_listed() -> None:
    server = filled(5)
    kept = TOOL.visit(server.answer)
    del server.incidents["P0003"]
    kept = TOOL.visit(server.answer, kept, is_reconciling=True)
    assert kept.bodies["incident", "P0003"] is None
    assert len(TOOL.read(kept)["incident"]) == 4


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_a_visit_killed_after_any_page_goes_on_without_a_hole(
    pages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first page brings 20; each later one begins with the last of the one before: 19."""
    monkeypatch.setattr(asking, "PAGE", 20)
    server, kept = filled(70, page=20), Kept()
    with pytest.raises(Killed):
        TOOL.visit(server.answer, kept, killed_after=pages)
    again = TOOL.visit(server.answer, kept)
    assert len(again.bodies) == 70
    assert len(again.written) == 70 - (1 + 19 * pages)


def test_nothing_before_the_day_named_is_read() -> None:
    tool = with_options(since="2026-02-01")
    kept = tool.visit(filled(60).answer)
    assert len(kept.bodies) == 4


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="Option since of a pagerduty connection is 'soon'"):
        with_options(since="soon").visit(filled(1).answer)


def targets(*patterns: str) -> list[tuple[str, str]]:
    server = PagerDutyServer(
        services=[service(), service("PPAY", "Payments"), service("PAPI", "Payments API")], page=2
    )
    connection = Connection(source="pagerduty", targets=patterns)
    assert SOURCE.server is not None
    return SOURCE.targets(connection, scripted_web(connection, SOURCE.server, server.answer))


def test_services_are_named_by_id_name_or_pattern_over_pages() -> None:
    assert targets("PSHOP", "payments*") == [
        ("Checkout", f"{HOST}/PSHOP"),
        ("Payments", f"{HOST}/PPAY"),
        ("Payments API", f"{HOST}/PAPI"),
    ]


def test_a_service_that_is_not_there_is_named() -> None:
    with pytest.raises(SourceUnavailable, match="no service 'Chekcout'"):
        targets("Chekcout")


def test_a_connection_that_names_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="names no service"):
        targets()
