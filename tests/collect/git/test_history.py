"""Who ended each line, what is counted, and what happens where git cannot tell."""

from __future__ import annotations

import random
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.oracles.landed import Landed
from benchmarks.oracles.szz import blamed_origins
from benchmarks.oracles.worlds import Odds, World
from tests.collect.git.drawn import Drawn, lines
from trueup.collect.sources.git.process import Git
from trueup.config import GitSettings
from trueup.errors import SourceIncomplete
from trueup.model.tables import TABLES


def world(directory: Path, seed: int, **odds: float) -> tuple[World, Git, list[str], Landed]:
    made = World(random.Random(seed), Odds(**odds))  # type: ignore[arg-type]
    head = made.grow(40)
    shas = made.write(directory)
    git, landed = Git(directory), Landed()
    landed.collect(git, shas[head])
    return made, git, shas, landed


def drop_blobs(directory: Path, count: int, seed: int) -> None:
    """Take some file contents out of a repository."""
    for pack in list(directory.glob("objects/pack/*.pack")):
        packed = pack.read_bytes()
        pack.unlink()
        pack.with_suffix(".idx").unlink()
        unpack = ["git", "-C", str(directory), "unpack-objects", "-q"]
        subprocess.run(unpack, input=packed, check=True)
    listing = ["git", "-C", str(directory), "cat-file", "--batch-check", "--batch-all-objects"]
    told = subprocess.run(listing, capture_output=True, text=True, check=True).stdout
    blobs = [line.split()[0] for line in told.splitlines() if line.split()[1] == "blob"]
    for blob in random.Random(seed).sample(blobs, min(count, len(blobs))):
        (directory / "objects" / blob[:2] / blob[2:]).unlink()


def test_of_two_branches_that_remove_a_line_the_first_to_land_ended_it(tmp_path: Path) -> None:
    drawn = Drawn(
        tmp_path / "r",
        [
            ([], {"f": lines("abc")}),
            ([0], {"f": lines("ac")}),  # 1: on a branch, removes b
            ([0], {"f": lines("ac"), "g": "x\n"}),  # 2: on another, removes b too
            ([0], {"f": lines("abc"), "h": "y\n"}),  # 3: the main line goes on
            ([3, 2], {"f": lines("ac"), "g": "x\n", "h": "y\n"}),
            ([4, 1], {"f": lines("ac"), "g": "x\n", "h": "y\n"}),
        ],
    )
    landed = drawn.landed()
    assert drawn.killers(landed) == {(0, "f", 2): 2}
    line = (drawn.shas[0], "f", 2)
    assert landed.removals() == {(line, drawn.shas[1]), (line, drawn.shas[2])}


def test_of_two_that_land_together_the_one_fewer_steps_into_its_branch_counts(
    tmp_path: Path,
) -> None:
    drawn = Drawn(
        tmp_path / "r",
        [
            ([], {"f": lines("abc")}),
            ([0], {"f": lines("abc"), "g": "1\n"}),
            ([1], {"f": lines("abc"), "g": "2\n"}),  # 2: the main line
            ([0], {"f": lines("abc"), "h": "1\n"}),
            ([3], {"f": lines("ac"), "h": "1\n"}),  # 4: two steps into a branch from the root
            ([2], {"f": lines("ac"), "g": "2\n"}),  # 5: one step into a branch from later on
            ([4, 5], {"f": lines("ac"), "g": "2\n", "h": "1\n"}),
            ([2, 6], {"f": lines("ac"), "g": "2\n", "h": "1\n"}),
        ],
    )
    assert drawn.killers(drawn.landed())[0, "f", 2] == 5


def test_a_line_that_a_merge_took_along_to_another_path_is_not_ended_by_it(
    tmp_path: Path,
) -> None:
    text = lines("abcdefghijkl")
    drawn = Drawn(
        tmp_path / "r",
        [
            ([], {"f": text}),
            ([0], {"f": text + "x\n"}),
            ([0], {"f": "y\n" + text}),
            ([1, 2], {"g": "y\n" + text + "x\n"}),  # 3: on a branch, renames f
            ([3], {"g": "y\n" + text.replace("b\n", "") + "x\n"}),
            ([0], {"f": text, "m": "1\n"}),
            ([5, 4], {"g": "y\n" + text.replace("b\n", "") + "x\n", "m": "1\n"}),
        ],
    )
    assert drawn.killers(drawn.landed()) == {(0, "f", 2): 4}


