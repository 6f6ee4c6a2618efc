"""OTLP over HTTP: who may send, what is refused, what is on disk once it is acknowledged."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsPartialSuccess,
    ExportLogsServiceResponse,
)

from tests.collect.otlp.sending import AT, NOW, collected, kept, log, message, span, visit
from trueup.collect.listening import inbox_of
from trueup.collect.receiving.server import Receiver
from trueup.collect.sources.otlp.decoding import protobuf
from trueup.collect.sources.otlp.receiving import door as door_module
from trueup.collect.sources.otlp.receiving.answers import accepted
from trueup.collect.sources.otlp.receiving.compression import TooLarge, expanded
from trueup.collect.sources.otlp.receiving.door import LARGEST, LARGEST_EXPANDED, OtlpDoor
from trueup.collect.sources.otlp.receiving.inbox import Inbox, segments
from trueup.config import Connection
from trueup.errors import ConfigError

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SECRET = "a secret of some length"  # noqa: S105 - of these tests alone
BEARER = {"Authorization": f"Bearer {SECRET}"}
JSON, PROTOBUF = "application/json", "application/x-protobuf"
REQUEST = {"session.id": "s-1", "model": "claude-sonnet-5", "input_tokens": 10, "output_tokens": 2}


class Sender:
    """Sends to a receiver over one connection that it keeps."""

    def __init__(self, receiver: Receiver) -> None:
        self.place = ("127.0.0.1", int(receiver.server_address[1]))
        self.line = http.client.HTTPConnection(*self.place, timeout=10)

    def __call__(
        self,
        said: object,
        path: str = "/v1/logs",
        *,
        kind: str = JSON,
        headers: Mapping[str, str] = BEARER,
        encoding: str = "",
    ) -> http.client.HTTPResponse:
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        more = {"Content-Encoding": encoding} if encoding else {}
        self.line.request("POST", path, content, {**headers, **more, "Content-Type": kind})
        answer = self.line.getresponse()
        self.said = answer.read()
        return answer


@contextmanager
def receiving(folder: Path) -> Iterator[Sender]:
    with (
        closing(Inbox(folder)) as inbox,
        Receiver(("127.0.0.1", 0), [OtlpDoor(inbox, lambda: NOW)], SECRET) as receiver,
    ):
        thread = threading.Thread(target=receiver.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        sender = Sender(receiver)
        try:
            yield sender
        finally:
            sender.line.close()
            receiver.shutdown()
            thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "otlp"


@pytest.fixture
def send(folder: Path) -> Iterator[Sender]:
    with receiving(folder) as sender:
        yield sender


def asked(number: int = 0) -> dict[str, Any]:
    said = {**REQUEST, "request_id": f"req_{number}"}
    return log("claude_code.api_request", AT + number, **said)


def test_what_was_acknowledged_is_read_by_the_next_collection(send: Sender, folder: Path) -> None:
    answer = send(message("logs", [asked()]))
    assert (answer.status, answer.headers["Content-Type"], send.said) == (200, JSON, b"{}")
    assert collected(folder).tokens() == (10, 0, 0, 2)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("identity", bytes),
        ("GZIP", lambda content: gzip.compress(content[:50]) + gzip.compress(content[50:])),
    ],
)
def test_a_message_may_be_compressed(
    encoding: str, packed: Any, send: Sender, folder: Path
) -> None:
    content = json.dumps(message("logs", [asked()])).encode()
    assert send(packed(content), encoding=encoding).status == 200
    assert collected(folder).tokens() == (10, 0, 0, 2)


def test_one_connection_serves_many_messages_without_a_pause(send: Sender, folder: Path) -> None:
    """A pause of 40 ms each, where two small writes wait for each other, were 4 s."""
    began = time.monotonic()
    for number in range(100):
        assert send(message("logs", [asked(number)])).status == 200
    assert time.monotonic() - began < 3
    assert len(collected(folder)["ai_request"]) == 100


def test_chunks_are_read_to_the_last(send: Sender, folder: Path) -> None:
    """Claude Code sent so from 2.1.191 to 2.1.211."""
    content = json.dumps(message("logs", [asked()])).encode()
    parts = [content[at : at + 37] for at in range(0, len(content), 37)]
    for _ in range(2):
        headers = {**BEARER, "Content-Type": JSON, "Transfer-Encoding": "chunked"}
        send.line.request("POST", "/v1/logs", iter(parts), headers, encode_chunked=True)
        answer = send.line.getresponse()
        assert (answer.status, answer.read()) == (200, b"{}")
    assert collected(folder).tokens() == (10, 0, 0, 2)


@pytest.mark.parametrize("chunk", [b"x\r\n", b"-1\r\n", b"fffffffff\r\n", b"\r\n"])
def test_chunks_that_do_not_say_their_size_are_refused(chunk: bytes, send: Sender) -> None:
    head = f"POST /v1/logs HTTP/1.1\r\nAuthorization: Bearer {SECRET}\r\nContent-Type: {JSON}\r\n"
    with closing(socket.create_connection(send.place, timeout=5)) as line:
        line.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunk)
        assert line.recv(100).startswith(b"HTTP/1.1 400")


def test_who_asks_first_whether_to_go_on_is_told(send: Sender) -> None:
    content = json.dumps(message("logs", [asked()])).encode()
    head = (
        f"POST /v1/logs HTTP/1.1\r\nAuthorization: Bearer {SECRET}\r\nContent-Type: {JSON}\r\n"
        f"Content-Length: {len(content)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with closing(socket.create_connection(send.place, timeout=5)) as line:
        line.sendall(head.encode())
        assert line.recv(100).startswith(b"HTTP/1.1 100")
        line.sendall(content)
        assert line.recv(100).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"{", "the body is no JSON"),
        (b"[]", "the body is no object"),
        (b"\xff\xfe", "the body is no JSON"),
        (b"[" * 100_000, "the body is no JSON"),
        ({"resourceLogs": 7}, "resourceLogs is no list of objects"),
        ({"resourceLogs": [{"resource": {"attributes": 7}}]}, "of a resource, attributes are"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_status(
    said: object, reason: str, send: Sender, folder: Path
) -> None:
    """google.rpc.Code 3 is an invalid argument; it is not to be sent again."""
    answer = send(said)
    assert (answer.status, answer.headers["Retry-After"]) == (400, None)
    told = json.loads(send.said)
    assert told["code"] == 3
    assert told["message"].startswith(reason)
    assert kept(folder) == ""


def test_a_refusal_in_protobuf_is_a_status_in_protobuf(send: Sender) -> None:
    """Its two fields have the numbers and types of a partial success, which reads it here."""
    answer = send(b"\xff\xff\xff", kind=PROTOBUF)
    assert (answer.status, answer.headers["Content-Type"]) == (400, PROTOBUF)
    told = ExportLogsPartialSuccess.FromString(send.said)
    assert told.rejected_log_records == 3
    assert told.error_message == "the body is no message of its kind in protobuf"


def test_records_that_cannot_be_read_are_counted_and_the_others_kept(
    send: Sender, folder: Path
) -> None:
    odd = [7, {"attributes": 7}, {"attributes": [{"value": {}}]}]
    assert send(message("logs", [asked(), *odd])).status == 200
    told = {"rejectedLogRecords": "3", "errorMessage": "a record is no object"}
    assert json.loads(send.said) == {"partialSuccess": told}
    assert collected(folder).tokens() == (10, 0, 0, 2)


def test_a_partial_success_in_protobuf_is_the_message_of_the_specification() -> None:
    found = accepted("logs", 300, "a record is no object", PROTOBUF)
    told = ExportLogsServiceResponse.FromString(found.content).partial_success
    assert (told.rejected_log_records, told.error_message) == (300, "a record is no object")
    whole = accepted("logs", 0, "", PROTOBUF)
    assert (whole.status, whole.content) == (200, b"")


def test_without_the_extra_protobuf_is_refused_by_its_name_and_json_is_read(
    send: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protobuf, "is_there", lambda: False)
    assert send(b"", kind=PROTOBUF).status == 415
    assert b"trueup[otlp]" in send.said
    assert send(message("logs", [asked()])).status == 200


@pytest.mark.parametrize(
    ("kind", "encoding"),
    [("text/plain", ""), ("application/grpc", ""), ("", ""), (JSON, "br"), (JSON, "zstd")],
)
def test_other_forms_are_refused(kind: str, encoding: str, send: Sender) -> None:
    assert send(b"{}", kind=kind, encoding=encoding).status == 415


def test_a_message_that_is_too_large_is_not_read(send: Sender) -> None:
    head = f"POST /v1/logs HTTP/1.1\r\nAuthorization: Bearer {SECRET}\r\n"
    with closing(socket.create_connection(send.place, timeout=5)) as line:
        line.sendall(f"{head}Content-Length: {LARGEST + 1}\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 413")
    with closing(socket.create_connection(send.place, timeout=5)) as line:
        line.sendall(f"POST /v1/logs HTTP/1.1\r\nContent-Length: {LARGEST}\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 401")  # nor from whoever has no secret


def test_a_bomb_is_refused_before_it_is_in_memory(send: Sender, folder: Path) -> None:
    """128 MB of blanks in some kilobytes, whole and cut off."""
    packer = zlib.compressobj(9, wbits=31)
    blank = b" " * (1 << 20)
    bomb = b"".join(packer.compress(blank) for _ in range(128)) + packer.flush()
    assert len(bomb) < LARGEST < LARGEST_EXPANDED < 128 << 20
    assert send(bomb, encoding="gzip").status == 413
    assert json.loads(send.said)["code"] == 8
    assert send(bomb[:-20], encoding="gzip").status == 413
    assert send(gzip.compress(b"{}")[:-4], encoding="gzip").status == 400
    assert send(b"plain", encoding="gzip").status == 400
    assert kept(folder) == ""


def test_no_more_of_a_bomb_is_unpacked_than_may_be_taken() -> None:
    """Of 64 MB, asked for one: what is in memory at once stays near that."""
    bomb = gzip.compress(bytes(64 << 20), 1)
    tracemalloc.start()
    with pytest.raises(TooLarge):
        expanded(bomb, 1 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer another secret of some length"}])
def test_whoever_does_not_know_the_secret_is_refused(
    headers: Mapping[str, str], send: Sender, folder: Path
) -> None:
    assert send(message("logs", [asked()]), headers=headers).status == 401
    assert json.loads(send.said)["code"] == 16
    assert kept(folder) == ""


def test_an_endpoint_may_end_in_a_slash(send: Sender, folder: Path) -> None:
    assert send(message("logs", [asked()]), "/v1/logs/?x=1").status == 200
    assert len(collected(folder)["ai_request"]) == 1


def test_other_places_and_methods_are_refused(send: Sender) -> None:
    assert send({}, "/").status == 404
    assert send({}, "/v1/profiles").status == 404
    assert send({}, "/events").status == 404
    send.line.request("GET", "/v1/logs", headers=BEARER)
    assert send.line.getresponse().status == 405


def test_what_cannot_be_kept_is_not_acknowledged(
    send: Sender, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk takes half of the line, then nothing; the sender is told when to come again."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    send(message("logs", [asked(1)]))
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        answer = send(message("logs", [asked(2)]))
    assert (answer.status, json.loads(send.said)["code"]) == (503, 14)
    assert int(answer.headers["Retry-After"]) > 0
    assert kept(folder).count("\n") == 1
    assert send(message("logs", [asked(2)])).status == 200
    assert len(collected(folder)["ai_request"]) == 2
    assert len(segments(folder)) == 2  # whoever read the first has not read the second


def test_everything_is_on_disk_before_it_is_acknowledged(
    send: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    sync = os.fsync

    def counted(file: int) -> None:
        synced.append(file)
        sync(file)

    monkeypatch.setattr(os, "fsync", counted)
    send(message("logs", [asked(1)]))
    assert len(synced) == 2  # the segment, and the folder that is new to it
    send(message("logs", [asked(2)]))
    assert len(synced) == 3


def test_too_many_at_once_are_told_when_to_come_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "_AT_ONCE", 1)
    monkeypatch.setattr(door_module, "_PATIENCE_SECONDS", 0.05)
    entered, leave = threading.Event(), threading.Event()
    sync = os.fsync

    def slow(file: int) -> None:
        entered.set()
        leave.wait(10)
        sync(file)

    with receiving(folder) as send:
        second = Sender.__new__(Sender)
        second.line = http.client.HTTPConnection(*send.place, timeout=10)
        with monkeypatch.context() as busy:
            busy.setattr(os, "fsync", slow)
            first = threading.Thread(target=send, args=(message("logs", [asked(1)]),))
            first.start()
            assert entered.wait(10)
            answer = second(message("logs", [asked(2)]))
            leave.set()
            first.join()
        second.line.close()
    assert (answer.status, int(answer.headers["Retry-After"]) > 0) == (429, True)


def test_many_senders_share_a_sync_and_lose_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    sync = os.fsync

    def counted(file: int) -> None:
        synced.append(file)
        time.sleep(0.01)
        sync(file)

    monkeypatch.setattr(os, "fsync", counted)
    with receiving(folder) as send:

        def one(sender: int) -> None:
            line = Sender.__new__(Sender)
            line.line = http.client.HTTPConnection(*send.place, timeout=10)
            for number in range(10):
                assert line(message("logs", [asked(sender * 10 + number)])).status == 200
            line.line.close()

        threads = [threading.Thread(target=one, args=(sender,)) for sender in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(collected(folder)["ai_request"]) == 80
    assert len(synced) < 60  # 80 messages and a folder, had each its own


def test_a_line_a_crash_left_unfinished_is_dropped_and_not_read(folder: Path) -> None:
    with receiving(folder) as send:
        send(message("logs", [asked(1)]))
    (path,) = segments(folder)
    with path.open("ab") as file:
        file.write(b'{"signal":"logs","records":[{"na')
    archive = visit(folder)
    with receiving(folder) as send:
        send(message("logs", [asked(2)]))
    assert visit(folder, archive).written == 2
    assert len(kept(folder).splitlines()) == 2
    assert len(collected(folder)["ai_request"]) == 2


def test_segments_follow_each_other_by_size_and_day(folder: Path) -> None:
    line = b'{"signal":"logs","resource":{},"records":[]}\n'
    with closing(Inbox(folder, largest=100)) as inbox:
        for _ in range(5):
            inbox.keep(line, NOW)
        inbox.keep(line, NOW + 86_400_000_000)
    with closing(Inbox(folder, largest=100)) as inbox:
        inbox.keep(line, NOW)  # a clock set back begins no earlier segment
    names = [path.name for path in segments(folder)]
    assert names == [
        "otlp-20260921-000001.jsonl",
        "otlp-20260921-000002.jsonl",
        "otlp-20260922-000003.jsonl",
    ]
    assert [path.read_bytes().count(b"\n") for path in segments(folder)] == [3, 2, 2]


def test_only_the_owner_may_read_what_is_received(send: Sender, folder: Path) -> None:
    send(message("logs", [asked()]))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_two_processes_do_not_receive_into_one_folder(folder: Path) -> None:
    with closing(Inbox(folder)), pytest.raises(ConfigError, match="Another process"):
        Inbox(folder)
    Inbox(folder).close()


def test_the_folder_is_the_one_the_connection_names() -> None:
    one = Connection(source="otlp", targets=("otlp",))
    assert inbox_of((one, Connection(source="events", targets=("x",))), "otlp") == Path("otlp")
    assert inbox_of((), "otlp") is None
    with pytest.raises(ConfigError, match="2 folders of OTLP"):
        inbox_of((one, one), "otlp")


def test_a_span_without_ids_is_rejected_in_both_forms(send: Sender) -> None:
    made = span("chat", 1)
    made["spanId"] = "0" * 16
    assert send(message("traces", [made, span("chat", 2)]), "/v1/traces").status == 200
    assert json.loads(send.said)["partialSuccess"]["rejectedSpans"] == "1"
