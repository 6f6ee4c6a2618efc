"""What is kept of an issue: no summary, description, comment or other text people wrote.

Of its history every entry is kept, but values only of fields whose values the product reads:
of all others it is kept that they changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trueup.collect.sources.jira.answers import objects, part
from trueup.collect.sources.jira.vocabulary import Vocabulary, category_of

_NAMED = ("status", "resolution", "issuetype", "Key", "project")
"""Fields of a history whose values are kept with their names."""
_BY_ID = ("assignee", "Sprint", "Parent", "IssueParentAssociation", "Epic Link", "Epic Child")
"""Fields of a history of whose values only the ids are kept."""


@dataclass(frozen=True, slots=True)
class Door:
    """Lets in what the product has a use for, and drops the rest."""

    vocabulary: Vocabulary

    def issue(self, raw: Mapping[str, Any], changes: list[str] | None) -> dict[str, Any]:
        """Return what is kept of an issue with its history.

        Parameters
        ----------
        changes
            Ids of the changes the development panel shows; None where it was not asked.
        """
        fields = part(raw, "fields")
        status = part(fields, "status")
        return {
            "id": raw.get("id"),
            "key": raw.get("key"),
            "type": _only(part(fields, "issuetype"), "name", "subtask", "hierarchyLevel"),
            "status": {**_only(status, "id", "name"), "category": category_of(status)},
            "created": fields.get("created"),
            "resolved": fields.get("resolutiondate"),
            "resolution": part(fields, "resolution").get("name"),
            "priority": part(fields, "priority").get("name"),
            "severity": self._choice(fields, "severity"),
            "found_in": self._choice(fields, "found_in"),
            "points": self._points(fields),
            "team": self._team(fields),
            "components": [one.get("name") for one in objects(fields.get("components"))],
            "parent": self._parent(fields),
            "assignee": user(fields.get("assignee")),
            "creator": user(fields.get("creator") or fields.get("reporter")),
            "histories": self._histories(raw.get("histories")),
            "history_total": raw.get("history_total"),
            "comments": _entries(fields, "comment", "comments", "created"),
            "worklogs": _entries(fields, "worklog", "worklogs", "started"),
            "changes": changes,
        }

    def _histories(self, found: object) -> object:
        if not isinstance(found, list):
            return None if found is None else False
        return [
            {
                "id": entry.get("id"),
                "created": entry.get("created"),
                "author": user(entry.get("author")),
                "items": [self._item(item) for item in objects(entry.get("items"))],
            }
            if isinstance(entry, Mapping)
            else False
            for entry in found
        ]

    def _item(self, item: Mapping[str, Any]) -> dict[str, Any]:
        name = item.get("field")
        kept = {"field": name}
        if name in _NAMED:
            kept |= _only(item, "from", "to", "fromString", "toString")
        elif name in _BY_ID:
            kept |= _only(item, "from", "to")
        if name == "status":
            known = self.vocabulary.categories
            kept["from_category"] = known.get(str(item.get("from")))
            kept["to_category"] = known.get(str(item.get("to")))
        return kept

    def _first(self, fields: Mapping[str, Any], what: str) -> Any:
        values = (fields.get(one) for one in self.vocabulary.fields.get(what, ()))
        return next((value for value in values if value is not None), None)

    def _points(self, fields: Mapping[str, Any]) -> Any:
        """Return a number; anything else is False, for what people type is not kept."""
        value = self._first(fields, "points")
        return value if value is None or isinstance(value, int | float) else False

    def _choice(self, fields: Mapping[str, Any], what: str) -> Any:
        """Return the name of what was chosen in a field; words people type are dropped."""
        value = self._first(fields, what)
        value = value[0] if isinstance(value, list) and value else value
        return value.get("value", value.get("name")) if isinstance(value, Mapping) else None

    def _team(self, fields: Mapping[str, Any]) -> dict[str, Any] | None:
        value = self._first(fields, "team")
        value = value[0] if isinstance(value, list) and value else value
        if not isinstance(value, Mapping):
            return None
        name = value.get("name", value.get("title", value.get("value")))
        return {"id": value.get("id"), "name": name}

    def _parent(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the id of what an issue belongs to, or its key where Jira gives nothing else."""
        parent = part(fields, "parent")
        if parent:
            return _only(parent, "id", "key")
        epic = self._first(fields, "epic")
        if isinstance(epic, str):
            return {"key": epic}
        link = self._first(fields, "parent_link")
        held = link.get("data", link) if isinstance(link, Mapping) else {}
        return _only(held, "id", "key") if isinstance(held, Mapping) else {}


def user(raw: object) -> dict[str, Any] | None:
    """Return what is kept of a user: what identity needs."""
    if not isinstance(raw, Mapping):
        return None
    return {
        "account": raw.get("accountId"),
        "login": raw.get("key") or raw.get("name"),
        "name": raw.get("displayName"),
        "email": raw.get("emailAddress"),
        "type": raw.get("accountType"),
    }


def _entries(
    fields: Mapping[str, Any], name: str, listed: str, dated: str
) -> list[dict[str, Any]] | bool:
    found = part(fields, name).get(listed)
    if found is not None and not isinstance(found, list):
        return False
    return [
        {"id": one.get("id"), "at": one.get(dated), "author": user(one.get("author"))}
        for one in objects(found)
    ]


def _only(node: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: node[name] for name in names if name in node}
