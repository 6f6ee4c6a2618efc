"""Logs that grow, break, are replaced, or hold what nobody knows."""

from __future__ import annotations

import json
import subprocess
import tracemalloc
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trueup.collect.ai.logs.checkouts import Checkouts
from trueup.collect.ai.logs.growing import GrowingFile, Mark
from trueup.collect.ai.logs.lines import NO_JSON, NO_OBJECT, NO_UTF8, OTHER_KIND, UTF16, LineReader
from trueup.collect.ai.logs.machine import machine_person, stream_of, target_id_of
from trueup.collect.ai.logs.shapes import Shapes
from trueup.collect.ai.logs.telling import lines_note


class Usage(msgspec.Struct):
    output: int | None = None


class Line(msgspec.Struct):
    type: str | None = None
    usage: Usage | None = None
    parts: list[Usage] | None = None


def read(
    path: Path, mark: Mark | None = None, *, longest: int = 1000, block: int = 64
) -> tuple[list[bytes], Mark, Counter[str]]:
    faults: Counter[str] = Counter((mark or Mark()).faults)
    file = GrowingFile(path, mark or Mark(), faults, longest=longest, block=block)
    lines = [line for some in file for line in some if line]
    return lines, Mark.of(file.mark.and_faults(faults).text), faults


@given(
    st.lists(st.integers(0, 90), min_size=1, max_size=12),
    st.lists(st.integers(0, 400), max_size=5),
    st.integers(1, 50),
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_file_that_grows_by_any_bytes_is_read_once_whatever_the_block(
    tmp_path: Path, sizes: list[int], cuts: list[int], block: int
) -> None:
    """Split at any bytes, the lines read over all visits are the lines of the file."""
    whole = b"".join(b'{"n":"%s"}\n' % (b"x" * size) for size in sizes)
    path = tmp_path / "log.jsonl"
    mark, lines = Mark(), []
    for cut in [*sorted(min(cut, len(whole)) for cut in cuts), len(whole), len(whole)]:
        path.write_bytes(whole[:cut])
        some, mark, _ = read(path, mark, block=block)
        lines += some
    assert lines == whole.split(b"\n")[:-1]
    assert (mark.offset, mark.lines) == (len(whole), len(sizes))


def test_a_last_line_without_its_end_waits_unless_it_is_an_object_already(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"a":1}\n{"b":')
    first, mark, _ = read(path)
    path.write_bytes(b'{"a":1}\n{"b":2}')
    second, mark, _ = read(path, mark)
    path.write_bytes(b'{"a":1}\n{"b":2}\n{"c":3}\n')
    third, mark, _ = read(path, mark)
    assert [first, second, third] == [[b'{"a":1}'], [b'{"b":2}'], [b'{"c":3}']]
    assert mark.lines == 3


@pytest.mark.parametrize(
    "content", [b'{"a":1}\n', b'{"z":1}\n{"b":2}\n{"c":3}\n', b'{"a":1}\n{"b":9}\n{"c":3}\n']
)
def test_a_file_shortened_or_replaced_is_read_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"a":1}\n{"b":2}\n')
    _, mark, _ = read(path)
    path.write_bytes(content)
    lines, mark, _ = read(path, mark)
    assert lines == content.split(b"\n")[:-1]
    assert mark.lines == len(lines)


def test_a_line_beyond_the_limit_is_counted_with_its_size_and_passed_over(tmp_path: Path) -> None:
    """3 MB in blocks of 64 KiB with a limit of 1 MB: the lines beside it are read."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"a":1}\n' + b"x" * (3 << 20) + b'\n{"b":2}\n')
    tracemalloc.start()
    lines, mark, faults = read(path, longest=1 << 20, block=1 << 16)
    assert tracemalloc.get_traced_memory()[1] < 2 << 20
    tracemalloc.stop()
    assert lines == [b'{"a":1}', b'{"b":2}']
    assert faults == {"a line of 3 MB is longer than 1 MB": 1}
    assert mark.lines == 3
    assert read(path, mark)[0] == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"type":"a","x":"\xe9t\xe9"}', NO_UTF8),
        ('{"type":"a"}'.encode("utf-16"), UTF16),
        (b'{"type":"a"', NO_JSON),
        (b"[1]", NO_OBJECT),
        (b'{"type":"a","usage":{"output":"many"}}', OTHER_KIND),
        (b'{"type":"a","parts":[{"output":1},{"output":"x"}]}', OTHER_KIND),
        (b'{"type":"a","usage":7}', OTHER_KIND),
        (b'\xef\xbb\xbf{"type":"a"}', ""),
        (b'\x00\x00\x00{"type":"a"}', ""),
        (b'{"type":"a"}\r', ""),
        (b"", ""),
    ],
)
def test_what_is_wrong_with_a_line_is_counted_and_costs_no_more_than_it_must(
    line: bytes, reason: str
) -> None:
    faults: Counter[str] = Counter()
    found = LineReader(Line, faults).read(line)
    assert faults == ({reason: 1} if reason else {})
    is_lost = reason in {UTF16, NO_JSON, NO_OBJECT} or not line
    assert (None if found is None else found.type) == (None if is_lost else "a")


@pytest.mark.parametrize(
    "lines",
    [
        [b'{"type":"a"}', b"", b'{"type":"b"}'],
        [b'\xef\xbb\xbf{"type":"a"}', b'{"type":"b"}'],
        [b'{"type":"a","x":"\xe9"}', '{"type":"b","x":"\xe9"}'.encode()],
        [],
    ],
)
def test_lines_read_together_are_read_as_each_alone(lines: list[bytes]) -> None:
    alone, together = LineReader(Line, Counter()), LineReader(Line, Counter())
    each = [found for line in lines if (found := alone.read(line)) is not None]
    assert [found for _, found in together.each(lines)] == each
    assert together.faults == alone.faults


def test_a_field_of_another_kind_leaves_the_others() -> None:
    found = LineReader(Line, Counter()).read(b'{"usage":{"output":3},"type":["x"]}')
    assert found is not None
    assert found.usage == Usage(output=3)


def test_unknown_lines_keep_key_paths_and_sizes_and_no_value() -> None:
    shapes = Shapes()
    line = {"type": "news", "body": {"text": "secret words", "/home/ann": 1}, "of": ["secret"]}
    assert shapes.add("news", json.dumps(line).encode()) == "its type 'news' is not known"
    assert shapes.add("no name at all", b"{}") == "its type 'without a type' is not known"
    (news, _) = shapes.records()
    assert (news.key, news.body) == (
        "news",
        {
            "paths": {
                "type": 4,
                "body": 2,
                "body.text": 16,
                "body.*": 0,
                "of": 1,
                "of.[]": 8,
            }
        },
    )


def test_a_note_says_how_many_lines_were_read_and_why_the_others_were_not() -> None:
    marks = [Mark(lines=10, faults={NO_JSON: 2, NO_UTF8: 1}), Mark(lines=5)]
    note = lines_note("claude_code", marks)
    assert (note.expected, note.seen, note.skipped) == (15, 13, 2)
    assert f"{NO_JSON} (2)" in note.reason


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@x.example")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_folder_is_of_the_repository_it_is_a_checkout_of_even_once_it_is_removed(
    tmp_path: Path,
) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    git(shop, "init", "-q")
    git(shop, "remote", "add", "origin", "git@GitHub.com:acme/shop.git")
    place = Checkouts().place(str(shop / "src" / "gone"))
    assert place.repository_id == "github.com/acme/shop"
    assert place.path_of(str(shop / "src" / "a.py")) == "src/a.py"
    assert place.path_of(str(tmp_path / "secret.txt")) is None
    assert place.path_of(str(shop / ".." / "secret.txt")) is None
    assert Checkouts().place(str(tmp_path / "nowhere")).repository_id is None


@pytest.mark.parametrize("folder", ["/" + "x" * 5000, "/a\0b", "relative", "", None])
def test_a_folder_that_cannot_be_is_no_checkout(folder: str | None) -> None:
    assert Checkouts().place(folder).repository_id is None


def test_a_repository_without_a_remote_goes_by_its_oldest_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "one")
    said = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert Checkouts().place(str(tmp_path)).repository_id == f"root:{said.stdout.strip()}"


def test_the_person_of_a_machine_is_who_git_would_write_into_a_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "user.email", "Ann@X.example")
    git(tmp_path, "config", "user.name", "Ann")
    assert machine_person(tmp_path) == {"email": "ann@x.example", "name": "Ann"}


def test_names_of_targets_and_streams_show_neither_path_nor_login(tmp_path: Path) -> None:
    folder = tmp_path / "ann" / "logs"
    target_id = target_id_of("codex", folder)
    assert target_id.startswith("codex:")
    assert "ann" not in target_id
    assert target_id == target_id_of("codex", folder)
    assert target_id != target_id_of("codex", tmp_path)
    assert "ann" not in stream_of("ann/a.jsonl")
