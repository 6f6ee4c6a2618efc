"""Hand-drawn use of AI tools, for worlds of `world.py`."""

from __future__ import annotations

from typing import Any

from tests.store.links.world import Row, World, at

ANN: dict[str, Any] = {"person_id": "p_ann"}
BEN: dict[str, Any] = {"person_id": "p_ben"}
OTLP: dict[str, Any] = {"seen_by": "otlp"}
LOG, WIRE, REPORT = "claude_code:m1", "otlp:all", "anthropic:org"


def request(name: str, hours: float, tokens: int = 100, **more: Any) -> Row:
    """Make a request of Claude Code; its tokens are uncached input unless told otherwise."""
    return {
        "request_id": name,
        "tool": "claude-code",
        "provider": "anthropic",
        "model": "claude-sonnet-4-20250514",
        "requested_at": at(hours),
        "request_count": 1,
        "uncached_input_tokens": tokens,
        "cache_read_tokens": 0,
        "cache_write_5m_tokens": 0,
        "cache_write_1h_tokens": 0,
        "output_tokens": 0,
        "seen_by": "log",
        **more,
    }


def day(name: str, number: int, tokens: int, **more: Any) -> Row:
    """Make what a vendor's report says of one whole day (UTC); day 0 holds hour 0."""
    begin = at(0) // 86_400_000_000 * 86_400_000_000 + number * 86_400_000_000
    return request(
        name,
        0,
        tokens,
        **{
            "requested_at": begin,
            "ended_at": begin + 86_400_000_000,
            "seen_by": "admin_api",
            **more,
        },
    )


def session(name: str, hours: float, until: float, **more: Any) -> Row:
    """Make a session of Claude Code."""
    return {
        "session_id": f"claude-code:{name}",
        "tool": "claude-code",
        "started_at": at(hours),
        "ended_at": at(until),
        "seen_by": "log",
        **more,
    }


def of_session(name: str) -> dict[str, Any]:
    """Say which session a row is of."""
    return {"session_id": f"claude-code:{name}"}


def activity(name: str, hours: float, kind: str, count: int, **more: Any) -> Row:
    """Make something done in a session."""
    return {
        **of_session(name),
        "tool": "claude-code",
        "happened_at": at(hours),
        "kind": kind,
        "count": count,
        **more,
    }


def only(world: World, **where: Any) -> Row:
    """Return the one request with these values."""
    (row,) = [row for row in world.read("ai_request") if all(row[k] == v for k, v in where.items())]
    return row


def total(row: Row) -> int:
    """Return all tokens of a row."""
    buckets = ("uncached_input", "cache_read", "cache_write_5m", "cache_write_1h", "output")
    return sum(row[f"{bucket}_tokens"] or 0 for bucket in buckets)


def counted(world: World) -> int:
    """Return the tokens that count."""
    return sum(total(row) for row in world.read("ai_request") if row["is_counted"])


def of_sessions(world: World) -> dict[str, int]:
    """Return the tokens in the cost of each session."""
    found: dict[str, int] = {}
    for row in world.read("ai_request"):
        if row["is_of_session"]:
            name = row["session_id"].removeprefix("claude-code:")
            found[name] = found.get(name, 0) + total(row)
    return found
