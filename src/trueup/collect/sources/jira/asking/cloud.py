"""How Atlassian's cloud is asked: pages by token, issues and histories many at a time.

https://developer.atlassian.com/changelog/#CHANGE-2046
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from trueup.collect.recorded import Web
from trueup.collect.sources.jira.answers import mapping, objects
from trueup.errors import SourceIncomplete

_REST = "rest/api/3"
_MOST_NAMED = 5000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Cloud:
    """Atlassian's cloud."""

    at_once = 50

    def __init__(self, web: Web) -> None:
        self._web = web

    def named(self, jql: str, *, newest_first: bool) -> Iterator[Mapping[str, Any]]:
        """Yield issues by id as a search finds them, newest first with their last update.

        Where nothing but ids is asked for, a page holds up to 5,000.
        """
        order, fields = ("updated DESC", ["updated"]) if newest_first else ("key ASC", ["id"])
        body = {"jql": f"{jql} ORDER BY {order}", "fields": fields, "maxResults": _MOST_NAMED}
        for answer in self._pages("search/jql", body):
            yield from objects(answer.get("issues"))

    def count(self, jql: str) -> int | None:
        """Return how many issues a search finds, as far as Jira knows."""
        found = mapping(self._web.post(f"{_REST}/search/approximate-count", body={"jql": jql})).get(
            "count"
        )
        return found if isinstance(found, int) else None

    def read(self, ids: Sequence[str], fields: list[str]) -> list[dict[str, Any]]:
        """Return issues with their whole history below ``histories``.

        What Jira cannot put into one answer is asked for in smaller parts.
        """
        asked = {"issueIdsOrKeys": list(ids), "fields": fields}
        answer = mapping(self._web.post(f"{_REST}/issue/bulkfetch", body=asked))
        if answer.get("issueErrors") and len(ids) > 1:
            half = len(ids) // 2
            return [*self.read(ids[:half], fields), *self.read(ids[half:], fields)]
        issues = objects(answer.get("issues"))
        found = [str(i["id"]) for i in issues if isinstance(i.get("id"), str | int)]
        histories = self._histories(found) if found else {}
        return [{**i, "histories": histories.get(str(i.get("id")), [])} for i in issues]

    def ids_of(self, keys: Sequence[str]) -> dict[str, str]:
        """Return ids by key; the cloud names parents by id itself."""
        del keys
        return {}

    def _histories(self, ids: list[str]) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for answer in self._pages(
            "changelog/bulkfetch", {"issueIdsOrKeys": ids, "maxResults": 1000}
        ):
            for log in objects(answer.get("issueChangeLogs")):
                whole = found.setdefault(str(log.get("issueId")), {})
                for history in objects(log.get("changeHistories")):
                    whole[str(history.get("id", f"{len(whole)} unnamed"))] = _dated(history)
        return {issue: list(histories.values()) for issue, histories in found.items()}

    def _pages(self, path: str, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Ask, and follow tokens to the end.

        Raises
        ------
        SourceIncomplete
            Jira hands out a token it gave before.
        """
        seen: set[str] = set()
        token: object = None
        while True:
            asked = {**body, "nextPageToken": token} if token else body
            answer = mapping(self._web.post(f"{_REST}/{path}", body=asked))
            yield answer
            token = answer.get("nextPageToken")
            if not isinstance(token, str) or not token or answer.get("isLast") is True:
                return
            if token in seen:
                raise SourceIncomplete(
                    f"{path} names a page it gave before as its next.",
                    hint="Collect again later: it goes on where it stopped.",
                )
            seen.add(token)


def _dated(history: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry whose instant is text: histories fetched together carry milliseconds."""
    created = history.get("created")
    if isinstance(created, bool) or not isinstance(created, int):
        return dict(history)
    try:
        moment = _EPOCH + timedelta(milliseconds=created)
    except OverflowError:
        return dict(history)
    return {**history, "created": moment.isoformat(timespec="milliseconds")}
