"""Visit after visit: what is asked again, what is never missed, what is gone."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.collect.gitlab.drawn import (
    commit,
    deployment,
    issue,
    merged,
    note,
    opened,
    pipeline,
    release,
    state,
)
from tests.collect.gitlab.server import GitLabServer, Project
from tests.collect.gitlab.visiting import Kept, Killed, read, visit
from tests.collect.gitlab.world import world
from trueup.collect.fields import instant
from trueup.errors import SourceIncomplete, SourceUnavailable
from trueup.testing.scripted import Answer, FakeTime, Question, Scripted


def at(minute: int) -> str:
    """An instant so many minutes after 4 March 2024, 09:00 UTC."""
    day, rest = divmod(9 * 60 + minute, 1440)
    return f"2024-03-{4 + day:02d}T{rest // 60:02d}:{rest % 60:02d}:00.000Z"


def filled(count: int = 130) -> tuple[GitLabServer, Project]:
    """A project with so many merge requests, and some of everything else."""
    server = GitLabServer()
    one = server.add()
    for n in range(1, count + 1):
        parts = {"commits": [commit("c1", at(n))], "notes": [note(n, at(n), None, "x")]}
        one.put(opened(n, created_at=at(n), updated_at=at(n)), **parts)
    for n in range(5):
        one.put_issue(issue(n + 1, updated_at=at(n)))
        one.put_pipeline(pipeline(401 + n, updated_at=at(n)))
        one.put_deployments(deployment(301 + n, updated_at=at(n)))
    one.releases.append(release("v1"))
    return server, one


def sorted_rows(kept: Kept) -> dict[str, list[str]]:
    return {table: sorted(map(repr, rows)) for table, rows in read(kept).tables.items()}


def test_pain_14_the_second_visit_asks_for_what_is_new_and_for_nothing_else() -> None:
    """Facts, three places of CODEOWNERS, and six lists; nothing of what is known."""
    server, one = filled()
    kept = visit(server)
    server.calls.clear()
    kept = visit(server, kept)
    assert server.calls == {"rest": 10}
    server.calls.clear()
    one.put(merged(3, updated_at=at(600)), states=[state(1, at(600), None, "merged")])
    kept = visit(server, kept)
    assert server.calls == {"rest": 10 + 3, "graphql": 1}
    assert read(kept).only("change", number=3)["state"] == "merged"


def test_pain_14_the_thirtieth_visit_asks_no_more_than_the_second() -> None:
    server, one = filled(40)
    kept = visit(server)
    asked = []
    for n in range(2, 31):
        one.put(opened(1, updated_at=at(1000 + n)))
        server.calls.clear()
        kept = visit(server, kept)
        asked.append(server.calls.total())
    assert max(asked) == asked[0]


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "30"},
        {"ratelimit-remaining": "0", "ratelimit-limit": "600", "ratelimit-reset": "1790000030"},
    ],
    ids=["Retry-After", "RateLimit-Reset"],
)
def test_pain_14_a_limit_is_waited_out_as_the_server_says(headers: dict[str, str]) -> None:
    """https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/"""
    server, _ = filled(3)
    server.refusals = [Answer(status=429, body={"message": "Retry later"}, headers=headers)]
    time = FakeTime()
    assert len(read(visit(server, time=time))["change"]) == 3
    assert 29 <= time.slept <= 40


def test_pain_14_a_visit_that_was_killed_goes_on_at_its_last_page() -> None:
    """Killed after each page in turn: the same rows in the end, and nothing known asked again."""
    whole = sorted_rows(visit(filled()[0]))
    for pages in range(1, 8):
        server, _ = filled()
        kept = Kept()
        with pytest.raises(Killed):
            visit(server, kept, killed_after=pages)
        server.calls.clear()
        assert sorted_rows(visit(server, kept)) == whole


def test_more_items_than_a_page_holds_with_one_instant_are_all_read() -> None:
    """An import gives 250 merge requests the same instant of update."""
    server = GitLabServer()
    one = server.add()
    for n in range(1, 251):
        one.put(opened(n, updated_at=at(0)))
    for n in range(251, 300):
        one.put(opened(n, updated_at=at(1)))
    assert len(read(visit(server))["change"]) == 299


@pytest.mark.parametrize("seed", range(5))
def test_items_updated_while_lists_are_read_are_neither_missed_nor_kept_stale(seed: int) -> None:
    """Between any two questions some item moves to the end of its list."""
    server, one = filled(250)
    chance, minute = random.Random(seed), [1000]

    def restless(question: Question) -> Answer:
        answer = server.answer(question)
        if question.path.endswith("/merge_requests") and chance.random() < 0.9:
            for number in chance.sample(range(1, 251), 5):
                minute[0] += 1
                one.put(opened(number, updated_at=at(minute[0]), labels=[f"l{minute[0]}"]))
        return answer

    kept = visit(Scripted(restless))
    assert len(read(kept)["change"]) == 250
    kept = visit(server, kept)
    for number, raw in one.changes.items():
        body = kept.bodies["change", str(number)]
        assert body is not None
        assert body["labels"] == raw["labels"]


def test_an_item_updated_shortly_before_a_visit_is_looked_at_again() -> None:
    """Checkpoints stop ten minutes short of now: what was committed late is not passed over."""
    server, one = filled(2)
    late = "2026-09-21T14:12:00.000Z"
    one.put(opened(3, updated_at=late))
    kept = visit(server)
    one.put(opened(4, updated_at="2026-09-21T14:11:00.000Z"))
    assert len(read(visit(server, kept))["change"]) == 4


def test_pain_16_what_is_gone_is_noticed_only_by_listing_everything_and_stays_as_gone() -> None:
    server, one = filled(5)
    one.put_deployments(deployment(399))
    kept = visit(server)
    before = len(read(kept)["change"])
    del one.changes[2], one.issues[1], one.deployments[399]
    kept = visit(server, kept)
    assert len(read(kept)["change"]) == before
    kept = visit(server, kept, is_reconciling=True)
    found = read(kept)
    assert {(gone.table, gone.row_id) for gone in found.gone} == {
        ("change", "gitlab.com/acme/shop#2"),
        ("work_item", "gitlab.com/acme/shop/issues/1"),
        ("deployment", "gitlab:gitlab.com:399"),
    }
    assert len(found["change"]) == before - 1


def test_pain_16_visits_never_take_a_row_away_that_is_not_gone() -> None:
    """Ten visits while items come and change: of every table only more rows."""
    server, one = filled(10)
    kept = visit(server)
    counts = {table: len(rows) for table, rows in read(kept).tables.items()}
    for n in range(10):
        one.put(opened(500 + n, updated_at=at(2000 + n)))
        one.put_issue(issue(50 + n, updated_at=at(2000 + n)))
        kept = visit(server, kept, is_reconciling=n % 3 == 0)
        now = {table: len(rows) for table, rows in read(kept).tables.items()}
        assert all(now[table] >= count for table, count in counts.items())
        counts = now


def _no_number(raw: dict[str, object]) -> None:
    del raw["iid"]


def _no_update(raw: dict[str, object]) -> None:
    raw["updated_at"] = "soon"


@pytest.mark.parametrize("spoil", [_no_number, _no_update])
def test_pain_16_items_that_cannot_be_placed_are_counted(
    spoil: Callable[[dict[str, object]], None],
) -> None:
    server, one = filled(3)
    listed = [dict(raw) for raw in one.changes.values()]
    spoil(listed[1])

    def answering(question: Question) -> Answer:
        if question.path.endswith("/merge_requests"):
            return Answer(body=listed)
        return server.answer(question)

    kept = visit(Scripted(answering))
    assert [(n.subject, n.skipped) for n in kept.notes] == [("changes", 1)]
    assert len(read(kept)["change"]) == 2


def test_a_part_the_token_may_not_see_is_a_fact_and_not_the_end() -> None:
    server = world()

    def answering(question: Question) -> Answer:
        if "/deployments" in question.path or "/releases" in question.path:
            return Answer(status=403, body={"message": "403 Forbidden"})
        return server.answer(question)

    kept = visit(Scripted(answering))
    assert {note.subject for note in kept.notes} >= {"deployments", "releases"}
    assert len(read(kept)["change"]) == 2
    assert read(kept)["pipeline_run"]


def test_a_project_that_is_not_there_ends_the_visit_with_a_reason() -> None:
    with pytest.raises(SourceUnavailable, match="acme%2Fshop is not there"):
        visit(GitLabServer())


def test_a_server_that_refuses_a_question_of_graphql_says_why() -> None:
    server = world()

    def answering(question: Question) -> Answer:
        if question.path.endswith("/graphql"):
            return Answer(body={"errors": [{"message": "Field 'x' doesn't exist on type 'y'"}]})
        return server.answer(question)

    with pytest.raises(SourceIncomplete, match="Field 'x' doesn't exist"):
        visit(Scripted(answering))


def test_no_instant_is_ever_made_up() -> None:
    server, one = filled(0)
    one.put(opened(1, created_at=None))
    found = read(visit(server))
    assert found.only("change")["opened_at"] is None
    assert "an event (opened) has no instant" in {s.reason for s in found.skipped}
    assert instant(at(0)) == instant("2024-03-04T11:00:00+02:00")
