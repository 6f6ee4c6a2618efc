"""What a connection's options say, each with what holds when it is silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trueup.collect.sources.jira.stages import (
    ITEM_TYPES,
    folded,
    found_in_of,
    is_abandoned,
    item_type_of,
    said_of,
    stage_of,
)
from trueup.config import Connection
from trueup.errors import ConfigError
from trueup.model.organisation_tables import DEFECT_STAGES, STAGE_CATEGORIES

OPTIONS: Mapping[str, str] = {
    "stages": "table of names of statuses to queue, active, review, qa, done",
    "issue_types": "table of names of issue types to bug, feature, task, incident, epic, other",
    "resolutions": "table of names of resolutions to done, abandoned",
    "found_in": "table of values of the field that says where a bug was found to work_item, "
    "review, ci, production",
    "fields": "table of points, team, severity, found_in, each to the name of the field that "
    "holds it",
    "development": "true: also ask for the changes Jira's development panel shows (two requests "
    "an issue, by an interface Atlassian does not document)",
}
FIELDS = ("points", "team", "severity", "found_in")
_RESOLUTIONS = ("done", "abandoned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of one connection; names are folded.

    Parameters
    ----------
    fields
        Names of fields, by what they hold, where the operator named them.
    asks_development
        Whether the development panel is read.
    """

    stages: Mapping[str, str] = field(default_factory=dict)
    issue_types: Mapping[str, str] = field(default_factory=dict)
    resolutions: Mapping[str, str] = field(default_factory=dict)
    found_in: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    asks_development: bool = False

    def stage(self, name: str | None, category: str | None) -> str | None:
        """Return the stage of a status: what the operator says, else the guess."""
        return said_of(self.stages, name) or stage_of(name, category)

    def item_type(self, name: str | None, level: int | None, *, is_subtask: bool) -> str:
        """Return the kind of work of an issue type: what the operator says, else the guess."""
        said = said_of(self.issue_types, name)
        return said or item_type_of(name, level, is_subtask=is_subtask)

    def resolution(self, name: str | None, last_status: str | None) -> str:
        """Return how work that is done ended.

        The resolution tells; without one, the name of the last status may.
        """
        said = said_of(self.resolutions, name)
        return said or ("abandoned" if is_abandoned(name or last_status) else "done")

    def caught_in(self, value: str | None) -> str | None:
        """Return where a bug was caught."""
        return said_of(self.found_in, value) or found_in_of(value)


def read_options(connection: Connection) -> Options:
    """Read the options of a connection.

    Raises
    ------
    ConfigError
        One is not of its kind.
    """
    options = connection.options
    asks = options.get("development", False)
    if not isinstance(asks, bool):
        raise _fault("development", "is neither true nor false", "Write development = true.")
    fields = _names(options, "fields")
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown:
        raise _fault("fields", f"knows no {unknown[0]!r}", f"Use one of: {', '.join(FIELDS)}.")
    return Options(
        stages=_choices(options, "stages", STAGE_CATEGORIES),
        issue_types=_choices(options, "issue_types", ITEM_TYPES),
        resolutions=_choices(options, "resolutions", _RESOLUTIONS),
        found_in=_choices(options, "found_in", DEFECT_STAGES),
        fields=fields,
        asks_development=asks,
    )


def _choices(options: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> dict[str, str]:
    given = _names(options, name)
    for key, value in given.items():
        if value not in allowed:
            raise _fault(name, f"says {value!r} of {key!r}", f"Use one of: {', '.join(allowed)}.")
    return {folded(key): value for key, value in given.items()}


def _names(options: Mapping[str, Any], name: str) -> dict[str, str]:
    given = options.get(name, {})
    if not isinstance(given, Mapping):
        raise _fault(name, "is no table", f'Write {name} = {{ "..." = "..." }}.')
    for key, value in given.items():
        if not isinstance(value, str):
            raise _fault(name, f"says of {key!r} what is no text", "Put it in quotes.")
    return dict(given)


def _fault(name: str, fault: str, hint: str) -> ConfigError:
    return ConfigError(f"Option {name} of a jira connection {fault}.", hint=hint)
