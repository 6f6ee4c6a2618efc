"""A Buildbot of a few builders, answering by filters as its data interface does.

https://docs.buildbot.net/4.3.0/developer/rest.html ; the payloads have the fields of those of
Buildbot 4.3.0, against which tests/contract/check_buildbot.py holds the source.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx

Payload = dict[str, Any]

MARCH = 1_772_442_000  # 2026-03-02T09:00:00Z
SHOP = "github.com/acme/shop"
SHA = "0123456789abcdef0123456789abcdef01234567"
OTHER_SHA = "fedcba9876543210fedcba9876543210fedcba98"
FORCED = "A build was forced by 'Ada <ada@example.org>': because I say so"


def stamp(revision: str | None = SHA, branch: str | None = "main", **more: Any) -> Payload:
    """Return what a build is of."""
    return {
        "ssid": 1,
        "codebase": "",
        "repository": "https://bot:secret@github.com/acme/shop.git",
        "revision": revision,
        "branch": branch,
        "project": "",
        "patch": None,
        "created_at": MARCH,
        **more,
    }


@dataclass
class BuildbotServer:
    """Answers questions, and keeps them."""

    builders: list[str] = field(default_factory=lambda: ["shop", "other", "deploy-live"])
    builds: dict[int, Payload] = field(default_factory=dict)
    requests: dict[int, Payload] = field(default_factory=dict)
    sets: dict[int, Payload] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(
        self,
        number: int,
        results: int | None = 0,
        *,
        builder: str = "shop",
        reason: str = "The AnyBranchScheduler scheduler named 'all' triggered this build",
        stamps: list[Payload] | None = None,
        properties: Payload | None = None,
        request: int = 0,
        **of_set: Any,
    ) -> None:
        """Begin a build, or put a new version in its place: each an hour after the one before.

        It waits a minute and lasts five; without results it is still running.
        """
        begun, request = MARCH + 3600 * number, request or number
        self.requests[request] = {
            "buildrequestid": request,
            "buildsetid": 1000 + request,
            "submitted_at": begun - 60,
        }
        self.sets[1000 + request] = {
            "bsid": 1000 + request,
            "reason": reason,
            "parent_buildid": None,
            "rebuilt_buildid": None,
            "sourcestamps": [stamp()] if stamps is None else stamps,
            **of_set,
        }
        self.builds[number] = {
            "buildid": number,
            "number": number,
            "builderid": self.builders.index(builder) + 1,
            "buildrequestid": request,
            "started_at": begun,
            "complete_at": None if results is None else begun + 300,
            "complete": results is not None,
            "results": results,
            "state_string": "because I say so",
            "properties": {name: [value, "Here"] for name, value in (properties or {}).items()},
        }

    def carry(self, request: httpx.Request) -> httpx.Response:
        """Answer a request: several values of one filter are all asked for."""
        query = parse_qsl(request.url.query.decode())
        self.asked.append(f"{request.url.path}?{request.url.query.decode()}")
        path = request.url.path.rpartition("/")[2]
        listed = {
            "builders": [{"builderid": n, "name": b} for n, b in enumerate(self.builders, 1)],
            "builds": list(self.builds.values()),
            "buildrequests": list(self.requests.values()),
            "buildsets": list(self.sets.values()),
        }.get(path)
        if listed is None:
            return httpx.Response(404, json={"error": "Invalid path"})
        found = list(_filtered(listed, query))
        body = {path: found, "meta": {"total": len(found)}}
        return httpx.Response(200, content=json.dumps(body).encode())


def _filtered(listed: list[Payload], query: list[tuple[str, str]]) -> Iterator[Payload]:
    given = dict(query)
    wanted: dict[str, set[int]] = {}
    for name, value in query:
        if name not in ("property", "order", "limit"):
            wanted.setdefault(name, set()).add(int(value))
    properties = {value for name, value in query if name == "property"}
    if "order" in given:
        listed = sorted(listed, key=lambda one: one[given["order"]])
    kept = [one for one in listed if all(_fits(one, *each) for each in wanted.items())]
    for one in kept[: int(given.get("limit", len(kept)))]:
        some = {n: v for n, v in one.get("properties", {}).items() if n in properties}
        yield {**one, "properties": some} if "properties" in one else one


def _fits(one: Payload, name: str, values: set[int]) -> bool:
    field_name, _, operator = name.partition("__")
    there = one[field_name]
    if operator == "gt":
        return bool(there > min(values))
    return bool(there >= min(values)) if operator == "ge" else there in values
