"""What Alertmanager knows from visit to visit, in rows of incidents."""

from __future__ import annotations

import json

import pytest

from tests.collect.alertmanager.server import AlertmanagerServer, Payload, alert, silenced
from tests.collect.incidents.visiting import NOW, Kept, Read, Tool
from trueup.collect.fields import instant
from trueup.collect.sources.alertmanager.source import SOURCE
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable
from trueup.testing.scripted import Answer, Question, scripted_web

HOST = "alerts.acme.example"
URL = f"https://{HOST}"
MINUTE = 60 * 1_000_000
APART = "its end lies between two collections more than 15 minutes apart"


def tool_of(**options: object) -> Tool:
    return Tool(SOURCE, Connection(source="alertmanager", url=URL, options=options), HOST)


TOOL = tool_of()


def visits(*states: tuple[int, list[Payload]], tool: Tool = TOOL) -> Read:
    """Visit once for each (minutes after NOW, alerts active then)."""
    kept = Kept()
    for minutes, alerts in states:
        at = NOW + minutes * MINUTE
        tool.visit(AlertmanagerServer(alerts).answer, kept, now=at)
    return tool.read(kept, now=NOW + 7 * 24 * 60 * MINUTE)


def test_an_active_alert_becomes_an_incident_that_lasts_whatever_its_offset() -> None:
    """It began at 12:00 in Berlin, which is 10:00 UTC."""
    one = alert("f1", starts_at="2026-09-21T12:00:00+02:00", team="basket", environment="prod-eu")
    found = visits((0, [one]))
    assert found["incident"] == [
        {
            "incident_id": f"alertmanager:{HOST}:f1@2026-09-21T12:00:00+02:00",
            "service_id": "checkout",
            "team_id": f"alertmanager:{HOST}/team/basket",
            "severity": "critical",
            "opened_at": instant("2026-09-21T10:00:00Z"),
            "acknowledged_at": None,
            "resolved_at": None,
            "environment": "production",
        }
    ]
    assert found.only("team")["name"] == "basket"
    assert found.skipped == []


def test_an_alert_that_is_missed_before_its_announced_end_ended_when_it_was_missed() -> None:
    """Active at 14:13 until 14:18 unless repeated; gone at 14:15: it was resolved by then."""
    found = visits((0, [alert("f1")]), (2, []))
    assert found.only("incident")["resolved_at"] == NOW + 2 * MINUTE
    assert found.skipped == []


def test_an_alert_nobody_repeated_ended_at_its_announced_end() -> None:
    found = visits((0, [alert("f1", ends_at="2026-09-21T14:18:00Z")]), (10, []))
    assert found.only("incident")["resolved_at"] == instant("2026-09-21T14:18:00Z")


def test_the_last_announced_end_counts_not_the_first() -> None:
    found = visits(
        (0, [alert("f1", ends_at="2026-09-21T14:18:00Z")]),
        (4, [alert("f1", ends_at="2026-09-21T14:22:00Z")]),
        (12, []),
    )
    assert found.only("incident")["resolved_at"] == instant("2026-09-21T14:22:00Z")


def test_an_end_between_visits_far_apart_is_counted_as_uncertain() -> None:
    found = visits((0, [alert("f1")]), (16, []))
    assert found.reasons() == {APART}
    assert not any(skip.is_whole for skip in found.skipped)
    assert found.only("incident")["resolved_at"] == instant("2026-09-21T14:18:00Z")


def test_an_alert_that_has_ended_stays_known_for_ever() -> None:
    found = visits((0, [alert("f1")]), (5, []), (10, []), (60, []))
    assert found.only("incident")["resolved_at"] == instant("2026-09-21T14:18:00Z")
    assert found.gone == []


def test_labels_that_fire_again_are_another_incident() -> None:
    again = alert("f1", starts_at="2026-09-21T14:30:00Z", ends_at="2026-09-21T14:40:00Z")
    found = visits((0, [alert("f1")]), (5, []), (20, [again]))
    ends = sorted((row["opened_at"], row["resolved_at"]) for row in found["incident"])
    assert ends == [
        (instant("2026-09-21T10:00:00Z"), instant("2026-09-21T14:18:00Z")),
        (instant("2026-09-21T14:30:00Z"), None),
    ]


def test_an_alert_missed_while_the_server_had_just_been_started_lasts_again() -> None:
    """Alertmanager keeps no alerts over a restart; Prometheus repeats them within minutes."""
    found = visits((0, [alert("f1")]), (1, []), (2, [alert("f1")]))
    assert found.only("incident")["resolved_at"] is None


def test_an_alert_silenced_after_it_was_seen_lasts_until_it_is_gone() -> None:
    states = [(0, [alert("f1")]), (5, [silenced(alert("f1"))])]
    assert visits(*states).only("incident")["resolved_at"] is None
    assert visits(*states, (9, [])).only("incident")["resolved_at"] is not None


def test_an_alert_silenced_from_the_first_is_no_incident() -> None:
    assert visits((0, [silenced(alert("f1"))]))["incident"] == []


def test_an_alert_that_ends_between_the_two_questions_of_a_visit_is_not_lost() -> None:
    server, kept = AlertmanagerServer([alert("f1")]), Kept()

    def ending(question: Question) -> Answer:
        answer = server.answer(question)
        server.alerts = []
        return answer

    TOOL.visit(ending, kept)
    TOOL.visit(server.answer, kept, now=NOW + MINUTE)
    assert TOOL.read(kept).only("incident")["resolved_at"] == NOW + MINUTE


