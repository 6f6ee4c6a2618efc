"""Rows of workflow runs, deployments and releases."""

from __future__ import annotations

from trueup.collect.forge.fields import Fields
from trueup.collect.forge.options import Options
from trueup.collect.forge.services import service_of
from trueup.collect.gathering import Rows
from trueup.collect.sources.github.address import Address
from trueup.config import ServiceSettings

_TRIGGERS = {
    "push": "push",
    "pull_request": "change",
    "pull_request_target": "change",
    "merge_group": "change",
    "schedule": "schedule",
    "workflow_dispatch": "manual",
}
_OUTCOMES = {
    "success": "success",
    "failure": "failure",
    "startup_failure": "failure",
    "cancelled": "cancelled",
    "stale": "cancelled",
    "timed_out": "timed_out",
    "skipped": "skipped",
    "neutral": "skipped",
}
_FAILED = ("FAILURE", "ERROR")


class DeliveryRows:
    """Writes runs, deployments and releases of one repository into `rows`."""

    def __init__(
        self,
        repository_id: str,
        address: Address,
        options: Options,
        services: tuple[ServiceSettings, ...],
        rows: Rows,
    ) -> None:
        self._repository_id = repository_id
        self._prefix = f"github:{address.host}"
        self._options = options
        self._services = services
        self._rows = rows

    def add_run(self, body: Fields) -> None:
        """Add a row for each attempt of a run.

        Raises
        ------
        Unreadable
            It has no id.
        """
        native = body.key("id")
        for attempt in (*body.parts("attempts"), body):
            self._attempt(native, attempt, body)

    def _attempt(self, native: str, attempt: Fields, run: Fields) -> None:
        number = attempt.number("run_attempt") or 1
        event = run.text("event") or ""
        trigger = _TRIGGERS.get(event, "other")
        begun = attempt.at("run_started_at")
        is_over = attempt.text("status") == "completed"
        outcome = _OUTCOMES.get(attempt.text("conclusion") or "") if is_over else None
        changes = run.numbers("pull_requests") if trigger == "change" else []
        self._rows.add(
            "pipeline_run",
            run_id=f"{self._prefix}:{native}" + (f"/attempts/{number}" if number > 1 else ""),
            repository_id=self._repository_id,
            service_id=service_of(self._services, self._repository_id, run.text("name")),
            pipeline=run.text("name") or run.text("path"),
            attempt=number,
            trigger=trigger,
            commit_id=self._commit_id(attempt.text("head_sha")),
            change_id=f"{self._repository_id}#{changes[0]}" if changes else None,
            is_default_branch=run.flag("is_default_branch") is True and trigger != "change",
            queued_at=attempt.at("created_at") if number == 1 else begun,
            started_at=begun,
            finished_at=attempt.at("updated_at") if outcome else None,
            outcome=outcome,
        )

    def add_deployment(self, body: Fields) -> None:
        """Add a deployment.

        Raises
        ------
        Unreadable
            It has no id.
        """
        native = body.key("id")
        name = body.text("environment")
        created_at = body.at("created_at")
        started_at, finished_at, outcome = course(body.parts("statuses"))
        runs = [run for status in body.parts("statuses") if (run := status.text("run"))]
        self._rows.add(
            "deployment",
            deployment_id=f"{self._prefix}:{native}",
            service_id=service_of(self._services, self._repository_id, name, body.text("task")),
            repository_id=self._repository_id,
            environment=self._options.environment(name, body.flag("production_environment")),
            kind=body.text("kind") or "deploy",
            commit_id=self._commit_id(body.text("sha")),
            started_at=created_at if started_at is None else started_at,
            finished_at=finished_at,
            outcome=outcome,
            evidence="forge_deployment",
            run_id=f"{self._prefix}:{runs[-1]}" if runs else None,
        )

    def add_release(self, body: Fields) -> None:
        """Add a release, and the artifact where it has files.

        Raises
        ------
        Unreadable
            It has no tag.
        """
        tag = body.key("tagName")
        release_id = f"{self._repository_id}:{tag}"
        commit_id = self._commit_id(body.part("tagCommit").text("oid"))
        published_at = body.at("publishedAt")
        self._rows.add(
            "release",
            release_id=release_id,
            repository_id=self._repository_id,
            tag=tag,
            commit_id=commit_id,
            released_at=published_at,
            is_prerelease=body.flag("isPrerelease"),
        )
        if body.part("releaseAssets").number("totalCount"):
            self._rows.add(
                "artifact",
                artifact_id=release_id,
                repository_id=self._repository_id,
                commit_id=commit_id,
                version=tag,
                built_at=published_at,
            )

    def _commit_id(self, sha: str | None) -> str | None:
        return f"{self._repository_id}:{sha}" if sha else None


def course(statuses: list[Fields]) -> tuple[int | None, int | None, str | None]:
    """Return when a deployment began, when it was over, and how, by its status events.

    It succeeded at its first success, whatever was said later: then it reached its users.
    Otherwise it failed at the last failure, or was given up when it was made inactive before it
    had ended. The instant of the deployment itself moves with every later event and says nothing.
    """
    said: dict[str, list[int]] = {}
    for status in statuses:
        at, state = status.at("createdAt"), (status.text("state") or "").upper()
        if at is not None:
            said.setdefault(state, []).append(at)
    begun = min(said.get("IN_PROGRESS", ()), default=None)
    if "SUCCESS" in said:
        return begun, min(said["SUCCESS"]), "success"
    failed = [at for state in _FAILED for at in said.get(state, ())]
    if failed:
        return begun, max(failed), "failure"
    if "INACTIVE" in said:
        return begun, min(said["INACTIVE"]), "cancelled"
    return begun, None, None
