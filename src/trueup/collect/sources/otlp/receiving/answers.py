"""Answers of OTLP over HTTP: in the form the request had, whichever that was.

Three small messages are all there is, so they are written by hand: none needs the library that
reads requests. https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
"""

from __future__ import annotations

import json

from trueup.collect.receiving.doors import JSON, Answer

PROTOBUF = "application/x-protobuf"
_REJECTED = {
    "metrics": "rejectedDataPoints",
    "logs": "rejectedLogRecords",
    "traces": "rejectedSpans",
}
_CODES = {400: 3, 401: 16, 411: 3, 413: 8, 415: 3, 429: 8, 503: 14}
"""Codes of google.rpc.Code: invalid argument, unauthenticated, exhausted, unavailable."""


def accepted(signal: str, rejected: int, reason: str, kind: str) -> Answer:
    """Return the answer to what was taken, some records of it refused for `reason`."""
    if kind == PROTOBUF:
        partial = (b"\x08" + _varint(rejected) if rejected else b"") + _text(0x12, reason)
        content = b"\x0a" + _varint(len(partial)) + partial if rejected else b""
        return Answer(status=200, content=content, kind=PROTOBUF)
    said = {}
    if rejected:
        said["partialSuccess"] = {_REJECTED[signal]: str(rejected), "errorMessage": reason}
    return Answer(status=200, content=json.dumps(said).encode(), kind=JSON)


def refused(status: int, reason: str, kind: str, retry_after: int | None = None) -> Answer:
    """Return a google.rpc.Status that says why nothing was taken."""
    code = _CODES.get(status, 2)
    if kind == PROTOBUF:
        content = b"\x08" + _varint(code) + _text(0x12, reason)
        return Answer(status=status, content=content, kind=PROTOBUF, retry_after=retry_after)
    content = json.dumps({"code": code, "message": reason}).encode()
    return Answer(status=status, content=content, kind=JSON, retry_after=retry_after)


def _text(tag: int, text: str) -> bytes:
    raw = text.encode()
    return bytes([tag]) + _varint(len(raw)) + raw if raw else b""


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)
