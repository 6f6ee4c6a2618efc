"""GitLab as a source: what is read, in which order, and how records become rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from trueup.collect.attribution import load_rules
from trueup.collect.fields import Unreadable
from trueup.collect.forge.fields import Fields
from trueup.collect.recorded import (
    Fetched,
    Gone,
    Normalised,
    Note,
    Reading,
    Record,
    Server,
    Skipped,
    Visit,
    Web,
)
from trueup.collect.sources.gitlab.address import CLOUD, address_of
from trueup.collect.sources.gitlab.asking.changes import Changes
from trueup.collect.sources.gitlab.asking.deployments import Deployments
from trueup.collect.sources.gitlab.asking.graph import Graph
from trueup.collect.sources.gitlab.asking.groups import epics, groups, teams
from trueup.collect.sources.gitlab.asking.issues import Issues
from trueup.collect.sources.gitlab.asking.listing import about, releases, repository
from trueup.collect.sources.gitlab.asking.runs import Runs
from trueup.collect.sources.gitlab.asking.targets import GROUP, targets
from trueup.collect.sources.gitlab.door.keeping import Door
from trueup.collect.sources.gitlab.rows.recording import Recording
from trueup.collect.sources.gitlab.settings import OPTIONS, read_settings
from trueup.config import Connection
from trueup.errors import SourceUnavailable

_CHUNK = 1000
_REMEDY = "Give the token the scope read_api and its user the role Reporter."


@dataclass(frozen=True, slots=True)
class GitLab:
    """Merge requests, issues, epics, pipelines, deployments, releases, groups, code owners."""

    name: ClassVar[str] = "gitlab"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = Server(
        address=CLOUD, rights="read_api, of a user, group or project with the role Reporter"
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
        """Return every project the connection names, and the groups they are of."""
        return targets(connection, web, address_of(connection))

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what is new of a project, or the teams and epics of a group."""
        if visit.target.startswith(GROUP):
            yield from _unless_refused(lambda: _group(visit), "groups")
        else:
            yield from _project(visit)

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


SOURCE = GitLab()


def _project(visit: Visit) -> Iterator[Fetched]:
    address = address_of(visit.connection)
    project = address.project(visit.target)
    options, _ = read_settings(visit.connection)
    facts = about(visit, project)
    graph = Graph(web=visit.web, path=address.graphql, project=visit.target)
    door = Door(address.full_id(visit.target), load_rules())
    yield from repository(visit, project, facts)
    changes = Changes(visit=visit, graph=graph, project=project, door=door)
    yield from _unless_refused(changes.read, "changes")
    issues = Issues(visit=visit, graph=graph, project=project)
    yield from _unless_refused(issues.read, "issues")
    yield from _unless_refused(lambda: releases(visit, project), "releases")
    deployments = Deployments(visit, graph, project, options.since)
    yield from _unless_refused(deployments.read, "deployments")
    runs = Runs(
        visit=visit,
        graph=graph,
        project=project,
        default_branch=str(facts.get("default_branch") or ""),
        since=options.since,
    )
    yield from _unless_refused(runs.read, "pipelines")


def _group(visit: Visit) -> Iterator[Fetched]:
    address = address_of(visit.connection)
    path = visit.target.removeprefix(GROUP)
    found = groups(visit, address, path)
    yield from teams(visit, address, found)
    yield from _unless_refused(
        lambda: epics(visit, address, path, found),
        "epics",
        "None, where the licence of the server has no epics.",
    )


def _unless_refused(
    read: Callable[[], Iterator[Fetched]], subject: str, remedy: str = _REMEDY
) -> Iterator[Fetched]:
    """Yield what is read; a part the token may not see is a fact, not the end of the visit."""
    try:
        yield from read()
    except SourceUnavailable as error:
        yield Note(
            subject=subject, expected=None, seen=0, skipped=0, reason=error.fact, remedy=remedy
        )
