"""What Opsgenie says of incidents and alerts, in rows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.collect.incidents.visiting import NOW, Kept, Killed, Read, Tool
from tests.collect.opsgenie.server import (
    OTHER,
    PAY,
    SHOP,
    TEAM,
    OpsgenieServer,
    Payload,
    alert,
    incident,
)
from trueup.collect.fields import instant
from trueup.collect.sources.opsgenie import asking
from trueup.collect.sources.opsgenie.source import SOURCE
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable
from trueup.testing.scripted import scripted_web

HOST = "api.opsgenie.com"
DAY = 86_400 * 1_000_000
AT = "2026-03-02T10:00:00Z"


def tool_of(*targets: str, **options: object) -> Tool:
    connection = Connection(source="opsgenie", targets=targets, options=options)
    return Tool(SOURCE, connection, f"{HOST}/acme")


ALL = tool_of("*")
ALERTS = tool_of(alerts="")


def read(*some: Payload, tool: Tool = ALL) -> Read:
    server = OpsgenieServer()
    server.put(*some)
    return tool.collected(server.answer)


def read_body(kind: str, body: dict[str, Any]) -> Read:
    kept = Kept()
    kept.bodies[kind, "x"] = body
    kept.seen_at[kind, "x"] = NOW
    return ALL.read(kept)


def test_an_incident_lasts_from_the_beginning_of_its_impact_to_its_end() -> None:
    """Impact began 09:58 UTC, said at +05:30; it was created two minutes later."""
    found = read(
        incident(
            "i-1",
            AT,
            impactStartDate="2026-03-02T15:28:00+05:30",
            impactEndDate="2026-03-02T11:30:00.25Z",
            status="resolved",
        )
    )
    assert found["incident"] == [
        {
            "incident_id": f"opsgenie:{HOST}:i-1",
            "service_id": "checkout",
            "team_id": f"opsgenie:{HOST}/team/{TEAM}",
            "severity": "P2",
            "opened_at": instant("2026-03-02T09:58:00Z"),
            "acknowledged_at": None,
            "resolved_at": instant("2026-03-02T11:30:00.250Z"),
            "environment": None,
        }
    ]
    assert found.only("team")["name"] == "Basket"
    assert found.skipped == []


def test_without_the_beginning_of_its_impact_it_began_when_it_was_created() -> None:
    row = read(incident("i-1", AT, impactStartDate=None)).only("incident")
    assert row["opened_at"] == instant(AT)


def test_an_incident_that_is_open_lasts_though_its_impact_is_said_to_be_over() -> None:
    row = read(incident("i-1", AT, impactEndDate="2026-03-02T11:00:00Z")).only("incident")
    assert row["resolved_at"] is None


def test_an_incident_that_is_over_without_an_end_was_over_by_its_last_update() -> None:
    found = read(incident("i-1", AT, status="closed", updatedAt="2026-03-02T12:00:00Z"))
    assert found.only("incident")["resolved_at"] == instant("2026-03-02T12:00:00Z")
    assert found.reasons() == {"it is over, and only its last update says when"}


def test_of_several_services_one_the_connection_names_stands_for_all_and_it_is_counted() -> None:
    one = incident("i-1", AT, impactedServices=[PAY, SHOP])
    found = read(one, tool=tool_of("check*"))
    assert found.only("incident")["service_id"] == "checkout"
    assert found.reasons() == {"it impacts several services: one of them stands for all"}


def test_incidents_of_other_services_are_not_read_and_those_of_none_only_with_all() -> None:
    some = incident("i-1", AT, impactedServices=[PAY]), incident("i-2", AT, impactedServices=[])
    assert read(*some, tool=tool_of("checkout"))["incident"] == []
    assert len(read(*some)["incident"]) == 2


@pytest.mark.parametrize(
    ("owner", "responders", "expected"),
    [
        (OTHER, [{"type": "team", "id": TEAM}], OTHER),
        ("", [{"type": "team", "id": TEAM}], TEAM),
        ("", [{"type": "team", "id": TEAM}, {"type": "team", "id": OTHER}], None),
        (None, None, None),
        ("", [{"type": "user", "id": None}, None], None),
    ],
    ids=["its owner", "the only one called", "several called", "nobody", "a user that is gone"],
)
def test_the_team_is_its_owner_else_the_only_one_that_was_called(
    owner: str | None, responders: object, expected: str | None
) -> None:
    row = read(incident("i-1", AT, ownerTeam=owner, responders=responders)).only("incident")
    assert row["team_id"] == (f"opsgenie:{HOST}/team/{expected}" if expected else None)


def test_an_alert_says_after_how_long_it_was_acknowledged_and_closed() -> None:
    """15.702 s and 30 days after it was created; the latter overflows 32 bits of milliseconds."""
    month = 30 * 86_400_000
    one = alert("a-1", AT, status="closed", report={"ackTime": 15702, "closeTime": month})
    row = read(one, tool=ALERTS).only("incident")
    assert row["acknowledged_at"] == instant("2026-03-02T10:00:15.702Z")
    assert row["resolved_at"] == instant("2026-04-01T10:00:00Z")
    assert (row["service_id"], row["severity"]) == ("checkout", "P1")
    assert row["team_id"] == f"opsgenie:{HOST}/team/{TEAM}"


def test_an_alert_that_is_open_lasts_and_one_opened_again_does() -> None:
    one = alert("a-1", AT, report={"ackTime": 15702, "closeTime": 60503})
    assert read(one, tool=ALERTS).only("incident")["resolved_at"] is None


def test_alerts_are_read_only_where_an_option_says_which() -> None:
    some = alert("a-1", AT), alert("a-2", AT, priority="P3"), incident("i-1", AT)
    assert len(read(*some)["incident"]) == 1
    found = read(*some, tool=tool_of(alerts="P3"))
    assert found.only("incident")["incident_id"] == f"opsgenie:{HOST}:a-2"
    assert len(read(*some, tool=tool_of("*", alerts=""))["incident"]) == 3


def test_tags_name_services_by_the_beginning_an_option_says() -> None:
    one = alert("a-1", AT, tags=["svc=Pay", "service:checkout", None])
    row = read(one, tool=tool_of(alerts="", service_tag="SVC=")).only("incident")
    assert row["service_id"] == "Pay"


def test_what_texts_name_is_linked_and_no_text_nor_name_is_kept() -> None:
    server = OpsgenieServer()
    server.put(
        incident(
            "i-1",
            AT,
            message="SECRET since acme/shop#12",
            description="SECRET",
            tags=["SECRET"],
            extraProperties={"deployment": "github:github.com:4711", "note": "SECRET"},
        ),
        alert("a-1", AT, message="SECRET after PR 13", owner="SECRET@acme.example"),
    )
    tool = tool_of("*", alerts="")
    kept = tool.visit(server.answer)
    assert tool.read(kept).links() == {
        ("change", "github.com/acme/shop#12"),
        ("change", "github.com/acme/shop#13"),
        ("deployment", "github:github.com:4711"),
    }
    assert "SECRET" not in json.dumps([list(kept.bodies.values()), kept.checkpoints])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"createdAt": "2026-03-02 10:00"}, "createdAt is no instant"),
        ({"createdAt": 1772445600}, "createdAt is no instant"),
        ({"impactStartDate": "1601-01-01T00:00:00Z"}, "impactStartDate is an absurd instant"),
        ({"priority": 1}, "priority is no text"),
        ({"team": "t-1"}, "a part is no object"),
        ({"impacted": "many"}, "impacted is no count"),
    ],
)
def test_a_value_of_the_wrong_kind_costs_itself_and_is_counted(
    body: dict[str, Any], reason: str
) -> None:
    found = read_body("incident", {"id": "i-1"} | body)
    assert len(found["incident"]) == 1
    assert found.reasons() == {reason}
    assert not any(skip.is_whole for skip in found.skipped)


def test_one_without_its_id_is_skipped_and_counted() -> None:
    for kind in ("incident", "alert"):
        found = read_body(kind, {"createdAt": AT})
        assert [(s.kind, s.reason, s.is_whole) for s in found.skipped] == [
            (kind, "id is missing", True)
        ]


# visits


def filled(count: int, **more: Any) -> OpsgenieServer:
    """Return a server with an incident each day up to NOW, resolved within the hour."""
    server = OpsgenieServer(**more)
    for number in range(count):
        at = NOW - (count - number) * DAY
        server.put(incident(f"i-{number:03}", _text(at), status="closed", impactEndDate=_text(at)))
    return server


def _text(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1e6, UTC).isoformat()


def test_all_are_read_over_pages_oldest_first() -> None:
    kept = ALL.visit(filled(250).answer)
    assert kept.written == [f"i-{number:03}" for number in range(250)]


def test_pages_shorter_than_was_asked_leave_no_hole() -> None:
    assert len(ALL.visit(filled(25, page=7).answer).bodies) == 25


def test_a_second_visit_reads_what_is_new_updated_or_was_open_and_nothing_else() -> None:
    server = filled(120)
    server.put(incident("i-open", "2026-01-03T10:00:00Z"))
    kept = ALL.visit(server.answer)
    end = "2026-09-22T08:00:00Z"
    server.put(
        incident("i-open", "2026-01-03T10:00:00Z", status="resolved", impactEndDate=end),
        incident("i-new", "2026-09-22T09:00:00Z"),
    )
    kept = ALL.visit(server.answer, kept, now=NOW + DAY)
    assert sorted(kept.written) == ["i-new", "i-open"]
    assert len([one for one in kept.asked if one.path == "/v1/incidents"]) == 1
    row = ALL.read(kept, now=NOW + DAY).only("incident", incident_id=f"opsgenie:{HOST}:i-open")
    assert row["resolved_at"] == instant(end)
    assert ALL.visit(server.answer, kept, now=NOW + DAY).written == []


def test_an_open_one_that_is_deleted_is_noticed_without_looking_for_it() -> None:
    server = OpsgenieServer()
    server.put(*(incident(name, "2026-01-03T10:00:00Z") for name in ("i-gone", "i-stays")))
    kept = ALL.visit(server.answer)
    del server.incidents["i-gone"]
    kept = ALL.visit(server.answer, kept, now=NOW + DAY)
    assert kept.bodies["incident", "i-gone"] is None
    (gone,) = ALL.read(kept).gone
    assert (gone.table, gone.row_id) == ("incident", f"opsgenie:{HOST}:i-gone")


def test_one_that_is_over_and_deleted_is_noticed_when_all_are_listed() -> None:
    server = filled(60)
    kept = ALL.visit(server.answer)
    del server.incidents["i-003"]
    assert ALL.visit(server.answer, kept).bodies["incident", "i-003"] is not None
    kept = ALL.visit(server.answer, kept, is_reconciling=True)
    assert kept.bodies["incident", "i-003"] is None
    assert len(ALL.read(kept)["incident"]) == 59


@pytest.mark.parametrize("pages", [1, 2])
def test_a_visit_killed_after_any_page_goes_on_without_a_hole(pages: int) -> None:
    server, kept = filled(250), Kept()
    with pytest.raises(Killed):
        ALL.visit(server.answer, kept, killed_after=pages)
    again = ALL.visit(server.answer, kept)
    assert len(again.bodies) == 250
    assert len(again.written) == 250 - 100 * pages


def test_what_lies_beyond_the_end_of_a_list_is_said_and_taken_for_gone_never(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "MOST", 200)
    server = filled(150)
    kept = ALL.visit(server.answer)
    assert kept.notes == []
    server.put(*filled(250).incidents.values())
    kept = ALL.visit(server.answer, kept, is_reconciling=True)
    (note,) = kept.notes
    assert (note.subject, note.seen) == ("incidents of opsgenie", 200)
    assert all(body is not None for body in kept.bodies.values())


def test_nothing_before_the_day_named_is_read() -> None:
    kept = tool_of("*", since="2026-09-19").visit(filled(60).answer)
    assert sorted(kept.bodies) == [("incident", "i-058"), ("incident", "i-059")]


def test_a_key_that_may_not_list_teams_costs_their_names_and_nothing_else() -> None:
    server = OpsgenieServer(may_list_teams=False)
    server.put(incident("i-1", AT))
    kept = ALL.visit(server.answer)
    assert [note.subject for note in kept.notes] == ["names of teams of opsgenie"]
    assert ALL.read(kept).only("team")["name"] is None


# what is connected


def targets(tool: Tool, url: str = "") -> list[tuple[str, str]]:
    connection = Connection(
        source="opsgenie",
        url=url,
        targets=tool.connection.targets,
        options=tool.connection.options,
    )
    assert SOURCE.server is not None
    web = scripted_web(connection, SOURCE.server, OpsgenieServer(page=1).answer)
    return SOURCE.targets(connection, web)


def test_the_account_is_the_target_by_its_name_and_region() -> None:
    assert targets(ALL) == [("Acme", f"{HOST}/acme")]
    eu = targets(tool_of("Pay", "s-shop"), "https://api.eu.opsgenie.com")
    assert eu == [("Acme", "api.eu.opsgenie.com/acme")]
    assert targets(ALERTS) == [("Acme", f"{HOST}/acme")]


def test_a_service_that_is_not_there_is_named() -> None:
    with pytest.raises(SourceUnavailable, match="no service 'Chekcout'"):
        targets(tool_of("Pay", "Chekcout"))


@pytest.mark.parametrize(
    ("tool", "fact"),
    [
        (tool_of(), "names neither services nor alerts"),
        (tool_of("*", alerts=7), "Option alerts"),
        (tool_of("*", service_tag=["x"]), "Option service_tag"),
        (tool_of("*", since="soon"), "Option since"),
    ],
)
def test_a_connection_that_cannot_be_read_is_refused(tool: Tool, fact: str) -> None:
    with pytest.raises(ConfigError, match=fact):
        targets(tool)
