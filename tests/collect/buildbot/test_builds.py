"""Builds of Buildbot: visits, and the rows they come to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.buildbot.server import FORCED, OTHER_SHA, SHA, SHOP, BuildbotServer, stamp
from tests.collect.buildbot.visiting import CONNECTION, HOST, connection, read, run, visit, web_of
from tests.collect.jenkins.visiting import Kept, Killed
from trueup.collect.fields import instant
from trueup.collect.sources.buildbot.source import SOURCE
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable


def row_of(results: int | None = 0, **more: Any) -> dict[str, Any]:
    server = BuildbotServer()
    server.put(1, results, **more)
    return run(read(visit(server)), 1)


def test_a_build_lands_with_its_wait_its_course_and_its_commit() -> None:
    """Build 1 was asked for at 09:59 UTC, begun at 10:00, over at 10:05."""
    row = row_of()
    assert row == row | {
        "run_id": f"buildbot:{HOST}:1",
        "parent_run_id": None,
        "repository_id": SHOP,
        "service_id": SHOP,
        "pipeline": "shop",
        "attempt": 1,
        "trigger": "push",
        "commit_id": f"{SHOP}:{SHA}",
        "is_default_branch": True,
        "queued_at": instant("2026-03-02T09:59:00Z"),
        "started_at": instant("2026-03-02T11:00:00+01:00"),
        "finished_at": instant("2026-03-02T10:05:00Z"),
        "outcome": "success",
        "tests_run": None,
        "actor_kind": "unknown",
    }


@pytest.mark.parametrize(
    ("results", "outcome"),
    [
        *((0, "success"), (1, "success"), (2, "failure"), (3, "skipped"), (4, "failure")),
        *((5, "cancelled"), (6, "cancelled"), (None, None), (77, None)),
    ],
)
def test_every_result_is_an_outcome(results: int | None, outcome: str | None) -> None:
    assert row_of(results)["outcome"] == outcome


@pytest.mark.parametrize(
    ("reason", "trigger"),
    [
        (FORCED, "manual"),
        ("The Nightly scheduler named 'n' triggered this build", "schedule"),
        ("The Periodic scheduler named 'p' triggered this build", "schedule"),
        ("The SingleBranchScheduler scheduler named 's' triggered this build", "push"),
        ("downstream", "other"),
        ("The Triggerable scheduler named 'Nightly' triggered this build", "other"),
        ("Ada said: The Nightly scheduler named 'n' triggered this build", "other"),
        ("", "other"),
    ],
)
def test_what_started_a_build_is_told_by_the_kind_of_its_scheduler(
    reason: str, trigger: str
) -> None:
    assert row_of(reason=reason)["trigger"] == trigger


def test_a_branch_of_a_change_names_it() -> None:
    row = row_of(stamps=[stamp(OTHER_SHA, "refs/pull/12/merge")])
    assert (row["trigger"], row["change_id"]) == ("change", f"{SHOP}#12")
    assert (row["commit_id"], row["is_default_branch"]) == (f"{SHOP}:{OTHER_SHA}", False)


def test_what_was_checked_out_comes_before_what_was_asked_for() -> None:
    row = row_of(stamps=[stamp("")], properties={"got_revision": OTHER_SHA})
    assert row["commit_id"] == f"{SHOP}:{OTHER_SHA}"


def test_of_several_repositories_none_is_taken_until_the_operator_names_it() -> None:
    library = stamp("11" * 20, codebase="lib", repository="git@github.com:acme/lib.git")
    server = BuildbotServer()
    properties = {"got_revision": {"": SHA, "lib": "22" * 20}}
    server.put(1, stamps=[stamp(None), library], properties=properties)
    kept = visit(server)
    found = read(kept)
    assert (run(found, 1)["repository_id"], run(found, 1)["commit_id"]) == (None, None)
    assert ["several repositories" in skip.reason for skip in found.skipped] == [True]
    using = connection(repositories={"sh*": "https://github.com/acme/lib"})
    assert run(read(kept, using=using), 1)["commit_id"] == f"github.com/acme/lib:{'22' * 20}"


def test_pain_11_who_started_a_build_is_an_account_and_without_one_it_is_nobody() -> None:
    server = BuildbotServer()
    for number, owner in enumerate(("Ada <Ada@Example.org>", "", None, "renovate[bot]"), start=1):
        server.put(number, reason=FORCED, properties={"owner": owner})
    found = read(visit(server))
    kinds = [run(found, number)["actor_kind"] for number in range(1, 5)]
    assert kinds == ["human", "unknown", "unknown", "bot"]
    assert run(found, 1)["account_id"] == f"buildbot|{HOST}/ada@example.org"
    assert len(found["account"]) == 2
    assert found.skipped == []


def test_pain_6_a_build_that_another_one_triggered_names_it() -> None:
    assert row_of(parent_buildid=7)["parent_run_id"] == f"buildbot:{HOST}:7"


def test_a_build_begun_again_or_lost_with_its_worker_is_another_attempt() -> None:
    """2 and 3 rebuild 1 and 2 by hand; 5 and 6 serve the request of 4, whose worker was lost."""
    server = BuildbotServer()
    server.put(1, 2)
    server.put(2, 2, rebuilt_buildid=1)
    server.put(3, rebuilt_buildid=2)
    server.put(4, None, request=4)
    kept = visit(server)
    server.put(4, 5, request=4)
    server.put(5, 5, request=4)
    server.put(6, 0, request=4)
    found = read(visit(server, kept=kept))
    assert [run(found, number)["attempt"] for number in range(1, 7)] == [1, 2, 3, 1, 2, 3]


def test_a_builder_the_operator_says_deploys_deploys() -> None:
    """A, B, then A again, which was there before."""
    server = BuildbotServer()
    for number, sha in enumerate((SHA, OTHER_SHA, SHA), start=1):
        server.put(number, builder="deploy-live", stamps=[stamp(sha)])
    server.put(4, 3, builder="deploy-live")
    using = connection(deployments={"deploy-*": "Live"})
    kept = visit(server, "deploy-live", using=using)
    found = read(kept, "deploy-live", using=using)
    rows = sorted(found["deployment"], key=lambda row: row["deployment_id"])
    assert [row["kind"] for row in rows] == ["deploy", "deploy", "rollback"]
    assert {(row["environment"], row["outcome"]) for row in rows} == {("production", "success")}
    assert rows[0]["run_id"] == rows[0]["deployment_id"] == f"buildbot:{HOST}:1"


def test_a_build_damaged_in_what_it_need_not_say_lands_and_the_damage_is_counted() -> None:
    server = BuildbotServer()
    server.put(1, stamps=[stamp("r77")], properties={"owner": 7})
    server.builds[1] |= {"started_at": "soon", "complete_at": 10**14}
    found = read(visit(server))
    row = run(found, 1)
    assert (row["commit_id"], row["started_at"], row["finished_at"]) == (None, None, None)
    assert {skip.reason for skip in found.skipped} == {
        "started_at is no instant",
        "complete_at is an absurd instant",
        "revision is no hash",
        "owner is no text",
    }
    assert not any(skip.is_whole for skip in found.skipped)


def test_no_reason_and_no_password_is_kept_and_no_other_property_asked_for() -> None:
    server = BuildbotServer()
    server.put(1, reason=FORCED, properties={"key": "hunter2"})
    kept = str(visit(server).bodies)
    assert SHOP in kept
    assert not any(word in kept for word in ("secret", "say so", "hunter2", "ada@"))


def test_builds_are_read_by_hundreds_and_a_second_visit_keeps_nothing() -> None:
    """250 builds: three pages, each with its requests and sets; another builder's are not."""
    server = BuildbotServer()
    for number in range(1, 501):
        server.put(number, builder="shop" if number % 2 else "other")
    kept = visit(server)
    assert kept.written == [str(number) for number in range(1, 501, 2)]
    assert len(server.asked) == 1 + 3 * 3
    server.asked.clear()
    kept = visit(server, kept=kept)
    assert (kept.written, len(server.asked)) == ([], 2)


