"""Events that are sent: who may send, what is refused, what is on disk once it is acknowledged."""

from __future__ import annotations

import hmac
import http.client
import json
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.collect.events.writing import NOW, read, visit
from trueup.collect.listening import inbox_of
from trueup.collect.receiving.server import SIGNATURE, Receiver
from trueup.collect.sources.events.receiving.door import LARGEST, EventsDoor
from trueup.collect.sources.events.receiving.inbox import Inbox
from trueup.config import Connection
from trueup.errors import ConfigError

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SECRET = "a secret of some length"  # noqa: S105 - of these tests alone
OPENED = {"kind": "incident", "id": "i-1", "service": "till", "opened_at": "2026-03-02T10:00:00Z"}
RESOLVED = {**OPENED, "resolved_at": "2026-03-02T11:00:00Z"}
Answered = tuple[int, dict[str, Any]]


class Sender:
    """Sends messages to a receiver."""

    def __init__(self, receiver: Receiver) -> None:
        self.place = ("127.0.0.1", int(receiver.server_address[1]))

    def __call__(
        self,
        said: object,
        path: str = "/events",
        *,
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
    ) -> Answered:
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        signature = hmac.new(SECRET.encode(), content, "sha256").hexdigest()
        signed = {SIGNATURE: f"sha256={signature}"} if headers is None else headers
        with closing(http.client.HTTPConnection(*self.place, timeout=5)) as connection:
            connection.request(method, path, content, dict(signed))
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())


@contextmanager
def receiving(folder: Path, secret: str = SECRET) -> Iterator[Sender]:
    with (
        closing(Inbox(folder)) as inbox,
        Receiver(("127.0.0.1", 0), [EventsDoor(inbox, lambda: NOW)], secret) as receiver,
    ):
        thread = threading.Thread(target=receiver.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield Sender(receiver)
        finally:
            receiver.shutdown()
            thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "events"


@pytest.fixture
def send(folder: Path) -> Iterator[Sender]:
    with receiving(folder) as sender:
        yield sender


def lines(folder: Path) -> list[dict[str, Any]]:
    """Return what is kept, in the order it came."""
    paths = sorted(folder.glob("*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]


def test_what_was_acknowledged_is_read_by_the_next_collection(send: Sender, folder: Path) -> None:
    """An incident is sent when it opens and again when it is over: one incident, of one hour."""
    assert send(OPENED) == (200, {"received": 1, "known": 0})
    assert send(RESOLVED) == (200, {"received": 1, "known": 0})
    row = read(visit(folder)).only("incident")
    assert row["incident_id"] == "events:i-1"
    assert row["resolved_at"] - row["opened_at"] == 3600 * 1_000_000


def test_several_events_and_a_kind_in_the_path(send: Sender, folder: Path) -> None:
    deployment = {"id": "d-1", "service": "till", "finished_at": "2026-03-02T09:00:00Z"}
    assert send([deployment, {**deployment, "id": "d-2"}], "/events/deployment")[0] == 200
    assert [line["kind"] for line in lines(folder)] == ["deployment", "deployment"]


def test_a_message_sent_again_is_kept_once_and_undoes_nothing(send: Sender, folder: Path) -> None:
    """The opening arrives a second time after the end: the incident stays over."""
    for said in (OPENED, RESOLVED, OPENED):
        assert send(said)[0] == 200
    assert send(OPENED) == (200, {"received": 0, "known": 1})
    assert len(lines(folder)) == 2
    assert read(visit(folder)).only("incident")["resolved_at"] is not None


def test_what_was_received_is_known_after_a_restart(folder: Path) -> None:
    with receiving(folder) as send:
        send(OPENED)
    with receiving(folder) as send:
        assert send(OPENED) == (200, {"received": 0, "known": 1})


def test_a_line_a_crash_left_unfinished_is_dropped(folder: Path) -> None:
    """It was never acknowledged, so the sender sends it again; what stands before it stays."""
    with receiving(folder) as send:
        send(OPENED)
    (path,) = folder.glob("*.jsonl")
    with path.open("ab") as file:
        file.write(b'{"kind":"incident","id":"i-2","ope')
    with receiving(folder) as send:
        assert send({**OPENED, "id": "i-2"}) == (200, {"received": 1, "known": 0})
    assert [line["id"] for line in lines(folder)] == ["i-1", "i-2"]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({**OPENED, "opened_at": "yesterday"}, "event 1, opened_at: is no instant"),
        ({**OPENED, "resolved_at": "2026-03-02 11:00"}, "event 1, resolved_at: has no offset"),
        ([OPENED, {**OPENED, "id": None}], "event 2, id: is missing"),
        ({**OPENED, "kind": "weather"}, "event 1, kind: is not one of deployment"),
        ([OPENED, 7], "event 2 is no object"),
        ([], "a message holds 1 to 1000 events"),
        ([OPENED] * 1001, "a message holds 1 to 1000 events"),
        (b"{", "the message is no JSON"),
        (b"[" * 100_000, "the message is no JSON"),
        (b"\xff\xfe", "the message is no JSON"),
    ],
)
def test_what_does_not_parse_is_refused_whole_with_event_and_property(
    said: object, problem: str, send: Sender, folder: Path
) -> None:
    status, answer = send(said)
    assert status == 400
    assert answer["error"].startswith(problem)
    assert lines(folder) == []


def test_what_was_wrong_is_named_without_its_value(send: Sender) -> None:
    """A value may name a person."""
    said = {"kind": "person", "email": "no-address-of-ada"}
    assert "ada" not in send(said)[1]["error"]


def test_properties_nobody_knows_are_not_kept(send: Sender, folder: Path) -> None:
    assert send({**OPENED, "title": "Ada broke the till"})[0] == 200
    assert lines(folder) == [OPENED]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {SIGNATURE: "sha256=" + "0" * 64},
        {SIGNATURE: "sha256="},
        {SIGNATURE: "é"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Basic {SECRET}"},
        {"Authorization": "Bearer another secret of some length"},
    ],
)
def test_whoever_does_not_know_the_secret_is_refused(
    headers: Mapping[str, str], send: Sender, folder: Path
) -> None:
    assert send(OPENED, headers=headers)[0] == 401
    assert lines(folder) == []


