"""Clues become connections; what the user says comes first; no token goes where nobody sent it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.collect.proposing.clones import clone
from trueup.collect.proposing.beginning import begin, chosen, fresh, notice
from trueup.collect.proposing.clues import look
from trueup.collect.proposing.proposals import Proposal, Proposals, completed, propose, token_place
from trueup.collect.proposing.saying import parse
from trueup.config import Connection, read_settings
from trueup.errors import ConfigError

GITHUB = Connection(source="github", targets=("acme/shop",), token="env:GITHUB_TOKEN")  # noqa: S106 - a place


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home without logs of AI tools."""
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def no_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "JIRA_TOKEN", "JIRA_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def proposed(folder: Path) -> dict[str, Connection]:
    found = propose(look([folder]), folder).found
    return {one.connection.source: one.connection for one in found}


@pytest.mark.parametrize(
    ("remote", "file", "source", "url"),
    [
        ("git@github.com:acme/shop.git", "a", "github", ""),
        ("https://gitlab.com/acme/shop.git", ".github/workflows/ci.yml", "gitlab", ""),
        ("https://github.acme.org/acme/shop", "a", "github", "https://github.acme.org"),
        ("https://git.acme.org/acme/shop", ".gitlab-ci.yml", "gitlab", "https://git.acme.org"),
        (
            "https://git.acme.org/acme/shop",
            ".github/workflows/ci.yml",
            "github",
            "https://git.acme.org",
        ),
    ],
)
def test_the_forge_is_told_by_host_then_by_the_files_it_reads(
    tmp_path: Path, remote: str, file: str, source: str, url: str
) -> None:
    found = proposed(clone(tmp_path / "a", remote, files={file: ""}))[source]
    assert (found.targets, found.url) == (("acme/shop",), url)


def test_what_a_source_can_do_without_is_not_asked_of_a_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Alertmanager is asked whole and mostly without a token; a token that is set is used."""
    monkeypatch.delenv("ALERTMANAGER_TOKEN", raising=False)
    said = parse("alertmanager url=https://alerts.acme.org")
    (one,) = chosen([], [said], [])
    assert (one.open_questions, one.connection.token) == ((), "")
    monkeypatch.setenv("ALERTMANAGER_TOKEN", "x")
    (one,) = chosen([], [said], [])
    assert one.connection.token == "env:ALERTMANAGER_TOKEN"  # noqa: S105 - a place


def test_a_host_nobody_knows_is_named_until_a_connection_names_it(tmp_path: Path) -> None:
    clone(tmp_path / "a", "https://bitbucket.org/acme/api")
    clone(tmp_path / "b", "https://bitbucket.org/acme/web")
    found = propose(look([tmp_path]), tmp_path)
    (remark,) = found.all_remarks([])
    assert "url=https://bitbucket.org targets=acme/api,acme/web" in remark
    assert found.all_remarks([Connection(source="gitlab", url="https://bitbucket.org")]) == ()


def test_the_tracker_and_jenkins_are_proposed_with_what_is_known_of_them(tmp_path: Path) -> None:
    messages = [f"SHOP-{n}: https://acme.atlassian.net/browse/SHOP-{n}" for n in range(9)]
    found = proposed(clone(tmp_path / "a", files={"Jenkinsfile": ""}, messages=messages))
    assert (found["jira"].url, found["jira"].targets) == ("https://acme.atlassian.net", ("SHOP",))
    assert Proposal(connection=found["jenkins"], because="").open_questions == ("url", "targets")


def test_a_token_that_is_set_is_found_and_never_meant_for_a_host_a_repository_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clone can name any host: the token of the cloud must not be sent there."""
    monkeypatch.setenv("GH_TOKEN", "x")
    assert token_place("github") == "env:GH_TOKEN"
    clone(tmp_path / "a", "https://github.evil-host.example/acme/shop")
    found = proposed(tmp_path)["github"]
    assert found.token == "env:GITHUB_TOKEN_GITHUB_EVIL_HOST_EXAMPLE"  # noqa: S105 - a place
    said = parse("github url=https://github.evil-host.example")
    ((kept,)) = chosen([Proposal(connection=found, because="")], [said], [])
    assert kept.connection.token == "env:GH_TOKEN"  # noqa: S105 - the user named the host himself


def test_what_is_said_fills_in_what_was_found_of_the_same_server_only() -> None:
    found = [Proposal(connection=GITHUB, because="found")]
    said = [parse("github targets=acme/* since=2024-01-31"), parse("github url=https://h.example")]
    first, second = chosen(found, said, [])
    assert (first.because, first.connection.targets) == ("found", ("acme/*",))
    assert first.connection.options == {"since": "2024-01-31"}
    assert (second.connection.url, second.open_questions) == ("https://h.example", ("targets",))


def test_where_only_what_is_said_counts_a_proposal_it_fills_in_counts_too() -> None:
    other = Proposal(connection=Connection(source="jira", targets=("SHOP",)), because="found")
    found = [Proposal(connection=GITHUB, because="found"), other]
    said = [parse("jira url=https://j.example")]
    (only,) = chosen(found, said, [], only_said=True)
    assert (only.connection.url, only.connection.targets) == ("https://j.example", ("SHOP",))


def test_what_is_left_out_must_have_been_found() -> None:
    found = [Proposal(connection=GITHUB, because="")]
    assert chosen(found, [], ["github"]) == ()
    with pytest.raises(ConfigError, match="no such connection is proposed"):
        chosen(found, [], ["jira"])


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("jirra", "no source called 'jirra'"),
        ("jira urlx=1", "unknown option 'urlx'"),
        ("jira url", "'url' says no value"),
        ("jira 'x", "cannot be read"),
    ],
)
def test_a_connection_that_cannot_be_meant_is_refused(words: str, fault: str) -> None:
    with pytest.raises(ConfigError, match=fault):
        parse(words)


