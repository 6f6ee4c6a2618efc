from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.collect.git.building import Building, run_git
from tests.collect.git.keeping import NOW, Kept
from trueup.collect.sources.git.clone.addresses import normalised
from trueup.collect.sources.git.connector import GitConnector
from trueup.config import Settings
from trueup.errors import SourceUnavailable


def checkout(folder: Path, text: str = "1\n") -> Building:
    made = Building(folder, bare=False)
    made.commit("start", {"sub/deep/a": text})
    made.finish()
    return made


def targets(location: Path) -> list[tuple[str, str]]:
    return GitConnector().targets(str(location))


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://github.com/pallets/flask", "github.com/pallets/flask"),
        ("https://github.com/pallets/flask.git/", "github.com/pallets/flask"),
        ("https://user:secret@GitHub.com:443/pallets/flask.git", "github.com/pallets/flask"),
        ("ssh://git@github.com:22/pallets/flask.git", "github.com/pallets/flask"),
        ("git@github.com:pallets/flask.git", "github.com/pallets/flask"),
        ("github.com:pallets/flask", "github.com/pallets/flask"),
        ("git://github.com/pallets/flask.git", "github.com/pallets/flask"),
        ("ssh://git@example.org:2222/a/b.git", "example.org/a/b"),
        ("https://example.org/group/sub/Proj.git", "example.org/group/sub/Proj"),
        ("/srv/git/flask.git", None),
        ("../flask", None),
        ("file:///srv/git/flask.git", None),
        ("C:/git/flask", None),
    ],
)
def test_one_repository_has_one_name_whatever_its_address_looks_like(
    address: str, name: str | None
) -> None:
    assert normalised(address) == name


def test_no_user_password_or_token_reaches_a_row(tmp_path: Path) -> None:
    made = checkout(tmp_path / "c")
    made.git("config", "remote.origin.url", "https://joe:hunter2@example.org/a/b.git")
    kept = Kept().collect(tmp_path / "c")
    (repository,) = kept.of("repository")
    assert repository["remote_url"] == "https://example.org/a/b"
    assert repository["name"] == "a/b"
    assert kept.cursor is not None
    assert not any("hunter2" in str(kept.of(table)) for table in kept.rows)
    assert "hunter2" not in kept.cursor


def test_origin_is_preferred_then_upstream_then_the_first_remote(tmp_path: Path) -> None:
    made = checkout(tmp_path / "c")
    names = []
    for remote in ("zeta", "upstream", "origin"):
        made.git("config", f"remote.{remote}.url", f"https://example.org/{remote}/r")
        names.append(targets(tmp_path / "c")[0][1])
    assert names == ["example.org/zeta/r", "example.org/upstream/r", "example.org/origin/r"]


def test_without_a_remote_the_oldest_root_names_the_repository(tmp_path: Path) -> None:
    made = Building(tmp_path / "two-roots")
    late = made.commit("late root", {"a": "1\n"}, at=1_600_000_000)
    early = made.commit("early root", {"b": "1\n"}, parents=[], branch="t", at=1_500_000_000)
    made.merge(early, "Merge branch 't'")
    assert late != early
    assert targets(made.finish())[0][1] == f"root:{early}"


def test_a_checkout_a_folder_inside_it_and_its_git_directory_are_the_same_target(
    tmp_path: Path,
) -> None:
    made = checkout(tmp_path / "c")
    (tmp_path / "c" / "sub" / "deep").mkdir(parents=True)
    found = targets(tmp_path / "c")
    assert found[0][0] == str(made.directory)
    assert targets(tmp_path / "c" / "sub" / "deep") == found
    assert targets(tmp_path / "c" / ".git") == found


def test_a_worktree_is_read_at_its_own_head(tmp_path: Path) -> None:
    made = checkout(tmp_path / "c")
    made.commit("second", {"b": "1\n"})
    made.git("worktree", "add", "-q", "--detach", str(tmp_path / "w"), "HEAD~1")
    assert (tmp_path / "w" / ".git").is_file()
    assert Kept().collect(tmp_path / "w").of("repository")[0]["commit_count"] == 1


