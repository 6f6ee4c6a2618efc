"""Rows of a repository, of who owns what in it, and of an organisation's teams."""

from __future__ import annotations

from trueup.collect.forge.fields import Fields
from trueup.collect.forge.services import service_at
from trueup.collect.gathering import Rows
from trueup.collect.sources.github.address import Address
from trueup.collect.sources.github.rows.actors import Actors
from trueup.config import ServiceSettings


def add_repository(
    body: Fields,
    repository_id: str,
    address: Address,
    services: tuple[ServiceSettings, ...],
    rows: Rows,
) -> None:
    """Add a repository, and the service each folder is by its CODEOWNERS.

    Raises
    ------
    Unreadable
        It has no name.
    """
    rows.add(
        "repository",
        repository_id=repository_id,
        name=body.key("nameWithOwner"),
        remote_url=body.text("url"),
        default_branch=body.part("defaultBranchRef").text("name"),
    )
    owned = {}
    for line in body.parts("owners"):
        path, team = line.text("path") or "", line.text("team")
        service = service_at(services, repository_id, path)
        owned[service, path] = f"github:{address.host}/{team}" if team else None
    for (service, path), team_id in owned.items():
        rows.add(
            "service",
            service_id=service,
            name=service,
            team_id=team_id,
            repository_id=repository_id,
            path_prefix=path,
            evidence="codeowners",
        )


def add_team(body: Fields, address: Address, organisation: str, actors: Actors, rows: Rows) -> None:
    """Add a team and who is in it, as of now: GitHub does not say since when.

    Raises
    ------
    Unreadable
        It has no slug.
    """
    lead = f"github:{address.host}/{organisation}/"
    team_id = lead + body.key("slug")
    parent = body.part("parentTeam").text("slug")
    rows.add(
        "team",
        team_id=team_id,
        name=body.text("name") or body.key("slug"),
        parent_team_id=lead + parent if parent else None,
        evidence="forge_team",
    )
    for member in body.nodes("members"):
        account_id = actors.of(member).account_id
        if account_id is not None:
            rows.add("membership", team_id=team_id, person_id=account_id, evidence="forge_team")
