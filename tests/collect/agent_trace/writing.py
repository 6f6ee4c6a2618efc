"""Trace records in the form of the specification, and as its reference hook writes them.

https://agent-trace.dev, version 0.1.0 of January 2026.
"""

from __future__ import annotations

from typing import Any

SHA = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0"
AI = {"type": "ai", "model_id": "anthropic/claude-opus-4-5-20251101"}
Payload = dict[str, Any]


def talk(*ranges: tuple[int, int], who: Payload | None = None, **more: Any) -> Payload:
    """Return what one conversation wrote."""
    return {
        "url": "https://api.cursor.com/v1/conversations/12345",
        "contributor": AI if who is None else who,
        "ranges": [
            {"start_line": first, "end_line": last, "content_hash": "murmur3:9f2e8a1b"}
            for first, last in ranges
        ],
        "related": [{"type": "session", "url": "https://api.cursor.com/v1/sessions/67890"}],
    } | more


def trace(number: int, *talks: Payload, path: str = "src/till.py", **more: Any) -> Payload:
    """Return a record of one file; 26 lines where no conversation is given."""
    return {
        "version": "0.1.0",
        "id": f"550e8400-e29b-41d4-a716-44665544{number:04}",
        "timestamp": "2026-01-23T14:30:00Z",
        "vcs": {"type": "git", "revision": SHA},
        "tool": {"name": "cursor", "version": "2.4.0"},
        "files": [{"path": path, "conversations": list(talks) or [talk((42, 67))]}],
        "metadata": {"confidence": 0.95, "dev.cursor": {"workspace_id": "ws-abc123"}},
    } | more


def hooked(number: int, path: str = "src/till.py", **metadata: Any) -> Payload:
    """Return a record of 10 lines as the reference hook writes it in a session of Claude Code."""
    url = "file:///home/ada/.claude/projects/-home-ada-shop/6f1e-77.jsonl"
    metadata = {"session_id": "6f1e-77", "tool_name": "Edit", "tool_use_id": "t"} | metadata
    tool = {"name": "claude-code"}
    return trace(number, talk((1, 10), url=url), path=path, tool=tool, metadata=metadata)
