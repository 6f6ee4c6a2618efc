"""Rows of a project, of who owns what in it, and of groups as teams."""

from __future__ import annotations

from trueup.collect.forge.fields import Fields
from trueup.collect.forge.services import service_at
from trueup.collect.gathering import Rows
from trueup.collect.sources.gitlab.address import Address
from trueup.collect.sources.gitlab.rows.actors import Actors
from trueup.config import ServiceSettings


def add_repository(
    body: Fields,
    repository_id: str,
    address: Address,
    services: tuple[ServiceSettings, ...],
    rows: Rows,
) -> None:
    """Add a project, and the service each folder is by its CODEOWNERS.

    Raises
    ------
    Unreadable
        It has no name.
    """
    rows.add(
        "repository",
        repository_id=repository_id,
        name=body.key("path_with_namespace"),
        remote_url=body.text("http_url_to_repo"),
        default_branch=body.text("default_branch"),
    )
    owned = {}
    for line in body.parts("owners"):
        path, team = line.text("path") or "", line.text("team")
        service = service_at(services, repository_id, path)
        owned[service, path] = team_id(address, team) if team else None
    for (service, path), team in owned.items():
        rows.add(
            "service",
            service_id=service,
            name=service,
            team_id=team,
            repository_id=repository_id,
            path_prefix=path,
            evidence="codeowners",
        )


def add_team(body: Fields, address: Address, actors: Actors, rows: Rows) -> None:
    """Add a group and who is in it, each since they joined.

    Raises
    ------
    Unreadable
        It has no path.
    """
    path = body.key("full_path")
    parent = path.rpartition("/")[0]
    rows.add(
        "team",
        team_id=team_id(address, path),
        name=body.text("name") or path,
        parent_team_id=team_id(address, parent) if parent else None,
        evidence="forge_team",
    )
    for member in body.parts("members"):
        who = actors.of(member.part("user"))
        if who.account_id is not None:
            rows.add(
                "membership",
                team_id=team_id(address, path),
                person_id=who.account_id,
                started_at=member.at("created_at"),
                evidence="forge_team",
            )


def team_id(address: Address, path: str) -> str:
    """Return the id of a group's team."""
    return f"gitlab:{address.host}/{path}"
