"""The page on connecting is typed in as written; github.com is played by a server of this machine.

Steps 1 to 5 run one after the other, as a reader's would.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.stage import run
from tests.collect.github.drawn import BOB, merged, pull, review
from tests.collect.github.server import GitHubServer
from tests.collect.proposing.clones import clone
from tests.docs.pages import ROOT, blocks
from trueup.config import read_settings
from trueup.testing.loopback import served

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),  # Ibis 12's
]

PAGE = ROOT / "docs" / "how-to" / "connect-your-services.md"
LOOK, TOKEN, DOCTOR, COLLECT, MORE, ALONE = (block.splitlines() for block in blocks(PAGE, "sh"))
(SHOWN,) = blocks(PAGE, "text")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of acme/shop at github.com with CODEOWNERS; no token is set, no home of anybody."""
    for name in [name for name in os.environ if name.endswith(("TOKEN", "_KEY"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    place = clone(tmp_path / "shop", "git@github.com:acme/shop.git", files={"CODEOWNERS": ""})
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def github() -> Iterator[str]:
    server = GitHubServer(prefix="/api/v3", graphql_path="/api/graphql")
    reviewed = merged(2, reviews=[review("R_1", "2024-03-04T12:00:00Z", BOB)])
    server.add("acme/shop").put(pull(1), reviewed)
    with served(server.answer) as address:
        yield address


def typed(monkeypatch: pytest.MonkeyPatch, line: str) -> int:
    """Type one line of the page."""
    program, *words = shlex.split(line)
    assert program == "trueup"
    return run(monkeypatch, words)


def test_the_page_goes_as_it_says_from_the_first_look_to_the_last_connection(
    here: Path,
    github: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert [typed(monkeypatch, line) for line in LOOK] == [0]
    said = capsys.readouterr().out
    assert said.replace(str(here), "/home/ada/shop") == SHOWN

    (line,) = TOKEN
    monkeypatch.setenv(line.removeprefix("export ").partition("=")[0], "any-token")
    file = here / "trueup.toml"
    text = file.read_text(encoding="utf-8")
    text = text.replace('source = "github"', f'source = "github"\nurl = "{github}"')
    text = text.replace('["acme/shop"]', '["acme/shop"] # mine')
    file.write_text(text, encoding="utf-8")

    assert [typed(monkeypatch, line) for line in DOCTOR] == [0]
    before = capsys.readouterr().out
    assert "acme/shop: never collected" in before
    assert "No reviews:" in before or "No proposed changes:" in before
    assert [typed(monkeypatch, line) for line in COLLECT] == [0, 0]
    after = capsys.readouterr().out
    assert "acme/shop (github): collected " in after
    assert "No proposed changes:" not in after

    (here / "deployments.csv").write_text("id\n", encoding="utf-8")
    assert [typed(monkeypatch, f"{line} --offline") for line in MORE] == [0, 0, 0]
    connections = read_settings(file).connections
    assert [one.source for one in connections] == ["git", "github", "jira", "pagerduty", "events"]
    assert "# mine" in file.read_text(encoding="utf-8")


def test_without_a_terminal_nothing_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("api", "web"):
        clone(tmp_path / "src" / name, f"https://g.example/a/{name}", files={"Jenkinsfile": ""})
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    init = ALONE[0].replace("~", str(tmp_path))  # as a shell does
    assert [typed(monkeypatch, line) for line in (init, *ALONE[1:])] == [0, 0, 0]
    capsys.readouterr()
    settings = read_settings(tmp_path / "trueup.toml")
    assert settings.workspace.timezone == "Europe/Berlin"
    assert [one.targets for one in settings.connections] == [("src/api", "src/web")]
