"""LiteLLM as a source: the requests that went through a gateway, and how they become rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

from trueup.collect.ai.reports.exports import on_disk
from trueup.collect.ai.reports.naming import Teams
from trueup.collect.ai.reports.people import People
from trueup.collect.ai.reports.reading import owners, report_rows
from trueup.collect.answers import mapping
from trueup.collect.gathering import Rows
from trueup.collect.incidents.services import names_of
from trueup.collect.recorded import TEXTS, Fetched, Normalised, Reading, Record, Server, Visit, Web
from trueup.collect.sources.litellm import asking, files
from trueup.collect.sources.litellm.rows import RequestRows
from trueup.collect.sources.litellm.settings import OPTIONS
from trueup.config import Connection

_HERE = "http://localhost:4000"
"""Where LiteLLM listens unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class LiteLLM:
    """Requests of one gateway, by its interface; or of exports, where files are named."""

    name: ClassVar[str] = "litellm"
    version: ClassVar[int] = 2
    server: ClassVar[Server | None] = Server(
        address=_HERE,
        at_once=4,
        needs_targets=False,
        rights="a key of the role proxy_admin or proxy_admin_viewer",
        texts=TEXTS | {"api_key", "user_api_key", "user_agent", "requester_ip_address", "api_base"},
    )
    options: ClassVar[Mapping[str, str]] = OPTIONS
    owners: ClassVar[Mapping[str, str]] = {**owners("ai_request", "ai_spend"), "team": "team_id"}

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return the gateway, once it showed its logs; or every file the connection names."""
        names_of(connection, "teams")
        if connection.targets:
            return on_disk(connection, connection.targets)
        mapping(web.get(asking.question(asking.ANY_TIME, asking.ANY_TIME, 1)))
        host = urlsplit(connection.url or _HERE).netloc.lower()
        return [(host, host)]

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what is new."""
        return files.fetch(visit) if visit.connection.targets else asking.fetch(visit)

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn requests into rows."""
        rows, people = Rows(), People(reading)
        teams = Teams(reading.target_id, names_of(reading.connection, "teams"), rows)
        tell = {"request": RequestRows(rows, people, teams).request}
        return report_rows(records, reading, rows, people, tell)


SOURCE = LiteLLM()