def test_the_signature_is_of_this_message_and_no_other(send: Sender) -> None:
    other = hmac.new(SECRET.encode(), b"{}", "sha256").hexdigest()
    assert send(OPENED, headers={SIGNATURE: f"sha256={other}"})[0] == 401


def test_the_signature_is_the_one_openssl_makes(send: Sender) -> None:
    """``printf '[]' | openssl dgst -sha256 -hmac 'a secret of some length'``; then it is read."""
    made = "76134cf4b280ccd2f95fa70fee2fd631fa827a3eac0aa9e0ad8eb285d1081fdb"
    assert send(b"[]", headers={SIGNATURE: f"sha256={made}"})[0] == 400


def test_a_sender_that_cannot_sign_may_carry_the_secret(send: Sender) -> None:
    assert send(OPENED, headers={"Authorization": f"Bearer {SECRET}"})[0] == 200


def test_other_places_and_methods_are_refused(send: Sender) -> None:
    assert send(OPENED, "/")[0] == 404
    assert send(OPENED, "/events/weather")[0] == 404
    assert send(OPENED, "/alertmanager/x")[0] == 404
    assert send(b"", method="GET")[0] == 405


def test_a_message_that_is_too_large_is_not_read(send: Sender) -> None:
    with closing(socket.create_connection(send.place, timeout=5)) as line:
        line.sendall(f"POST /events HTTP/1.1\r\nContent-Length: {LARGEST + 1}\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 413")
    with closing(socket.create_connection(send.place, timeout=5)) as line:
        line.sendall(b"POST /events HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 411")


