"""Lines of transcripts as Claude Code writes them, written by us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MAIN = "11111111-aaaa-4000-8000-000000000001"
OTHER = "22222222-bbbb-4000-8000-000000000002"
MODEL = "claude-sonnet-4-20250514"


def at(second: float) -> str:
    """Return an instant so many seconds after the start."""
    return (START + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")


def micros(second: float) -> int:
    """Return the same as rows have it."""
    return int((START + timedelta(seconds=second)).timestamp() * 1_000_000)


def line(kind: str, second: float, session: str = MAIN, **more: Any) -> dict[str, Any]:
    """Return a line; its uuid is drawn from its type and instant, as copies keep both."""
    return {
        "type": kind,
        "uuid": f"u-{kind}-{second}",
        "timestamp": at(second),
        "sessionId": session,
        "isSidechain": False,
        "userType": "external",
        "cwd": "/nowhere/shop",
        "gitBranch": "main",
        "version": "2.1.81",
        **more,
    }


def usage(output: int, **more: Any) -> dict[str, Any]:
    """Return tokens as a reply states them."""
    return {"input_tokens": 5, "output_tokens": output, "service_tier": "standard", **more}


def reply(
    second: float,
    name: str,
    output: int,
    *blocks: dict[str, Any],
    session: str = MAIN,
    request: str | None = "",
    tokens: dict[str, Any] | None = None,
    model: str = MODEL,
    **more: Any,
) -> dict[str, Any]:
    """Return a line of a reply; `request` None leaves the id of the request out."""
    said = {} if request is None else {"requestId": request or f"req_{name}"}
    content = [*blocks] or [{"type": "text", "text": "secret words of the model"}]
    message = {
        "id": name,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "usage": {**usage(output), **(tokens or {})},
    }
    return line("assistant", second, session, message=message, **said, **more)


def call(name: str, tool: str, **arguments: Any) -> dict[str, Any]:
    """Return a call of a tool."""
    return {"type": "tool_use", "id": name, "name": tool, "input": arguments}


def result(
    second: float,
    name: str,
    said: Any = None,
    *,
    text: str = "secret output",
    is_error: bool | None = None,
    session: str = MAIN,
    **more: Any,
) -> dict[str, Any]:
    """Return what came of a call; `said` is what Claude Code keeps beside it."""
    block: dict[str, Any] = {"type": "tool_result", "tool_use_id": name, "content": text}
    block |= {} if is_error is None else {"is_error": is_error}
    message = {"role": "user", "content": [block]}
    extra = {} if said is None else {"toolUseResult": said}
    return line("user", second, session, message=message, **extra, **more)


def prompt(second: float, text: str = "secret wish", **more: Any) -> dict[str, Any]:
    """Return a prompt."""
    return line("user", second, message={"role": "user", "content": text}, **more)


def patch(path: str, *lines: str, kind: str | None = None, **more: Any) -> dict[str, Any]:
    """Return what Claude Code keeps of an edit."""
    hunk = {"oldStart": 1, "oldLines": 1, "newStart": 1, "newLines": 1, "lines": [*lines]}
    said = {"filePath": path, "oldString": "secret", "newString": "secret", "originalFile": "x"}
    return {**said, "structuredPatch": [hunk], **({"type": kind} if kind else {}), **more}
