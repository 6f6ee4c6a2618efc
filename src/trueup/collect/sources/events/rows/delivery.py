"""Rows of deployments, incidents, pipeline runs and policy events."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from trueup.collect.environments import environment_of
from trueup.collect.fields import Fields
from trueup.collect.gathering import Rows
from trueup.collect.repositories import repository_id_of
from trueup.collect.sources.events.parsing import day_of
from trueup.collect.sources.events.rows.naming import change_id_of, event_id, team_id_of
from trueup.config import ServiceSettings

_FILE = "file"


class DeliveryRows:
    """Writes what happened into `rows`.

    Parameters
    ----------
    services
        Of trueup.toml: where the code of a service is, where an event does not say.
    zone
        In which days begin.
    """

    def __init__(self, services: tuple[ServiceSettings, ...], zone: ZoneInfo, rows: Rows) -> None:
        homes: dict[str, set[str]] = {}
        for service in services:
            homes.setdefault(service.name.lower(), set()).add(service.repository)
        self._home = {name: min(found) for name, found in homes.items() if len(found) == 1}
        self._zone = zone
        self._rows = rows

    def add_deployment(self, body: Fields) -> None:
        """Add a deployment.

        Raises
        ------
        Unreadable
            It has no id.
        """
        deployment_id = event_id(body.key("id"))
        repository_id = self._repository(body)
        finished_at = body.at("finished_at")
        artifact, run = body.text("artifact"), body.text("run")
        said = body.text("outcome") or "success"
        self._rows.add(
            "deployment",
            deployment_id=deployment_id,
            service_id=body.text("service") or repository_id,
            repository_id=repository_id,
            environment=environment_of(body.text("environment") or "production"),
            kind=body.text("action") or "deploy",
            commit_id=_commit_id(body, repository_id),
            started_at=body.at("started_at"),
            finished_at=finished_at,
            outcome=said if finished_at is not None else None,
            evidence=_FILE,
            artifact_id=artifact,
            run_id=event_id(run) if run else None,
        )

    def add_incident(self, body: Fields) -> None:
        """Add an incident, and what brought it where that is said.

        Raises
        ------
        Unreadable
            It has no id.
        """
        incident_id = event_id(body.key("id"))
        self._rows.add(
            "incident",
            incident_id=incident_id,
            service_id=body.text("service"),
            team_id=team_id_of(body.text("team")),
            severity=body.text("severity"),
            opened_at=body.at("opened_at"),
            acknowledged_at=body.at("acknowledged_at"),
            resolved_at=body.at("resolved_at"),
            environment=environment_of(body.text("environment") or "production"),
        )
        deployment = body.text("deployment")
        brought_by = {
            "deployment": event_id(deployment) if deployment else None,
            "change": change_id_of(body.text("change")),
            "commit": _commit_id(body, self._repository(body)),
        }
        for kind, target_id in brought_by.items():
            if target_id is not None:
                self._rows.add(
                    "incident_link",
                    incident_id=incident_id,
                    target_kind=kind,
                    target_id=target_id,
                    rule=_FILE,
                    grade="declared",
                    probability=1.0,
                )

    def add_run(self, body: Fields) -> None:
        """Add a pipeline run.

        Raises
        ------
        Unreadable
            It has no id.
        """
        repository_id = self._repository(body)
        parent = body.text("parent")
        finished_at = body.at("finished_at")
        self._rows.add(
            "pipeline_run",
            run_id=event_id(body.key("id")),
            parent_run_id=event_id(parent) if parent else None,
            repository_id=repository_id,
            service_id=body.text("service") or repository_id,
            pipeline=body.text("pipeline"),
            attempt=body.number("attempt") or 1,
            trigger=body.text("trigger"),
            commit_id=_commit_id(body, repository_id),
            change_id=change_id_of(body.text("change")),
            is_default_branch=body.flag("is_default_branch"),
            queued_at=body.at("queued_at"),
            started_at=body.at("started_at"),
            finished_at=finished_at,
            outcome=body.text("outcome") if finished_at is not None else None,
            tests_run=body.number("tests_run"),
            tests_failed=body.number("tests_failed"),
            tests_skipped=body.number("tests_skipped"),
        )

    def add_policy(self, body: Fields) -> None:
        """Add a policy event.

        Raises
        ------
        Unreadable
            It has no id.
        """
        self._rows.add(
            "policy_event",
            policy_event_id=event_id(body.key("id")),
            kind=body.text("policy"),
            team_id=team_id_of(body.text("team")),
            tool=body.text("tool"),
            started_at=day(body, "from", self._zone, is_end=False),
            ended_at=day(body, "to", self._zone, is_end=True),
        )

    def _repository(self, body: Fields) -> str | None:
        said = repository_id_of(body.text("repository"))
        return said or self._home.get((body.text("service") or "").lower())


def day(body: Fields, name: str, zone: ZoneInfo, *, is_end: bool) -> int | None:
    """Return the instant a span begins or ends with; None where it is not said, or odd."""
    text = body.text(name)
    if text is None:
        return None
    moment = day_of(text, zone, is_end=is_end)
    if moment is None:
        body.faults.append(f"{name} is no day")
    return moment


def _commit_id(body: Fields, repository_id: str | None) -> str | None:
    sha = body.text("commit")
    if sha is None:
        return None
    if repository_id is None:
        body.faults.append("commit is of no known repository")
        return None
    return f"{repository_id}:{sha.lower()}"
