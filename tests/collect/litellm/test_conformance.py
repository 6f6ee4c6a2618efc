"""LiteLLM keeps what every source must, asked or read from exports."""

from __future__ import annotations

import json

from tests.collect.litellm.server import LiteLLMServer, row
from trueup.collect.sources.litellm.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance
from trueup.testing.scripted import Answering

NEEDED = {"request": ("cache_hit",)}
ROWS = [
    row("msg_01", "2026-09-20T10:00:00.5Z"),
    row("msg_02", "2026-09-20T10:01:00Z", user="user-2", metadata={"user_api_key_user_email": ""}),
    row("chatcmpl-3", "2026-09-21T10:00:00Z", custom_llm_provider="openai", model="gpt-5.5"),
]


def filled() -> Answering:
    return LiteLLMServer(rows=ROWS, page=1).answer


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="litellm", options={"since": "2026-09-20"}),
        server=filled,
        needed=NEEDED,
    )


class TestConformanceOfFiles(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="litellm", targets=("logs.json", "logs.jsonl")),
        files={
            "logs.json": json.dumps(ROWS[:2]).encode(),
            "logs.jsonl": "\n".join(map(json.dumps, ROWS[2:])).encode(),
        },
        needed=NEEDED,
    )
