"""GitHub as a source: what is read, in which order, and how records become rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from trueup.collect.attribution import load_rules
from trueup.collect.fields import Unreadable
from trueup.collect.forge.fields import Fields
from trueup.collect.forge.options import OPTIONS, read_options
from trueup.collect.recorded import (
    TEXTS,
    Fetched,
    Gone,
    Normalised,
    Note,
    Reading,
    Record,
    Scope,
    Server,
    Skipped,
    Visit,
    Web,
)
from trueup.collect.sources.github import queries
from trueup.collect.sources.github.address import CLOUD, address_of
from trueup.collect.sources.github.asking.deployments import deployments
from trueup.collect.sources.github.asking.graph import Graph
from trueup.collect.sources.github.asking.items import Kind, items
from trueup.collect.sources.github.asking.listing import About, about, releases, repository, teams
from trueup.collect.sources.github.asking.runs import Span, runs
from trueup.collect.sources.github.asking.targets import targets
from trueup.collect.sources.github.door.keeping import Door
from trueup.collect.sources.github.rows.recording import Recording
from trueup.config import Connection
from trueup.errors import SourceUnavailable

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class GitHub:
    """Changes, issues, workflow runs, deployments, releases, teams and code owners."""

    name: ClassVar[str] = "github"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = Server(
        address=CLOUD,
        headers={
            "accept": "application/vnd.github+json",
            "x-github-api-version": "2022-11-28",
        },
        rights="classic: repo and read:org; fine-grained: read access to Metadata, Contents, "
        "Pull requests, Issues, Actions and Deployments, and to Members of the organisation",
        scopes_header="x-oauth-scopes",
        texts=TEXTS - {"text"},  # the content of CODEOWNERS: only folders and teams are kept
        scopes=(
            Scope(name="repo", opens="repositories that are not public"),
            Scope(
                name="read:org",
                opens="teams of organisations and who is in them",
                wider=("write:org", "admin:org"),
            ),
        ),
    )
    options: ClassVar[Mapping[str, str]] = OPTIONS
    owners: ClassVar[Mapping[str, str]] = {
        "repository": "repository_id",
        "service": "repository_id",
        "account": "account_id",
        "change": "change_id",
        "change_event": "change_id",
        "proposed_commit": "change_id",
        "review": "change_id",
        "review_comment": "change_id",
        "ai_attribution": "target_id",
        "work_item_mention": "target_id",
        "work_item": "work_item_id",
        "work_item_transition": "work_item_id",
        "work_item_event": "work_item_id",
        "incident": "incident_id",
        "pipeline_run": "run_id",
        "deployment": "deployment_id",
        "release": "release_id",
        "artifact": "artifact_id",
        "team": "team_id",
        "membership": "team_id",
    }

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return every repository the connection names, and the organisations they are of."""
        return targets(connection, web, address_of(connection))

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what is new of a repository, or the teams of an organisation."""
        graph = Graph(visit.web, address_of(visit.connection).graphql)
        if "/" in visit.target:
            yield from _repository(visit, graph)
        else:
            yield from _unless_refused(
                lambda: teams(visit, graph), "teams", "Give the token the scope read:org."
            )
        yield from _withheld(graph)

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn records into rows; accounts come last, each once."""
        recording = Recording(reading)
        for number, record in enumerate(records, start=1):
            if record.body is None:
                yield Gone(table=recording.table(record.kind), row_id=recording.row_id(record))
                continue
            body = Fields(record.body, reading.now)
            try:
                recording.add(record.kind, body)
            except Unreadable as error:
                yield Skipped(kind=record.kind, key=record.key, reason=str(error))
            for fault in dict.fromkeys(body.faults):
                yield Skipped(kind=record.kind, key=record.key, reason=fault, is_whole=False)
            if number % _CHUNK == 0:
                yield from recording.batches()
        recording.add_accounts()
        yield from recording.batches()


SOURCE = GitHub()


def _repository(visit: Visit, graph: Graph) -> Iterator[Fetched]:
    told = about(visit, graph)
    address = address_of(visit.connection)
    options = read_options(visit.connection)
    yield from repository(visit, told)
    for kind in _kinds(visit, told):
        yield from items(visit, graph, kind, told.newest(kind.connection))
    yield from releases(visit, graph)
    yield from _unless_refused(
        lambda: deployments(visit, graph, address.rest, options.since),
        "deployments",
        "Give the token the right to read deployments.",
    )
    begins = f"{options.since}T00:00:00Z" if options.since else told.begins
    span = Span(rest=address.rest, default_branch=told.default_branch, begins=begins)
    yield from _unless_refused(
        lambda: runs(visit, span), "workflow runs", "Give the token the right to read actions."
    )


def _kinds(visit: Visit, told: About) -> tuple[Kind, Kind]:
    address = address_of(visit.connection)
    door = Door(address.repository_id(visit.target), load_rules())
    return (
        Kind(
            stream="changes",
            record="change",
            connection=queries.CHANGES,
            fragment=queries.item(queries.CHANGES, ()),
            keep=door.change,
        ),
        Kind(
            stream="issues",
            record="issue",
            connection=queries.ISSUES,
            fragment=queries.item(queries.ISSUES, told.issue_fields),
            path=f"{address.rest}/repos/{visit.target}/issues",
            keep=door.issue,
        ),
    )


def _unless_refused(
    read: Callable[[], Iterator[Fetched]], subject: str, remedy: str
) -> Iterator[Fetched]:
    """Yield what is read; a part the token may not see is a fact, not the end of the visit."""
    try:
        yield from read()
    except SourceUnavailable as error:
        yield Note(
            subject=subject, expected=None, seen=0, skipped=0, reason=error.fact, remedy=remedy
        )


def _withheld(graph: Graph) -> Iterator[Note]:
    for kind, count in sorted(graph.hidden.items()):
        yield Note(
            subject="parts of answers",
            expected=None,
            seen=0,
            skipped=count,
            reason=f"GitHub withheld parts of its answers: {kind}.",
            remedy="Give the token access to what the repository refers to.",
        )
