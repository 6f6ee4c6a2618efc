"""A connection is tested cheaply: what it sees, what its token lacks, or what is wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from trueup.collect.running.probing import Probe, probe
from trueup.config import Connection
from trueup.testing.loopback import served
from trueup.testing.repository import Plan, make_repository
from trueup.testing.scripted import Answer, Question

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SHOP = {"full_name": "acme/shop", "owner": {"type": "Organization"}}
REPLIES = {
    "shop": Answer(body=SHOP, headers={"x-oauth-scopes": "repo, admin:org"}),
    "narrow": Answer(body=SHOP, headers={"x-oauth-scopes": "gist"}),
    "fine": Answer(body=SHOP),
    "closed": Answer(
        status=403,
        body={"message": "Resource not accessible by personal access token"},
        headers={"x-accepted-github-permissions": "metadata=read"},
    ),
    "gitlab-like": Answer(
        status=403, body={"error": "insufficient_scope", "scope": "api read_api"}
    ),
    "hidden": Answer(status=404, body={}, headers={"x-oauth-scopes": ""}),
    "bad": Answer(status=401, body={"message": "Bad credentials"}),
    "late": Answer(status=429, headers={"retry-after": "1800"}),
    "page": Answer(body=b"<html>Sign in</html>"),
}


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def address(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A GitHub whose repositories answer each in its own way."""
    monkeypatch.setenv("GITHUB_TOKEN", "s3cr3t-token")

    def answer(question: Question) -> Answer:
        asked.append(question.path)
        return REPLIES[question.path.rpartition("/")[2]]

    with served(answer) as there:
        yield there


def tried(address: str, name: str, token: str = "env:GITHUB_TOKEN") -> Probe:  # noqa: S107 - a place
    connection = Connection(source="github", url=address, targets=(f"acme/{name}",), token=token)
    return probe(connection)


def test_one_request_shows_what_a_connection_leads_to(address: str, asked: list[str]) -> None:
    found = tried(address, "shop")
    assert (found.state, [name for name, _ in found.targets]) == ("works", ["acme/shop", "acme"])
    assert found.lacks == ()
    assert asked == ["/api/v3/repos/acme/shop"]


def test_rights_a_classic_token_lacks_are_named_wider_ones_count(address: str) -> None:
    """``admin:org`` holds ``read:org`` (above); a token with ``gist`` alone holds neither."""
    assert [scope.name for scope in tried(address, "narrow").lacks] == ["repo", "read:org"]


def test_of_a_token_whose_rights_no_reply_names_nothing_is_claimed(address: str) -> None:
    assert (tried(address, "fine").state, tried(address, "fine").lacks) == ("works", ())


@pytest.mark.parametrize(
    ("name", "state", "said"),
    [
        ("closed", "refused", "It takes metadata=read: give the token that."),
        ("gitlab-like", "refused", "It takes api read_api: give the token that."),
        ("hidden", "refused", "Check its name"),
        ("bad", "refused", "Put one that is good into env:GITHUB_TOKEN."),
        ("late", "refused", "asks to wait 30 min"),
        ("page", "refused", "a sign-in page may stand before it"),
    ],
)
def test_what_is_wrong_is_said_with_the_next_step(
    address: str, name: str, state: str, said: str
) -> None:
    found = tried(address, name)
    assert found.state == state
    assert said in f"{found.fact} {found.hint}"
    assert "s3cr3t" not in repr(found)


def test_a_repository_that_is_hidden_says_which_right_would_show_it(address: str) -> None:
    assert [scope.name for scope in tried(address, "hidden").lacks] == ["repo", "read:org"]


def test_a_limit_is_not_waited_for(address: str) -> None:
    """The server asks for half an hour."""
    begun = time.monotonic()
    assert "its limit of requests" in tried(address, "late").fact
    assert time.monotonic() - begun < 30


def test_a_token_that_is_not_set_is_to_be_done_here(
    address: str, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_TOKEN", raising=False)
    found = tried(address, "shop", "env:NO_TOKEN")
    assert (found.state, found.hint) == ("not ready", "Set it: export NO_TOKEN=...")
    assert asked == []


def test_a_server_that_is_not_there_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "s3cr3t-token")
    with served(lambda _: Answer()) as gone:
        pass
    found = tried(gone, "shop")
    assert found.state == "unreachable"
    assert "could not be read in 2 attempts: ConnectError" in found.fact


def test_offline_no_server_is_asked_and_folders_are_looked_at_all_the_same(
    address: str, asked: list[str], tmp_path: Path
) -> None:
    made = make_repository(tmp_path / "made.git", Plan(weeks=1, authors=2))
    github = Connection(source="github", url=address, targets=("acme/shop",), token="env:X")  # noqa: S106
    assert probe(github, is_offline=True).state == "not asked"
    clone = probe(Connection(source="git", targets=(str(made),)), is_offline=True)
    assert (clone.state, len(clone.targets)) == ("works", 1)
    assert asked == []


def test_a_source_nobody_brings_and_a_folder_that_is_gone_are_said_to_be_so() -> None:
    assert probe(Connection(source="nowhere")).state == "not ready"
    gone = probe(Connection(source="git", targets=("/no/such/folder",)))
    assert (gone.state, gone.fact) == ("refused", "/no/such/folder does not exist.")
