"""Chats as Gemini CLI records them: lines, or one document in older versions."""

from __future__ import annotations

from typing import Any

SESSION = "5f0e2a11-0000-4000-8000-000000000001"
CHILD = "5f0e2a11-0000-4000-8000-00000000000c"
FOLDER = "tmp/shop/chats"
MAIN = f"{FOLDER}/session-2026-05-01T10-00-5f0e2a11"
Line = dict[str, Any]


def at(seconds: int) -> str:
    """Return an instant so many seconds after the chat began."""
    return f"2026-05-01T10:{seconds // 60:02}:{seconds % 60:02}.000Z"


def head(native: str = SESSION, **more: Any) -> Line:
    """Draw the first line."""
    return {
        "sessionId": native,
        "projectHash": "a1",
        "startTime": at(0),
        "lastUpdated": at(0),
        "kind": "main",
        **more,
    }


def prompt(seconds: int, native: str, text: str = "hello") -> Line:
    """Draw what a person wrote."""
    return {"id": native, "timestamp": at(seconds), "type": "user", "content": [{"text": text}]}


def answer(seconds: int, native: str, tokens: Line | None = None, /, *calls: Line) -> Line:
    """Draw an answer of the model."""
    line: Line = {
        "id": native,
        "timestamp": at(seconds),
        "type": "gemini",
        "content": "so it is",
        "model": "gemini-2.5-pro",
        "toolCalls": list(calls),
    }
    return line | ({"tokens": tokens} if tokens else {})


def call(seconds: int, name: str, status: str = "success", /, **arguments: Any) -> Line:
    """Draw a call of a tool."""
    return {
        "id": f"{name}-{seconds}",
        "name": name,
        "args": arguments,
        "status": status,
        "timestamp": at(seconds),
    }


def tokens(prompt: int, output: int, *, cached: int = 0, thoughts: int = 0, tool: int = 0) -> Line:
    """Draw what a request used, as Gemini counts it."""
    return {
        "input": prompt,
        "output": output,
        "cached": cached,
        "thoughts": thoughts,
        "tool": tool,
        "total": prompt + output + thoughts + tool,
    }
