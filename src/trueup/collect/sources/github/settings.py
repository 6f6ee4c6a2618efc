"""What a connection's options say, each with what holds when it is silent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trueup.collect.environments import PRODUCTION, environment_of
from trueup.config import Connection, ServiceSettings
from trueup.errors import ConfigError

OPTIONS: Mapping[str, str] = {
    "since": "date (ISO): runs and deployments before it are not read",
    "production": "regular expression for names of environments that users reach",
    "issue_types": "table of issue types or labels to bug, feature, task, incident, epic, other",
}

_ITEM_TYPES = ("feature", "task", "bug", "incident", "epic", "other")
_PREFIX = r"(?:(?:type|kind|category|issue)\s*[:/=-]\s*|[a-z]-)?"
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
    r"((?:sev|p)-?[0-5])|(?:severity|priority|sev|prio)\s*[-:/= ]\s*([\w ]+)", re.IGNORECASE
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
    options = connection.options
    since = _text(options, "since", "")
    if since and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", since):
        raise _fault("since", f"is {since!r}", 'Write a date: since = "2024-01-31".')
    pattern = _text(options, "production", PRODUCTION)
    try:
        production = re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise _fault("production", f"is no regular expression: {error}", "Correct it.") from error
    return Options(since=since, production=production, issue_types=_issue_types(options))


def severity(labels: list[str]) -> str | None:
    """Return how bad labels say an incident is, in their own words."""
    for label in labels:
        found = _SEVERITY.fullmatch(label.strip())
        if found is not None:
            return (found[1] or found[2]).strip().lower()
    return None


def service_of(
    services: tuple[ServiceSettings, ...], repository_id: str, *names: str | None
) -> str | None:
    """Return the service a deployment or run of a repository is of; None where it could be several.

    One service in the repository is it; of several, the one that one of `names` (an environment,
    a task, a pipeline) holds as a word. A repository without any is a service of its own.
    """
    here = [s.name for s in services if s.repository.lower() == repository_id.lower()]
    if len(here) < 2:
        return here[0] if here else repository_id
    named = [service for service in here if any(name and _holds(name, service) for name in names)]
    return max(named, key=len) if named else None


def _holds(name: str, word: str) -> bool:
    pattern = rf"(?:^|[^a-z0-9]){re.escape(word)}(?:$|[^a-z0-9])"
    return re.search(pattern, name, re.IGNORECASE) is not None


def _known(name: str) -> str | None:
    return next((kind for kind, names in _KNOWN.items() if names.fullmatch(name.strip())), None)


def _issue_types(options: Mapping[str, Any]) -> Mapping[str, str]:
    given = options.get("issue_types", {})
    if not isinstance(given, Mapping):
        raise _fault("issue_types", "is no table", 'Write {"Defect" = "bug"}.')
    for name, kind in given.items():
        if kind not in _ITEM_TYPES:
            hint = f"Use one of: {', '.join(_ITEM_TYPES)}."
            raise _fault("issue_types", f"says {kind!r} of {name!r}", hint)
    return {name.lower(): kind for name, kind in given.items()}


def _text(options: Mapping[str, Any], name: str, default: str) -> str:
    value = options.get(name, default)
    if not isinstance(value, str):
        raise _fault(name, "is no text", "Put it in quotes.")
    return value


def _fault(name: str, fault: str, hint: str) -> ConfigError:
    return ConfigError(f"Option {name} of a github connection {fault}.", hint=hint)