@pytest.mark.parametrize("pages", [1, 2])
def test_a_visit_killed_after_any_page_goes_on_without_hole_or_repetition(pages: int) -> None:
    server = BuildbotServer()
    for number in range(1, 251):
        server.put(number)
    kept = Kept()
    with pytest.raises(Killed):
        visit(server, kept=kept, killed_after=pages)
    before = set(kept.written)
    kept = visit(server, kept=kept)
    assert len(kept.bodies) == 250
    assert not before & set(kept.written)


def test_a_build_that_ran_is_asked_for_again_until_it_is_over() -> None:
    server = BuildbotServer()
    server.put(1)
    server.put(2, None)
    kept = visit(server)
    assert run(read(kept), 2)["finished_at"] is None
    server.put(2, 2)
    kept = visit(server, kept=kept)
    assert (kept.written, run(read(kept), 2)["outcome"]) == (["2"], "failure")
    server.asked.clear()
    visit(server, kept=kept)
    assert len(server.asked) == 2


def test_pain_16_builds_that_are_gone_keep_their_rows_and_reconciling_reads_the_unread() -> None:
    server = BuildbotServer()
    for number in (1, 2, 3):
        server.put(number)
    sound = server.builds.pop(2)
    kept = visit(server)
    del server.builds[1]
    server.builds[2] = sound
    kept = visit(server, kept=kept, is_reconciling=True)
    assert kept.written == ["2"]
    assert len(read(kept)["pipeline_run"]) == 3


def test_builds_before_a_day_are_not_asked_for() -> None:
    """Build n begins n hours after 09:00 on 2 March: 15 is the first of 3 March."""
    server = BuildbotServer()
    for number in range(1, 31):
        server.put(number)
    kept = visit(server, using=connection(since="2026-03-03"))
    assert kept.written == [str(number) for number in range(15, 31)]


def test_builders_are_named_by_pattern_and_a_name_that_fits_none_is_told() -> None:
    def named(*targets: str) -> list[tuple[str, str]]:
        using = Connection(source="buildbot", url=CONNECTION.url, targets=targets)
        builders = ["shop", "other", "deploy-live", "", "deploy-\ud800", "deploy-" + "x" * 300]
        return SOURCE.targets(using, web_of(BuildbotServer(builders=builders), using))

    assert named("shop", "Deploy-*") == [
        ("shop", f"buildbot:{HOST}/shop"),
        ("deploy-live", f"buildbot:{HOST}/deploy-live"),
    ]
    with pytest.raises(SourceUnavailable, match="shows no builder 'gone'"):
        named("shop", "gone")
    with pytest.raises(ConfigError, match="names no builder"):
        named()
