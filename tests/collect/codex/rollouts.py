"""Rollouts of Codex, drawn line by line in the forms its builds write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.collect.ai.machine import jsonl

BEGAN = datetime(2026, 5, 1, 10, tzinfo=UTC)
PARENT = "01970000-0000-7000-8000-00000000000a"
CHILD = "01970000-0000-7000-8000-00000000000b"
OTHER = "01970000-0000-7000-8000-00000000000c"
Line = dict[str, Any]


def at(seconds: float) -> str:
    """Return an instant so many seconds after the first session began."""
    moment = BEGAN + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def name_of(native: str, folder: str = "sessions/2026/05/01") -> str:
    """Return where the rollout of a session is kept."""
    return f"{folder}/rollout-2026-05-01T10-00-00-{native}.jsonl"


def line(seconds: float, kind: str, /, **payload: Any) -> Line:
    """Draw a line."""
    return {"timestamp": at(seconds), "type": kind, "payload": payload}


def meta(native: str, seconds: float = 0, /, **more: Any) -> Line:
    """Draw the first line of a session."""
    said = {"id": native, "timestamp": at(seconds), "cwd": "/gone/shop", "originator": "codex_tui"}
    return line(seconds, "session_meta", **said, cli_version="0.147.0", source="cli", **more)


def turn(seconds: float, model: str = "gpt-5.2-codex") -> Line:
    """Draw the beginning of a turn."""
    return line(seconds, "turn_context", turn_id="t", cwd="/gone/shop", model=model)


def event(seconds: float, kind: str, /, **payload: Any) -> Line:
    """Draw an event."""
    return line(seconds, "event_msg", type=kind, **payload)


def usage(total: int, *, cached: int = 0, output: int = 0, reasoning: int = 0) -> dict[str, int]:
    """Draw tokens of which `output` are output and the others input, as Codex counts them."""
    return {
        "input_tokens": total - output,
        "cached_input_tokens": cached,
        "output_tokens": output,
        "reasoning_output_tokens": reasoning,
        "total_tokens": total,
    }


def count(
    seconds: float, total: int | Mapping[str, int], last: int | Mapping[str, int] | None = None
) -> Line:
    """Draw a sight of the counter: all of the thread so far, and the latest request."""
    info: dict[str, Any] = {
        "total_token_usage": usage(total) if isinstance(total, int) else dict(total)
    }
    if last is not None:
        info["last_token_usage"] = usage(last) if isinstance(last, int) else dict(last)
    return event(seconds, "token_count", info=info, rate_limits=None)


def response(seconds: float, native: str, tokens: Mapping[str, int]) -> Line:
    """Draw the record of one response, as newer builds write before the counter moves."""
    return line(
        seconds, "token_usage_record", thread_id=PARENT, response_id=native, usage=dict(tokens)
    )


def call(seconds: float, name: str, arguments: str, native: str = "c1") -> Line:
    """Draw a call of a tool."""
    return line(
        seconds,
        "response_item",
        type="function_call",
        name=name,
        arguments=arguments,
        call_id=native,
    )


def answer(seconds: float, output: str, native: str = "c1") -> Line:
    """Draw what a call put out."""
    return line(
        seconds, "response_item", type="function_call_output", call_id=native, output=output
    )


def file_of(lines: Sequence[Line]) -> str:
    """Write a rollout."""
    return jsonl(*lines)
