"""Visit after visit: what is asked again, what is never missed, what is gone."""

import random
from dataclasses import replace

import pytest

from tests.collect.github.drawn import (
    comment,
    deployment,
    issue,
    merged,
    pull,
    release,
    review,
    run,
)
from tests.collect.github.server import GitHubServer, Repository
from tests.collect.github.visiting import CONNECTION, NOW, Kept, Killed, read, visit
from trueup.collect.sources.github.source import SOURCE
from trueup.config import Connection
from trueup.errors import SourceIncomplete, SourceUnavailable
from trueup.testing.scripted import Answer, FakeTime, Question, Scripted


def at(minute: int) -> str:
    """An instant so many minutes after 4 March 2024, 09:00 UTC."""
    day, rest = divmod(9 * 60 + minute, 1440)
    return f"2024-03-{4 + day:02d}T{rest // 60:02d}:{rest % 60:02d}:00Z"


def filled(count: int = 60) -> tuple[GitHubServer, Repository]:
    """A repository with so many changes and issues, runs, deployments and a release."""
    server = GitHubServer()
    one = server.add()
    for n in range(count):
        number = 2 * n + 1
        one.put(pull(number, createdAt=at(n), updatedAt=at(n), reviews=[review(f"R{n}", at(n))]))
        one.put(issue(number + 1, createdAt=at(n), updatedAt=at(n)))
    one.put_runs(*(run(500 + n) for n in range(5)))
    one.put_deployments(*(deployment(300 + n, f"{n:040x}") for n in range(5)))
    one.releases.append(release("v1", "2024-03-07T00:00:00Z"))
    return server, one


def sorted_rows(kept: Kept) -> dict[str, list[str]]:
    return {table: sorted(map(repr, rows)) for table, rows in read(kept).tables.items()}


def test_the_second_visit_asks_for_what_is_new_and_for_nothing_else() -> None:
    """One question on the repository, releases, deployments (unchanged), runs: four in all."""
    server, one = filled()
    kept = visit(server)
    server.calls.clear()
    again = visit(server, kept)
    assert again.pages >= 1
    assert server.calls["graphql"] == 2
    assert server.calls["rest"] <= 3
    server.calls.clear()
    one.put(pull(1, updatedAt=at(600), createdAt=at(0), additions=77))
    kept = visit(server, kept)
    assert server.calls["graphql"] == 4
    assert read(kept).only("change", number=1)["lines_added"] == 77


def test_the_thirtieth_visit_asks_no_more_than_the_second() -> None:
    server, one = filled(40)
    kept = visit(server)
    asked = []
    for n in range(2, 31):
        one.put(pull(1, createdAt=at(0), updatedAt=at(1000 + n)))
        server.calls.clear()
        kept = visit(server, kept)
        asked.append(server.calls.total())
    assert max(asked[1:]) <= asked[0]


def test_an_item_updated_while_the_first_visit_reads_is_read_again_by_the_second() -> None:
    server, one = filled()
    pages = 0
    answer = server.answer

    def meddling(question: Question) -> Answer:
        nonlocal pages
        pages += 1
        if pages == 4:
            one.put(pull(1, createdAt=at(0), updatedAt=at(900), additions=99))
        return answer(question)

    kept = visit(Scripted(meddling))
    assert read(kept).only("change", number=1)["lines_added"] == 30
    kept = visit(server, kept)
    assert read(kept).only("change", number=1)["lines_added"] == 99


