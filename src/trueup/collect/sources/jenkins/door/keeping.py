"""What is kept of a build: numbers, classes and names of jobs; no description, no message.

Its parts come as actions, each plugin's own; they are told by what they hold, for classes have
changed their packages. Every value of a build itself is kept as it came: rows judge it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from trueup.collect.answers import objects, part, said
from trueup.collect.fields import Fields
from trueup.collect.forge.deployed import Deployed
from trueup.collect.repositories import repository_id_of
from trueup.collect.sources.jenkins.revision import revision_of
from trueup.collect.sources.jenkins.settings import Options

Payload = Mapping[str, Any]

_INTERRUPTED = "InterruptedBuildAction"
_AGAIN = re.compile(r"Replay|Rebuild|Restart|Naginator|Retry")
_NUMBER = re.compile(r"#(\d{1,9})\b")
_PROPER = ("number", "timestamp", "duration", "building", "result")
_PAGE = re.compile(
    r"(?P<repository>https?://.+?)/(?:-/)?"
    r"(?:(?:pull|merge_requests|pull-requests|pulls)/(?P<number>\d{1,9})|(?:tree|src|commits)/.+)?"
)
_ROLLBACK = re.compile(r"roll[-_ ]?back", re.IGNORECASE)


def kept(build: Payload, options: Options) -> dict[str, Any]:
    """Return what is kept of a build."""
    actions = objects(build.get("actions"))
    parameters = {
        said(one, "name"): one.get("value")
        for action in actions
        for one in objects(action.get("parameters"))
        if said(one, "name") in options.parameters
    }
    return {
        **{name: build.get(name) for name in _PROPER},
        "causes": list(_causes(actions)),
        "is_timed_out": any(map(_is_timed_out, actions)),
        "sources": list(_sources(actions)),
        "revision": _first(actions, "revision", ("hash", "pullHash")),
        "tests": list(_tests(actions)),
        "queuing": next(
            (a["queuingDurationMillis"] for a in actions if "queuingDurationMillis" in a), None
        ),
        "parameters": parameters,
        "has_artifacts": bool(objects(build.get("artifacts"))),
        "made_by": list(_made_by(build)),
    }


def page_of(job: Payload) -> dict[str, str] | None:
    """Return the repository, and the number of the change, that the job of a branch is of.

    >>> page_of({"actions": [{"objectUrl": "https://github.com/acme/shop/pull/12"}]})
    {'repository': 'github.com/acme/shop', 'change': '12'}
    """
    for action in objects(job.get("actions")):
        found = _PAGE.fullmatch(said(action, "objectUrl"))
        repository = repository_id_of(found["repository"]) if found else None
        if found and repository:
            number = found["number"]
            return {"repository": repository, **({"change": number} if number else {})}
    return None


def kind_of(job: str, body: Payload, options: Options, deployed: Deployed, now: int) -> str | None:
    """Say what a build deploys by those before it; None where it deploys nothing.

    Remembers it in `deployed`, where it has succeeded.
    """
    if options.deploys(job) is None:
        return None
    said_of = Fields(body, now)
    environment = options.environment(job, said_of.part("parameters")) or ""
    sha = revision_of(said_of, job, options).sha
    number = said_of.number("number") or 0
    kind = deployed.kind(environment, number, sha) if sha else "deploy"
    if sha and body.get("result") == "SUCCESS":
        deployed.succeeded(environment, number, sha)
    return "rollback" if _ROLLBACK.search(job) else kind


def again_of(body: Payload) -> int | None:
    """Return the number of the build this one is another attempt of; None: of none."""
    return next((cause["again"] for cause in body["causes"] if cause["again"]), None)


def _causes(actions: list[Payload]) -> Iterator[dict[str, Any]]:
    for action in actions:
        if _class(action) == _INTERRUPTED:
            continue
        for cause in objects(action.get("causes")):
            names = ("userId", "userName", "upstreamProject", "upstreamBuild")
            yield {
                "class": _class(cause),
                "again": _again(cause),
                **{name: cause[name] for name in names if name in cause},
            }


def _again(cause: Payload) -> int | None:
    if not _AGAIN.search(_class(cause)):
        return None
    number = cause.get("upstreamBuild")
    if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 10**9:
        return number
    found = _NUMBER.search(said(cause, "shortDescription"))
    return int(found[1]) if found else None


def _is_timed_out(action: Payload) -> bool:
    if _class(action) != _INTERRUPTED:
        return False
    return any("Timeout" in _class(cause) for cause in objects(action.get("causes")))


def _sources(actions: list[Payload]) -> Iterator[dict[str, Any]]:
    for action in actions:
        revision = part(action, "lastBuiltRevision")
        if revision:
            branches = objects(revision.get("branch"))
            addresses = action.get("remoteUrls")
            names = [repository_id_of(one) for one in _texts(addresses)]
            yield {
                "repositories": sorted({name for name in names if name}),
                "sha": revision.get("SHA1"),
                "branch": branches[0].get("name") if branches else None,
            }


def _tests(actions: list[Payload]) -> Iterator[dict[str, Any]]:
    names = ("totalCount", "failCount", "skipCount")
    for action in actions:
        if "totalCount" in action:
            yield {name: action.get(name) for name in names}


def _made_by(build: Payload) -> Iterator[dict[str, Any]]:
    """Yield each build that made a file this one used."""
    seen = set()
    for one in objects(build.get("fingerprint")):
        original = part(one, "original")
        name, number = said(original, "name"), original.get("number")
        if name and isinstance(number, int) and (name, number) not in seen:
            seen.add((name, number))
            yield {"job": name, "number": number}


def _first(actions: list[Payload], name: str, wanted: tuple[str, ...]) -> dict[str, Any]:
    found = next((part(action, name) for action in actions if part(action, name)), {})
    return {one: found[one] for one in wanted if one in found}


def _class(one: Payload) -> str:
    return re.split(r"[.$]", said(one, "_class"))[-1]


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
