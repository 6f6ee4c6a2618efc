"""Cline keeps what every source must."""

from __future__ import annotations

import json

from tests.collect.cline.test_tasks import BEGAN, ID, asked, say
from trueup.collect.sources.cline.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance

WINDOW = [
    say(0, "task", "hello"),
    asked(5, tokensIn=100, tokensOut=20, cacheReads=30, cost=0.05),
    say(6, "tool", {"tool": "newFileCreated", "path": "b.ts", "content": "1\n2\n"}),
    say(7, "command", "npm test"),
]
TALK = [{"role": "assistant", "content": "x", "ts": BEGAN, "metrics": {"inputTokens": 5}}]


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="cline", targets=("data",)),
        files={
            f"data/tasks/{ID}/ui_messages.json": json.dumps(WINDOW).encode(),
            "data/sessions/s1/s1.messages.json": json.dumps(TALK).encode(),
            "data/state/taskHistory.json": json.dumps(
                [{"id": "1", "ts": BEGAN, "tokensIn": 30, "totalCost": 0.5}]
            ).encode(),
        },
        needed={"session": ()},
    )
