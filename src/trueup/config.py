"""trueup.toml, read into frozen settings; an unknown key is an error, not a shrug."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from trueup.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceSettings:
    """Where and when: the workspace folder and the zone calendar buckets fall in."""

    timezone: str = "UTC"
    folder: str = ".trueup"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitSettings:
    """How git history is read.

    `release_tags` and `prerelease_tags` are regular expressions searched in tag names;
    `big_file_bytes` above which a file's lines are not followed (it is counted instead).
    """

    release_tags: str = r"(?:^|[^0-9])v?\d+(?:\.\d+)+"
    prerelease_tags: str = (
        r"(?i)(?:[.\-_]?(?:a|b|rc|alpha|beta|pre|preview|dev|canary|nightly)[.\-_]?\d*)$"
    )
    big_file_bytes: int = 5_000_000
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionSettings:
    """Extra attribution rules, in the form of the shipped rule table."""

    rules: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacySettings:
    """Smallest groups that may be shown: authors behind any split of delivery metrics."""

    delivery_k: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One source to collect from.

    Parameters
    ----------
    source
        Name of a connector: ``github``, ``gitlab``, ``jira``, ...
    url
        Where its interface is; empty for the vendor's own cloud.
    targets
        What to read there: ``acme/shop``, ``acme/*``, project keys; file paths for files.
    token
        Where the secret is, never the secret: ``env:GITHUB_TOKEN`` or ``keyring:trueup/github``.
    user
        Login or address that goes with the token where the source wants one.
    options
        What only this source knows, by name.
    """

    source: str
    url: str = ""
    targets: tuple[str, ...] = ()
    token: str = ""
    user: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """A service: where its code is, and who owns it.

    Parameters
    ----------
    name
        As deployments and incidents call it.
    repository
        ``host/owner/name``.
    paths
        Folders of the repository that are its own; none: the whole repository.
    team
        Name of the team that owns it; empty when unknown.
    """

    name: str
    repository: str
    paths: tuple[str, ...] = ()
    team: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything trueup.toml may say."""

    workspace: WorkspaceSettings = field(default_factory=WorkspaceSettings)
    git: GitSettings = field(default_factory=GitSettings)
    attribution: AttributionSettings = field(default_factory=AttributionSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    connections: tuple[Connection, ...] = ()
    services: tuple[ServiceSettings, ...] = ()


def read_settings(path: Path) -> Settings:
    """Read `path`, or the defaults when there is no such file.

    Raises
    ------
    ConfigError
        The file is not TOML, or a key is unknown or of the wrong type; the message names it.
    """
    if not path.exists():
        return Settings()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}.", hint="Make it a file you may read."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}.", hint="Correct that line.") from error
    settings: Settings = _build(Settings, raw, where=str(path))
    _check(settings, path)
    return settings


def _build(kind: type, raw: Mapping[str, Any], *, where: str) -> Any:
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for key, value in raw.items():
        if key not in hints:
            known = ", ".join(sorted(hints))
            raise ConfigError(f"{where}: unknown key {key!r}.", hint=f"Use one of: {known}.")
        values[key] = _value(hints[key], value, where=f"{where}: {key}")
    return kind(**values)


def _value(hint: Any, value: Any, *, where: str) -> Any:
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise ConfigError(f"{where} is not a table.", hint="Write it as [section].")
        return _build(hint, value, where=where)  # type: ignore[arg-type]
    if hint in (str, int):
        if type(value) is not hint:
            raise ConfigError(f"{where} is not of type {hint.__name__}.", hint="Correct its value.")
        return value
    element = dict if "Mapping" in str(hint) else str
    if not isinstance(value, list) or not all(isinstance(item, element) for item in value):
        raise ConfigError(
            f"{where} is not a list of the expected kind.", hint="Write it as a list."
        )
    return tuple(value)


def _check(settings: Settings, path: Path) -> None:
    try:
        ZoneInfo(settings.workspace.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(
            f"{path}: {settings.workspace.timezone!r} is not a time zone.",
            hint="Use an IANA name such as Europe/Berlin.",
        ) from error
    for key in ("release_tags", "prerelease_tags"):
        _check_expression(getattr(settings.git, key), f"{path}: git.{key}")
    if settings.git.big_file_bytes < 0:
        raise ConfigError(
            f"{path}: git.big_file_bytes is {settings.git.big_file_bytes}.",
            hint="Use a size in bytes, 0 or more.",
        )
    if settings.privacy.delivery_k < 5:
        raise ConfigError(
            f"{path}: privacy.delivery_k is {settings.privacy.delivery_k}.",
            hint="Use 5 or more: smaller groups point at persons.",
        )


def _check_expression(expression: str, where: str) -> None:
    try:
        re.compile(expression)
    except re.error as error:
        raise ConfigError(
            f"{where} is not a regular expression: {error}.", hint="Correct the expression."
        ) from error
