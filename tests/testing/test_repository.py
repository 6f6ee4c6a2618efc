"""The made-up repository is what it says, and the same each time."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from trueup.errors import ConfigError
from trueup.testing.repository import Plan, make_repository

SMALL = Plan(weeks=30, authors=6, changes_per_week=4.0)


def git(repository: Path, *arguments: str) -> list[str]:
    """Return the lines git prints."""
    done = subprocess.run(
        ["git", f"--git-dir={repository}", *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_the_same_plan_gives_the_same_commits(tmp_path: Path) -> None:
    first = make_repository(tmp_path / "first", SMALL)
    second = make_repository(tmp_path / "second", SMALL)
    assert git(first, "rev-parse", "HEAD") == git(second, "rev-parse", "HEAD")


def test_another_seed_gives_another_history(tmp_path: Path) -> None:
    first = make_repository(tmp_path / "first", SMALL)
    other = make_repository(tmp_path / "other", Plan(seed=8, weeks=30, authors=6))
    assert git(first, "rev-parse", "HEAD") != git(other, "rev-parse", "HEAD")


def test_git_finds_the_history_sound(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "made", SMALL)
    assert git(repository, "fsck", "--strict") == []


def test_everyone_planned_writes_and_releases_are_tagged(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "made", SMALL)
    assert len(set(git(repository, "log", "--format=%ae"))) == 6
    assert len(git(repository, "tag")) == 30 // 4


def test_marks_are_left_on_more_and_more_of_the_commits(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "made", Plan(weeks=60, authors=6))
    trailers = "%(trailers:key=Co-Authored-By,valueonly,separator=%x2C)"
    marked = [line != "" for line in git(repository, "log", "--no-merges", f"--format={trailers}")]
    late, early = marked[: len(marked) // 2], marked[len(marked) // 2 :]
    assert sum(late) > 2 * sum(early) > 0


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(ConfigError, match="is not empty"):
        make_repository(tmp_path, SMALL)
    assert (tmp_path / "mine").read_text() == "mine"
