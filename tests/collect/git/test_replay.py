"""Lines are carried through edits, renames and merges as git blame would have it."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from benchmarks.oracles.blame import blame_origins
from benchmarks.oracles.landed import Landed
from benchmarks.oracles.worlds import Odds, World
from tests.collect.git.drawn import Drawn, lines
from trueup.collect.sources.git.diffs.combined import BORN, merge_lines
from trueup.collect.sources.git.diffs.stream import CommitDiff, Row, parse_patch
from trueup.collect.sources.git.lines.graph import build_graph
from trueup.collect.sources.git.lines.replay import Numbers, Replay
from trueup.collect.sources.git.process import Git
from trueup.errors import SourceIncomplete


class Unasked:
    """Answers no question."""

    def text(self, blob: bytes) -> bytes | None:
        raise AssertionError(blob)

    def merge(self, sha: bytes, *, renames: bool) -> CommitDiff | None:
        raise AssertionError((sha, renames))


def ids(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(numbers, np.int32)


def test_a_merged_line_belongs_to_the_first_parent_that_has_it() -> None:
    text = (
        b"--combined f\n--- a/f\n--- a/f\n+++ b/f\n"
        b"@@@ -2,2 -2,3 +2,4 @@@ title\n"
        b"  both\n"
        b"- only first had it\n"
        b" -only second had it\n"
        b"+ from second\n"
        b" +from first\n"
        b"++from the merge"
    )
    first = ids(10, 11, 12, 13, 14)
    second = ids(20, 21, 22, 23, 24)
    merged = merge_lines(text, [first, second])
    assert merged is not None
    assert merged.ids.tolist() == [10, 11, 23, 13, BORN, 14]
    assert merged.dropped.tolist() == []


def test_three_parents_and_a_line_all_of_them_lose() -> None:
    text = b"--combined f\n@@@@ -1,2 -1,3 -1,2 +1,2 @@@@\n---gone\n+ +second\n   all"
    merged = merge_lines(text, [ids(1, 2), ids(3, 4, 5), ids(6, 7)])
    assert merged is not None
    assert merged.ids.tolist() == [4, 2]
    assert sorted(merged.dropped.tolist()) == [1, 3, 6]


def test_a_parent_without_the_file_gives_no_line() -> None:
    text = b"--combined f\n@@@ -0,0 -1,1 +1,2 @@@\n+ old\n++new"
    merged = merge_lines(text, [None, ids(5)])
    assert merged is not None
    assert merged.ids.tolist() == [5, BORN]


@pytest.mark.parametrize(
    "text",
    [
        b"--combined f\n@@@ -1,3 -1,1 +1,1 @@@\n- a\n- b\n- c\n  d",  # first has two lines
        b"--combined f\n@@@ -1,1 -1,1 +1,1 @@@\n? a",
        b"--combined f\n@@@ -9,1 -9,1 +9,1 @@@\n--a",
        b"--combined f\n",
    ],
)
def test_a_combined_difference_that_does_not_fit_is_no_answer(text: bytes) -> None:
    assert merge_lines(text, [ids(1, 2), ids(3, 4)]) is None


def test_an_impossible_hunk_names_the_commit_and_the_file() -> None:
    sha, path = b"c" * 40, b"src/f.py"
    replay = Replay(build_graph([[sha]]), {}, Numbers(0), Unasked())
    row = Row(b"000000", b"100644", b"0" * 40, b"1" * 40, b"A", path, path)
    patch = parse_patch(b"--git a/f b/f\n@@ -4,2 +0,0 @@\n-a\n-b")
    with pytest.raises(SourceIncomplete, match=r"c{40} at src/f\.py: a hunk does not fit"):
        replay.commit(0, CommitDiff(sha, [row], [patch]))


def test_a_file_that_is_not_the_one_replayed_stops_the_reading() -> None:
    sha = b"c" * 40
    replay = Replay(build_graph([[sha]]), {}, Numbers(0), Unasked())
    row = Row(b"100644", b"100644", b"2" * 40, b"1" * 40, b"M", b"f", b"f")
    with pytest.raises(SourceIncomplete, match="not the one replayed"):
        replay.commit(0, CommitDiff(sha, [row], [parse_patch(b"--git a/f b/f")]))


def test_a_renamed_file_keeps_its_lines_and_their_first_name(tmp_path: Path) -> None:
    text = lines("abcdefgh")
    drawn = Drawn(
        tmp_path / "r", [([], {"old.py": text}), ([0], {"new.py": text.replace("d\n", "D\n")})]
    )
    landed = drawn.landed()
    assert drawn.origins(landed, "new.py") == [0, 0, 0, 1, 0, 0, 0, 0]
    assert {line[1] for line in landed.files()[b"new.py"]} == {"old.py", "new.py"}
    assert drawn.killers(landed) == {(0, "old.py", 4): 1}


def test_a_file_the_merge_renamed_keeps_the_lines_of_both_sides(tmp_path: Path) -> None:
    text = lines("abcdefghijklmnopqrst")
    drawn = Drawn(
        tmp_path / "r",
        [
            ([], {"f": text}),
            ([0], {"f": "X\n" + text}),
            ([0], {"f": text + "Y\n"}),
            ([1, 2], {"g": "X\n" + text + "Y\nZ\n"}),
        ],
    )
    assert drawn.origins(drawn.landed(), "g") == [1, *[0] * 20, 2, 3]


def test_a_file_without_a_last_line_end_and_an_empty_file(tmp_path: Path) -> None:
    drawn = Drawn(
        tmp_path / "r",
        [([], {"f": "a\nb", "empty": ""}), ([0], {"f": "a\nb\nc", "empty": ""})],
    )
    landed = drawn.landed()
    assert drawn.origins(landed, "f") == [0, 1, 1]
    assert drawn.killers(landed) == {(0, "f", 2): 1}
    assert landed.files()[b"empty"] == []


def test_carriage_returns_and_form_feeds_do_not_end_a_line(tmp_path: Path) -> None:
    drawn = Drawn(tmp_path / "r", [([], {"f": "a\rb\n\x0cc\r\n\u2028\n"})])
    assert drawn.origins(drawn.landed(), "f") == [0, 0, 0]


def test_a_file_that_stops_being_binary_is_born_then(tmp_path: Path) -> None:
    drawn = Drawn(
        tmp_path / "r",
        [
            ([], {"f": "a\n"}),
            ([0], {"f": b"a\0\n"}),
            ([1], {"f": "a\nb\n"}),
            ([2], {"f": "a\nb\nc\n"}),
        ],
    )
    landed = drawn.landed()
    assert drawn.killers(landed) == {(0, "f", 1): 1}
    assert drawn.origins(landed, "f") == [2, 2, 3]
    assert landed.summary is not None
    assert landed.summary.binary_changes == 2


@pytest.mark.parametrize("seed", range(12))
def test_every_line_at_the_head_has_the_origin_git_blame_gives(tmp_path: Path, seed: int) -> None:
    # git blame looks into binary files, and takes a link for the file it was, on its own terms
    world = World(random.Random(seed), Odds(binary=0, link=False, root=0.05))
    head = world.grow(45)
    shas = world.write(tmp_path / "r")
    git, landed = Git(tmp_path / "r"), Landed()
    landed.collect(git, shas[head])
    files = {path: found for path, found in landed.files().items() if found}
    assert files
    for path, found in files.items():
        assert [line[0] for line in found] == blame_origins(git, shas[head], path, len(found))