def test_a_line_that_came_back_and_went_again_ended_the_second_time(tmp_path: Path) -> None:
    drawn = Drawn(
        tmp_path / "r",
        [
            ([], {"f": lines("abc")}),
            ([0], {"f": lines("ac")}),
            ([0], {"f": lines("abcd")}),
            ([1, 2], {"f": lines("abcd")}),
            ([3], {"f": lines("acd")}),
        ],
    )
    assert drawn.killers(drawn.landed()) == {(0, "f", 2): 4}


def test_a_line_removed_on_a_branch_and_kept_by_the_merge_lives(tmp_path: Path) -> None:
    drawn = Drawn(
        tmp_path / "r",
        [
            ([], {"f": lines("abc")}),
            ([0], {"f": lines("ac")}),
            ([0], {"f": lines("abcd")}),
            ([2, 1], {"f": lines("abcd")}),
        ],
    )
    landed = drawn.landed()
    assert drawn.origins(landed, "f") == [0, 0, 0, 2]
    assert drawn.killers(landed) == {}
    assert landed.removals() == {((drawn.shas[0], "f", 2), drawn.shas[1])}


def test_a_line_only_a_merge_leaves_out_is_ended_by_what_landed_it(tmp_path: Path) -> None:
    drawn = Drawn(
        tmp_path / "r",
        [
            ([], {"f": lines("abc")}),
            ([0], {"f": lines("abcx")}),  # 1: a branch adds x
            ([0], {"f": lines("abc"), "g": "y\n"}),
            ([2, 1], {"f": lines("abc"), "g": "y\n"}),  # 3: the merge takes its own side
        ],
    )
    landed = drawn.landed()
    assert drawn.killers(landed) == {(1, "f", 4): 3}
    assert landed.summary is not None
    assert landed.summary.lines_dropped == 1


def test_a_line_a_merge_takes_from_all_parents_is_ended_by_that_merge(tmp_path: Path) -> None:
    drawn = Drawn(
        tmp_path / "r",
        [
            ([], {"f": lines("abc")}),
            ([0], {"f": lines("abcx")}),
            ([0], {"f": lines("yabc")}),
            ([2, 1], {"f": lines("yacxz")}),  # 3: on a branch; drops b, adds z
            ([0], {"f": lines("abc"), "g": "m\n"}),
            ([4, 3], {"f": lines("yacxz"), "g": "m\n"}),
        ],
    )
    landed = drawn.landed()
    assert drawn.killers(landed) == {(0, "f", 2): 3}
    assert drawn.origins(landed, "f") == [2, 0, 0, 1, 3]


def test_a_line_that_never_reached_the_main_line_ended_on_its_branch(tmp_path: Path) -> None:
    drawn = Drawn(
        tmp_path / "r",
        [
            ([], {"f": lines("a")}),
            ([0], {"f": lines("ab")}),
            ([1], {"f": lines("ac")}),
            ([0, 2], {"f": lines("ac")}),
        ],
    )
    assert drawn.killers(drawn.landed()) == {(1, "f", 2): 2}


@pytest.mark.parametrize("seed", range(20, 28))
def test_every_line_is_either_alive_or_dead_and_dies_once(tmp_path: Path, seed: int) -> None:
    _, _, _, landed = world(tmp_path / "r", seed)
    alive = {line for found in landed.files().values() for line in found}
    dead = landed.deaths()
    assert alive.isdisjoint(dead)
    assert alive | set(dead) == set(landed.lines().values())
    assert landed.summary is not None
    assert landed.summary.lines_alive == len(alive)
    assert landed.summary.lines_killed == len(dead)
    assert landed.summary.next_line_id == len(alive) + len(dead)


