"""The server: signed messages over HTTP, each handed to the door it was sent to."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore
from typing import Any, cast

from trueup.collect.receiving.bodies import Unfit, read_body
from trueup.collect.receiving.doors import Answer, Door, Message, in_json
from trueup.errors import ConfigError

SIGNATURE = "X-Hub-Signature-256"
_SHORTEST_SECRET = 16
_SMALL = 1_048_576
_LARGE_AT_ONCE = 8
_MOST_CONNECTIONS = 512
_SECONDS_OF_READING = 10
_SECONDS_BETWEEN = 75
"""Exporters send once a minute, on a connection they keep."""


class Receiver(ThreadingHTTPServer):
    """Listens at one address and keeps what is sent there.

    Parameters
    ----------
    place
        Host and port; port 0 takes a free one.
    doors
        At least one.
    secret
        What senders sign with, or carry.

    Raises
    ------
    ConfigError
        The secret is too short to be one, or the address cannot be had.
    """

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, place: tuple[str, int], doors: Sequence[Door], secret: str) -> None:
        if len(secret) < _SHORTEST_SECRET:
            raise ConfigError(
                f"The secret senders sign with is shorter than {_SHORTEST_SECRET} characters.",
                hint="Make one: openssl rand -hex 32",
            )
        self.doors = tuple(doors)
        self.secret = secret.encode()
        self.large = BoundedSemaphore(_LARGE_AT_ONCE)
        self._connections = BoundedSemaphore(_MOST_CONNECTIONS)
        try:
            super().__init__(place, _Speaking)
        except OSError as error:
            raise ConfigError(
                f"Nothing can listen at {place[0]}:{place[1]}: {error.strerror}.",
                hint="Name another address with --host and --port.",
            ) from error

    @property
    def addresses(self) -> dict[str, str]:
        """Where to send, by what is sent."""
        host, port = self.server_address[:2]
        return {door.name: f"http://{host!s}:{port}{door.place}" for door in self.doors}

    def is_bearer(self, authorization: str) -> bool:
        """Say whether a sender carries the secret: ``Bearer`` and the secret."""
        return hmac.compare_digest(authorization.encode(), b"Bearer " + self.secret)

    def is_signed(self, content: bytes, signature: str) -> bool:
        """Say whether a message was signed by somebody who knows the secret.

        Parameters
        ----------
        signature
            ``sha256=`` and the HMAC-SHA-256 of the message in hexadecimal (RFC 2104).
        """
        expected = "sha256=" + hmac.new(self.secret, content, "sha256").hexdigest()
        return hmac.compare_digest(signature.encode(), expected.encode())

    def process_request(self, request: Any, client_address: Any) -> None:
        """Speak with a sender in a thread of its own, unless there are too many."""
        if not self._connections.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Speak with a sender until it goes away."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connections.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let whoever sends go away in the middle."""


class _Speaking(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "trueup"
    sys_version = ""
    timeout = _SECONDS_BETWEEN
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.connection.settimeout(_SECONDS_OF_READING)
        self._say(self._answer_to(self.path.partition("?")[0]))
        self.connection.settimeout(_SECONDS_BETWEEN)

    def do_GET(self) -> None:
        self.close_connection = True
        self._say(in_json(405, {"error": "messages are sent by POST"}))

    def handle_expect_100(self) -> bool:
        """Tell a sender that asked first to go on."""
        is_awaited = super().handle_expect_100()
        self.wfile.flush()
        return is_awaited

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing: addresses of senders are nobody's business."""

    def _answer_to(self, path: str) -> Answer | None:
        server = cast("Receiver", self.server)
        door = next((door for door in server.doors if door.has(path)), None)
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        is_bearer = server.is_bearer(self.headers.get("Authorization", ""))
        most = door.largest if door is not None and is_bearer else _SMALL
        try:
            content = self._read(server, most)
        except Unfit as error:
            self.close_connection = True  # what follows was not read
            if error.status == 413 and door is not None and most < door.largest:
                return door.refuse(401, "a message of this size carries the secret", kind)
            return _refusal(door, error.status, error.reason, kind)
        if content is None:
            self.close_connection = True
            return None
        if not (is_bearer or server.is_signed(content, self.headers.get(SIGNATURE, ""))):
            return _refusal(door, 401, f"{SIGNATURE} is not that of the message", kind)
        if door is None:
            places = ", ".join(server.addresses.values())
            return in_json(404, {"error": f"nothing is taken here; send to {places}"})
        encoding = self.headers.get("Content-Encoding", "").strip().lower()
        return door.take(Message(path=path, content=content, kind=kind, encoding=encoding))

    def _read(self, server: Receiver, most: int) -> bytes | None:
        if most <= _SMALL:
            return read_body(self.rfile, self.headers, most)
        length = self.headers.get("Content-Length", "")
        if length.isdigit() and len(length) < 8 and int(length) <= _SMALL:
            return read_body(self.rfile, self.headers, _SMALL)
        if not server.large.acquire(timeout=_SECONDS_OF_READING):
            raise Unfit(429, "too many large messages are being read")
        try:
            return read_body(self.rfile, self.headers, most)
        finally:
            server.large.release()

    def _say(self, answer: Answer | None) -> None:
        if answer is None:
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.content)))
        if answer.retry_after is not None:
            self.send_header("Retry-After", str(answer.retry_after))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.content)


def _refusal(door: Door | None, status: int, reason: str, kind: str) -> Answer:
    return door.refuse(status, reason, kind) if door else in_json(status, {"error": reason})
