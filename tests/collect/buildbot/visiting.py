"""Visits to the scripted server, and the rows they come to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx

from tests.collect.buildbot.server import BuildbotServer
from tests.collect.jenkins.visiting import Kept, Killed, Read, Visiting, identify
from trueup.collect.connector import Batch
from trueup.collect.recorded import Page, Reading, Record, Skipped
from trueup.collect.sources.buildbot.source import SOURCE
from trueup.collect.web.client import HttpWeb
from trueup.config import Connection, Settings
from trueup.testing.scripted import FakeTime, Unheard

NOW = 1_790_000_000_000_000  # 2026-09-21T14:13:20Z
HOST = "ci.example.org"
CONNECTION = Connection(source="buildbot", url=f"https://{HOST}", targets=("*",))


def connection(**options: Any) -> Connection:
    """Return a connection to all builders, with these options."""
    return replace(CONNECTION, options=options)


def web_of(server: BuildbotServer, using: Connection = CONNECTION) -> HttpWeb:
    """Return the real client, asking the scripted server."""
    assert SOURCE.server is not None
    carrier = httpx.MockTransport(server.carry)
    return HttpWeb(using, SOURCE.server, Unheard(), clock=FakeTime().clock(), transport=carrier)


def visit(
    server: BuildbotServer,
    builder: str = "shop",
    kept: Kept | None = None,
    *,
    using: Connection = CONNECTION,
    killed_after: int | None = None,
    is_reconciling: bool = False,
) -> Kept:
    """Visit a builder once, and return what is kept.

    Raises
    ------
    Killed
        After so many pages, where that was asked for; `kept` has them.
    """
    kept = kept or Kept()
    kept.written, kept.pages = [], 0
    one = Visiting(
        target=builder,
        target_id=f"buildbot:{HOST}/{builder}",
        connection=using,
        web=web_of(server, using),
        kept=kept,
        is_reconciling=is_reconciling,
    )
    for fetched in SOURCE.fetch(one):
        assert isinstance(fetched, Page)
        kept.keep(fetched)
        if kept.pages == killed_after:
            raise Killed
    return kept


def read(kept: Kept, builder: str = "shop", *, using: Connection = CONNECTION) -> Read:
    """Return the rows of what is kept."""
    reading = Reading(
        target=builder,
        target_id=f"buildbot:{HOST}/{builder}",
        connection=using,
        settings=Settings(),
        identify=identify,
        now=NOW,
    )
    records = [Record(kind=kind, key=key, body=body) for (kind, key), body in kept.bodies.items()]
    found = Read()
    for normalised in SOURCE.normalise(records, reading):
        match normalised:
            case Batch(table, rows):
                found.tables.setdefault(table, []).extend(rows.to_pylist())
            case Skipped():
                found.skipped.append(normalised)
    return found


def run(found: Read, number: int) -> dict[str, Any]:
    """Return the run of a build."""
    return found.only("pipeline_run", run_id=f"buildbot:{HOST}:{number}")