def test_options_are_read_as_json_where_they_are_json() -> None:
    said = parse("""jira development=true 'stages={"Doing": "active"}' user=me@acme.org""")
    assert said.options == {"development": True, "stages": {"Doing": "active"}}
    assert said.user == "me@acme.org"


def test_what_is_written_is_read_back_as_it_was_meant(tmp_path: Path) -> None:
    said = parse("""jira url=https://j.example targets=A,B 'stages={"In \\\\"Tést\\\\"": "qa"}'""")
    accepted = chosen([Proposal(connection=GITHUB, because="a\nb")], [said], [])
    begin(tmp_path / "trueup.toml", accepted, "Europe/Berlin", "show")
    settings = read_settings(tmp_path / "trueup.toml")
    assert settings.connections == tuple(one.connection for one in accepted)
    assert settings.workspace.timezone == "Europe/Berlin"


def test_a_file_that_is_there_is_shown_added_to_or_replaced_as_asked(tmp_path: Path) -> None:
    path = tmp_path / "trueup.toml"
    mine = '# Mine.\n[workspace]\ntimezone = "UTC" # keep\n'
    path.write_text(mine, encoding="utf-8")
    one = [Proposal(connection=GITHUB, because="found")]
    shown = begin(path, one, "UTC", "show")
    assert (shown.outcome, path.read_text(encoding="utf-8")) == ("shown", mine)
    begin(path, one, "UTC", "add")
    assert path.read_text(encoding="utf-8") == mine + "\n" + shown.text
    assert fresh(one, path) == ()
    begin(path, one, "Europe/Berlin", "replace")
    assert "Mine" not in path.read_text(encoding="utf-8")


def test_what_still_lacks_something_stays_a_comment_and_only_in_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "trueup.toml"
    accepted = chosen([], [parse("jira targets=SHOP")], [])
    assert '# url = "https://..."' in begin(path, accepted, "UTC", "show").text
    assert read_settings(path).connections == ()
    assert begin(path, accepted, "UTC", "add").outcome == "unchanged"


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("anthropic", "env:ANTHROPIC_ADMIN_KEY"),
        ("openai", "env:OPENAI_ADMIN_KEY"),
        ("litellm", "env:LITELLM_API_KEY"),
    ],
)
def test_keys_of_admins_are_looked_for_and_never_those_that_tools_use(
    monkeypatch: pytest.MonkeyPatch, source: str, place: str
) -> None:
    monkeypatch.delenv(place.removeprefix("env:"), raising=False)
    monkeypatch.setenv(f"{source.upper()}_TOKEN", "of a tool")
    assert token_place(source) == place


def test_a_token_in_the_place_of_its_place_is_never_written(tmp_path: Path) -> None:
    said = parse("github targets=a/b token=s3cr3t-value")
    with pytest.raises(ConfigError, match="does not name where the secret is") as refused:
        begin(tmp_path / "trueup.toml", chosen([], [said], []), "UTC", "show")
    assert "s3cr3t" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_connect_is_said_instead_of_written(tmp_path: Path) -> None:
    found = notice([tmp_path], tmp_path / "trueup.toml", is_asked_for=False)
    assert isinstance(found, Proposals)
    assert "no git repository" in found.remarks[0]
    with pytest.raises(ConfigError, match="Nothing was found"):
        begin(tmp_path / "trueup.toml", found.found, "UTC", "show")


def test_connections_that_are_there_are_not_proposed_again(tmp_path: Path) -> None:
    path = tmp_path / "trueup.toml"
    path.write_text('[[connections]]\nsource = "github"\ntargets = ["acme/*"]\n', encoding="utf-8")
    other = Connection(source="github", targets=("else/where",))
    server = Connection(source="github", url="https://h.example", targets=("acme/shop",))
    three = [Proposal(connection=each, because="") for each in (GITHUB, other, server)]
    assert [one.connection for one in fresh(three, path)] == [other, server]


def test_logs_of_ai_tools_on_this_machine_are_named_and_not_connected_unasked(
    tmp_path: Path, home: Path
) -> None:
    (home / ".claude" / "projects").mkdir(parents=True)
    (home / ".codex" / "sessions").mkdir(parents=True)
    found = propose(look([clone(tmp_path / "a", "git@github.com:acme/shop.git")]), tmp_path)

    (said,) = (one for one in found.all_remarks(()) if "logs of sessions" in one)
    assert said.startswith("claude_code and codex keep logs of sessions on this machine")
    (said,) = found.all_remarks([Connection(source="claude_code")])
    assert said.startswith("codex keeps logs of sessions on this machine")
    assert {one.connection.source for one in found.found} == {"git", "github"}


def test_a_source_that_finds_its_own_files_needs_no_target_and_another_does(home: Path) -> None:
    (home / ".claude" / "projects").mkdir(parents=True)
    (found, lacking) = chosen([], [parse("claude_code"), parse("amp")], [])

    assert (found.open_questions, lacking.open_questions) == ((), ("targets",))


@pytest.mark.parametrize(
    ("source", "targets", "has_token"),
    [
        ("copilot", ("./reports",), False),
        ("copilot", ("acme",), True),
        ("copilot", ("acme", "./reports"), True),
        ("cursor", (), True),
        ("windsurf", ("./saved/lines.json",), False),
        ("github", ("./shop",), True),
    ],
)
def test_files_of_what_a_server_answered_need_no_token(
    source: str, targets: tuple[str, ...], has_token: bool
) -> None:
    connection = Connection(source=source, url="https://ci.example", targets=targets)
    assert bool(completed(connection).token) is has_token
