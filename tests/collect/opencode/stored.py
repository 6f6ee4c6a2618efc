"""What opencode stores: rows of both layouts of its database, and the files of older versions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

BEGAN = 1_777_629_600_000
Told = dict[str, Any]

FIRST = """
CREATE TABLE session (id TEXT PRIMARY KEY, project_id TEXT, parent_id TEXT, slug TEXT,
  directory TEXT, title TEXT, version TEXT, time_created INTEGER, time_updated INTEGER);
CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER,
  time_updated INTEGER, data TEXT);
CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT, session_id TEXT, time_created INTEGER,
  time_updated INTEGER, data TEXT);
"""
SECOND = """
CREATE TABLE session_v2 (id TEXT PRIMARY KEY, parent_id TEXT, fork_session_id TEXT,
  directory TEXT NOT NULL, time_created INTEGER NOT NULL, time_updated INTEGER);
CREATE TABLE session_message (id TEXT PRIMARY KEY, session_id TEXT, type TEXT, seq INTEGER,
  time_created INTEGER, time_updated INTEGER, data TEXT);
"""


def tokens(prompt: int, output: int, *, reasoning: int = 0, read: int = 0, write: int = 0) -> Told:
    """Draw what a request used; no total, as before 2026."""
    return {
        "input": prompt,
        "output": output,
        "reasoning": reasoning,
        "cache": {"read": read, "write": write},
    }


def answer(second: int, used: Told, **more: Any) -> Told:
    """Draw an answer of version 1."""
    created = BEGAN + second * 1000
    return {
        "role": "assistant",
        "time": {"created": created, "completed": created + 500},
        "modelID": "gpt-5",
        "providerID": "openai",
        "mode": "build",
        "cost": 0,
        "tokens": used,
        **more,
    }


def prompt(second: int) -> Told:
    """Draw what a person wrote."""
    return {"role": "user", "time": {"created": BEGAN + second * 1000}}


def tool(name: str, status: str = "completed", /, *, output: str = "", **arguments: Any) -> Told:
    """Draw a call of a tool, as a part of a message."""
    state = {"status": status, "input": arguments, "output": output, "metadata": {}}
    return {"type": "tool", "tool": name, "callID": "c", "state": state}


def first(
    path: Path,
    sessions: Iterable[tuple[str, str | None, str]],
    messages: Iterable[tuple[str, str, Told]],
    parts: Iterable[tuple[str, str, Told]] = (),
) -> None:
    """Write a database of version 1: sessions (id, parent, folder), messages, parts of messages."""
    with sqlite3.connect(path) as database:
        database.executescript(FIRST)
        for number, (native, parent, folder) in enumerate(sessions):
            row = (native, parent, folder, BEGAN + number)
            database.execute(
                "INSERT INTO session (id, parent_id, directory, time_created) VALUES (?,?,?,?)", row
            )
        for native, session, told in messages:
            row_ = (native, session, told["time"]["created"], json.dumps(told))
            database.execute(
                "INSERT INTO message (id, session_id, time_created, data) VALUES (?,?,?,?)", row_
            )
        for native, message, told in parts:
            database.execute(
                "INSERT INTO part (id, message_id, data) VALUES (?,?,?)",
                (native, message, json.dumps(told)),
            )
    database.close()


def second(
    path: Path,
    sessions: Iterable[tuple[str, str | None, str]],
    messages: Iterable[tuple[str, str, str, Told]],
) -> None:
    """Add the tables of version 2: messages are (id, session, type, what they say)."""
    with sqlite3.connect(path) as database:
        database.executescript(SECOND)
        for number, (native, parent, folder) in enumerate(sessions):
            row = (native, parent, folder, BEGAN + number)
            database.execute(
                "INSERT INTO session_v2 (id, parent_id, directory, time_created) VALUES (?,?,?,?)",
                row,
            )
        for number, (native, session, kind, told) in enumerate(messages):
            database.execute(
                "INSERT INTO session_message (id, session_id, type, seq, time_created, data)"
                " VALUES (?,?,?,?,?,?)",
                (native, session, kind, number, BEGAN + number, json.dumps(told)),
            )
    database.close()
