"""Builds of one builder, oldest first; those that were running are asked for again.

Builds have one number each over the whole server, and the list is ordered by it: what is new
comes after what was kept. Each page of builds is followed by the requests that led to them, and
by the sets those came in: there stands what started them, and of which commit they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlencode

from trueup.collect.answers import mapping, objects, part, said
from trueup.collect.fields import instant
from trueup.collect.forge.deployed import Deployed
from trueup.collect.forge.pipelines import hash_of
from trueup.collect.recorded import Page, Record, Visit
from trueup.collect.repositories import repository_id_of
from trueup.collect.sources.buildbot.settings import Options

KIND = "run"
STREAM = "builds"
PAGE = 100
API = "api/v2/"
_LARGEST = 2**31 - 1
_REMEMBERED = 500
_PROPER = ("buildid", "number", "started_at", "complete_at", "complete", "results")
_PROPERTIES = (("property", "got_revision"), ("property", "owner"))
_BEGUN_BY = re.compile(r"The (\w{1,60}) scheduler named '|(A build was forced by ')|(downstream)$")
_AGAIN = 5  # the result of a build that was lost with its worker, and is run once more
_ROLLBACK = re.compile(r"roll[-_ ]?back", re.IGNORECASE)

Payload = Mapping[str, Any]
Query = tuple[tuple[str, str], ...]


@dataclass(slots=True, kw_only=True)
class _Standing:
    """Where the reading of a builder stands.

    Parameters
    ----------
    asked
        What changes when builds kept before must be read again.
    after
        Number of the last build kept.
    open
        Builds that were running when they were kept.
    attempts
        Which attempt a build is, of those that are not the first, by number.
    lost
        How often the build of a request was lost, by number of the request.
    deployed
        See `trueup.collect.forge.deployed`.
    """

    asked: str
    after: int = 0
    open: list[int] = field(default_factory=list)
    attempts: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    deployed: dict[str, Any] = field(default_factory=dict)


class Builds:
    """Reads the builds of one builder."""

    def __init__(self, visit: Visit, builder_id: int, options: Options) -> None:
        self._visit = visit
        self._options = options
        since = options.forge.since
        self._builds: Query = (
            ("builderid", str(builder_id)),
            *((("started_at__ge", str(instant(f"{since}T00:00:00Z") // 10**6)),) if since else ()),
        )
        state = json.loads(visit.checkpoint(STREAM) or "{}")
        is_same = state.get("asked") == options.asked()
        self._standing = _Standing(**state) if is_same else _Standing(asked=options.asked())
        self._deployed = Deployed(self._standing.deployed)

    def read(self) -> Iterator[Page]:
        """Yield what was running at the last visit, then what is new since."""
        standing, before = self._standing, list(self._standing.open)
        for start in range(0, len(before), PAGE):
            some = before[start : start + PAGE]
            standing.open = [number for number in standing.open if number not in some]
            query = tuple(("buildid", str(number)) for number in some)
            yield self._page(self._listed("builds", (*query, *_PROPERTIES)))
        is_reconciling = self._visit.is_reconciling
        known = self._visit.known(KIND) if is_reconciling else frozenset()
        after = 0 if is_reconciling else standing.after
        while True:
            query = (*self._builds, ("buildid__gt", str(after)), ("order", "buildid"))
            listed = self._listed("builds", (*query, *_PROPERTIES, ("limit", str(PAGE))))
            if fresh := [one for one in listed if str(number_of(one, "buildid")) not in known]:
                yield self._page(fresh)
            last = max((number_of(one, "buildid") for one in listed), default=0)
            if len(listed) < PAGE or last <= after:
                break
            after = last

    def _page(self, builds: list[Payload]) -> Page:
        sound = {number: one for one in builds if (number := number_of(one, "buildid"))}
        requests = self._by_id("buildrequests", "buildrequestid", sound.values())
        sets = self._by_id("buildsets", "bsid", requests.values(), "buildsetid")
        records = []
        for number, build in sorted(sound.items()):
            request = requests.get(number_of(build, "buildrequestid"), {})
            came_in = sets.get(number_of(request, "buildsetid"), {})
            body = self._body(number, build, request, came_in)
            records.append(Record(kind=KIND, key=str(number), body=body))
        self._standing.deployed = self._deployed.state()
        checkpoint = json.dumps(asdict(self._standing))
        return Page(stream=STREAM, records=tuple(records), checkpoint=checkpoint)

    def _body(
        self, number: int, build: Payload, request: Payload, came_in: Payload
    ) -> dict[str, Any]:
        standing = self._standing
        if build.get("complete") is False and number not in standing.open:
            standing.open.append(number)
        standing.after = max(standing.after, number)
        found = _BEGUN_BY.match(said(came_in, "reason"))
        body = {
            **{name: build.get(name) for name in _PROPER},
            "submitted_at": request.get("submitted_at"),
            "begun_by": next(filter(None, found.groups()), None) if found else None,
            "parent": came_in.get("parent_buildid"),
            "sources": [_source(one) for one in objects(came_in.get("sourcestamps"))],
            "got_revision": _property(build, "got_revision"),
            "owner": _property(build, "owner"),
            "attempt": self._attempt(number, build, came_in),
            "asked": standing.asked,
        }
        return body | {"kind": self._kind(number, body)}

    def _attempt(self, number: int, build: Payload, came_in: Payload) -> int:
        """Return which attempt a build is: of a build begun again, or of a request lost before."""
        standing, request = self._standing, str(number_of(build, "buildrequestid"))
        rebuilt = number_of(came_in, "rebuilt_buildid")
        first = standing.attempts.get(str(rebuilt), 1) + 1 if 0 < rebuilt < number else 1
        attempt = standing.attempts.get(str(number)) or first + standing.lost.get(request, 0)
        if attempt > 1:
            standing.attempts[str(number)] = attempt
        if build.get("results") == _AGAIN:
            standing.lost[request] = attempt - first + 1
        for remembered in (standing.attempts, standing.lost):
            while len(remembered) > _REMEMBERED:
                del remembered[next(iter(remembered))]
        return attempt

    def _kind(self, number: int, body: Payload) -> str | None:
        environment = self._options.environment(self._visit.target)
        if environment is None:
            return None
        revision = body["got_revision"]
        named = revision if isinstance(revision, str) else None
        sha = hash_of(named or next((said(one, "revision") for one in body["sources"]), None))
        kind = self._deployed.kind(environment, number, sha) if sha else "deploy"
        if sha and body["results"] in (0, 1):
            self._deployed.succeeded(environment, number, sha)
        return "rollback" if _ROLLBACK.search(self._visit.target) else kind

    def _by_id(
        self, path: str, name: str, holders: Any, under: str | None = None
    ) -> dict[int, Payload]:
        """Return the objects that others name, by number."""
        numbers = sorted({number_of(one, under or name) for one in holders} - {0})
        if not numbers:
            return {}
        found = self._listed(path, tuple((name, str(number)) for number in numbers))
        return {number_of(one, name): one for one in found}

    def _listed(self, path: str, query: Query) -> list[Payload]:
        answer = mapping(self._visit.web.get(f"{API}{path}?{urlencode(query)}"))
        return objects(answer.get(path))


def number_of(one: Payload, name: str) -> int:
    """Return the number below a name; 0 where there is none."""
    value = one.get(name)
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and isinstance(value, int) and 0 < value <= _LARGEST else 0


def _source(stamp: Payload) -> dict[str, Any]:
    return {
        "codebase": stamp.get("codebase"),
        "repository": repository_id_of(said(stamp, "repository") or None),
        "revision": stamp.get("revision"),
        "branch": stamp.get("branch"),
    }


def _property(build: Payload, name: str) -> Any:
    """Return the value of a property, which stands beside where it is from."""
    pair = part(build, "properties").get(name)
    return pair[0] if isinstance(pair, list) and pair else None
