"""Jenkins as a source: which jobs are read, and how their builds become rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from trueup.collect.fields import Unreadable
from trueup.collect.recorded import (
    BASIC_WITH_USER,
    TEXTS,
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
from trueup.collect.sources.jenkins.address import address_of
from trueup.collect.sources.jenkins.asking.builds import KIND, Builds
from trueup.collect.sources.jenkins.asking.jobs import jobs_of, targets
from trueup.collect.sources.jenkins.rows.fields import Fields
from trueup.collect.sources.jenkins.rows.recording import Recording
from trueup.collect.sources.jenkins.settings import OPTIONS, read_options
from trueup.config import Connection

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Jenkins:
    """Builds of jobs, with their tests, and what they made and deployed."""

    name: ClassVar[str] = "jenkins"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = Server(
        signing=BASIC_WITH_USER,
        rights="Overall/Read, and Job/Read of the jobs; an API token with its user",
        texts=TEXTS | {"shortDescription", "displayName", "fullDisplayName"},
    )
    options: ClassVar[Mapping[str, str]] = OPTIONS
    owners: ClassVar[Mapping[str, str]] = {
        "pipeline_run": "run_id",
        "artifact": "artifact_id",
        "deployment": "deployment_id",
        "account": "account_id",
    }

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return every job the connection names, by full name or pattern of full names."""
        return targets(connection, web, address_of(connection))

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what is new of a job, and of all its branches."""
        options = read_options(visit.connection)
        known = visit.known(KIND) if visit.is_reconciling else frozenset()
        jobs = [Builds(visit, job, options, known) for job in jobs_of(visit)]
        visit.progress.stage("builds", len(jobs))
        news = [job for job in jobs if job.has_news()]
        replies = visit.web.many(job.first_path() for job in news)
        for job, (_, reply) in zip(news, replies, strict=True):
            yield from job.read(reply)
        mute = sum(job.job.next_number == 0 for job in jobs)
        if mute:
            yield Note(
                subject="jobs",
                expected=len(jobs),
                seen=len(jobs) - mute,
                skipped=mute,
                reason="they do not say how many builds they have had",
                remedy="Name in targets only what is a job; report it with its class.",
            )
        yield from _discarded(visit.known(KIND), jobs, is_partial=bool(options.forge.since))

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn builds into rows; accounts come last, each once."""
        recording = Recording(reading)
        for number, record in enumerate(records, start=1):
            if record.body is None:
                yield Gone(table="pipeline_run", row_id=recording.run_id(record.key))
                continue
            body = Fields(record.body, reading.now)
            try:
                if record.kind != KIND:
                    raise Unreadable("its kind is not known")  # noqa: TRY301 - one way to skip
                recording.add(record.key, body)
            except Unreadable as error:
                yield Skipped(kind=record.kind, key=record.key, reason=str(error))
            for fault in dict.fromkeys(body.faults):
                yield Skipped(kind=record.kind, key=record.key, reason=fault, is_whole=False)
            if number % _CHUNK == 0:
                yield from recording.batches()
        recording.add_accounts()
        yield from recording.batches()


SOURCE = Jenkins()


def _discarded(known: frozenset[str], jobs: list[Builds], *, is_partial: bool) -> Iterator[Note]:
    """Tell of builds Jenkins no longer had when they were looked for: their numbers are missing.

    Parameters
    ----------
    is_partial
        Whether only builds since a day are read: those before the first one kept do not count.
    """
    kept: dict[tuple[str, str], list[int]] = {}
    for key in known:
        job, _, number = key.rpartition("#")
        digits, _, life = number.partition("~")
        kept.setdefault((job, life or "1"), []).append(int(digits))
    given = seen = 0
    for one in jobs:
        numbers = kept.get((one.job.name, str(one.standing.life)), [])
        first = min(numbers, default=one.job.next_number) if is_partial else 1
        given += max(len(numbers), one.job.next_number - first)
        seen += len(numbers)
    if seen < given:
        yield Note(
            subject="builds",
            expected=given,
            seen=seen,
            skipped=given - seen,
            reason="Jenkins had discarded them before they were read, or someone deleted them",
            remedy="Let the jobs keep builds for longer than lies between two collections.",
        )
