from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jwt
import keyring
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from keyring.backend import KeyringBackend

from tests.collect.web.asking import CONNECTION, Asked
from trueup.collect.web.secrets import read_secret
from trueup.errors import ConfigError, SourceUnavailable
from trueup.testing.scripted import Answer, Question


class Drawer(KeyringBackend):
    """A keyring that holds one secret."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return "kept" if (service, username) == ("trueup", "github") else None

    def set_password(self, *_: str) -> None:
        raise AssertionError("a drawer is only looked into")

    def delete_password(self, *_: str) -> None:
        raise AssertionError("a drawer is only looked into")


@pytest.fixture
def drawer() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(Drawer())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


def test_a_secret_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TOKEN", " abc\n")
    assert read_secret("env:A_TOKEN") == "abc"


def test_a_variable_that_is_not_set_is_named_with_the_line_that_sets_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("A_TOKEN", raising=False)
    with pytest.raises(ConfigError, match="has no A_TOKEN") as refused:
        read_secret("env:A_TOKEN")
    assert refused.value.hint == "Set it: export A_TOKEN=..."


def test_a_secret_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("abc\n", encoding="utf-8")
    assert read_secret(f"file:{path}") == "abc"
    with pytest.raises(ConfigError, match="cannot be read"):
        read_secret(f"file:{path}.not")


@pytest.mark.usefixtures("drawer")
def test_a_secret_is_read_from_the_keyring_and_one_missing_there_is_named() -> None:
    assert read_secret("keyring:trueup/github") == "kept"
    with pytest.raises(ConfigError, match="holds nothing for 'gitlab' of 'trueup'") as refused:
        read_secret("keyring:trueup/gitlab")
    assert refused.value.hint == "Put it there: keyring set trueup gitlab"


@pytest.mark.parametrize(
    ("library", "reference", "extra"),
    [("keyring", "keyring:trueup/github", "trueup[keyring]")],
)
def test_a_library_that_is_missing_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, library: str, reference: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ConfigError) as refused:
        read_secret(reference)
    assert extra in refused.value.hint


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def signs_in(key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    monkeypatch.setenv("APP_KEY", pem.decode())
    return {"app_id": "12", "installation_id": "34", "private_key": "env:APP_KEY"}


def test_an_app_is_lent_a_token_and_a_new_one_before_it_ends(
    key: rsa.RSAPrivateKey, signs_in: dict[str, str]
) -> None:
    """A token of an hour: at the start one is lent, after 56 minutes the next."""
    lent: list[str] = []

    def answer(question: Question) -> Answer:
        if not question.path.endswith("access_tokens"):
            return Answer(body={"signed": question.headers["authorization"]})
        assert question.path == "/api/app/installations/34/access_tokens"
        signature = question.headers["authorization"].removeprefix("Bearer ")
        claims = jwt.decode(
            signature,
            key.public_key(),
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False},
        )
        assert claims["iss"] == "12"
        assert claims["exp"] - claims["iat"] == 600
        lent.append(f"lent-token-{len(lent)}")
        until = datetime.fromtimestamp(asked.time.now + 3600, UTC)
        ends = until.isoformat().replace("+00:00", "Z")
        return Answer(body={"token": lent[-1], "expires_at": ends})

    asked = Asked(answer, connection=replace(CONNECTION, token="", options=signs_in))
    for minutes in (0, 54, 2):
        asked.time.now += minutes * 60
        asked.web.get("things")
    signed = [q.headers["authorization"] for q in asked.questions if q.path == "/api/things"]
    assert signed == ["Bearer lent-token-0", "Bearer lent-token-0", "Bearer lent-token-1"]


def test_an_app_that_is_not_installed_is_told_what_to_check(signs_in: dict[str, str]) -> None:
    options = replace(CONNECTION, token="", options=signs_in)
    asked = Asked(lambda _: Answer(status=404, body={"message": "Not Found"}), connection=options)
    with pytest.raises(SourceUnavailable, match="lent the app no token") as refused:
        asked.web.get("things")
    assert "installation_id" in refused.value.hint


def test_an_app_without_all_it_needs_is_told_what_is_missing(signs_in: dict[str, str]) -> None:
    del signs_in["installation_id"]
    with pytest.raises(ConfigError, match="installation_id is missing"):
        Asked(lambda _: Answer(), connection=replace(CONNECTION, options=signs_in))


def test_a_key_that_is_none_is_not_repeated(
    signs_in: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_KEY", "this is the secret")
    asked = Asked(lambda _: Answer(), connection=replace(CONNECTION, options=signs_in))
    with pytest.raises(ConfigError, match="is not an RSA key") as refused:
        asked.web.get("things")
    assert "this is the secret" not in str(refused.value)


def test_without_the_library_an_app_is_told_the_extra(
    signs_in: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(lambda _: Answer(), connection=replace(CONNECTION, options=signs_in))
    monkeypatch.setitem(sys.modules, "jwt", None)
    with pytest.raises(ConfigError) as refused:
        asked.web.get("things")
    assert "trueup[github-app]" in refused.value.hint
