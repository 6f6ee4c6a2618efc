"""Pipelines, deployments and releases: each once, with instants that do not move."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.gitlab.drawn import (
    Payload,
    deployment,
    job,
    merged,
    pipeline,
    release,
)
from tests.collect.gitlab.server import GitLabServer, Project
from tests.collect.gitlab.visiting import Read, read, visit
from tests.collect.gitlab.world import world
from trueup.collect.fields import instant
from trueup.config import Connection, ServiceSettings, Settings

RUN = "gitlab:gitlab.com:401"


def served() -> tuple[GitLabServer, Project]:
    server = GitLabServer()
    return server, server.add()


def deployed(*items: Payload, tiers: dict[str, str] | None = None) -> Read:
    server, one = served()
    one.put_deployments(*items)
    one.environments = [{"name": name, "tier": tier} for name, tier in (tiers or {}).items()]
    return read(visit(server))


def test_a_pipeline_has_its_times_its_outcome_and_its_tests() -> None:
    """90 tests, three of them skipped, so that 87 ran; one failed and one is in error."""
    row = read(visit(world())).only("pipeline_run", run_id=RUN)
    assert (row["queued_at"], row["started_at"], row["finished_at"]) == (
        instant("2024-03-04T10:00:00Z"),
        instant("2024-03-04T10:00:10Z"),
        instant("2024-03-04T10:05:00Z"),
    )
    assert (row["outcome"], row["trigger"], row["is_default_branch"]) == ("success", "push", True)
    assert (row["tests_run"], row["tests_failed"], row["tests_skipped"]) == (87, 2, 3)
    assert (row["pipeline"], row["attempt"], row["change_id"]) == ("Build", 1, None)


def test_a_pipeline_without_a_test_report_has_run_no_known_tests() -> None:
    server, one = served()
    one.put_pipeline(pipeline(401))
    row = read(visit(server)).only("pipeline_run")
    assert (row["tests_run"], row["tests_failed"]) == (None, None)


def test_a_pipeline_of_a_merge_request_names_it() -> None:
    row = read(visit(world())).only("pipeline_run", run_id="gitlab:gitlab.com:403/attempts/2")
    assert (row["change_id"], row["trigger"]) == ("gitlab.com/acme/shop#1", "change")
    assert row["is_default_branch"] is False


def test_pain_6_parent_and_child_pipelines_are_one_deployment() -> None:
    """A parent starts a child; the child's job deploys: two runs, one deploy."""
    server, one = served()
    one.put_pipeline(pipeline(401))
    upstream = {"upstream": {"id": "gid://gitlab/Ci::Pipeline/401"}}
    one.put_pipeline(pipeline(402, source="parent_pipeline", graph=upstream))
    child_job = {"name": "deploy", "finished_at": "2024-03-06T12:04:00Z", "pipeline": {"id": 402}}
    one.put_deployments(deployment(301, deployable=child_job))
    found = read(visit(server))
    assert len(found["deployment"]) == 1
    assert found.only("deployment")["run_id"] == "gitlab:gitlab.com:402"
    parents = {row["run_id"]: row["parent_run_id"] for row in found["pipeline_run"]}
    assert parents == {RUN: None, "gitlab:gitlab.com:402": RUN}


def test_a_pipeline_of_another_project_is_named_as_the_parent_too() -> None:
    server, one = served()
    upstream = {"upstream": {"id": "gid://gitlab/Ci::Pipeline/99"}}
    one.put_pipeline(pipeline(401, source="pipeline", graph=upstream))
    assert read(visit(server)).only("pipeline_run")["parent_run_id"] == "gitlab:gitlab.com:99"


def test_a_failed_pipeline_run_again_by_somebody_has_two_attempts() -> None:
    """Failed at 10:02, run again at 10:30, green at 10:33."""
    server, one = served()
    graph = {"finishedAt": "2024-03-04T10:33:00Z"}
    one.put_pipeline(
        pipeline(401, graph=graph),
        jobs=[
            job("test", "failed", "2024-03-04T10:00:00Z", "2024-03-04T10:02:00Z"),
            job("lint", "failed", "2024-03-04T10:00:00Z", "2024-03-04T10:01:00Z"),
            job("test", "success", "2024-03-04T10:30:00Z", "2024-03-04T10:33:00Z"),
            job("lint", "success", "2024-03-04T10:30:00Z", "2024-03-04T10:31:00Z"),
        ],
    )
    first, second = read(visit(server))["pipeline_run"]
    assert (first["run_id"], first["attempt"], first["outcome"]) == (RUN, 1, "failure")
    assert first["finished_at"] == instant("2024-03-04T10:02:00Z")
    assert (second["run_id"], second["attempt"]) == (f"{RUN}/attempts/2", 2)
    assert (second["started_at"], second["outcome"]) == (instant("2024-03-04T10:30:00Z"), "success")


def test_what_a_pipeline_runs_again_by_itself_is_no_attempt() -> None:
    """``retry: 2`` starts the job again two seconds after it failed."""
    server, one = served()
    one.put_pipeline(
        pipeline(401),
        jobs=[
            job("test", "failed", "2024-03-04T10:00:00Z", "2024-03-04T10:02:00Z"),
            job("test", "success", "2024-03-04T10:02:02Z", "2024-03-04T10:04:00Z"),
        ],
    )
    assert [row["attempt"] for row in read(visit(server))["pipeline_run"]] == [1]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("success", "success"),
        ("failed", "failure"),
        ("canceled", "cancelled"),
        ("skipped", "skipped"),
        ("running", None),
        ("manual", None),
    ],
)
def test_a_pipeline_that_is_not_over_has_neither_outcome_nor_end(
    status: str, outcome: str | None
) -> None:
    server, one = served()
    one.put_pipeline(pipeline(401, status))
    row = read(visit(server)).only("pipeline_run")
    assert row["outcome"] == outcome
    assert (row["finished_at"] is None) == (outcome is None)


