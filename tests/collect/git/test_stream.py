"""Git's stream of differences is understood, whatever the content looks like."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from tests.collect.git.drawn import Drawn, lines
from trueup.collect.sources.git.diffs.filekind import file_kind
from trueup.collect.sources.git.diffs.paths import text, unquote
from trueup.collect.sources.git.diffs.stream import (
    CommitDiff,
    Patch,
    Row,
    parse_patch,
    patch_ids,
    read_diffs,
)

ZERO, ONE, TWO = b"0" * 40, b"1" * 40, b"2" * 40


def patch(*hunks: str) -> Patch:
    return parse_patch(("--git a/f b/f\n--- a/f\n+++ b/f\n" + "\n".join(hunks)).encode())


def commit(change: Patch, path: bytes = b"f", old_path: bytes = b"f") -> CommitDiff:
    row = Row(b"100644", b"100644", ONE, TWO, b"M", old_path, path)
    return CommitDiff(b"c" * 40, [row], [change])


def test_a_count_git_leaves_out_is_one() -> None:
    found = patch("@@ -3 +4,2 @@ def f():\n-old\n+new\n+newer", "@@ -9,0 +11 @@\n+more")
    assert found.hunks == [3, 1, 4, 2, 9, 0, 11, 1]


def test_content_that_looks_like_a_header_is_content() -> None:
    hunk = "@@ -1,2 +1,2 @@\n-+++ b/f\n-@@ -7 +7 @@\n+--- a/f\n+diff --git a/f b/f"
    assert patch(hunk).hunks == [1, 2, 1, 2]


def test_undoing_a_change_has_its_inverse_id_and_repeating_it_its_id() -> None:
    there = patch("@@ -3,2 +3 @@\n-a\n-b\n+c", "@@ -9,0 +9 @@\n+d")
    elsewhere = patch("@@ -53,2 +63 @@ here\n-a\n-b\n+c", "@@ -99,0 +109 @@\n+d")
    back = patch("@@ -3 +3,2 @@\n-c\n+a\n+b", "@@ -9 +10,0 @@\n-d")
    forward_id, inverse_id = patch_ids(commit(there))
    assert patch_ids(commit(elsewhere)) == (forward_id, inverse_id)
    assert patch_ids(commit(back)) == (inverse_id, forward_id)
    assert forward_id != inverse_id


def test_moving_a_line_down_is_not_moving_it_up() -> None:
    down = patch("@@ -1 +0,0 @@\n-a", "@@ -9,0 +9 @@\n+a")
    up = patch("@@ -0,0 +1 @@\n+a", "@@ -9 +9,0 @@\n-a")
    assert patch_ids(commit(down))[0] == patch_ids(commit(up))[1]
    assert patch_ids(commit(down))[0] != patch_ids(commit(up))[0]


def test_a_line_end_that_went_missing_is_part_of_the_change() -> None:
    with_end = patch("@@ -1 +1 @@\n-a\n+b")
    without = patch("@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file")
    assert patch_ids(commit(with_end)) != patch_ids(commit(without))


def test_the_same_edit_of_another_file_is_another_change() -> None:
    edit = patch("@@ -1 +1 @@\n-a\n+b")
    assert patch_ids(commit(edit)) != patch_ids(commit(edit, b"g", b"g"))


def test_a_binary_change_is_known_by_its_contents() -> None:
    binary = parse_patch(b"--git a/f b/f\nindex 1..2\nBinary files a/f and b/f differ")
    assert binary.is_binary
    there = CommitDiff(b"c", [Row(b"1", b"1", ONE, TWO, b"M", b"f", b"f")], [binary])
    back = CommitDiff(b"c", [Row(b"1", b"1", TWO, ONE, b"M", b"f", b"f")], [binary])
    assert patch_ids(there) == patch_ids(back)[::-1]


def test_a_commit_without_files_has_no_patch_id() -> None:
    assert patch_ids(CommitDiff(b"c")) == (None, None)


@pytest.mark.parametrize("block", [1, 7, 64, 1 << 20])
def test_where_blocks_end_does_not_matter(block: int) -> None:
    told = (
        b"\x01" + ONE + b"\n\n:100644 100644 %b %b M\tf\n\n" % (ONE, TWO)
        + b"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+\x01\n"
        + b"\x01" + TWO + b"\n\x01" + ZERO + b"\n"
    )  # fmt: skip

    class Dribble(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or block, block))

    found = list(read_diffs(Dribble(told)))
    assert [diff.sha for diff in found] == [ONE, TWO, ZERO]
    assert [len(diff.patches) for diff in found] == [1, 0, 0]
    assert found[0].patches[0].hunks == [1, 1, 1, 1]


def test_quoted_paths_are_the_bytes_git_meant() -> None:
    assert unquote(rb'"a\tb\"c\\d\303\244\001"') == b'a\tb"c\\d\xc3\xa4\x01'
    assert unquote(b"plain name") == b"plain name"
    assert text(b"caf\xe9") == r"caf\xe9"


def test_lines_that_begin_like_gits_own_survive_a_real_repository(tmp_path: Path) -> None:
    tricky = "\x01" + "a" * 40 + "\n\ndiff --git a/x b/x\n@@ -1 +1 @@\n-- a\n++ b\n"
    drawn = Drawn(
        tmp_path / "r",
        [
            ([], {"x": "1\n", 'q"\t\n.c': "q\n"}),
            ([0], {"x": "1\n" + tricky, 'q"\t\n.c': "q\nr\n"}),
            ([1], {"x": tricky, 'q"\t\n.c': "q\nr\n", "y": lines("yz")}),
        ],
    )
    landed = drawn.landed()
    assert drawn.origins(landed, "x") == [1] * 6
    assert drawn.origins(landed, 'q"\t\n.c') == [0, 1]
    assert drawn.killers(landed) == {(0, "x", 1): 2}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("src/flask/app.py", "code"),
        ("crates/uv/src/lib.rs", "code"),
        ("tests/test_app.py", "test"),
        ("crates/uv/tests/it/lock.rs", "test"),
        ("pkg/server_test.go", "test"),
        ("web/button.spec.tsx", "test"),
        ("README.md", "docs"),
        ("CHANGES.rst", "docs"),
        ("LICENSE", "docs"),
        ("docs/conf.py", "docs"),
        ("pyproject.toml", "config"),
        (".github/workflows/ci.yml", "config"),
        ("Dockerfile", "config"),
        (".gitignore", "config"),
        ("uv.lock", "generated"),
        ("web/package-lock.json", "generated"),
        ("Cargo.lock", "generated"),
        ("go.sum", "generated"),
        ("static/jquery.min.js", "generated"),
        ("tests/__snapshots__/app.ambr", "generated"),
        ("tests/snapshots/lock.snap", "generated"),
        ("api/v1/user.pb.go", "generated"),
        ("third_party/zlib/inflate.c", "generated"),
        ("data/people.csv", "data"),
        ("logo.png", "data"),
        ("notes", "other"),
        ("src/latest.py", "code"),
        ("src/contest.py", "code"),
        ("distance/build_tree.py", "code"),
    ],
)
def test_a_path_tells_what_a_file_is_for(path: str, kind: str) -> None:
    assert file_kind(path) == kind
