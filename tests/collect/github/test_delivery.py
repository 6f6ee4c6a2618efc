"""Workflow runs, deployments and releases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.collect.github.drawn import Payload, deployment, in_run, micro, release, run
from tests.collect.github.server import GitHubServer
from tests.collect.github.visiting import CONNECTION, NOW, Kept, Read, read, visit
from trueup.config import Connection, ServiceSettings, Settings


def deployed(*items: Payload, settings: Settings | None = None, **options: object) -> Read:
    server = GitHubServer()
    server.add().put_deployments(*items)
    connection = Connection(source="github", targets=("acme/shop",), options=options)
    return read(visit(server, connection=connection), connection=connection, settings=settings)


def test_pain_3_a_deployment_ends_with_its_status_and_not_with_its_last_update() -> None:
    """Begun 12:01, succeeded 12:04; made inactive three days later, which moves `updated_at`.

    Collected before and after, and once more with everything listed: 3 minutes each time.
    """
    statuses = [("IN_PROGRESS", "2024-03-06T12:01:00Z"), ("SUCCESS", "2024-03-06T12:04:00Z")]
    server = GitHubServer()
    one = server.add()
    one.put_deployments(deployment(statuses=statuses))
    kept = visit(server)
    before = read(kept)["deployment"]
    one.put_deployments(
        deployment(
            statuses=[*statuses, ("INACTIVE", "2024-03-09T08:00:00Z")],
            updated_at="2024-03-09T08:00:00Z",
        )
    )
    assert read(visit(server, kept))["deployment"] == before
    anew = read(visit(server, Kept(), is_reconciling=True))["deployment"]
    assert anew == before
    (row,) = anew
    assert row["outcome"] == "success"
    assert row["finished_at"] == micro("2024-03-06T12:04:00Z")
    assert row["finished_at"] - row["started_at"] == 180 * 1_000_000


@pytest.mark.parametrize(
    ("statuses", "outcome", "finished"),
    [
        ([("QUEUED", "2024-03-06T12:00:10Z")], None, None),
        (
            [("FAILURE", "2024-03-06T12:02:00Z"), ("SUCCESS", "2024-03-06T12:09:00Z")],
            "success",
            "2024-03-06T12:09:00Z",
        ),
        (
            [("SUCCESS", "2024-03-06T12:02:00Z"), ("FAILURE", "2024-03-06T12:09:00Z")],
            "success",
            "2024-03-06T12:02:00Z",
        ),
        ([("ERROR", "2024-03-06T12:03:00Z")], "failure", "2024-03-06T12:03:00Z"),
        (
            [("IN_PROGRESS", "2024-03-06T12:01:00Z"), ("INACTIVE", "2024-03-06T12:08:00Z")],
            "cancelled",
            "2024-03-06T12:08:00Z",
        ),
        ([], None, None),
    ],
)
def test_a_deployment_reached_its_users_at_its_first_success(
    statuses: list[tuple[str, str]], outcome: str | None, finished: str | None
) -> None:
    row = deployed(deployment(statuses=statuses)).only("deployment")
    assert row["outcome"] == outcome
    assert row["finished_at"] == (micro(finished) if finished else None)


def test_the_same_commit_again_is_a_redeploy_and_an_earlier_one_a_rollback() -> None:
    """A, B, B again, A again, then C; staging has its own story; a failed D changes nothing."""
    done = [("SUCCESS", "2024-03-06T12:04:00Z")]
    a, b, c, d = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)
    staged = {"environment": "staging", "production_environment": False}
    found = deployed(
        deployment(300, a, statuses=done),
        deployment(301, b, statuses=done),
        deployment(302, b, statuses=done),
        deployment(303, a, statuses=done, **staged),
        deployment(304, a, statuses=done),
        deployment(305, d, statuses=[("FAILURE", "2024-03-06T12:04:00Z")]),
        deployment(306, a, statuses=done),
        deployment(307, c, statuses=done),
        deployment(308, c, statuses=done, task="deploy:rollback"),
    )
    kinds = {int(r["deployment_id"].rpartition(":")[2]): r["kind"] for r in found["deployment"]}
    assert kinds == {
        300: "deploy",
        301: "deploy",
        302: "redeploy",
        303: "deploy",
        304: "rollback",
        305: "deploy",
        306: "redeploy",
        307: "deploy",
        308: "redeploy",
    }
    assert len(found["deployment"]) == 9


def test_kinds_go_on_where_the_last_visit_ended() -> None:
    done = [("SUCCESS", "2024-03-06T12:04:00Z")]
    server = GitHubServer()
    one = server.add()
    one.put_deployments(deployment(300, "a" * 40, statuses=done))
    kept = visit(server)
    one.put_deployments(deployment(301, "b" * 40, statuses=done))
    kept = visit(server, kept)
    one.put_deployments(deployment(302, "a" * 40, statuses=done))
    found = read(visit(server, kept))
    assert [row["kind"] for row in found["deployment"]] == ["deploy", "deploy", "rollback"]


@pytest.mark.parametrize(
    ("name", "flag", "environment"),
    [
        ("production", True, "production"),
        ("eu-west", True, "production"),
        ("Production", False, "production"),
        ("shop-prod", None, "production"),
        ("prod/eu", None, "production"),
        ("preproduction", False, "preproduction"),
        ("staging", False, "staging"),
        ("product-docs", False, "product-docs"),
    ],
)
def test_an_environment_is_production_by_its_flag_else_by_its_name(
    name: str, flag: bool | None, environment: str
) -> None:
    made = deployment(environment=name, production_environment=flag)
    assert deployed(made).only("deployment")["environment"] == environment


def test_what_production_is_called_can_be_set() -> None:
    made = deployment(environment="customers", production_environment=False)
    found = deployed(made, production="customers|shops")
    assert found.only("deployment")["environment"] == "production"


def test_one_repository_two_services_each_with_its_environment() -> None:
    services = tuple(
        ServiceSettings(name=name, repository="github.com/acme/shop", paths=(f"services/{name}",))
        for name in ("basket", "pay")
    )
    found = deployed(
        deployment(300, environment="pay-production"),
        deployment(301, environment="production", task="deploy basket"),
        deployment(302, environment="production"),
        settings=Settings(services=services),
    )
    assert [row["service_id"] for row in found["deployment"]] == ["pay", "basket", None]


def test_a_deployment_knows_the_run_that_made_it() -> None:
    log = "https://github.com/acme/shop/actions/runs/500/job/3"
    row = deployed(deployment(statuses=[("SUCCESS", "2024-03-06T12:04:00Z", log)])).only(
        "deployment"
    )
    assert row["run_id"] == "github:github.com:500"
    assert row["commit_id"] == f"github.com/acme/shop:{'a' * 40}"


def test_a_deployment_under_way_is_asked_for_again_until_it_is_over() -> None:
    server = GitHubServer()
    one = server.add()
    created = datetime.fromtimestamp(NOW / 1e6, UTC) - timedelta(hours=1)
    at = created.strftime("%Y-%m-%dT%H:%M:%SZ")
    one.put_deployments(deployment(created_at=at, statuses=[("IN_PROGRESS", at)]))
    kept = visit(server)
    assert read(kept).only("deployment")["finished_at"] is None
    one.put_deployments(deployment(created_at=at, statuses=[("IN_PROGRESS", at), ("SUCCESS", at)]))
    assert read(visit(server, kept)).only("deployment")["finished_at"] == micro(at)


def test_many_statuses_and_many_deployments_are_read_to_their_end() -> None:
    server = GitHubServer()
    one = server.add()
    statuses = [("IN_PROGRESS", "2024-03-06T12:01:00Z")] * 140
    statuses.append(("SUCCESS", "2024-03-06T12:04:00Z"))
    one.put_deployments(*(deployment(n, statuses=statuses) for n in range(1, 251)))
    found = read(visit(server))
    assert len(found.all("deployment", outcome="success")) == 250


def ran(*runs: Payload, attempts: dict[tuple[int, int], Payload] | None = None) -> Read:
    server = GitHubServer()
    one = server.add()
    one.put_runs(*runs)
    one.attempts = attempts or {}
    return read(visit(server))


def test_a_run_has_its_dates_its_outcome_and_its_commit() -> None:
    row = ran(run(500)).only("pipeline_run")
    assert (row["run_id"], row["pipeline"]) == ("github:github.com:500", "build")
    assert (row["trigger"], row["outcome"]) == ("push", "success")
    assert row["is_default_branch"] is True
    assert row["commit_id"] == f"github.com/acme/shop:{500:040x}"
    assert row["finished_at"] - row["queued_at"] == 450 * 1_000_000


def test_every_attempt_of_a_run_is_a_row_and_the_first_keeps_its_name() -> None:
    """Failed at 10:07:30, run again from 11:00 to 11:05."""
    again = run(
        500, run_attempt=2, run_started_at="2024-03-05T11:00:00Z", updated_at="2024-03-05T11:05:00Z"
    )
    found = ran(again, attempts={(500, 1): run(500, conclusion="failure")})
    said = [(r["run_id"], r["attempt"], r["outcome"]) for r in found["pipeline_run"]]
    assert said == [
        ("github:github.com:500", 1, "failure"),
        ("github:github.com:500/attempts/2", 2, "success"),
    ]
    second = found.only("pipeline_run", attempt=2)
    assert second["queued_at"] == micro("2024-03-05T11:00:00Z")
    assert second["finished_at"] == micro("2024-03-05T11:05:00Z")


@pytest.mark.parametrize(
    ("status", "conclusion", "outcome"),
    [
        ("completed", "failure", "failure"),
        ("completed", "startup_failure", "failure"),
        ("completed", "cancelled", "cancelled"),
        ("completed", "timed_out", "timed_out"),
        ("completed", "skipped", "skipped"),
        ("completed", "action_required", None),
        ("in_progress", None, None),
        ("queued", "success", None),
    ],
)
def test_a_run_is_over_when_it_is_completed(
    status: str, conclusion: str | None, outcome: str | None
) -> None:
    row = ran(run(status=status, conclusion=conclusion)).only("pipeline_run")
    assert row["outcome"] == outcome
    assert (row["finished_at"] is None) is (outcome is None)


def test_a_run_of_a_change_is_none_of_the_default_branch_whatever_its_branch_is_called() -> None:
    of_change = run(501, event="pull_request", pull_requests=[in_run(1)])
    pushed = run(502, head_branch="basket", pull_requests=[in_run(1)])
    found = ran(of_change, pushed)
    row = found.only("pipeline_run", run_id="github:github.com:501")
    assert (row["change_id"], row["trigger"]) == ("github.com/acme/shop#1", "change")
    assert row["is_default_branch"] is False
    other = found.only("pipeline_run", run_id="github:github.com:502")
    assert (other["change_id"], other["is_default_branch"]) == (None, False)


def test_more_runs_than_one_search_gives_are_read_window_by_window() -> None:
    """2,400 runs in a day: GitHub lists 1,000 of a search, so the day is cut until they fit."""
    begun = datetime(2024, 3, 5, tzinfo=UTC)
    server = GitHubServer()
    one = server.add()
    for number in range(2400):
        at = (begun + timedelta(seconds=36 * number)).strftime("%Y-%m-%dT%H:%M:%SZ")
        one.put_runs(run(1000 + number, created_at=at))
    found = read(visit(server))
    assert len({row["run_id"] for row in found["pipeline_run"]}) == 2400


def test_unfinished_runs_are_asked_for_again_and_old_ones_are_not() -> None:
    server = GitHubServer()
    one = server.add()
    one.put_runs(run(500))
    young = (datetime.fromtimestamp(NOW / 1e6, UTC) - timedelta(days=4)).isoformat()
    one.put_runs(run(501, created_at=young, status="in_progress", conclusion=None))
    kept = visit(server)
    one.put_runs(run(500, conclusion="failure"), run(501, created_at=young))
    found = read(visit(server, kept))
    assert found.only("pipeline_run", run_id="github:github.com:500")["outcome"] == "success"
    assert found.only("pipeline_run", run_id="github:github.com:501")["outcome"] == "success"


def test_runs_before_the_chosen_date_are_not_read() -> None:
    server = GitHubServer()
    server.add().put_runs(run(500), run(501, created_at="2024-06-01T00:00:00Z"))
    connection = Connection(
        source="github", targets=CONNECTION.targets, options={"since": "2024-04-01"}
    )
    found = read(visit(server, connection=connection), connection=connection)
    assert [row["run_id"] for row in found["pipeline_run"]] == ["github:github.com:501"]


def test_a_release_with_files_is_an_artifact_too_and_drafts_are_nothing() -> None:
    server = GitHubServer()
    server.add().releases += [
        release("v1.0", "2024-03-07T10:00:00Z", releaseAssets={"totalCount": 2}),
        release("v1.1-rc1", "2024-03-08T10:00:00Z", isPrerelease=True),
        release("v2", None, isDraft=True),
    ]
    found = read(visit(server))
    assert [(r["tag"], r["is_prerelease"]) for r in found["release"]] == [
        ("v1.0", False),
        ("v1.1-rc1", True),
    ]
    row = found.only("artifact")
    assert (row["version"], row["built_at"]) == ("v1.0", micro("2024-03-07T10:00:00Z"))
    assert row["artifact_id"] == "github.com/acme/shop:v1.0"


@pytest.mark.parametrize("said", ["not an instant", "2026-09-20T10:00:00", 7, None])
def test_what_is_under_way_since_nobody_knows_when_is_kept_and_asked_for_again(said: Any) -> None:
    server = GitHubServer()
    one = server.add()
    at = "2026-09-20T10:00:00Z"
    one.put_deployments(deployment(created_at=said, statuses=[("IN_PROGRESS", at)]))
    one.put_runs(run(created_at=at, status="in_progress", conclusion=None))
    kept = visit(server)
    one.put_deployments(
        deployment(created_at=said, statuses=[("IN_PROGRESS", at), ("SUCCESS", at)])
    )
    assert read(visit(server, kept)).only("deployment")["outcome"] == "success"


def test_items_without_a_name_are_counted() -> None:
    server = GitHubServer()
    one = server.add()
    one.deployments = {300: deployment(300), 301: deployment(301, node_id=None)}
    one.runs = {500: run(500), 501: run(501, id=None, created_at="2024-03-06T10:00:00Z")}
    found = {note.subject: note.skipped for note in visit(server).notes}
    assert found["deployments"] == found["workflow runs"] == 1
