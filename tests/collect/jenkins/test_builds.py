"""One build, and the row it comes to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.jenkins.drawn import (
    LIBRARY_SHA,
    MARCH,
    MINUTE,
    OTHER_SHA,
    PUSHED,
    SCANNED,
    SHA,
    SHOP,
    TIMED,
    Payload,
    after,
    because,
    build,
    by,
    caused,
    checked_out,
    given,
    junit,
    library,
    queued,
    replayed,
    revision,
    running,
)
from tests.collect.jenkins.server import BRANCHES, Item, JenkinsServer
from tests.collect.jenkins.visiting import HOST, Read, connection, read, visit
from trueup.collect.fields import instant
from trueup.config import ServiceSettings


def rows_of(*builds: Payload, **options: Any) -> Read:
    """Return the rows of the builds of the job ``shop``."""
    server = JenkinsServer()
    server.job("shop").put(*builds)
    using = connection(**options)
    return read(visit(server, using=using), using=using)


def row_of(*actions: Payload, **more: Any) -> dict[str, Any]:
    """Return the row of one build with these actions."""
    return rows_of(build(1, *actions, **more)).run("shop#1")


def test_a_build_lands_with_its_course_and_its_commit() -> None:
    """Build 1 was begun at 10:00 UTC on 2 March 2026, and lasted five minutes."""
    row = row_of()
    assert row == row | {
        "run_id": f"jenkins:{HOST}:shop#1",
        "parent_run_id": None,
        "repository_id": SHOP,
        "service_id": SHOP,
        "pipeline": "shop",
        "attempt": 1,
        "trigger": "push",
        "commit_id": f"{SHOP}:{SHA}",
        "change_id": None,
        "is_default_branch": True,
        "queued_at": None,
        "started_at": instant("2026-03-02T10:00:00Z"),
        "finished_at": instant("2026-03-02T10:05:00Z"),
        "outcome": "success",
        "tests_run": None,
        "account_id": None,
        "actor_kind": "unknown",
    }


def test_an_instant_is_the_same_wherever_the_server_stands() -> None:
    """Jenkins counts milliseconds since 1970 in UTC: 01:59:59.999 and 03:00 in Berlin lie
    one apart in the night clocks go forward."""
    before = row_of(timestamp=1_774_745_999_999, duration=1)
    assert before["started_at"] == instant("2026-03-29T01:59:59.999+01:00")
    assert before["finished_at"] == instant("2026-03-29T03:00:00+02:00")


def test_the_wait_for_a_machine_lies_before_the_start() -> None:
    row = row_of(caused(PUSHED), checked_out(), queued(90_000))
    assert row["queued_at"] == instant("2026-03-02T09:58:30Z")


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        ("SUCCESS", "success"),
        ("UNSTABLE", "failure"),
        ("FAILURE", "failure"),
        ("ABORTED", "cancelled"),
        ("NOT_BUILT", "skipped"),
    ],
)
def test_every_result_is_an_outcome(result: str, outcome: str) -> None:
    assert row_of(result=result)["outcome"] == outcome


def test_a_build_that_was_too_slow_timed_out_and_one_somebody_stopped_was_cancelled() -> None:
    def stopped(kind: str) -> Payload:
        return {"_class": "jenkins.model.InterruptedBuildAction", "causes": [because(kind)]}

    slow = "org.jenkinsci.plugins.workflow.steps.TimeoutStepExecution$ExceededTimeout"
    user = "jenkins.model.CauseOfInterruption$UserInterruption"
    row = row_of(caused(PUSHED), stopped(slow), result="ABORTED")
    assert (row["outcome"], row["trigger"]) == ("timed_out", "push")
    assert row_of(caused(PUSHED), stopped(user), result="ABORTED")["outcome"] == "cancelled"


def test_why_a_build_was_stopped_is_not_why_it_was_begun() -> None:
    superseded = because("org.example.SupersededByPullRequestCause")
    stopped = {"_class": "jenkins.model.InterruptedBuildAction", "causes": [superseded]}
    assert row_of(caused(TIMED), stopped, result="ABORTED")["trigger"] == "schedule"


def test_a_build_that_runs_has_no_end_though_jenkins_says_it_lasted_nothing() -> None:
    row = rows_of(running(1, caused(PUSHED), checked_out())).run("shop#1")
    assert (row["outcome"], row["finished_at"]) == (None, None)
    assert row["started_at"] == (MARCH + 60 * MINUTE) * 1000


def test_tests_are_counted_over_all_reports_and_what_was_skipped_did_not_run() -> None:
    """120 and 30 tests, 5 of them skipped: 145 ran, 3 failed."""
    row = row_of(junit(120, 2, 5), junit(30, 1, 0), result="UNSTABLE")
    assert (row["tests_run"], row["tests_failed"], row["tests_skipped"]) == (145, 3, 5)


def test_no_report_and_an_empty_report_are_unknown_and_not_nought() -> None:
    assert row_of()["tests_run"] is None
    row = row_of(junit(0, 0, 0))
    assert (row["tests_run"], row["tests_failed"], row["tests_skipped"]) == (None, None, None)


@pytest.mark.parametrize(
    ("cause", "trigger"),
    [
        (PUSHED, "push"),
        (SCANNED, "push"),
        (TIMED, "schedule"),
        (by("ada"), "manual"),
        (because("hudson.triggers.SCMTrigger$SCMTriggerCause"), "push"),
        (because("jenkins.branch.BranchIndexingCause"), "push"),
        (because("com.dabsquared.gitlabjenkins.cause.GitLabWebHookCause"), "push"),
        (because("org.jenkinsci.plugins.github.pullrequest.GitHubPRCause"), "change"),
        (
            because("com.sonyericsson.hudson.plugins.gerrit.trigger.hudsontrigger.GerritCause"),
            "change",
        ),
        (
            because("org.jenkinsci.plugins.parameterizedscheduler.ParameterizedTimerTriggerCause"),
            "schedule",
        ),
        (because("hudson.model.Cause$RemoteCause"), "other"),
        (because("hudson.model.Cause$UserCause"), "manual"),
    ],
)
def test_what_started_a_build_is_told_by_the_class_of_its_cause(
    cause: Payload, trigger: str
) -> None:
    assert row_of(caused(cause), checked_out())["trigger"] == trigger


def test_who_pressed_the_button_is_an_account_and_what_pushed_is_nobody() -> None:
    found = rows_of(build(1, caused(by("Ada", "Ada Lovelace"))), build(2, caused(TIMED)))
    account_id = f"jenkins|{HOST}/ada"
    assert found.run("shop#1")["account_id"] == account_id
    assert found.run("shop#2")["account_id"] is None
    assert found.only("account") == {
        "repository_id": f"jenkins:{HOST}/shop",
        "account_id": account_id,
        "person_id": account_id,
        "platform": "jenkins",
        "actor_kind": "human",
        "tool": None,
        "link_rule": None,
    }


@pytest.mark.parametrize("user", [None, "", "anonymous", "SYSTEM"])
def test_pain_11_a_cause_without_a_user_is_nobody_and_its_build_lands(user: str | None) -> None:
    found = rows_of(build(1, caused(by(user, "SYSTEM"))))
    row = found.run("shop#1")
    assert (row["trigger"], row["account_id"], row["actor_kind"]) == ("manual", None, "unknown")
    assert (found["account"], found.skipped) == ([], [])


def test_pain_8_a_bot_or_an_agent_that_starts_builds_is_no_person() -> None:
    found = rows_of(
        build(1, caused(by("renovate[bot]"))),
        build(2, caused(by("copilot-swe-agent[bot]", "copilot-swe-agent[bot]"))),
        build(3, caused(by("ada"))),
    )
    kinds = [found.run(f"shop#{number}")["actor_kind"] for number in (1, 2, 3)]
    assert kinds == ["bot", "ai_agent", "human"]


def test_pain_6_a_build_that_another_one_started_names_it() -> None:
    row = row_of(caused(after("team/all", 41)), checked_out())
    assert row["parent_run_id"] == f"jenkins:{HOST}:team/all#41"
    assert row["trigger"] == "other"


def test_a_build_tried_again_is_another_attempt_and_no_child() -> None:
    """3 repeats 1 by the number in the sentence, 4 repeats 3 by the field of the plugin."""
    rebuild = after("shop", 3, "com.sonyericsson.rebuild.RebuildCause")
    found = rows_of(
        build(1, result="FAILURE"),
        build(2),
        build(3, caused(by("ada"), replayed(1)), checked_out()),
        build(4, caused(by("ada"), rebuild), checked_out()),
        build(
            5,
            caused(
                because(
                    "com.chikli.hudson.plugin.naginator.NaginatorCause",
                    "Started by Naginator after build #2 and 1 failure",
                )
            ),
            checked_out(),
        ),
    )
    runs = [found.run(f"shop#{number}") for number in range(1, 6)]
    assert [row["attempt"] for row in runs] == [1, 1, 2, 3, 2]
    assert {row["parent_run_id"] for row in runs} == {None}


def test_the_attempt_is_known_when_the_first_was_read_at_an_earlier_visit() -> None:
    server = JenkinsServer()
    shop = server.job("shop").put(build(1), build(2, caused(replayed(1)), checked_out()))
    kept = visit(server)
    shop.put(build(3, caused(replayed(2)), checked_out()))
    assert read(visit(server, kept=kept)).run("shop#3")["attempt"] == 3


def test_the_library_of_a_pipeline_is_not_what_the_branch_is_of() -> None:
    """The revision says which of the two that were checked out the build was begun for."""
    row = row_of(caused(SCANNED), library(), checked_out(), revision(hash=SHA))
    assert (row["repository_id"], row["commit_id"]) == (SHOP, f"{SHOP}:{SHA}")


def test_of_several_repositories_none_is_taken_until_the_operator_names_it() -> None:
    one = build(1, caused(PUSHED), library(), checked_out())
    found = rows_of(one)
    row = found.run("shop#1")
    assert (row["repository_id"], row["commit_id"], row["outcome"]) == (None, None, "success")
    (skipped,) = found.skipped
    assert "several repositories" in skipped.reason
    assert not skipped.is_whole
    named = rows_of(one, repositories={"sh*": "https://GitHub.com/acme/shop"})
    assert named.run("shop#1")["commit_id"] == f"{SHOP}:{SHA}"
    other = rows_of(one, repositories={"shop": "github.com/acme/ci-library"})
    assert other.run("shop#1")["commit_id"] == f"github.com/acme/ci-library:{LIBRARY_SHA}"


def test_neither_password_nor_description_nor_unwanted_parameter_is_kept_or_asked_for() -> None:
    server = JenkinsServer()
    server.job("shop").put(build(1, caused(by("ada")), checked_out(), given(KEY="hunter2")))
    kept = str(visit(server).bodies)
    assert "acme/shop" in kept
    assert not any(word in kept for word in ("secret", "Nightly", "hunter2", "Started by"))
    assert not any("parameters" in asked or "description" in asked for asked in server.asked)


@pytest.mark.parametrize(
    ("branch", "is_default"),
    [
        ("refs/remotes/origin/main", True),
        ("origin/master", True),
        ("origin/maintenance", False),
        ("refs/heads/feature/main", False),
        ("detached", None),
    ],
)
def test_the_branch_is_told_by_what_was_checked_out(branch: str, is_default: bool | None) -> None:
    assert row_of(checked_out(branch=branch))["is_default_branch"] is is_default


def test_which_branches_releases_come_from_is_the_operators_to_say() -> None:
    one = build(1, checked_out(branch="origin/develop"))
    assert rows_of(one).run("shop#1")["is_default_branch"] is False
    found = rows_of(one, default_branch="develop|release/.*")
    assert found.run("shop#1")["is_default_branch"] is True


def test_a_build_damaged_in_what_it_need_not_say_lands_and_the_damage_is_counted() -> None:
    no_object: Any = "no object"
    found = rows_of(
        build(
            1,
            caused(PUSHED, no_object),
            checked_out("no hash"),
            {"totalCount": "many", "failCount": -1},
            {"queuingDurationMillis": -5},
            no_object,
            timestamp="soon",
            duration=10**14,
            result="ODD",
            artifacts=None,
        )
    )
    row = found.run("shop#1")
    names = ("commit_id", "started_at", "finished_at", "outcome", "tests_run", "queued_at")
    assert [row[name] for name in names] == [None] * 6
    reasons = {skip.reason for skip in found.skipped}
    assert reasons == {
        "timestamp is no instant",
        "duration is an absurd span of time",
        "result is not known",
        "sha is no hash",
        "totalCount is no count",
        "failCount is no count",
        "queuing is an absurd span of time",
    }
    assert not any(skip.is_whole for skip in found.skipped)


def test_a_build_without_its_fields_lands_as_little_as_it_says() -> None:
    server = JenkinsServer()
    server.job("shop").put({"number": 1})
    row = read(visit(server)).run("shop#1")
    assert (row["started_at"], row["outcome"], row["commit_id"]) == (None, None, None)
    assert (row["trigger"], row["attempt"]) == ("other", 1)


def test_the_build_of_a_change_is_of_the_proposed_commit_and_names_the_change() -> None:
    """What it checked out is the merge of both, which is nowhere else."""
    server = JenkinsServer()
    web = server.job("web", BRANCHES)
    proposed = revision(pullHash=SHA, hash=OTHER_SHA)
    web.below["PR-7"] = Item().put(build(1, caused(SCANNED), checked_out(OTHER_SHA), proposed))
    web.below["feature%2Fx"] = Item().put(build(1, caused(SCANNED), checked_out()))
    kept = visit(server, "web")
    found = read(kept, "web")
    change, branch = found.run("web/PR-7#1"), found.run("web/feature%2Fx#1")
    assert (change["trigger"], change["change_id"]) == ("change", f"{SHOP}#7")
    assert (change["commit_id"], change["is_default_branch"]) == (f"{SHOP}:{SHA}", False)
    assert (branch["trigger"], branch["change_id"]) == ("push", None)
    assert {row["pipeline"] for row in (change, branch)} == {"web"}


def test_the_page_of_a_change_says_its_repository_and_number() -> None:
    """A build that failed before it checked anything out is known by the page of its branch."""
    server = JenkinsServer()
    web = server.job("web", BRANCHES)
    page = "https://git.example.org/acme/web/-/merge_requests/31"
    action = {"_class": "jenkins.scm.api.metadata.ObjectMetadataAction", "objectUrl": page}
    title = {"objectDisplayName": "A title", "objectDescription": "A text"}
    lost = build(1, caused(SCANNED), revision(hash=SHA), result="FAILURE")
    web.below["MR-31-head"] = Item(actions=[{**action, **title}]).put(lost)
    kept = visit(server, "web")
    row = read(kept, "web").run("web/MR-31-head#1")
    assert row["change_id"] == "git.example.org/acme/web#31"
    assert row["commit_id"] == f"git.example.org/acme/web:{SHA}"
    assert "A t" not in str(kept.bodies)


def test_pain_5_jobs_of_one_repository_are_of_the_service_their_name_holds() -> None:
    server = JenkinsServer()
    for job in ("till-build", "basket-build", "lint"):
        server.job(job).put(build(1))
    services = (
        ServiceSettings(name="till", repository=SHOP, paths=("till",)),
        ServiceSettings(name="basket", repository=SHOP, paths=("basket",)),
    )
    found = {
        job: read(visit(server, job), job, services=services).run(f"{job}#1")["service_id"]
        for job in ("till-build", "basket-build", "lint")
    }
    assert found == {"till-build": "till", "basket-build": "basket", "lint": None}
