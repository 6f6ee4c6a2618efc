"""`trueup init`, typed as people and scripts type it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.stage import run
from tests.collect.proposing.clones import clone
from trueup.cli.connecting import questions
from trueup.config import read_settings
from trueup.testing.loopback import served
from trueup.testing.scripted import Answer, Question

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SHOP = {"full_name": "acme/shop", "owner": {"type": "User"}}


@pytest.fixture
def address() -> Iterator[str]:
    """A GitHub that shows acme/shop to one token."""

    def answer(question: Question) -> Answer:
        if question.headers.get("authorization") != "Bearer s3cr3t-token":
            return Answer(status=401, body={"message": "Bad credentials"})
        return Answer(body=SHOP, headers={"x-oauth-scopes": "repo"})

    with served(answer) as there:
        yield there


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of acme/shop on github.com, and nothing known of tokens."""
    for name in list(os.environ):
        if name.endswith(("TOKEN", "_KEY")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TZ", "Europe/Berlin")
    place = clone(tmp_path / "shop", "git@github.com:acme/shop.git", files={"CODEOWNERS": ""})
    monkeypatch.chdir(place)
    return place


def test_in_a_clone_one_command_writes_what_it_suggests_and_names_the_next(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, ["init", "--offline"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "git: shop on this machine: read as it lies there, from no server."
    assert said[1] == "github: The remote of acme/shop is on github.com."
    assert f"{here / 'trueup.toml'} is written." in said
    assert said[-1] == "Next: trueup doctor"
    settings = read_settings(here / "trueup.toml")
    assert settings.workspace.timezone == "Europe/Berlin"
    assert [(one.source, one.targets, one.token) for one in settings.connections] == [
        ("git", (".",), ""),
        ("github", ("acme/shop",), "env:GITHUB_TOKEN"),
    ]
    assert sorted(path.name for path in here.iterdir()) == [".git", "trueup.toml"]


def test_every_answer_can_be_given_beforehand_and_is_tested(
    here: Path,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MINE", "s3cr3t-token")
    words = ["--connect", f"github url={address} targets=acme/shop token=env:MINE name=ours"]
    words += ["--without", "github", "--without", "git", "--timezone", "Asia/Tokyo", "--yes"]
    assert run(monkeypatch, ["init", *words]) == 0
    said = capsys.readouterr().out
    assert "ours  works: acme/shop" in said
    assert "The token lacks read:org: teams of organisations" in said
    assert said.endswith("Next: trueup collect\n")
    settings = read_settings(here / "trueup.toml")
    assert settings.workspace.timezone == "Asia/Tokyo"
    assert [one.name for one in settings.connections] == ["ours"]
    assert "s3cr3t" not in (here / "trueup.toml").read_text(encoding="utf-8") + said


def test_a_file_that_is_there_is_shown_then_added_to_and_replaced_only_by_force(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = here / "trueup.toml"
    path.write_text("# Mine.\n", encoding="utf-8")
    run(monkeypatch, ["init", "--offline"])
    assert "is there and was not touched. This would be added:" in capsys.readouterr().out
    assert path.read_text(encoding="utf-8") == "# Mine.\n"
    run(monkeypatch, ["init", "--offline", "--add"])
    assert path.read_text(encoding="utf-8").startswith("# Mine.\n\n# shop on this machine")
    run(monkeypatch, ["init", "--offline", "--add"])
    assert "needs nothing more" in capsys.readouterr().out
    run(monkeypatch, ["init", "--offline", "--force"])
    assert "Mine" not in path.read_text(encoding="utf-8")
    assert len(read_settings(path).connections) == 2


def test_for_machines_it_is_one_object_and_nobody_is_asked(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    run(monkeypatch, ["init", "--json", "--workspace", "w/.trueup"])
    begun = json.loads(capsys.readouterr().out)["begun"]
    assert begun["path"] == "w/trueup.toml"
    assert [(one["name"], one["state"]) for one in begun["probes"]] == [
        ("git", "works"),
        ("github", "not ready"),
    ]
    assert read_settings(here / "w" / "trueup.toml").connections[0].targets == (
        f"~/{here.relative_to(Path.home())}" if here.is_relative_to(Path.home()) else str(here),
    )


def test_where_there_is_nothing_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, ["init"]) == 2
    assert "Nothing was found here that could be connected." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


class Talk:
    """Answers questions in turn, and keeps them."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def readline(self, *_: object) -> str:
        """Give the next answer."""
        return f"{self.answers.pop(0)}\n"

    def isatty(self) -> bool:
        """Sit at a terminal."""
        return True

    def fileno(self) -> int:
        """Have no file behind it."""
        raise OSError


def test_at_a_terminal_each_proposal_is_asked_about_and_a_token_is_not_taken_for_its_place(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    talk = Talk(
        *("y", "y", "", "acme/*", "s3cr3t-token", "env:MINE"),  # git; github, its fields
        *("jirra", "jira", "https://jira.invalid", "SHOP", "me@acme.org", ""),  # more
        *("", "Asia/Tokyo"),  # nothing more; time zone
    )
    monkeypatch.setattr(sys, "stdin", talk)
    assert run(monkeypatch, ["init", "--offline"]) == 0
    assert talk.answers == []
    said = capsys.readouterr()
    assert "There is no source called 'jirra'." in said.err
    assert "it is not kept" in said.err
    settings = read_settings(here / "trueup.toml")
    assert settings.workspace.timezone == "Asia/Tokyo"
    assert [(one.source, one.targets, one.token, one.user) for one in settings.connections] == [
        ("git", (".",), "", ""),
        ("github", ("acme/*",), "env:MINE", ""),
        ("jira", ("SHOP",), "env:JIRA_TOKEN", "me@acme.org"),
    ]
    assert "s3cr3t" not in (here / "trueup.toml").read_text(encoding="utf-8")


def test_at_a_terminal_a_file_that_is_there_is_added_to_on_a_yes_only(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = here / "trueup.toml"
    path.write_text("# Mine.\n", encoding="utf-8")
    for answers, added in ((("y", "n", "", "n"), False), (("y", "n", "", "y"), True)):
        monkeypatch.setattr(sys, "stdin", Talk(*answers))
        run(monkeypatch, ["init", "--offline"])
        assert ('source = "git"' in path.read_text(encoding="utf-8")) == added
    assert path.read_text(encoding="utf-8").startswith("# Mine.\n")


def test_two_manners_at_once_are_refused_before_anything_is_written(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(monkeypatch, ["init", "--add", "--force"]) == 2
    assert not (here / "trueup.toml").exists()
    assert questions.Answers().yes is False
