"""From names and patterns to repositories, and to the organisations they are of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from trueup.collect.recorded import Web
from trueup.collect.sources.github.address import Address
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable


def targets(connection: Connection, web: Web, address: Address) -> list[tuple[str, str]]:
    """Return (name, id) of each repository, then of each organisation.

    ``acme/shop`` names one repository, as GitHub calls it now where it was renamed; ``acme/*``,
    ``acme/api-*`` and ``acme`` name those of an owner that are no forks; ``@acme`` an
    organisation's teams alone.

    Raises
    ------
    SourceUnavailable
        One of them is not there, or the token may not see it.
    ConfigError
        A name has no such form, or there is none.
    """
    if not connection.targets:
        raise ConfigError(
            "A connection to github names no repository.",
            hint='Write targets = ["owner/name"] or ["owner/*"] into it.',
        )
    found: dict[str, str] = {}
    organisations: dict[str, str] = {}
    for pattern in connection.targets:
        if pattern.startswith("@"):
            name = pattern.removeprefix("@")
            organisations[name] = address.repository_id(name)
            continue
        for raw in _repositories(pattern, web, address):
            full_name = str(raw["full_name"])
            found[full_name] = address.repository_id(full_name)
            owner = raw.get("owner")
            if isinstance(owner, Mapping) and owner.get("type") == "Organization":
                name = full_name.partition("/")[0]
                organisations[name] = address.repository_id(name)
    return [*found.items(), *organisations.items()]


def _repositories(pattern: str, web: Web, address: Address) -> Iterator[Mapping[str, Any]]:
    owner, _, name = pattern.strip("/").partition("/")
    if not owner or "/" in name or any(sign in owner for sign in "*?["):
        raise ConfigError(
            f"{pattern!r} names no repository of github.",
            hint='Write "owner/name", "owner/*" or "owner".',
        )
    if name and not any(sign in name for sign in "*?["):
        raw = web.get(f"{address.rest}/repos/{owner}/{name}").json()
        if isinstance(raw, Mapping) and raw.get("full_name"):
            yield raw
        return
    count = 0
    for raw in _owned(owner, web, address):
        if not raw.get("fork") and fnmatchcase(str(raw.get("name")).lower(), name.lower() or "*"):
            count += 1
            yield raw
    if not count:
        raise SourceUnavailable(
            f"GitHub shows no repository {pattern!r}.",
            hint="Check the name, and that the token may read it.",
        )


def _owned(owner: str, web: Web, address: Address) -> Iterator[Mapping[str, Any]]:
    try:
        yield from _listed(web, f"{address.rest}/orgs/{owner}/repos")
    except SourceUnavailable:
        yield from _listed(web, f"{address.rest}/users/{owner}/repos")


def _listed(web: Web, path: str) -> Iterator[Mapping[str, Any]]:
    for reply in web.pages(path, params={"per_page": "100", "type": "all"}):
        listed = reply.json()
        for raw in listed if isinstance(listed, list) else ():
            if isinstance(raw, Mapping) and raw.get("full_name"):
                yield raw