def test_a_deployment_is_over_when_its_job_was_and_stays_so() -> None:
    """Its last update moves to May when it is touched; the end stays at 12:04."""
    for updated in ("2024-03-06T12:04:01.000Z", "2024-05-01T00:00:00.000Z"):
        row = deployed(deployment(301, updated_at=updated)).only("deployment")
        assert row["started_at"] == instant("2024-03-06T12:01:00Z")
        assert row["finished_at"] == instant("2024-03-06T12:04:00Z")
        assert (row["outcome"], row["environment"]) == ("success", "production")
        assert row["run_id"] == RUN


def test_a_deployment_no_job_did_was_finished_when_gitlab_says() -> None:
    found = deployed(deployment(302, deployable=None, finishedAt="2024-03-08T00:00:00Z"))
    row = found.only("deployment")
    assert row["finished_at"] == instant("2024-03-08T00:00:00Z")
    unknown = deployed(deployment(302, deployable=None))
    assert unknown.only("deployment")["finished_at"] is None
    assert [s.reason for s in unknown.skipped] == ["finished_at of a deployment is missing"]


def test_the_tier_of_an_environment_says_whether_users_reach_it() -> None:
    """``gamma`` is production by its tier; ``production`` of the tier testing is not."""
    found = deployed(
        deployment(301, environment={"name": "gamma"}),
        deployment(302, environment={"name": "production"}),
        deployment(303, environment={"name": "live-eu"}),
        tiers={"gamma": "production", "production": "testing", "live-eu": "other"},
    )
    told = {row["deployment_id"][-3:]: row["environment"] for row in found["deployment"]}
    assert told["301"] == "production"
    assert told["302"] == "testing"
    assert told["303"] == "production"


def test_redeploys_and_rollbacks_are_told_apart_whatever_visit_saw_what_first() -> None:
    """a, b, b again, a again, c: deploy, deploy, redeploy, rollback, deploy."""
    shas = [letter * 40 for letter in "abbac"]
    items = [
        deployment(301 + n, sha, updated_at=f"2024-03-{6 + n:02d}T12:04:01Z")
        for n, sha in enumerate(shas)
    ]
    kinds = ["deploy", "deploy", "redeploy", "rollback", "deploy"]
    assert [row["kind"] for row in deployed(*items)["deployment"]] == kinds
    server, one = served()
    kept = None
    for item in items:
        begun = item["updated_at"].replace("12:04:01", "12:01:00")
        one.put_deployments({**item, "status": "running", "updated_at": begun})
        kept = visit(server, kept)
        one.put_deployments(item)
        kept = visit(server, kept)
    touched = {**items[1], "updated_at": "2024-06-01T00:00:00Z"}
    one.put_deployments(touched)
    found = read(visit(server, kept))
    told = {row["deployment_id"]: row["kind"] for row in found["deployment"]}
    assert [told[f"gitlab:gitlab.com:{301 + n}"] for n in range(5)] == kinds


@pytest.mark.parametrize(
    ("status", "outcome"), [("failed", "failure"), ("canceled", "cancelled"), ("running", None)]
)
def test_a_deployment_that_did_not_succeed_says_so(status: str, outcome: str | None) -> None:
    row = deployed(deployment(301, status=status)).only("deployment")
    assert row["outcome"] == outcome


def test_a_service_is_told_by_the_name_of_the_environment_or_the_job() -> None:
    server, one = served()
    one.put_deployments(deployment(301, environment={"name": "production/cart"}))
    settings = Settings(
        services=tuple(
            ServiceSettings(name=name, repository="gitlab.com/acme/shop", paths=(name,))
            for name in ("cart", "search")
        )
    )
    assert read(visit(server), settings=settings).only("deployment")["service_id"] == "cart"


def test_releases_stand_with_their_commit_and_what_is_linked_to_them() -> None:
    found = read(visit(world()))
    assert {row["release_id"] for row in found["release"]} == {
        "gitlab.com/acme/shop:v1",
        "gitlab.com/acme/shop:v2",
    }
    assert found.only("artifact")["artifact_id"] == "gitlab.com/acme/shop:v2"
    assert found.only("artifact")["commit_id"] == f"gitlab.com/acme/shop:{'d' * 40}"


def test_a_release_announced_for_later_is_none_yet() -> None:
    server, one = served()
    one.releases = [release("v9", "2030-01-01T00:00:00.000Z", upcoming_release=True)]
    assert read(visit(server))["release"] == []


def test_runs_and_deployments_before_a_date_are_left_out_when_asked_to() -> None:
    server, one = served()
    one.put_pipeline(pipeline(401))
    one.put_deployments(deployment(301))
    one.put(merged(1))
    options: dict[str, Any] = {"since": "2024-06-01"}
    connection = Connection(source="gitlab", targets=("acme/shop",), options=options)
    found = read(visit(server, connection=connection), connection=connection)
    assert (found["pipeline_run"], found["deployment"]) == ([], [])
    assert len(found["change"]) == 1
