"""trueup.toml, read into frozen settings; an unknown key is an error, not a shrug."""

from __future__ import annotations

import dataclasses
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from trueup.errors import ConfigError, try_one_of


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceSettings:
    """Where and when: the workspace folder and the zone calendar buckets fall in."""

    timezone: str = "UTC"
    folder: str = ".trueup"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitSettings:
    """How git history is read.

    `release_tags` and `prerelease_tags` are regular expressions searched in tag names;
    `big_file_bytes` above which a file's lines are not followed (it is counted instead);
    `python_interfaces`: whether releases of Python packages are compared, without running any of
    their code, which takes up to two minutes more.
    """

    release_tags: str = r"(?:^|[^0-9])v?\d+(?:\.\d+)+"
    prerelease_tags: str = (
        r"(?i)(?:[.\-_]?(?:a|b|rc|alpha|beta|pre|preview|dev|canary|nightly)[.\-_]?\d*)$"
    )
    big_file_bytes: int = 5_000_000
    exclude: tuple[str, ...] = ()
    python_interfaces: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionSettings:
    """Extra attribution rules, in the form of the shipped rule table."""

    rules: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacySettings:
    """Smallest groups that may be shown.

    `delivery_k`: authors behind any split of delivery metrics; `session_k`: persons behind any
    split of what AI tools record.
    """

    delivery_k: int = 5
    session_k: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """How records of several sources are tied together.

    `incident_window_hours`: a deployment that finished longer before an incident opened is not
    held to have brought it.
    """

    incident_window_hours: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One source to collect from.

    Parameters
    ----------
    source
        Name of a connector: ``github``, ``gitlab``, ``jira``, ...
    name
        What ``trueup collect --only`` calls it; the source's name when empty.
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
    name: str = ""
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
class MoneySettings:
    """What money is said in, and what spend is set against.

    Parameters
    ----------
    currency
        ISO 4217 code. Prices of models are listed in US dollars.
    per_usd
        How much of `currency` one US dollar is.
    salary_per_year
        What a developer costs the organisation a year, in `currency`; 0: not said.
    budget_per_year
        What AI tools may cost a year, in `currency`; 0: no budget.
    year_begins
        Month and day on which the year of the budget begins, ``MM-DD``.
    price_table
        File of prices in the form of LiteLLM's ``model_prices_and_context_window.json``, asked for
        models that genai-prices does not know; empty: that of an installed ``litellm``, if any.
    pay
        CSV file of pay in cells of at least ten people; empty: reports say nothing of who gains.
    """

    currency: str = "USD"
    per_usd: float = 1.0
    salary_per_year: float = 0.0
    budget_per_year: float = 0.0
    year_begins: str = "01-01"
    price_table: str = ""
    pay: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSettings:
    """What a model costs here, before any price list is asked: US dollars per million tokens.

    Parameters
    ----------
    model
        As tools name it; ``*`` stands for anything.
    since
        Day from which it holds, ``YYYY-MM-DD``; empty: always.
    input, output, cache_read, cache_write_5m, cache_write_1h
        Of tokens neither read from nor written to a cache, of answers, and of the three kinds of
        cached tokens; a price below 0 is that of `input`.
    """

    model: str
    input: float
    output: float
    since: str = ""
    cache_read: float = -1.0
    cache_write_5m: float = -1.0
    cache_write_1h: float = -1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingTimeSettings:
    """When people work: what `trueup simulate` takes for hours of work.

    Parameters
    ----------
    weekdays
        ``mon`` to ``sun``.
    begins, ends
        Hours of the day, in the time zone of the workspace.
    """

    weekdays: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri")
    begins: int = 9
    ends: int = 17


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSettings:
    """What may read prompts to label sessions; nothing may unless it is said here.

    Parameters
    ----------
    local
        A classifier that runs on this machine, within trueup.
    url, model
        An interface as OpenAI's and the model asked there; prompts are sent to it.
    token
        Where its secret is, never the secret: ``env:NAME``; empty where none is wanted.
    """

    local: bool = False
    url: str = ""
    model: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSettings:
    """How long what sources said is kept as they said it.

    Raw records older than `retention_days` are dropped; 0 keeps them for ever. The rows made of
    them stay, but can no longer be made anew.
    """

    retention_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything trueup.toml may say."""

    workspace: WorkspaceSettings = field(default_factory=WorkspaceSettings)
    git: GitSettings = field(default_factory=GitSettings)
    attribution: AttributionSettings = field(default_factory=AttributionSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    links: LinkSettings = field(default_factory=LinkSettings)
    raw: RawSettings = field(default_factory=RawSettings)
    money: MoneySettings = field(default_factory=MoneySettings)
    working_time: WorkingTimeSettings = field(default_factory=WorkingTimeSettings)
    labels: LabelSettings = field(default_factory=LabelSettings)
    prices: tuple[PriceSettings, ...] = ()
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
        return parse_settings(path.read_text(encoding="utf-8"), path)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}.", hint="Make it a file you may read."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}.", hint="Correct that line.") from error


def parse_settings(text: str, path: Path) -> Settings:
    """Return what the text of a trueup.toml says; errors name it by its path.

    Raises
    ------
    ConfigError
        As `read_settings`.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}.", hint="Correct that line.") from error
    settings: Settings = _build(Settings, raw, where=str(path))
    _check(settings, path)
    return settings


