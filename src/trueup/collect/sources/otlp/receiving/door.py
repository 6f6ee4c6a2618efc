"""Takes OTLP over HTTP: decoded, scrubbed, on disk before it is acknowledged.

https://opentelemetry.io/docs/specs/otlp/#otlphttp
"""

from __future__ import annotations

from collections.abc import Callable
from threading import BoundedSemaphore

from trueup.collect.receiving.doors import JSON, Answer, Message
from trueup.collect.sources.otlp.decoding import json_form, protobuf
from trueup.collect.sources.otlp.decoding.blocks import SIGNALS, Decoded, Malformed
from trueup.collect.sources.otlp.receiving.answers import PROTOBUF, accepted, refused
from trueup.collect.sources.otlp.receiving.compression import Damaged, TooLarge, expanded
from trueup.collect.sources.otlp.receiving.inbox import Inbox
from trueup.collect.sources.otlp.scrubbing.lines import line_of

LARGEST = 16 * 1024 * 1024
"""Bytes of a message as it is sent; a larger one is not read."""
LARGEST_EXPANDED = 64 * 1024 * 1024
"""Bytes of a message out of its compression: what exporters send at most."""
_AT_ONCE = 16
_PATIENCE_SECONDS = 5.0
_RETRY_SECONDS = 5
_EXTRA = "protobuf is not read here: install trueup[otlp], or send JSON (http/json)"


class OtlpDoor:
    """Keeps the telemetry that is sent to it.

    Parameters
    ----------
    inbox
        Where it is kept.
    clock
        Returns epoch microseconds UTC.
    """

    name = "OTLP"
    place = ""
    largest = LARGEST

    def __init__(self, inbox: Inbox, clock: Callable[[], int]) -> None:
        self._inbox = inbox
        self._clock = clock
        self._turns = BoundedSemaphore(_AT_ONCE)

    def has(self, path: str) -> bool:
        """Say whether messages to `path` are telemetry."""
        return path.rstrip("/") in {f"/v1/{signal}" for signal in SIGNALS}

    def take(self, message: Message) -> Answer:
        """Keep what a message says, as far as it can be read."""
        if message.kind not in {JSON, PROTOBUF}:
            return refused(415, f"send {PROTOBUF} or {JSON}", JSON)
        if message.kind == PROTOBUF and not protobuf.is_there():
            return refused(415, _EXTRA, PROTOBUF)
        if message.encoding not in {"", "identity", "gzip", "deflate"}:
            return refused(415, "send it plain, or in gzip", message.kind)
        if not self._turns.acquire(timeout=_PATIENCE_SECONDS):
            return refused(429, "too many messages at once", message.kind, _RETRY_SECONDS)
        try:
            return self._taken(message, message.path.rstrip("/").rpartition("/")[2])
        finally:
            self._turns.release()

    def refuse(self, status: int, reason: str, kind: str) -> Answer:
        """Answer a message that was not read."""
        wait = _RETRY_SECONDS if status == 429 else None
        return refused(status, reason, PROTOBUF if kind == PROTOBUF else JSON, wait)

    def _taken(self, message: Message, signal: str) -> Answer:
        try:
            content = message.content
            if message.encoding in {"gzip", "deflate"}:
                content = expanded(content, LARGEST_EXPANDED)
            found = _decoded(content, signal, message.kind)
            self._keep(found, signal)
        except TooLarge:
            reason = f"a message holds at most {LARGEST_EXPANDED} bytes out of its compression"
            return refused(413, reason, message.kind)
        except Damaged:
            return refused(400, f"the body is no whole {message.encoding}", message.kind)
        except Malformed as error:
            return refused(400, str(error), message.kind)
        except OSError:
            return refused(503, "it could not be kept", message.kind, _RETRY_SECONDS)
        return accepted(signal, found.rejected, found.reason, message.kind)

    def _keep(self, found: Decoded, signal: str) -> None:
        now = self._clock()
        key = self._inbox.key
        lines = b"".join(line_of(block, signal, now=now, key=key) for block in found.blocks)
        if lines:
            self._inbox.keep(lines, now)


def _decoded(content: bytes, signal: str, kind: str) -> Decoded:
    if kind == PROTOBUF:
        return protobuf.decoded(content, signal)
    return json_form.decoded(content, signal)
