"""Droid keeps what every source must."""

from __future__ import annotations

import json

from tests.collect.ai.machine import jsonl
from tests.collect.droid.test_sessions import ID, SETTINGS, call, message, text
from trueup.collect.sources.droid.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance

LINES = [
    {"type": "session_start", "id": ID, "cwd": "/gone"},
    message(1, "user", text("hello")),
    message(9, "assistant", call("c", "Create", file_path="a", content="x\n")),
    {"type": "mystery"},
]


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="droid", targets=("droid",)),
        files={
            f"droid/a/{ID}.jsonl": jsonl(*LINES).encode(),
            f"droid/a/{ID}.settings.json": json.dumps(SETTINGS).encode(),
            "droid/b/other.jsonl": jsonl(*LINES[:2]).encode(),
        },
        needed={"session": (), "unknown_line": ()},
    )
