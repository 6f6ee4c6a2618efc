"""Copilot keeps what every source must: its interface, and saved reports."""

from __future__ import annotations

import json

from tests.collect.copilot.server import (
    ADA,
    BOB,
    CopilotServer,
    credit,
    feature,
    seat,
    user_day,
)
from trueup.collect.sources.copilot.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance
from trueup.testing.scripted import Answering

CLI = {
    "session_count": 2,
    "request_count": 5,
    "prompt_count": 3,
    "token_usage": {"prompt_tokens_sum": 3800, "output_tokens_sum": 500},
}
NEEDED = {
    "user_day": ("day",),
    "total_day": ("day",),
    "legacy_day": ("day",),
    "seat": (),
    "use": (),
    "seat_fee": (),
}
LEGACY = {
    "date": "2024-06-24",
    "copilot_ide_code_completions": {
        "editors": [
            {
                "name": "vscode",
                "models": [
                    {"name": "default", "languages": [{"total_code_suggestions": 9}]},
                ],
            }
        ]
    },
    "copilot_ide_chat": {"editors": [{"models": [{"total_chats": 4}]}]},
}


def filled() -> CopilotServer:
    code = feature("code_completion", offers=(10, 4), lines=(30, 12, 0))
    edit = feature("agent_edit", offers=(3, 0), lines=(0, 80, 9))
    return CopilotServer(
        page=1,
        reports={
            "2026-09-20": [
                user_day("2026-09-20", ADA, code, edit, totals_by_cli=CLI),
                user_day("2026-09-20", BOB, code, ai_credits_used=12.4),
            ],
        },
        seats=[seat(ADA), seat(BOB, pending_cancellation_date="2026-12-01")],
        credits={"2026-09-20": [credit("gpt-5", 4.5, 1.25)]},
        bills={"2026-09": [credit("", 19.0, 0.0, unitType="user-months", date="2026-09-01")]},
    )


def server() -> Answering:
    return filled().answer


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="copilot", targets=("acme",), options={"since": "2026-09-20"}),
        server=server,
        needed=NEEDED,
    )


class TestConformanceOfFiles(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="copilot", targets=("saved",)),
        files={
            "saved/users.ndjson": b"\n".join(
                json.dumps(one).encode() for day in filled().reports.values() for one in day
            ),
            "saved/seats.json": json.dumps({"seats": filled().seats}).encode(),
            "saved/legacy.json": json.dumps([LEGACY]).encode(),
            "saved/bill.json": json.dumps(
                {
                    "timePeriod": {"year": 2026, "month": 9},
                    "usageItems": filled().credits["2026-09-20"],
                }
            ).encode(),
        },
        needed=NEEDED,
    )