@pytest.mark.parametrize("seed", range(12))
def test_pain_16_killed_anywhere_and_gone_on_nothing_is_missed_or_doubled(seed: int) -> None:
    """Killed after random pages, with edits between: in the end as if read in one go."""
    chance = random.Random(seed)
    server, one = filled()
    kept = Kept()
    before = 0
    for step in range(40):
        try:
            visit(server, kept, killed_after=chance.randint(1, 4))
            break
        except Killed:
            count = len(read(kept)["change"])
            assert count >= before
            before = count
            number = 2 * chance.randrange(60) + 1
            one.put(
                pull(number, createdAt=at(number // 2), updatedAt=at(500 + step), additions=step)
            )
    kept = visit(server, kept)
    assert sorted_rows(kept) == sorted_rows(visit(server))
    assert len(read(kept)["change"]) == 60


def test_pain_16_rows_never_fall_without_a_tombstone() -> None:
    """A server that suddenly names fewer than it counts makes nothing disappear."""
    server, _ = filled(20)
    kept = visit(server)
    answer = server.answer

    def short(question: Question) -> Answer:
        given = answer(question)
        found = ((given.body or {}).get("data") or {}).get("repository") if question.body else None
        if found and "items" in found:
            found["items"]["nodes"] = found["items"]["nodes"][:3]
        return given

    kept = visit(Scripted(short), kept, is_reconciling=True)
    assert kept.gone == {}
    assert {note.subject for note in kept.notes} == {"gone changes", "gone issues"}
    assert len(read(kept)["change"]) == 20


def test_pain_16_what_was_missed_is_found_when_everything_is_listed() -> None:
    server, _ = filled(20)
    kept = visit(server)
    for key in (("change", "5"), ("issue", "6"), ("deployment", "302")):
        del kept.bodies[key]
    assert len(read(visit(server, kept))["change"]) == 19
    kept = visit(server, kept, is_reconciling=True)
    assert sorted_rows(kept) == sorted_rows(visit(server))


def test_pain_15_deleted_and_moved_items_are_tombstones_with_their_reason() -> None:
    """Issue 2 is deleted, issue 4 transferred; release v1 and deployment 300 are removed."""
    server, one = filled(5)
    kept = visit(server)
    del one.issues[2]
    del one.issues[4]
    one.moved[4] = "acme/pay"
    one.releases.clear()
    del one.deployments[300]
    kept = visit(server, kept, is_reconciling=True)
    assert kept.gone == {
        ("issue", "2"): "deleted",
        ("issue", "4"): "moved",
        ("release", "v1"): "deleted",
        ("deployment", "300"): "deleted",
    }
    found = read(kept)
    assert {(gone.table, gone.row_id) for gone in found.gone} == {
        ("work_item", "github.com/acme/shop/issues/2"),
        ("work_item", "github.com/acme/shop/issues/4"),
        ("release", "github.com/acme/shop:v1"),
        ("deployment", "github:github.com:300"),
    }
    assert len(found["work_item"]) == 3


def test_old_runs_that_github_drops_after_a_time_are_not_taken_to_be_gone() -> None:
    server, one = filled(1)
    kept = visit(server)
    one.runs.clear()
    kept = visit(server, kept, is_reconciling=True)
    assert len(read(kept)["pipeline_run"]) == 5


def test_pain_14_a_secondary_limit_is_waited_out_as_asked() -> None:
    """403 with Retry-After 37: the visit waits those 37 s, and ends as if nothing had been."""
    server, _ = filled(10)
    refusal = Answer(
        status=403,
        headers={"retry-after": "37"},
        body={"message": "You have exceeded a secondary rate limit."},
    )
    server.refusals = [refusal]
    time = FakeTime()
    kept = visit(server, time=time)
    assert time.slept >= 37
    assert sorted_rows(kept) == sorted_rows(visit(server))


def test_pain_14_graphqls_limit_in_a_success_is_waited_out_too() -> None:
    server, _ = filled(10)
    spent = {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "1790000900",
    }
    error = {"type": "RATE_LIMITED", "message": "API rate limit exceeded"}
    server.refusals = [Answer(body={"errors": [error]}, headers=spent)]
    time = FakeTime()
    kept = visit(server, time=time)
    assert time.slept >= 900
    assert len(read(kept)["change"]) == 10


def test_pain_14_a_limit_that_never_ends_ends_the_visit_and_the_next_goes_on() -> None:
    server, _ = filled(60)
    kept = Kept()
    with pytest.raises(Killed):
        visit(server, kept, killed_after=3)
    so_far = len(read(kept)["change"])
    error = {"type": "RATE_LIMITED", "message": "API rate limit exceeded"}
    server.refusals = [Answer(body={"errors": [error]})] * 50
    with pytest.raises(SourceIncomplete):
        visit(server, kept)
    server.refusals = []
    assert len(read(kept)["change"]) == so_far
    server.calls.clear()
    assert len(read(visit(server, kept))["change"]) == 60
    of_changes, of_issues, others = 1, 3, 3  # the repository, releases, statuses
    assert server.calls["graphql"] == of_changes + of_issues + others


def test_pain_14_a_server_of_ones_own_without_limits_works_like_the_cloud() -> None:
    server, _ = filled(10)
    in_cloud = read(visit(server))
    server.limits = False
    server.prefix, server.graphql_path = "/api/v3", "/api/graphql"
    connection = Connection(source="github", url="https://git.acme.example", targets=("acme/shop",))
    own = read(visit(server, connection=connection), connection=connection, host="git.acme.example")
    assert {t: len(rows) for t, rows in own.tables.items()} == {
        t: len(rows) for t, rows in in_cloud.tables.items()
    }
    accounts = {row["account_id"] for row in own["account"]}
    assert accounts == {f"github:git.acme.example/{number}" for number in (1, 2, 3)}


def test_pain_14_unchanged_changes_are_not_read_again_and_lists_answer_not_modified() -> None:
    server, _ = filled(10)
    kept = visit(server)
    scripted = Scripted(server.answer)
    visit(scripted, kept)
    assert server.calls["not modified"] == 1  # the list of deployments
    assert len(scripted.asked) == 4
    queries = [q.body["query"] for q in scripted.asked if q.body]
    assert not any("...Item" in query for query in queries)


def test_an_answer_too_large_for_the_server_is_asked_for_in_smaller_parts() -> None:
    server, _ = filled(60)
    server.largest_answerable = 7
    assert len(read(visit(server))["change"]) == 60
    server.largest_answerable = 0
    with pytest.raises(SourceIncomplete):
        visit(server)


def test_parts_the_token_may_not_see_are_noted_and_the_rest_is_read() -> None:
    server, _ = filled(5)
    server.hidden = {"/actions/runs", "/deployments"}
    kept = visit(server)
    assert {note.subject for note in kept.notes} == {"deployments", "workflow runs"}
    found = read(kept)
    assert len(found["change"]) == 5
    assert found["pipeline_run"] == found["deployment"] == []


def test_a_repository_that_is_not_there_is_said_to_be_so() -> None:
    with pytest.raises(SourceUnavailable):
        visit(GitHubServer())


def test_a_thousand_changes_cost_forty_questions() -> None:
    """25 changes with all that belongs to them a question: 1000 / 25 = 40.

    By GitHub's own formula a page costs (1 + 25 * 4 + 25 * 20) / 100 = 6 points of 5,000 an hour.
    """
    server = GitHubServer()
    one = server.add()
    for n in range(1000):
        one.put(
            merged(
                n + 1,
                reviews=[review(f"R{n}", at(5), comments=[comment(f"K{n}", at(5), kind="x")])],
            )
        )
    visit(server, killed_after=None)
    others = 2  # the repository, its releases
    assert server.calls["graphql"] - others == 40
    assert server.points - others == 40 * 6


def test_records_are_read_anew_without_asking_and_come_to_the_same() -> None:
    server, _ = filled(20)
    kept = visit(server)
    assert sorted_rows(kept) == sorted_rows(kept)
    assert SOURCE.version >= 1


def test_two_visits_at_different_hours_come_to_the_same_rows() -> None:
    server, _ = filled(20)
    late = visit(server, now=NOW + 86_400_000_000)
    assert sorted_rows(late) == sorted_rows(visit(server))


def test_instants_with_another_offset_are_the_same_instants() -> None:
    server = GitHubServer()
    one = server.add()
    one.put(
        pull(1, createdAt="2024-03-04T10:00:00+01:00"), pull(2, createdAt="2024-03-04T09:00:00Z")
    )
    opened = {row["opened_at"] for row in read(visit(server))["change"]}
    assert len(opened) == 1


def test_an_unknown_option_form_is_refused_before_anything_is_asked() -> None:
    server, _ = filled(1)
    bad = replace(CONNECTION, options={"production": "("})
    with pytest.raises(Exception, match="no regular expression"):
        visit(server, connection=bad)
