"""From names and patterns to projects, and to the groups they are of."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from trueup.collect.recorded import Web
from trueup.collect.sources.gitlab.address import Address
from trueup.collect.sources.gitlab.asking.walking import Payload, all_of
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable

GROUP = "@"
"""What names of groups begin with among targets: a project may be called like one otherwise."""

_SIGNS = "*?["


def targets(connection: Connection, web: Web, address: Address) -> list[tuple[str, str]]:
    """Return (name, id) of each project, then of each group at the top.

    ``acme/shop`` and ``acme/web/shop`` name a project, as GitLab calls it now where it was moved;
    ``acme/*``, ``acme/web/*`` and ``acme`` all projects of a group and of the groups below it
    that are no forks; ``acme/api-*`` some of them; ``@acme`` a group's teams and epics alone.

    Raises
    ------
    SourceUnavailable
        One of them is not there, or the token may not see it.
    ConfigError
        A name has no such form, or there is none.
    """
    if not connection.targets:
        raise ConfigError(
            "A connection to gitlab names no project.",
            hint='Write targets = ["group/project"] or ["group/*"] into it.',
        )
    found: dict[str, str] = {}
    groups: dict[str, str] = {}
    for pattern in connection.targets:
        if pattern.startswith(GROUP):
            groups[pattern] = address.full_id(pattern.removeprefix(GROUP))
            continue
        for raw in _projects(pattern.strip("/"), web, address):
            path = str(raw["path_with_namespace"])
            found[path] = address.full_id(path)
            space = raw.get("namespace")
            if isinstance(space, dict) and space.get("kind") == "group":
                top = path.partition("/")[0]
                groups[GROUP + top] = address.full_id(top)
    return [*found.items(), *groups.items()]


def _projects(pattern: str, web: Web, address: Address) -> Iterator[Payload]:
    group, _, name = pattern.rpartition("/")
    is_pattern = any(sign in name for sign in _SIGNS)
    if not pattern or any(sign in group for sign in _SIGNS) or (is_pattern and not group):
        raise ConfigError(
            f"{pattern!r} names no project of gitlab.",
            hint='Write "group/project", "group/*" or "group".',
        )
    if group and not is_pattern:
        try:
            raw = web.get(address.project(pattern)).json()
        except SourceUnavailable:
            yield from _below(pattern, "*", web, address)
            return
        if isinstance(raw, dict) and raw.get("path_with_namespace"):
            yield raw
        return
    yield from _below(group or name, name if is_pattern else "*", web, address)


def _below(group: str, name: str, web: Web, address: Address) -> Iterator[Payload]:
    """Yield the projects of a group, of all below it, or of a user."""
    params = {"include_subgroups": "true", "with_shared": "false", "order_by": "id"}
    count = 0
    try:
        listed = list(all_of(web, f"{address.group(group)}/projects", params))
    except SourceUnavailable:
        users = f"{address.rest}/users/{group}/projects"
        listed = [] if "/" in group else list(all_of(web, users))
    for raw in listed:
        path = str(raw.get("path_with_namespace") or "")
        below = path[len(group) + 1 :].lower()
        if path and not raw.get("forked_from_project") and fnmatchcase(below, name.lower()):
            count += 1
            yield raw
    if not count:
        raise SourceUnavailable(
            f"GitLab shows no project {group}/{name}.",
            hint="Check the name, and that the token may read it.",
        )
