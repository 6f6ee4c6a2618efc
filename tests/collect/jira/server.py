"""A Jira of one or two projects, in the cloud or a data center, answering as documented.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/#api/2/search
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.collect.jira.drawn import FIELDS, STATUSES, Payload, micros, status
from trueup.testing.scripted import Answer, Question

_JQL = re.compile(
    r"project = (?P<project>\d+)(?: AND updated >= (?P<updated>\d{13}))?"
    r"(?: ORDER BY (?P<order>[\w ,]+))?"
)
_LISTED = re.compile(r"(?P<what>id|key) in \((?P<values>[\w, -]+)\)")
_MISSING = Answer(status=404, body={"errorMessages": ["Issue does not exist"], "errors": {}})


@dataclass
class JiraServer:
    """Answers questions, and counts them."""

    is_cloud: bool = True
    issues: dict[str, Payload] = field(default_factory=dict)
    projects: dict[str, str] = field(default_factory=lambda: {"10000": "SHOP"})
    fields: list[Payload] = field(default_factory=lambda: list(FIELDS))
    clock: str = "2026-03-31T12:00:00.000+0200"
    page: int = 3
    """Most issues in a page of a search."""
    history_page: int = 4
    """Most entries of histories in a page, over all issues asked for."""
    held: int = 2
    """Most comments and work logs beside an issue."""
    longest_history: int | None = None
    """Entries a data center gives of a history; None: all."""
    too_many: int = 1000
    """Issues of which the cloud says it cannot give so many at once."""
    hidden: set[str] = field(default_factory=set)
    """Issues a search does not find yet, though they are there."""
    panels: dict[str, list[str]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)

    def put(self, *issues: Payload) -> None:
        """Add issues, or put new versions in their place."""
        self.issues |= {one["id"]: one for one in issues}

    def answer(self, question: Question) -> Answer:
        """Answer as the server does."""
        path = question.path.strip("/")
        self.calls[re.sub(r"\d{4,}", "N", path)] += 1
        rest = "rest/api/3/" if self.is_cloud else "rest/api/2/"
        if path == "rest/api/2/serverInfo":
            kind = "Cloud" if self.is_cloud else "Server"
            address = "https://acme.atlassian.net" if self.is_cloud else "https://jira.acme.example"
            return Answer(
                body={"baseUrl": address, "deploymentType": kind, "serverTime": self.clock}
            )
        if path.startswith("rest/dev-status/latest/issue/"):
            return self._panel(path.rpartition("/")[2], question.params)
        if not path.startswith(rest):
            return Answer(status=404, body={"errorMessages": ["No such resource"]})
        return self._rest(path.removeprefix(rest), question)

    def _rest(self, path: str, question: Question) -> Answer:
        what, _, below = path.partition("/")
        at_once = {("issue", "bulkfetch"): self._bulk, ("changelog", "bulkfetch"): self._histories}
        if self.is_cloud and (what, below) in at_once:
            return at_once[what, below](question.body)
        match what:
            case "field":
                return Answer(body=self.fields)
            case "status":
                return Answer(body=[status(name) for name in STATUSES])
            case "project":
                return self._project(below, question.params)
            case "issue":
                return self._one(below, question.params)
        assert what == "search", path
        found = self._cloud_search(below, question.body) if self.is_cloud else None
        return found or self._search(question.body)

    def _project(self, below: str, params: Any) -> Answer:
        listed = [{"id": native, "key": key} for native, key in self.projects.items()]
        if not below and not self.is_cloud:
            return Answer(body=listed)
        if below == "search" and self.is_cloud:
            start = int(params["startAt"])
            return Answer(body={"values": listed[start : start + 1], "isLast": False})
        name, _, part = below.partition("/")
        found = next((one for one in listed if name in one.values()), None)
        if found is None:
            return Answer(status=404, body={"errorMessages": ["No project could be found"]})
        if part == "statuses":
            named = [status(one) for one in STATUSES]
            return Answer(body=[{"id": "1", "name": "Task", "statuses": named}])
        return Answer(body=found)

    def _found(self, jql: str) -> list[Payload]:
        listed = _LISTED.fullmatch(jql)
        if listed is not None:
            wanted = listed["values"].split(", ")
            return [one for one in self.issues.values() if one[listed["what"]] in wanted]
        asked = _JQL.fullmatch(jql)
        assert asked is not None, jql
        since = int(asked["updated"] or 0) * 1000
        found = [
            one
            for one in self.issues.values()
            if one["fields"]["project"]["id"] == asked["project"]
            and one["id"] not in self.hidden
            and micros(one["fields"]["updated"]) >= since
        ]
        if (asked["order"] or "").startswith("updated DESC"):
            return sorted(found, key=lambda one: -micros(one["fields"]["updated"]))
        return sorted(found, key=lambda one: int(one["key"].rpartition("-")[2]))

    def _cloud_search(self, below: str, body: Any) -> Answer:
        found = self._found(body["jql"])
        if below == "approximate-count":
            return Answer(body={"count": len(found)})
        assert below == "jql", below
        start = int(body.get("nextPageToken", "at 0").removeprefix("at "))
        part = [_shown(one, body["fields"]) for one in found[start : start + self.page]]
        end = start + self.page
        more = {"nextPageToken": f"at {end}"} if end < len(found) else {}
        return Answer(body={"issues": part, "isLast": not more} | more)

    def _search(self, body: Any) -> Answer:
        found = self._found(body["jql"])
        start, size = body.get("startAt", 0), min(body["maxResults"], max(self.page, 1))
        if "validateQuery" in body:
            size = body["maxResults"]
        part = []
        for one in found[start : start + size]:
            shown = _shown(self._held(one), body["fields"])
            if "changelog" in body.get("expand", ()):
                kept = one["histories"][: self.longest_history]
                shown["changelog"] = {
                    "startAt": 0,
                    "maxResults": len(kept),
                    "total": len(one["histories"]),
                    "histories": kept,
                }
            part.append(shown)
        return Answer(body={"startAt": start, "total": len(found), "issues": part})

    def _bulk(self, body: Any) -> Answer:
        ids = body["issueIdsOrKeys"]
        if len(ids) > self.too_many:
            errors = [{"id": one, "errorMessage": "too large"} for one in ids]
            return Answer(body={"issues": [], "issueErrors": errors})
        found = [self.issues[one] for one in ids if one in self.issues]
        shown = [_shown(self._held(one), body["fields"]) for one in found]
        return Answer(body={"issues": shown, "issueErrors": []})

    def _histories(self, body: Any) -> Answer:
        """Give entries of all issues asked for, oldest first, with instants in milliseconds."""
        entries = sorted(
            (
                (one["id"], entry)
                for one in self.issues.values()
                for entry in one["histories"]
                if one["id"] in body["issueIdsOrKeys"]
            ),
            key=lambda pair: str(pair[1].get("created")),
        )
        start = int(body.get("nextPageToken", "at 0").removeprefix("at "))
        end = start + self.history_page
        logs = [
            {"issueId": native, "changeHistories": [entry | {"created": _milliseconds(entry)}]}
            for native, entry in entries[start:end]
        ]
        more = {"nextPageToken": f"at {end}"} if end < len(entries) else {}
        return Answer(body={"issueChangeLogs": logs} | more)

    def _one(self, below: str, params: Any) -> Answer:
        native, _, part = below.partition("/")
        found = self.issues.get(native)
        if found is None:
            return _MISSING
        if part in {"comment", "worklog"}:
            listed = f"{part}s"
            start = int(params["startAt"])
            entries = found["fields"][part][listed]
            return Answer(body={listed: entries[start : start + self.held], "total": len(entries)})
        return Answer(body=_shown(found, params["fields"].split(",")))

    def _panel(self, what: str, params: Any) -> Answer:
        if what not in {"summary", "detail"} or params["issueId"] not in self.panels:
            return Answer(status=403, body={"message": "no permission"})
        addresses = self.panels[params["issueId"]]
        kind = "oAuth-com.github.integration.production"
        if what == "summary":
            told = {"overall": {"count": len(addresses)}, "byInstanceType": {kind: {"name": "x"}}}
            return Answer(body={"errors": [], "summary": {"pullrequest": told}})
        listed = [{"id": "#1", "url": one, "status": "MERGED"} for one in addresses]
        found = listed if params["applicationType"] == kind else []
        return Answer(body={"errors": [], "detail": [{"pullRequests": found}]})

    def _held(self, one: Payload) -> Payload:
        """Return an issue with no more comments and work logs than fit beside it."""
        fields = dict(one["fields"])
        for name in ("comment", "worklog"):
            held = fields.get(name)
            if isinstance(held, dict):
                listed = f"{name}s"
                fields[name] = held | {listed: held[listed][: self.held]}
        return one | {"fields": fields}


def _shown(one: Payload, fields: Iterable[str]) -> Payload:
    wanted = set(fields)
    shown = {name: value for name, value in one["fields"].items() if name in wanted}
    return {"id": one["id"], "key": one["key"], "fields": shown}


def _milliseconds(entry: Payload) -> Any:
    said = entry.get("created")
    return micros(said) // 1000 if isinstance(said, str) else said
