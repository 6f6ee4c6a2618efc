from __future__ import annotations

import pytest

from tests.measure.building import World, at
from trueup.config import Settings
from trueup.measure import repository as room
from trueup.measure.catalogue import all_metrics
from trueup.measure.questions import HANDED_OVER, QUESTIONS
from trueup.measure.repository import MOST_APART, RepositoryFindings, measure_repository
from trueup.model.evidence import Abstention, Measurement


def small(repositories: tuple[str, ...]) -> World:
    world = World(repositories=repositories)
    for repository in repositories:
        for number in range(12):
            name = f"{repository}{number}"
            author = f"p{number}"
            tool = "claude" if number % 2 else None
            day = f"2026-06-{number + 1:02d}"
            world.change(name, day, author, tool=tool, repository=repository, first="2026-05-30")
            world.lines(name, 10, repository=repository)
    return world


@pytest.fixture(scope="module")
def both() -> RepositoryFindings:
    return measure_repository(small(("a", "b")), Settings())


def test_every_metric_of_git_is_asked_and_answered(both: RepositoryFindings) -> None:
    of_git = {name for name, metric in all_metrics().items() if metric.source == "git"}
    always, handed = ({q.metric for q in asked} for asked in (QUESTIONS, HANDED_OVER))
    assert always <= of_git <= always | handed
    assert always <= set(both.findings) <= always | handed
    assert all(both.findings.values())


def test_how_work_is_handed_over_is_asked_where_what_it_needs_is_recorded(
    both: RepositoryFindings,
) -> None:
    """Marks and lines are, removals of lines, notes and sessions are not; none without a mark."""
    handed = {q.metric for q in HANDED_OVER} & set(both.findings)
    assert handed == {"unmarked_draft_first_ratio", "acquainted_people"}
    plain = small(("a",))
    plain.rows["ai_attribution"].clear()
    assert not {q.metric for q in HANDED_OVER} & set(measure_repository(plain, Settings()).findings)


def test_each_repository_and_all_together_are_told_apart(both: RepositoryFindings) -> None:
    whole = [f for f in both.findings["ai_marked_commits_ratio"] if f.group == ()]
    alone = [
        f for f in both.findings["ai_marked_commits_ratio"] if f.group == (("repository", "a"),)
    ]
    assert [f.n for f in (*whole, *alone)] == [24, 12]
    assert both.repositories == ("a", "b")


def test_one_repository_is_not_measured_twice() -> None:
    found = measure_repository(small(("a",)), Settings())
    groups = [f.group for f in found.findings["commits_per_week"]]
    assert groups == [()]


def test_no_finding_names_a_person(both: RepositoryFindings) -> None:
    people = {f"p{number}" for number in range(12)}
    for finding in (f for each in both.findings.values() for f in each):
        assert not people & {member for _, member in finding.group}
        assert isinstance(finding, Measurement | Abstention)


def test_asking_alone_gives_the_same_number(both: RepositoryFindings) -> None:
    from trueup.measure.catalogue import find_metric
    from trueup.measure.plan import measure

    (alone,) = measure(
        find_metric("changes_landed_per_week"), small(("a", "b")), window=both.window
    )
    assert alone in both.findings["changes_landed_per_week"]


def test_an_empty_repository_answers_with_abstentions_only() -> None:
    empty = measure_repository(World(repositories=()), Settings())
    assert empty.window is None
    findings = [f for each in empty.findings.values() for f in each]
    assert findings
    assert all(isinstance(f, Abstention) for f in findings)


class Told:
    """A progress that remembers what it was told."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int | None]] = []
        self.steps = 0

    def stage(self, name: str, total: int | None) -> None:
        self.stages.append((name, total))

    def advance(self, steps: int) -> None:
        self.steps += steps

    def tell(self, fact: str) -> None:
        raise AssertionError(fact)


def test_measuring_tells_how_many_questions_there_are_and_ends_with_the_last() -> None:
    told = Told()
    found = measure_repository(small(("a",)), Settings(), progress=told).findings
    asked = len(QUESTIONS) + sum(question.metric in found for question in HANDED_OVER)
    assert told.stages == [("measuring", asked)]
    assert told.steps == asked


@pytest.mark.parametrize(("many", "apart"), [(MOST_APART, True), (MOST_APART + 1, False)])
def test_more_than_twelve_repositories_are_measured_together_only(
    many: int, apart: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = tuple(each for each in QUESTIONS if each.metric == "ai_marked_commits_ratio")[:1]
    monkeypatch.setattr(room, "QUESTIONS", few)
    world = World(repositories=tuple(f"r{number}" for number in range(many)))
    for number in range(many):
        world.commit(f"c{number}", "2026-06-01", repository=f"r{number}")
    found = measure_repository(world, Settings()).findings["ai_marked_commits_ratio"]
    assert any(dict(each.group).get("repository") for each in found) is apart
    assert len({each.group for each in found if not each.group}) == 1


def test_series_begin_with_the_first_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = tuple(q for q in QUESTIONS if q.metric == "changes_awaiting_release_items" and q.every)
    monkeypatch.setattr(room, "QUESTIONS", asked)
    world = World(repositories=("a",))
    world.rows["repository"][0]["first_commit_at"] = at("2026-05-03")
    world.change("c", "2026-05-20", "p", first="2026-05-03")
    (waiting,) = measure_repository(world, Settings()).findings.values()
    assert {dict(each.group)["month"] for each in waiting} == {"2026-05", "2026-06"}