def chosen(connections: Sequence[Connection], only: Sequence[str]) -> tuple[Connection, ...]:
    """Return the connections called by these names, or of these sources; all when none is named.

    Raises
    ------
    ConfigError
        There is none of a name.
    """
    names = {name for c in connections for name in (c.name, c.source) if name}
    for name in only:
        if name not in names:
            hint = try_one_of(names, name) if names else "Write it into trueup.toml."
            raise ConfigError(f"No connection is called {name!r}.", hint=hint)
    return tuple(c for c in connections if not only or {c.name, c.source}.intersection(only))


def _build(kind: type, raw: Mapping[str, Any], *, where: str) -> Any:
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for key, value in raw.items():
        if key not in hints:
            known = ", ".join(sorted(hints))
            raise ConfigError(f"{where}: unknown key {key!r}.", hint=f"Use one of: {known}.")
        values[key] = _value(hints[key], value, where=f"{where}: {key}")
    for needed in dataclasses.fields(kind):
        is_needed = needed.default is needed.default_factory is dataclasses.MISSING
        if is_needed and needed.name not in values:
            raise ConfigError(f"{where}: {needed.name} is missing.", hint="Add it.")
    return kind(**values)


def _value(hint: Any, value: Any, *, where: str) -> Any:
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise ConfigError(f"{where} is not a table.", hint="Write it as [section].")
        return _build(hint, value, where=where)  # type: ignore[arg-type]
    if hint in (str, int, bool):
        if type(value) is not hint:
            raise ConfigError(f"{where} is not of type {hint.__name__}.", hint="Correct its value.")
        return value
    if hint is float:
        if type(value) not in (int, float) or not math.isfinite(value):
            raise ConfigError(f"{where} is not a number.", hint="Correct its value.")
        return float(value)
    if get_origin(hint) is Mapping:
        if not isinstance(value, dict):
            raise ConfigError(f"{where} is not a table.", hint="Write it as { key = value }.")
        return value
    return _list(get_args(hint)[0], value, where=where)


def _list(element: Any, value: Any, *, where: str) -> tuple[Any, ...]:
    kind = str if element is str else dict
    if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
        raise ConfigError(
            f"{where} is not a list of the expected kind.",
            hint="Write it as a list." if kind is str else "Write each as [[section]].",
        )
    if not dataclasses.is_dataclass(element):
        return tuple(value)
    return tuple(
        _build(element, item, where=f"{where} {number}")  # type: ignore[arg-type]
        for number, item in enumerate(value, 1)
    )


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
    if settings.links.incident_window_hours < 1:
        raise ConfigError(
            f"{path}: links.incident_window_hours is {settings.links.incident_window_hours}.",
            hint="Use a whole number of hours, 1 or more.",
        )
    if settings.privacy.delivery_k < 5:
        raise ConfigError(
            f"{path}: privacy.delivery_k is {settings.privacy.delivery_k}.",
            hint="Use 5 or more: smaller groups point at persons.",
        )
    if settings.privacy.session_k < 8:
        raise ConfigError(
            f"{path}: privacy.session_k is {settings.privacy.session_k}.",
            hint="Use 8 or more: what AI tools record is about persons at work.",
        )
    _check_money(settings, path)
    _check_working_time(settings.working_time, path)
    if settings.raw.retention_days < 0:
        raise ConfigError(
            f"{path}: raw.retention_days is {settings.raw.retention_days}.",
            hint="Use a number of days, or 0 to keep raw records for ever.",
        )
    labels = Connection(source="labels", url=settings.labels.url, token=settings.labels.token)
    _check_connection(labels, f"{path}: labels")
    names = [connection.name or connection.source for connection in settings.connections]
    for number, connection in enumerate(settings.connections, 1):
        where = f"{path}: connections {number}"
        _check_connection(connection, where)
        if connection.name and names.count(connection.name) > 1:
            raise ConfigError(
                f"{where}: another connection is called {connection.name!r} too.",
                hint="Give each a name of its own.",
            )


