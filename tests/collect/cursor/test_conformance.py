"""Cursor keeps what every source must: its interface, and files of its answers."""

from __future__ import annotations

import json
from typing import Any

from tests.collect.cursor.server import ADA, BOB, CursorServer, commit, event, used
from trueup.collect.sources.cursor.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance
from trueup.testing.scripted import Answering

USAGE = {
    "inputTokens": 126,
    "outputTokens": 450,
    "cacheWriteTokens": 6112,
    "cacheReadTokens": 11964,
    "totalCents": 20.18232,
}
NEEDED = {"day": ("day", "date"), "event": ("timestamp",), "commit": ("commitHash",), "seat": ()}


def filled() -> CursorServer:
    work = {"acceptedLinesAdded": 11, "totalAccepts": 3, "totalRejects": 1, "agentRequests": 4}
    charged: dict[str, Any] = {"tokenUsage": USAGE, "isChargeable": True, "kind": "Usage-based"}
    return CursorServer(
        page=2,
        days=[used(f"2026-09-{n}", who, **work) for n in (18,) for who in (ADA, BOB)],
        events=[
            *(event("2026-09-18", hour, **charged, conversationId="c-1") for hour in range(2)),
            event("2026-09-19", 5),
        ],
        commits=[commit("d1" * 20, "2026-09-18"), commit("d2" * 20, "2026-09-19")],
    )


def server() -> Answering:
    return filled().answer


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="cursor", options={"since": "2026-09-15", "host": "h.org"}),
        server=server,
        needed=NEEDED,
    )


class TestConformanceOfFiles(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="cursor", targets=("exports",)),
        files={
            "exports/days.json": json.dumps({"data": filled().days}).encode(),
            "exports/events.json": json.dumps({"usageEvents": filled().events}).encode(),
            "exports/commits.json": json.dumps({"items": filled().commits}).encode(),
        },
        needed=NEEDED,
    )