@pytest.mark.parametrize("seed", range(30, 34))
def test_counts_are_those_of_git_numstat(tmp_path: Path, seed: int) -> None:
    # a change of type is one file gone and one come, as in a patch; numstat compares contents
    _, git, _, landed = world(tmp_path / "r", seed, link=False)
    arguments = ("--numstat", "-M", "-U0", "--no-merges", "--format=%x01%H", "-z")
    told = git.run("-c", "diff.context=0", "log", *arguments, landed.head or "").decode()
    expected: Counter[tuple[str, str, str]] = Counter()
    for part in told.split("\x01")[1:]:
        sha = part[:40]
        for added, deleted in re.findall(r"(?:^|\0|\n)(\d+|-)\t(\d+|-)\t", part[40:]):
            expected[sha, added, deleted] += 1
    merges = set(git.run("rev-list", "--merges", landed.head or "").decode().split())
    rows = landed.read("commit_file").to_pylist()
    found = Counter(
        (
            row["commit_id"][2:],
            "-" if row["is_binary"] else str(row["lines_added"]),
            "-" if row["is_binary"] else str(row["lines_deleted"]),
        )
        for row in rows
        if row["commit_id"][2:] not in merges
    )
    assert found == expected


@pytest.mark.parametrize("seed", range(40, 43))
def test_what_a_commit_removed_was_written_by_whom_blame_says(tmp_path: Path, seed: int) -> None:
    made, git, shas, landed = world(tmp_path / "r", seed, binary=0, link=False)
    ours: dict[str, set[str]] = {}
    for line, commit in landed.removals():
        ours.setdefault(commit, set()).add(line[0])
    ordinary = [sha for sha, parents in zip(shas, made.parents, strict=True) if len(parents) == 1]
    reachable = set(git.run("rev-list", landed.head or "").decode().split())
    for sha in reachable.intersection(ordinary):
        assert ours.get(sha, set()) == blamed_origins(git, sha)


def test_rows_have_the_columns_their_tables_promise(tmp_path: Path) -> None:
    _, _, _, landed = world(tmp_path / "r", 50)
    assert set(landed.tables) == {
        "commit_diff", "commit_file", "hunk", "line_span", "line_death", "line_removal",
        "replay_state",
    }  # fmt: skip
    for name, rows in landed.tables.items():
        assert rows.schema.equals(TABLES[name].schema), name


def test_a_file_above_the_limit_is_counted_and_not_followed(tmp_path: Path) -> None:
    drawn = Drawn(tmp_path / "r", [([], {"big": "x\n" * 600, "small": "x\n"})])
    landed = Landed()
    landed.collect(drawn.git, drawn.shas[0], GitSettings(big_file_bytes=1000))
    assert set(landed.files()) == {b"small"}
    assert landed.summary is not None
    assert (landed.summary.big_files, landed.summary.lines_born) == (1, 1)


def test_a_path_left_out_by_the_settings_is_not_read(tmp_path: Path) -> None:
    drawn = Drawn(tmp_path / "r", [([], {"a/f.snap": "x\n", "g": "y\n"})])
    landed = Landed()
    landed.collect(drawn.git, drawn.shas[0], GitSettings(exclude=("**/*.snap",)))
    assert landed.read("commit_file")["path"].to_pylist() == ["g"]


def test_a_submodule_has_no_lines(tmp_path: Path) -> None:
    made = World(random.Random(0))
    sub = b"160000", b""
    made.parents, made.trees = [[], [0]], [{b"f": (b"100644", b"a\n")}, {}]
    shas = made.write(tmp_path / "r")
    git = Git(tmp_path / "r")
    tree = git.run("mktree", stdin=f"160000 commit {shas[0]}\tlib\n".encode()).decode().strip()
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    arguments = [*identity, "commit-tree", "-m", "x", "-p", shas[1], tree]
    head = git.run(*arguments).decode().strip()
    landed = Landed()
    landed.collect(git, head)
    assert sub[0] == b"160000"
    assert landed.files() == {}
    assert landed.summary is not None
    assert landed.summary.submodules == 1
    assert landed.read("hunk").num_rows == 2


