"""Takes events over HTTP: signed, small, on disk before they are acknowledged."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from trueup.collect.sources.events.receiving.inbox import Inbox
from trueup.collect.sources.events.receiving.reading import Refused, read_alerts, read_message
from trueup.collect.sources.events.schema import KINDS
from trueup.errors import ConfigError

LARGEST = 1_048_576
"""Bytes of a message; a larger one is not read."""
SIGNATURE = "X-Hub-Signature-256"
_SHORTEST_SECRET = 16
_SECONDS = 10


class Receiver(ThreadingHTTPServer):
    """Listens at one address and keeps what is sent there.

    Parameters
    ----------
    place
        Host and port; port 0 takes a free one.
    inbox
        Where events are kept.
    secret
        What senders sign with.
    clock
        Returns epoch microseconds UTC.

    Raises
    ------
    ConfigError
        The secret is too short to be one, or the address cannot be had.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self, place: tuple[str, int], inbox: Inbox, secret: str, clock: Callable[[], int]
    ) -> None:
        if len(secret) < _SHORTEST_SECRET:
            raise ConfigError(
                f"The secret senders sign with is shorter than {_SHORTEST_SECRET} characters.",
                hint="Make one: openssl rand -hex 32",
            )
        self.inbox = inbox
        self.secret = secret.encode()
        self.clock = clock
        try:
            super().__init__(place, _Speaking)
        except OSError as error:
            raise ConfigError(
                f"Nothing can listen at {place[0]}:{place[1]}: {error.strerror}.",
                hint="Name another address with --host and --port.",
            ) from error

    @property
    def address(self) -> str:
        """Where events are to be sent."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}/events"

    def is_signed(self, content: bytes, signature: str, authorization: str) -> bool:
        """Say whether a message comes from somebody who knows the secret.

        Parameters
        ----------
        signature
            ``sha256=`` and the HMAC-SHA-256 of the message in hexadecimal (RFC 2104).
        authorization
            ``Bearer`` and the secret, for senders that cannot sign, such as Alertmanager.
        """
        expected = "sha256=" + hmac.new(self.secret, content, "sha256").hexdigest()
        given, bearer = signature.encode(), authorization.encode()
        return hmac.compare_digest(given, expected.encode()) or hmac.compare_digest(
            bearer, b"Bearer " + self.secret
        )

    def take(self, path: str, content: bytes) -> tuple[int, dict[str, Any]]:
        """Keep what a message says; return status and answer."""
        now = self.clock()
        first, _, kind = path.strip("/").partition("/")
        try:
            if first == "events" and (kind in KINDS or not kind):
                events = read_message(content, kind, now=now)
            elif (first, kind) == ("alertmanager", ""):
                events = read_alerts(content, now=now)
            else:
                kinds = ", ".join(f"/events/{one}" for one in KINDS)
                return 404, {"error": f"send to /events, {kinds} or /alertmanager"}
            fresh = self.inbox.keep(events, now)
        except Refused as error:
            return 400, {"error": str(error)}
        except OSError:
            return 503, {"error": "it could not be kept; send it again later"}
        return 200, {"received": fresh, "known": len(events) - fresh}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let whoever sends go away in the middle."""


class _Speaking(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "trueup"
    sys_version = ""
    timeout = _SECONDS

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            self._answer(411, {"error": "the length of the message is missing"})
        elif len(length) > len(str(LARGEST)) or int(length) > LARGEST:
            self._answer(413, {"error": f"a message holds at most {LARGEST} bytes"})
        else:
            self._take(self.rfile.read(int(length)), int(length))

    def do_GET(self) -> None:
        self._answer(405, {"error": "events are sent by POST"})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing: addresses of senders are nobody's business."""

    def _take(self, content: bytes, length: int) -> None:
        server = cast("Receiver", self.server)
        if len(content) < length:
            self.close_connection = True
            return
        signature = self.headers.get(SIGNATURE, "")
        if not server.is_signed(content, signature, self.headers.get("Authorization", "")):
            self._answer(401, {"error": f"{SIGNATURE} is not that of the message"})
            return
        self._answer(*server.take(self.path.partition("?")[0], content))

    def _answer(self, status: int, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        if status in {405, 411, 413}:  # what follows was not read
            self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