def test_a_sender_that_goes_away_in_the_middle_leaves_nothing(send: Sender, folder: Path) -> None:
    with closing(socket.create_connection(send.place, timeout=5)) as line:
        line.sendall(b"POST /events HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
    assert send(OPENED)[0] == 200
    assert len(lines(folder)) == 1


def test_what_cannot_be_kept_is_not_acknowledged(
    send: Sender, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk takes half of the line, then nothing; the sender is told to come again."""
    write = os.write
    with monkeypatch.context() as broken:
        broken.setattr(os, "write", lambda file, content: write(file, content[:10]))
        assert send(OPENED)[0] == 503
    assert lines(folder) == []
    assert send(OPENED) == (200, {"received": 1, "known": 0})


def test_everything_is_on_disk_before_it_is_acknowledged(
    send: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    sync = os.fsync

    def counted(file: int) -> None:
        synced.append(file)
        sync(file)

    monkeypatch.setattr(os, "fsync", counted)
    send(OPENED)
    assert len(synced) == 2  # the file, and the folder that is new to it
    send(RESOLVED)
    assert len(synced) == 3


def test_many_senders_at_once_lose_nothing(send: Sender, folder: Path) -> None:
    def one(sender: int) -> None:
        for number in range(10):
            assert send({**OPENED, "id": f"{sender}-{number}"})[0] == 200

    threads = [threading.Thread(target=one, args=(sender,)) for sender in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({line["id"] for line in lines(folder)}) == len(lines(folder)) == 80


ALERTS = {
    "version": "4",
    "groupKey": '{}:{alertname="Down"}',
    "status": "firing",
    "receiver": "trueup",
    "alerts": [
        {
            "status": "resolved",
            "labels": {"alertname": "Down", "service": "till", "severity": "critical"},
            "annotations": {"summary": "Ada broke the till"},
            "startsAt": "2026-03-02T10:00:00.123456789Z",
            "endsAt": "2026-03-02T10:30:00.123456789Z",
            "generatorURL": "http://prometheus/graph",
            "fingerprint": "6b1c9c8f4d1e2a70",
        },
        {
            "status": "firing",
            "labels": {"alertname": "Slow", "service": "mail"},
            "annotations": {},
            "startsAt": "2026-03-02T10:10:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "fingerprint": "7b1c9c8f4d1e2a71",
        },
    ],
}
"""As https://prometheus.io/docs/alerting/latest/configuration/#webhook_config has it."""


def test_alerts_are_incidents_that_end_when_they_are_resolved(send: Sender, folder: Path) -> None:
    """One of 30 minutes, one that lasts; sent again with the next group, nothing is added."""
    bearer = {"Authorization": f"Bearer {SECRET}"}
    assert send(ALERTS, "/alertmanager", headers=bearer) == (200, {"received": 2, "known": 0})
    assert send(ALERTS, "/alertmanager", headers=bearer) == (200, {"received": 0, "known": 2})
    found = {row["service_id"]: row for row in read(visit(folder))["incident"]}
    assert found["till"]["resolved_at"] - found["till"]["opened_at"] == 30 * 60 * 1_000_000
    assert found["till"]["severity"] == "critical"
    assert found["mail"]["resolved_at"] is None
    assert "Ada" not in json.dumps(lines(folder))


@pytest.mark.parametrize(
    "said", [{}, {"alerts": 1}, {"alerts": [{}]}, {"alerts": [{"labels": {}, "startsAt": "x"}]}]
)
def test_what_is_no_message_of_alertmanager_is_refused(said: object, send: Sender) -> None:
    assert send(said, "/alertmanager")[0] == 400


def test_only_the_owner_may_read_what_is_received(send: Sender, folder: Path) -> None:
    send(OPENED)
    (path,) = folder.glob("*.jsonl")
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_two_processes_do_not_receive_into_one_folder(folder: Path) -> None:
    with closing(Inbox(folder)), pytest.raises(ConfigError, match="Another process"):
        Inbox(folder)
    Inbox(folder).close()


def test_a_short_secret_and_a_taken_port_are_refused(folder: Path) -> None:
    with closing(Inbox(folder)) as inbox:
        doors = [EventsDoor(inbox, lambda: NOW)]
        with pytest.raises(ConfigError, match="shorter than 16"):
            Receiver(("127.0.0.1", 0), doors, "short")
        with Receiver(("127.0.0.1", 0), doors, SECRET) as first:
            taken = int(first.server_address[1])
            with pytest.raises(ConfigError, match="Nothing can listen"):
                Receiver(("127.0.0.1", taken), doors, SECRET)


def test_the_folder_is_the_one_the_connection_names() -> None:
    one = Connection(source="events", targets=("hr.csv", "events"))
    assert inbox_of((one, Connection(source="github", targets=("acme/shop",))), "events") == Path(
        "events"
    )
    assert inbox_of((), "events") is None
    for named in ((one, one), (Connection(source="events", targets=("hr.csv",)),)):
        with pytest.raises(ConfigError, match="folders of events"):
            inbox_of(named, "events")