def test_a_path_that_is_not_utf8_is_spelled_out_and_counted(tmp_path: Path) -> None:
    made = World(random.Random(0))
    made.parents, made.trees = [[]], [{b"caf\xe9": (b"100644", b"a\n")}]
    shas = made.write(tmp_path / "r")
    landed = Landed()
    landed.collect(Git(tmp_path / "r"), shas[0])
    assert landed.read("commit_file")["path"].to_pylist() == [r"caf\xe9"]
    assert list(landed.files()) == [b"caf\xe9"]
    assert landed.summary is not None
    assert landed.summary.non_utf8_paths == 1


def test_lines_at_the_edge_of_a_shallow_clone_may_be_older(tmp_path: Path) -> None:
    drawn = Drawn(
        tmp_path / "r",
        [([], {"f": lines("ab")}), ([0], {"f": lines("abc")}), ([1], {"f": lines("abcd")})],
    )
    git = ["git", "-C", f"{tmp_path}/r"]
    subprocess.run([*git, "update-ref", "refs/heads/main", drawn.shas[-1]], check=True)
    clone = ["git", "clone", "-q", "--bare", "--depth=2", f"file://{tmp_path}/r", f"{tmp_path}/c"]
    subprocess.run(clone, check=True)
    landed = Landed()
    landed.collect(Git(tmp_path / "c"), drawn.shas[-1])
    assert landed.summary is not None
    assert (landed.summary.lines_born, landed.summary.lines_born_unseen) == (4, 3)


@pytest.mark.parametrize("seed", range(60, 66))
def test_missing_contents_are_gone_around_and_counted(tmp_path: Path, seed: int) -> None:
    made = World(random.Random(seed))
    head = made.grow(40)
    shas = made.write(tmp_path / "r")
    drop_blobs(tmp_path / "r", 5, seed)
    landed = Landed()
    landed.collect(Git(tmp_path / "r"), shas[head])
    dead = landed.deaths()
    alive = {line for found in landed.files().values() for line in found}
    assert alive | set(dead) == set(landed.lines().values())
    assert landed.summary is not None
    assert landed.summary.unreadable_blobs > 0
    assert landed.summary.commits_partly_read > 0
    assert landed.summary.lines_lost == sum(killer is None for killer in dead.values())
    unread = [row for row in landed.read("commit_file").to_pylist() if row["is_binary"] is None]
    assert unread
    assert all(row["lines_added"] is None for row in unread)


def test_a_file_that_cannot_be_read_once_is_followed_again_after(tmp_path: Path) -> None:
    drawn = Drawn(
        tmp_path / "r",
        [
            ([], {"f": lines("ab"), "g": "1\n"}),
            ([0], {"f": lines("abc"), "g": "2\n"}),
            ([1], {"f": lines("abcd"), "g": "2\n"}),
            ([2], {"f": lines("bcd"), "g": "2\n"}),
        ],
    )
    blob = drawn.git.run("rev-parse", f"{drawn.shas[1]}:f").decode().strip()
    drop_blobs(tmp_path / "r", 0, 0)
    (tmp_path / "r" / "objects" / blob[:2] / blob[2:]).unlink()
    landed = drawn.landed()
    assert drawn.killers(landed) == {
        (0, "g", 1): 1,  # the readable file of that commit is read
        (0, "f", 1): None,
        (0, "f", 2): None,
        (2, "f", 1): 3,
    }
    assert drawn.origins(landed, "f") == [2, 2, 2]
    assert landed.summary is not None
    assert (landed.summary.lines_born_unseen, landed.summary.lines_lost) == (4, 2)


def test_a_repository_that_lacks_a_tree_is_refused_with_gits_words(tmp_path: Path) -> None:
    drawn = Drawn(tmp_path / "r", [([], {"f": "a\n"}), ([0], {"f": "b\n"})])
    tree = drawn.git.run("rev-parse", f"{drawn.shas[0]}^{{tree}}").decode().strip()
    drop_blobs(tmp_path / "r", 0, 0)
    (tmp_path / "r" / "objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(SourceIncomplete, match=f"ended with status 128.*{tree[:7]}"):
        drawn.landed()
