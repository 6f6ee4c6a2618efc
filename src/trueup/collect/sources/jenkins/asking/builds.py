"""Builds of one job: oldest first, by ranges of its list; those that ran are asked for again.

The list is newest first, and moves down while it is read whenever a build begins. Its places are
therefore reckoned anew with each range, and what a range does not hold is asked for by number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from trueup.collect.answers import mapping, objects
from trueup.collect.fields import instant
from trueup.collect.forge.deployed import Deployed
from trueup.collect.recorded import Page, Record, Reply, Visit
from trueup.collect.sources.jenkins.address import path_of
from trueup.collect.sources.jenkins.asking.jobs import Job, count_of, milliseconds_of
from trueup.collect.sources.jenkins.asking.standing import Standing
from trueup.collect.sources.jenkins.door.keeping import again_of, kept, kind_of
from trueup.collect.sources.jenkins.settings import Options
from trueup.errors import SourceIncomplete

KIND = "run"
PAGE = 100
NUMBERS = 1000
_MOST_LISTS = 10_000
_NUMBER = "number,timestamp"
_BUILD = "number,timestamp,duration,building,result,artifacts[fileName]{0,1}"
_ACTION = (
    "_class,causes[_class,shortDescription,userId,userName,upstreamProject,upstreamBuild],"
    "lastBuiltRevision[SHA1,branch[name]],remoteUrls,revision[hash,pullHash],"
    "totalCount,failCount,skipCount,queuingDurationMillis"
)
_FILES = "fingerprint[original[name,number]]"

Payload = Mapping[str, Any]


class Builds:
    """Reads the builds of one job.

    Parameters
    ----------
    known
        Keys of builds that need no second reading; asked for only while reconciling.
    """

    def __init__(self, visit: Visit, job: Job, options: Options, known: frozenset[str]) -> None:
        self.job = job
        self._visit = visit
        self._options = options
        self._known = known
        self._stream = f"builds of {job.name}"
        self._checkpoint = visit.checkpoint(self._stream)
        self._begin(Standing.read(self._checkpoint, job, options.asked()))
        since = options.forge.since
        self._since = instant(f"{since}T00:00:00Z") // 1000 if since else 0
        action = _ACTION + (",parameters[name,value]" if options.parameters else "")
        files = f",{_FILES}" if options.deploys(job.name) is not None else ""
        self._tree = f"{_BUILD}{files},actions[{action}]"

    def _begin(self, standing: Standing) -> None:
        self.standing = standing
        self._deployed = Deployed(standing.deployed)
        self._before = list(standing.open)
        self._above = 0 if self._visit.is_reconciling else standing.done
        self._fresh = self.job.next_number - 1 - self._above

    def has_news(self) -> bool:
        """Say whether there is anything to ask for."""
        return self._fresh > 0 or bool(self.standing.open)

    def first_path(self) -> str:
        """Return the address of the list that reading begins with.

        It reaches to the last build kept, which shows whether the job is still the same.
        """
        if self._fresh > PAGE:
            return self._path(_NUMBER, 0, NUMBERS)
        return self._path(self._tree, 0, self._fresh + 1)

    def read(self, first: Reply | None) -> Iterator[Page]:
        """Yield what was running at the last visit, then what is new since, oldest first.

        Parameters
        ----------
        first
            The answer to `first_path`; None where the job is gone.
        """
        if first is None:
            return
        listed = _listed(first)
        if any(self._is_other(one) for one in listed):
            self._begin(self.standing.anew(self.standing.asked))
            listed = _listed(self._visit.web.get(self.first_path()))
        if self._before:
            self.standing.open = [n for n in self.standing.open if n not in self._before]
            yield self._page(list(self._singly(self._before)))
        ranges = self._ranges(listed) if self._fresh > PAGE else iter([self._wanted(listed)])
        yield from map(self._page, filter(None, ranges))
        if self.standing.said() != self._checkpoint:
            yield self._page([])

    def _ranges(self, listed: list[Payload]) -> Iterator[list[Payload]]:
        numbers = self._numbers(listed)
        shift = 0
        for end in range(len(numbers), 0, -PAGE):
            start = max(0, end - PAGE)
            wanted = numbers[start:end]
            listed = self._list(self._tree, start + shift, end + shift)
            found = {count_of(one.get("number")): one for one in listed}
            shift += sum(number > wanted[0] for number in found)
            missing = [number for number in wanted if number not in found]
            yield [found[n] for n in wanted if n in found] + list(self._singly(missing))

    def _numbers(self, listed: list[Payload]) -> list[int]:
        """Return the numbers of all builds wanted, newest first.

        Each list begins with the last of the one before. Where it begins further down, builds
        were deleted meanwhile and the list has moved up: it is asked for from further up.
        """
        found: dict[int, int] = {}
        at = 0
        for _ in range(_MOST_LISTS):
            here = _begun(listed)
            found |= here
            lowest = min(here, default=0)
            is_reached = lowest <= self._above or 0 < here[lowest] < self._since
            if len(listed) < NUMBERS or is_reached:
                return self._wanted_of(found)
            at += NUMBERS - 1
            listed = self._list(_NUMBER, at, at + NUMBERS)
            if max(_begun(listed), default=lowest) < lowest:
                found |= _begun(self._list(_NUMBER, max(0, at - NUMBERS), at + 1))
        raise SourceIncomplete(
            f"The builds of {self.job.name} change faster than they can be listed.",
            hint="Collect again later: it goes on where it stopped.",
        )

    def _singly(self, numbers: list[int]) -> Iterator[Payload]:
        """Yield builds asked for by number; nothing of those that are gone."""
        query = urlencode({"tree": self._tree})
        paths = [f"{path_of(self.job.name)}{number}/api/json?{query}" for number in numbers]
        for _, reply in self._visit.web.many(paths):
            if reply is not None:
                yield mapping(reply)

    def _page(self, builds: list[Payload]) -> Page:
        sound = {number: one for one in builds if (number := count_of(one.get("number")))}
        records = tuple(self._record(number, one) for number, one in sorted(sound.items()))
        self.standing.deployed = self._deployed.state()
        self._checkpoint = self.standing.said()
        return Page(stream=self._stream, records=records, checkpoint=self._checkpoint)

    def _record(self, number: int, build: Payload) -> Record:
        standing, job = self.standing, self.job
        body = kept(build, self._options)
        body |= {"job": job.name, "branch": job.branch, "page": job.page, "asked": standing.asked}
        body["attempt"] = standing.attempt(number, again_of(body))
        body["kind"] = kind_of(job.name, body, self._options, self._deployed, self._visit.now)
        if build.get("building") is True and number not in standing.open:
            standing.open.append(number)
        self._pass(number, _begun_at(build))
        return Record(kind=KIND, key=self._key(number), body=body)

    def _pass(self, number: int, begun_at: int) -> None:
        if number > self.standing.done:
            self.standing.done, self.standing.done_at = number, begun_at

    def _wanted(self, builds: list[Payload]) -> list[Payload]:
        by_number = {count_of(one.get("number")): one for one in builds}
        return [by_number[number] for number in self._wanted_of(_begun(builds))]

    def _wanted_of(self, begun: Mapping[int, int]) -> list[int]:
        """Return the builds to be kept of some by number, newest first, and pass those too old.

        One that does not say when it was begun is kept.
        """
        wanted = []
        for number, begun_at in sorted(begun.items(), reverse=True):
            if 0 < begun_at < self._since:
                self._pass(number, begun_at)
            elif number > self._above and self._key(number) not in self._known:
                wanted.append(number)
        return wanted

    def _key(self, number: int) -> str:
        return self.standing.key(self.job.name, number)

    def _is_other(self, build: Payload) -> bool:
        return self.standing.is_other(count_of(build.get("number")), _begun_at(build))

    def _list(self, tree: str, start: int, end: int) -> list[Payload]:
        return _listed(self._visit.web.get(self._path(tree, start, end)))

    def _path(self, tree: str, start: int, end: int) -> str:
        query = urlencode({"tree": f"allBuilds[{tree}]{{{start},{end}}}"})
        return f"{path_of(self.job.name)}api/json?{query}"


def _listed(reply: Reply) -> list[Payload]:
    return objects(mapping(reply).get("allBuilds"))


def _begun(builds: list[Payload]) -> dict[int, int]:
    """Return when each build was begun, by number; those without a number are left out."""
    begun = {count_of(one.get("number")): _begun_at(one) for one in builds}
    begun.pop(0, None)
    return begun


def _begun_at(build: Payload) -> int:
    return milliseconds_of(build.get("timestamp"))
