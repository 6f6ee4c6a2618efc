"""Claude Code keeps what every source must."""

from __future__ import annotations

from tests.collect.ai.machine import jsonl
from tests.collect.claude_code.test_order import history
from trueup.collect.sources.claude_code.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="claude_code", targets=("logs",)),
        files={f"logs/{name}": jsonl(*lines).encode() for name, lines in history().items()},
        needed={"session": (), "request": ("seen",)},
    )
