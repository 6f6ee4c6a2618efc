"""Which services there are, and which of them a change belongs to by the files it touches."""

from __future__ import annotations

import pyarrow as pa

from trueup.config import ServiceSettings
from trueup.store.links.records import Records, landed_as

_ALL = """
SELECT * FROM said_service UNION ALL BY NAME
SELECT * EXCLUDE (source, collected_at, landed_for) FROM raw_service
WHERE service_id NOT IN (SELECT service_id FROM said_service)
QUALIFY row_number() OVER (
    PARTITION BY service_id, repository_id, path_prefix ORDER BY source, landed_for
) = 1
"""

_TOUCHED = """
-- services whose folders the files of a change lie in; a service of the whole repository is not
-- asked, and neither is a change of which no file is known
SELECT DISTINCT part.change_id, s.service_id
FROM service AS s
JOIN raw_commit_file AS f ON f.repository_id = s.repository_id
    AND (starts_with(f.path, s.path_prefix) OR starts_with(f.old_path, s.path_prefix))
JOIN change_commit AS part ON part.commit_id = f.commit_id
WHERE s.path_prefix <> ''
"""


def find_services(records: Records, services: tuple[ServiceSettings, ...]) -> pa.Table:
    """Return rows of `service`: those of trueup.toml, and those only sources tell of.

    A service of trueup.toml counts as it stands there, whatever sources say of it. Leaves the
    table ``service`` in the engine.
    """
    teams = records.sql(
        "SELECT lower(name) AS name, min(team_id) AS team_id FROM raw_team GROUP BY 1"
    )
    team_ids = dict(zip(*(teams[name].to_pylist() for name in ("name", "team_id")), strict=True))
    said = [
        {
            "service_id": service.name,
            "name": service.name,
            "team_id": team_ids.get(service.team.lower()),
            "repository_id": service.repository,
            "path_prefix": _folder(path),
            "evidence": "file",
        }
        for service in services
        for path in service.paths or ("",)
    ]
    rows = landed_as("service", pa.Table.from_pylist(said, schema=_SAID))
    records.make("said_service", "SELECT * FROM given_services", given_services=rows)
    records.make("service", _ALL)
    found = records.sql("SELECT * FROM service ORDER BY service_id, repository_id, path_prefix")
    return landed_as("service", found)


def find_touched(records: Records) -> None:
    """Leave the table ``touched`` in the engine: change_id, service_id, by the folders touched."""
    records.make("touched", _TOUCHED)


_SAID = pa.schema(
    [
        (name, pa.string())
        for name in ("service_id", "name", "team_id", "repository_id", "path_prefix", "evidence")
    ]
)


def _folder(path: str) -> str:
    """Return a folder as the beginning of the paths in it."""
    inner = path.strip().strip("/")
    inner = inner.removeprefix("./").removesuffix("/**").removesuffix("/*")
    return "" if inner in ("", ".", "*", "**") else f"{inner}/"
