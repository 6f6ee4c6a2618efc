from __future__ import annotations

import re
from pathlib import Path

import pytest

from trueup.config import GitSettings, Settings, read_settings
from trueup.errors import ConfigError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trueup.toml"


def read(path: Path, text: str) -> Settings:
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def test_without_a_file_the_defaults_hold(path: Path) -> None:
    assert read_settings(path) == Settings()


def test_an_empty_file_changes_nothing(path: Path) -> None:
    assert read(path, "") == Settings()


def test_every_section_is_read(path: Path) -> None:
    settings = read(
        path,
        """
        [workspace]
        timezone = "Europe/Berlin"
        folder = "somewhere"
        [git]
        release_tags = "^release-"
        big_file_bytes = 1000
        exclude = ["vendor/*", "*.lock"]
        [privacy]
        delivery_k = 8
        [[attribution.rules]]
        id = "our-agent"
        tool = "Our Agent"
        """,
    )
    assert settings.workspace.timezone == "Europe/Berlin"
    assert settings.workspace.folder == "somewhere"
    assert settings.git.release_tags == "^release-"
    assert settings.git.big_file_bytes == 1000
    assert settings.git.exclude == ("vendor/*", "*.lock")
    assert settings.git.prerelease_tags == GitSettings().prerelease_tags
    assert settings.privacy.delivery_k == 8
    assert settings.attribution.rules == ({"id": "our-agent", "tool": "Our Agent"},)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("[gti]", "unknown key 'gti'"),
        ("[git]\nbig_file = 1", "git: unknown key 'big_file'"),
        ("git = 1", "git is not a table"),
        ('[git]\nbig_file_bytes = "1"', "git: big_file_bytes is not of type int"),
        ("[git]\nbig_file_bytes = true", "git: big_file_bytes is not of type int"),
        ("[git]\nbig_file_bytes = -1", "git.big_file_bytes is -1"),
        ('[git]\nexclude = "vendor"', "git: exclude is not a list"),
        ("[git]\nexclude = [1]", "git: exclude is not a list"),
        ('[git]\nrelease_tags = "("', "git.release_tags is not a regular expression"),
        ('[git]\nprerelease_tags = "*"', "git.prerelease_tags is not a regular expression"),
        ('[attribution]\nrules = ["x"]', "attribution: rules is not a list"),
        ('[workspace]\ntimezone = "Europe/Atlantis"', "'Europe/Atlantis' is not a time zone"),
        ('[workspace]\ntimezone = "Europe"', "'Europe' is not a time zone"),
        ('[workspace]\ntimezone = "../etc/passwd"', "is not a time zone"),
        ("[privacy]\ndelivery_k = 4", "privacy.delivery_k is 4"),
        ("[git\n", "is not TOML"),
    ],
)
def test_what_cannot_be_meant_is_an_error_that_names_it_and_the_next_step(
    path: Path, text: str, fact: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(fact)) as refused:
        read(path, text)
    assert str(path) in refused.value.fact
    assert refused.value.hint.endswith(".")
    assert refused.value.exit_code == 2


