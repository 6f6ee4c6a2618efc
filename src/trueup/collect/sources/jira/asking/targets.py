"""From project keys and patterns to projects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from trueup.collect.recorded import Web
from trueup.collect.sources.jira.answers import mapping, objects
from trueup.collect.sources.jira.asking.site import Site, find_site
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable

_SIGNS = "*?["


def targets(connection: Connection, web: Web) -> list[tuple[str, str]]:
    """Return (key, ``host/number``) of each project: keys of projects change, numbers do not.

    ``SHOP`` names one project, ``SHOP*`` and ``*`` those the token may see.

    Raises
    ------
    SourceUnavailable
        One of them is not there, or the token may not see it.
    ConfigError
        None is named.
    """
    if not connection.targets:
        raise ConfigError(
            "A connection to jira names no project.", hint='Write targets = ["SHOP"] or ["*"].'
        )
    site = find_site(web)
    found: dict[str, str] = {}
    for pattern in connection.targets:
        for project in _projects(pattern, web, site):
            found[f"{site.host}/{project['id']}"] = str(project["key"])
    return [(key, target_id) for target_id, key in found.items()]


def _projects(pattern: str, web: Web, site: Site) -> Iterator[Mapping[str, Any]]:
    if not any(sign in pattern for sign in _SIGNS):
        project = mapping(web.get(f"{site.rest}/project/{pattern}"))
        if _is_sound(project):
            yield project
        return
    count = 0
    for project in _all(web, site):
        if _is_sound(project) and fnmatchcase(str(project["key"]), pattern.upper()):
            count += 1
            yield project
    if not count:
        raise SourceUnavailable(
            f"Jira shows no project {pattern!r}.",
            hint="Check the key, and that the token may browse it.",
        )


def _all(web: Web, site: Site) -> Iterator[Mapping[str, Any]]:
    if not site.is_cloud:
        yield from objects(web.get(f"{site.rest}/project").json())
        return
    start = 0
    while True:
        params = {"startAt": str(start), "maxResults": "50"}
        answer = mapping(web.get(f"{site.rest}/project/search", params=params))
        found = objects(answer.get("values"))
        yield from found
        start += len(found)
        if not found or answer.get("isLast") is True:
            return


def _is_sound(project: Mapping[str, Any]) -> bool:
    return all(isinstance(project.get(name), str | int) for name in ("id", "key"))
