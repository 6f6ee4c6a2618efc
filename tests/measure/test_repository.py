from __future__ import annotations

import pytest

from tests.measure.building import World
from trueup.config import Settings
from trueup.measure.catalogue import all_metrics
from trueup.measure.repository import QUESTIONS, RepositoryFindings, measure_repository
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


def test_every_metric_is_asked_and_answered(both: RepositoryFindings) -> None:
    assert {question.metric for question in QUESTIONS} == set(all_metrics())
    assert set(both.findings) == set(all_metrics())
    assert all(both.findings.values())


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
