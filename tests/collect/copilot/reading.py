"""Visits to a scripted GitHub, and what is read of Copilot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.collect.copilot.server import (
    ADA,
    CopilotServer,
    Payload,
    feature,
    user_day,
)
from tests.collect.incidents.visiting import Kept, Read, Tool
from trueup.collect.sources.copilot.source import SOURCE
from trueup.config import Connection

ACME = "copilot:github.com/acme"
DAY_MICROSECONDS = 86_400_000_000
ADA_ID, BOB_ID = "github|11", "github|12"
CODE = feature("code_completion", offers=(10, 4), lines=(30, 12, 0))
CHAT = feature("chat_panel_ask_mode", offers=(6, 3), lines=(20, 9, 0), prompts=7)
EDIT = feature("agent_edit", offers=(5, 0), lines=(0, 80, 9))


def tool_of(target: str = "acme", **options: object) -> Tool:
    connection = Connection(
        source="copilot", targets=(target,), options={"since": "2026-09-14", **options}
    )
    return Tool(SOURCE, connection, ACME, target)


TOOL = tool_of()


def read_day(*features: Payload, day: str = "2026-09-18", **more: Any) -> Read:
    return TOOL.collected(
        CopilotServer(reports={day: [user_day(day, ADA, *features, **more)]}).answer
    )


def lines_of(found: Read) -> list[tuple[Any, ...]]:
    names = ("layer", "mode", "offered_count", "accepted_count", "lines_added", "lines_removed")
    return sorted((tuple(one[name] for name in names) for one in found["ai_lines"]), key=str)


def read_files(folder: Path, *, level: str = "users") -> tuple[Read, Kept]:
    connection = Connection(source="copilot", targets=(str(folder),), options={"level": level})
    tool = Tool(SOURCE, connection, "copilot:copilot/saved", str(folder))
    kept = tool.visit(CopilotServer().answer)
    return tool.read(kept), kept
