"""What a server calls things: which field holds points, to which category a status belongs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from trueup.collect.sources.jira.answers import objects, part
from trueup.collect.sources.jira.settings import Options
from trueup.collect.sources.jira.stages import folded

FIXED = (
    *("issuetype", "status", "created", "updated", "resolution", "resolutiondate", "assignee"),
    *("reporter", "creator", "parent", "priority", "components", "comment", "worklog"),
)
"""Fields every Jira has."""

_KINDS = {
    "points": ("com.pyxis.greenhopper.jira:jsw-story-points",),
    "team": (
        "com.atlassian.teams:rm-teams-custom-field-team",
        "com.atlassian.jira.plugin.system.customfieldtypes:atlassian-team",
    ),
    "epic": ("com.pyxis.greenhopper.jira:gh-epic-link",),
    "parent_link": ("com.atlassian.jpo:jpo-custom-field-parent",),
    "development": (
        "com.atlassian.jira.plugins.jira-development-integration-plugin:devsummarycf",
        "com.atlassian.jira.plugins.jira-development-integration-plugin:devsummary",
    ),
}
"""Field types by what they hold."""

_NAMES = {
    "points": (
        *("story points", "story point estimate", "story point", "storypoints", "points"),
        *("estimated story points", "puntos de historia", "pontos de historia"),
        *("points de recit", "story-punkte"),
    ),
    "severity": ("severity", "incident severity", "schweregrad", "severite", "gravedad"),
    "found_in": (
        *("found in", "found in phase", "found in stage", "found in environment", "detected in"),
        *("environment found", "phase found", "detection phase", "stage found", "escaped from"),
    ),
}
"""Field names by what they hold, where the type does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What a server calls things.

    Parameters
    ----------
    fields
        Ids of fields by what they hold, the likeliest first.
    categories
        Category of each status, by its id.
    statuses
        Names and categories of the statuses of the project.
    """

    fields: Mapping[str, tuple[str, ...]]
    categories: Mapping[str, str]
    statuses: Mapping[str, str]

    def asked(self) -> list[str]:
        """Return the ids of all fields that are asked for."""
        return [*FIXED, *dict.fromkeys(one for ids in self.fields.values() for one in ids)]


def vocabulary_of(
    fields: object, statuses: object, by_type: object, options: Options
) -> Vocabulary:
    """Read what a server answers on its fields, its statuses and those of the project."""
    here = [status for kind in objects(by_type) for status in objects(kind.get("statuses"))]
    return Vocabulary(
        fields=_fields(objects(fields), options),
        categories=_categories((*objects(statuses), *here)),
        statuses={
            name: category_of(status) or ""
            for status in here
            if isinstance(name := status.get("name"), str)
        },
    )


def category_of(status: Mapping[str, Any]) -> str | None:
    """Return the category of a status: new, indeterminate, done."""
    key = part(status, "statusCategory").get("key")
    return key if isinstance(key, str) else None


def _categories(statuses: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {
        str(status["id"]): category
        for status in statuses
        if isinstance(status.get("id"), str | int) and (category := category_of(status))
    }


def _fields(fields: list[Mapping[str, Any]], options: Options) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for one in fields:
        field_id, name = one.get("id"), one.get("name")
        if not isinstance(field_id, str) or not isinstance(name, str):
            continue
        kind = part(one, "schema").get("custom")
        for what, rank in _held(folded(name), kind, options):
            found.setdefault(what, []).append((rank, field_id))
    if not options.asks_development:
        found.pop("development", None)
    return {what: tuple(one for _, one in sorted(ids)) for what, ids in found.items()}


def _held(name: str, kind: object, options: Options) -> list[tuple[str, int]]:
    """Return what a field may hold, each with its rank: 0 where the operator said so."""
    said = [what for what, own in options.fields.items() if folded(own) == name]
    held = [(what, 0) for what in said]
    held += [
        (what, 1) for what, kinds in _KINDS.items() if kind in kinds and what not in options.fields
    ]
    held += [
        (what, 2 + names.index(name))
        for what, names in _NAMES.items()
        if name in names and what not in options.fields and (what, 1) not in held
    ]
    return held
