"""A GitLab of a few projects: lists, pages, Link headers, limits, GraphQL, as documented.

It knows nothing of the source under test but the questions GitLab itself would understand.
https://docs.gitlab.com/api/rest/ · https://docs.gitlab.com/api/graphql/
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.collect.gitlab.drawn import Payload, project
from trueup.collect.fields import instant
from trueup.testing.scripted import Answer, Question

_ALIAS = re.compile(r'(n\d+): (pipeline|deployment)\(iid: "(\d+)"\)')
_SIZES = re.compile(r"mergeRequests\(iids: \[([^\]]*)\], first: (\d+)\)")
_TIMELINE = re.compile(r'incidentManagementTimelineEvents\(incidentId: "gid://gitlab/Issue/(\d+)"')
_FIELD = re.compile(r"[A-Za-z]+(?=[ }({])")
_LIMIT = 250


@dataclass
class Project:
    """What is in one project; parts of items are named by (list, number, part)."""

    facts: Payload
    changes: dict[int, Payload] = field(default_factory=dict)
    issues: dict[int, Payload] = field(default_factory=dict)
    pipelines: dict[int, Payload] = field(default_factory=dict)
    deployments: dict[int, Payload] = field(default_factory=dict)
    releases: list[Payload] = field(default_factory=list)
    environments: list[Payload] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    parts: dict[tuple[str, int, str], list[Payload]] = field(default_factory=dict)
    sizes: dict[int, Payload] = field(default_factory=dict)
    timelines: dict[int, list[Payload]] = field(default_factory=dict)

    def put(self, item: Payload, **parts: list[Payload]) -> None:
        """Add a merge request with its notes, commits, and changes of state."""
        self.changes[item["iid"]] = item
        self._put("merge_requests", item["iid"], parts)

    def put_issue(self, item: Payload, **parts: list[Payload]) -> None:
        """Add an issue with its notes, labels and changes of state."""
        self.issues[item["iid"]] = item
        self._put("issues", item["iid"], parts)

    def put_pipeline(self, item: Payload, jobs: list[Payload] | None = None) -> None:
        """Add a pipeline, with its jobs where some of them were run again."""
        self.pipelines[item["id"]] = item
        self._put("pipelines", item["id"], {"jobs": jobs or []})

    def put_deployments(self, *items: Payload) -> None:
        """Add deployments."""
        self.deployments |= {item["id"]: item for item in items}

    def _put(self, kind: str, number: int, parts: Mapping[str, list[Payload]]) -> None:
        names = {"states": "resource_state_events", "labels": "resource_label_events"}
        for name, found in parts.items():
            self.parts[kind, number, names.get(name, name)] = found


@dataclass
class GitLabServer:
    """Answers questions, and counts them."""

    projects: dict[str, Project] = field(default_factory=dict)
    groups: dict[str, Payload] = field(default_factory=dict)
    members: dict[str, list[Payload]] = field(default_factory=dict)
    epics: list[Payload] = field(default_factory=list)
    epic_states: dict[int, list[Payload]] = field(default_factory=dict)
    is_licensed: bool = True
    prefix: str = "/api/v4"
    host: str = "https://gitlab.com"
    refusals: list[Answer] = field(default_factory=list)
    """Given instead of answers, the last one first."""
    calls: Counter[str] = field(default_factory=Counter)

    def add(self, path: str = "acme/shop", **facts: Any) -> Project:
        """Add a project."""
        made = Project(project(path, 7 + len(self.projects), **facts))
        self.projects[path] = made
        return made

    def answer(self, question: Question) -> Answer:
        """Answer as the server does."""
        if self.refusals:
            return self.refusals.pop()
        if question.path.endswith("/api/graphql"):
            self.calls["graphql"] += 1
            return self._graphql(question.body["query"], question.body["variables"])
        self.calls["rest"] += 1
        path = question.path.removeprefix(self.prefix).strip("/")
        found = self._rest(path, question.params)
        if found is None:
            return Answer(status=404, body={"message": "404 Not found"})
        return found if isinstance(found, Answer) else self._paged(question, found)

    def _rest(self, path: str, params: Mapping[str, str]) -> Any:
        kind, _, rest = path.partition("/")
        if kind == "projects":
            for name, one in self.projects.items():
                if rest == name:
                    return Answer(body=one.facts)
                if rest.startswith(f"{name}/"):
                    return self._in(one, rest.removeprefix(f"{name}/").split("/"), params)
        if kind == "groups":
            return self._group(rest, params)
        if kind == "users":
            user = rest.removesuffix("/projects")
            return [p.facts for name, p in self.projects.items() if name.startswith(f"{user}/")]
        return None

    def _group(self, rest: str, params: Mapping[str, str]) -> Any:
        for path in sorted(self.groups, key=len, reverse=True):
            if rest == path:
                return Answer(body=self.groups[path])
            if rest.startswith(f"{path}/"):
                return self._in_group(path, rest.removeprefix(f"{path}/").split("/"), params)
        return None

    def _in_group(  # noqa: PLR0911  a path a line
        self, path: str, rest: list[str], params: Mapping[str, str]
    ) -> Any:
        match rest:
            case ["projects"]:
                return [p.facts for name, p in self.projects.items() if name.startswith(f"{path}/")]
            case ["descendant_groups"]:
                return [g for name, g in self.groups.items() if name.startswith(f"{path}/")]
            case ["members"]:
                return self.members.get(path, [])
            case ["epics", *_] if not self.is_licensed:
                return Answer(status=403, body={"message": "403 Forbidden"})
            case ["epics"]:
                return _updated(self.epics, params)
            case ["epics", number, "resource_state_events"]:
                return self.epic_states.get(int(number), [])
            case _:
                return None

    def _in(  # noqa: PLR0911  a path a line
        self, one: Project, rest: list[str], params: Mapping[str, str]
    ) -> Any:
        match rest:
            case ["merge_requests"]:
                return _updated(one.changes.values(), params)
            case ["issues"]:
                return _updated(one.issues.values(), params)
            case ["pipelines"]:
                wanted = params.get("source")
                found = [
                    {key: value for key, value in raw.items() if key != "graph"}
                    for raw in one.pipelines.values()
                    if (raw["source"] == "parent_pipeline") == (wanted == "parent_pipeline")
                    and raw["created_at"] >= params.get("created_after", "")
                ]
                return _updated(found, params)
            case ["deployments"]:
                found = [
                    {key: value for key, value in raw.items() if key != "finishedAt"}
                    for raw in one.deployments.values()
                ]
                return _updated(found, params)
            case ["environments"]:
                return one.environments
            case ["releases"]:
                return one.releases
            case ["repository", "files", *name]:
                text = one.files.get("/".join(name))
                coded = base64.b64encode(text.encode()).decode() if text is not None else ""
                return None if text is None else Answer(body={"content": coded})
            case [kind, number, part] if number.isdigit():
                return one.parts.get((kind, int(number), part), [])
            case _:
                return None

    def _paged(self, question: Question, found: list[Payload]) -> Answer:
        size, page = int(question.params.get("per_page", 20)), int(question.params.get("page", 1))
        headers = {"ratelimit-limit": "2000", "ratelimit-remaining": "1999"}
        if page * size < len(found):
            others = {**question.params, "page": str(page + 1)}
            query = "&".join(f"{name}={value}" for name, value in others.items())
            headers["link"] = f'<{self.host}{question.path}?{query}>; rel="next"'
        return Answer(body=found[(page - 1) * size : page * size], headers=headers)

    def _graphql(self, query: str, variables: Payload) -> Answer:
        points = len(_FIELD.findall(query))
        if points > _LIMIT:
            message = f"Query has complexity of {points}, which exceeds max complexity of {_LIMIT}"
            return Answer(body={"errors": [{"message": message}]})
        one = self.projects.get(variables["path"])
        if one is None:
            return Answer(body={"data": {"project": None}})
        found: Payload = {}
        for alias, kind, iid in _ALIAS.findall(query):
            found[alias] = _graph(one, kind, int(iid))
        for named, first in _SIZES.findall(query):
            iids = [int(number) for number in re.findall(r"\d+", named)][: int(first)]
            nodes = [{"iid": str(n), **one.sizes.get(n, {})} for n in iids if n in one.changes]
            found["mergeRequests"] = {"nodes": nodes}
        for number in _TIMELINE.findall(query):
            nodes = one.timelines.get(int(number), [])
            found["incidentManagementTimelineEvents"] = {"nodes": nodes}
        return Answer(body={"data": {"project": found}})


def _graph(one: Project, kind: str, iid: int) -> Payload | None:
    if kind == "deployment":
        there = [raw for raw in one.deployments.values() if raw["iid"] == iid]
        return {"finishedAt": there[0].get("finishedAt")} if there else None
    there = [raw for raw in one.pipelines.values() if raw["iid"] == iid]
    if not there:
        return None
    jobs = one.parts.get(("pipelines", there[0]["id"], "jobs"), [])
    retried = [{"id": "gid://gitlab/Ci::Build/1"}] if jobs else []
    return {**there[0]["graph"], "retried": {"nodes": retried}}


def _updated(found: Any, params: Mapping[str, str]) -> list[Payload]:
    """Filter and order a list as its parameters say; ``updated_after`` is inclusive."""
    if params.get("order_by") != "updated_at":
        return sorted(found, key=lambda raw: raw["id"])
    after = instant(params["updated_after"]) if "updated_after" in params else 0
    wanted = [raw for raw in found if instant(raw["updated_at"]) >= after]
    return sorted(wanted, key=lambda raw: (instant(raw["updated_at"]), raw["id"]))