def test_a_folder_with_a_submodule_in_it_is_part_of_its_own_checkout(tmp_path: Path) -> None:
    made = checkout(tmp_path / "c")
    inner = Building(made.directory / "modules" / "lib")
    inner.commit("library", {"x": "1\n"})
    inner.finish()
    (tmp_path / "c" / "vendor" / "lib").mkdir(parents=True)
    pointer = tmp_path / "c" / "vendor" / "lib" / ".git"
    pointer.write_text(f"gitdir: {inner.directory}\n")
    assert targets(tmp_path / "c" / "vendor") == targets(tmp_path / "c")


def test_a_folder_of_repositories_gives_them_in_order_two_levels_deep(tmp_path: Path) -> None:
    for number, place in enumerate(("b", "a/bare", "a/x/too-deep", ".hidden")):
        made = Building(tmp_path / place, bare="bare" in place)
        made.commit("start", {"a": f"{number}\n"})
        made.finish()
    (tmp_path / "notes.txt").write_text("no repository")
    (tmp_path / "empty").mkdir()
    found = [Path(target) for target, _ in targets(tmp_path)]
    assert found == [tmp_path / "a" / "bare", tmp_path / "b" / ".git"]


def test_a_second_copy_is_left_out_and_named_in_coverage(tmp_path: Path) -> None:
    made = checkout(tmp_path / "one")
    run_git(tmp_path, "clone", "-q", "--bare", str(made.directory), "two")
    connector = GitConnector()
    found = connector.targets(str(tmp_path))
    assert [Path(target).parent.name for target, _ in found] == ["one"]
    assert connector.targets(str(tmp_path / "two")) == []
    kept = Kept().collect_target(connector, *found[0], Settings(), NOW)
    row = kept.said_of("copies of this repository")
    assert row is not None
    assert (row["expected"], row["seen"], row["skipped"]) == (2, 1, 1)
    assert "two" in row["reason"]


def test_naming_a_repository_twice_is_not_a_copy(tmp_path: Path) -> None:
    checkout(tmp_path / "one")
    connector = GitConnector()
    first = connector.targets(str(tmp_path / "one"))
    assert connector.targets(str(tmp_path)) == first
    kept = Kept().collect_target(connector, *first[0], Settings(), NOW)
    assert kept.said_of("copies of this repository") is None


def test_a_broken_neighbour_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    checkout(tmp_path / "good")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / ".git").write_text("gitdir: /nowhere/at/all\n")
    connector = GitConnector()
    (found,) = connector.targets(str(tmp_path))
    kept = Kept().collect_target(connector, *found, Settings(), NOW)
    row = kept.said_of("folders beside it")
    assert row is not None
    assert (row["seen"], row["skipped"]) == (0, 1)
    assert "broken" in row["reason"]
    assert str(tmp_path) not in row["reason"]


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/pallets/flask",
        "git@github.com:pallets/flask.git",
        "ssh://git@example.org/a/b",
    ],
)
def test_an_address_is_refused_with_the_word_to_clone(address: str) -> None:
    with pytest.raises(SourceUnavailable) as caught:
        GitConnector().targets(address)
    assert "git clone" in caught.value.hint


def test_nothing_there_and_no_repository_there_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="does not exist"):
        targets(tmp_path / "missing")
    (tmp_path / "file").write_text("x")
    with pytest.raises(SourceUnavailable, match="is a file"):
        targets(tmp_path / "file")
    (tmp_path / "plain").mkdir()
    with pytest.raises(SourceUnavailable, match="no git repository"):
        targets(tmp_path / "plain")


def test_reading_writes_nothing_into_the_repository(tmp_path: Path) -> None:
    made = checkout(tmp_path / "c")
    before = snapshot(made.directory)
    Kept().collect(tmp_path / "c")
    assert snapshot(made.directory) == before


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def test_settings_of_the_user_do_not_change_what_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = checkout(tmp_path / "c")
    made.commit("second", {"sub/deep/a": "2\n"})
    made.finish()
    before = Kept().collect(tmp_path / "c")
    config = tmp_path / "gitconfig"
    config.write_text("[log]\n showSignature = true\n[diff]\n algorithm = patience\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_DIR", os.devnull)
    after = Kept().collect(tmp_path / "c")
    assert {t: before.of(t) for t in before.rows} == {t: after.of(t) for t in after.rows}