def _check_working_time(working: WorkingTimeSettings, path: Path) -> None:
    known = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
    if not working.weekdays or not known.issuperset(working.weekdays):
        raise ConfigError(
            f"{path}: working_time.weekdays cannot be used.", hint='Name days as "mon" to "sun".'
        )
    if not 0 <= working.begins < working.ends <= 24:
        raise ConfigError(
            f"{path}: working_time does not end after it begins.",
            hint="Use whole hours of a day, as begins = 9 and ends = 17.",
        )


def _check_money(settings: Settings, path: Path) -> None:
    money = settings.money
    faults = {
        "money.currency": ("a code such as EUR", not re.fullmatch(r"[A-Z]{3}", money.currency)),
        "money.per_usd": ("a number above 0", money.per_usd <= 0),
        "money.salary_per_year": ("0 or more", money.salary_per_year < 0),
        "money.budget_per_year": ("0 or more", money.budget_per_year < 0),
        "money.year_begins": ("MM-DD", not _is_day(f"2001-{money.year_begins}")),
    }
    for number, price in enumerate(settings.prices, 1):
        faults[f"prices {number}: since"] = (
            "a day as YYYY-MM-DD, or nothing",
            bool(price.since) and not _is_day(price.since),
        )
        faults[f"prices {number}: input and output"] = (
            "0 or more",
            min(price.input, price.output) < 0,
        )
    for key, (wanted, is_wrong) in faults.items():
        if is_wrong:
            raise ConfigError(f"{path}: {key} cannot be used.", hint=f"Write {wanted}.")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


_REFERENCE = re.compile(r"env:[A-Z_][A-Z0-9_]*|keyring:[^/]+/.+|file:.+")
_SECRET = re.compile(
    r"\bgh[pousr]_\w{8}|\bgithub_pat_|\bglpat-|\bATATT|\bxox[abp]-|-----BEGIN|\beyJ\w{8}"
)
"""Beginnings of tokens as GitHub, GitLab, Atlassian and others write them."""


def is_place_of_secret(text: str) -> bool:
    """Say whether a text names where a secret is, as ``env:NAME`` does, instead of being one."""
    return _REFERENCE.fullmatch(text) is not None


def _check_connection(connection: Connection, where: str) -> None:
    """Refuse secrets in the file, without repeating them."""
    for key, reference in (
        ("token", connection.token),
        ("options.private_key", connection.options.get("private_key", "")),
    ):
        if reference and not (isinstance(reference, str) and is_place_of_secret(reference)):
            raise ConfigError(
                f"{where}: {key} does not name where the secret is; it may be the secret itself.",
                hint='Write "env:NAME" (in capitals), "keyring:service/user" or "file:path" '
                "there, and put the secret in that place.",
            )
    if _SECRET.search(repr(dataclasses.astuple(connection))):
        raise ConfigError(
            f"{where} holds what looks like a secret.",
            hint='Take it out of the file, replace it, and name its place: token = "env:NAME".',
        )
    if not connection.url:
        return
    try:
        address = urlsplit(connection.url)
        is_address = address.scheme in {"http", "https"} and bool(address.hostname)
    except ValueError:
        is_address = False
    if not is_address or "@" in address.netloc or address.query:
        raise ConfigError(
            f"{where}: url is not an address without user, password and parameters.",
            hint="Write it as https://host/path; name the token under token.",
        )


def _check_expression(expression: str, where: str) -> None:
    try:
        re.compile(expression)
    except re.error as error:
        raise ConfigError(
            f"{where} is not a regular expression: {error}.", hint="Correct the expression."
        ) from error
