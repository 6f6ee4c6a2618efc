"""Jira as a source: what is read, in which order, and how records become rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from trueup.collect.attribution import load_rules
from trueup.collect.fields import Fields, Unreadable
from trueup.collect.gathering import Rows
from trueup.collect.recorded import (
    BASIC_WITH_USER,
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
from trueup.collect.sources.jira.asking.cloud import Cloud
from trueup.collect.sources.jira.asking.datacenter import DataCenter
from trueup.collect.sources.jira.asking.issues import KIND, Reader
from trueup.collect.sources.jira.asking.site import find_site
from trueup.collect.sources.jira.asking.targets import targets
from trueup.collect.sources.jira.door.keeping import Door
from trueup.collect.sources.jira.rows.actors import Actors
from trueup.collect.sources.jira.rows.work_items import WorkItemRows
from trueup.collect.sources.jira.settings import OPTIONS, Options, read_options
from trueup.collect.sources.jira.vocabulary import Vocabulary, vocabulary_of
from trueup.config import Connection

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Jira:
    """Issues with all that happened to them."""

    name: ClassVar[str] = "jira"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = Server(
        signing=BASIC_WITH_USER,
        headers={
            "accept": "application/json",
            "accept-language": "en",
            "x-force-accept-language": "true",
        },
        rights="Browse Projects; an API token of Atlassian's cloud, with the address of its user, "
        "or a personal access token of a data center",
    )
    options: ClassVar[Mapping[str, str]] = OPTIONS
    owners: ClassVar[Mapping[str, str]] = {
        "work_item": "work_item_id",
        "work_item_transition": "work_item_id",
        "work_item_event": "work_item_id",
        "work_item_change": "work_item_id",
        "incident": "incident_id",
        "account": "account_id",
        "team": "team_id",
    }

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return every project the connection names."""
        return targets(connection, web)

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what is new of a project."""
        options = read_options(visit.connection)
        site = find_site(visit.web)
        vocabulary = vocabulary_of(
            visit.web.get(f"{site.rest}/field").json(),
            visit.web.get(f"{site.rest}/status").json(),
            visit.web.get(f"{site.rest}/project/{visit.target}/statuses").json(),
            options,
        )
        reader = Reader(
            visit=visit,
            site=site,
            dialect=Cloud(visit.web) if site.is_cloud else DataCenter(visit.web),
            vocabulary=vocabulary,
            door=Door(vocabulary),
        )
        yield from reader.fetch()
        yield from _guesses(vocabulary, options)

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn records into rows; accounts come last, each once."""
        host = reading.target_id.rpartition("/")[0]
        rows = Rows()
        actors = Actors(reading, host, load_rules(reading.settings.attribution.rules))
        options = read_options(reading.connection)
        items = WorkItemRows(f"jira:{host}", options, reading.settings.services, actors, rows)
        for number, record in enumerate(records, start=1):
            if record.body is None:
                yield Gone(table="work_item", row_id=items.item_id(record.key))
                continue
            body = Fields(record.body, reading.now)
            try:
                if record.kind != KIND:
                    raise Unreadable("its kind is not known")  # noqa: TRY301 - one way to skip
                items.add(body)
            except Unreadable as error:
                yield Skipped(kind=record.kind, key=record.key, reason=str(error))
            for fault in dict.fromkeys(body.faults):
                yield Skipped(kind=record.kind, key=record.key, reason=fault, is_whole=False)
            if number % _CHUNK == 0:
                yield from rows.batches()
        actors.rows(rows)
        yield from rows.batches()


SOURCE = Jira()


def _guesses(vocabulary: Vocabulary, options: Options) -> Iterator[Note]:
    """Say which stage each status of the project is taken for, and by whose word."""
    if not vocabulary.statuses:
        return
    stages = {name: options.stage(name, category) for name, category in vocabulary.statuses.items()}
    known = [stage for stage in stages.values() if stage is not None]
    told = ", ".join(f"{name} = {stage or 'unknown'}" for name, stage in sorted(stages.items()))
    yield Note(
        subject="statuses of jira whose stage is known",
        expected=len(stages),
        seen=len(known),
        skipped=len(stages) - len(known),
        reason=f"read as {told}",
        remedy='Correct what is wrong: [connections.options] stages = { "In Review" = "review" }.',
    )
