"""LiteLLM as a source: the requests that went through a gateway, and how they become rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

from trueup.collect.ai.bills.naming import Teams, table_of_names
from trueup.collect.ai.bills.reading import OWNERS, bill_rows
from trueup.collect.ai.reports.people import People
from trueup.collect.answers import mapping
from trueup.collect.recorded import Fetched, Normalised, Reading, Record, Server, Visit, Web
from trueup.collect.sources.litellm import asking, files
from trueup.collect.sources.litellm.rows import PLATFORM, RequestRows
from trueup.collect.sources.litellm.settings import OPTIONS
from trueup.config import Connection

_HERE = "http://localhost:4000"
"""Where LiteLLM listens unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class LiteLLM:
    """Requests of one gateway, by its interface; or of exports, where files are named."""

    name: ClassVar[str] = "litellm"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = Server(
        address=_HERE,
        at_once=4,
        needs_targets=False,
        rights="a key of the role proxy_admin or proxy_admin_viewer",
    )
    options: ClassVar[Mapping[str, str]] = OPTIONS
    owners: ClassVar[Mapping[str, str]] = {
        **{name: OWNERS[name] for name in ("ai_request", "ai_spend", "account")},
        "team": "team_id",
    }

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return the gateway, once it showed its logs; or every file the connection names."""
        table_of_names(connection, "teams")
        if connection.targets:
            return files.targets(connection)
        mapping(web.get(asking.question(asking.ANY_TIME, asking.ANY_TIME, 1)))
        host = urlsplit(connection.url or _HERE).netloc.lower()
        return [(host, host)]

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what is new."""
        return files.fetch(visit) if visit.connection.targets else asking.fetch(visit)

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn requests into rows."""
        people = People(reading)
        teams = Teams(reading.target_id, table_of_names(reading.connection, "teams"))
        rows = RequestRows(people, teams)
        tellers = {"request": (rows.request, "ai_request")}
        return bill_rows(records, reading, tellers, people, PLATFORM)


SOURCE = LiteLLM()
