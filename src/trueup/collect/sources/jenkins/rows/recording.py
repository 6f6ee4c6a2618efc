"""Kept builds on their way into rows: runs, what they deployed, what they made."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trueup.collect.attribution import load_rules
from trueup.collect.connector import Batch
from trueup.collect.forge.services import service_of
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Reading
from trueup.collect.sources.jenkins.address import address_of
from trueup.collect.sources.jenkins.revision import Revision, revision_of
from trueup.collect.sources.jenkins.rows.fields import Fields
from trueup.collect.sources.jenkins.rows.triggers import Actors, parent_of, trigger_of
from trueup.collect.sources.jenkins.settings import read_options

_OUTCOMES = {
    "SUCCESS": "success",
    "UNSTABLE": "failure",
    "FAILURE": "failure",
    "ABORTED": "cancelled",
    "NOT_BUILT": "skipped",
}
_DEPLOYED = {"timed_out": "failure", "skipped": None}
_CHANGE = re.compile(r"(?:PR|MR)-(\d{1,9})(?:-(?:head|merge))?")


class Recording:
    """Writes kept builds of one target into rows."""

    def __init__(self, reading: Reading) -> None:
        self._address = address_of(reading.connection)
        self._options = read_options(reading.connection)
        self._services = reading.settings.services
        self._project = reading.target
        self._rows = Rows()
        rules = load_rules(reading.settings.attribution.rules)
        self._actors = Actors(reading, self._address, rules)

    def add(self, key: str, body: Fields) -> None:
        """Add all rows of a build.

        Raises
        ------
        Unreadable
            It cannot be named.
        """
        job, _ = body.key("job"), body.key("number")
        run_id, revision = self._address.run_id(key), revision_of(body, job, self._options)
        started_at, finished_at, outcome = _course(body)
        commit_id = _commit_id(revision)
        change_id = _change_id(body, revision)
        service_id = None
        if revision.repository:
            service_id = service_of(self._services, revision.repository, job)
        parent, who = parent_of(body), self._actors.of(body)
        queuing = body.span("queuing")
        waited = None if started_at is None or queuing is None else started_at - queuing
        self._rows.add(
            "pipeline_run",
            run_id=run_id,
            parent_run_id=self._address.run_id(parent) if parent else None,
            repository_id=revision.repository,
            service_id=service_id,
            pipeline=self._project,
            attempt=body.number("attempt") or 1,
            trigger=trigger_of(body, is_of_change=change_id is not None),
            commit_id=commit_id,
            change_id=change_id,
            is_default_branch=self._options.is_default_branch(revision.branch),
            queued_at=waited,
            started_at=started_at,
            finished_at=finished_at,
            outcome=outcome,
            account_id=who.account_id,
            actor_kind=who.kind,
            **_tests(body),
        )
        if outcome == "success" and body.flag("has_artifacts"):
            self._rows.add(
                "artifact",
                artifact_id=run_id,
                repository_id=revision.repository,
                commit_id=commit_id,
                run_id=run_id,
                built_at=finished_at,
            )
        if self._options.deploys(job) is not None and outcome != "skipped":
            self._deployment(run_id, job, body, revision)

    def _deployment(self, run_id: str, job: str, body: Fields, revision: Revision) -> None:
        started_at, finished_at, outcome = _course(body)
        environment = self._options.environment(job, body.part("parameters"))
        if environment is None:
            body.faults.append("the environment it deployed to is not among its parameters")
        service_id = None
        if revision.repository:
            service_id = service_of(self._services, revision.repository, environment, job)
        self._rows.add(
            "deployment",
            deployment_id=run_id,
            service_id=service_id,
            repository_id=revision.repository,
            environment=environment,
            kind=body.text("kind") or "deploy",
            commit_id=_commit_id(revision),
            started_at=started_at,
            finished_at=finished_at,
            outcome=_DEPLOYED.get(outcome or "", outcome),
            evidence="pipeline",
            artifact_id=self._artifact(job, body),
            run_id=run_id,
        )

    def _artifact(self, job: str, body: Fields) -> str | None:
        """Return the artifact deployed: of the one build whose files this build used."""
        found = set()
        for made in body.parts("made_by"):
            name, number = made.text("job"), made.number("number")
            if name and number and name != job:
                found.add(f"{name}#{number}")
        return self._address.run_id(min(found)) if len(found) == 1 else None

    def add_accounts(self) -> None:
        """Add every account met so far."""
        self._actors.rows(self._rows)

    def batches(self) -> Iterator[Batch]:
        """Yield what was added since the last time."""
        return self._rows.batches()

    def run_id(self, key: str) -> str:
        """Return what names the row of a record."""
        return self._address.run_id(key)


def _course(body: Fields) -> tuple[int | None, int | None, str | None]:
    """Return when a build began and was over, and its outcome; null while it runs."""
    started_at, lasted = body.instant("timestamp"), body.span("duration")
    result = body.text("result")
    if body.flag("building") or result is None:
        return started_at, None, None
    outcome = _OUTCOMES.get(result)
    if outcome is None:
        body.faults.append("result is not known")
    if outcome == "cancelled" and body.flag("is_timed_out"):
        outcome = "timed_out"
    finished_at = None if started_at is None or lasted is None else started_at + lasted
    return started_at, finished_at, outcome


def _tests(body: Fields) -> dict[str, int | None]:
    """Return the counts of all test reports of a build; what was skipped did not run."""
    reports = body.parts("tests")
    counts = [
        (report.number("totalCount"), report.number("failCount"), report.number("skipCount") or 0)
        for report in reports
    ]
    sound = [(total, failed, skipped) for total, failed, skipped in counts if total]
    if not sound:
        return {}
    failures = [failed for _, failed, _ in sound if failed is not None]
    return {
        "tests_run": sum(max(0, total - skipped) for total, _, skipped in sound),
        "tests_failed": sum(failures) if len(failures) == len(sound) else None,
        "tests_skipped": sum(skipped for _, _, skipped in sound),
    }


def _commit_id(revision: Revision) -> str | None:
    return f"{revision.repository}:{revision.sha}" if revision.sha else None


def _change_id(body: Fields, revision: Revision) -> str | None:
    """Return the change the branch is of: its page names it, else the job's name."""
    number = body.part("page").text("change")
    named = _CHANGE.fullmatch(body.text("branch") or "")
    if number is None and named is not None:
        number = named[1]
    is_known = revision.repository is not None and number is not None and number.isdecimal()
    return f"{revision.repository}#{int(number or 0)}" if is_known else None