def test_alerts_that_do_not_count_are_counted() -> None:
    server = AlertmanagerServer([alert("f1"), alert("f2", severity="info"), silenced(alert("f3"))])
    notes = {note.subject: note for note in TOOL.visit(server.answer).notes}
    note = notes["alerts of alertmanager that count as incidents now"]
    assert (note.expected, note.seen, note.skipped) == (3, 1, 2)
    assert 'severity=~"critical|page"' in note.reason
    assert notes["alerts of alertmanager since the first collection"].seen == 1


def test_another_filter_does_not_end_what_was_seen_under_the_first() -> None:
    kept = Kept()
    server = AlertmanagerServer([alert("f1"), alert("f2", severity="warning")])
    TOOL.visit(server.answer, kept)
    other = tool_of(filter=['severity=~"warning"'])
    other.visit(server.answer, kept, now=NOW + MINUTE)
    assert [row["resolved_at"] for row in other.read(kept)["incident"]] == [None, None]


def test_labels_are_named_by_options() -> None:
    tool = tool_of(labels={"service": "job", "Severity": "priority"})
    one = alert("f1", job="checkout-api", service="other", priority="P1")
    row = visits((0, [one]), tool=tool).only("incident")
    assert (row["service_id"], row["severity"]) == ("checkout-api", "P1")


@pytest.mark.parametrize(
    ("options", "fact"),
    [
        ({"filter": 7}, "Option filter"),
        ({"filter": [7]}, "Option filter"),
        ({"labels": {"sevice": "job"}}, "names 'sevice', which is not read"),
        ({"labels": "job"}, "Option labels"),
    ],
)
def test_an_option_that_is_none_is_refused(options: dict[str, object], fact: str) -> None:
    with pytest.raises(ConfigError, match=fact):
        tool_of(**options).visit(AlertmanagerServer().answer)


def test_a_second_visit_on_which_nothing_happened_writes_nothing() -> None:
    kept, server = Kept(), AlertmanagerServer([alert("f1"), alert("f2")])
    TOOL.visit(server.answer, kept)
    server.alerts = [alert("f1", ends_at="2026-09-21T15:00:00Z"), alert("f2")]
    assert TOOL.visit(server.answer, kept, now=NOW + MINUTE).written == []


def test_what_annotations_and_labels_name_is_linked_and_their_words_are_not_kept() -> None:
    one = alert("f1", commit="4b825dc642cb6eb9a060e54bf8d69288fbee4904", customer="SECRET")
    one["annotations"] = {"summary": "SECRET since acme/shop#12", "description": None}
    kept = TOOL.visit(AlertmanagerServer([one]).answer)
    assert TOOL.read(kept).links() == {
        ("change", "github.com/acme/shop#12"),
        ("commit", "github.com/acme/shop:4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
    }
    assert "SECRET" not in json.dumps([list(kept.bodies.values()), kept.checkpoints])


def test_what_is_missing_or_of_the_wrong_kind_costs_itself_and_is_counted() -> None:
    bare: Payload = {
        "fingerprint": "f1",
        "startsAt": None,
        "status": {"silencedBy": [], "inhibitedBy": []},
    }
    bare["labels"] = {"severity": "critical", "service": 7}
    found = visits((0, [bare]))
    row = found.only("incident")
    assert (row["opened_at"], row["service_id"], row["severity"]) == (None, None, "critical")
    assert found.reasons() == {"service is no text"}


def test_an_alert_that_cannot_be_named_is_counted() -> None:
    nameless = {name: value for name, value in alert("f1").items() if name != "fingerprint"}
    kept = TOOL.visit(AlertmanagerServer([nameless, alert("f2")]).answer)
    assert len(kept.bodies) == 1
    (note,) = [note for note in kept.notes if "told apart" in note.subject]
    assert (note.expected, note.skipped) == (2, 1)


def test_a_record_without_its_key_is_skipped_and_counted() -> None:
    kept = Kept()
    kept.bodies["alert", "f1"] = {"severity": "critical"}
    kept.seen_at["alert", "f1"] = NOW
    found = TOOL.read(kept)
    assert [(skip.reason, skip.is_whole) for skip in found.skipped] == [("key is missing", True)]


# the server


def targets(url: str = URL, *named: str, body: object = None) -> list[tuple[str, str]]:
    connection = Connection(source="alertmanager", url=url, targets=named)

    def answer(question: Question) -> Answer:
        return AlertmanagerServer().answer(question) if body is None else Answer(body=body)

    assert SOURCE.server is not None
    return SOURCE.targets(connection, scripted_web(connection, SOURCE.server, answer))


def test_the_server_is_the_target_with_the_path_it_lives_under() -> None:
    assert targets() == [(HOST, HOST)]
    assert targets(f"{URL}/Alerts/", "*") == [(f"{HOST}/alerts", f"{HOST}/alerts")]


def test_targets_are_refused_for_there_are_none() -> None:
    with pytest.raises(ConfigError, match="has no targets"):
        targets(URL, "checkout")


def test_what_is_no_alertmanager_is_noticed() -> None:
    with pytest.raises(SourceUnavailable, match="does not answer as an Alertmanager does"):
        targets(body={"status": "success", "data": {}})
