"""Anthropic as a source: what is read of an organisation, and how it becomes rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from trueup.collect.ai.reports.buckets import Reports
from trueup.collect.ai.reports.naming import Teams
from trueup.collect.ai.reports.paging import Listed, field_by_id, unless_refused
from trueup.collect.ai.reports.people import People
from trueup.collect.ai.reports.reading import owners, report_rows
from trueup.collect.answers import mapping, said
from trueup.collect.fields import clean
from trueup.collect.gathering import Rows
from trueup.collect.recorded import (
    Fetched,
    Normalised,
    Note,
    Reading,
    Record,
    Server,
    Signing,
    Visit,
    Web,
)
from trueup.collect.sources.anthropic.asking import claude_code, cost, messages
from trueup.collect.sources.anthropic.door import Door
from trueup.collect.sources.anthropic.rows import ReportRows
from trueup.collect.sources.anthropic.settings import OPTIONS, read_options
from trueup.collect.unnamed import Unnamed
from trueup.config import Connection
from trueup.errors import SourceUnavailable

_CLOUD = "https://api.anthropic.com"
_USERS = Listed(path="v1/organizations/users", after="after_id", subject="users of anthropic")
_WORKSPACES = Listed(
    path="v1/organizations/workspaces", after="after_id", subject="workspaces of anthropic"
)
_VERSION = "2023-06-01"
_LATE = timedelta(hours=1)
"""Claude Code's report leaves out what is younger: documentation of the report."""
_SWEPT = {
    "messages": (("ai_request", ""),),
    "cost": (("ai_spend", ""),),
    "claude_code": (("ai_lines", ""),),
    "claude_code_model": (("ai_request", ""),),
}


@dataclass(frozen=True, slots=True)
class Anthropic:
    """Tokens, cost and Claude Code of one organisation."""

    name: ClassVar[str] = "anthropic"
    version: ClassVar[int] = 2
    server: ClassVar[Server | None] = Server(
        address=_CLOUD,
        signing=Signing(header="x-api-key", form="{token}"),
        headers={"anthropic-version": _VERSION},
        at_once=2,
        needs_targets=False,
        rights="an Admin API key (sk-ant-admin...), which admins of the organisation make",
    )
    options: ClassVar[Mapping[str, str]] = OPTIONS
    owners: ClassVar[Mapping[str, str]] = {
        **owners("ai_request", "ai_activity", "ai_lines", "ai_spend"),
        "team": "team_id",
    }

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return the organisation of the key."""
        read_options(connection)
        answer = mapping(web.get("v1/organizations/me"))
        native = clean(said(answer, "id"))
        if not native:
            raise SourceUnavailable(
                "Anthropic does not say which organisation the key is of.",
                hint="Use an Admin API key, which begins with sk-ant-admin.",
            )
        host = urlsplit(connection.url or _CLOUD).netloc.lower()
        return [(clean(said(answer, "name")) or native, f"{host}/{native}")]

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what is new of the reports; one that the key may not see costs none of the rest."""
        options = read_options(visit.connection)
        notes: list[Note] = []
        door = Door(
            addresses=field_by_id(visit.web, _USERS, "email", notes),
            workspaces=field_by_id(visit.web, _WORKSPACES, "name", notes),
            until=_until(visit.now),
        )
        yield from notes
        unnamed = Unnamed("rows of reports of anthropic")
        reports = Reports(visit=visit, unnamed=unnamed)
        readers: dict[str, Callable[[], Iterator[Fetched]]] = {
            "messages": lambda: reports.read(messages(door)),
            "cost": lambda: reports.read(cost(door)),
            "claude_code": lambda: claude_code(reports, door),
        }
        for name in options.reports:
            yield from unless_refused(readers[name], f"{name} report of anthropic")
        if any("|priority|" in key for key in visit.known("messages")):
            yield _priority()
        yield from unnamed.notes()

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn rows of reports into rows of tables."""
        rows, people = Rows(), People(reading)
        teams = Teams(reading.target_id, read_options(reading.connection).teams, rows)
        told = ReportRows(rows, people, teams)
        tell = {
            "messages": told.messages,
            "cost": told.cost,
            "claude_code": told.claude_code,
            "claude_code_model": told.claude_code_model,
        }
        return report_rows(records, reading, rows, people, tell, _SWEPT)


SOURCE = Anthropic()


def _until(now: int) -> str:
    return (datetime.fromtimestamp(now / 1_000_000, UTC) - _LATE).isoformat()


def _priority() -> Note:
    return Note(
        subject="cost of the priority tier of anthropic",
        expected=None,
        seen=0,
        skipped=0,
        reason="tokens of the priority tier were used, whose cost the cost report leaves out",
        remedy="Bring the invoice of the commitment by files of events, kind ai_spend.",
    )
