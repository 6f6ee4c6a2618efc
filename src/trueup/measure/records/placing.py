"""Where event rows belong: the team at the time, and the service; worked out only when asked for.

Teams come from dated memberships, so a person who moves takes along what is done afterwards.
"""

from __future__ import annotations

import ibis
from ibis import _

from trueup.errors import MeasureError
from trueup.measure.metric import Tables
from trueup.measure.records.delivery import in_teams, owners

NO_TEAM = "no team"
NO_SERVICE = "no service"
SEVERAL_SERVICES = "several services"
PLACED = ("team", "service")
"""Dimensions worked out here for rows that do not bring them along."""


def placed(rows: ibis.Table, tables: Tables, dimension: str) -> ibis.Table:
    """Add the column ``team`` or ``service`` to event rows.

    A row's team is the one it brings along, else that of its person when the work was begun, else
    the one team that owns the repository. A change's service is the one whose path holds all it
    touched.

    Raises
    ------
    MeasureError
        The rows have nothing that tells their service.
    """
    return _with_team(rows, tables) if dimension == "team" else _with_service(rows, tables)


def _with_team(rows: ibis.Table, tables: Tables) -> ibis.Table:
    begun = rows["at"]
    if "first_commit_at" in rows.columns:
        begun = rows.first_commit_at.fill_null(begun)
    own = rows.team if "team" in rows.columns else ibis.null("string")
    rows = rows.mutate(begun_at=begun, own_team=own)
    rows = in_teams(rows, tables, "person", "begun_at")
    team = rows.own_team.fill_null(rows.person_team)
    if "repository" in rows.columns:
        owner = owners(tables)
        rows = rows.left_join(owner, rows.repository == owner.owned_repository_id)
        team = rows.own_team.fill_null(rows.person_team).fill_null(rows.owner_team)
    dropped = ("spell_person", "spell_starts_at", "spell_ends_at", "person_team", "own_team")
    return rows.mutate(team=team.fill_null(NO_TEAM)).drop(*dropped, "begun_at")


def _with_service(rows: ibis.Table, tables: Tables) -> ibis.Table:
    if "service" in rows.columns:
        return rows.mutate(service=rows.service.fill_null(NO_SERVICE))
    if "change_id" not in rows.columns or "repository" not in rows.columns:
        raise MeasureError(
            "These rows belong to no change, so they have no service.",
            hint="Split by repository or team.",
        )
    touched, whole = _of_paths(tables), _of_repositories(tables)
    rows = rows.left_join(touched, rows.change_id == touched.touched_change_id)
    rows = rows.left_join(whole, rows.repository == whole.whole_repository_id)
    service = rows.touched_service.fill_null(rows.whole_service).fill_null(NO_SERVICE)
    return rows.mutate(service=service)


def _of_repositories(tables: Tables) -> ibis.Table:
    rows = tables["service"]
    found = rows.group_by(whole_repository_id=rows.repository_id).agg(
        services=_.service_id.nunique(), whole_service=_.service_id.max()
    )
    return found.filter(found.services == 1).drop("services")


def _of_paths(tables: Tables) -> ibis.Table:
    """Return the service of each change whose files are known, by the longest path that fits."""
    service = tables["service"].select(
        "service_id",
        kept_repository_id="repository_id",
        prefix=_.path_prefix.fill_null("").re_replace("/+$", ""),
    )
    part = tables["change_commit"].select("change_id", part_commit_id="commit_id")
    file = tables["commit_file"].select("repository_id", "commit_id", "path")
    file = file.inner_join(part, file.commit_id == part.part_commit_id)
    file = file.select("change_id", "repository_id", "path").distinct()
    rows = file.inner_join(service, file.repository_id == service.kept_repository_id)
    below = (rows.prefix == "") | (rows.path == rows.prefix)
    rows = rows.filter(below | rows.path.startswith(rows.prefix + "/"))
    best = rows.group_by("change_id", "path").agg(service_id=_.service_id.argmax(_.prefix.length()))
    found = best.group_by(touched_change_id=best.change_id).agg(
        services=_.service_id.nunique(), one=_.service_id.max()
    )
    several = ibis.ifelse(found.services > 1, SEVERAL_SERVICES, found.one)
    return found.select("touched_change_id", touched_service=several)
