"""What a connection's options say, each with what holds when it is silent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trueup.collect.environments import PRODUCTION, environment_of
from trueup.config import Connection
from trueup.errors import ConfigError

OPTIONS: Mapping[str, str] = {
    "since": "date (ISO): runs and deployments before it are not read",
    "production": "regular expression for names of environments that users reach",
    "issue_types": "table of issue types or labels to bug, feature, task, incident, epic, other",
}

_ITEM_TYPES = ("feature", "task", "bug", "incident", "epic", "other")
_PREFIX = r"(?:(?:type|kind|category|issue)\s*(?:::|[:/=-])\s*|[a-z]-)?"
_LABELS = {
    "incident": r"incident|outage|post-?mortem|sev(?:erity)?[-: ]?[0-4]",
    "bug": r"bugs?|defect|regression|crash|i-crash|confirmed[- ]bug",
    "epic": r"epic|initiative|meta",
    "feature": r"feature(?:[- ]request)?|enhancement|story|user[- ]story",
    "task": r"task|chore|maintenance|refactor(?:ing)?|tech(?:nical)?[- ]debt|documentation|docs",
}
_KNOWN = {
    kind: re.compile(rf"{_PREFIX}(?:{names})", re.IGNORECASE) for kind, names in _LABELS.items()
}
_SEVERITY = re.compile(
    r"((?:sev|p)-?[0-5])|(?:severity|priority|sev|prio)\s*(?:::|[-:/= ])\s*([\w ]+)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of one connection.

    Parameters
    ----------
    since
        ISO date, empty for all there is.
    production
        Matches the whole name of an environment that users reach.
    issue_types
        What types and labels of this organisation mean, lower case.
    """

    since: str = ""
    production: re.Pattern[str]
    issue_types: Mapping[str, str] = field(default_factory=dict)

    def item_type(self, type_name: str | None, labels: list[str]) -> str:
        """Return what kind of work an issue is: by its type, else by the surest of its labels."""
        names = ([type_name] if type_name else []) + labels
        for name in names:
            own = self.issue_types.get(name.lower())
            if own is not None:
                return own
        if type_name and (kind := _known(type_name)):
            return kind
        kinds = {_known(label) for label in labels}
        return next((kind for kind in _LABELS if kind in kinds), "other")

    def environment(self, name: str | None, is_production: bool | None) -> str | None:
        """Return ``production`` for what users reach, else the name in lower case."""
        return "production" if is_production else environment_of(name, self.production)


def read_options(connection: Connection) -> Options:
    """Read the options of a connection.

    Raises
    ------
    ConfigError
        One is not of its kind.
    """
    try:
        return _read(connection.options)
    except _Fault as fault:
        raise ConfigError(
            f"Option {fault.name} of a {connection.source} connection {fault.fact}.",
            hint=fault.hint,
        ) from fault


def _read(options: Mapping[str, Any]) -> Options:
    since = _text(options, "since", "")
    if since and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", since):
        raise _Fault("since", f"is {since!r}", 'Write a date: since = "2024-01-31".')
    pattern = _text(options, "production", PRODUCTION)
    try:
        production = re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise _Fault("production", f"is no regular expression: {error}", "Correct it.") from error
    return Options(since=since, production=production, issue_types=_issue_types(options))


def severity(labels: list[str]) -> str | None:
    """Return how bad labels say an incident is, in their own words."""
    for label in labels:
        found = _SEVERITY.fullmatch(label.strip())
        if found is not None:
            return (found[1] or found[2]).strip().lower()
    return None


class _Fault(Exception):
    def __init__(self, name: str, fact: str, hint: str) -> None:
        super().__init__(name)
        self.name, self.fact, self.hint = name, fact, hint


def _known(name: str) -> str | None:
    return next((kind for kind, names in _KNOWN.items() if names.fullmatch(name.strip())), None)


def _issue_types(options: Mapping[str, Any]) -> Mapping[str, str]:
    given = options.get("issue_types", {})
    if not isinstance(given, Mapping):
        raise _Fault("issue_types", "is no table", 'Write {"Defect" = "bug"}.')
    for name, kind in given.items():
        if kind not in _ITEM_TYPES:
            hint = f"Use one of: {', '.join(_ITEM_TYPES)}."
            raise _Fault("issue_types", f"says {kind!r} of {name!r}", hint)
    return {name.lower(): kind for name, kind in given.items()}


def _text(options: Mapping[str, Any], name: str, default: str) -> str:
    value = options.get(name, default)
    if not isinstance(value, str):
        raise _Fault(name, "is no text", "Put it in quotes.")
    return value
