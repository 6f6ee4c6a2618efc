"""Gemini CLI keeps what every source must."""

from __future__ import annotations

from tests.collect.ai.machine import jsonl
from tests.collect.gemini_cli.chats import (
    CHILD,
    FOLDER,
    MAIN,
    SESSION,
    answer,
    call,
    head,
    prompt,
    tokens,
)
from trueup.collect.sources.gemini_cli.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance

WRITTEN = call(8, "write_file", file_path="a", content="x\n")
LINES = [head(), prompt(1, "u1"), answer(9, "g1", tokens(90, 9, thoughts=3), WRITTEN), {"odd": 1}]
CHILDS = [head(CHILD, kind="subagent"), answer(9, "g9", tokens(40, 4))]


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="gemini_cli", targets=("gemini",)),
        files={
            f"gemini/{MAIN}.jsonl": jsonl(*LINES).encode(),
            f"gemini/{FOLDER}/{SESSION}/{CHILD}.jsonl": jsonl(*CHILDS).encode(),
        },
        needed={"session": (), "unknown_line": ()},
    )
