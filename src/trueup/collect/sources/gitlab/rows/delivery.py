"""Rows of pipelines, deployments and releases."""

from __future__ import annotations

import re
from collections.abc import Mapping

from trueup.collect.forge.fields import Fields
from trueup.collect.forge.options import Options
from trueup.collect.forge.services import service_of
from trueup.collect.gathering import Rows
from trueup.collect.sources.gitlab.address import Address
from trueup.config import ServiceSettings

_TRIGGERS = {
    "push": "push",
    "merge_request_event": "change",
    "external_pull_request_event": "change",
    "schedule": "schedule",
    "web": "manual",
}
_OUTCOMES = {
    "success": "success",
    "failed": "failure",
    "canceled": "cancelled",
    "canceling": None,
    "skipped": "skipped",
}
_ENDS = {"success": "success", "failed": "failure", "canceled": "cancelled"}
_REF = re.compile(r"refs/merge-requests/(\d{1,9})/")


class DeliveryRows:
    """Writes pipelines, deployments and releases of one project into `rows`."""

    def __init__(
        self,
        repository_id: str,
        address: Address,
        options: Options,
        services: tuple[ServiceSettings, ...],
        rows: Rows,
    ) -> None:
        self._repository_id = repository_id
        self._prefix = f"gitlab:{address.host}"
        self._options = options
        self._services = services
        self._rows = rows

    def add_run(self, body: Fields) -> None:
        """Add a row for each attempt of a pipeline.

        Raises
        ------
        Unreadable
            It has no id.
        """
        native, begun = body.key("id"), body.at("startedAt")
        queued = body.at("created_at")
        before = body.parts("attempts")
        for number, attempt in enumerate(before, start=1):
            finished = attempt.at("finished_at")
            span = (queued, begun, finished)
            self._run(native, number, body, span, "failure")
            queued = begun = attempt.at("next_started_at")
        status = body.text("status") or ""
        outcome = _OUTCOMES.get(status)
        finished = body.at("finishedAt") if outcome else None
        self._run(native, len(before) + 1, body, (queued, begun, finished), outcome)

    def _run(
        self,
        native: str,
        number: int,
        body: Fields,
        span: tuple[int | None, int | None, int | None],
        outcome: str | None,
    ) -> None:
        queued_at, started_at, finished_at = span
        source, ref = body.text("source") or "", body.text("ref") or ""
        parent = body.text("upstream")
        change = _REF.match(ref)
        tests = self._tests(body) if number > len(body.parts("attempts")) else {}
        self._rows.add(
            "pipeline_run",
            run_id=f"{self._prefix}:{native}" + (f"/attempts/{number}" if number > 1 else ""),
            parent_run_id=f"{self._prefix}:{parent}" if parent else None,
            repository_id=self._repository_id,
            service_id=service_of(self._services, self._repository_id, body.text("name")),
            pipeline=body.text("name"),
            attempt=number,
            trigger="change" if change else _TRIGGERS.get(source, "other"),
            commit_id=self._commit_id(body.text("sha")),
            change_id=f"{self._repository_id}#{change[1]}" if change else None,
            is_default_branch=body.flag("is_default_branch") is True,
            queued_at=queued_at,
            started_at=started_at,
            finished_at=finished_at,
            outcome=outcome,
            **tests,
        )

    def _tests(self, body: Fields) -> Mapping[str, int | None]:
        """Return what the test report counts; a pipeline without any report counts nothing."""
        total = body.part("testReportSummary")
        count = total.number("count")
        if not count:
            return {}
        failed, broken = total.number("failed"), total.number("error")
        skipped = total.number("skipped")
        return {
            "tests_run": max(0, count - (skipped or 0)),
            "tests_failed": None if failed is None else failed + (broken or 0),
            "tests_skipped": skipped,
        }

    def add_deployment(self, body: Fields) -> None:
        """Add a deployment.

        It was over when its job was. Where no job did it, GitLab says when it was finished. The
        instant of its last update moves with whatever happens later and says nothing.

        Raises
        ------
        Unreadable
            It has no id.
        """
        native = body.key("id")
        environment, job = body.part("environment"), body.part("deployable")
        name = environment.text("name")
        outcome = _ENDS.get(body.text("status") or "")
        finished_at = job.at("finished_at") if job else body.at("finished_at")
        if outcome is not None and finished_at is None:
            body.faults.append("finished_at of a deployment is missing")
        pipeline = body.number("pipeline")
        started_at = job.at("started_at") if job else None
        self._rows.add(
            "deployment",
            deployment_id=f"{self._prefix}:{native}",
            service_id=service_of(self._services, self._repository_id, name, job.text("name")),
            repository_id=self._repository_id,
            environment=self._environment(name, environment.text("tier")),
            kind=body.text("kind") or "deploy",
            commit_id=self._commit_id(body.text("sha")),
            started_at=body.at("created_at") if started_at is None else started_at,
            finished_at=finished_at if outcome else None,
            outcome=outcome,
            evidence="forge_deployment",
            run_id=f"{self._prefix}:{pipeline}" if pipeline else None,
        )

    def _environment(self, name: str | None, tier: str | None) -> str | None:
        """Return what an environment is: by its tier, which GitLab guesses where nobody sets it.

        Tiers are production, staging, testing, development and other.
        """
        named = self._options.environment(name, tier == "production")
        is_misnamed = named == "production" and tier not in (None, "other", "production")
        return tier if is_misnamed else named

    def add_release(self, body: Fields) -> None:
        """Add a release, and the artifact where files are linked to it.

        Raises
        ------
        Unreadable
            It has no tag.
        """
        tag = body.key("tag_name")
        release_id = f"{self._repository_id}:{tag}"
        commit_id = self._commit_id(body.text("commit"))
        released_at = body.at("released_at")
        self._rows.add(
            "release",
            release_id=release_id,
            repository_id=self._repository_id,
            tag=tag,
            commit_id=commit_id,
            released_at=released_at,
        )
        if body.number("links"):
            self._rows.add(
                "artifact",
                artifact_id=release_id,
                repository_id=self._repository_id,
                commit_id=commit_id,
                version=tag,
                built_at=released_at,
            )

    def _commit_id(self, sha: str | None) -> str | None:
        return f"{self._repository_id}:{sha}" if sha else None
