"""aider keeps what every source must."""

from __future__ import annotations

from tests.collect.ai.machine import jsonl
from tests.collect.aider.test_runs import event, sent
from trueup.collect.sources.aider.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance

LINES = [event(0, "launched"), sent(5, 0.01, 0.01), event(6, "command_test"), event(7, "odd")]


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="aider", targets=("logs",)),
        files={
            "logs/one.jsonl": jsonl(*LINES, event(60, "launched")).encode(),
            "logs/two.jsonl": jsonl(*LINES).encode(),
        },
        needed={"session": (), "unknown_line": ()},
    )
