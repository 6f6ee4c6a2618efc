"""What a clone tells is read off it, and look-alikes are not taken for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.collect.proposing.clones import clone
from trueup.collect.proposing.clues import look
from trueup.errors import SourceUnavailable


def test_the_remote_is_named_as_the_web_has_it(tmp_path: Path) -> None:
    """A port of ssh is none of the web's; one of http is."""
    clone(tmp_path / "a", "ssh://git@git.acme.org:7999/shop/api.git")
    clone(tmp_path / "b", "http://git.acme.org:8080/shop/web.git")
    clone(tmp_path / "c", "git@github.com:Acme/Shop.git")
    found = [(one.host, one.path, one.name) for one in look([tmp_path])]
    assert found == [
        ("git.acme.org", "shop/api", "api"),
        ("git.acme.org:8080", "shop/web", "web"),
        ("github.com", "Acme/Shop", "Shop"),
    ]


def test_work_items_of_a_tracker_are_told_from_what_only_looks_like_them(tmp_path: Path) -> None:
    """Ten of twenty messages name SHOP, with ten numbers; UTF-8 and CVEs stand in all of them.

    ABC stands in all too, but always with the number 1: five different ones are needed.
    """
    messages = [
        (f"SHOP-{n}: do" if n % 2 else "Do") + f" it, UTF-{n} CVE-{n} ABC-1" for n in range(1, 21)
    ]
    (found,) = look([clone(tmp_path / "a", messages=messages)])
    assert (found.keys, found.messages) == ((("SHOP", 10),), 20)


def test_a_key_named_in_less_than_one_message_of_fifty_is_no_project_of_theirs(
    tmp_path: Path,
) -> None:
    messages = [f"KAFKA-{n} is like this" for n in range(1, 6)] + ["Do it"] * 300
    (found,) = look([clone(tmp_path / "a", messages=messages)])
    assert found.keys == ()


def test_links_to_the_work_items_say_where_the_tracker_is(tmp_path: Path) -> None:
    """A link to another project's tracker, however often, does not."""
    messages = [f"SHOP-{n}: as https://evil.example/browse/OTHER-1 says" for n in range(1, 9)]
    files = {"CONTRIBUTING.md": "See (https://jira.acme.org/tracker/projects/SHOP/issues)."}
    (found,) = look([clone(tmp_path / "a", files=files, messages=messages)])
    assert found.tracker == "https://jira.acme.org/tracker"


def test_files_that_tell_something_are_seen_in_the_newest_commit(tmp_path: Path) -> None:
    files = {
        "Jenkinsfile": "",
        ".github/CODEOWNERS": "",
        ".github/workflows/ci.yml": "",
        "src/Jenkinsfile": "",
    }
    (found,) = look([clone(tmp_path / "a", files=files)])
    assert found.files == {"Jenkinsfile", ".github/CODEOWNERS", ".github/workflows"}


def test_a_repository_without_a_commit_or_a_remote_tells_nothing_and_is_no_error(
    tmp_path: Path,
) -> None:
    (found,) = look([clone(tmp_path / "new", messages=())])
    assert (found.name, found.host, found.files, found.keys) == ("new", "", frozenset(), ())


def test_where_there_is_no_repository_the_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="There is no git repository"):
        look([tmp_path])
