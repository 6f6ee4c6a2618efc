"""How a Jira data center is asked: pages by their start, histories within the issues.

https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/#api/2/search
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trueup.collect.recorded import Web
from trueup.collect.sources.jira.answers import mapping, objects

_REST = "rest/api/2"
_MOST_NAMED = 1000


class DataCenter:
    """A Jira of one's own."""

    at_once = 50

    def __init__(self, web: Web) -> None:
        self._web = web

    def named(self, jql: str, *, newest_first: bool) -> Iterator[Mapping[str, Any]]:
        """Yield issues by id as a search finds them, with their last update.

        Newest first, an issue that is updated meanwhile can only be named twice.
        """
        order = "updated DESC, key DESC" if newest_first else "key ASC"
        start = 0
        while True:
            answer = self._search(
                jql=f"{jql} ORDER BY {order}",
                startAt=start,
                maxResults=_MOST_NAMED,
                fields=["updated"],
            )
            found = objects(answer.get("issues"))
            yield from found
            start += len(found)
            total = answer.get("total")
            if not found or (isinstance(total, int) and start >= total):
                return

    def count(self, jql: str) -> int | None:
        """Return how many issues a search finds."""
        found = self._search(jql=jql, maxResults=0, fields=["id"]).get("total")
        return found if isinstance(found, int) else None

    def read(self, ids: Sequence[str], fields: list[str]) -> list[dict[str, Any]]:
        """Return issues with their history below ``histories``, and how long it is in all."""
        answer = self._search(
            jql=f"id in ({', '.join(ids)})",
            maxResults=len(ids),
            fields=fields,
            expand=["changelog"],
            validateQuery=False,
        )
        return [_with_history(issue) for issue in objects(answer.get("issues"))]

    def ids_of(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the ids of epics, which issues here name by key alone."""
        answer = self._search(
            jql=f"key in ({', '.join(keys)})",
            maxResults=len(keys),
            fields=["id"],
            validateQuery=False,
        )
        return {
            str(issue["key"]): str(issue["id"])
            for issue in objects(answer.get("issues"))
            if isinstance(issue.get("key"), str) and isinstance(issue.get("id"), str | int)
        }

    def _search(self, **body: object) -> Mapping[str, Any]:
        return mapping(self._web.post(f"{_REST}/search", body=body))


def _with_history(issue: Mapping[str, Any]) -> dict[str, Any]:
    changelog = issue.get("changelog")
    log: Mapping[str, Any] = changelog if isinstance(changelog, Mapping) else {}
    kept = {name: value for name, value in issue.items() if name != "changelog"}
    return {**kept, "histories": log.get("histories"), "history_total": log.get("total")}
