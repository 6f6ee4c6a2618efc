"""Changes that Jira's development panel shows for an issue, where the operator asks for them.

Atlassian documents no interface for it; what is asked is what the panel itself asks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from trueup.collect.recorded import Web
from trueup.collect.sources.jira.answers import mapping, objects
from trueup.collect.sources.jira.vocabulary import Vocabulary

_PANEL = "rest/dev-status/latest/issue"
_ADDRESS = re.compile(
    r"https?://(?P<host>[^/?#@]+)/(?P<path>[^?#]+?)"
    r"/(?:pull|pulls|pull-requests|-/merge_requests|merge_requests)/(?P<number>\d{1,9})(?!\d)"
)
_COUNTED = re.compile(r"pullrequest\s*=\s*\{[^{}]*?\bstateCount\s*=\s*(\d+)")


def linked_changes(web: Web, issue: Mapping[str, Any], vocabulary: Vocabulary) -> list[str] | None:
    """Return the ids of the changes the panel shows; None where there is nothing to ask for.

    Raises
    ------
    SourceUnavailable
        The token may not see the panel.
    """
    fields = issue.get("fields")
    if not isinstance(fields, Mapping):
        return None
    summaries = [fields.get(one) for one in vocabulary.fields.get("development", ())]
    if not any(map(_tells_of_changes, summaries)):
        return None
    return sorted(set(_changes(web, str(issue.get("id")))))


def change_id_of(address: str) -> str | None:
    """Return the id of the change a page of a forge shows.

    >>> change_id_of("https://github.com/acme/shop/pull/15")
    'github.com/acme/shop#15'
    """
    found = _ADDRESS.match(address)
    if found is None:
        return None
    return f"{found['host'].lower()}/{found['path'].strip('/')}#{int(found['number'])}"


def _changes(web: Web, native: str) -> Iterator[str]:
    summary = mapping(web.get(f"{_PANEL}/summary", params={"issueId": native})).get("summary")
    told = summary.get("pullrequest") if isinstance(summary, Mapping) else None
    kinds = told.get("byInstanceType") if isinstance(told, Mapping) else None
    for kind in sorted(kinds) if isinstance(kinds, Mapping) else ():
        query = f"issueId={native}&applicationType={quote(str(kind))}&dataType=pullrequest"
        answer = mapping(web.get(f"{_PANEL}/detail?{query}"))
        for detail in objects(answer.get("detail")):
            for change in objects(detail.get("pullRequests")):
                address = change.get("url")
                found = change_id_of(address) if isinstance(address, str) else None
                if found is not None:
                    yield found


def _tells_of_changes(summary: object) -> bool:
    """Say whether the summary field counts any change; its form is Jira's own."""
    text = summary if isinstance(summary, str) else json.dumps(summary)
    counted = _COUNTED.search(text)
    return int(counted[1][:9]) > 0 if counted else "pullrequest" in text
