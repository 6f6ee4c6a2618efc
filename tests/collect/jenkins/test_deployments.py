"""Jobs that deploy, as the operator names them, and the files builds hand on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.jenkins.drawn import (
    OTHER_SHA,
    SHA,
    SHOP,
    Payload,
    after,
    build,
    by,
    caused,
    checked_out,
    given,
    running,
    used,
)
from tests.collect.jenkins.server import BRANCHES, Item, JenkinsServer
from tests.collect.jenkins.visiting import HOST, Read, connection, read, visit
from trueup.collect.fields import instant
from trueup.collect.incidents.named import named
from trueup.collect.sources.jenkins.address import address_of
from trueup.config import Connection, ServiceSettings

FILE: Payload = {"fileName": "till.jar", "relativePath": "till.jar"}


def deployed(*builds: Payload, job: str = "deploy", **options: Any) -> Read:
    """Return the rows of the builds of one job."""
    server = JenkinsServer()
    server.job(job).put(*builds)
    using = connection(**{"deployments": {"deploy*": "Live-EU", "*": "staging"}, **options})
    return read(visit(server, job, using=using), job, using=using)


def test_a_build_of_a_job_that_deploys_is_a_run_and_a_deployment_of_one_name() -> None:
    found = deployed(build(1, caused(by("ada")), checked_out()))
    row = found.only("deployment")
    assert row == row | {
        "deployment_id": f"jenkins:{HOST}:deploy#1",
        "run_id": found.run("deploy#1")["run_id"],
        "service_id": SHOP,
        "repository_id": SHOP,
        "environment": "production",
        "kind": "deploy",
        "commit_id": f"{SHOP}:{SHA}",
        "started_at": instant("2026-03-02T10:00:00Z"),
        "finished_at": instant("2026-03-02T10:05:00Z"),
        "outcome": "success",
        "evidence": "pipeline",
        "artifact_id": None,
    }


def test_a_job_nobody_calls_one_that_deploys_deploys_nothing() -> None:
    assert deployed(build(1), job="shop", deployments={"deploy*": "live"})["deployment"] == []


def test_the_address_of_a_build_in_the_words_of_an_incident_is_its_deployment() -> None:
    """The id that is read out of words is the id that is landed, folders and all."""
    server = JenkinsServer()
    server.job("team/shop", BRANCHES).below["feature%2Fx"] = Item().put(build(1))
    using = connection(deployments={"team/shop/*": "live"})
    found = read(visit(server, "team/shop", using=using), "team/shop", using=using)
    (told,) = named(f"Caused by https://{HOST}/job/team/job/shop/job/feature%252Fx/1/console")
    assert told["kind"] == "deployment"
    assert told["name"] == found.only("deployment")["deployment_id"]


def test_a_server_below_a_folder_and_a_view_of_it_lead_to_the_same_deployment() -> None:
    lead = "https://ci.example.org/team-a"
    addresses = [f"{lead}/job/shop/7/", f"{lead}/view/all/job/shop/7"]
    own_id = address_of(Connection(source="jenkins", url=lead)).run_id("shop#7")
    assert [named(text)[0]["name"] for text in (*addresses, f"see {own_id}.")] == [own_id] * 3


def test_the_environment_may_be_a_parameter_of_the_build() -> None:
    server = JenkinsServer()
    server.job("deploy").put(
        build(1, checked_out(), given(TO="Live")),
        build(2, checked_out(), given(TO="Staging", KEY="hunter2")),
        build(3, checked_out()),
    )
    using = connection(deployments={"deploy": "$TO"})
    kept = visit(server, "deploy", using=using)
    assert "hunter2" not in str(kept.bodies)
    found = read(kept, "deploy", using=using)
    rows = sorted(found["deployment"], key=lambda row: row["deployment_id"])
    assert [row["environment"] for row in rows] == ["production", "staging", None]
    (skipped,) = found.skipped
    assert (skipped.key, skipped.is_whole) == ("deploy#3", False)


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"result": "FAILURE"}, "failure"),
        ({"result": "UNSTABLE"}, "failure"),
        ({"result": "ABORTED"}, "cancelled"),
    ],
)
def test_a_deployment_ends_as_its_build_did(more: dict[str, Any], outcome: str) -> None:
    assert deployed(build(1, **more)).only("deployment")["outcome"] == outcome


def test_a_deployment_under_way_has_no_end_and_one_that_was_not_built_is_none() -> None:
    found = deployed(running(1), build(2, result="NOT_BUILT"))
    row = found.only("deployment")
    assert (row["run_id"], row["outcome"], row["finished_at"]) == (
        f"jenkins:{HOST}:deploy#1",
        None,
        None,
    )


def test_a_job_that_checks_nothing_out_is_of_the_repository_and_commit_it_is_told() -> None:
    found = deployed(
        build(1, given(SHA=SHA.upper())),
        build(2, given(SHA="main")),
        repositories={"deploy": SHOP},
        commit="SHA",
    )
    commits = {row["run_id"][-1]: row["commit_id"] for row in found["deployment"]}
    assert commits == {"1": f"{SHOP}:{SHA}", "2": None}
    assert [skip.reason for skip in found.skipped] == ["SHA is no hash"]


def test_the_same_commit_again_is_a_redeployment_and_one_before_it_a_rollback() -> None:
    """A, B, B again, then A: which is where it was before. One that failed stands nowhere."""
    shas = {1: SHA, 2: OTHER_SHA, 3: OTHER_SHA, 4: SHA, 5: "aa" * 20, 6: "aa" * 20}
    results = {5: "FAILURE"}
    found = deployed(
        *(build(n, checked_out(sha), result=results.get(n, "SUCCESS")) for n, sha in shas.items())
    )
    kinds = {row["run_id"][-1]: row["kind"] for row in found["deployment"]}
    assert kinds == {
        "1": "deploy",
        "2": "deploy",
        "3": "redeploy",
        "4": "rollback",
        "5": "deploy",
        "6": "deploy",
    }


def test_what_stood_there_is_known_from_visit_to_visit() -> None:
    server = JenkinsServer()
    job = server.job("deploy").put(build(1, checked_out(SHA)))
    using = connection(deployments={"deploy": "live"})
    kept = visit(server, "deploy", using=using)
    job.put(build(2, checked_out(SHA)))
    kept = visit(server, "deploy", kept, using=using)
    found = read(kept, "deploy", using=using)
    assert found.only("deployment", run_id=f"jenkins:{HOST}:deploy#2")["kind"] == "redeploy"


def test_a_job_called_rollback_rolls_back() -> None:
    found = deployed(build(1), job="roll-back", deployments={"roll*": "live"})
    assert found.only("deployment")["kind"] == "rollback"


def test_pain_2_a_file_that_was_built_once_leads_from_its_deployment_to_its_commit() -> None:
    """Nothing is checked out to deploy: the fingerprint of the file names the build it is from."""
    server = JenkinsServer()
    server.job("shop").put(build(41, artifacts=[FILE]), build(42, result="FAILURE"))
    server.job("deploy").put(
        build(1, caused(after("shop", 41)), fingerprint=[used("shop", 41)] * 2)
    )
    using = connection(deployments={"deploy": "live"})
    shop = read(visit(server, "shop", using=using), using=using)
    deploy = read(visit(server, "deploy", using=using), "deploy", using=using)
    made = shop.only("artifact")
    assert made == made | {
        "artifact_id": f"jenkins:{HOST}:shop#41",
        "run_id": f"jenkins:{HOST}:shop#41",
        "commit_id": f"{SHOP}:{SHA}",
        "built_at": shop.run("shop#41")["finished_at"],
    }
    row = deploy.only("deployment")
    assert (row["artifact_id"], row["commit_id"]) == (made["artifact_id"], None)


def test_files_of_several_builds_name_no_single_one() -> None:
    files = [used("shop", 41), used("basket", 3), used("deploy", 1)]
    assert deployed(build(1, fingerprint=files)).only("deployment")["artifact_id"] is None
    own = [used("shop", 41), used("deploy", 1)]
    row = deployed(build(1, fingerprint=own)).only("deployment")
    assert row["artifact_id"] == f"jenkins:{HOST}:shop#41"


def test_fingerprints_are_asked_for_where_they_say_what_was_deployed_and_nowhere_else() -> None:
    server = JenkinsServer()
    for name in ("shop", "deploy"):
        server.job(name).put(build(1))
        visit(server, name, using=connection(deployments={"deploy": "live"}))
    asked = {line.split("/")[2] for line in server.asked if "fingerprint" in line}
    assert asked == {"deploy"}


def test_pain_6_a_job_that_starts_another_to_deploy_names_it_as_its_child() -> None:
    found = deployed(build(1, caused(after("shop", 7)), checked_out()))
    assert found.run("deploy#1")["parent_run_id"] == f"jenkins:{HOST}:shop#7"
    assert len(found["deployment"]) == 1


def test_pain_5_a_deployment_is_of_the_service_its_job_or_environment_names() -> None:
    server = JenkinsServer()
    server.job("deploy-till").put(build(1))
    using = connection(deployments={"deploy-*": "live"})
    services = tuple(
        ServiceSettings(name=name, repository=SHOP, paths=(name,)) for name in ("till", "basket")
    )
    kept = visit(server, "deploy-till", using=using)
    found = read(kept, "deploy-till", using=using, services=services)
    assert found.only("deployment")["service_id"] == "till"