def test_an_unknown_key_is_answered_with_the_known_ones(path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        read(path, "[privacy]\nk = 5")
    assert refused.value.hint == "Use one of: delivery_k, session_k."


def test_a_file_that_is_not_text_is_named(path: Path) -> None:
    path.write_bytes(b"\xff\xfe[git]")
    with pytest.raises(ConfigError, match="is not TOML"):
        read_settings(path)


def test_a_folder_in_its_place_is_named(path: Path) -> None:
    path.mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        read_settings(path)


@pytest.mark.parametrize(
    ("tag", "is_release", "is_prerelease"),
    [
        ("v1.2.3", True, False),
        ("0.4", True, False),
        ("uv-0.4.1", True, False),
        ("v2.0.0-rc.1", True, True),
        ("1.0b2", True, True),
        ("3.1.0.dev4", True, True),
        ("nightly", False, True),
        ("latest", False, False),
        ("v2", False, False),
    ],
)
def test_the_default_expressions_tell_releases_from_prereleases(
    tag: str, is_release: bool, is_prerelease: bool
) -> None:
    settings = GitSettings()
    assert bool(re.search(settings.release_tags, tag)) == is_release
    assert bool(re.search(settings.prerelease_tags, tag)) == is_prerelease


CONNECTION = """
[[connections]]
source = "github"
"""


def test_connections_services_and_raw_are_read(path: Path) -> None:
    settings = read(
        path,
        """
        [raw]
        retention_days = 400
        [[connections]]
        source = "github"
        name = "work"
        url = "https://github.acme.example/api/v3"
        targets = ["acme/*"]
        token = "keyring:trueup/github"
        user = "ada"
        options = { teams = true, depth = 3 }
        [[connections]]
        source = "events"
        targets = ["deployments.csv"]
        [[services]]
        name = "checkout"
        repository = "github.com/acme/shop"
        paths = ["services/checkout"]
        team = "Payments"
        """,
    )
    work, events = settings.connections
    assert (work.source, work.name, work.targets) == ("github", "work", ("acme/*",))
    assert (work.token, work.user) == ("keyring:trueup/github", "ada")
    assert work.options == {"teams": True, "depth": 3}
    assert (events.url, events.token, events.options) == ("", "", {})
    (service,) = settings.services
    assert (service.name, service.paths, service.team) == (
        "checkout",
        ("services/checkout",),
        "Payments",
    )
    assert settings.raw.retention_days == 400


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("[raw]\nretention_days = -1", "raw.retention_days is -1"),
        ("[connections]\nsource = 'x'", "connections is not a list"),
        ("[[connections]]", "connections 1: source is missing"),
        (CONNECTION + "tokn = 'env:A'", "connections 1: unknown key 'tokn'"),
        (CONNECTION + "targets = 'acme'", "connections 1: targets is not a list"),
        (CONNECTION + "options = 'x'", "connections 1: options is not a table"),
        (CONNECTION + "url = 'github.acme.example'", "connections 1: url is not an address"),
        (CONNECTION + "url = 'https://[::1'", "connections 1: url is not an address"),
        (
            CONNECTION + "name = 'a'" + CONNECTION + "name = 'a'",
            "connections 1: another connection is called 'a'",
        ),
        ("[[services]]\nname = 'x'", "services 1: repository is missing"),
    ],
)
def test_a_connection_that_cannot_be_meant_is_named_with_the_next_step(
    path: Path, text: str, fact: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(fact)) as refused:
        read(path, text)
    assert refused.value.hint.endswith(".")


@pytest.mark.parametrize(
    "line",
    [
        'token = "{}"',
        'token = "env:{}"',
        'user = "{}"',
        'targets = ["{}"]',
        'options = {{ private_key = "{}" }}',
        'options = {{ anything = "{}" }}',
        'url = "https://ada:{}@github.acme.example"',
        'url = "https://github.acme.example?key={}"',
    ],
)
@pytest.mark.parametrize(
    "secret",
    ["ghp_1a2b3c4d5e6f7g8h9i0j", "glpat-XyZ123456789abcd", "-----BEGIN RSA PRIVATE KEY-----"],
)
def test_a_secret_in_the_file_is_refused_and_never_repeated(
    path: Path, line: str, secret: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        read(path, CONNECTION + line.format(secret))
    assert secret not in str(refused.value)
    assert "connections 1" in refused.value.fact


@pytest.mark.parametrize("reference", ["hunter2hunter2", "env:lower_case", "env:", "keyring:x"])
def test_what_names_no_place_of_a_token_may_be_one_and_is_not_repeated(
    path: Path, reference: str
) -> None:
    with pytest.raises(ConfigError, match="it may be the secret itself") as refused:
        read(path, CONNECTION + f'token = "{reference}"')
    assert reference not in refused.value.fact
    assert "env:NAME" in refused.value.hint
