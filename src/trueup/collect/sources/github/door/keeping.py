"""What is kept of changes, issues, runs and deployments: no title, body, message or description."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from trueup.collect.answers import objects
from trueup.collect.attribution import RuleTable
from trueup.collect.forge.words import named_items, placed, text_marks, written
from trueup.collect.mentions import mentions
from trueup.collect.messages import breaking_rule, change_number, subject_of

_TEXTS = ("title", "body", "message", "messageHeadline", "description")
_RUN = (
    *("id", "name", "workflow_id", "path", "event", "status", "conclusion", "run_attempt"),
    *("head_branch", "head_sha", "created_at", "run_started_at", "updated_at"),
)
_DEPLOYMENT = (
    *("id", "sha", "ref", "task", "environment", "original_environment", "created_at"),
    *("production_environment", "transient_environment"),
)
_RUN_OF_A_LOG = re.compile(r"/actions/runs/(\d+)")


@dataclass(frozen=True, slots=True)
class Door:
    """Lets in what the product has a use for, and drops the rest.

    Parameters
    ----------
    repository_id
        ``host/owner/name``: whose issue ``#12`` is.
    rules
        Marks of AI tools, read from texts before they are dropped.
    """

    repository_id: str
    rules: RuleTable

    def change(self, node: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is kept of a pull request."""
        kept = _without_texts(node)
        title, body = _text(node, "title"), written(_text(node, "body"))
        message = f"{title}\n\n{body}"
        branch = _text(node, "headRefName")
        commits = [_object(item, "commit") for item in _nodes(node, "timelineItems")]
        kept["marks"] = text_marks(self.rules, message)
        kept["rules"] = self.rules.version
        kept["mentions"] = named_items(self.repository_id, title, body, branch)
        kept["breaking"] = breaking_rule(subject_of(title), message)
        kept["landing"] = _landing(node, [c for c in commits if c])
        kept["mergeCommit"] = _without_texts(_object(node, "mergeCommit") or {})
        kept["timelineItems"] = {"nodes": _each(node, "timelineItems", self._item)}
        kept["reviews"] = {"nodes": _each(node, "reviews", _review)}
        return kept

    def issue(self, node: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is kept of an issue; its words were never asked for."""
        kept = _without_texts(node)
        kept["timelineItems"] = {"nodes": _each(node, "timelineItems", _measured)}
        return kept

    def _item(self, item: Mapping[str, Any]) -> dict[str, Any]:
        commit = _object(item, "commit")
        if commit is None:
            return _measured(item)
        message = _text(commit, "message")
        is_merge = (_count(commit) or 0) > 1
        kept = _without_texts(commit)
        kept["marks"] = text_marks(self.rules, message, is_merge=is_merge)
        kept["mentions"] = placed("commit", mentions(message, self.repository_id))
        return {**_without_texts(item), "commit": kept}


def run(raw: Mapping[str, Any], default_branch: str) -> dict[str, Any]:
    """Return what is kept of a workflow run, or of one attempt of it."""
    kept = {name: raw[name] for name in _RUN if name in raw}
    numbers = [
        entry.get("number") for entry in objects(raw.get("pull_requests")) if _is_here(entry, raw)
    ]
    kept["pull_requests"] = [number for number in numbers if isinstance(number, int)]
    own, head = _object(raw, "repository") or {}, _object(raw, "head_repository")
    is_own = head is None or head.get("id") == own.get("id")
    kept["is_default_branch"] = is_own and raw.get("head_branch") == default_branch
    return kept


def deployment(raw: Mapping[str, Any], statuses: object) -> dict[str, Any]:
    """Return what is kept of a deployment and of everything that was said of its course."""
    kept = {name: raw[name] for name in _DEPLOYMENT if name in raw}
    found = statuses if isinstance(statuses, list) else []
    kept["statuses"] = [
        {
            "state": status.get("state"),
            "createdAt": status.get("createdAt"),
            "run": _run_of(status.get("logUrl")),
        }
        for status in found
        if isinstance(status, Mapping)
    ]
    return kept


def _is_here(entry: Mapping[str, Any], raw: Mapping[str, Any]) -> bool:
    """Say whether a change listed with a run is one of the run's own repository."""
    base = _object(_object(entry, "base") or {}, "repo")
    own = _object(raw, "repository")
    return base is None or own is None or base.get("id") == own.get("id")


def _run_of(address: object) -> str | None:
    found = _RUN_OF_A_LOG.search(address) if isinstance(address, str) else None
    return found[1] if found else None


def _landing(node: Mapping[str, Any], commits: list[Mapping[str, Any]]) -> str | None:
    """Say how a change landed: GitHub keeps only the commit it landed as.

    A squash is named after the change, ``... (#12)``, unless someone edits that away; a rebase
    keeps the last proposed headline.
    """
    landed = _object(node, "mergeCommit")
    parents = _count(landed) if landed else None
    if landed is None or not parents:
        return None
    if parents > 1:
        return "merge"
    headline = _text(landed, "messageHeadline")
    if change_number(headline, headline) == node.get("number") or not commits:
        return "squash"
    proposed = subject_of(_text(commits[-1], "message"))
    return "rebase" if headline and proposed.startswith(headline.rstrip("…")) else "squash"


def _review(node: Mapping[str, Any]) -> dict[str, Any]:
    kept = _measured(node)
    comments = _object(node, "comments") or {}
    kept["comments"] = {
        "totalCount": comments.get("totalCount"),
        "nodes": _each(node, "comments", _measured),
    }
    return kept


def _measured(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return a comment with the length of its words in their place."""
    kept = _without_texts(node)
    if "body" in node:
        kept["length"] = len(_text(node, "body"))
    return kept


def _without_texts(node: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in node.items() if name not in _TEXTS}


def _each(
    node: Mapping[str, Any], name: str, keep: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> list[Any]:
    """Return a list's objects as kept; what the server withheld stays null, what is odd False."""
    found = (_object(node, name) or {}).get("nodes")
    if not isinstance(found, list):
        return []
    return [
        keep(entry) if isinstance(entry, Mapping) else None if entry is None else False
        for entry in found
    ]


def _nodes(node: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = (_object(node, name) or {}).get("nodes")
    return [n for n in found if isinstance(n, Mapping)] if isinstance(found, list) else []


def _object(node: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    value = node.get(name)
    return value if isinstance(value, Mapping) else None


def _text(node: Mapping[str, Any], name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else ""


def _count(node: Mapping[str, Any]) -> int | None:
    count = (_object(node, "parents") or {}).get("totalCount")
    return count if isinstance(count, int) else None
