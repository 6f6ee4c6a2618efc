"""Windsurf keeps what every source must: its interface, and saved answers."""

from __future__ import annotations

import json

from tests.collect.windsurf.server import ADA, BOB, WindsurfServer, lines, member, run, taken
from trueup.collect.sources.windsurf.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance
from trueup.testing.scripted import Answering

NEEDED = {"lines": ("day",), "completions": ("day",), "run": ("day",), "seat": ()}
LINES = [lines("2026-09-17", 150, 80), lines("2026-09-18", 200, 120)]
TAKEN = [taken("2026-09-17", 12, 30)]
RUNS = [run("2026-09-17", 5), run("2026-09-18", 8, cascadeId="cascade_456")]


def server() -> Answering:
    return WindsurfServer(
        lines={ADA: LINES, BOB: LINES[:1]}, runs={ADA: RUNS}, completions={ADA: TAKEN}
    ).answer


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="windsurf", options={"since": "2026-09-01"}),
        server=server,
        needed=NEEDED,
    )


class TestConformanceOfFiles(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="windsurf", targets=("saved",)),
        files={
            "saved/users.json": json.dumps({"userTableStats": [member(ADA)]}).encode(),
            "saved/lines.json": json.dumps(
                {"queryResults": [{"cascadeLines": {"cascadeLines": LINES}}]}
            ).encode(),
            "saved/runs.json": json.dumps(
                {"queryResults": [{"cascadeRuns": {"cascadeRuns": RUNS}}]}
            ).encode(),
        },
        needed=NEEDED,
    )
