"""The share of a whole beside the mean of its parts' shares: they answer different questions."""

from __future__ import annotations

import pytest

from tests.measure.asking import measured
from tests.measure.drawing import Drawing

SHARE = "ai_marked_commits_ratio"


def commits(world: Drawing, place: str, marked: int, of: int, authors: tuple[str, ...]) -> None:
    for number in range(of):
        world.commit(
            f"{place}-{number}",
            f"2026-06-{number % 28 + 1:02}",
            authors[number % len(authors)],
            tool="claude" if number < marked else None,
            repository=place,
        )


def test_where_small_repositories_differ_the_mean_over_repositories_stands_beside_the_whole() -> (
    None
):
    """r has 1 of 10 marked, s 1 of 1: together 2 / 11, on average (0.1 + 1) / 2 = 0.55."""
    world = Drawing(repositories=("r", "s"))
    commits(world, "r", 1, 10, ("ann",))
    commits(world, "s", 1, 1, ("ann",))
    found = measured(SHARE, world)
    assert found.value == pytest.approx(2 / 11)
    assert found.mean_of_ratios is not None
    assert found.mean_of_ratios.value == pytest.approx(0.55)
    assert (found.mean_of_ratios.n, found.mean_of_ratios.n_of) == (2, "repositories")


def test_where_they_agree_nothing_is_added() -> None:
    """1 of 5 and 2 of 10: 3 / 15, and 0.2 on average."""
    world = Drawing(repositories=("r", "s"))
    commits(world, "r", 1, 5, ("ann",))
    commits(world, "s", 2, 10, ("ann",))
    assert measured(SHARE, world).mean_of_ratios is None


def test_teams_of_fewer_than_five_are_one_team_together() -> None:
    """near has five members with 1 of 20 marked; two teams of one have 4 of 4: 1 / 20 and 4 / 4."""
    near = ("ann", "bob", "cleo", "dan", "eve")
    world = Drawing()
    for person in near:
        world.member(person, "near")
    world.member("fay", "far")
    world.member("gil", "away")
    commits(world, "r", 1, 20, near)
    for number, person in enumerate(("fay", "gil", "fay", "gil")):
        world.commit(f"other-{number}", "2026-06-20", person, tool="claude")
    found = measured(SHARE, world)
    assert found.value == pytest.approx(5 / 24)
    assert found.mean_of_ratios is not None
    assert found.mean_of_ratios.value == pytest.approx((1 / 20 + 1) / 2)
    assert (found.mean_of_ratios.n, found.mean_of_ratios.n_of) == (2, "teams")
