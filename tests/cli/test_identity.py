"""Who is who, said on the terminal and corrected there."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.cli.stage import run
from tests.store.links.world import SHOP, World, account


class Terminal:
    """Types lines in a folder whose workspace holds two people, and keeps what was said."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.world = World(folder / ".trueup")
        self._patch, self._capsys = monkeypatch, capsys
        jane = self._met("git", "jane@acme.org", "Jane Doe")
        home = self._met("git", "jd@home.example", "jane")
        hub = self._met("github", "583231", "janed")
        bot = self._met("github", "9", "acme-bot")
        self.world.land("git", account=[account(jane, "git"), account(home, "git")])
        self.world.land(
            "github", account=[account(hub, "github"), account(bot, "github", "bot")]
        ).link()

    def _met(self, platform: str, native_id: str, name: str) -> str:
        account_id = self.world.vault.identify(platform, native_id, name)
        self.world.vault.commit(1)
        return account_id

    def __call__(self, line: str) -> tuple[int, str, str]:
        code = run(self._patch, shlex.split(line))
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def answer(self, line: str) -> dict[str, Any]:
        """Return what is answered for machines."""
        code, out, err = self(f"{line} --json")
        assert code == 0, err
        found: dict[str, Any] = json.loads(out)
        return found

    def persons(self) -> int:
        """Count the persons readers see."""
        return len({row["person_id"] for row in self.world.read("account")})


@pytest.fixture
def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    """Stand beside a workspace of four accounts."""
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, monkeypatch, capsys)


def test_merging_splitting_and_undoing_change_what_readers_see(terminal: Terminal) -> None:
    """Hand-worked: four accounts; merging two leaves three persons, merging the third two."""
    assert terminal.persons() == 4
    terminal.answer("identity merge jane@acme.org jd@home.example")
    assert terminal.persons() == 3
    terminal.answer("identity merge git:jane@acme.org github:janed")
    assert terminal.persons() == 2
    terminal.answer("identity split jd@home.example")
    assert terminal.persons() == 3
    terminal.answer("identity undo")
    assert terminal.persons() == 2
    assert len(terminal.answer("identity undo --all")["decisions"]) == 0
    assert terminal.persons() == 4


def test_the_list_names_people_in_clear_with_the_rule(terminal: Terminal) -> None:
    terminal("identity merge jane@acme.org jd@home.example")
    code, out, _ = terminal("identity list")
    assert code == 0
    assert "git:jane@acme.org (Jane Doe)  operator" in out
    assert "Decision 1: link git:jane@acme.org (Jane Doe) and git:jd@home.example (jane)" in out


def test_a_bot_and_a_human_are_refused_with_the_reason(terminal: Terminal) -> None:
    code, _, err = terminal("identity merge jane@acme.org acme-bot")
    assert code == 2
    assert "machine" in err
    assert terminal.persons() == 4


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("identity merge jane@acme.org", "merge takes 2 accounts, not 1"),
        ("identity merge jane@acme.org nobody", "No account is called 'nobody'"),
        ("identity list jane@acme.org", "list takes no accounts, not 1"),
        ("identity undo", "Nothing was decided"),
        ("identity undo one", "numbers of decisions"),
        ("identity undo 7", "No decision 7 stands"),
    ],
)
def test_what_cannot_be_done_is_said_with_a_next_step(
    line: str, fact: str, terminal: Terminal
) -> None:
    code, _, err = terminal(line)
    assert code == 2
    assert fact in err


def test_suggestions_are_said_and_not_made(terminal: Terminal) -> None:
    address = terminal._met("git", "janed@acme.org", "J. D.")
    terminal.world.land("git", account=[account(address, "git")]).link()
    (suggested,) = terminal.answer("identity suggest")["suggested"]
    assert {suggested["one"]["native_id"], suggested["other"]["native_id"]} == {
        "janed@acme.org",
        "583231",
    }
    assert terminal.persons() == 3


def test_clear_names_are_in_no_row_of_the_warehouse(terminal: Terminal) -> None:
    terminal("identity merge jane@acme.org jd@home.example")
    folder = terminal.world.warehouse.folder
    rows = b"".join(path.read_bytes() for path in folder.rglob("*.parquet"))
    assert b"jane" not in rows.lower()
    assert SHOP.encode() in rows
