"""A GitHub of a few repositories: pages, cursors, ETags, limits and faults as documented.

It knows nothing of the source under test but the questions GitHub itself would understand.
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.collect.github.drawn import Payload, repository, rest_issue
from trueup.testing.scripted import Answer, Question

_FIRST = re.compile(r"(\w+)\(first: (\d+)")
_RUNS_MOST = 1000


@dataclass
class Repository:
    """What is in one repository."""

    facts: Payload
    pulls: dict[int, Payload] = field(default_factory=dict)
    issues: dict[int, Payload] = field(default_factory=dict)
    runs: dict[int, Payload] = field(default_factory=dict)
    attempts: dict[tuple[int, int], Payload] = field(default_factory=dict)
    deployments: dict[int, Payload] = field(default_factory=dict)
    releases: list[Payload] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    moved: dict[int, str] = field(default_factory=dict)
    """Issues that were transferred, and to which repository."""

    def put(self, *items: Payload) -> None:
        """Add changes and issues, or put new versions in their place."""
        for item in items:
            into = self.pulls if item["__typename"] == "PullRequest" else self.issues
            into[item["number"]] = item

    def put_runs(self, *items: Payload) -> None:
        """Add workflow runs."""
        self.runs |= {item["id"]: item for item in items}

    def put_deployments(self, *items: Payload) -> None:
        """Add deployments."""
        self.deployments |= {item["id"]: item for item in items}


@dataclass
class GitHubServer:
    """Answers questions, and counts them."""

    repositories: dict[str, Repository] = field(default_factory=dict)
    teams: dict[str, list[Payload]] = field(default_factory=dict)
    knows_types: bool = True
    prefix: str = ""
    address: str = "https://api.github.com"
    graphql_path: str = "/graphql"
    refusals: list[Answer] = field(default_factory=list)
    """Given instead of answers, the last one first."""
    hidden: set[str] = field(default_factory=set)
    """Ends of REST paths the token may not see."""
    limits: bool = True
    calls: Counter[str] = field(default_factory=Counter)
    points: int = 0
    largest_answerable: int = 100
    """Items a GraphQL answer can hold before the server gives up on it."""

    def add(self, full_name: str = "acme/shop", **facts: Any) -> Repository:
        """Add a repository."""
        made = Repository(repository(full_name, 100 + len(self.repositories), **facts))
        self.repositories[full_name] = made
        return made

    def answer(self, question: Question) -> Answer:
        """Answer as the server does."""
        if self.refusals:
            return self.refusals.pop()
        if question.path == self.graphql_path:
            self.calls["graphql"] += 1
            return self._limited(self._graphql(question.body["query"], question.body["variables"]))
        path = question.path.removeprefix(self.prefix)
        if any(path.endswith(end) for end in self.hidden):
            message = "Resource not accessible by personal access token"
            return Answer(status=403, body={"message": message})
        self.calls["rest"] += 1
        return self._limited(self._versioned(question, self._rest(path, question.params)))

    def _limited(self, answer: Answer) -> Answer:
        if not self.limits:
            return answer
        headers = {
            "x-ratelimit-limit": "5000",
            "x-ratelimit-remaining": "4999",
            "x-ratelimit-reset": "1790003600",
        }
        return Answer(body=answer.body, status=answer.status, headers={**headers, **answer.headers})

    def _versioned(self, question: Question, answer: Answer) -> Answer:
        digest = hashlib.sha256(json.dumps(answer.body, sort_keys=True).encode()).hexdigest()[:16]
        version = f'W/"{digest}"'
        headers = {**answer.headers, "etag": version}
        if answer.status == 200 and question.headers.get("if-none-match") == version:
            self.calls["not modified"] += 1
            return Answer(status=304, body=b"", headers=headers)
        return Answer(body=answer.body, status=answer.status, headers=headers)

    # ------------------------------------------------------------------ REST

    def _rest(self, path: str, params: Any) -> Answer:
        parts = path.strip("/").split("/")
        match parts:
            case ["orgs" | "users", owner, "repos"]:
                return self._owned(path, owner, params)
            case ["repos", owner, name]:
                found = self.repositories.get(f"{owner}/{name}")
                return Answer(body=found.facts) if found else _absent()
            case ["repos", owner, name, *rest]:
                found = self.repositories.get(f"{owner}/{name}")
                return self._in(found, path, rest, params) if found else _absent()
            case _:
                return _absent()

    def _owned(self, path: str, owner: str, params: Any) -> Answer:
        found = [
            one.facts for name, one in self.repositories.items() if name.startswith(f"{owner}/")
        ]
        is_org = any(facts["owner"]["type"] == "Organization" for facts in found)
        if path.startswith("/orgs") is not is_org:
            return _absent()
        return self._paged(path, found, params)

    def _in(  # noqa: PLR0911  a path a line
        self, one: Repository, path: str, rest: list[str], params: Any
    ) -> Answer:
        match rest:
            case ["actions", "runs"]:
                return self._runs(one, params)
            case ["actions", "runs", number]:
                found = one.runs.get(int(number))
                return Answer(body=found) if found else _absent()
            case ["actions", "runs", number, "attempts", attempt]:
                found = one.attempts.get((int(number), int(attempt)))
                return Answer(body=found) if found else _absent()
            case ["deployments"]:
                newest_first = sorted(one.deployments, reverse=True)
                listed = [_public(one.deployments[number]) for number in newest_first]
                return self._paged(path, listed, params)
            case ["deployments", number]:
                found = one.deployments.get(int(number))
                return Answer(body=_public(found)) if found else _absent()
            case ["issues", number] if int(number) in one.moved:
                return Answer(body=rest_issue(1, one.moved[int(number)]))
            case ["issues", number] if int(number) not in one.issues:
                return Answer(status=410, body={"message": "This issue was deleted"})
            case _:
                return _absent()

    def _runs(self, one: Repository, params: Any) -> Answer:
        found = sorted(one.runs.values(), key=lambda raw: (raw["created_at"], raw["id"]))
        if "created" in params:
            low, high = params["created"].split("..")
            found = [raw for raw in found if low <= raw["created_at"] <= high]
        total = len(found)
        found = found[::-1][:_RUNS_MOST]
        size, page = int(params.get("per_page", 30)), int(params.get("page", 1))
        return Answer(
            body={"total_count": total, "workflow_runs": found[(page - 1) * size : page * size]}
        )

    def _paged(self, path: str, found: list[Payload], params: Any) -> Answer:
        size, page = int(params.get("per_page", 30)), int(params.get("page", 1))
        headers = {}
        if page * size < len(found):
            following = f"{self.address}{self.prefix}{path}?per_page={size}&page={page + 1}"
            headers["link"] = f'<{following}>; rel="next"'
        return Answer(body=found[(page - 1) * size : page * size], headers=headers)

    # ------------------------------------------------------------------ GraphQL

    def _graphql(self, query: str, given: Payload) -> Answer:  # noqa: PLR0911  a query a line
        sizes = {name: int(first) for name, first in _FIRST.findall(query)}
        self.points += _points(sizes, given)
        if "teams(" in query:
            return self._teams(sizes, given)
        if "ids" in given:
            return self._by_id(query, given["ids"], sizes)
        if "id" in given:
            return self._more(query, given, sizes)
        one = self.repositories.get(f"{given['owner']}/{given['name']}")
        if one is None:
            error = {"type": "NOT_FOUND", "path": ["repository"], "message": "Could not resolve"}
            return Answer(body={"data": {"repository": None}, "errors": [error]})
        if "__type(name" in query:
            return self._about(one, given)
        if "releases(" in query:
            releases = _page(one.releases, sizes["releases"], given["after"])
            return _data({"repository": {"releases": releases}})
        return self._items(one, query, given, sizes)

    def _items(self, one: Repository, query: str, given: Payload, sizes: Payload) -> Answer:
        kind = "pullRequests" if "pullRequests(" in query else "issues"
        nodes = list((one.pulls if kind == "pullRequests" else one.issues).values())
        if "UPDATED_AT" in query:
            nodes.sort(key=lambda node: node["updatedAt"], reverse=True)
        else:
            nodes.sort(key=lambda node: (node["createdAt"], node["number"]))
        found = _page(nodes, sizes[kind], given["after"])
        if "...Item" not in query:
            names = ("id", "number", "updatedAt")
            found["nodes"] = [{name: node[name] for name in names} for node in found["nodes"]]
        elif len(found["nodes"]) > self.largest_answerable:
            return Answer(status=200, body={"data": None, "errors": [{"message": "timeout"}]})
        else:
            found["nodes"] = [_cut(node, sizes) for node in found["nodes"]]
        return _data({"repository": {"items": found}})

    def _about(self, one: Repository, given: Payload) -> Answer:
        def newest(items: dict[int, Payload]) -> Payload:
            last = sorted(items.values(), key=lambda node: str(node["updatedAt"]))[-1:]
            return {
                "totalCount": len(items),
                "nodes": [{"updatedAt": node["updatedAt"]} for node in last],
            }

        fields = ["number", "title", *(["issueType", "parent"] if self.knows_types else [])]
        facts: Payload = {
            "nameWithOwner": f"{given['owner']}/{given['name']}",
            "url": one.facts["html_url"],
            "createdAt": one.facts["created_at"],
            "defaultBranchRef": {"name": one.facts["default_branch"]},
            "pullRequests": newest(one.pulls),
            "issues": newest(one.issues),
        }
        places = {
            "ownersHidden": ".github/CODEOWNERS",
            "ownersRoot": "CODEOWNERS",
            "ownersDocs": "docs/CODEOWNERS",
        }
        for alias, path in places.items():
            text = one.files.get(path)
            facts[alias] = (
                None if text is None else {"__typename": "Blob", "text": text, "isTruncated": False}
            )
        return _data(
            {"repository": facts, "issue": {"fields": [{"name": name} for name in fields]}}
        )

    def _by_id(self, query: str, ids: list[str], sizes: Payload) -> Answer:
        nodes = {node["id"]: node for node in self._nodes()}
        if "statuses(" in query:
            return _data({"nodes": [self._with_statuses(name, sizes["statuses"]) for name in ids]})
        if len(ids) > self.largest_answerable:
            return Answer(status=200, body={"data": None, "errors": [{"message": "timeout"}]})
        missing = [name for name in ids if name not in nodes]
        whole = [_cut(nodes[name], sizes) if name in nodes else None for name in ids]
        errors = [{"type": "NOT_FOUND", "message": name} for name in missing]
        return Answer(body={"data": {"nodes": whole}, **({"errors": errors} if errors else {})})

    def _more(self, query: str, given: Payload, sizes: Payload) -> Answer:
        name = next(
            name
            for name in ("timelineItems", "reviews", "members", "statuses", "comments")
            if f"more: {name}(" in query
        )
        if name == "statuses":
            typename, whole = "Deployment", self._deployments()[given["id"]]["_statuses"]
        else:
            node = next(n for n in self._everything() if n.get("id") == given["id"])
            typename, whole = node["__typename"], node[name]["nodes"]
        found = _page(whole, sizes[name], given["after"])
        found["nodes"] = [_cut(node, sizes) for node in found["nodes"]]
        return _data({"node": {"__typename": typename, "more": found}})

    def _teams(self, sizes: Payload, given: Payload) -> Answer:
        if given["owner"] not in self.teams:
            error = {"type": "INSUFFICIENT_SCOPES", "message": "needs read:org"}
            return Answer(body={"data": {"organization": None}, "errors": [error]})
        found = _page(self.teams[given["owner"]], sizes["teams"], given["after"])
        found["nodes"] = [_cut(node, sizes) for node in found["nodes"]]
        return _data({"organization": {"teams": found}})

    def _nodes(self) -> list[Payload]:
        return [
            node
            for one in self.repositories.values()
            for node in (*one.pulls.values(), *one.issues.values())
        ]

    def _everything(self) -> list[Payload]:
        nodes = self._nodes()
        reviews = [r for node in nodes for r in node.get("reviews", {}).get("nodes", ()) if r]
        return [*nodes, *reviews, *(team for teams in self.teams.values() for team in teams)]

    def _with_statuses(self, node_id: str, size: int) -> Payload | None:
        found = self._deployments().get(node_id)
        if found is None:
            return None
        statuses = _page(found["_statuses"], size, None)
        return {"__typename": "Deployment", "id": node_id, "statuses": statuses}

    def _deployments(self) -> dict[str, Payload]:
        every = (d for one in self.repositories.values() for d in one.deployments.values())
        return {found["node_id"]: found for found in every}


def _points(sizes: dict[str, int], given: Payload) -> int:
    """Return the points of a query: requests for connections, by the hundred."""
    items = len(given.get("ids", ())) or sizes.get("pullRequests") or sizes.get("issues") or 1
    inner = ("labels", "closingIssuesReferences", "timelineItems", "reviews")
    requests = 1 + sum(items for name in inner if name in sizes)
    if "reviews" in sizes and "comments" in sizes:
        requests += items * sizes["reviews"]
    return max(1, round(requests / 100))


def _page(nodes: list[Any], first: int, after: str | None) -> Payload:
    start = int(after) if after else 0
    more = start + first < len(nodes)
    page = {"hasNextPage": more, "endCursor": str(start + first) if more else None}
    return {"totalCount": len(nodes), "pageInfo": page, "nodes": nodes[start : start + first]}


def _cut(node: Any, sizes: dict[str, int]) -> Any:
    """Return a node with each of its lists cut to what is asked for."""
    if not isinstance(node, dict):
        return node
    made = {}
    for name, value in node.items():
        if name in sizes and isinstance(value, dict) and isinstance(value.get("nodes"), list):
            made[name] = _page([_cut(one, sizes) for one in value["nodes"]], sizes[name], None)
        else:
            made[name] = value
    return made


def _public(found: Payload) -> Payload:
    return {name: value for name, value in found.items() if name != "_statuses"}


def _data(data: Payload) -> Answer:
    return Answer(body={"data": data})


def _absent() -> Answer:
    return Answer(status=404, body={"message": "Not Found"})
