"""OpenAI as a source: what is read of an organisation, and how it becomes rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar
from urllib.parse import urlsplit

from trueup.collect.ai.reports.buckets import Reports
from trueup.collect.ai.reports.days import SINCE_LATELY
from trueup.collect.ai.reports.naming import Teams
from trueup.collect.ai.reports.paging import Listed, field_by_id, unless_refused
from trueup.collect.ai.reports.people import People
from trueup.collect.ai.reports.reading import owners, report_rows
from trueup.collect.answers import mapping
from trueup.collect.gathering import Rows
from trueup.collect.incidents.services import names_of
from trueup.collect.recorded import Fetched, Normalised, Note, Reading, Record, Server, Visit, Web
from trueup.collect.sources.openai.asking import COSTS, cost, usage
from trueup.collect.sources.openai.door import Door
from trueup.collect.sources.openai.rows import ReportRows
from trueup.collect.unnamed import Unnamed
from trueup.config import Connection

_CLOUD = "https://api.openai.com"
_USERS = Listed(
    path="v1/organization/users", after="after", subject="users of openai", inner="user"
)
_PROJECTS = Listed(path="v1/organization/projects", after="after", subject="projects of openai")
_ANY_DAY = "1735689600"
"""2025-01-01: whether a key may see cost does not depend on the day."""
_SWEPT = {"usage": (("ai_request", ""),), "cost": (("ai_spend", ""),)}


@dataclass(frozen=True, slots=True)
class OpenAI:
    """Tokens and cost of one organisation."""

    name: ClassVar[str] = "openai"
    version: ClassVar[int] = 2
    server: ClassVar[Server | None] = Server(
        address=_CLOUD,
        at_once=2,
        needs_targets=False,
        rights="an admin API key (sk-admin-...) with api.usage.read, and api.management.read for "
        "addresses of users and names of projects; owners of the organisation make it",
    )
    options: ClassVar[Mapping[str, str]] = {
        **SINCE_LATELY,
        "teams": "table of ids or names of projects to names of teams",
    }
    owners: ClassVar[Mapping[str, str]] = {**owners("ai_request", "ai_spend"), "team": "team_id"}

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return the organisation of the key, called as the connection is: OpenAI names it not."""
        names_of(connection, "teams")
        mapping(web.get(COSTS, params={"start_time": _ANY_DAY, "limit": "1"}))
        name = connection.name or "organisation"
        return [(name, f"{urlsplit(connection.url or _CLOUD).netloc.lower()}/{name}")]

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what is new of the reports; one that the key may not see costs none of the rest."""
        notes: list[Note] = []
        door = Door(
            addresses=field_by_id(visit.web, _USERS, "email", notes),
            projects=field_by_id(visit.web, _PROJECTS, "name", notes),
            until=visit.now // 1_000_000,
        )
        yield from notes
        unnamed = Unnamed("buckets of reports of openai")
        reports = Reports(visit=visit, unnamed=unnamed)
        for report in (usage(door), cost(door)):
            about = f"{report.stream} report of openai"
            yield from unless_refused(partial(reports.read, report), about)
        yield from unnamed.notes()

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn rows of reports into rows of tables."""
        rows, people = Rows(), People(reading)
        teams = Teams(reading.target_id, names_of(reading.connection, "teams"), rows)
        told = ReportRows(rows, people, teams)
        tell = {"usage": told.usage, "cost": told.cost}
        return report_rows(records, reading, rows, people, tell, _SWEPT)


SOURCE = OpenAI()
