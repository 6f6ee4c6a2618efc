"""Copilot on a machine keeps what every source must."""

from __future__ import annotations

import json

from tests.collect.ai.machine import jsonl
from tests.collect.copilot_local.drawn import EVENTS, agent, asked, end, event, ran, start
from trueup.collect.sources.copilot_local.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance

LINES = [
    start(),
    event("session.model_change", 1, newModel="gpt-4.1"),
    event("user.message", 2, content="x"),
    *ran(3, "c-1", "create", path="a.py", file_text="one\n"),
    end(9, gpt_5=(3, 1000, 50, 600)),
]
SPANS = [asked("s-1", 1, 100, 5, 20), agent(0, 100, 5)]


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="copilot_local", targets=("copilot",)),
        files={
            f"copilot/{EVENTS}": jsonl(*LINES).encode(),
            "copilot/spans.json": json.dumps(SPANS).encode(),
        },
        needed={"session": ()},
    )
