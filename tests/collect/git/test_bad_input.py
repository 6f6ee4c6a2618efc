from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.collect.git.building import ANN, BEN, DAY, START, Building, run_git
from tests.collect.git.keeping import NOW, Kept
from trueup.collect.sources.git.connector import GitConnector
from trueup.errors import SourceIncomplete, SourceUnavailable, TrueupError

MICRO = 1_000_000


def three_commits(building: Building) -> list[str]:
    return [building.commit(f"c{n}", {"a": f"{n}\n", f"f{n}": "x\n" * n}) for n in (1, 2, 3)]


def loose(building: Building, name: str) -> Path:
    """Return the file of an object, loose whatever it was before."""
    building.finish()
    packs = building.directory / "objects" / "pack"
    for pack in list(packs.glob("*.pack")):
        moved = building.directory / pack.name
        shutil.move(pack, moved)
        pack.with_suffix(".idx").unlink()
        with moved.open("rb") as content:
            subprocess.run(
                ["git", "-C", str(building.directory), "unpack-objects", "-q"],
                stdin=content,
                check=True,
            )
    return building.directory / "objects" / name[:2] / name[2:]


def test_an_empty_repository_is_named_and_counted_not_refused(building: Building) -> None:
    kept = Kept().collect(building.finish())
    (repository,) = kept.of("repository")
    assert repository["repository_id"] == "empty:made"
    assert repository["head_commit_id"] is None
    assert repository["commit_count"] == 0
    row = kept.said_of("commits")
    assert row is not None
    assert (row["expected"], row["seen"]) == (0, 0)
    assert "empty" in row["reason"]
    assert kept.order == ["repository", "coverage"]


def test_an_unborn_head_reads_the_usual_branch_and_says_so(building: Building) -> None:
    three_commits(building)
    building.git("symbolic-ref", "HEAD", "refs/heads/elsewhere")
    kept = Kept().collect(building.finish())
    assert kept.of("repository")[0]["commit_count"] == 3
    row = kept.said_of("HEAD")
    assert row is not None
    assert "branch main was read" in row["reason"]


def test_a_detached_head_is_read_without_a_branch(building: Building) -> None:
    _, second, _ = three_commits(building)
    building.git("update-ref", "--no-deref", "HEAD", second)
    (repository,) = Kept().collect(building.finish()).of("repository")
    assert repository["default_branch"] is None
    assert repository["commit_count"] == 2


def test_a_shallow_clone_is_read_to_its_edge_and_says_so(
    building: Building, tmp_path: Path
) -> None:
    shas = three_commits(building)
    source = building.finish().as_uri()
    run_git(tmp_path, "clone", "-q", "--bare", "--depth=2", source, "shallow")
    kept = Kept().collect(tmp_path / "shallow")
    (repository,) = kept.of("repository")
    assert repository["is_shallow"]
    assert repository["root_commit_sha"] is None
    assert set(kept.members()) == set(shas[1:])
    row = kept.said_of("history before the clone's edge")
    assert row is not None
    assert "unshallow" in row["remedy"]


def test_a_clone_made_deeper_is_read_anew(building: Building, tmp_path: Path) -> None:
    shas = three_commits(building)
    source = building.finish().as_uri()
    run_git(tmp_path, "clone", "-q", "--bare", "--depth=2", source, "shallow")
    run_git(tmp_path / "shallow", "config", "remote.origin.url", "https://example.org/a/b")
    kept = Kept().collect(tmp_path / "shallow")
    run_git(tmp_path / "shallow", "fetch", "-q", "--unshallow", source)
    kept.collect(tmp_path / "shallow")
    assert len(kept.resets) == 1
    assert set(kept.members()) == set(shas)


def test_a_partial_clone_gives_commits_and_names_what_is_missing(
    building: Building, tmp_path: Path
) -> None:
    shas = three_commits(building)
    building.git("config", "uploadpack.allowFilter", "true")
    source = building.finish().as_uri()
    run_git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", source, "partial")
    before = sorted((tmp_path / "partial" / "objects" / "pack").iterdir())
    kept = Kept().collect(tmp_path / "partial")
    assert kept.of("repository")[0]["is_partial"]
    assert set(kept.members()) == set(shas)
    row = kept.said_of("objects left out of the clone")
    assert row is not None
    assert "--filter" in row["remedy"]
    named = ("unreadable objects", "what commits changed")
    assert any(kept.said_of(subject) for subject in named)
    assert sorted((tmp_path / "partial" / "objects" / "pack").iterdir()) == before


@pytest.mark.parametrize("damage", ["missing", "truncated", "garbage"])
@pytest.mark.parametrize("what", ["commit", "tree"])
def test_a_damaged_commit_or_tree_stops_the_collection_with_the_next_step(
    building: Building, damage: str, what: str
) -> None:
    _, second, _ = three_commits(building)
    name = second if what == "commit" else building.git("rev-parse", f"{second}^{{tree}}")
    spoil(loose(building, name), damage)
    with pytest.raises(TrueupError) as caught:
        Kept().collect(building.directory)
    assert "fsck" in caught.value.hint


