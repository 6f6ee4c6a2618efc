"""Which jobs there are: in folders, folders of organisations, and branches of a project."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard
from urllib.parse import unquote, urlencode

from trueup.collect.answers import mapping, objects, part, said
from trueup.collect.forge.pipelines import is_named
from trueup.collect.recorded import Visit, Web
from trueup.collect.sources.jenkins.address import Address, path_of
from trueup.collect.sources.jenkins.door.keeping import page_of
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable

LARGEST = 2**31 - 1
_LONGEST = 255
_WILD = re.compile(r"[*?\[]")
_LISTED = "_class,name,jobs[_class,name,jobs[name]{0,1}]"
_JOB = "_class,name,nextBuildNumber,lastBuild[number,timestamp],actions[objectUrl]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it stands.

    Parameters
    ----------
    name
        In full, with its folders.
    branch
        What it builds, where it is the job of a branch or change; else None.
    next_number
        Of the build it will run next; 0 where it does not say, or contradicts itself.
    last_number, last_at
        Of its newest build: number, and when it was begun in milliseconds; 0 without any.
    page
        Repository and change it is of, where its page says so.
    """

    name: str
    branch: str | None
    next_number: int
    last_number: int
    last_at: int
    page: Mapping[str, str] | None


def targets(connection: Connection, web: Web, address: Address) -> list[tuple[str, str]]:
    """Return every job the connection names; one with branches is one target.

    Raises
    ------
    ConfigError
        It names none.
    SourceUnavailable
        One of the names fits nothing there.
    """
    if not connection.targets:
        raise ConfigError(
            "A connection to jenkins names no job.", hint='Write targets = ["*"], or ["team/*"].'
        )
    found: dict[str, str] = {}
    for target in connection.targets:
        pattern = target.strip("/")
        hits = [name for name in _below(web, _root(pattern)) if _fits(name, pattern)]
        if not hits:
            raise SourceUnavailable(
                f"Jenkins shows no job {target!r}.",
                hint="Check its full name, and that the user may see it (Job/Read).",
            )
        found |= {address.target_id(name): name for name in hits}
    return [(name, target_id) for target_id, name in found.items()]


def jobs_of(visit: Visit) -> list[Job]:
    """Return the job of a target, or those of its branches and changes."""
    tree = f"{_JOB},jobs[{_JOB}]"
    answer = mapping(visit.web.get(f"{path_of(visit.target)}api/json", params={"tree": tree}))
    if not _has_branches(answer):
        return [_job(answer, visit.target, None)]
    branches = {name: one for one in objects(answer.get("jobs")) if (name := _name(one))}
    return [_job(one, f"{visit.target}/{name}", unquote(name)) for name, one in branches.items()]


def count_of(value: object) -> int:
    """Return the number of a build; 0 for what is none."""
    return value if _is_whole(value) and 0 < value <= LARGEST else 0


def milliseconds_of(value: object) -> int:
    """Return an instant in milliseconds; 0 for what is none."""
    return value if _is_whole(value) and 0 < value < 2**53 else 0


def _job(answer: Mapping[str, Any], name: str, branch: str | None) -> Job:
    last = part(answer, "lastBuild")
    last_number, next_number = count_of(last.get("number")), count_of(answer.get("nextBuildNumber"))
    return Job(
        name=name,
        branch=branch,
        next_number=next_number if next_number > last_number else 0,
        last_number=last_number,
        last_at=milliseconds_of(last.get("timestamp")),
        page=page_of(answer),
    )


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _root(pattern: str) -> str:
    """Return the folder below which everything is that fits a pattern."""
    wild = _WILD.search(pattern)
    return pattern if wild is None else pattern[: wild.start()].rpartition("/")[0]


def _fits(name: str, pattern: str) -> bool:
    is_below = _WILD.search(pattern) is None and f"{name}/".startswith(f"{pattern}/")
    return is_below or is_named(name, pattern)


def _below(web: Web, root: str) -> Iterator[str]:
    """Yield the full names of the jobs at and below a folder, level by level."""
    try:
        answer = mapping(web.get(f"{path_of(root)}api/json", params={"tree": _LISTED}))
    except SourceUnavailable as error:
        if not root or "not there" not in error.fact:
            raise
        return
    if root and not _is_folder(answer):
        yield root
        return
    level = {root: answer}
    while level:
        folders: list[str] = []
        for folder, listing in level.items():
            for one in objects(listing.get("jobs")):
                name = f"{folder}/{_name(one)}".lstrip("/")
                if _name(one) and _is_folder(one):
                    folders.append(name)
                elif _name(one):
                    yield name
        level = dict(_listings(web, folders))


def _listings(web: Web, folders: list[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    query = urlencode({"tree": _LISTED})
    paths = {f"{path_of(folder)}api/json?{query}": folder for folder in folders}
    for path, reply in web.many(paths):
        if reply is not None:
            yield paths[path], mapping(reply)


def _name(one: Mapping[str, Any]) -> str:
    """Return the name of a job in its folder; empty for what can be no name of a file."""
    name = said(one, "name")
    return name if len(name) <= _LONGEST and name.isprintable() and "/" not in name else ""


def _is_folder(one: Mapping[str, Any]) -> bool:
    return "jobs" in one and not _has_branches(one)


def _has_branches(one: Mapping[str, Any]) -> bool:
    return "multibranch" in said(one, "_class").lower()
