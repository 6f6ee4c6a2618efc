"""Reading a history in steps tells the same facts as reading it at once."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.oracles.landed import Landed, Silence
from benchmarks.oracles.worlds import World
from tests.collect.git.drawn import Drawn, lines
from trueup.collect.connector import Previous
from trueup.collect.sources.git.lines.history import ReplayNeeded, history
from trueup.collect.sources.git.process import Git
from trueup.config import GitSettings


def main_line(world: World, head: int) -> list[int]:
    line = [head]
    while world.parents[line[-1]]:
        line.append(world.parents[line[-1]][0])
    return line[::-1]


def same(one: Landed, other: Landed) -> bool:
    return (
        one.deaths() == other.deaths()
        and one.files() == other.files()
        and one.removals() == other.removals()
        and set(one.lines().values()) == set(other.lines().values())
    )


def go_on(drawn: Drawn, landed: Landed, head: int) -> None:
    """Ask for what is new, without reading everything anew if that is refused."""
    rows = history(
        drawn.git,
        repository_id="r",
        head=drawn.shas[head],
        previous=Previous(cursor="", tables=landed.read),
        old_head=landed.head,
        settings=GitSettings(),
        progress=Silence(),
    )
    next(rows)


@pytest.mark.parametrize("seed", range(24))
def test_any_number_of_steps_tells_the_same_facts(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    world = World(rng)
    head = world.grow(rng.randint(3, 70))
    shas = world.write(tmp_path / "r")
    git, at_once, in_steps = Git(tmp_path / "r"), Landed(), Landed()
    at_once.collect(git, shas[head])
    line = main_line(world, head)
    for stop in sorted(rng.sample(line, min(len(line), rng.randint(1, 4)))):
        in_steps.collect(git, shas[stop])
    in_steps.collect(git, shas[head])
    assert same(at_once, in_steps)


def test_a_branch_that_began_before_the_last_reading_is_not_read_anew(tmp_path: Path) -> None:
    text = lines("abcdefghijklmnop")
    drawn = Drawn(
        tmp_path / "r",
        [
            ([], {"old": text, "g": "1\n"}),
            ([0], {"new": text.replace("c\n", "C\n"), "g": "1\n"}),  # 1: renamed, edited
            ([1], {"new": "X\n" + text.replace("c\n", "C\n"), "g": "1\n"}),  # 2: read up to here
            ([1], {"new": text.replace("c\n", "C\n").replace("h\n", ""), "g": "1\n"}),  # 3
            ([2, 3], {"new": "X\n" + text.replace("c\n", "C\n").replace("h\n", ""), "g": "1\n"}),
        ],
    )
    in_steps = drawn.landed(2, 4)
    assert in_steps.anew == 0
    assert drawn.killers(in_steps) == {(0, "old", 3): 1, (0, "old", 8): 3}
    assert same(in_steps, drawn.landed())


def test_a_line_that_comes_back_to_life_needs_everything_read_anew(tmp_path: Path) -> None:
    drawn = Drawn(
        tmp_path / "r",
        [
            ([], {"f": lines("abc")}),
            ([0], {"f": lines("ac")}),  # 1: b dies; read up to here
            ([0], {"f": lines("abcd")}),  # 2: a branch that still has it
            ([1, 2], {"f": lines("abcd")}),  # 3: the merge takes it back
        ],
    )
    landed = drawn.landed(1)
    assert drawn.killers(landed) == {(0, "f", 2): 1}
    with pytest.raises(ReplayNeeded):
        go_on(drawn, landed, 3)
    landed.collect(drawn.git, drawn.shas[3])
    assert landed.anew == 1
    assert drawn.killers(landed) == {}
    assert same(landed, drawn.landed())


def test_a_main_line_that_left_the_last_head_needs_everything_read_anew(tmp_path: Path) -> None:
    drawn = Drawn(
        tmp_path / "r",
        [
            ([], {"f": lines("a")}),
            ([0], {"f": lines("ab")}),  # 1: read up to here
            ([0], {"f": lines("ca")}),
            ([2, 1], {"f": lines("cab")}),  # 3: what was the main line is now a branch of it
        ],
    )
    landed = drawn.landed(1)
    with pytest.raises(ReplayNeeded):
        go_on(drawn, landed, 3)


def test_a_rewritten_history_needs_everything_read_anew(tmp_path: Path) -> None:
    drawn = Drawn(tmp_path / "r", [([], {"f": "a\n"}), ([0], {"f": "b\n"}), ([0], {"f": "c\n"})])
    landed = drawn.landed(1)
    with pytest.raises(ReplayNeeded):
        go_on(drawn, landed, 2)
    with pytest.raises(ReplayNeeded):
        go_on(drawn, landed, 0)


def test_nothing_new_lands_nothing_new(tmp_path: Path) -> None:
    drawn = Drawn(tmp_path / "r", [([], {"f": "a\n"}), ([0], {"f": "b\n"})])
    twice = drawn.landed(1, 1)
    assert twice.anew == 0
    assert same(twice, drawn.landed())
    assert twice.read("commit_diff").num_rows == 2


def test_commits_dated_before_their_parents_are_not_read_twice(tmp_path: Path) -> None:
    world = World(random.Random(115))  # its dates run backwards far enough to mislead git
    head = world.grow(world.rng.randint(3, 80))
    shas = world.write(tmp_path / "r")
    git, landed = Git(tmp_path / "r"), Landed()
    for stop in main_line(world, head):
        landed.collect(git, shas[stop])
    commits = landed.read("commit_diff")["commit_id"].to_pylist()
    assert len(commits) == len(set(commits))