@pytest.mark.parametrize("damage", ["missing", "truncated", "garbage"])
def test_a_damaged_file_is_named_or_stops_the_collection(building: Building, damage: str) -> None:
    _, second, _ = three_commits(building)
    spoil(loose(building, building.git("rev-parse", f"{second}:f2")), damage)
    try:
        kept = Kept().collect(building.directory)
    except SourceIncomplete as error:
        assert error.hint  # noqa: PT017 - either is right
    else:
        row = kept.said_of("unreadable objects")
        assert row is not None
        assert row["seen"] >= 1


def spoil(file: Path, damage: str) -> None:
    content = file.read_bytes()
    file.chmod(0o644)
    if damage == "missing":
        file.unlink()
    elif damage == "truncated":
        file.write_bytes(content[: len(content) // 2])
    else:
        file.write_bytes(b"not an object")


def test_a_head_that_names_a_missing_commit_is_refused_with_the_next_step(
    building: Building,
) -> None:
    shas = three_commits(building)
    building.git("config", "remote.origin.url", "https://example.org/a/b")
    loose(building, shas[-1]).unlink()
    with pytest.raises(SourceIncomplete, match="newest commit"):
        Kept().collect(building.directory)


def test_a_change_head_that_is_missing_is_counted_and_the_rest_is_read(
    building: Building,
) -> None:
    shas = three_commits(building)
    lost = building.commit("lost", {"z": "1\n"}, parents=[shas[0]], branch="t")
    building.ref("refs/pull/1/head", lost)
    building.ref("refs/pull/2/head", shas[1])
    building.ref("refs/heads/t", None)
    loose(building, lost).unlink()
    kept = Kept().collect(building.directory)
    row = kept.said_of("branches of changes")
    assert row is not None
    assert (row["expected"], row["seen"], row["skipped"]) == (2, 1, 1)
    assert set(kept.members()) == set(shas)


def test_names_and_messages_in_another_encoding_are_read_and_counted(building: Building) -> None:
    building.commit(b"caf\xe9 \xff", {"a": "1\n"}, author=b"Jos\xe9 <jos\xe9@example.org>")
    building.commit(b"plain", {"a": "2\n"}, author=ANN)
    kept = Kept().collect(building.finish())
    assert len(kept.of("commit")) == 2
    for subject in ("messages in another encoding", "names in another encoding"):
        row = kept.said_of(subject)
        assert row is not None
        assert row["seen"] == 1


def test_paths_with_newlines_quotes_tabs_and_bytes_are_read(building: Building) -> None:
    paths = [b"new\nline", b'quo"te', b"tab\there", b"caf\xe9", b"back\\slash", b" space "]
    building.commit("odd paths", dict.fromkeys(paths, "1\n"))
    kept = Kept().collect(building.finish())
    assert len({row["path"] for row in kept.of("commit_file")}) == len(paths)
    assert sum(row["line_count"] for row in kept.of("line_span")) == len(paths)


@pytest.mark.parametrize(
    ("dated", "zone", "at", "offset", "clock"),
    [
        ("0", "+0000", 0, 0, "too_old"),
        ("631151999", "+0000", 631151999, 0, "too_old"),
        ("631152000", "+0000", 631152000, 0, "ok"),
        ("1700000000", "-0330", 1700000000, -12600, "ok"),
        ("1700000000", "+5115", 1700000000, None, "ok"),
        ("4070908800", "+0000", 4070908800, 0, "in_future"),
        ("-5", "+0000", 0, None, "too_old"),
        ("99999999999999999999", "+0000", 0, 0, "too_old"),
        ("9223372036854775807", "+0000", 253402300799, 0, "in_future"),
        ("yesterday", "+0000", 0, None, "too_old"),
    ],
)
def test_a_clock_that_cannot_be_right_is_kept_and_marked(
    building: Building, dated: str, zone: str, at: int, offset: int | None, clock: str
) -> None:
    base = building.commit("start", {"a": "1\n"}, at=START)
    tree = building.git("rev-parse", f"{base}^{{tree}}")
    person = f"{ANN} {dated} {zone}"
    body = f"tree {tree}\nparent {base}\nauthor {person}\ncommitter {person}\n\nodd\n"
    odd = building.raw_commit(body.encode())
    building.ref("refs/heads/main", odd)
    kept = Kept().collect(building.finish())
    row = kept.by("commit", "sha")[odd]
    assert (row["committed_at"], row["authored_at"]) == (at * MICRO, at * MICRO)
    assert (row["author_utc_offset_seconds"], row["clock"]) == (offset, clock)
    landed_at = kept.change_of(odd)["landed_at"]
    assert landed_at == (at * MICRO if clock == "ok" else None)
    dates = kept.said_of("commit dates")
    assert (dates is None) == (clock == "ok")


def test_two_days_ahead_is_forgiven_and_more_is_not(building: Building) -> None:
    near = building.commit("near", {"a": "1\n"}, at=NOW // MICRO + 2 * DAY)
    far = building.commit("far", {"a": "2\n"}, at=NOW // MICRO + 2 * DAY + 1)
    rows = Kept().collect(building.finish()).by("commit", "sha")
    assert (rows[near]["clock"], rows[far]["clock"]) == ("ok", "in_future")


def test_a_commit_without_people_is_read(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"})
    tree = building.git("rev-parse", f"{base}^{{tree}}")
    body = f"tree {tree}\nparent {base}\nauthor \ncommitter \n\nnobody\n"
    odd = building.raw_commit(body.encode())
    building.ref("refs/heads/main", odd)
    kept = Kept().collect(building.finish())
    assert kept.by("commit", "sha")[odd]["clock"] == "too_old"


def test_a_20_mb_file_is_counted_and_its_lines_are_not_followed(building: Building) -> None:
    building.commit("big", {"big.txt": "0123456789abcde\n" * (20 * 2**16), "a": "1\n"})
    kept = Kept().collect(building.finish())
    assert sum(row["line_count"] for row in kept.of("line_span")) == 1
    row = kept.said_of("files too big to follow")
    assert row is not None
    assert row["seen"] == 1


def test_a_submodule_is_counted_and_not_entered(building: Building) -> None:
    base = building.commit("start", {"a": "1\n"})
    entry = f"160000 commit {base}\tlib\n100644 blob {building.git('rev-parse', f'{base}:a')}\ta\n"
    tree = building.git("mktree", stdin=entry.encode())
    body = f"tree {tree}\nparent {base}\nauthor {ANN} {START} +0000\n"
    body += f"committer {ANN} {START} +0000\n\nadd lib\n"
    building.ref("refs/heads/main", building.raw_commit(body.encode()))
    kept = Kept().collect(building.finish())
    row = kept.said_of("submodules")
    assert row is not None
    assert row["seen"] == 1


def test_a_sha256_repository_is_read_like_any_other(tmp_path: Path) -> None:
    building = Building(tmp_path / "sha256", object_format="sha256")
    base = building.commit("start", {"a": "1\n"})
    tip = building.commit("topic", {"b": "1\n"}, parents=[base], branch="t", author=BEN)
    merge = building.merge(tip, "Merge pull request #1 from b/t", {"b": "1\n"})
    building.tag("v1.0", merge, at=START + DAY)
    kept = Kept().collect(building.finish())
    assert len(merge) == 64
    assert kept.change_of(merge)["number"] == 1
    assert kept.of("repository")[0]["repository_id"] == f"root:{base}"
    cursor = kept.cursor
    assert kept.collect(building.finish()).cursor == cursor


def test_replaced_commits_are_read_as_they_were_and_counted(building: Building) -> None:
    first, second, _ = three_commits(building)
    building.git("replace", second, first)
    kept = Kept().collect(building.finish())
    assert second in kept.members()
    row = kept.said_of("replaced objects")
    assert row is not None
    assert row["seen"] == 1


def test_grafted_parents_are_named(building: Building) -> None:
    first, _, third = three_commits(building)
    (building.directory / "info").mkdir(exist_ok=True)
    (building.directory / "info" / "grafts").write_text(f"{third} {first}\n")
    kept = Kept().collect(building.finish())
    assert set(kept.members()) == {first, third}
    assert kept.said_of("grafted parents") is not None


def test_a_tag_on_a_file_is_counted_not_read(building: Building) -> None:
    shas = three_commits(building)
    building.ref("refs/tags/v9.9", building.git("rev-parse", f"{shas[0]}:a"))
    building.tag("v1.0", shas[0])
    kept = Kept().collect(building.finish())
    assert [row["tag"] for row in kept.of("release")] == ["v1.0"]
    row = kept.said_of("tags")
    assert row is not None
    assert (row["expected"], row["skipped"]) == (2, 1)


def test_a_machine_without_git_is_told_to_install_it(
    building: Building, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    three_commits(building)
    building.finish()
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(SourceUnavailable) as caught:
        GitConnector().targets(str(building.folder))
    assert "Install git" in caught.value.hint


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user")
def test_a_repository_owned_by_another_user_is_read(building: Building) -> None:
    three_commits(building)
    for path in (building.finish(), *building.directory.rglob("*")):
        os.chown(path, 65534, 65534)
    assert Kept().collect(building.directory).of("repository")[0]["commit_count"] == 3


def test_a_folder_that_may_not_be_read_is_refused_with_the_next_step(
    building: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_commits(building)
    building.finish()

    def refuse(path: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(SourceUnavailable) as caught:
        GitConnector().targets(str(building.folder))
    assert "permission" in caught.value.hint
