"""Messages of OTLP in JSON as Claude Code's telemetry sends them: one log record a request."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from trueup.simulate.payloads.ai.using import Request, Session

MODEL = "claude-sonnet-4-5"
PATH = "/v1/logs"
_NANO = 1_000_000_000
MICROS_PER_TOKEN = 2
"""Millionths of a dollar the tool says a token cost it."""
Payload = dict[str, Any]


def messages(sessions: Iterable[Session]) -> Iterator[bytes]:
    """Yield the body of one message for each session."""
    for one in sessions:
        records = [_record(one, request) for request in one.requests]
        scoped = {"scope": {"name": "com.anthropic.claude_code"}, "logRecords": records}
        resource = {"attributes": _attributes({"service.name": "claude-code"})}
        block = {"resource": resource, "scopeLogs": [scoped]}
        yield json.dumps({"resourceLogs": [block]}).encode()


def native(one: Session) -> str:
    """Return what Claude Code calls a session."""
    return f"{one.number:08x}-bbbb-4000-8000-000000000000"


def micros(request: Request) -> int:
    """Return what the tool says a request cost, in millionths of a dollar."""
    return MICROS_PER_TOKEN * (request.prompt + request.output)


def _record(one: Session, request: Request) -> Payload:
    said = {
        "event.name": "api_request",
        "session.id": native(one),
        "user.email": one.person.email,
        "model": MODEL,
        "input_tokens": request.uncached,
        "output_tokens": request.output,
        "cache_read_tokens": request.cache_read,
        "cache_creation_tokens": request.cache_write_5m + request.cache_write_1h,
        "request_id": f"req_otlp_{one.number:08x}{request.number:04x}",
        "query_source": "repl_main_thread",
        "cost_usd_micros": micros(request),
    }
    return {
        "timeUnixNano": str(request.at * _NANO),
        "body": {"stringValue": "claude_code.api_request"},
        "attributes": _attributes(said),
    }


def _attributes(said: dict[str, Any]) -> list[Payload]:
    return [
        {"key": key, "value": {"intValue": str(v)} if isinstance(v, int) else {"stringValue": v}}
        for key, v in said.items()
    ]
